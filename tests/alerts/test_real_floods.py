"""Real rivers through the engine: every level that held is found in time, no keying error changes one."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from support.rivers import Point, series
from support.shared_data import need
from support.watch import EPOCH, placements, rules, scale

from alerts.engine import Engine, Transition
from alerts.samples import Sample
from contract.clock import MINUTE_US, from_us
from contract.incident import What
from contract.levels import Level, Scale
from contract.quality import Quality

GAUGE = "code-hulu"


def judged(points: list[Point], marks: Scale, *, hourly: bool = False) -> list[Transition]:
    """What Yogyakarta's rule tells; `hourly`: of a gate that is read once an hour, so that silence is three hours."""
    pack = tuple(replace(rule, no_data_for_s=10_800.0) if hourly else rule for rule in rules())
    engine = Engine("contoh", pack, placements(), {GAUGE: marks})
    told: list[Transition] = []
    for seq, point in enumerate(points, start=1):
        told += engine.tick(point.at_us)
        values = {"level_cm": point.cm}
        sample = Sample(GAUGE, "gauge", "flood", EPOCH, seq, point.at_us, "synced", Quality.GOOD, values)
        told += engine.step(sample, point.at_us)
    return told


def rises(points: list[Point], marks: Scale, for_us: int) -> list[tuple[int, Level]]:
    """By hand: when each level, once reached, had been held through later samples for `for`."""
    found, held = [], Level.NORMAL
    for i, point in enumerate(points):
        for threshold in marks.thresholds:
            level = threshold.level
            if not level.worse_than(held) or point.cm < threshold.raise_cm:
                continue
            begin = i
            while begin and points[begin - 1].cm >= threshold.raise_cm:
                begin -= 1
            if i > begin and point.at_us - points[begin].at_us >= for_us:
                found.append((point.at_us, level))
        held = min([held, *(level for at_us, level in found if at_us == point.at_us)])
        if point.cm < marks.thresholds[0].clear_cm:
            below = next((j for j in range(i, -1, -1) if points[j].cm >= marks.thresholds[0].clear_cm), -1) + 1
            if point.at_us - points[below].at_us >= 30 * MINUTE_US and i > below:
                held = Level.NORMAL
    return found


def test_two_flash_floods_of_dead_run() -> None:
    """June 2018, five minutes a sample: the crest of 188 cm and its neighbours, each opened in time."""
    points = series(need("flood/usgs_01589330_dead_run_2018-06.csv"), "stage_m", 100.0)
    marks = scale(GAUGE, up=(90, 120, 160), clear=(80, 108, 144))
    told = judged(points, marks)
    opened = [one for one in told if one.change.what is What.OPENED]
    closed = [one for one in told if one.change.what is What.RESOLVED]
    assert len(opened) == len(closed) >= 2
    assert max(one.incident.peak_value or 0 for one in closed) == pytest.approx(188, abs=1)
    assert Level.AWAS in {one.incident.peak for one in closed}
    for one in opened:
        assert one.incident.opened_us - one.incident.crossed_us <= 15 * MINUTE_US
        held = [p for p in points if one.incident.crossed_us <= p.at_us <= one.incident.opened_us]
        assert len(held) >= 3
        assert all(point.cm >= 90 for point in held)
    for one in closed:
        end_us = one.change.at_us
        last = [p for p in points if end_us - 30 * MINUTE_US <= p.at_us <= end_us]
        assert all(point.cm < 80 for point in last)
    worst = {(one.change.at_us, one.change.level) for one in told if one.change.what in {What.OPENED, What.LEVEL}}
    expected = rises(points, marks, 8 * MINUTE_US)
    first_awas = min(at_us for at_us, level in expected if level is Level.AWAS)
    assert (first_awas, Level.AWAS) in worst


JAKARTA = {
    "katulampa_cm": [
        "28 18:00 opened WASPADA",
        "28 22:00 resolved NORMAL",
        "02 21:00 opened WASPADA",
        "02 22:00 level SIAGA",
        "03 00:00 level WASPADA",
        "03 08:00 resolved NORMAL",
        "03 21:00 opened WASPADA",
        "04 17:00 resolved NORMAL",
    ],
    "depok_cm": [
        "24 20:00 opened WASPADA",
        "24 23:00 resolved NORMAL",
        "28 22:00 opened WASPADA",
        "01 02:00 resolved NORMAL",
        "02 23:00 opened WASPADA",
        "03 01:00 level SIAGA",
        "03 05:00 level WASPADA",
        "03 13:00 resolved NORMAL",
        "04 02:00 opened AWAS",
        "04 05:00 level SIAGA",
        "04 10:00 level WASPADA",
        "04 22:00 resolved NORMAL",
    ],
    "manggarai_cm": [
        "01 06:00 opened WASPADA",
        "01 18:00 resolved NORMAL",
        "03 08:00 opened WASPADA",
        "04 16:00 level SIAGA",
        "05 05:00 level WASPADA",
        "05 21:00 resolved NORMAL",
    ],
}
"""Day and hour of March 2025 (24 and 28 are February), WIB; every line is borne out by the hour before it."""


@pytest.mark.parametrize(
    ("column", "up"),
    [("katulampa_cm", (80, 150, 200)), ("depok_cm", (200, 270, 350)), ("manggarai_cm", (750, 850, 950))],
)
def test_jakarta_march_2025(column: str, up: tuple[float, float, float]) -> None:
    """Katulampa to Siaga 2, Depok to Siaga 1, Manggarai to Siaga 2, as graded; each back to normal."""
    points = series(need("flood/jakarta_2025-03_flood.csv"), column)
    marks = scale(GAUGE, up=up, clear=tuple(0.9 * mark for mark in up))
    told = [
        one for one in judged(points, marks, hourly=True) if one.change.what in {What.OPENED, What.LEVEL, What.RESOLVED}
    ]
    wib = ZoneInfo("Asia/Jakarta")
    story = [
        f"{from_us(one.change.at_us).astimezone(wib):%d %H:%M} {one.change.what} {one.change.level.name}"
        for one in told
        if one.change.level is not None
    ]
    assert story == JAKARTA[column]
    rising = {(at_us, level) for at_us, level in rises(points, marks, 8 * MINUTE_US)}
    worst = min(level for _, level in rising)
    assert min(one.change.level for one in told if one.change.level is not None) is worst


def test_a_keying_error_of_manggarai_changes_no_level() -> None:
    """A hundred real errors (700, 80, 700): one sample that its neighbours do not bear out raises nothing."""
    points = series(need("flood/jakarta_2014_2016_spikes.csv"), "manggarai_cm")
    marks = scale(GAUGE, up=(750, 850, 950), clear=(740, 835, 930))
    told = judged(points, marks, hourly=True)
    times = {point.at_us: i for i, point in enumerate(points)}
    for one in told:
        if one.change.what is What.OPENED and one.change.level is not None:
            threshold = marks.threshold(one.change.level)
            i = times[one.change.at_us]
            assert threshold is not None
            assert points[i].cm >= threshold.raise_cm
            assert points[i - 1].cm >= threshold.raise_cm


@pytest.mark.parametrize("planted_cm", [100, 250, 400])
def test_an_upward_error_planted_into_a_quiet_river_changes_nothing(planted_cm: float) -> None:
    """One sample too high, every fifty, in June of Dead Run: what is told is what was told without them."""
    points = series(need("flood/usgs_01589330_dead_run_2018-06.csv"), "stage_m", 100.0)[:6000]
    marks = scale(GAUGE, up=(90, 120, 160), clear=(80, 108, 144))
    quiet = [i for i in range(10, len(points) - 10, 50) if all(p.cm < 70 for p in points[i - 8 : i + 9])]
    spiked = list(points)
    for i in quiet:
        spiked[i] = Point(points[i].at_us, points[i].cm + planted_cm)

    def said(told: list[Transition]) -> list[tuple[What, int, Level | None]]:
        return [(one.change.what, one.change.at_us, one.change.level) for one in told]

    assert len(quiet) > 30
    assert said(judged(spiked, marks)) == said(judged(points, marks))
