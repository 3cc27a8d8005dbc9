"""The city database's schema: from nothing and from earlier steps to what this version needs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Table, inspect, text
from support.bulletins import bulletin
from support.city_data import NOON_US, incident, profile

from contract.errors import BadInput
from contract.incident import What, announced_anew, opened
from store import open_city
from store.city.columns import metadata
from store.city.database import Database
from store.migrations import upgrade, whole
from store.ports import EngineCommit


def _internal(url: str) -> str:
    return url.replace("sqlite:///", "sqlite+pysqlite:///")


@contextmanager
def _database(url: str) -> Iterator[Database]:
    database = Database(_internal(url))
    yield database
    database.close()


def _revisions() -> list[str]:
    """Every step from the oldest to the newest, read from the files."""
    with _database("sqlite://") as database, database.read() as connection:
        script = ScriptDirectory.from_config(upgrade.config(connection))
        return [step.revision for step in reversed(list(script.walk_revisions()))]


def test_the_newest_step_is_the_one_that_is_asked_for() -> None:
    """A new step must be named as HEAD, and names sort as time does."""
    assert _revisions()[-1] == upgrade.HEAD
    assert _revisions() == sorted(_revisions())


def _starts() -> list[str]:
    """From nothing all steps are walked anyway; the newest cities in use stand at one of the last."""
    steps = _revisions()
    return sorted({*steps[::8], *steps[-4:]})


@pytest.mark.parametrize("start", ["nothing", *_starts()])
def test_every_start_ends_at_the_schema_that_the_code_has(empty_url: str, start: str) -> None:
    """From nothing, from every eighth step and the last, on both databases: no table, column, index or constraint
    differs."""
    if start != "nothing":
        with _database(empty_url) as database, database.write() as connection:
            command.upgrade(upgrade.config(connection), start)
    open_city(empty_url).close()
    with _database(empty_url) as database, database.read() as connection:
        assert upgrade.revision(connection) == upgrade.HEAD
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_new_database_is_made_as_the_walk_makes_it(tmp_path: Path) -> None:
    """What stands in one file is, letter for letter, what all steps one after the other lead to."""
    with _database(f"sqlite:///{tmp_path}/walked.db") as database:
        upgrade.walk(database)
    open_city(f"sqlite:///{tmp_path}/whole.db").close()
    walked = whole.told(tmp_path / "walked.db")
    assert walked == whole.FILE.read_text(encoding="utf-8"), "a step is new: run python -m store.migrations.whole"
    assert whole.told(tmp_path / "whole.db") == walked


def test_the_way_back_leaves_nothing(empty_url: str) -> None:
    """Down to nothing and up again."""
    open_city(empty_url).close()
    with _database(empty_url) as database:
        with database.write() as connection:
            command.downgrade(upgrade.config(connection), "base")
        with database.read() as connection:
            assert set(inspect(connection).get_table_names()) == {"alembic_version"}
    open_city(empty_url).close()


def test_the_way_back_leaves_no_change_that_an_older_engine_does_not_know(empty_url: str) -> None:
    """What was announced anew is gone, from the history and from what waits to be told; all else stays."""
    store = open_city(empty_url)
    one = replace(incident(), begins_us=NOON_US)
    changes = [opened(one, NOON_US)]
    for amount in (20.0, 30.0):
        one, change = announced_anew(one, amount, NOON_US, None, NOON_US, NOON_US)
        changes.append(change)
    waits = {"told": None, "held": {one.id: "updated", "other": "no_data"}}
    lease = store.lease(one.city, "satu", NOON_US, 60)
    assert lease is not None
    store.commit(lease, EngineCommit(incidents=[one], changes=changes, tellings={one.event: waits}))
    store.close()
    with _database(empty_url) as database:
        with database.write() as connection:
            command.downgrade(upgrade.config(connection), "0013")
        with database.read() as connection:
            left = connection.execute(text("SELECT number, what FROM changes")).all()
            assert [tuple(row) for row in left] == [(1, "opened")]
    store = open_city(empty_url)
    assert store.tellings(one.city) == {one.event: {"told": None, "held": {"other": "no_data"}}}
    assert [change.what for change in store.changes_of(one.event)] == [What.OPENED]
    store.close()


def test_what_was_told_before_there_were_numbers_is_numbered_as_it_was_said(empty_url: str) -> None:
    """Each city by itself, in the order of the clock, then of the incident, then of its own number; what is told next
    goes on from there."""
    with _database(empty_url) as database, database.write() as connection:
        command.upgrade(upgrade.config(connection), "0025")
        old = Table("bulletins", MetaData(), autoload_with=connection)
        for name, city, at_us, incident_, number in (
            ("z", "yogyakarta", 5, "i2", 1), ("b", "yogyakarta", 9, "i1", 2), ("a", "bantul", 7, "i9", 1),
            ("c", "yogyakarta", 9, "i1", 1), ("d", "yogyakarta", 9, "i0", 7), ("e", "bantul", 6, "i9", 2),
        ):  # fmt: skip
            row = {"id": name, "city": city, "at_us": at_us, "incident": incident_, "number": number}
            connection.execute(old.insert().values({**_anything(old), **row}))
    store = open_city(empty_url)
    with _database(empty_url) as database, database.read() as connection:
        numbered = connection.execute(text("SELECT city, id FROM bulletins ORDER BY city, seq")).all()
    assert [tuple(one) for one in numbered] == [
        ("bantul", "e"), ("bantul", "a"),
        ("yogyakarta", "z"), ("yogyakarta", "d"), ("yogyakarta", "c"), ("yogyakarta", "b"),
    ]  # fmt: skip
    lease = store.lease("yogyakarta", "satu", NOON_US, 60)
    assert lease is not None
    store.commit(lease, EngineCommit(bulletins=[bulletin(city="yogyakarta")]))
    store.close()
    with _database(empty_url) as database, database.read() as connection:
        seqs = connection.execute(text("SELECT seq FROM bulletins WHERE city = 'yogyakarta' ORDER BY seq")).scalars()
        assert list(seqs) == [1, 2, 3, 4, 5]


def _anything(table: Table) -> dict[str, object]:
    """A value for each column that wants one."""
    usual = {"TEXT": "", "BOOLEAN": False, "JSON": {}, "BIGINT": 1, "INTEGER": 1}
    return {
        column.name: next((value for kind, value in usual.items() if str(column.type).startswith(kind)), 0)
        for column in table.columns
        if not column.nullable
    }


def test_an_old_schema_is_refused_where_migration_is_not_allowed(empty_url: str) -> None:
    """Said in a sentence, and nothing is touched."""
    with pytest.raises(BadInput, match=f"the schema is missing and this version needs {upgrade.HEAD}"):
        open_city(empty_url, migrate=False)
    with _database(empty_url) as database, database.read() as connection:
        assert inspect(connection).get_table_names() == []
    open_city(empty_url).close()
    open_city(empty_url, migrate=False).close()


def test_a_newer_schema_is_refused(empty_url: str) -> None:
    """An older program must not write into it."""
    open_city(empty_url).close()
    with _database(empty_url) as database, database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for migrate in (True, False):
        with pytest.raises(BadInput, match="9999, newer than"):
            open_city(empty_url, migrate=migrate)


def test_processes_that_start_together_migrate_once(empty_url: str) -> None:
    """Four doors at one moment on an empty database: all open, and all see one schema."""
    gate = threading.Barrier(4)

    def start(number: int) -> int:
        gate.wait(10)
        store = open_city(empty_url)
        store.put_profile(profile(), NOON_US)
        version = store.registry_version("yogyakarta")
        store.close()
        return version

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(start, range(4))) == [1, 1, 1, 1]


def test_a_migration_that_fails_leaves_the_old_schema(empty_url: str) -> None:
    """All steps share one transaction: a table in the way stops them, and nothing of them stays."""
    with _database(empty_url) as database:
        with database.write() as connection:
            connection.execute(text("CREATE TABLE snapshots (mine INTEGER)"))
        with pytest.raises(Exception, match="snapshots"):
            open_city(empty_url)
        with database.read() as connection:
            assert inspect(connection).get_table_names() == ["snapshots"]
