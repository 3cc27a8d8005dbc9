"""What the wire refuses, and how it says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from contract import codec
from contract.errors import BadInput
from contract.messages import MAX_MESSAGE_BYTES, Ack, Birth, Readings, Status
from contract.schema import CHANNELS, examples

Edit = Callable[[dict[str, Any]], object]


def example(leaf: str) -> dict[str, Any]:
    by_leaf: dict[str, tuple[BaseModel, ...]] = {**examples()}
    loaded: dict[str, Any] = json.loads(codec.encode(by_leaf[leaf][0]))
    return loaded


def refusal(model: type[BaseModel], payload: bytes) -> BadInput:
    with pytest.raises(BadInput) as caught:
        codec.decode(model, payload)
    return caught.value


def refused_readings(edit: Edit) -> BadInput:
    message = example("readings")
    edit(message)
    return refusal(Readings, json.dumps(message).encode())


def first(message: dict[str, Any]) -> dict[str, Any]:
    reading: dict[str, Any] = message["readings"][0]
    return reading


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.leaf)
def test_every_example_survives_the_wire(channel: Any) -> None:
    """decode(encode(m)) is m for every message that the published document shows."""
    for message in examples()[channel.leaf]:
        assert codec.decode(channel.message, codec.encode(message)) == message


@pytest.mark.parametrize(
    ("edit", "path"),
    [
        (lambda m: m.update(colour="red"), "colour"),
        (lambda m: first(m).update(colour="red"), "readings.0.colour"),
        (lambda m: first(m)["values"].update(depth_m=1), "readings.0.values.depth_m"),
        (lambda m: m["readings"][1]["values"].update(level_cm=1.0), "readings.1.values.level_cm"),
        (lambda m: first(m)["checks"].update(astrology=3), "readings.0.checks.astrology.[key]"),
    ],
)
def test_unknown_field(edit: Edit, path: str) -> None:
    """A field nobody knows is refused where it stands, also one that belongs to another kind."""
    assert refused_readings(edit).where == f"Readings: {path}"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_number_that_is_none(number: str) -> None:
    """NaN and infinity, however spelled, never become a level: NaN is not below a threshold."""
    payload = json.dumps(example("readings")).replace("187.5", number).encode()
    assert refusal(Readings, payload).where == "Readings: readings.0.values.level_cm"


@pytest.mark.parametrize(
    ("edit", "path"),
    [
        (lambda m: first(m)["values"].update(level_cm="187.5"), "readings.0.values.level_cm"),
        (lambda m: first(m)["values"].update(level_cm=True), "readings.0.values.level_cm"),
        (lambda m: first(m)["values"].update(level_cm=[1]), "readings.0.values.level_cm"),
        (lambda m: first(m)["values"].update(level_cm=2e9), "readings.0.values.level_cm"),
        (lambda m: m["readings"][1]["values"].update(spool_pending=2.0), "readings.1.values.spool_pending"),
        (lambda m: m["readings"][1]["values"].update(spool_pending=True), "readings.1.values.spool_pending"),
        (lambda m: m["readings"][2]["values"].update(dns_ok=1), "readings.2.values.dns_ok"),
        (lambda m: m["readings"][2]["values"].update(internet="maybe"), "readings.2.values.internet"),
        (lambda m: first(m).update(seq="4711"), "readings.0.seq"),
        (lambda m: first(m).update(seq=4711.0), "readings.0.seq"),
        (lambda m: first(m).update(seq=0), "readings.0.seq"),
        (lambda m: first(m).update(observed_us=-1), "readings.0.observed_us"),
        (lambda m: first(m).update(observed_us=2**60), "readings.0.observed_us"),
        (lambda m: first(m).update(quality=5), "readings.0.quality"),
        (lambda m: first(m).update(quality=True), "readings.0.quality"),
        (lambda m: first(m).update(quality="1"), "readings.0.quality"),
        (lambda m: first(m).update(quality=1.0), "readings.0.quality"),
        (lambda m: first(m).update(checks={"spike": True}), "readings.0.checks.spike"),
        (lambda m: first(m).update(kind="weather"), "readings.0"),
        (lambda m: first(m).pop("seq"), "readings.0.seq"),
        (lambda m: m.update(city="Yogyakarta"), "city"),
        (lambda m: m.update(city="yogya\n"), "city"),
        (lambda m: m.update(node="a" * 49), "node"),
        (lambda m: m.update(epoch="XYZ"), "epoch"),
        (lambda m: m.update(v=2), "v"),
        (lambda m: m.update(v=True), "v"),
        (lambda m: m.update(readings=[]), "readings"),
        (lambda m: m.update(readings={}), "readings"),
    ],
)
def test_wrong_value(edit: Edit, path: str) -> None:
    """A wrong type, a boolean for a number, or a value out of bounds is refused with the path of the field."""
    assert refused_readings(edit).where == f"Readings: {path}"


def test_duplicate_seq() -> None:
    """Two readings of one batch cannot be the same one."""
    error = refused_readings(lambda m: m["readings"][1].update(seq=4711))
    assert error.where == "Readings: readings"
    assert "same seq" in error.what


def test_duplicate_sensor() -> None:
    """A birth names each of its sensors once."""
    message = example("birth")
    message["sensors"][1]["sensor"] = message["sensors"][0]["sensor"]
    error = refusal(Birth, json.dumps(message).encode())
    assert error.where == "Birth: sensors"
    assert "same name" in error.what


def test_range_that_ends_before_it_begins() -> None:
    """An ack's range runs upwards."""
    message = {"epoch": "0" * 16, "server_us": 1, "stored": [[1, 2], [5, 3]]}
    assert refusal(Ack, json.dumps(message).encode()).where == "Ack: stored.1"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\x00",
        b'{"v":1,"city":"\xff\xfe"}',
        b'{"city":"\\ud800"}',
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"seq":' + b"9" * 6_000 + b"}",
    ],
    ids=lambda payload: repr(payload[:16]),
)
def test_no_message_at_all(payload: bytes) -> None:
    """Bad UTF-8, lone surrogates, endless nesting and huge numbers are one clear refusal, never another exception."""
    assert refusal(Readings, payload).where == "Readings: the whole message"


def test_over_64_kib_arriving() -> None:
    """One byte over the wire's limit is refused unread; at the limit it is read."""
    message = json.dumps(example("status")).encode()
    assert codec.decode(Status, message.ljust(MAX_MESSAGE_BYTES))
    error = refusal(Status, message.ljust(MAX_MESSAGE_BYTES + 1))
    assert "65537 bytes" in error.what
    assert error.remedy


def test_over_64_kib_leaving() -> None:
    """A batch that would not fit is refused at its sender, who can send less."""
    readings = examples()["readings"][0]
    assert isinstance(readings, Readings)
    many = tuple(readings.readings[0].model_copy(update={"seq": seq}) for seq in range(1, 501))
    assert len(many) == 500
    with pytest.raises(BadInput, match="over the 65536"):
        codec.encode(readings.model_copy(update={"readings": many}))


def test_several_mistakes() -> None:
    """The first mistake is told, the others are counted."""
    error = refused_readings(lambda m: (m.update(city=1), m.update(node=2), m.update(boot=3)))
    assert error.where == "Readings: city"
    assert "(and 2 more)" in error.what


def test_long_input_is_shown_short() -> None:
    """A refusal fits on a line, whatever was sent."""
    assert len(str(refused_readings(lambda m: m.update(city="x" * 50_000)))) < 250


def decode_or_none(payload: bytes) -> Readings | None:
    """Any other exception than BadInput fails the test."""
    try:
        return codec.decode(Readings, payload)
    except BadInput:
        return None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ["v", "city", "node", "boot", "epoch", "sent_us", "readings"]


@settings(max_examples=150)
@given(st.sampled_from(FIELDS), JSON)
def test_any_field_may_be_anything(field: str, value: Any) -> None:
    """Whatever stands in a field, the answer is a message or a BadInput."""
    message = example("readings")
    message[field] = value
    decoded = decode_or_none(json.dumps(message).encode())
    assert decoded is None or codec.decode(Readings, codec.encode(decoded)) == decoded


@settings(max_examples=150)
@given(st.binary(max_size=200), st.integers(0, 600), st.integers(0, 20))
def test_mutilated_bytes(noise: bytes, at: int, cut: int) -> None:
    """A message with noise in it is a message or a BadInput."""
    payload = codec.encode(examples()["readings"][0])
    decoded = decode_or_none(payload[:at] + noise + payload[at + cut :])
    assert decoded is None or decoded.city
