"""The order to leave: a second witness, an officer's word, or a wait of good readings above the mark; each a story."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.bulletins import bulletin
from support.orders import HILIR, HULU, LAIN, TERMS, Tale
from support.watch import at

from contract.bulletin import Bulletin
from contract.decision import DecisionKind
from contract.levels import Level


def at_awas(tale: Tale, gauge: str = HILIR, *, until: int = 10) -> list[str]:
    """The gauge reads beyond its mark of AWAS every five minutes; AWAS since minute 10."""
    return [said for minute in range(0, until + 1, 5) for said in tale.reads(minute, gauge, 170 + minute)]


def test_a_gauge_alone_waits_ten_minutes_of_readings() -> None:
    """Told as measured at once, ordered when ten minutes of readings stood above, once."""
    tale = Tale()
    assert at_awas(tale) == ["order code-hilir clock"]
    assert tale.city.story() == ["10 opened AWAS code-hilir"]
    assert tale.reads(15, HILIR, 180) == tale.passes(20) == []


def test_the_wait_is_the_citys_choice() -> None:
    """Twenty minutes where the city says so; never where it says that."""
    slow, off = Tale(replace(TERMS, order_after_s=1_200.0)), Tale(replace(TERMS, order_after_s=None))
    assert at_awas(slow, until=15) == []
    assert slow.reads(20, HILIR, 190) == ["order code-hilir clock"]
    assert at_awas(off, until=60) == []


def test_one_reading_below_begins_the_wait_anew() -> None:
    """Ten minutes of good readings, not ten minutes since the first."""
    tale = Tale(replace(TERMS, order_after_s=900.0))
    at_awas(tale)
    assert tale.reads(15, HILIR, 158) == []
    for minute in (20, 25, 30):
        assert tale.reads(minute, HILIR, 170) == []
    assert tale.reads(35, HILIR, 170) == ["order code-hilir clock"]


def test_silence_orders_nobody_to_leave() -> None:
    """A gauge that goes silent at AWAS is dangerous and told, and waits no further; heard again, it waits anew. An
    officer may order all the same."""
    tale = Tale(replace(TERMS, order_after_s=1_200.0))
    at_awas(tale)
    assert tale.passes(60) == []
    assert tale.city.incident(HILIR).dangerous
    assert tale.reads(61, HILIR, 170) == []
    assert tale.says(62, "order") == ["order code-hilir officer"]


def test_silence_before_the_first_word_completes_no_wait() -> None:
    """One reading beyond the mark, forty minutes of nothing, which is told as danger, and one more: that is no wait."""
    tale = Tale()
    assert tale.reads(0, HILIR, 177) == [said for minute in range(5, 40, 5) for said in tale.passes(minute)] == []
    assert tale.city.incident(HILIR).dangerous
    assert tale.reads(40, HILIR, 177) == tale.reads(45, HILIR, 177) == []
    assert tale.reads(50, HILIR, 177) == ["order code-hilir clock"]


def test_a_second_gauge_of_the_river_is_a_witness() -> None:
    """At SIAGA or worse and heard; a gauge of another river is none, and WASPADA is not enough."""
    tale = Tale(replace(TERMS, order_after_s=None))
    at_awas(tale, LAIN)
    at_awas(tale)
    for minute in (15, 20, 25):
        assert tale.reads(minute, HULU, 80) == []
    assert [*tale.reads(30, HULU, 120), *tale.reads(40, HULU, 120)] == ["order code-hilir witness code-hulu"]


def test_a_silent_gauge_is_no_witness_until_it_is_heard() -> None:
    """What it read last may be days old."""
    tale = Tale(replace(TERMS, order_after_s=None))
    for minute in (0, 5, 10):
        tale.reads(minute, HULU, 120)
    tale.passes(45)
    for minute in (50, 55, 60):
        assert tale.reads(minute, HILIR, 170) == []
    assert tale.reads(65, HULU, 120) == ["order code-hilir witness code-hulu"]


def test_a_gauge_that_people_are_not_told_of_is_no_witness() -> None:
    """A gauge in its trial says nothing to the public, not even as a witness; nor is anything ordered of one."""
    tale = Tale(replace(TERMS, order_after_s=None), {HULU: "staff"})
    for minute in (0, 5, 10):
        tale.reads(minute, HULU, 170)
    assert at_awas(tale, until=15) == []
    assert tale.says(16, "order", HULU) == []


def test_a_city_may_ask_for_more_than_one_witness() -> None:
    """Two where it says so: a gauge and a person."""
    tale = Tale(replace(TERMS, order_after_s=None, witnesses=2))
    for minute in (0, 5, 10):
        tale.reads(minute, HULU, 120)
    assert at_awas(tale) == []
    assert tale.says(12, "seen_on_camera", level_seen=True) == ["order code-hilir witness code-hulu+siti"]


@pytest.mark.parametrize(
    ("kind", "body", "counts"),
    [
        ("seen_on_camera", {"level_seen": True}, True),
        ("seen_on_camera", {"level_seen": False}, False),
        ("read_on_site", {"level_cm": 165.0, "read_us": at(11)}, True),
        ("read_on_site", {"level_cm": 155.0, "read_us": at(11)}, False),
        ("confirm", {}, False),
    ],
)
def test_somebody_who_saw_the_water_is_a_witness(kind: DecisionKind, body: dict[str, Any], counts: bool) -> None:
    """On a camera or at the staff, at or beyond the mark; that the fact is confirmed orders nothing yet."""
    tale = Tale(replace(TERMS, order_after_s=None))
    at_awas(tale)
    said = [one for one in tale.says(12, kind, **body) if one.startswith("order")]
    assert said == (["order code-hilir witness siti"] if counts else [])


def test_what_was_seen_long_ago_is_no_witness() -> None:
    """An hour at most: water that came again since is other water."""
    tale = Tale(replace(TERMS, order_after_s=None))
    for minute in (0, 5, 10):
        tale.reads(minute, HILIR, 120)
    assert tale.says(11, "seen_on_camera", level_seen=True) == []
    assert [said for minute in (75, 80, 85) for said in tale.reads(minute, HILIR, 170)] == []


def test_an_order_ends_with_its_level_and_may_come_again() -> None:
    """Leaving AWAS downwards ends it, said once; a second crest is a second order."""
    tale = Tale()
    assert at_awas(tale) == ["order code-hilir clock"]
    milder = [said for minute in range(15, 55, 5) for said in tale.reads(minute, HILIR, 120)]
    assert milder == ["over code-hilir"]
    again = [said for minute in range(60, 80, 5) for said in tale.reads(minute, HILIR, 170)]
    assert again == ["order code-hilir clock"]


def test_an_officer_may_order_before_awas() -> None:
    """The word stands until the water leaves the level at which it was given."""
    tale = Tale()
    for minute in (0, 5, 10):
        tale.reads(minute, HILIR, 120)
    assert tale.says(11, "order") == ["order code-hilir officer"]
    assert tale.says(12, "order") == []
    worse = [said for minute in (15, 20, 25, 30, 35) for said in tale.reads(minute, HILIR, 170)]
    assert worse == [], "it is given"
    assert [said for minute in range(40, 80, 5) for said in tale.reads(minute, HILIR, 80)] == ["over code-hilir"]


def test_wrong_stops_the_clock_and_ends_an_order() -> None:
    """The public, which was told, hears of it once; however long the sensor goes on, nothing is ordered by itself."""
    tale = Tale()
    at_awas(tale, until=5)
    assert at_awas(tale) == ["order code-hilir clock"]
    tale.orders.said([_told(tale)])
    assert tale.says(12, "wrong", reason="ranting") == ["correction code-hilir"]
    assert tale.says(13, "wrong", reason="ranting") == []
    assert [said for minute in range(15, 90, 5) for said in tale.reads(minute, HILIR, 170)] == []
    assert tale.says(91, "confirm") == ["confirmed code-hilir", "order code-hilir clock"]


def test_what_nobody_was_told_needs_no_correction() -> None:
    """A word that comes before anything was said takes nothing back."""
    tale = Tale(replace(TERMS, order_after_s=None))
    at_awas(tale)
    assert tale.says(12, "wrong", reason="ranting") == []


def test_a_witness_that_arises_after_the_word_counts_again() -> None:
    """One that was there before is no news; a neighbour that comes to SIAGA later is."""
    tale = Tale(replace(TERMS, order_after_s=None, witnesses=2))
    for minute in (0, 5, 10):
        tale.reads(minute, HULU, 120)
    at_awas(tale)
    tale.says(12, "wrong", reason="ranting")
    assert tale.says(13, "seen_on_camera", level_seen=True) == [], "the gauge above was there before"
    assert tale.says(14, "seen_on_camera", by="budi", level_seen=True) == ["order code-hilir witness siti+budi"]


def test_what_somebody_holds_back_is_ordered_by_an_officer_alone() -> None:
    """A silence of the public's warning holds clock and witness; when it ends they speak."""
    tale = Tale()
    for minute in (0, 5, 10):
        tale.city.level(minute, HILIR, 170)
    assert tale.due(10, held=lambda _: True) == []
    assert tale.due(11) == ["order code-hilir clock"]


def test_a_replay_tells_what_would_be_ordered_of_gauges_in_their_trial() -> None:
    """All circles, so that a pack can be judged before it speaks; an order at AWAS all the same."""
    tale = Tale(audiences={HILIR: "shadow"}, tells=("shadow", "staff", "public"))
    assert at_awas(tale) == ["order code-hilir clock"]
    assert tale.city.incident(HILIR).level is Level.AWAS


def _told(tale: Tale) -> Bulletin:
    return bulletin(of=tale.city.incident(HILIR).id)
