"""Whom a telling concerns, and when it may reach them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from support.bulletins import bulletin
from support.city_data import NOON_US, profile
from support.subscriptions import notice, subscription

from contract.city import Region
from contract.impact import Impact
from contract.levels import Level
from contract.reach import telling_from, values_of
from contract.subscription import Telling, concerns, held_until_us, telling_of_bulletin, telling_of_notice

ZONE = "Asia/Jakarta"
TOLD = telling_of_bulletin(bulletin(), profile(), [], seq=4)


def telling(**changed: Any) -> Telling:
    return replace(TOLD, **({"regions": frozenset({"34.71.03"}), "node": "gauge-1", "exempt": False} | changed))


def follower(**changed: Any) -> Any:
    return subscription(**({"state": "active"} | changed))


def local_us(hour: int, minute: int = 0, day: int = 10) -> int:
    """Of a day in June, on the clocks of Yogyakarta."""
    return int(datetime(2026, 6, day, hour, minute, tzinfo=UTC).timestamp() - 7 * 3_600) * 1_000_000


@pytest.mark.parametrize(
    ("chosen", "told", "concerned"),
    [
        ({}, {}, True),
        ({"regions": ("34.71.03",)}, {"regions": frozenset({"34.71.03.1002"})}, True),
        ({"regions": ("34.71.03.1005",)}, {"regions": frozenset({"34.71.03.1002"})}, False),
        ({"regions": ("34.71.04",)}, {}, False),
        ({"regions": ("34.71.0",)}, {}, False),
        ({"regions": (), "gauges": ("gauge-1",)}, {"regions": frozenset()}, True),
        ({"regions": (), "gauges": ("",)}, {"node": "", "regions": frozenset()}, False),
        ({"regions": (), "gauges": ("gauge-2",)}, {"nodes": frozenset({"gauge-2"})}, True),
        ({"regions": (), "gauges": ("gauge-3",)}, {"nodes": frozenset({"gauge-2"})}, False),
        ({"regions": (), "whole_city": True}, {"regions": frozenset()}, True),
        ({"city": "sleman"}, {}, False),
        ({"topics": frozenset({"outage"})}, {}, False),
        ({}, {"drill": True}, False),
        ({"state": "pending"}, {}, False),
        ({"state": "bounced"}, {}, False),
        ({"state": "left"}, {}, False),
        ({"state": "paused", "paused_until_us": TOLD.at_us + 1}, {}, False),
        ({"state": "paused", "paused_until_us": TOLD.at_us}, {}, True),
        ({"from_level": Level.AWAS}, {}, False),
        ({"from_level": Level.SIAGA}, {}, True),
        ({"from_level": Level.AWAS}, {"order": True}, True),
        ({"from_level": Level.AWAS}, {"closing": True, "level": Level.NORMAL}, True),
        ({"from_level": Level.AWAS}, {"level": Level.AWAS}, True),
        ({"from_level": Level.AWAS, "topics": frozenset({"outage"})}, {"topic": "outage"}, True),
        ({"from_level": Level.SIAGA, "topics": frozenset({"bmkg"})}, {"topic": "bmkg", "level": Level.WASPADA}, False),
    ],
)
def test_whom_it_concerns(chosen: dict[str, Any], told: dict[str, Any], concerned: bool) -> None:
    """By place, topic, level and whether they are told anything at all."""
    assert concerns(follower(**chosen), telling(**told)) is concerned


@pytest.mark.parametrize(
    ("at_us", "until_us"),
    [
        (local_us(21, 59), None),
        (local_us(22), local_us(5, day=11)),
        (local_us(2, 10), local_us(5)),
        (local_us(5), None),
        (local_us(13), None),
    ],
)
def test_quiet_hours_hold_what_is_not_urgent(at_us: int, until_us: int | None) -> None:
    """Also over midnight, by the clocks of the city; what is exempt never waits, and who chose none is told at once."""
    told = telling(at_us=at_us)
    assert held_until_us(follower(), told, ZONE) == until_us
    assert held_until_us(follower(), telling(), ZONE, now_us=at_us) == until_us
    assert held_until_us(follower(), replace(told, exempt=True), ZONE) is None
    assert held_until_us(follower(quiet_from_min=None), told, ZONE) is None
    assert held_until_us(follower(quiet_from_min=60, quiet_to_min=60), told, ZONE) is None


def test_quiet_hours_within_a_day() -> None:
    """Who sleeps by day after a night's work."""
    asleep = follower(quiet_from_min=9 * 60, quiet_to_min=16 * 60 + 30)
    assert held_until_us(asleep, telling(at_us=local_us(9)), ZONE) == local_us(16, 30)
    assert held_until_us(asleep, telling(at_us=local_us(2)), ZONE) is None


def test_the_first_of_a_level_and_all_that_is_grave_are_exempt() -> None:
    """What binds is a later word of the mildest level, and nothing else of the water."""
    first, later = bulletin(1, level=Level.WASPADA), bulletin(2, level=Level.WASPADA)

    def exempt(one: Any) -> bool:
        return telling_of_bulletin(one, profile(), [], earlier=[first]).exempt

    assert exempt(first)
    assert not exempt(later)
    assert exempt(replace(later, incident="another"))
    for graver in (replace(later, level=Level.SIAGA), replace(later, kind="all_clear", level=Level.NORMAL)):
        assert exempt(graver)
    assert telling_of_bulletin(replace(later, kind="correction"), profile(), []).closing


def test_a_bulletin_concerns_who_is_not_known_to_be_safe() -> None:
    """The gauge's kecamatan, and the kelurahan of every RW that is named or was surveyed, wherever they lie."""
    far = (
        Region("34.71.09.1001", "Sari", "kelurahan", "34.71.09", 0, 0),
        Region("34.71.09.1002", "Sari Wetan", "kelurahan", "34.71.09", 0, 0),
        Region("34.71.09.1003", "Gowok", "kelurahan", "34.71.09", 0, 0),
    )
    city = replace(profile(), regions=(*profile().regions, *far))
    surveyed = Impact("gauge-1", 100, "RT 3 RW 01 gowok", "knee", "", "", "BPBD", date(2026, 1, 1), "")
    told = telling_of_bulletin(bulletin(regions=("RW 04 Sari Wetan",)), city, [surveyed], seq=9)
    site = city.site_of("gauge-1")
    assert site is not None
    assert told.regions == {site.region.rsplit(".", 1)[0], "34.71.09.1002", "34.71.09.1003"}
    assert (told.seq, told.topic, told.link) == (9, "flood", f"/siaran/{told.id}")
    elsewhere = replace(surveyed, gauge="gauge-2")
    assert "34.71.09.1003" not in telling_of_bulletin(bulletin(), city, [elsewhere]).regions


def test_a_notice_becomes_a_telling() -> None:
    """An outage wakes nobody; the first word of BMKG does, what renews it does not."""
    assert telling_of_notice(notice(seq=3), profile()).regions == {"34.71.03.1005"}
    assert telling_of_notice(notice(), profile()).exempt is False
    assert telling_of_notice(notice(topic="bmkg", update=False), profile()).exempt
    assert not telling_of_notice(notice(topic="bmkg", update=True), profile()).exempt
    assert telling_of_notice(notice(at_us=NOON_US, update=True, level=Level.NORMAL), profile()).closing
    assert telling_of_notice(notice(topic="bmkg", update=True, level=Level.NORMAL), profile()).exempt


def test_a_warning_of_bmkg_concerns_who_follows_a_gauge_in_its_area() -> None:
    """An outage does not: it is of points. Kept and read again it concerns the same."""
    there = telling_of_notice(notice(topic="bmkg", node="", regions=("34.71.01",)), profile())
    assert there.nodes == {"gauge-1"}
    assert telling_from(values_of(there)) == there
    before = {name: value for name, value in values_of(there).items() if name != "nodes"}
    assert telling_from(before).nodes == frozenset()
    assert telling_of_notice(notice(topic="bmkg", node="", regions=("34.71.02",)), profile()).nodes == frozenset()
    assert telling_of_notice(notice(node="", regions=("34.71.01",)), profile()).nodes == frozenset()


def test_the_same_places_in_another_order_are_the_same() -> None:
    """So that an address follows them once."""
    one = subscription(gauges=("b", "a"), regions=("1", "2"))
    assert one.scope == replace(one, gauges=("a", "b"), regions=("2", "1"), label="lain").scope
    assert one.scope != replace(one, whole_city=True).scope
    assert one.scope != replace(one, topics=frozenset({"bmkg"})).scope
