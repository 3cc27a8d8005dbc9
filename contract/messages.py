"""The messages of the wire, strict: an unknown field, a wrong type, NaN or infinity is refused with its path.

Times are whole microseconds since 1970 UTC (`…_us`), monotonic ones since the node's boot (`…_mono_us`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from contract.kinds import CrowdValues, FloodValues, HotspotValues, KindName, NodeValues, ReleaseValues
from contract.quality import Quality
from contract.topics import ID_PATTERN

MAX_MESSAGE_BYTES = 64 * 1024
MAX_BATCH = 500
MAX_US = 2**53  # every JSON reader keeps integers to here; the year 2255


def _whole_number(value: Any) -> Any:
    """JSON's true equals 1 in Python, and a quality of true would read "good"."""
    if isinstance(value, bool | str | float):
        raise ValueError("Input should be a whole number")
    return value


Id = Annotated[str, Field(pattern=ID_PATTERN, max_length=48)]
Epoch = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
Boot = Annotated[str, Field(pattern=r"^[0-9a-f-]{8,36}$")]
Us = Annotated[int, Field(ge=0, le=MAX_US)]
Seq = Annotated[int, Field(ge=1, le=MAX_US)]
ClockTrust = Literal["synced", "corrected", "untrusted"]
ClockSource = Literal["ntp", "rtc", "server", "none"]
Flag = Annotated[Quality, Field(strict=False), BeforeValidator(_whole_number)]
CheckName = Literal["gross_range", "rate_of_change", "spike", "flat_line", "missing", "gap", "sensor"]


class Message(BaseModel):
    """What all messages share."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    v: Annotated[Literal[1], BeforeValidator(_whole_number)] = 1


class Part(BaseModel):
    """A piece of a message."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class SensorInfo(Part):
    """One sensor of a node, as its birth announces it."""

    sensor: Id
    kind: KindName
    period_s: Annotated[float, Field(gt=0, le=86_400)]
    model: Annotated[str, Field(max_length=80)] = ""


class Birth(Message):
    """Retained on `birth`, published at every new connection before anything else.

    `birth_no` grows with every birth of the node and survives its restarts. `mono_us` is the node's monotonic clock
    when the birth was built: the `ack` that answers repeats it, so that the node can place the server's time between
    sending and receiving. `clock` is what the node's own time rests on; "none" asks for the time.
    """

    city: Id
    node: Id
    boot: Boot
    birth_no: Annotated[int, Field(ge=1, le=MAX_US)]
    epoch: Epoch
    firmware: Annotated[str, Field(max_length=80)]
    clock: ClockSource
    sent_us: Us
    mono_us: Us
    sensors: Annotated[tuple[SensorInfo, ...], Field(max_length=64)]

    @field_validator("sensors")
    @classmethod
    def _sensors_are_distinct(cls, sensors: tuple[SensorInfo, ...]) -> tuple[SensorInfo, ...]:
        names = [sensor.sensor for sensor in sensors]
        if len(names) != len(set(names)):
            raise ValueError("two sensors of one node have the same name")
        return sensors


class Status(Message):
    """Retained on `status`; "offline" is also the last will.

    A status speaks for one birth: an offline that carries an older `birth_no` than the newest known is a late death
    and buries nobody.
    """

    city: Id
    node: Id
    state: Literal["online", "offline"]
    birth_no: Annotated[int, Field(ge=1, le=MAX_US)]
    reason: Literal["connected", "lost", "stopped"]


class _Reading(Part):
    """What a reading of any kind carries.

    `seq` is the spool's own number, unique in its epoch. `observed_us` is when the sample was taken, frozen at first
    publish; `trust` says how far to believe it. `mono_us` is the same moment on the boot's monotonic clock. `quality`
    is the roll-up of the checks; `checks` names those that were not good.
    """

    seq: Seq
    sensor: Id
    observed_us: Us
    mono_us: Us
    trust: ClockTrust
    quality: Flag
    checks: dict[CheckName, Flag] = {}


class HotspotReading(_Reading):
    kind: Literal["hotspot"] = "hotspot"
    values: HotspotValues


class CrowdReading(_Reading):
    kind: Literal["crowd"] = "crowd"
    values: CrowdValues


class FloodReading(_Reading):
    kind: Literal["flood"] = "flood"
    values: FloodValues


class NodeReading(_Reading):
    kind: Literal["node"] = "node"
    values: NodeValues


class ReleaseReading(_Reading):
    kind: Literal["release"] = "release"
    values: ReleaseValues


Reading = HotspotReading | CrowdReading | FloodReading | NodeReading | ReleaseReading
AnyReading = Annotated[Reading, Field(discriminator="kind")]
READINGS: dict[
    KindName,
    type[HotspotReading] | type[CrowdReading] | type[FloodReading] | type[NodeReading] | type[ReleaseReading],
] = {
    "hotspot": HotspotReading,
    "crowd": CrowdReading,
    "flood": FloodReading,
    "node": NodeReading,
    "release": ReleaseReading,
}


class Readings(Message):
    """A batch on `readings`, all of one epoch. `seq` need not be contiguous: live goes before back-fill."""

    city: Id
    node: Id
    boot: Boot
    epoch: Epoch
    sent_us: Us
    readings: Annotated[tuple[AnyReading, ...], Field(min_length=1, max_length=MAX_BATCH)]

    @field_validator("readings")
    @classmethod
    def _seqs_are_distinct(cls, readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
        seqs = [reading.seq for reading in readings]
        if len(seqs) != len(set(seqs)):
            raise ValueError("two readings of one batch have the same seq")
        return readings


RefusalReason = Literal["time_implausible", "unknown_sensor", "wrong_kind", "time_taken", "store_refused", "malformed"]


def _in_order(ends: tuple[int, int]) -> tuple[int, int]:
    if ends[0] > ends[1]:
        raise ValueError("a range of seqs ends before it begins")
    return ends


SeqRange = Annotated[tuple[Seq, Seq], AfterValidator(_in_order)]


class Refusal(Part):
    """A reading that will never be stored. It is kept in quarantine; the node deletes and counts it."""

    seq: Seq
    reason: RefusalReason


class Ack(Message):
    """Sent down after the store's write was durable, and as the answer to a birth.

    `stored` and `held` are inclusive ranges of seq. `held` means: this node is not known yet, keep them and ask again
    slowly. An ack of another epoch is ignored. The answer to a birth has no seqs and repeats `birth_no` and
    `birth_mono_us`.
    """

    epoch: Epoch
    server_us: Us
    stored: tuple[SeqRange, ...] = ()
    refused: tuple[Refusal, ...] = ()
    held: tuple[SeqRange, ...] = ()
    birth_no: Annotated[int, Field(ge=1, le=MAX_US)] | None = None
    birth_mono_us: Us | None = None


def to_ranges(seqs: list[int]) -> tuple[tuple[int, int], ...]:
    """Fold seqs into inclusive ranges: [1, 2, 3, 7] becomes ((1, 3), (7, 7))."""
    ranges: list[tuple[int, int]] = []
    for seq in sorted(set(seqs)):
        if ranges and ranges[-1][1] == seq - 1:
            ranges[-1] = (ranges[-1][0], seq)
        else:
            ranges.append((seq, seq))
    return tuple(ranges)


class Burst(Message):
    """Sent down on `command/burst`, QoS 0: please measure so often for a while, for a flood is on its way.

    The wish ends by itself `for_s` after it was heard and replaces the one before it; a node that has its reasons
    (its battery, a camera that needs its time) measures no faster than it can. Whoever still wants it asks again in
    good time, so that nothing need answer and nothing is retained. `sent_us` is the sender's clock: a node that knows
    the time ignores what comes too late.
    """

    city: Id
    node: Id
    sensor: Id
    period_s: Annotated[float, Field(gt=0, le=86_400)]
    for_s: Annotated[float, Field(gt=0, le=3_600)]
    sent_us: Us


Key = Annotated[str, Field(min_length=1, max_length=200)]


class SirenOrder(Message):
    """Sent down on `command/siren`, QoS 0: sound, silence or try a siren that hangs on this node.

    `key` names the order: the same again does nothing more and is answered again. It sounds for `for_s` and no longer
    than the node's own file allows, and falls silent without being told. `drill`: in another rhythm. Times are the
    sender's clock; a node that knows the time refuses what comes after `expires_us`.
    """

    city: Id
    node: Id
    siren: Id
    key: Key
    do: Literal["sound", "stop", "test"]
    for_s: Annotated[float, Field(ge=0, le=600)] = 0.0
    drill: bool = False
    sent_us: Us
    expires_us: Us


class SirenAnswer(Message):
    """On `command/siren/result`: what became of an order, named by its key.

    `for_s` is how long it sounds from now on, 0 where it is silent. What was not done says why in `said`: the siren is
    not this node's (`unknown`), the order came too late (`late`), it names somebody else (`not_ours`), a real order
    sounds and a drill must not cover it (`busy`), or the line does not do what it is told (`failed`).
    """

    city: Id
    node: Id
    siren: Id
    key: Key
    outcome: Literal["done", "unknown", "late", "not_ours", "busy", "failed"]
    for_s: Annotated[float, Field(ge=0, le=600)] = 0.0
    said: Annotated[str, Field(max_length=200)] = ""


class Canary(Message):
    """On `canary`, by the alert engine to itself: proof that its broker carries. Never on a node's topic.

    `sender` is who sent it, so that an engine believes its own only; `sent_us` is the sender's clock.
    """

    sender: Annotated[str, Field(max_length=200)]
    sent_us: Us
