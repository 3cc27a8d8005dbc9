"""Who is asked to measure more often, how often, and until when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import pytest
from support import watch
from support.city_data import incident
from support.watch import at

from alerts.sampling import Paces, Sampling
from contract.city import MANUAL
from contract.clock import MINUTE_US, SECOND_US
from contract.incident import Incident
from contract.levels import Level
from contract.travel import Travel
from store.ports import Placement

UPPER, MIDDLE, LOWER, ELSEWHERE = "katulampa", "depok", "manggarai", "angke"
HOUR_S = 3_600.0
GAUGE_PLACE = watch.placements()["code-hulu"]
TRAVELS = (
    Travel(UPPER, MIDDLE, 2 * HOUR_S, 2.5 * HOUR_S, 3 * HOUR_S),
    Travel(MIDDLE, LOWER, 5 * HOUR_S, 6 * HOUR_S, 7 * HOUR_S),
)


class Wish(NamedTuple):
    minute: int
    node: str
    period_s: float


@dataclass
class Twin:
    """Writes down what it is asked for; says no while it is away."""

    wishes: list[Wish] = field(default_factory=list)
    away: bool = False

    def hurry(self, node: str, sensor: str, period_s: float, for_s: float, now_us: int) -> bool:
        assert (sensor, for_s) == ("level", 600.0)
        if not self.away:
            self.wishes.append(Wish((now_us - at(0)) // MINUTE_US, node, period_s))
        return not self.away


def gauge(node: str, period_s: float = 900.0) -> Placement:
    return replace(
        GAUGE_PLACE,
        node=node,
        sensors={"level": ("flood", period_s), MANUAL: ("flood", 3_600.0), "self": ("node", 900.0)},
    )


PLACES = {node: gauge(node) for node in (UPPER, MIDDLE, LOWER, ELSEWHERE)}


def flood(node: str, level: Level) -> Incident:
    return replace(incident(), node=node, level=level)


@dataclass
class City:
    twin: Twin = field(default_factory=Twin)
    floods: list[Incident] = field(default_factory=list)
    travels: tuple[Travel, ...] = TRAVELS
    sampling: Sampling = field(init=False)
    minute: int = 0

    def __post_init__(self) -> None:
        self.sampling = Sampling(Paces(), self.twin)

    def to(self, minute: int, places: dict[str, Placement] | None = None) -> list[Wish]:
        """Turn every minute up to there; what was wished meanwhile."""
        self.twin.wishes.clear()
        for now in range(self.minute, minute + 1):
            self.sampling.turn(self.floods, self.travels, places or PLACES, at(now))
        self.minute = minute + 1
        return list(self.twin.wishes)


def test_a_flood_above_hurries_every_gauge_below_it_and_no_other() -> None:
    """Itself, the next, and the one after that; a river of its own goes on as ever."""
    city = City(floods=[flood(UPPER, Level.SIAGA)])
    assert city.to(0) == [Wish(0, UPPER, 60.0), Wish(0, MIDDLE, 60.0), Wish(0, LOWER, 60.0)]
    assert city.sampling.hurried == [MIDDLE, UPPER, LOWER]


def test_a_wish_is_renewed_at_half_of_its_time() -> None:
    city = City(floods=[flood(LOWER, Level.WASPADA)])
    assert city.to(14) == [Wish(0, LOWER, 300.0), Wish(5, LOWER, 300.0), Wish(10, LOWER, 300.0)]


def test_a_level_that_changes_changes_the_pace_at_once() -> None:
    city = City(floods=[flood(LOWER, Level.WASPADA)])
    city.to(1)
    city.floods = [flood(LOWER, Level.AWAS)]
    assert city.to(2) == [Wish(2, LOWER, 60.0)]
    city.floods = [flood(LOWER, Level.WASPADA)]
    assert city.to(3) == [Wish(3, LOWER, 300.0)]


def test_what_is_asked_for_is_told_with_since_when() -> None:
    """Renewing it changes nothing, another pace begins anew, and what is over is told no more."""
    city = City(floods=[flood(LOWER, Level.WASPADA)])
    asked = {"node": LOWER, "sensor": "level", "period_s": 300.0, "since_us": at(0), "until_us": at(20)}
    city.to(14)
    assert city.sampling.wishes == [asked]
    city.floods = [flood(LOWER, Level.AWAS)]
    city.to(15)
    assert city.sampling.wishes == [{**asked, "period_s": 60.0, "since_us": at(15), "until_us": at(25)}]
    city.floods = []
    city.to(60)
    assert city.sampling.wishes == []


def test_the_gauge_below_is_watched_until_the_water_has_passed() -> None:
    """The flood above is over after ten minutes; its water takes at most three hours, and seven more."""
    city = City(floods=[flood(UPPER, Level.SIAGA)])
    city.to(10)
    city.floods = []
    nodes = {wish.node for wish in city.to(180)}
    assert nodes == {MIDDLE, LOWER}
    assert {wish.node for wish in city.to(600)} == {MIDDLE, LOWER}
    assert max(wish.minute for wish in city.to(900)) < 611
    assert city.sampling.hurried == []


def test_what_could_not_be_said_is_said_at_the_next_turn() -> None:
    city = City(floods=[flood(LOWER, Level.AWAS)])
    city.twin.away = True
    assert city.to(3) == []
    assert city.sampling.hurried == []
    city.twin.away = False
    assert city.to(4) == [Wish(4, LOWER, 60.0)]


@pytest.mark.parametrize(("period_s", "asked"), [(60.0, 0), (61.0, 1)])
def test_a_gauge_that_is_quick_enough_is_left_alone(period_s: float, asked: int) -> None:
    city = City(floods=[flood(LOWER, Level.AWAS)])
    assert len(city.to(0, {LOWER: gauge(LOWER, period_s)})) == asked


def test_what_is_on_trial_asks_for_nothing() -> None:
    """A shadow rule moves nothing outside; nor does a gauge that is gone from the registry."""
    city = City(floods=[replace(flood(UPPER, Level.AWAS), audience="shadow")])
    assert city.to(0) == []
    city.floods = [flood(UPPER, Level.AWAS)]
    assert [wish.node for wish in city.to(1, {LOWER: PLACES[LOWER]})] == [LOWER]


def test_a_river_that_runs_in_a_ring_ends() -> None:
    """A mistake in a city's file costs nothing but its own wishes."""
    ring = (*TRAVELS, Travel(LOWER, UPPER, HOUR_S, HOUR_S, HOUR_S))
    assert len(City(floods=[flood(MIDDLE, Level.AWAS)], travels=ring).to(0)) == 3


def test_it_looks_once_a_second() -> None:
    sampling = Sampling(Paces(), Twin())
    assert [sampling.is_due(us) for us in (5, 6, SECOND_US, SECOND_US + 5)] == [True, False, False, True]
