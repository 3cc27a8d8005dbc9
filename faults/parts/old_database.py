"""A city database as an earlier release left it, and what a database's schema is."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import ColumnElement, Connection, MetaData, Table, inspect, select, text

from contract.case import CASE_STATUSES, word_of
from store.city.database import Database
from store.migrations import upgrade

RECORDED = Path(__file__).parents[1] / "recorded"
_RENAMED = {
    ("cases", "due_us"): "finish_due_us",
    ("cases", "state"): "status",
    ("case_updates", "state"): "status",
}
"""(table, recorded column) -> what a later migration calls it; a case's recorded state is the word for its status"""

Rows = Mapping[str, list[dict[str, Any]]]
"""table -> its rows"""


def recorded(revision: str) -> Rows:
    """The rows that a city of that revision held."""
    return {
        table: [{name: _plain(value) for name, value in row.items()} for row in rows]
        for table, rows in json.loads((RECORDED / f"city-{revision}.json").read_text(encoding="utf-8")).items()
    }


def fill(url: str, revision: str) -> None:
    """Bring an empty database to that revision and put the recorded rows into it."""
    with opened(url) as database, database.write() as connection:
        command.upgrade(upgrade.config(connection), revision)
        tables = MetaData()
        tables.reflect(connection)
        rows = recorded(revision)
        for table in tables.sorted_tables:
            if rows.get(table.name):
                connection.execute(table.insert(), rows[table.name])
            if not database.is_sqlite and "id" in table.c and table.c.id.autoincrement is True:
                _go_on_counting(connection, table.name)


def held(url: str, revision: str) -> Rows:
    """What a database of any later revision holds of the recorded tables and columns, in the recorded order."""
    kept: dict[str, list[dict[str, Any]]] = {}
    with opened(url) as database, database.read() as connection:
        tables = MetaData()
        tables.reflect(connection)
        for name, rows in recorded(revision).items():
            table = tables.tables[name]
            columns = [_column(table, column) for column in rows[0]]
            found = connection.execute(select(*columns).order_by(*table.primary_key.columns)).mappings()
            kept[name] = [{column: _as_recorded(name, column, value) for column, value in row.items()} for row in found]
    return kept


def schema(url: str) -> str:
    """Everything that makes a schema, as one text: its revision, tables, columns, keys and indexes."""
    with opened(url) as database, database.read() as connection:
        look = inspect(connection)
        facts = [
            (
                table,
                sorted((one["name"], str(one["type"]), one["nullable"]) for one in look.get_columns(table)),
                look.get_pk_constraint(table)["constrained_columns"],
                sorted(str(one["constrained_columns"]) for one in look.get_foreign_keys(table)),
                sorted(str(one["column_names"]) for one in look.get_unique_constraints(table)),
                sorted((str(one["name"]), str(one["column_names"]), one["unique"]) for one in look.get_indexes(table)),
            )
            for table in sorted(look.get_table_names())
        ]
        return repr((upgrade.revision(connection), facts))


def claim(url: str, revision: str) -> None:
    """Make a database say that it is of another revision."""
    with opened(url) as database, database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """A database past the store, whatever its schema is."""
    database = Database(url.replace("sqlite:///", "sqlite+pysqlite:///"))
    try:
        yield database
    finally:
        database.close()


def _go_on_counting(connection: Connection, table: str) -> None:
    """Rows that came with their numbers have not moved PostgreSQL's own counter."""
    connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"))  # noqa: S608


def _plain(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"base64"}:
        return base64.b64decode(value["base64"])
    return value


def _column(table: Table, recorded_as: str) -> ColumnElement[Any]:
    """A recorded column, under the name that it may have got since."""
    if recorded_as in table.c:
        return table.c[recorded_as]
    return table.c[_RENAMED[table.name, recorded_as]].label(recorded_as)


def _as_recorded(table: str, column: str, value: Any) -> Any:
    if isinstance(value, memoryview):
        return bytes(value)
    if column == "state" and (table, column) in _RENAMED and value in CASE_STATUSES:
        return word_of(value)
    return value
