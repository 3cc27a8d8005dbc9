"""The physics of a scenario: repeatable, plausible, and a flood that passes the levels in order."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cities.load import load
from contract.clock import SECOND_US, ManualClock
from contract.compress import compressed
from contract.kinds import CrowdValues, FloodValues, HotspotValues
from contract.levels import Level, Scale, Threshold
from contract.quality import Quality
from edge.quality import Checker, default_limits
from firmware_sim.node import StoryClock
from firmware_sim.rivers import on_staff
from firmware_sim.scenario import available, load_scenario
from firmware_sim.story import Pole, Story

STARTED_US = 1_750_000_000 * SECOND_US
CITY = load("yogyakarta")
STORIES = {name: Story(load_scenario(name), CITY, 1, STARTED_US) for name in available()}


def _gauges(story: Story, river: str) -> list[Pole]:
    poles = [pole for pole in story.poles if pole.spec.kind == "gauge" and pole.site.river == river]
    return sorted(poles, key=lambda pole: pole.site.river_km)


def _level(story: Story, pole: Pole, story_s: float) -> float:
    values = story.values(pole, pole.spec.sensors[0], story_s)
    assert isinstance(values, FloodValues)
    assert values.level_cm is not None
    return values.level_cm


def _first(story: Story, pole: Pole, level_cm: float) -> int | None:
    return next((at_s for at_s in range(0, 32_400, 60) if _level(story, pole, at_s) >= level_cm), None)


@settings(max_examples=60)
@given(
    name=st.sampled_from(available()),
    number=st.integers(0, 129),
    story_s=st.floats(0, 1e6),
    seed=st.integers(0, 2**31),
)
def test_the_same_seed_tells_the_same_story(name: str, number: int, story_s: float, seed: int) -> None:
    """Every value of every sensor at every moment is a function of scenario, city and seed; and it is a legal value."""
    told = [Story(load_scenario(name), CITY, seed, STARTED_US) for _ in range(2)]
    pole = told[0].poles[number]
    for sensor in pole.spec.sensors:
        first, again = (story.values(story.poles[number], sensor, story_s) for story in told)
        assert first == again


def test_another_seed_tells_another_story() -> None:
    """Seeds differ in who is hit and in every sensor's noise."""
    other = Story(load_scenario("flood"), CITY, 2, STARTED_US)
    pole = other.poles[0]
    assert [_level(other, pole, at) for at in (0, 60, 120)] != [
        _level(STORIES["flood"], pole, at) for at in (0, 60, 120)
    ]


def test_the_flood_passes_the_levels_in_order() -> None:
    """At every gauge of the river: NORMAL, WASPADA, SIAGA, AWAS in that order, all three at the middle ones."""
    story = STORIES["flood"]
    gauges = _gauges(story, "Code")
    for pole in gauges[:3]:
        scale = CITY.scale_of(pole.spec.node)
        assert scale is not None
        times = [_first(story, pole, threshold.raise_cm) for threshold in scale.thresholds]
        assert None not in times
        assert times == sorted(times, key=lambda at: at or 0)
        assert scale.level_at(_level(story, pole, 0)) is Level.NORMAL
        # …and it ends: below every clear level well before the story begins again
        assert all(_level(story, pole, at) < scale.thresholds[0].clear_cm for at in range(18_000, 32_400, 300))


def test_upstream_gauges_rise_first() -> None:
    """The wave travels: each gauge passes WASPADA after the one above it, and its peak is a little lower."""
    story = STORIES["flood"]
    gauges = _gauges(story, "Code")
    times = [_first(story, pole, 70.0) for pole in gauges]
    assert None not in times
    assert all((one or 0) < (other or 0) for one, other in pairwise(times))
    peaks = [max(_level(story, pole, at) for at in range(0, 20_000, 60)) for pole in gauges]
    assert peaks == sorted(peaks, reverse=True)
    assert peaks[0] == pytest.approx(184, abs=2)


def test_other_rivers_stay_low() -> None:
    """One river floods; the others stay 20 cm and more below the level at which a WASPADA would end."""
    story = STORIES["flood"]
    for river in ("Winongo", "Gajah Wong"):
        for pole in _gauges(story, river):
            scale = CITY.scale_of(pole.spec.node)
            assert scale is not None
            highest_cm = max(_level(story, pole, at) for at in range(0, 32_400, 300))
            assert highest_cm < scale.thresholds[0].clear_cm - 20


def test_the_demo_rises_soon_and_the_check_is_over_soon() -> None:
    """At speed 120 the water passes WASPADA after about 20 s; at speed 600 all is over after less than 35 s."""
    story = STORIES["flood"]
    gauges = _gauges(story, "Code")
    first = _first(story, gauges[0], 70.0)
    assert first is not None
    assert first / 120 <= 21
    clear_s = max(at for at in range(0, 32_400, 60) for pole in gauges if _level(story, pole, at) >= 60) + 1_800
    assert clear_s / 600 < 35


@pytest.mark.parametrize(("waspada_cm", "awas_cm"), [(70.0, 160.0), (750.0, 950.0), (80.0, 200.0), (-40.0, -130.0)])
def test_the_record_floods_any_staff(waspada_cm: float, awas_cm: float) -> None:
    """A lower datum, a wider spread, a staff that counts downwards: WASPADA and AWAS fall on the same water."""
    thresholds = (
        Threshold(Level.WASPADA, waspada_cm, waspada_cm, "3"),
        Threshold(Level.AWAS, awas_cm, awas_cm, "1"),
    )
    scale = Scale("gauge", "datum", "rising" if awas_cm > waspada_cm else "falling", thresholds)
    assert on_staff(70.0, scale) == waspada_cm
    assert on_staff(160.0, scale) == awas_cm
    assert scale.level_at(on_staff(184.0, scale)) is Level.AWAS
    assert scale.level_at(on_staff(30.0, scale)) is Level.NORMAL
    assert on_staff(123.4, None) == 123.4


def test_a_flash_flood_is_a_short_story() -> None:
    """One peak from NORMAL to AWAS at the upper gauges, and all clear within 13,000 s: 44 s at speed 300."""
    story = STORIES["flash"]
    gauges = _gauges(story, "Code")
    for pole in gauges[:2]:
        times = [_first(story, pole, level_cm) for level_cm in (70.0, 110.0, 160.0)]
        assert None not in times
        assert _level(story, pole, 0) < 65
    assert all(_level(story, pole, at) < 60 for pole in gauges for at in range(11_200, 36_000, 60))


@pytest.mark.parametrize("speed", [1.0, 120.0, 600.0])
def test_the_real_quality_checks_believe_the_river(speed: float) -> None:
    """A real flood and its noise pass the gauge's own checks at any speed: no spike, no flat line, no rate."""
    story = STORIES["flood"]
    for pole in (*_gauges(story, "Code"), *_gauges(story, "Winongo")):
        checker = Checker(compressed(default_limits("flood"), speed))
        for at_s in range(0, 86_400, 300):
            values = story.values(pole, pole.spec.sensors[0], at_s)
            judged = checker.judge(values, round(at_s / speed * SECOND_US) + 1)
            assert judged.quality is Quality.GOOD, (pole.site.code, at_s, judged)


def test_no_gauge_stands_still() -> None:
    """Noise never repeats itself for an hour, as a dead sensor would."""
    story = STORIES["calm"]
    for pole in story.poles[:10]:
        for start in range(0, 86_400, 7_200):
            assert len({_level(story, pole, start + at) for at in range(0, 3_600, 300)}) > 2


def test_an_outage_is_seen_from_the_point_and_ends() -> None:
    """Behind a dead uplink the gateway answers and the internet does not; before and after all is well."""
    story = STORIES["blackout"]
    dark = [pole for pole in story.poles if not story.uplink_up(pole.site, 5_000.0)]
    assert len([pole for pole in dark if pole.spec.kind == "wifi"]) >= 3
    assert len({pole.site.uplink for pole in dark}) == 1
    point = next(pole for pole in dark if pole.spec.kind == "wifi")
    seen = [story.values(point, point.spec.sensors[0], at) for at in (3_000.0, 5_000.0, 13_000.0)]
    assert [one.internet for one in seen if isinstance(one, HotspotValues)] == ["open", "down", "open"]
    assert [one.gateway_ok for one in seen if isinstance(one, HotspotValues)] == [True, True, True]


def test_a_festival_fills_one_place() -> None:
    """One camera sees several times its usual number, says that its count is a lower bound, and is normal again."""
    story = STORIES["festival"]
    calm = Story(load_scenario("festival").model_copy(update={"festival": ()}), CITY, 1, STARTED_US)
    changed = {}
    for pole, usual in zip(story.poles, calm.poles, strict=True):
        if pole.spec.kind == "camera":
            full, empty = (
                one.values(which, which.spec.sensors[0], 10_000.0) for one, which in ((story, pole), (calm, usual))
            )
            assert isinstance(full, CrowdValues)
            assert isinstance(empty, CrowdValues)
            if full.people != empty.people:
                changed[pole.spec.node] = (full.people or 0) / max(1, empty.people or 0)
    assert len(changed) == 1
    assert next(iter(changed.values())) > 5


def test_people_sleep() -> None:
    """At 3 in the morning there are fewer people and guests than at 19 in the evening, in every place."""
    story = STORIES["festival"]
    for pole in story.poles[10:40]:
        night, evening = (
            sum(_people(story, pole, (hour - 17) % 24 * 3_600.0 + day * 86_400) for day in range(1, 6))
            for hour in (3, 19)
        )
        assert night < evening


def _people(story: Story, pole: Pole, story_s: float) -> int:
    values = story.values(pole, pole.spec.sensors[0], story_s)
    if isinstance(values, CrowdValues):
        return values.people or 0
    assert isinstance(values, HotspotValues)
    return values.clients or 0


def test_counts_are_consistent() -> None:
    """The smallest count is not above the median, the largest not below the ninetieth percentile."""
    story = STORIES["festival"]
    for pole in story.poles[10:30]:
        for at in range(0, 36_000, 1_800):
            values = story.values(pole, pole.spec.sensors[0], at)
            assert isinstance(values, CrowdValues)
            counts = (values.people_min, values.people, values.people_p90, values.people_max)
            assert None not in counts
            assert list(counts) == sorted(count or 0 for count in counts)


def test_a_story_that_was_cut_short_goes_on_where_it_stands_now() -> None:
    """Begun 30 s ago at 100 times the speed: a simulator that is started again is 3,000 s into it."""
    clock = ManualClock()
    began_us = clock.now_us()
    clock.advance(30)
    time = StoryClock(clock, 100.0)
    time.begin(began_us)
    assert time.story_s(clock.mono_us()) == pytest.approx(3_000)
    time.begin()
    assert time.story_s(clock.mono_us()) == 0
