"""What can be read of a damaged spool, and what is known of the rest."""

from __future__ import annotations

import sqlite3
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from contract.topics import valid_id
from edge import spoollog
from edge.losses import UNKNOWN, Lost, add_loss
from edge.spoolrow import COUNT_MAX, Row, readable_text, sound
from edge.spoolseal import is_sealed

# A damaged file also makes Python's driver fail on the text of its own error message.
DAMAGE = (sqlite3.DatabaseError, UnicodeDecodeError, OverflowError)
_MAX_STEPS = 200_000
_TABLE_COLUMNS = 15


@dataclass(frozen=True, slots=True)
class Gap:
    """A damaged spool was set aside as `kept_as`. `lost`: its pending readings that could not be read, by sensor.
    `at_least`: nobody knows how many there were."""

    kept_as: str
    lost: Mapping[str, Lost]
    at_least: bool


@dataclass(slots=True)
class Salvage:
    """What was found: readings by their number, notes, and the sensors that unreadable rows still name."""

    rows: dict[int, Row] = field(default_factory=dict)
    meta: dict[str, str] = field(default_factory=dict)
    rotten: dict[int, str] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)
    """numbers that an index still names"""
    counted: bool = False
    """the index could be read to its end"""
    pending: int | None = None

    def gap(self, kept_as: str, now_us: int) -> Gap:
        """What is missing, with times from the neighbours of what is missing."""
        sensors = {row.sensor for row in self.rows.values()}
        # A zeroed page is full of rows without a number: only the index, where there is one, says what was there.
        missing = (self.known or self.rotten.keys()) - self.rows.keys()
        lost: dict[str, Lost] = {}
        order = sorted(self.rows)
        for seq in sorted(missing):
            named = self.rotten.get(seq, UNKNOWN)
            sensor = named if named in sensors else UNKNOWN
            add_loss(lost, sensor, self._around(seq, order, now_us))
        nameless = 0 if self.pending is None else self.pending - len(self.rows) - len(missing)
        if nameless > 0:
            times = [row.taken.wall_us for row in self.rows.values()] or [now_us]
            add_loss(lost, UNKNOWN, Lost(min(nameless, COUNT_MAX), min(times), max(now_us, *times)))
        return Gap(kept_as, lost, at_least=self.pending is None and not self.counted)

    def _around(self, seq: int, order: list[int], now_us: int) -> Lost:
        place = bisect(order, seq)
        first_us = self.rows[order[place - 1]].taken.wall_us if place else 0
        last_us = self.rows[order[place]].taken.wall_us if place < len(order) else now_us
        return Lost(1, min(first_us, last_us), max(first_us, last_us))


def read(aside: Path, page_bytes: int) -> Salvage:
    """Everything that can be read of a spool that was set aside; its log is mended for that, in place."""
    log = spoollog.log_of(aside)
    if not spoollog.swallows(log, page_bytes):
        return _read(aside, Salvage())
    as_it_was = log.read_bytes()
    spoollog.mend(log, page_bytes)
    found = _read(aside, Salvage())
    if found.pending is None:  # the damage hit a page that everything hangs on: what SQLite would have read is better
        log.write_bytes(as_it_was)
        found = _read(aside, found)
    return found


def _read(file: Path, found: Salvage) -> Salvage:
    file.with_name(file.name + "-shm").unlink(missing_ok=True)
    try:
        db = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    except DAMAGE:
        return found
    db.text_factory = readable_text
    with closing(db):
        for key, value in _readable(db, "SELECT key, value FROM meta"):
            found.meta[str(key)] = str(value)
        if found.pending is None:
            found.pending = _pending(db)
        _count(db, found)
        for raw in _rows(db):
            _take(raw, found)
    return found


def _count(db: sqlite3.Connection, found: Salvage) -> None:
    """The numbers of all readings, from the index, as far as it can be read."""
    try:
        for (seq,) in db.execute("SELECT seq FROM reading INDEXED BY reading_rank WHERE rank >= 0"):
            if isinstance(seq, int):
                found.known.add(seq)
    except DAMAGE:
        return
    found.counted = True


def _pending(db: sqlite3.Connection) -> int | None:
    """How many readings there should be; None where the counters cannot be trusted."""
    try:
        if not is_sealed(db):
            return None
        committed, *gone = db.execute("SELECT committed, stored, refused, dropped FROM ledger").fetchone()
    except (*DAMAGE, TypeError):
        return None
    pending: int = committed - sum(gone)
    return pending if pending >= 0 else None


def _take(raw: tuple[object, ...], found: Salvage) -> None:
    row = sound(raw)
    if row is not None:
        known = found.rows.get(row.seq)
        if known is None or known.observed_us is None:
            found.rows[row.seq] = row
    elif isinstance(raw[0], int):
        found.rotten[raw[0]] = raw[1] if isinstance(raw[1], str) and valid_id(raw[1]) else UNKNOWN


def _rows(db: sqlite3.Connection) -> Iterator[tuple[object, ...]]:
    """Every row that can be read: forwards, and where a page is damaged, on behind it.

    Columns are taken by their place: their names are on the card too.
    """
    query = "SELECT * FROM reading NOT INDEXED WHERE rowid {} ORDER BY rowid {}"
    last = 0
    for raw in _in_order(_readable(db, query.format("> 0", "ASC"))):
        last = raw[0] if isinstance(raw[0], int) else last
        yield raw
    top = last
    for raw in _in_order(_readable(db, query.format("> 0", "DESC"))):
        if not isinstance(raw[0], int) or raw[0] <= last:
            return
        top = raw[0]
        yield raw
    # Between the first damage and the last: number by number, as far as that can be paid for.
    for seq in range(last + 1, min(top, last + _MAX_STEPS)):
        yield from _in_order(_readable(db, query.format(f"= {seq}", "ASC")))


def _in_order(raws: Iterable[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    """Rows of the table as rows of `COLUMNS`; a table of before checksums has none."""
    for raw in raws:
        if len(raw) in (_TABLE_COLUMNS - 1, _TABLE_COLUMNS):
            seq, sensor, kind, _, boot, mono, wall, source, observed, trust, quality, checks, values, _, *crc = raw
            yield (
                seq, sensor, kind, boot, mono, wall, source, quality, checks, values, observed, trust,
                crc[0] if crc else None,
            )  # fmt: skip


def _readable(db: sqlite3.Connection, query: str) -> Iterator[tuple[object, ...]]:
    """The rows of a query up to the first that cannot be read."""
    try:
        yield from db.execute(query)
    except DAMAGE:
        return
