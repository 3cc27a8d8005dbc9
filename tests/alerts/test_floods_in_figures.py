"""The figures promised of real floods: true changes in time, nothing else, and what one wrong reading can do."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from support.shared_data import need
from support.watch import rule, scale

from alerts.level_stream import LevelStream
from alerts.rulefile import load_rules
from benchmarks import floods
from cities.load import load, rules_folder
from contract.clock import to_us
from contract.errors import BadInput
from contract.levels import Level, Scale

BESIDE = {
    ("flood/jakarta_2014-01_flood.csv", "jkt-gauge-02"): 8,
    ("flood/jakarta_2025-03_flood.csv", "jkt-gauge-01"): 12,
    ("flood/jakarta_2025-03_flood.csv", "jkt-gauge-02"): 36,
    ("flood/jakarta_2025-03_flood.csv", "jkt-gauge-03"): 7,
}
"""how many planted errors tell a level beside a single true reading at that level"""
JAKARTA = ["flood/jakarta_2014-01_flood.csv", "flood/jakarta_2025-03_flood.csv"]
MARKS = replace(scale("dead-run", up=(90, 120, 160), clear=(80, 108, 144)), jump_cm=60.0)


def dead_run() -> list[floods.Point]:
    """June 2018, every five minutes, in cm: two flash floods."""
    with need("flood/usgs_01589330_dead_run_2018-06.csv").open(newline="", encoding="utf-8") as file:
        rows = [(row["time"], row["stage_m"]) for row in csv.DictReader(file) if row["stage_m"]]
    return [floods.Point(to_us(datetime.fromisoformat(when)), 100.0 * float(m)) for when, m in rows]


def under(marks: Scale, every_min: int) -> floods.River:
    """A gauge read every so many minutes, under Yogyakarta's rule; under Jakarta's where it is read hourly."""
    if every_min < 60:
        return floods.River(rule("flood"), marks, 60.0 * every_min)
    return floods.River(load_rules(rules_folder("jakarta"))[0], marks, 60.0 * every_min)


def upside_down(points: Sequence[floods.Point]) -> tuple[list[floods.Point], Scale]:
    """The same flood where low is bad."""
    marks = tuple(replace(one, raise_cm=-one.raise_cm, clear_cm=-one.clear_cm) for one in MARKS.thresholds)
    return [floods.Point(us, -cm) for us, cm in points], replace(MARKS, direction="falling", thresholds=marks)


@pytest.mark.parametrize("every_min", [5, 10, 15, 30, 60])
@pytest.mark.parametrize("direction", ["rising", "falling"])
def test_a_flash_flood_is_found_however_often_it_is_read(every_min: int, direction: str) -> None:
    """In every phase of the sampling, also where a reading of the hour shows nothing but the crest."""
    every = every_min // 5
    whole = dead_run()
    for phase in range(every):
        points, marks = whole[phase::every], MARKS
        if direction == "falling":
            points, marks = upside_down(points)
        found = floods.judge(points, under(marks, every_min))
        assert found.true
        assert (found.late, found.other) == ([], []), (phase, found)


@pytest.mark.parametrize("file", JAKARTA)
def test_every_true_change_of_jakarta_is_found_in_time_and_nothing_else(file: str) -> None:
    """Three gauges with holes, typing errors and readings between 1 minute and 33 hours apart."""
    profile = load("jakarta")
    known = floods.rivers(profile, load_rules(rules_folder("jakarta")))
    for gauge, points in floods.recorded(need(file), profile).items():
        found = floods.judge(points, known[gauge])
        assert found.true
        assert (found.late, found.other) == ([], []), gauge


@pytest.mark.parametrize("file", JAKARTA)
def test_an_error_at_any_place_tells_no_level_that_could_have_been_known_to_be_wrong(file: str) -> None:
    """100 to 400 cm too high for one reading, seven times at every place. What it may still tell: a level that a
    reading beside it truly shows, or one that three hours of silence follow."""
    profile = load("jakarta")
    known = floods.rivers(profile, load_rules(rules_folder("jakarta")))
    for gauge, points in floods.recorded(need(file), profile).items():
        figures = floods.Figures()
        floods.plant(points, known[gauge], figures)
        assert figures.planted == 7 * (len(points) - 2)
        assert figures.unexplained == [], gauge
        assert figures.wrong["beside_another_reading_at_that_level"] <= BESIDE.get((file, gauge), 0)
        assert figures.wrong["then_silent"] <= 0.01 * figures.planted


@pytest.mark.parametrize("file", JAKARTA)
def test_a_digit_that_is_forgotten_for_hours_tells_no_all_clear(file: str) -> None:
    """At each place of an open flood, for three readings: no gauge is safe because its keeper is tired. Four places
    are left: the water has just moved by a jump, and where it stands is in doubt itself."""
    profile = load("jakarta")
    known = floods.rivers(profile, load_rules(rules_folder("jakarta")))
    for gauge, points in floods.recorded(need(file), profile).items():
        figures = floods.Figures()
        floods.forget(points, known[gauge], figures)
        assert figures.forgotten >= 20
        left = 4 if (file, gauge) == (JAKARTA[1], "jkt-gauge-01") else 0
        assert len(figures.cleared) == left, gauge


def test_an_all_clear_for_a_forgotten_digit_is_noticed() -> None:
    """Under a scale that names no jump nothing is doubted, and the measure says so."""
    river = under(replace(MARKS, jump_cm=None), 60)
    figures = floods.Figures()
    floods.forget([floods.Point(3_600_000_000 * hour, 200.0) for hour in range(12)], river, figures)
    assert len(figures.cleared) == figures.forgotten - 2 == 7, "the last two have no time left to clear in"


class Slow(floods.River):
    """An engine that takes a quarter of an hour longer than the rule allows."""

    def fresh(self) -> LevelStream:
        return floods.River(replace(self.rule, for_s=self.rule.for_s + 900), self.scale, 300.0).fresh()


def test_a_true_change_that_is_told_late_is_noticed() -> None:
    """The measure measures."""
    points = [floods.Point(300_000_000 * n, cm) for n, cm in enumerate((60, 60, 95, 96, 97, 98, 99, 99, 99, 60, 60))]
    assert floods.judge(points, under(MARKS, 5)).late == []
    late = floods.judge(points, Slow(rule("flood"), MARKS, 300.0)).late
    assert [moment.level for moment in late] == [Level.WASPADA]


def test_what_a_planted_error_tells_is_noticed_and_sorted() -> None:
    """The last reading before four hours without any, and the ones beside a reading of 95 cm, above WASPADA's mark."""
    hours = (0, 1, 2, 3, 7, 8, 9)
    quiet = [floods.Point(3_600_000_000 * hour, 60.0) for hour in hours]
    figures = floods.Figures()
    floods.plant(quiet, under(MARKS, 60), figures)
    assert figures.wrong == {"then_silent": 7}
    crest = [floods.Point(3_600_000_000 * hour, 95.0 if hour == 4 else 60.0) for hour in range(9)]
    figures = floods.Figures()
    floods.plant(crest, under(MARKS, 60), figures)
    assert set(figures.wrong) == {"beside_another_reading_at_that_level"}


def test_a_folder_without_recordings_is_named(tmp_path: Path) -> None:
    """One sentence, no figures of nothing."""
    with pytest.raises(BadInput, match="no recording"):
        floods.measured(tmp_path)
