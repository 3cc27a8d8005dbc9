"""An upgrade that is cut off, and the trial that would notice a half one."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from faults import old_spools
from faults.old_nodes import try_them
from faults.parts import old_database, old_wire
from faults.parts.migrating import COMMIT, migration
from faults.result import Result
from store import open_city
from store.people import Deed

OLD = "0001"


@pytest.fixture
def old_url(tmp_path: Path) -> str:
    """A filled database of the first release."""
    url = f"sqlite:///{tmp_path}/city.db"
    old_database.fill(url, OLD)
    return url


def test_a_recorded_city_is_held_as_it_was(old_url: str) -> None:
    """Every table has rows, so that a loss in any of them can be seen; opened, all of them are still there."""
    rows = old_database.recorded(OLD)
    assert all(rows.values())
    assert old_database.held(old_url, OLD) == rows
    before = old_database.schema(old_url)
    open_city(old_url).close()
    assert old_database.held(old_url, OLD) == rows
    assert old_database.schema(old_url) != before


def test_a_half_schema_is_told_from_a_whole_one(old_url: str) -> None:
    """A table, a column or an index that is missing, and a row that has changed, are seen by the trial."""
    open_city(old_url).close()
    whole = old_database.schema(old_url)
    for spoil in (
        "DROP INDEX ix_sessions_person",
        "ALTER TABLE people DROP COLUMN name",
        "DROP TABLE audit_salts",
    ):
        with old_database.opened(old_url) as database, database.write() as connection:
            connection.execute(text(spoil))
        assert old_database.schema(old_url) != whole
    with old_database.opened(old_url) as database, database.write() as connection:
        connection.execute(text("UPDATE outbox SET said = 'other' WHERE id = 1"))
    assert old_database.held(old_url, OLD) != old_database.recorded(OLD)


@pytest.mark.slow
def test_a_migration_that_stands_still_at_its_commit_has_changed_nothing_yet(old_url: str) -> None:
    """The process waits where it was told to, and the trial's kill meets it midway."""
    before = old_database.schema(old_url)
    with migration(old_url, COMMIT) as process:
        mark = process.mark()
        assert (mark.statement, mark.midway) == ("COMMIT", True)
        process.kill()
    assert old_database.schema(old_url) == before
    open_city(old_url).close()
    assert old_database.schema(old_url) != before


def test_an_upgraded_city_keeps_a_log_from_its_first_deed_on(old_url: str) -> None:
    """What was done before there was a log is not made up."""
    store = open_city(old_url)
    assert store.audit_head("yogyakarta") == (0, "")
    store.record("yogyakarta", Deed("system", "test", "thing", 1))
    assert store.audit_head("yogyakarta")[0] == 1
    assert not store.has_admin("yogyakarta")
    store.close()


def test_the_recording_holds_every_kind_of_message_and_of_reading() -> None:
    """What it does not hold it cannot prove."""
    said = old_wire.recorded()
    assert {one.leaf for one in said} == {"birth", "status", "readings", "ack"}
    kinds = {reading["kind"] for one in said if one.leaf == "readings" for reading in one.body["readings"]}
    assert kinds == {"hotspot", "crowd", "flood", "node"}
    assert {one.body["state"] for one in said if one.leaf == "status"} == {"online", "offline"}
    acks = [one.body for one in said if one.leaf == "ack"]
    assert all(any(ack.get(what) for ack in acks) for what in ("stored", "refused", "held", "birth_no"))


def test_old_nodes_are_understood(tmp_path: Path) -> None:
    """Nothing of what version 1 said is refused or lost; its nodes understand the answers."""
    result = Result("upgrade", 0, 1)
    try_them(result, tmp_path)
    assert result.failures == []
    assert result.committed == result.stored > 0
    assert (result.refused, result.lost, result.duplicated) == (0, 0, 0)


def test_a_reader_of_version_1_complains_of_a_field_it_does_not_know() -> None:
    """The frozen schema is strict, so that a new field in an answer would be seen."""
    ack = next(one.body for one in old_wire.recorded() if one.leaf == "ack")
    assert old_wire.complaints("ack", ack) == []
    assert old_wire.complaints("ack", {**ack, "more": 1})


def test_old_spools_lose_nothing_and_give_no_number_twice(tmp_path: Path) -> None:
    """One that an agent of before checksums left behind when it was killed, and one that such an agent was put back on;
    the acks of then are understood."""
    result = Result("upgrade", 0, 1)
    old_spools.try_them(result, tmp_path)
    assert result.failures == []
    assert result.committed == result.stored + result.refused + result.dropped + result.pending > 0
    assert (result.lost, result.duplicated) == (0, 0)
