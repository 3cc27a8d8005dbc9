"""What can be read of a damaged spool, and what is known of the rest."""

from __future__ import annotations

import sqlite3
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from contract.topics import valid_id
from edge import losses, spoollog
from edge.losses import UNKNOWN, Lost, add_loss
from edge.ports import Instant
from edge.spoolrow import COUNT_MAX, DROPS_SENSOR, Entry, Row, readable_text, renumbered, sound
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

    def reports(self, boot: str, at: Instant) -> list[Entry]:
        """The readings that tell of it, as they do of every loss. Where nobody knows how much, that is said too."""
        told = [losses.report(sensor, one, boot, at) for sensor, one in self.lost.items()]
        return [*told, losses.report_of_unknown(boot, at)] if self.at_least else told


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
        """What is missing, with times from the neighbours of what is missing.

        An index rots as well: a number in it may be nobody's, and a reading's own may not be in it. Then it is the
        counters that say how many are gone, and the times are those of every number that may be meant.
        """
        fits = self.counted and not self._index_lacks_some()
        suspects = self._suspects()
        lost: dict[str, Lost] = {}
        clock = _Times(self.rows.values(), now_us)
        for seq, sensor in suspects.items():
            add_loss(lost, sensor, clock.around(seq))
        how_many = self._how_many(fits=fits)
        if how_many is None:
            return Gap(kept_as, lost, at_least=True)
        if how_many > len(suspects):
            add_loss(lost, UNKNOWN, clock.whenever(how_many - len(suspects)))
        elif how_many < len(suspects):
            lost = _some_of(lost, how_many) if self.counted else {UNKNOWN: clock.whenever(how_many)}
        return Gap(kept_as, {sensor: one for sensor, one in lost.items() if one.how_many}, at_least=False)

    def _index_lacks_some(self) -> bool:
        """Whether a reading is missing in the index. One that was published may rightly be: an answered reading can
        still lie in a page that was given back."""
        return any(row.observed_us is None and seq not in self.known for seq, row in self.rows.items())

    def _suspects(self) -> dict[int, str]:
        """Numbers of readings that may be gone, and their sensors."""
        sensors = {row.sensor for row in self.rows.values()}
        # A page of garbage is full of numbers: only one beside the name of a sensor can be a reading's.
        named = {seq: sensor for seq, sensor in self.rotten.items() if sensor in sensors}
        return {seq: named.get(seq, UNKNOWN) for seq in sorted((self.known | named.keys()) - self.rows.keys())}

    def _how_many(self, *, fits: bool) -> int | None:
        """How many are gone; None where nobody can tell."""
        by_index = len(self.known - self.rows.keys()) if fits else 0
        if self.pending is not None:
            return max(by_index, self.pending - len(self.rows))
        return by_index if fits else None


class _Times:
    """When what is missing was taken, by what is there."""

    def __init__(self, rows: Iterable[Row], now_us: int) -> None:
        # A drop report that nobody has heard grows: its time is that of its last word, its number that of its first.
        self._us = {row.seq: row.taken.wall_us for row in rows if row.sensor != DROPS_SENSOR}
        self._order = sorted(self._us)
        self._now_us = now_us

    def around(self, seq: int) -> Lost:
        """One with this number."""
        place = bisect(self._order, seq)
        first_us = self._us[self._order[place - 1]] if place else 0
        last_us = self._us[self._order[place]] if place < len(self._order) else self._now_us
        return Lost(1, min(first_us, last_us), max(first_us, last_us))

    def whenever(self, how_many: int) -> Lost:
        """So many of which not even the numbers are known."""
        return Lost(min(how_many, COUNT_MAX), 0, max([self._now_us, *self._us.values()]))


def _some_of(lost: Mapping[str, Lost], how_many: int) -> dict[str, Lost]:
    """So many of these, and nobody knows which."""
    every = lost.values()
    return {UNKNOWN: Lost(how_many, min(one.first_us for one in every), max(one.last_us for one in every))}


def read(aside: Path, page_bytes: int) -> Salvage:
    """Everything that can be read of a spool that was set aside; its log is mended for that, in place."""
    log = spoollog.log_of(aside)
    if not spoollog.swallows(log, page_bytes):
        return _read(aside)
    as_it_was = log.read_bytes()
    spoollog.mend(log, page_bytes)
    found = _read(aside)
    if found.pending is None:  # the damage hit a page that everything hangs on: what SQLite would have read helps out
        spoollog.put(log, as_it_was)
        _add_earlier(found, _read(aside))
    return found


def _add_earlier(found: Salvage, earlier: Salvage) -> None:
    """An earlier state of the same spool. Its counters are those of then: how much came after it, they do not say. What
    a whole index of now does not name has been answered since."""
    for row in earlier.rows.values():
        if row.seq in found.known or not found.counted:
            _keep(row, found)
    found.meta |= earlier.meta
    found.rotten = earlier.rotten | found.rotten
    if not found.counted:
        found.known |= earlier.known


def _read(file: Path) -> Salvage:
    found = Salvage()
    file.with_name(file.name + "-shm").unlink(missing_ok=True)
    try:
        db = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    except DAMAGE:
        return found
    db.text_factory = readable_text
    with closing(db):
        for key, value in _readable(db, "SELECT key, value FROM meta"):
            found.meta[str(key)] = str(value)
        found.pending = _pending(db)
        _count(db, found)
        for raw, row in _rows(db):
            if row is not None:
                _keep(row, found)
            elif isinstance(raw[0], int):
                found.rotten[raw[0]] = raw[1] if isinstance(raw[1], str) and valid_id(raw[1]) else UNKNOWN
    return found


def _count(db: sqlite3.Connection, found: Salvage) -> None:
    """The numbers of all readings, from the index, as far as it can be read."""
    in_order, last = True, (0, 0)
    try:
        for rank, seq in db.execute("SELECT rank, seq FROM reading INDEXED BY reading_rank WHERE rank >= 0"):
            if isinstance(rank, int) and isinstance(seq, int):
                in_order, last = in_order and last < (rank, seq), (rank, seq)
                found.known.add(seq)
            else:
                in_order = False
    except DAMAGE:
        return
    found.counted = in_order


def _pending(db: sqlite3.Connection) -> int | None:
    """How many readings there should be; None where the counters cannot be trusted."""
    try:
        if not is_sealed(db):
            return None
        committed, *gone = db.execute("SELECT committed, stored, refused, dropped FROM ledger").fetchone()
        pending: int = committed - sum(gone)
    except (*DAMAGE, TypeError):  # no row, or no numbers in it
        return None
    return pending if pending >= 0 else None


def _keep(row: Row, found: Salvage) -> None:
    """What was found first is the newest; a time that was frozen is never taken away again."""
    known = found.rows.get(row.seq)
    if known is None or (known.observed_us is None and row.observed_us is not None):
        found.rows[row.seq] = row


def _rows(db: sqlite3.Connection) -> Iterator[tuple[tuple[object, ...], Row | None]]:
    """Every row that can be read, and the reading that it is: forwards, and where a page is damaged, on behind it.

    Columns are taken by their place: their names are on the card too. Only what sums up says how far we are.
    """
    query = "SELECT * FROM reading NOT INDEXED WHERE rowid {} ORDER BY rowid {}"
    last = 0
    for raw, row in _judged(db, query.format("> 0", "ASC")):
        last = max(last, row.seq) if row is not None else last
        yield raw, row
    top = last
    for raw, row in _judged(db, query.format("> 0", "DESC")):
        if row is not None:
            if row.seq <= last:
                return
            top = row.seq
        yield raw, row
    # Between the first damage and the last: number by number, as far as that can be paid for.
    for seq in range(last + 1, min(top, last + _MAX_STEPS)):
        yield from _judged(db, query.format(f"= {seq}", "ASC"))


def _judged(db: sqlite3.Connection, query: str) -> Iterator[tuple[tuple[object, ...], Row | None]]:
    for raw in _in_order(_readable(db, query)):
        own = renumbered(raw)
        yield own, sound(own)


def _in_order(raws: Iterable[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    """Rows of the table as rows of `COLUMNS`; in a table of before checksums there are none."""
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
