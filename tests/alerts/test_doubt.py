"""A reading that jumps alone, minute by minute: it waits for the next, and a true wave is found no later for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.watch import Watch, at, placements, profile, rule, rules, scale, watch

from alerts.doubt import jumps, was_never_there
from alerts.engine import Engine
from contract.clock import MINUTE_US
from contract.levels import Level
from store.ports import Placement

GAUGE = "code-hulu"


def doubting() -> Watch:
    """WASPADA from 70 (clear 60), SIAGA 110 (95), AWAS 160 (140); what moves by more than 50 cm waits."""
    return watch(gauge=replace(scale(GAUGE), jump_cm=50.0))


def hourly() -> dict[str, Placement]:
    """The small city's gauge as a keeper reads it."""
    return {GAUGE: replace(placements()[GAUGE], sensors={"gauge": ("flood", 3_600.0)})}


def told(city: Watch, *readings: tuple[float, float]) -> list[str]:
    """What is told of a list of (minute, cm)."""
    for minute, cm in readings:
        city.level(minute, GAUGE, cm)
    return city.story()


def test_a_wave_is_found_no_later_for_being_doubted() -> None:
    """It jumps at minute 5, and counts from there once minute 10 has borne it out."""
    waves = ((0, 40), (5, 130), (10, 135), (15, 138))
    assert told(doubting(), *waves) == told(watch(), *waves) == ["15 opened SIAGA code-hulu"]


def test_an_error_on_the_way_up_begins_no_run() -> None:
    """The error is above AWAS, the next reading truly above WASPADA: only that one begins a run."""
    readings = ((0, 60), (5, 180), (10, 75), (15, 76), (20, 77))
    assert told(watch(), *readings) == ["15 opened WASPADA code-hulu"]
    assert told(doubting(), *readings) == ["20 opened WASPADA code-hulu"]


def test_an_error_does_not_lift_a_flood_that_truly_rises() -> None:
    """800 for 80, then SIAGA: AWAS is never told, and SIAGA is confirmed by its own readings."""
    readings = ((0, 80), (5, 80), (10, 80), (15, 800), (20, 112), (25, 113), (30, 114))
    assert told(doubting(), *readings) == ["10 opened WASPADA code-hulu", "30 level SIAGA code-hulu"]


def test_an_error_downward_interrupts_no_run() -> None:
    """8 for 80 while `for` runs: the flood opens as if it had never been keyed in."""
    assert told(doubting(), (0, 40), (5, 80), (10, 8), (15, 82)) == ["15 opened WASPADA code-hulu"]


def test_an_error_upward_does_not_put_off_the_all_clear() -> None:
    """One high reading in the half hour below the clear mark."""
    city = doubting()
    told(city, (0, 80), (5, 80), (10, 80))
    falling = [(minute, 50.0) for minute in range(15, 50, 5)]
    falling[3] = (30, 180.0)
    assert told(city, *falling)[1:] == ["15 recovering WASPADA code-hulu", "45 resolved NORMAL code-hulu"]


def test_water_that_jumps_and_stays_down_begins_to_clear_where_it_fell() -> None:
    """A gate is opened: the second low reading bears out the first."""
    city = doubting()
    told(city, (0, 150), (5, 150), (10, 150))
    assert told(city, *((minute, 40) for minute in range(15, 50, 5)))[1:] == [
        "20 recovering SIAGA code-hulu",
        "45 resolved NORMAL code-hulu",
    ]


def test_a_crest_of_one_reading_is_told_as_high_as_the_next_one_holds_it() -> None:
    """An hour between readings: 182 and then 98 are both above WASPADA's mark, and only 98 is sure."""
    readings = ((0, 60), (60, 182), (120, 98), (180, 56), (240, 45))
    slow = replace(rule("flood"), no_data_for_s=10_800.0)
    city = Engine("contoh", [slow], hourly(), {GAUGE: replace(scale(GAUGE), jump_cm=60.0)})
    assert told(Watch(city), *readings) == [
        "120 opened WASPADA code-hulu",
        "180 recovering WASPADA code-hulu",
        "240 resolved NORMAL code-hulu",
    ]


def test_a_fall_in_doubt_completes_what_stands_either_way() -> None:
    """309, then 173: whether it fell so far is in doubt, that it stands above AWAS is not."""
    wave = ((0, 11), (9, 141), (18, 309), (27, 173), (36, 89))
    assert told(doubting(), *wave) == ["18 opened SIAGA code-hulu", "27 level AWAS code-hulu"]


def test_an_error_between_two_readings_of_low_water_holds_nothing() -> None:
    """The same hour between them; the next is below every mark."""
    slow = replace(rule("flood"), no_data_for_s=10_800.0)
    city = Engine("contoh", [slow], hourly(), {GAUGE: replace(scale(GAUGE), jump_cm=60.0)})
    assert told(Watch(city), (0, 60), (60, 182), (120, 69), (180, 56)) == []


def test_a_run_is_completed_by_a_reading_that_jumps_further_up() -> None:
    """How high is in doubt, that it is no longer low is not: nobody waits for one more reading."""
    assert told(doubting(), (0, 40), (5, 75), (10, 78), (15, 190)) == ["15 opened WASPADA code-hulu"]


def slow() -> Engine:
    """A gauge that is read every hour, whose water moves by 60 cm at the most."""
    rules = [replace(rule("flood"), no_data_for_s=10_800.0)]
    return Engine("contoh", rules, hourly(), {GAUGE: replace(scale(GAUGE), jump_cm=60.0)})


def every_hour(*cm: float) -> list[str]:
    """What is told of it."""
    return told(Watch(slow()), *((60.0 * hour, value) for hour, value in enumerate(cm)))


def test_an_error_completes_no_run_of_water_that_stands() -> None:
    """70 cm is WASPADA's mark: one reading has just touched it, and the next is 170 for 70."""
    assert every_hour(65, 65, 71, 170, 66, 65) == []


def test_a_jump_completes_the_run_of_water_that_comes_up() -> None:
    """By a third of a jump within two readings: nobody waits another hour."""
    assert every_hour(50, 60, 71, 170) == ["180 opened WASPADA code-hulu"]


def test_an_error_further_than_a_flood_jumps_completes_no_run() -> None:
    """The water comes up, and then somebody types 710."""
    assert every_hour(50, 60, 71, 710, 66, 65) == []


def test_what_completes_no_run_is_borne_out_by_the_next_reading() -> None:
    """A true wave is told one reading later, as high as both hold it."""
    assert every_hour(65, 65, 71, 200, 205) == ["240 opened AWAS code-hulu"]


def test_a_run_that_began_beside_a_jump_is_the_same_after_a_restart() -> None:
    """Whether the water was coming up is kept."""
    for first, then in ((50, ["180 opened WASPADA code-hulu"]), (65, [])):
        city = Watch(slow())
        assert told(city, (0, first), (60, 65), (120, 71)) == []
        kept, city.engine = city.engine.snapshot(), slow()
        city.engine.restore(kept)
        assert told(city, (180, 170)) == then


def test_a_gauge_that_jumps_up_and_falls_silent_is_dangerous() -> None:
    """Nothing will settle the doubt: it is settled to the dangerous side."""
    city = doubting()
    told(city, (0, 40), (5, 165))
    assert city.pass_to(40) == ["35 opened AWAS code-hulu"]
    assert city.told[-1].incident.dangerous


def test_an_open_flood_that_jumps_up_and_falls_silent_is_as_grave_as_it_was_last_seen() -> None:
    """WASPADA is told, the next reading is an AWAS that nothing bears out, and then nothing more comes."""
    city = doubting()
    told(city, (0, 75), (5, 75), (10, 75), (15, 165))
    assert city.pass_to(50) == ["45 level AWAS code-hulu", "45 no_data AWAS code-hulu"]
    newest = city.told[-1].incident
    assert (newest.level, newest.value, newest.dangerous) == (Level.AWAS, 165, True)
    assert told(city, (55, 80))[3:] == ["55 data_back AWAS code-hulu"]


def test_a_flood_that_was_ending_and_jumps_up_again_before_it_falls_silent_is_not_ending() -> None:
    """Whoever looks at it sees it firing."""
    city = doubting()
    told(city, (0, 75), (5, 75), (10, 75), (15, 50), (20, 105))
    assert city.pass_to(60) == ["50 relapsed WASPADA code-hulu", "50 no_data WASPADA code-hulu"]


def test_an_open_flood_that_jumps_down_and_falls_silent_stays_as_grave() -> None:
    """A doubt downward is settled the same way: what was believed stands."""
    city = doubting()
    told(city, (0, 165), (5, 165), (10, 165), (15, 100))
    assert city.pass_to(50) == ["45 no_data AWAS code-hulu"]


def test_a_gauge_that_jumps_down_and_falls_silent_is_not_safe() -> None:
    """The one low reading that nothing bore out does not undo the high one before it."""
    city = doubting()
    told(city, (0, 40), (5, 80), (10, 8))
    assert city.pass_to(45) == ["40 opened WASPADA code-hulu"]


def test_after_a_hole_nothing_is_doubted() -> None:
    """Nobody knows what the water did: the first reading after it begins the run."""
    assert told(doubting(), (0, 75), (25, 130), (34, 131)) == [
        "25 opened WASPADA code-hulu",
        "34 level SIAGA code-hulu",
    ]


def test_what_was_not_believed_is_said() -> None:
    """Node, moment and figure, once."""
    heard: list[tuple[str, float, float]] = []
    scales = {GAUGE: replace(scale(GAUGE), jump_cm=50.0)}
    engine = Engine(
        "contoh", rules(), watch().engine._places, scales,
        unbelieved=lambda node, at_us, cm: heard.append((node, (at_us - at(0)) / MINUTE_US, cm)),
    )  # fmt: skip
    told(Watch(engine), (0, 60), (5, 180), (10, 62), (15, 64))
    assert heard == [(GAUGE, 5.0, 180.0)]


def high(*after: tuple[float, float]) -> Watch:
    """AWAS at 200 cm from minute 10, and what is read then."""
    city = doubting()
    told(city, (0, 200), (5, 200), (10, 200), *after)
    return city


def every_five(first: int, last: int, cm: float) -> tuple[tuple[float, float], ...]:
    """The same reading again and again."""
    return tuple((minute, cm) for minute in range(first, last + 1, 5))


@pytest.mark.parametrize("cm", [20, 19, 0, -9_999, 49])
def test_what_falls_as_no_river_does_ends_nothing(cm: float) -> None:
    """A digit forgotten for hours, a sensor that says nought: it is silent, and dangerous until the water is read."""
    city = high(*every_five(15, 600, cm))
    assert city.story() == ["10 opened AWAS code-hulu", "40 no_data AWAS code-hulu"]
    assert city.told[-1].incident.dangerous
    assert city.told[-1].incident.value == 200
    assert told(city, (605, 190))[2:] == ["605 data_back AWAS code-hulu"]


def test_it_is_heard_of_once_each() -> None:
    """Whoever asks why a gauge that talks is called silent finds what was not believed."""
    heard: list[float] = []
    scales = {GAUGE: replace(scale(GAUGE), jump_cm=50.0)}
    engine = Engine("contoh", rules(), watch().engine._places, scales, unbelieved=lambda _n, _t, cm: heard.append(cm))
    told(Watch(engine), (0, 200), (5, 200), (10, 200), (15, 20), (20, 22), (25, 200))
    assert heard == [20, 22]


def test_whoever_reads_the_staff_vouches_for_the_low_water() -> None:
    """Then the sensor's own readings end the flood, after the whole time."""
    city = high(*every_five(15, 60, 20))
    assert city.read_on_site(62, GAUGE, 25) == ["62 data_back AWAS code-hulu", "62 recovering AWAS code-hulu"]
    assert told(city, *every_five(65, 100, 20))[4:] == ["65 data_back AWAS code-hulu", "95 resolved NORMAL code-hulu"]


def test_two_people_may_end_it_and_the_next_flood_is_found() -> None:
    """The gauge hangs in another place now: what it reads from here on is its water."""
    city = high(*every_five(15, 60, 20))
    assert city.end(62, GAUGE) == ["62 resolved NORMAL code-hulu"]
    assert told(city, *every_five(65, 80, 20), *every_five(85, 95, 75))[3:] == ["95 opened WASPADA code-hulu"]


def test_water_that_falls_in_steps_falls() -> None:
    """However fast, as long as a river can."""
    city = high((15, 140), (20, 80), (25, 20), *every_five(30, 60, 20))
    assert city.story()[-1] == "55 resolved NORMAL code-hulu"


def test_what_undoes_a_leap_is_believed() -> None:
    """Three wrong readings lift a gauge as no water rises: falling back to where it stood is no fall."""
    city = doubting()
    leap = ((0, 30), *every_five(5, 15, 400), *every_five(20, 50, 31))
    assert told(city, *leap) == [
        "15 opened AWAS code-hulu",
        "25 recovering AWAS code-hulu",
        "50 resolved NORMAL code-hulu",
    ]


def test_a_scale_without_a_jump_doubts_nothing() -> None:
    """As every city had it before."""
    assert all(one.jump_cm is None for one in profile().scales)
    assert told(watch(), (0, 40), (5, 400), (10, 72), (15, 73)) == ["15 opened WASPADA code-hulu"]


@pytest.mark.parametrize(
    ("before", "doubted", "value", "never"),
    [
        (700, 80, 700, True),
        (700, 80, 690, True),
        (60, 190, 110, True),
        (60, 190, 130, False),
        (60, 190, 200, False),
        (100, 400, 180, False),
    ],
)
def test_when_a_reading_was_never_there(before: float, doubted: float, value: float, never: bool) -> None:
    """The next is nearer to the old water, and near enough that the river need not have moved."""
    assert jumps(50.0, before, doubted)
    assert was_never_there(50.0, before, doubted, value) is never


def test_the_first_reading_of_all_is_believed() -> None:
    """There is nothing it could have jumped from."""
    assert not jumps(50.0, float("nan"), 400.0)


def test_water_that_stands_where_it_stood_is_not_held_by_an_error() -> None:
    """Hourly, at the very mark after an error: how high the error was bears nothing out, the next reading does."""
    slow = replace(rule("flood"), no_data_for_s=10_800.0)
    for last, told_then in ((66.0, []), (72.0, ["240 opened WASPADA code-hulu"])):
        city = Engine("contoh", [slow], hourly(), {GAUGE: replace(scale(GAUGE), jump_cm=60.0)})
        assert told(Watch(city), (0, 62), (60, 65), (120, 170), (180, 71), (240, last)) == told_then
