"""What becomes of every sort of message, exactly: in the store, in quarantine, and in the answer to the node."""

from __future__ import annotations

import json

import pytest
from structlog.testing import capture_logs
from support.accepting import NODE, Bench, batch, birth, reading
from support.city_data import EPOCH, NOON_US, profile
from support.linked import CITY

from contract import topics
from contract.clock import DAY_US, SECOND_US
from contract.messages import Refusal

FIRST_US = 1_577_836_800_000_000
"""the beginning of 2020, UTC"""
NEXT_YEAR_US = NOON_US + 365 * DAY_US


def test_a_good_batch_is_stored_and_answered_by_seq(bench: Bench) -> None:
    """Each reading is one row with its place, its times and its identity; the answer names the ranges."""
    (ack,) = bench.accept(batch(reading(1), reading(2), reading(7)))
    assert (ack.epoch, ack.server_us) == (EPOCH, NOON_US)
    assert (ack.stored, ack.refused, ack.held) == (((1, 2), (7, 7)), (), ())
    row = bench.readings.received_since(CITY, 0)[0]
    assert (row.series, row.region) == ((CITY, NODE, "level", "flood"), "34.71.01.1001")
    assert (row.observed_us, row.received_us, row.epoch, row.seq) == (NOON_US + 1, NOON_US, EPOCH, 1)
    assert row.values == {"level_cm": 101.0}
    assert bench.kept() == []


def test_a_batch_sent_again_is_one_row_and_two_answers(bench: Bench) -> None:
    """An answer can be lost, so a repetition is answered like the first and changes nothing."""
    assert bench.accept(batch(reading(1))) == bench.accept(batch(reading(1)))
    assert bench.stored() == [1]


@pytest.mark.parametrize(
    "observed_us",
    [1_000, FIRST_US - 1, NEXT_YEAR_US],
    ids=["1970", "2019", "next-year"],
)
@pytest.mark.parametrize("trust", ["synced", "untrusted"])
def test_an_impossible_time_is_refused(bench: Bench, observed_us: int, trust: str) -> None:
    """1970, the last moment of 2019 and next year are refused whatever the node thinks of its clock; the reading is
    kept as it came."""
    wrong = reading(1, trust=trust) | {"observed_us": observed_us}
    (ack,) = bench.accept(batch(wrong, reading(2)))
    assert ack.refused == (Refusal(seq=1, reason="time_implausible"),)
    assert ack.stored == ((2, 2),)
    (item,) = bench.cities.quarantined(CITY)
    assert (item.node, item.epoch, item.seq, item.reason) == (NODE, EPOCH, 1, "time_implausible")
    assert json.loads(item.payload)["readings"][0]["observed_us"] == observed_us


@pytest.mark.parametrize("observed_us", [-9_223_372_036_854_775, -1, 9_223_372_036_854_775, 2**63, 10**30])
def test_a_time_that_no_store_can_keep_is_no_time(bench: Bench, observed_us: int) -> None:
    """1677 and 2262, where a store's nanoseconds end, and what lies beyond: refused, and the neighbour is stored."""
    (ack,) = bench.accept(batch(reading(1) | {"observed_us": observed_us}, reading(2)))
    assert (ack.stored, ack.refused) == (((2, 2),), (Refusal(seq=1, reason="malformed"),))
    assert bench.stored() == [2]


def test_five_minutes_ahead_is_still_now(bench: Bench) -> None:
    """The bound itself is stored, one second more is refused."""
    at = NOON_US + 300 * SECOND_US
    (ack,) = bench.accept(batch(reading(1) | {"observed_us": at}, reading(2) | {"observed_us": at + SECOND_US}))
    assert (ack.stored, ack.refused) == (((1, 1),), (Refusal(seq=2, reason="time_implausible"),))


def test_a_sensor_that_the_birth_announced_is_known(bench: Bench) -> None:
    """The registry need not list it."""
    bench.accept(birth(sensors=(("rain", "flood"),)), leaf="birth")
    (ack,) = bench.accept(batch(reading(1, sensor="rain")))
    assert ack.stored == ((1, 1),)


def test_a_sensor_that_nobody_announced_is_refused(bench: Bench) -> None:
    """Once the birth of this boot is known, a sensor that is not in it is a mistake."""
    bench.accept(birth(), leaf="birth")
    (ack,) = bench.accept(batch(reading(1, sensor="ghost")))
    assert ack.refused == (Refusal(seq=1, reason="unknown_sensor"),)
    assert bench.kept() == [(NODE, "unknown_sensor", 1)]


def test_a_sensor_whose_birth_has_not_come_yet_is_held(bench: Bench) -> None:
    """The birth may be on its way through another copy, so nothing is refused for ever."""
    (ack,) = bench.accept(batch(reading(1, sensor="rain"), reading(2)))
    assert (ack.held, ack.stored, ack.refused) == (((1, 1),), ((2, 2),), ())


def test_a_reading_of_another_kind_is_refused(bench: Bench) -> None:
    """A level sensor does not count people."""
    (ack,) = bench.accept(batch(reading(1, kind="crowd", values={"people": 3})))
    assert ack.refused == (Refusal(seq=1, reason="wrong_kind"),)
    assert bench.kept() == [(NODE, "wrong_kind", 1)]


def test_two_readings_of_one_moment(bench: Bench) -> None:
    """Another identity at a taken time is refused as such; the first stays."""
    bench.accept(batch(reading(1)))
    (ack,) = bench.accept(batch(reading(2) | {"observed_us": NOON_US + 1}))
    assert ack.refused == (Refusal(seq=2, reason="time_taken"),)
    assert bench.stored() == [1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"values": {"level_cm": "high"}},
        {"values": {"level_cm": float("nan")}},
        {"values": {"level_mm": 1.0}},
        {"surprise": 1},
        {"quality": 7},
        {"kind": "smell"},
    ],
    ids=str,
)
def test_one_malformed_reading_costs_its_neighbours_nothing(bench: Bench, wrong: dict[str, object]) -> None:
    """It is refused by its seq with the path of the field; the others of its batch are stored."""
    (ack,) = bench.accept(batch(reading(1), reading(2, **wrong), reading(3)))
    assert (ack.stored, ack.refused) == (((1, 1), (3, 3)), (Refusal(seq=2, reason="malformed"),))
    (item,) = bench.cities.quarantined(CITY)
    assert "Readings: readings.1" in item.detail
    assert ".flood." not in item.detail
    assert "Value error" not in item.detail
    assert item.seq == 2


@pytest.mark.parametrize("item", [None, 7, [], {}, reading(0), reading(2) | {"seq": "two"}], ids=str)
def test_a_reading_without_a_seq_is_kept_and_the_others_stored(bench: Bench, item: object) -> None:
    """Nobody can be answered about it, so it lies in quarantine without a seq."""
    (ack,) = bench.accept(batch(reading(1), item))
    assert (ack.stored, ack.refused) == (((1, 1),), ())
    assert bench.kept() == [(NODE, "malformed", 0)]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"\xff\x00garbage", "undecodable"),
        (b"", "undecodable"),
        (b"{}", "undecodable"),
        (b"[" * 5_000, "undecodable"),
        (batch(), "undecodable"),
        (batch(reading(1), epoch="nonsense"), "undecodable"),
        (batch(reading(1), v=2, epoch="nonsense"), "undecodable"),
        (b" " * 70_000, "oversize"),
        (batch(reading(1), node="somebody"), "identity"),
        (batch(reading(1), city="elsewhere"), "identity"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_believed_is_kept_and_answered_to_nobody(bench: Bench, payload: bytes, reason: str) -> None:
    """Nothing of it is stored, its node is not told that it was, and the next message is accepted as ever."""
    assert bench.accept(payload) == []
    assert bench.stored() == []
    assert bench.kept() == [(NODE, reason, 0)]
    (ack,) = bench.accept(batch(reading(9)))
    assert ack.stored == ((9, 9),)


@pytest.mark.parametrize("frame", [{"sent_us": -1}, {"boot": "?"}, {"strange": 1}, {"v": "one"}])
def test_a_broken_frame_is_answered_by_the_numbers_in_it(bench: Bench, frame: dict[str, object]) -> None:
    """Unanswered it would come for ever, and hold up everything else that its node has to say."""
    (ack,) = bench.accept(batch(reading(1), reading(2), **frame))
    assert [(one.seq, one.reason) for one in ack.refused] == [(1, "malformed"), (2, "malformed")]
    assert ack.stored == ()
    assert sorted(bench.kept()) == [(NODE, "malformed", 1), (NODE, "malformed", 2)]


def test_a_later_version_is_held(bench: Bench) -> None:
    """The node keeps what this city cannot read yet, and asks again slowly."""
    with capture_logs() as logs:
        (ack,) = bench.accept(batch(reading(1), reading(2), v=2))
    assert (ack.held, ack.stored, ack.refused) == (((1, 2),), (), ())
    assert bench.kept() == []
    assert "ingest.newer_than_this" in {entry["event"] for entry in logs}


def test_a_broken_frame_does_not_hide_a_wrong_identity(bench: Bench) -> None:
    """Nobody's readings are refused, and so deleted, on somebody else's word."""
    assert bench.accept(batch(reading(1), sent_us=-1, node="somebody")) == []
    assert bench.kept() == [(NODE, "identity", 0)]


def test_a_wrong_identity_is_a_security_event(bench: Bench) -> None:
    """It is said in the log and kept for the people who watch over the city, with the topic it came on."""
    with capture_logs() as logs:
        bench.accept(batch(reading(1), node="somebody"))
        bench.accept(batch(reading(2), city="elsewhere"))
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] == ["ingest.identity"] * 2
    assert bench.ingest.facts()["identity"] == 2
    events = bench.cities.security_events(CITY)
    assert {(event.where, event.what, event.claimed) for event in events} == {("ingest", "wrong_identity", NODE)}
    assert {event.detail for event in events} == {
        f"the message says it is from {CITY}/somebody, on {topics.readings(CITY, NODE)}",
        f"the message says it is from elsewhere/{NODE}, on {topics.readings(CITY, NODE)}",
    }


def test_an_unknown_node_is_a_security_event_once_an_hour(bench: Bench) -> None:
    """Whoever speaks and is in no registry is noted, and a stranger that waits for weeks fills no table."""
    bench.cities.put_profile(profile(CITY, nodes=("another",)), NOON_US)
    for seq in (1, 2):
        bench.accept(batch(reading(seq)))
    assert [(event.what, event.claimed, event.count) for event in bench.cities.security_events(CITY)] == [
        ("unknown_node", NODE, 1)
    ]
    bench.clock.advance(3_601)
    bench.accept(batch(reading(3)))
    assert len(bench.cities.security_events(CITY)) == 2


def test_an_unknown_node_keeps_its_readings_until_it_is_adopted(bench: Bench) -> None:
    """Held, noted once as a stranger with its birth; after adoption the same readings are stored."""
    bench.cities.put_profile(profile(CITY, nodes=("another",)), NOON_US)
    bench.accept(birth(), leaf="birth")
    (ack,) = bench.accept(batch(reading(1), reading(2)))
    assert (ack.held, ack.stored, ack.refused) == (((1, 2),), (), ())
    assert bench.stored() == []
    (stranger,) = bench.cities.strangers(CITY)
    assert stranger.node == NODE
    assert json.loads(stranger.birth_json)["birth_no"] == 1

    bench.cities.adopt(CITY, NODE, "bridge", "gauge", NOON_US + SECOND_US)
    (ack,) = bench.accept(batch(reading(1), reading(2)))
    assert (ack.stored, ack.held) == (((1, 2),), ())
    assert bench.readings.received_since(CITY, 0)[0].region == "34.71.01.1001"


def test_a_birth_is_noted_and_answered_with_the_time(bench: Bench) -> None:
    """The answer repeats which birth it is for, also to a node that nobody knows."""
    (ack,) = bench.accept(birth(3), leaf="birth")
    assert (ack.birth_no, ack.birth_mono_us, ack.server_us) == (3, 42, NOON_US)
    assert bench.cities.presences(CITY)[NODE].birth_no == 3


def test_a_death_is_noted_for_the_birth_it_names(bench: Bench) -> None:
    """An offline of an older birth buries nobody."""
    bench.accept(birth(3), leaf="birth")

    def offline(number: int) -> bool:
        said = {"v": 1, "city": CITY, "node": NODE, "state": "offline", "birth_no": number, "reason": "lost"}
        bench.accept(json.dumps(said).encode(), leaf="status")
        return not bench.cities.presences(CITY)[NODE].online

    assert not offline(2)
    assert offline(3)


def test_a_moved_node_keeps_the_region_where_it_measured(bench: Bench) -> None:
    """A late reading of before the move belongs to the place where the node stood then."""
    bench.accept(batch(reading(1)))
    moved_us = NOON_US + 60 * SECOND_US
    bench.cities.put_profile(profile(CITY, nodes=(NODE,), region="34.71.02.1002"), moved_us)
    bench.clock.set_wall(moved_us + 60 * SECOND_US)
    bench.accept(batch(reading(2), reading(3, observed_us=moved_us + SECOND_US)))
    assert {row.seq: row.region for row in bench.readings.received_since(CITY, 0)} == {
        1: "34.71.01.1001",
        2: "34.71.01.1001",
        3: "34.71.02.1002",
    }
