"""Readings in one SQLite file: a STRICT, WITHOUT ROWID table a kind, and a five-minute roll-up beside it.

Any number of processes may open the file: one writes at a time, readers never wait for it (WAL). Every commit is on
stable storage when it returns (synchronous=FULL).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from contract.kinds import KINDS, KindName
from contract.quality import Quality
from store import sqlite_schema
from store.ports import Bucket, Ledger, Refused, Row, Scalar, Series
from store.rows import WINDOW_US, numeric, problem, received_order, specs, whole_groups, window_of
from store.sqlite_file import Connection, SqliteFile


class SqliteReadings:
    """`ReadingStore` on SQLite. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Opens the file, makes it where there is none, adds the columns that the contract has grown by."""
        self._file = SqliteFile(path)
        self._ids: dict[Series, int] = {}
        self._ids_lock = threading.Lock()
        with self._file.write() as connection:
            sqlite_schema.ensure(connection)

    # ------------------------------------------------------------ write

    def write(self, rows: Sequence[Row]) -> Sequence[Refused]:
        """See `ReadingStore.write`. All rows of one call share one transaction and one sync of the disk."""
        refused: list[Refused] = []
        kinds: dict[KindName, list[Row]] = {}
        for row in rows:
            if reason := problem(row):
                refused.append(Refused(row, reason))
            else:
                kinds.setdefault(row.series.kind, []).append(row)
        if not kinds:
            return refused
        fresh: dict[Series, int] = {}
        with self._file.write() as connection:
            for kind, some in kinds.items():
                refused += self._write_kind(connection, kind, some, fresh)
        # Only now: the ids of a transaction that was rolled back belong to nobody.
        with self._ids_lock:
            self._ids.update(fresh)
        return refused

    def _write_kind(
        self, connection: Connection, kind: KindName, rows: Sequence[Row], fresh: dict[Series, int]
    ) -> list[Refused]:
        ids = [self._series_id(connection, row.series, fresh) for row in rows]
        before = connection.total_changes
        connection.executemany(
            sqlite_schema.insert(kind), [_record(kind, i, row) for i, row in zip(ids, rows, strict=True)]
        )
        refused = []
        if connection.total_changes - before < len(rows):
            refused = _time_taken(connection, kind, ids, rows)
        touched = {(i, window_of(row.observed_us)) for i, row in zip(ids, rows, strict=True)}
        connection.executemany(
            sqlite_schema.roll_up(kind),
            [{"series": i, "start": start, "end": start + WINDOW_US} for i, start in sorted(touched)],
        )
        return refused

    def _series_id(self, connection: Connection, series: Series, fresh: dict[Series, int]) -> int:
        known = self._ids.get(series) or fresh.get(series)
        if known is not None:
            return known
        connection.execute("INSERT OR IGNORE INTO series (city, node, sensor, kind) VALUES (?, ?, ?, ?)", series)
        found = self._find_series(connection, series)
        assert found is not None  # noqa: S101 - inserted one line above, in this transaction
        fresh[series] = found
        return found

    @staticmethod
    def _find_series(connection: Connection, series: Series) -> int | None:
        found = connection.execute(
            "SELECT id FROM series WHERE city = ? AND node = ? AND sensor = ? AND kind = ?", series
        ).fetchone()
        return None if found is None else int(found[0])

    # ------------------------------------------------------------ read

    def latest(self, city: str, kind: KindName | None = None) -> Sequence[Row]:
        """See `ReadingStore.latest`. Two look-ups in the primary key a series; nothing is kept twice for it."""
        rows: list[Row] = []
        with self._file.read() as connection:
            for one in KINDS if kind is None else (kind,):
                rows += [_row(one, record) for record in connection.execute(sqlite_schema.latest(one), (city, one))]
        return rows

    def between(self, series: Series, start_us: int, end_us: int, *, limit: int = 50_000) -> Sequence[Row]:
        """See `ReadingStore.between`."""
        with self._file.read() as connection:
            series_id = self._find_series(connection, series)
            if series_id is None:
                return []
            records = connection.execute(
                sqlite_schema.between(series.kind), (series_id, start_us, end_us, limit)
            ).fetchall()
        return [_row(series.kind, record) for record in reversed(records)]

    def received_since(self, city: str, received_us: int, *, limit: int = 10_000) -> Sequence[Row]:
        """See `ReadingStore.received_since`. A group larger than `limit` is returned whole."""
        with self._file.read() as connection:
            end = connection.execute(sqlite_schema.RECEIVED_END, (received_us, city, limit)).fetchone()
            until = sqlite_schema.FOREVER_US if end is None else int(end[0])
            rows = [
                _row(kind, record)
                for kind in KINDS
                for record in connection.execute(sqlite_schema.received(kind), (received_us, until, city))
            ]
        return sorted(rows, key=received_order) if end is None else whole_groups(rows, limit)

    def five_minutes(self, series: Series, field: str, start_us: int, end_us: int) -> Sequence[Bucket]:
        """See `ReadingStore.five_minutes`. Empty for a field that is no number."""
        if field not in numeric(series.kind):
            return []
        with self._file.read() as connection:
            series_id = self._find_series(connection, series)
            if series_id is None:
                return []
            records = connection.execute(sqlite_schema.buckets(series.kind, field), (series_id, start_us, end_us))
            return [Bucket(*record) for record in records]

    def ledger(self, city: str) -> Sequence[Ledger]:
        """See `ReadingStore.ledger`."""
        with self._file.read() as connection:
            return [Ledger(*record) for record in connection.execute(sqlite_schema.LEDGER, {"city": city})]

    def ping(self) -> None:
        """See `ReadingStore.ping`."""
        with self._file.read() as connection:
            connection.execute("SELECT 1 FROM series LIMIT 1").fetchone()

    def close(self) -> None:
        """Let go of the file. A store that is closed stays closed."""
        self._file.close()


def _record(kind: KindName, series_id: int, row: Row) -> tuple[Any, ...]:
    values = row.values
    return (
        series_id,
        row.observed_us,
        row.epoch,
        row.seq,
        row.received_us,
        row.region,
        row.trust,
        int(row.quality),
        _checks_text(row.checks),
        *[values.get(spec.name) for spec in specs(kind)],
    )


def _checks_text(checks: Mapping[str, int]) -> str:
    if not checks:
        return ""
    return json.dumps({name: int(flag) for name, flag in checks.items()}, separators=(",", ":"), sort_keys=True)


def _row(kind: KindName, record: tuple[Any, ...]) -> Row:
    city, node, sensor, observed_us, epoch, seq, received_us, region, trust, quality, checks, *fields = record
    values: dict[str, Scalar] = {}
    for spec, value in zip(specs(kind), fields, strict=True):
        if value is not None:
            values[spec.name] = bool(value) if spec.scalar == "boolean" else cast(Scalar, value)
    return Row(
        Series(city, node, sensor, kind),
        region,
        observed_us,
        received_us,
        epoch,
        seq,
        trust,
        Quality(quality),
        json.loads(checks) if checks else {},
        values,
    )


def _time_taken(connection: Connection, kind: KindName, ids: Sequence[int], rows: Sequence[Row]) -> list[Refused]:
    refused = []
    for series_id, row in zip(ids, rows, strict=True):
        epoch, seq = connection.execute(sqlite_schema.identity(kind), (series_id, row.observed_us)).fetchone()
        if (epoch, seq) != (row.epoch, row.seq):
            reason = f"reading {epoch}/{seq} of the same sensor already has the time {row.observed_us}"
            refused.append(Refused(row, reason, time_taken=True))
    return refused
