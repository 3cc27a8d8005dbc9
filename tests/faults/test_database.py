"""`siaga faults database` in its short form, and what it would not let pass."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.bench import short
from support.seed import scene, town
from support.webhooks import tell

from faults.parts.receivers import receivers
from faults.result import Result
from faults.trials import database


@pytest.mark.slow
@pytest.mark.trial
@pytest.mark.timeout(420)
def test_short_form_holds(tmp_path: Path) -> None:
    """PostgreSQL dead, full, locked, cut off about a COMMIT; SQLite busy: one flood, one case, once."""
    result = short("database", tmp_path, seed=2)
    assert result.passed, result.failures
    assert result.stored > 100
    assert result.dropped == result.refused == 0
    assert result.events_expected == result.events_opened == result.cases > 5


def test_a_line_that_two_commits_have_written_is_seen(tmp_path: Path) -> None:
    """As if a decision whose COMMIT nobody heard of were taken once more, under another key."""
    city = town(tmp_path)
    with closing(city):
        scene(city, "flood")
        told = Result("database", 1, 1)
        database.nothing_twice(told, city.profile.code, city.cities)
        assert (told.passed, told.notifications_duplicated) == (True, 0)
        with closing(sqlite3.connect(tmp_path / "city.db")) as db, db:
            names = [row[1] for row in db.execute("PRAGMA table_info(case_updates)") if row[1] != "id"]
            again = ", ".join("'another'" if name == "key" else name for name in names)
            columns = ", ".join(names)
            db.execute(f"INSERT INTO case_updates ({columns}) SELECT {again} FROM case_updates LIMIT 1")  # noqa: S608
        database.nothing_twice(told, city.profile.code, city.cities)
    assert (told.passed, told.notifications_duplicated) == (False, 1)


@pytest.mark.parametrize(("faults", "passes"), [(2, True), (1, False)])
def test_more_messages_heard_again_than_faults_are_seen(tmp_path: Path, faults: int, passes: bool) -> None:
    """Who knows no keys hears one again where a fault came between its delivery and the note of it, and no oftener."""
    with receivers(tmp_path) as both:
        for _ in range(3):
            tell(both.keyless, "k1")
        database.heard_once(told := Result("database", 1, 1), both, faults)
    assert (told.passed, told.notifications_repeated, told.notifications_duplicated) == (passes, 2, 0)


def test_a_key_that_changes_from_one_delivery_to_the_next_is_seen(tmp_path: Path) -> None:
    """It deceives whoever honours keys, and no number of faults excuses that."""
    with receivers(tmp_path) as both:
        for key in ("k1", "k2"):
            tell(both.keyed, key)
        database.heard_once(told := Result("database", 1, 1), both, faults=9)
    assert told.notifications_duplicated == 1
