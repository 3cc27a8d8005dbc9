"""`siaga faults kill` in its short form, and a city whose books were cooked: the ledger says so."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.bench import short

from contract.clock import SystemClock
from faults import floods
from faults.parts.brokers import wait_until
from faults.parts.flood_city import laptop_flood
from faults.result import Result

pytestmark = [pytest.mark.slow, pytest.mark.trial]


@pytest.mark.timeout(420)
def test_short_form_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    """Each process killed ten times in a flood: every reading kept once, one case an event, everybody told."""
    result = short("kill", tmp_path, seed=3)
    assert result.passed, result.failures
    assert result.stored > 500
    assert result.events_expected == result.events_opened == result.cases > 0
    assert result.notifications_duplicated == 0
    assert result.figures["bulletins"] >= 2 * result.events_opened
    assert result.notifications_repeated <= result.figures["kills"]
    assert result.figures["reports"] > 5
    assert result.figures["reports sent again"] > 0
    assert result.figures["filed elsewhere"] > 0


@pytest.mark.timeout(240)
def test_a_row_that_is_gone_and_a_case_that_is_doubled_are_seen(tmp_path: Path) -> None:
    """A stored reading is deleted behind everybody's back, and an event is split in two with a case each."""
    with laptop_flood(tmp_path, speed=900) as city:
        assert wait_until(lambda: floods.flood_is_open(city), 60, 0.1), city.said()
        floods.until_told(city, told := Result("kill", 1, 1))
        ended_us = SystemClock().now_us()
        told.failures += city.end()
        floods.settle(city, told, ended_us)
        assert told.passed, told.failures
        assert (told.lost, told.duplicated) == (0, 0)
        with closing(sqlite3.connect(tmp_path / "readings.db")) as db, db:
            db.execute("DELETE FROM reading_crowd WHERE observed_us = (SELECT min(observed_us) FROM reading_crowd)")
        with closing(sqlite3.connect(tmp_path / "city.db")) as db, db:
            _split_an_event(db)
        cooked = Result("kill", 1, 1)
        floods.settle(city, cooked, ended_us)
    assert cooked.lost == 1
    assert cooked.duplicated >= 1
    assert not cooked.passed


def _split_an_event(db: sqlite3.Connection) -> None:
    """One of a flood's incidents gets an event and a case of its own."""
    incident, event = db.execute("SELECT id, event FROM incidents WHERE subject = 'flood' LIMIT 1").fetchone()
    names = [row[1] for row in db.execute("PRAGMA table_info(events)")]
    _copy(db, "events", names, {"id": "'other'"}, f"id = '{event}'")
    names = [row[1] for row in db.execute("PRAGMA table_info(cases)")]
    _copy(db, "cases", names, {"event": "'other'", "number": "number || '-2'"}, f"event = '{event}'")
    db.execute("UPDATE incidents SET event = 'other' WHERE id = ?", (incident,))


def _copy(db: sqlite3.Connection, table: str, names: list[str], changed: dict[str, str], where: str) -> None:
    values = ", ".join(changed.get(name, f'"{name}"') for name in names)
    db.execute(f"INSERT INTO {table} SELECT {values} FROM {table} WHERE {where}")  # noqa: S608  names of our own
