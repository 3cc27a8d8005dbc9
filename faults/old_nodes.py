"""Old nodes at a new city: version 1's recorded messages, judged by today's code and the other way round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from contract import codec
from contract.errors import BadInput
from contract.messages import Ack, Birth, Message, Readings, Status
from faults.parts import old_wire
from faults.parts.brokers import wait_until
from faults.parts.old_wire import Said
from faults.result import Result

_MODELS: dict[str, type[Message]] = {"birth": Birth, "status": Status, "readings": Readings, "ack": Ack}
_ANSWERED_S = 15.0
_UNKNOWN = "a_field_of_tomorrow"


def try_them(result: Result, folder: Path) -> None:
    """Put what they said through today's ingest, and everything in both directions against the frozen schemas."""
    said = old_wire.recorded()
    up = [one for one in said if one.leaf != "ack"]
    _accepted(result, folder, up)
    for one in said:
        _the_same_words(result, one)
        _strict(result, one)
    result.figures["recorded_messages"] = len(said)


def _accepted(result: Result, folder: Path, up: Sequence[Said]) -> None:
    """Nothing of it is refused, everything is stored once and answered in words that an old node reads."""
    sent = {
        (one.node, one.body["epoch"], reading["seq"])
        for one in up
        if one.leaf == "readings"
        for reading in one.body["readings"]
    }
    with old_wire.accepted(folder, up) as city:
        city_code = up[0].body["city"]
        kept = Counter((row.series.node, row.epoch, row.seq) for row in city.readings.received_since(city_code, 0))
        refused = city.cities.quarantined(city_code)
        strangers = {one.node for one in up} - set(city.cities.presences(city_code))
        wait_until(lambda: sent <= _answered(city.acks), _ANSWERED_S)
        acks = list(city.acks)
    result.committed += len(sent)
    result.stored += len(kept)
    result.refused += len(refused)
    result.lost += len(sent - kept.keys())
    result.duplicated += sum(kept.values()) - len(kept)
    result.expect(not refused, f"recorded readings were refused: {[(one.reason, one.detail) for one in refused][:3]}")
    result.expect(not strangers, f"recorded births were not understood: {sorted(strangers)}")
    for ack in acks:
        wrong = old_wire.complaints("ack", ack.body)
        result.expect(not wrong, f"an old node does not understand the ack {ack.payload!r}: {wrong}")
    answered = _answered(acks)
    result.expect(answered == sent, f"{len(sent - answered)} of {len(sent)} recorded readings were not acknowledged")
    result.figures["acks_understood"] = len(acks)


def _answered(acks: Sequence[Said]) -> set[tuple[str, str, int]]:
    """(node, epoch, seq) of everything that was said to be stored."""
    return {
        (ack.node, ack.body["epoch"], seq)
        for ack in list(acks)
        for first, last in ack.body.get("stored", [])
        for seq in range(first, last + 1)
    }


def _the_same_words(result: Result, one: Said) -> None:
    """Today's code, saying the same, says it in version 1's words: no field more, none less, none renamed."""
    try:
        again = Said(one.topic, codec.encode(codec.decode(_MODELS[one.leaf], one.payload)))
    except BadInput as wrong:
        result.expect(False, f"a recorded {one.leaf} is not understood: {wrong}")
        return
    result.expect(again.body == one.body, f"today a {one.leaf} is said in other words: {again.payload!r}")
    wrong_words = old_wire.complaints(one.leaf, again.body)
    result.expect(not wrong_words, f"today's {one.leaf} breaks version 1's schema: {wrong_words}")


def _strict(result: Result, one: Said) -> None:
    """A field that version 1 does not know is refused by name: it never means something to one side alone."""
    try:
        codec.decode(_MODELS[one.leaf], one.payload.rstrip()[:-1] + f', "{_UNKNOWN}": 1}}'.encode())
    except BadInput as refusal:
        result.expect(_UNKNOWN in str(refusal), f"an unknown field of a {one.leaf} is refused without its name")
    else:
        result.expect(False, f"an unknown field of a {one.leaf} is accepted")
