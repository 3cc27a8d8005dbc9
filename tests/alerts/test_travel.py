"""How long crests take between two gauges, learned from waves whose way is known."""

from __future__ import annotations

import math
import random

import pytest

from alerts.travel import ENOUGH, Crest, Learned, Point, crests, events, forecast, learn, sound
from contract.clock import HOUR_US, MINUTE_US
from contract.travel import Reach, Travel, in_force, told_by, window

REACH = Reach("hulu", "hilir", 3 * 3_600.0, 4 * 3_600.0)
WAVES_H = (10, 40, 75, 100, 140, 180, 230, 260)


def river(waves_h: list[float] | tuple[float, ...], *, every_min: int = 60, size_cm: float = 80) -> list[Point]:
    """Eleven days of calm water with a wave of five hours at each of these hours."""
    found = []
    for minute in range(0, 300 * 60, every_min):
        high = sum(size_cm * math.exp(-(((minute / 60 - hour) / 2) ** 2)) for hour in waves_h)
        found.append(Point(minute * MINUTE_US, 50.0 + round(high)))
    return found


def learned(above: list[Point], below: list[Point]) -> Learned:
    return learn(REACH, crests(sound(above, 60.0)), crests(sound(below, 60.0)))


@pytest.mark.parametrize("every_min", [5, 10, 60])
def test_the_way_of_waves_is_learned_however_often_they_are_read(every_min: int) -> None:
    """Three and a half hours, to within half of what lies between two readings."""
    found = learned(river(WAVES_H, every_min=every_min), river([h + 3.5 for h in WAVES_H], every_min=every_min))
    assert (found.travel.learned, found.travel.events) == (True, len(WAVES_H))
    assert found.travel.usual_s / 60 == pytest.approx(210, abs=every_min / 2)
    assert found.travel.latest_s - found.travel.earliest_s >= 1_800
    assert max(map(abs, found.left_out_s)) / 60 <= every_min


def test_a_forecast_is_scored_by_what_was_known_before_it() -> None:
    """Five and a half hours in truth, three and a half by the city's word: two hours out until five were seen."""
    found = learned(river(WAVES_H), river([h + 5.5 for h in WAVES_H]))
    assert found.travel.forecasts == len(WAVES_H)
    assert found.travel.error_s is not None
    assert found.travel.error_s / 60 == pytest.approx(120 * ENOUGH / len(WAVES_H), abs=10)
    assert max(map(abs, found.left_out_s)) / 60 <= 1


def test_too_few_events_teach_nothing() -> None:
    """The city's own word stands, with the error that it had."""
    few = WAVES_H[: ENOUGH - 1]
    found = learned(river(few), river([h + 5 for h in few]))
    assert not found.travel.learned
    assert (found.travel.earliest_s, found.travel.latest_s) == (REACH.earliest_s, REACH.latest_s)
    assert found.travel.events == len(few)
    assert found.travel.error_s == pytest.approx(90 * 60, abs=600)


def test_a_hole_hides_a_crest_and_invents_none() -> None:
    """Nobody reads from before the fourth wave's crest until long after it; all others are as they were."""
    above, below = river(WAVES_H), river([h + 3.5 for h in WAVES_H])
    gap = range(102 * 60 + 30, 123 * 60)
    holed = [point for point in below if point.at_us // MINUTE_US not in gap]
    found = learned(above, holed)
    assert len(found.events) == len(WAVES_H) - 1
    assert found.travel.usual_s == learned(above, below).travel.usual_s


def test_typing_errors_are_no_crests() -> None:
    """Up and down, thirty of them, beside the waves."""
    rng = random.Random(7)
    above, below = river(WAVES_H), river([h + 3.5 for h in WAVES_H])
    clean = learned(above, below)
    quiet = [i for i in range(2, len(below) - 2, 3) if all(abs(p.cm - 50) < 3 for p in below[i - 2 : i + 3])]
    for points in (above, below):
        for i in rng.sample(quiet, 30):
            points[i] = points[i]._replace(cm=points[i].cm + rng.choice((400, 150, -600)))
    assert learned(above, below).events == clean.events


def test_a_plateau_counts_in_its_middle() -> None:
    """750, 750, 750: its keeper rounds."""
    hours = [50, 60, 80, 100, 100, 100, 100, 100, 80, 60, 50]
    (crest,) = crests([Point(hour * HOUR_US, cm) for hour, cm in enumerate(hours)])
    assert crest == Crest(5 * HOUR_US, 50)


def test_low_water_crests_downward() -> None:
    """Of a gauge where falling is bad."""
    hours = [100, 80, 60, 80, 100]
    (crest,) = crests([Point(hour * HOUR_US, cm) for hour, cm in enumerate(hours)], falling=True)
    assert crest == Crest(2 * HOUR_US, 40)


def test_a_wave_belongs_to_one_wave_only() -> None:
    """Two upstream and one downstream are one event, that of the higher."""
    above = [Crest(0, 30), Crest(HOUR_US, 90)]
    below = [Crest(4 * HOUR_US, 60)]
    assert [event.passed_us for event in events(REACH, above, below)] == [HOUR_US]


def test_what_was_learned_stands_instead_of_the_citys_word() -> None:
    """Pair by pair; what the file does not name is forecast only where it was learned."""
    other = Reach("hilir", "muara", 3_600.0, 7_200.0)
    better = Travel("hulu", "hilir", 9_000.0, 10_000.0, 11_000.0, True, 9, 9, 600.0)
    assert in_force([REACH, other], [better]) == (better, told_by(other))
    assert window(better, 0) == (9_000_000_000, 11_000_000_000)


def test_a_tenth_lies_on_either_side() -> None:
    """Of eleven lags from one to eleven hours."""
    found = forecast(REACH, [3_600.0 * hour for hour in range(1, 12)])
    assert [round(s / 3_600, 1) for s in (found.earliest_s, found.usual_s, found.latest_s)] == [2.0, 6.0, 10.0]
