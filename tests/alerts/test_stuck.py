"""A gauge that stands still in a flood while its neighbour moves ends nothing; one that rests is left alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from support.watch import Watch, at, placements, profile, rules, watch

from alerts.engine import Engine
from contract.travel import Travel

GAUGE, BELOW = "code-hulu", "code-hilir"


def both(city: Watch, above: list[float], below: list[float], begin: int = 0) -> list[str]:
    """A reading of each every five minutes; what was told of the lower one."""
    for number, (one, other) in enumerate(zip(above, below, strict=True)):
        city.level(begin + 5 * number, GAUGE, one)
        city.level(begin + 5 * number, BELOW, other)
    return [line for line in city.story() if line.endswith(BELOW)]


RISING = [80.0 + 6 * i for i in range(20)]


def test_a_stuck_gauge_below_its_clear_mark_ends_no_flood() -> None:
    """It hung up at 50 cm while its neighbour two bridges up rose by a hand's breadth each reading."""
    told = both(watch(), RISING, [80, 90, 95, *[50.0] * 17])
    assert told[0] == f"10 opened WASPADA {BELOW}"
    assert not [line for line in told if "resolved" in line]


def test_it_is_known_within_half_an_hour_and_until_it_moves() -> None:
    """From the 25th minute on; a hair's breadth is movement, and then it clears as ever."""
    city = watch()
    seen = []
    for number, above in enumerate(RISING):
        city.level(5 * number, GAUGE, above)
        city.level(5 * number, BELOW, 80.0 if number < 3 else 50.0)
        seen.append(list(city.engine.stuck(at(city.minute))))
    assert seen.index([BELOW]) * 5 - 15 <= 30
    assert seen[-1] == [BELOW]
    told = both(city, [194.0] * 10, [49.0 - i for i in range(10)], begin=100)
    assert list(city.engine.stuck(at(city.minute))) == []
    assert f"130 resolved NORMAL {BELOW}" in told


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ([80.0] * 20, [80, 90, 95, *[50.0] * 17]),
        (RISING, [80, 90, 95, *[50.0 - 0.2 * i for i in range(17)]]),
    ],
    ids=["its neighbour stands still, too", "it moves a little"],
)
def test_a_river_at_rest_is_naturally_flat(above: list[float], below: list[float]) -> None:
    """The all-clear comes after thirty minutes below, as it always did."""
    assert f"45 resolved NORMAL {BELOW}" in both(watch(), above, below)


def test_a_gauge_above_a_crest_that_travels_is_at_rest() -> None:
    """Its water is down and flat, and the one below still falls fast: that is the crest, and not its instrument."""
    city = watch()
    both(city, [80, 90, 95, *[50.0] * 17], [110.0] * 8 + [110.0 - 6 * i for i in range(12)])
    assert f"45 resolved NORMAL {GAUGE}" in city.story()


def test_a_neighbour_far_away_says_nothing() -> None:
    """Forty kilometres below, the wave is not there for hours."""
    far = {node: replace(one, river_km=40.0 if node == BELOW else one.river_km) for node, one in placements().items()}
    city = Watch(Engine("contoh", rules(), far, {one.gauge: one for one in profile().scales}))
    assert f"45 resolved NORMAL {BELOW}" in both(city, RISING, [80, 90, 95, *[50.0] * 17])


def test_hourly_readings_of_a_keeper_are_never_stuck() -> None:
    """680, 680, 680: after more than 25 minutes without a word stillness is counted anew."""
    city = watch()
    for number in range(12):
        city.level(60 * number, GAUGE, 80 + 10 * number)
        city.level(60 * number, BELOW, 80)
        assert list(city.engine.stuck(at(city.minute))) == []


def test_what_it_said_in_the_last_flood_does_not_count_in_this_one() -> None:
    """The same figure days later is no stand-still of days."""
    city = watch()
    both(city, RISING[:6], [80.0] * 6)
    both(city, [40.0] * 12, [40.0] * 12, begin=60)
    both(city, RISING[:3], [80.0] * 3, begin=5_000)
    assert list(city.engine.stuck(at(city.minute))) == []


def test_a_stuck_gauge_that_falls_silent_is_silent() -> None:
    """It is named as that, and no longer as stuck."""
    city = watch()
    both(city, RISING, [80, 90, 95, *[50.0] * 17])
    city.pass_to(200)
    assert list(city.engine.stuck(at(200))) == []
    assert f"125 no_data WASPADA {BELOW}" in city.story()


def test_it_is_known_again_after_a_restart_before_it_could_end_a_flood() -> None:
    """Nothing is kept of it, and the clear run had been broken."""
    city = watch()
    both(city, RISING[:10], [80, 90, 95, *[50.0] * 7])
    assert list(city.engine.stuck(at(city.minute))) == [BELOW]
    again = watch()
    again.seqs = dict(city.seqs)
    again.engine.restore(city.engine.snapshot())
    told = both(again, [140.0 + 6 * i for i in range(12)], [50.0] * 12, begin=50)
    assert list(again.engine.stuck(at(again.minute))) == [BELOW]
    assert not [line for line in told if "resolved" in line]


# ------------------------------------------------------------ far apart, and below every mark

UP_SLOWLY = [80.0 + 2 * i for i in range(36)] + [150.0] * 64
FAR = (Travel(GAUGE, BELOW, 3 * 3_600.0, 3.25 * 3_600.0, 3.5 * 3_600.0),)


def far_apart(travels: Sequence[Travel] = FAR) -> Watch:
    """Forty kilometres of river, where the water takes three hours to three and a half."""
    far = {node: replace(one, river_km=40.0 if node == BELOW else one.river_km) for node, one in placements().items()}
    city = Watch(Engine("contoh", rules(), far, {one.gauge: one for one in profile().scales}))
    city.engine.travel(travels)
    return city


def stuck_from(city: Watch, above: Sequence[float], below: Callable[[int], float]) -> int | None:
    """The minute at which the lower gauge is first named as stuck; each is read every five minutes."""
    for number, cm in enumerate(above):
        city.level(5 * number, GAUGE, cm)
        city.level(5 * number, BELOW, below(5 * number))
        if BELOW in city.engine.stuck(at(city.minute)):
            return 5 * number
    return None


def test_a_gauge_that_hangs_below_its_mark_is_named_once_the_wave_must_be_there() -> None:
    """Half a metre in two and a half hours, three and a half on the way, half an hour of grace: no sooner, no later."""
    city = far_apart()
    assert stuck_from(city, UP_SLOWLY, lambda _: 40.0) == 390
    assert city.engine.stuck(at(city.minute)) == {BELOW: at(0)}
    assert not [line for line in city.story() if line.endswith(BELOW)]


@pytest.mark.parametrize(
    "below",
    [
        lambda minute: 40.0 + (minute >= 200) * (minute - 200) / 5,
        lambda minute: 40.0 + (minute >= 300),
        lambda minute: math.nan if minute % 60 else 40.0,
    ],
    ids=["the wave comes", "it moved once", "it is read by the hour"],
)
def test_a_gauge_that_shows_the_wave_is_not_stuck(below: Callable[[int], float]) -> None:
    """As little as it shows of it."""
    assert stuck_from(far_apart(), UP_SLOWLY, below) is None


@pytest.mark.parametrize(
    ("above", "travels"),
    [
        ([150.0] * 100, FAR),
        ([30.0 + (i % 30) for i in range(100)], FAR),
        (UP_SLOWLY, ()),
        (UP_SLOWLY, (Travel(BELOW, GAUGE, 0.0, 1.0, 2.0), Travel("hilang", BELOW, 0.0, 1.0, 2.0))),
    ],
    ids=["a crest that stands", "no flood", "nobody knows how long", "other ways"],
)
def test_low_water_is_flat_while_no_wave_is_known_to_be_there(above: list[float], travels: Sequence[Travel]) -> None:
    """Nothing is said of a gauge that has nothing to show."""
    assert stuck_from(far_apart(travels), above, lambda _: 40.0) is None


def test_a_rule_that_is_taken_away_leaves_the_gauge_watched() -> None:
    """Where another rule judges the same gauge it is looked at by that one."""
    city = far_apart()
    flood = next(one for one in rules() if one.subject == "flood")
    city.engine.govern((*rules(), replace(flood, id="twice", audience="shadow")))
    both(city, [40.0], [40.0])
    city.engine.govern(rules())
    assert stuck_from(city, UP_SLOWLY, lambda _: 40.0) is not None


def test_a_near_gauge_below_its_mark_has_time_until_slow_water_is_there() -> None:
    """A kilometre at half a metre a second, and half an hour of grace."""
    found = stuck_from(watch(), RISING * 2, lambda _: 40.0)
    assert found is not None
    assert 90 <= found <= 130


def test_travel_times_that_are_learned_later_count_and_outlast_the_registry() -> None:
    """Places that change keep them."""
    city = far_apart(())
    city.engine.travel(FAR)
    city.engine.place(city.engine.places, {one.gauge: one for one in profile().scales})
    assert stuck_from(city, UP_SLOWLY, lambda _: 40.0) == 390
