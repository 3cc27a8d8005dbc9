"""A replay says what live says around silence, each thing at its own moment."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.replay import Past, Story, replay
from alerts.rulefile import load_rules
from cities.load import load, rules_folder
from contract.city import Profile
from contract.clock import MINUTE_US, to_us
from contract.levels import Level
from siaga import history

CITY = "jakarta"
KATULAMPA, DEPOK = "jkt-gauge-01", "jkt-gauge-02"
BEGIN = datetime.fromisoformat("2026-01-01T00:00:00+07:00")


@pytest.fixture(scope="module")
def jakarta() -> Profile:
    """As it is shipped."""
    return load(CITY)


def of_file(profile: Profile, path: Path, cells: Sequence[str]) -> tuple[Story, dict[str, Any]]:
    """The story of a file with one cell an hour, and its JSON."""
    rows = [f"{(BEGIN + timedelta(hours=hour)).isoformat()},{cell}" for hour, cell in enumerate(cells)]
    path.write_text("\n".join(["time,katulampa_cm", *rows]), encoding="utf-8")
    series = history.read_series(path, profile)
    story = replay(
        profile, load_rules(rules_folder(CITY)), history.placed(profile), series.history, until_us=series.until_us
    )
    return story, history.as_json(story, series, profile)


def said(told: dict[str, Any], word: str) -> list[str]:
    """When (hour of the day, day by day) a sentence with this word was said to the public."""
    return [one["time"][11:16] for one in told["said"] if one["to"] == "public" and word in one["en"]]


def minutes(gauge: str, at_min: Sequence[int], *levels: float) -> list[Past]:
    """Readings at these minutes."""
    begin_us = to_us(BEGIN)
    return [Past(gauge, begin_us + at * MINUTE_US, cm) for at, cm in zip(at_min, levels, strict=True)]


def lived(profile: Profile, readings: Sequence[Past]) -> Story:
    """What the shipped rules make of it."""
    ordered = sorted(readings, key=lambda past: past.at_us)
    return replay(profile, load_rules(rules_folder(CITY)), history.placed(profile), ordered)


def test_high_once_and_then_empty_rows_opens_as_silent(jakarta: Profile, tmp_path: Path) -> None:
    """Three hours after its one high reading, though nothing was read any more."""
    story, told = of_file(jakarta, tmp_path / "a.csv", ["20", "90", *[""] * 13])
    (one,) = told["incidents"]
    assert (one["level"], one["opened_at"][11:16], one["closed_at"]) == (3, "04:00", None)
    assert one["silent"] == [["2026-01-01T04:00:00+07:00", None]]
    assert said(told, "silent since") == ["04:00"]
    assert story.lives[0].incident.dangerous


def test_silence_is_said_when_it_falls(jakarta: Profile, tmp_path: Path) -> None:
    """Not ten hours later with the word that ends it; staff are reminded at their times in between."""
    _, told = of_file(jakarta, tmp_path / "a.csv", ["20", "90", "95", *[""] * 12, "20", "20", "20", "20"])
    (one,) = told["incidents"]
    assert one["silent"] == [["2026-01-01T05:00:00+07:00", "2026-01-01T15:00:00+07:00"]]
    assert (said(told, "silent since"), said(told, "is back")) == (["05:00"], ["15:00"])
    assert [one["time"][11:16] for one in told["said"] if one["to"] == "staff"] == ["09:00", "13:00"]


def test_nobody_is_silent_for_it_that_a_file_ends(jakarta: Profile, tmp_path: Path) -> None:
    """Its last row is the last that is known."""
    _, told = of_file(jakarta, tmp_path / "a.csv", ["20", "90", "95", "", ""])
    assert [one["silent"] for one in told["incidents"]] == [[]]


def test_a_reading_at_the_moment_of_its_deadline_is_in_time(jakarta: Profile, tmp_path: Path) -> None:
    """A gauge that is read every three hours, by a rule that waits three hours: its flood is never silent and ends."""
    cells = [cell for level in (20, 90, 95, 20, 20, 20) for cell in (str(level), "", "")]
    _, told = of_file(jakarta, tmp_path / "a.csv", cells)
    (one,) = told["incidents"]
    assert one["silent"] == []
    assert [level for _, level in one["changes"]] == [3, 4]
    assert said(told, "silent since") == said(told, "is back") == []


def test_a_reading_of_another_gauge_at_that_moment_breaks_no_tie(jakarta: Profile) -> None:
    """Whichever of two columns comes first in the row."""
    own = minutes(KATULAMPA, (0, 60, 120, 300, 420, 540), 20, 90, 95, 20, 20, 20)
    other = minutes(DEPOK, (0, 120, 300, 420, 540), 100, 100, 100, 100, 100)
    assert [one.silences for one in lived(jakarta, [*other, *own]).lives] == [[]]
    assert [one.silences for one in lived(jakarta, [*own, *other]).lives] == [[]]


@pytest.mark.parametrize(("depok_days", "ordered_min"), [(3, 15), (0, 10)], ids=["long silent", "heard"])
def test_a_gauge_that_is_silent_is_no_witness(jakarta: Profile, depok_days: int, ordered_min: int) -> None:
    """Depok was at SIAGA three days ago and nobody has heard of it since: Katulampa's AWAS waits for itself."""
    awas_min = depok_days * 24 * 60
    depok = minutes(DEPOK, (0, 5, 10), 275, 276, 276)
    own = minutes(KATULAMPA, [awas_min + five for five in (0, 5, 10, 15)], 190, 201, 202, 203)
    ordered = [
        ((at_us - to_us(BEGIN)) // MINUTE_US - awas_min, level)
        for one in lived(jakarta, [*depok, *own]).lives
        for at_us, level in one.public
    ]
    assert ordered == [(ordered_min, Level.AWAS)]


def test_a_reminder_is_for_staff_whoever_was_told(jakarta: Profile, tmp_path: Path) -> None:
    """The public reads no reminder of what nobody has taken on."""
    _, told = of_file(jakarta, tmp_path / "a.csv", ["20", "90", *["95"] * 7])
    reminders = [one for one in told["said"] if "Nobody" in one["en"]]
    assert {one["to"] for one in reminders} == {"staff"}


def test_a_story_of_years_passes_from_deadline_to_deadline(jakarta: Profile) -> None:
    """Time that holds no deadline costs nothing; announced or not, it ends."""
    readings = minutes(KATULAMPA, (0, 10 * 365 * 24 * 60), 20, 20)
    assert dataclasses.asdict(lived(jakarta, readings)) == dataclasses.asdict(Story())
