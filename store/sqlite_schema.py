"""The readings' tables in SQLite and every statement on them, generated from the contract's kinds.

Names come from the contract alone (never from a reading), so they may stand in SQL text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cache

from contract.kinds import KINDS, KindName
from contract.quality import Quality
from store.rows import numeric, specs
from store.sqlite_file import Connection

FOREVER_US = 2**63 - 1

_TYPES = {"boolean": "INTEGER", "integer": "INTEGER", "float": "REAL", "text": "TEXT"}
_BASE = ("observed_us", "epoch", "seq", "received_us", "region", "trust", "quality", "checks")
_USABLE = f"quality IN ({int(Quality.GOOD)}, {int(Quality.UNKNOWN)})"
_SHARES = {"n": "INTEGER", "mean": "REAL", "low": "REAL", "high": "REAL", "last": "REAL"}


def ensure(connection: Connection) -> None:
    """Make what is missing: tables, indexes, and the columns that the contract has grown by. Never drops any."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, city TEXT NOT NULL, node TEXT NOT NULL, "
        "sensor TEXT NOT NULL, kind TEXT NOT NULL, UNIQUE (city, kind, node, sensor)) STRICT"
    )
    known = "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
    present: defaultdict[str, set[str]] = defaultdict(set)
    for table, column in connection.execute(known):
        present[table].add(column)
    for kind in KINDS:
        fields = {spec.name: _TYPES[spec.scalar] for spec in specs(kind)}
        _grow(connection, f"reading_{kind}", _READING, fields, present)
        connection.execute(f"CREATE INDEX IF NOT EXISTS reading_{kind}_received ON reading_{kind} (received_us)")
        shares = {f"{field}_{share}": sql for field in numeric(kind) for share, sql in _SHARES.items()}
        _grow(connection, f"rollup_5m_{kind}", _ROLLUP, shares, present)


_READING = (
    "series_id INTEGER NOT NULL, observed_us INTEGER NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, "
    "received_us INTEGER NOT NULL, region TEXT NOT NULL, trust TEXT NOT NULL, quality INTEGER NOT NULL, "
    "checks TEXT NOT NULL",
    "PRIMARY KEY (series_id, observed_us)",
)
_ROLLUP = "series_id INTEGER NOT NULL, start_us INTEGER NOT NULL", "PRIMARY KEY (series_id, start_us)"


def _grow(
    connection: Connection,
    table: str,
    base: tuple[str, str],
    columns: Mapping[str, str],
    present: Mapping[str, Collection[str]],
) -> None:
    """`base`: the columns that every such table has, and its key. `present`: the columns of each table there is."""
    wanted = [f"{name} {sql_type}" for name, sql_type in columns.items() if name not in present.get(table, ())]
    if table in present:
        for column in wanted:
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
        return
    first, key = base
    connection.execute(f"CREATE TABLE {table} ({', '.join((first, *wanted, key))}) STRICT, WITHOUT ROWID")


@cache
def insert(kind: KindName) -> str:
    """Series id, base columns, fields. A taken time is left alone."""
    names = ("series_id", *_BASE, *(spec.name for spec in specs(kind)))
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO reading_{kind} ({', '.join(names)}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608


def identity(kind: KindName) -> str:
    """(series id, observed_us) -> (epoch, seq)."""
    return f"SELECT epoch, seq FROM reading_{kind} WHERE series_id = ? AND observed_us = ?"  # noqa: S608


def _columns(kind: KindName) -> str:
    names = (*_BASE, *(spec.name for spec in specs(kind)))
    return ", ".join(("s.city", "s.node", "s.sensor", *(f"r.{name}" for name in names)))


@cache
def latest(kind: KindName) -> str:
    """(city, kind) -> the newest row of each series."""
    return (
        f"SELECT {_columns(kind)} FROM series s CROSS JOIN reading_{kind} r ON r.series_id = s.id "  # noqa: S608
        f"AND r.observed_us = (SELECT max(observed_us) FROM reading_{kind} WHERE series_id = s.id) "
        "WHERE s.city = ? AND s.kind = ?"
    )


@cache
def between(kind: KindName) -> str:
    """(series id, start, end, limit) -> rows, newest first."""
    return (
        f"SELECT {_columns(kind)} FROM reading_{kind} r JOIN series s ON s.id = r.series_id "  # noqa: S608
        "WHERE r.series_id = ? AND r.observed_us >= ? AND r.observed_us < ? ORDER BY r.observed_us DESC LIMIT ?"
    )


@cache
def received(kind: KindName) -> str:
    """(from, to, city) -> rows with from <= received_us <= to."""
    return (
        f"SELECT {_columns(kind)} FROM reading_{kind} r CROSS JOIN series s ON s.id = r.series_id "  # noqa: S608
        "WHERE r.received_us BETWEEN ? AND ? AND s.city = ?"
    )


def _every_kind(columns: str, where: str) -> str:
    return " UNION ALL ".join(
        f"SELECT {columns} FROM reading_{kind} r JOIN series s ON s.id = r.series_id WHERE {where}"  # noqa: S608
        for kind in KINDS
    )


RECEIVED_END = (
    f"SELECT received_us FROM ({_every_kind('r.received_us', 'r.received_us >= ?1 AND s.city = ?2')}) "  # noqa: S608
    "ORDER BY received_us LIMIT 1 OFFSET ?3"
)
"""(from, city, limit) -> received_us of the first row beyond the limit."""

LEDGER = (
    "SELECT node, epoch, count(*), count(DISTINCT seq) FROM "  # noqa: S608
    f"({_every_kind('s.node AS node, r.epoch AS epoch, r.seq AS seq', 's.city = :city')}) "
    "GROUP BY node, epoch ORDER BY node, epoch"
)


@cache
def roll_up(kind: KindName) -> str:
    """Recompute one window of one series (:series, :start, :end) from raw."""
    window = (
        f"FROM reading_{kind} WHERE series_id = :series AND observed_us >= :start AND observed_us < :end AND {_USABLE}"
    )
    names, values = ["series_id", "start_us"], [":series", ":start"]
    for field in numeric(kind):
        names += [f"{field}_{share}" for share in _SHARES]
        values += [f"count({field})", f"avg({field})", f"min({field})", f"max({field})"]
        values.append(f"(SELECT {field} {window} AND {field} IS NOT NULL ORDER BY observed_us DESC LIMIT 1)")
    return f"INSERT OR REPLACE INTO rollup_5m_{kind} ({', '.join(names)}) SELECT {', '.join(values)} {window}"


@cache
def buckets(kind: KindName, field: str) -> str:
    """(series id, start, end) -> the windows of one field that hold a usable value."""
    shares = ", ".join(f"{field}_{share}" for share in _SHARES)
    return (
        f"SELECT start_us, {shares} FROM rollup_5m_{kind} WHERE series_id = ? AND start_us >= ? AND start_us < ? "  # noqa: S608
        f"AND {field}_n > 0 ORDER BY start_us"
    )
