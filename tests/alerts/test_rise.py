"""Water that comes up fast: a steep rise is found at the sample that bears it out, what no water does never is."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.rivers import Point, series
from support.shared_data import need
from support.watch import CITY, EPOCH, Watch, at, placements, profile, rule, scale

from alerts.engine import Engine, Transition
from alerts.rise_stream import RiseStream
from alerts.rulefile import load_rule
from alerts.rules import Levels, Rise, Rule
from alerts.samples import Sample
from alerts.words import Words
from cities.load import rules_folder
from contract.clock import MINUTE_US, from_us
from contract.incident import What
from contract.levels import Scale
from contract.quality import Quality

GAUGE = "code-hulu"
RISE = load_rule(rules_folder("yogyakarta") / "rise.toml")
HOURLY = load_rule(rules_folder("jakarta") / "rise.toml")
HOUR = 60
JUMP = replace(scale(GAUGE), jump_cm=60.0)


def city(gauge: Scale = JUMP, *, pack: Rule = RISE) -> Watch:
    scales = {one.gauge: one for one in profile().scales} | {gauge.gauge: gauge}
    return Watch(Engine(CITY, (pack,), placements(), scales))


def hourly() -> Watch:
    """The same gauge as a keeper reads it, under the rule for keepers."""
    places = {GAUGE: replace(placements()[GAUGE], sensors={"gauge": ("flood", 3_600.0)})}
    return Watch(Engine(CITY, (HOURLY,), places, {GAUGE: JUMP}))


def told(gauge: Scale, *levels: float, every: float = 5, pack: Rule = RISE) -> list[str]:
    """The story of a gauge that reads these levels, one each `every` minutes."""
    river = city(gauge, pack=pack)
    for number, cm in enumerate(levels):
        river.level(every * number, GAUGE, cm)
    return river.story()


@pytest.mark.parametrize("gauge", [JUMP, scale(GAUGE)], ids=["jump", "no jump"])
def test_a_steep_rise_from_its_second_sample_to_its_end(gauge: Scale) -> None:
    """30 cm above the low of the half hour at minute 20, borne out at 25; below 10 cm from minute 50, over at 80."""
    river = [20, 20, 20, 36, 52, 60, *[61] * 12]
    assert told(gauge, *river) == ["25 opened code-hulu", "50 recovering code-hulu", "80 resolved code-hulu"]


def test_a_slow_rise_is_none_however_far_it_goes() -> None:
    """Four centimetres each five minutes, for hours: never 30 within half an hour."""
    assert told(JUMP, *[20 + 4 * number for number in range(60)]) == []


def test_it_is_measured_towards_the_danger() -> None:
    """Where low water is the danger, falling water is the rise."""
    low = replace(
        JUMP,
        direction="falling",
        thresholds=tuple(replace(one, raise_cm=-one.raise_cm, clear_cm=-one.clear_cm) for one in JUMP.thresholds),
    )
    assert told(low, 90, 90, 90, 74, 58, 50) == ["25 opened code-hulu"]
    assert told(low, 20, 20, 20, 36, 52, 60) == []


@pytest.mark.parametrize("gauge", [JUMP, scale(GAUGE)], ids=["jump", "no jump"])
@pytest.mark.parametrize("odd", [120, 420, 51, -60, -25, 2])
def test_one_odd_reading_is_no_rise(gauge: Scale, odd: float) -> None:
    """Neither the way up to it nor, where it is low, the way back from it."""
    assert told(gauge, *[20] * 8, odd, *[20] * 8, odd, *[20] * 8) == []
    assert told(gauge, *[620] * 8, 600 + odd, *[620] * 8) == []


def test_what_is_held_back_never_raises_and_what_bears_it_out_does() -> None:
    """A jump of 100 cm waits; silence after it says nothing of a rise, the next reading up there does."""
    river = city()
    for minute, cm in ((0, 20), (5, 20), (10, 20), (15, 120)):
        river.level(minute, GAUGE, cm)
    assert river.pass_to(600) == []
    assert told(JUMP, 20, 20, 20, 120, 122) == ["20 opened code-hulu"]


def test_a_digit_left_out_for_hours_is_no_rise() -> None:
    """660, 66, 66, 66, 660: back where it stood within a day. Water that truly rises from there does."""
    assert told(JUMP, *[660] * 5, *[66] * 3, *[660] * 5, every=HOUR, pack=HOURLY) == []
    assert told(JUMP, *[660] * 5, *[66] * 3, 130, 180, 185, every=HOUR, pack=HOURLY) == ["540 opened code-hulu"]
    assert told(JUMP, *[660] * 5, *[66] * 26, *[660] * 2, every=HOUR, pack=HOURLY) == ["1920 opened code-hulu"]


def test_a_gauge_that_falls_silent_while_it_rises_is_dangerous() -> None:
    """One reading of a rise is not confirmed, and nobody may take it for nothing."""
    river = city()
    for minute, cm in ((0, 20), (5, 20), (10, 30), (15, 52)):
        river.level(minute, GAUGE, cm)
    assert river.pass_to(600) == ["45 opened code-hulu"]
    (opened,) = river.told
    assert opened.incident.dangerous
    assert (opened.incident.value, opened.incident.level) == (32, None)


def test_what_waited_and_was_borne_out_counts_as_heard_when_it_came() -> None:
    """A jump of which nobody knows from where begins nothing, and no silence is counted from before the gauge."""
    river = hourly()
    for hour, cm in ((3, 600), (5, 630), (7, 730), (10 + 1 / 3, 730), (11 + 1 / 3, 730)):
        assert river.level(hour * HOUR, GAUGE, cm) == []


@given(
    st.lists(st.tuples(st.sampled_from([60, 120, 200, 250]), st.sampled_from([0, 30, 70, -70, 550, -550])), max_size=9)
)
@settings(max_examples=200, deadline=None)
def test_what_is_told_has_a_moment_and_a_figure(steps: list[tuple[int, int]]) -> None:
    """Whatever holes and jumps a series has: nobody is told of a rise by no figure, or one before the gauge spoke."""
    river, minute, cm = hourly(), 0, 600
    for wait_min, by_cm in steps:
        minute, cm = minute + wait_min, cm + by_cm
        river.level(minute, GAUGE, cm)
    river.pass_to(minute + 10 * HOUR)
    for one in river.told:
        assert one.change.at_us > at(0)
        assert one.incident.value is not None
        assert not math.isnan(one.incident.value)


def test_silence_ends_no_rise() -> None:
    """And readings of the window before it are no low to measure from after it."""
    river = city()
    for minute, cm in ((0, 20), (5, 20), (10, 30), (15, 52), (20, 60)):
        river.level(minute, GAUGE, cm)
    assert river.pass_to(200) == ["50 no_data code-hulu"]
    for minute in range(200, 240, 5):
        river.level(minute, GAUGE, 140)
    assert river.story() == [
        "20 opened code-hulu",
        "50 no_data code-hulu",
        "205 data_back code-hulu",
        "205 recovering code-hulu",
        "235 resolved code-hulu",
    ]


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_restart_loses_nothing(cut: int) -> None:
    """A snapshot after any reading: the story goes on as if nothing had been."""
    river = [(5 * n, cm) for n, cm in enumerate([20, 20, 140, 20, 36, 52, 60, 300, 61, 61, 61, 61])]
    whole, first = city(), city()
    for minute, cm in river:
        whole.level(minute, GAUGE, cm)
    for minute, cm in river[:cut]:
        first.level(minute, GAUGE, cm)
    second = city()
    second.engine.restore(first.engine.snapshot())
    second.seqs, second.minute = first.seqs, first.minute
    for minute, cm in river[cut:]:
        second.level(minute, GAUGE, cm)
    assert first.story() + second.story() == whole.story() == ["30 opened code-hulu", "55 recovering code-hulu"]


def test_a_new_scale_begins_anew() -> None:
    """Its zero may be another: 20 of the old and 80 of the new are no rise."""
    river = city()
    for minute in (0, 5, 10):
        river.level(minute, GAUGE, 20)
    scales = {one.gauge: one for one in profile().scales} | {GAUGE: replace(JUMP, datum="another")}
    river.engine.place(placements(), scales)
    for minute in (15, 20, 25, 30):
        river.level(minute, GAUGE, 80)
    assert river.story() == []


def test_a_new_scale_begins_anew_also_after_a_restart() -> None:
    """The file was corrected while no engine ran."""
    before = city()
    for minute in (0, 5, 10):
        before.level(minute, GAUGE, 20)
    scales = {one.gauge: one for one in profile().scales} | {GAUGE: replace(JUMP, datum="another")}
    river = Watch(Engine(CITY, (RISE,), placements(), scales))
    river.engine.restore(before.engine.snapshot())
    river.seqs, river.minute = before.seqs, before.minute
    for minute in (15, 20, 25, 30):
        river.level(minute, GAUGE, 80)
    assert river.story() == []


def test_two_rules_on_one_gauge_do_not_know_each_other() -> None:
    """The rise is told before the level is, each with an incident and an event of its own."""
    scales = {one.gauge: one for one in profile().scales}
    river = Watch(Engine(CITY, (rule("flood"), RISE), placements(), scales))
    for number, cm in enumerate([20, 20, 20, 36, 52, 66, 75, 80, 85]):
        river.level(5 * number, GAUGE, cm)
    assert river.story() == ["25 opened code-hulu", "40 opened WASPADA code-hulu"]
    assert len({one.event.id for one in river.told}) == len({one.incident.id for one in river.told}) == 2


def test_it_is_told_in_both_languages() -> None:
    """How far and within which time."""
    river = city(pack=replace(RISE, audience="public"))
    for number, cm in enumerate([20, 20, 20, 36, 52, 60.5]):
        river.level(5 * number, GAUGE, cm)
    said = Words(profile()).sentence(river.told[0], placements()[GAUGE])
    assert said is not None
    assert said["title"] == {"id": "Air naik cepat: Sungai Code", "en": "Water rising fast: Code River"}
    assert said["text"]["id"].startswith("Sungai Code di code-hulu naik 40,5 cm dalam 30 menit.")
    assert said["text"]["en"].startswith("Code River at code-hulu came up 40.5 cm within 30 minutes.")


# ------------------------------------------------------------ against a slow reference


def reference(levels: list[float], every: int, window: int) -> list[float | None]:
    """How far each level lies above the lowest of the window before it, each low the middle one of three in a row."""
    risen: list[float | None] = []
    for i, level in enumerate(levels):
        lows = [
            (max(levels[:2]) if j == 0 else sorted(levels[j - 1 : j + 2])[1], every * (i - j)) for j in range(max(i, 0))
        ]
        near = [low for low, age in lows if age <= window]
        risen.append(level - min(near) if near else None)
    return risen


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 29).map(float), min_size=1, max_size=60), st.sampled_from([3, 5, 7, 30]))
def test_the_rise_is_the_reference_s(levels: list[float], every: int) -> None:
    """Within the jump nothing is held back: every reading's rise is the one worked out from all readings."""
    river = city()
    for i, expected in enumerate(reference(levels, every, 30)):
        river.level(every * i, GAUGE, levels[i])
        stream = river.engine._streams["rise", f"{GAUGE}/gauge"]
        assert isinstance(stream, RiseStream)
        if expected is not None:
            assert stream.value == expected


def test_the_memory_of_a_window_is_bounded() -> None:
    """A reading each second of a river that climbs without end: at most a low for each twelfth of the window."""
    engine = Engine(CITY, (RISE,), placements(), {GAUGE: JUMP})
    for second in range(7_200):
        values = {"level_cm": second / 1000}
        engine.step(
            Sample(GAUGE, "gauge", "flood", EPOCH, second + 1, at(second / 60), "synced", Quality.GOOD, values),
            at(second / 60),
        )
        stream = engine._streams["rise", f"{GAUGE}/gauge"]
        assert isinstance(stream, RiseStream)
        assert len(stream.lows) <= 2 * 13
    assert stream.value == pytest.approx(1.8, rel=1 / 12)


# ------------------------------------------------------------ real water


def judged(points: list[Point], gauge: Scale, pack: Rule, period_s: float) -> list[Transition]:
    engine = Engine(CITY, (pack,), placements(), {GAUGE: gauge})
    engine.period(GAUGE, "gauge", period_s)
    found: list[Transition] = []
    for seq, point in enumerate(points, start=1):
        found += engine.tick(point.at_us)
        values = {"level_cm": point.cm}
        sample = Sample(GAUGE, "gauge", "flood", EPOCH, seq, point.at_us, "synced", Quality.GOOD, values)
        found += engine.step(sample, point.at_us)
    return found


def opened(found: list[Transition], hours: int = 0) -> list[str]:
    """Day and time of each opening, `hours` east of Greenwich."""
    return [
        f"{from_us(one.change.at_us + hours * HOUR * MINUTE_US):%m-%d %H:%M}"
        for one in found
        if one.change.what is What.OPENED
    ]


DEAD_RUN = ["06-03 18:10", "06-03 21:30", "06-10 22:05", "06-11 08:05", "06-11 09:30"]
"""By hand: 30 cm above the lowest reading of half an hour are first reached at 18:05, 21:20, 22:00, 08:00 and 09:25;
the next sample bears it out, and of 21:20 (above the lows that a neighbour bears out it is less) the one after."""


@pytest.mark.parametrize("jump_cm", [None, 60.0])
def test_the_flash_floods_of_dead_run(jump_cm: float | None) -> None:
    """Five steep rises in a month of five-minute samples, each found at the sample that bears it out."""
    points = series(need("flood/usgs_01589330_dead_run_2018-06.csv"), "stage_m", 100.0)
    found = judged(points, replace(JUMP, jump_cm=jump_cm), RISE, 300)
    assert opened(found) == DEAD_RUN
    assert sum(one.change.what is What.RESOLVED for one in found) == len(DEAD_RUN)


MARCH = {
    "katulampa_cm": ["02-28 18:00", "03-02 22:00", "03-03 23:00"],
    "depok_cm": ["02-24 20:00", "02-27 18:00", "02-28 22:00", "03-02 20:00", "03-04 02:00"],
    "manggarai_cm": ["02-25 03:00", "02-28 02:00", "03-01 05:00", "03-08 23:00"],
}


@pytest.mark.parametrize("column", MARCH)
def test_jakarta_march_2025(column: str) -> None:
    """Hourly readings of keepers: 50 cm within three hours, with a reading of 385 for 685 on 28 February."""
    points = series(need("flood/jakarta_2025-03_flood.csv"), column)
    assert opened(judged(points, JUMP, HOURLY, 3600), 7) == MARCH[column]


@pytest.mark.parametrize("jump_cm", [None, 60.0])
def test_the_keying_errors_of_manggarai(jump_cm: float | None) -> None:
    """A hundred real errors, some repeated for hours: the two rises that are told are of two readings that agree with
    each other and lie above the water, and no error is among them."""
    points = series(need("flood/jakarta_2014_2016_spikes.csv"), "manggarai_cm")
    found = judged(points, replace(JUMP, jump_cm=jump_cm), HOURLY, 3600)
    assert opened(found, 7) == ["07-07 20:00", "02-01 11:00"]
    cm = {point.at_us: point.cm for point in points}
    times = sorted(cm)
    for one in (one for one in found if one.change.what is What.OPENED):
        i = times.index(one.change.at_us)
        assert cm[times[i]] == cm[times[i - 1]] > 650


@pytest.mark.parametrize("planted_cm", [100, 400, -300])
@pytest.mark.parametrize("jump_cm", [None, 60.0])
def test_an_error_planted_anywhere_raises_nothing(planted_cm: float, jump_cm: float | None) -> None:
    """One reading in thirty to fifty of a month with five rises: none is told that is not told without them, and
    those are told within two samples."""
    points = series(need("flood/usgs_01589330_dead_run_2018-06.csv"), "stage_m", 100.0)[:3600]
    gauge = replace(JUMP, jump_cm=jump_cm)
    sound = [one.change.at_us for one in judged(points, gauge, RISE, 300) if one.change.what is What.OPENED]
    assert len(sound) == len(DEAD_RUN)
    rng = random.Random(f"{planted_cm}")
    spiked = list(points)
    for i in range(10, len(points) - 10, 40):
        j = i + rng.randrange(30)
        spiked[j] = Point(points[j].at_us, points[j].cm + planted_cm)
    got = [one.change.at_us for one in judged(spiked, gauge, RISE, 300) if one.change.what is What.OPENED]
    assert len(got) == len(sound)
    assert all(abs(one - other) <= 10 * MINUTE_US for one, other in zip(got, sound, strict=True))


def test_a_rise_is_no_level() -> None:
    """The pack keeps both beside each other."""
    assert isinstance(RISE.condition, Rise)
    assert isinstance(rule("flood").condition, Levels)
    assert RISE.audience == HOURLY.audience == "shadow"
