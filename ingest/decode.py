"""From bytes to news. One wrong reading never costs its neighbours: it is refused by its seq, they go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from broker.ports import Incoming
from contract import codec, topics
from contract.errors import BadInput
from contract.messages import (
    MAX_BATCH,
    MAX_MESSAGE_BYTES,
    AnyReading,
    Birth,
    Boot,
    Epoch,
    Id,
    Message,
    Reading,
    Readings,
    Seq,
    Status,
    Us,
)
from contract.topics import Address

_READING: TypeAdapter[Reading] = TypeAdapter(AnyReading)
_SEQ: TypeAdapter[int] = TypeAdapter(Seq)
_ID: TypeAdapter[str] = TypeAdapter(Id)
_EPOCH: TypeAdapter[str] = TypeAdapter(Epoch)

WholeReason = Literal["oversize", "undecodable", "wrong_topic", "identity"]


class Envelope(Message):
    """A batch whose readings have not been looked at yet."""

    city: Id
    node: Id
    boot: Boot
    epoch: Epoch
    sent_us: Us
    readings: Annotated[tuple[Any, ...], Field(min_length=1, max_length=MAX_BATCH)]


@dataclass(frozen=True, slots=True)
class Malformed:
    """One item of a batch that is no reading. `seq` is 0 where even that cannot be read. `alone` is a message with
    nothing but this item, as it came."""

    seq: int
    detail: str
    alone: bytes


@dataclass(frozen=True, slots=True)
class BatchNews:
    """Readings of one node and epoch."""

    topic: str
    node: str
    boot: str
    epoch: str
    sent_us: int
    readings: tuple[Reading, ...]
    malformed: tuple[Malformed, ...] = ()
    beyond: tuple[int, ...] = ()
    """seqs in a message of a later version than ours: whoever speaks so keeps them until we are brought up to date"""


@dataclass(frozen=True, slots=True)
class BirthNews:
    birth: Birth


@dataclass(frozen=True, slots=True)
class StatusNews:
    status: Status


@dataclass(frozen=True, slots=True)
class Garbage:
    """A message of which nothing can be accepted. `node` is the topic's, empty where the topic is none of ours."""

    topic: str
    node: str
    reason: WholeReason
    detail: str
    payload: bytes


News = BatchNews | BirthNews | StatusNews | Garbage | None


def decode(message: Incoming, city: str) -> News:
    """What a message says; None for an empty one, which is how a retained message is taken away."""
    topic, payload = message.topic, message.payload
    address = topics.parse(topic)
    if address is None or address.city != city or address.leaf not in {"birth", "status", "readings"}:
        node = address.node if address is not None else ""
        return Garbage(topic, node, "wrong_topic", f"no message of {city} belongs on this topic", payload)
    if not payload and address.leaf != "readings":
        return None
    if len(payload) > MAX_MESSAGE_BYTES:
        said = f"{len(payload)} bytes are over the {MAX_MESSAGE_BYTES} the wire allows"
        return Garbage(topic, address.node, "oversize", said, payload)
    try:
        news, claimed = _read(topic, address, payload)
    except BadInput as error:
        return Garbage(topic, address.node, "undecodable", str(error), payload)
    if claimed != (address.city, address.node):
        said = f"the message says it is from {'/'.join(claimed)}"
        return Garbage(topic, address.node, "identity", said, payload)
    return news


def alone(batch: BatchNews, city: str, reading: Any) -> bytes:
    """A message with one reading of a batch and nothing else, to be kept and perhaps adopted later."""
    return to_json(
        {
            "v": 1,
            "city": city,
            "node": batch.node,
            "boot": batch.boot,
            "epoch": batch.epoch,
            "sent_us": batch.sent_us,
            "readings": [reading],
        },
        inf_nan_mode="constants",
        exclude_none=True,
    )


def _read(topic: str, address: Address, payload: bytes) -> tuple[News, tuple[str, str]]:
    """The news and whom it says it is from."""
    if address.leaf == "birth":
        birth = codec.decode(Birth, payload)
        return BirthNews(birth), (birth.city, birth.node)
    if address.leaf == "status":
        status = codec.decode(Status, payload)
        return StatusNews(status), (status.city, status.node)
    try:
        whole = Readings.model_validate_json(payload)
    except ValidationError:
        return _read_one_by_one(topic, payload)
    news = BatchNews(topic, whole.node, whole.boot, whole.epoch, whole.sent_us, whole.readings)
    return news, (whole.city, whole.node)


def _read_one_by_one(topic: str, payload: bytes) -> tuple[BatchNews, tuple[str, str]]:
    try:
        envelope = codec.decode(Envelope, payload)
    except BadInput as error:
        return _read_numbers(topic, payload, error)
    bare = BatchNews(topic, envelope.node, envelope.boot, envelope.epoch, envelope.sent_us, ())
    good: dict[int, Reading] = {}
    bad: list[Malformed] = []
    for index, item in enumerate(envelope.readings):
        try:
            reading = _READING.validate_python(item)
        except ValidationError as error:
            said = str(codec.explained(error, "Readings", ("readings", index)))
            bad.append(Malformed(_seq(item), said, alone(bare, envelope.city, item)))
            continue
        if reading.seq in good:
            # Its seq is already answered for by the first, so it can only be kept without one.
            said = f"Readings: readings.{index}.seq: {reading.seq} stands twice in this batch"
            bad.append(Malformed(0, said, alone(bare, envelope.city, item)))
            continue
        good[reading.seq] = reading
    answered = [one if one.seq not in good else Malformed(0, one.detail, one.alone) for one in bad]
    news = BatchNews(
        topic,
        envelope.node,
        envelope.boot,
        envelope.epoch,
        envelope.sent_us,
        tuple(good.values()),
        tuple(answered),
    )
    return news, (envelope.city, envelope.node)


def _read_numbers(topic: str, payload: bytes, why: BadInput) -> tuple[BatchNews, tuple[str, str]]:
    """Of a message whose frame is broken: who says so and which numbers, as far as that can be answered. Raises `why`
    where it cannot. Unanswered, such a message is sent for ever and holds up all that its node has to say."""
    try:
        whole = from_json(payload)
        claimed = (_ID.validate_python(whole["city"], strict=True), _ID.validate_python(whole["node"], strict=True))
        epoch = _EPOCH.validate_python(whole["epoch"], strict=True)
        items = list(whole["readings"])[:MAX_BATCH]
    except (ValueError, TypeError, KeyError):
        raise why from None
    numbered = {seq: item for item in items if (seq := _seq(item))}
    if not numbered:
        raise why
    version = whole.get("v")
    if isinstance(version, int) and version > 1:
        return BatchNews(topic, claimed[1], "", epoch, 0, (), beyond=tuple(numbered)), claimed
    bad = tuple(
        Malformed(seq, str(why), to_json({**whole, "readings": [item]}, inf_nan_mode="constants"))
        for seq, item in numbered.items()
    )
    return BatchNews(topic, claimed[1], "", epoch, 0, (), bad), claimed


def _seq(item: Any) -> int:
    """The seq of something that is no reading, 0 where it has none."""
    try:
        return _SEQ.validate_python(item.get("seq") if isinstance(item, dict) else None, strict=True)
    except ValidationError:
        return 0
