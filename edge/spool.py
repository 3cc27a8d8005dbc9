"""The node's memory: every reading is here, on disk, from its commit until the city says that it has it.

SQLite, WAL, synchronous=FULL: a commit survives a power cut. AUTOINCREMENT: a number is never used twice, also after
the spool has been empty. The epoch names the numbering; a new, replaced or damaged file begins a new one. Counters
move in the same transaction as the rows they count, so that at every instant, also after kill -9,

    committed = stored + refused + dropped + pending

The bound (`Bound`) is on rows and on bytes as counted by `row_cost`; the file itself stays below about 1.5 times
that plus 2 MiB of log. Over it the spool drops `node` readings first, then `crowd`, `hotspot`, `flood`; the oldest
first inside a kind. Readings already published and not answered may be in the store, so they go only when nothing
else is left. Every drop is counted by sensor and time range in the transaction that drops, and reported by a reading
of kind `node`, sensor `drops`, that is itself never dropped: a report nobody has heard yet grows instead of
multiplying.

On a full disk nothing is lost at once: readings wait in a bounded ring in memory until a commit works again. A small
reserve beside the file is spent then, so that what is on disk can still be published, answered and deleted: a disk
that the spool itself has filled empties through the city. Where a disk is too small for a reserve, readings leave
room for that alone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, cast

import structlog

from contract.clock import SECOND_US
from contract.kinds import NodeValues
from contract.messages import CheckName, ClockTrust
from contract.quality import Quality
from contract.topics import valid_id
from edge import losses, spoolfile, spoolrow
from edge.losses import UNKNOWN, Lost, add_loss
from edge.ports import Instant
from edge.salvage import Gap
from edge.spoolrow import DROPS_SENSOR, REPORT_RANK, Entry, Row, rank_of, row_cost
from edge.spoolseal import seal

GROUP_US = SECOND_US
GROUP_ROWS = 50
REMEMBERED_TIMES = 10_000
_FIRST_RETRY_US = SECOND_US
_MAX_RETRY_US = 5 * SECOND_US
_MAX_VARIABLES = 500
_PART_BYTES = 512 * 1_024  # of one transaction while the disk is short: its log must fit as well
_PASSING = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
    }
)
_log = structlog.get_logger("edge.spool")


@dataclass(frozen=True, slots=True)
class Bound:
    """What a spool may hold: readings and bytes on disk, and readings in memory while the disk is full."""

    max_rows: int = 1_000_000
    max_bytes: int = 256 * 1024 * 1024
    ring_rows: int = 10_000


class SpoolLedger(NamedTuple):
    """Where every reading that was ever committed in this epoch is. `pending` is counted by reading the rows."""

    epoch: str
    committed: int
    stored: int
    refused: int
    dropped: int
    pending: int

    @property
    def closes(self) -> bool:
        return self.committed == self.stored + self.refused + self.dropped + self.pending


class Refrozen(NamedTuple):
    """A time to freeze: the reading `seq` was observed then, with that trust."""

    seq: int
    observed_us: int
    trust: ClockTrust


class Spool:
    """The one writer of a spool file. Not thread-safe: it belongs to its agent's loop."""

    def __init__(
        self,
        path: Path,
        boot: str,
        now: Instant,
        *,
        bound: Bound | None = None,
        new_epoch: Callable[[], str] = spoolfile.random_epoch,
    ) -> None:
        """Open or make the spool. Raises BadInput where another agent holds it or the place cannot be written."""
        self._path = path
        self._bound = bound or Bound()
        self.boot = boot
        opened = spoolfile.open_spool(path, new_epoch, boot, now)
        self._db, self._lock, self.epoch = opened.db, opened.lock, opened.epoch
        self._reserve = spoolfile.Reserve(path)
        self._log_pages = spoolfile.LOG_PAGES
        self._reserve.make()
        self._birth_no = int(opened.meta.get("birth_no", "0"))
        self.saved_us = int(opened.meta.get("saved_us", "0"))
        self._buffer: list[Entry] = []
        self._buffer_since_us: int | None = None
        self._gone: dict[int, bool] = {}
        self._rotten: dict[int, str] = {}
        self._misnumbered: set[int] = set()
        """numbers under which a search does not find the row that bears them: the next start finds it"""
        self._unsaved: dict[str, str] = {}
        self._ring_drops: dict[str, Lost] = {}
        self._astray = False
        self._trouble_since_us: int | None = None
        self._retry_us = 0
        self._retry_wait_us = _FIRST_RETRY_US
        self._rows: int
        self._bytes: int
        self._rows, self._bytes = self._db.execute("SELECT count(*), ifnull(sum(cost), 0) FROM reading").fetchone()
        self._said_since_prune = REMEMBERED_TIMES
        self._newest: dict[str, int] = dict(self._db.execute("SELECT sensor, max(seq) FROM reading GROUP BY sensor"))
        if opened.gap is not None:
            self._log_gap(opened.gap, now)

    # ------------------------------------------------------------ writing

    def add(self, entry: Entry) -> None:
        """Take a reading. It is committed with its group: after a second, at fifty readings, or when `commit` says."""
        if self._buffer_since_us is None:
            self._buffer_since_us = entry.taken.mono_us
        self._buffer.append(entry)
        if len(self._buffer) > self._bound.ring_rows:
            self._drop_from_ring()

    @property
    def waiting(self) -> int:
        """Readings in memory, not yet committed."""
        return len(self._buffer)

    def due_us(self) -> int | None:
        """The monotonic moment by which `commit` must be called; None while there is nothing to write."""
        if self._trouble_since_us is not None:
            return self._retry_us
        if len(self._buffer) >= GROUP_ROWS:
            return 0
        return None if self._buffer_since_us is None else self._buffer_since_us + GROUP_US

    def commit(self, at: Instant) -> bool:
        """Write the group durably. False while the disk takes nothing: everything stays in memory and is tried again,
        also where there is nothing to write, so that the trouble ends by itself."""
        nothing = not (self._buffer or self._gone or self._rotten or self._unsaved or self._ring_drops)
        if nothing and self._trouble_since_us is None:
            return True
        self._stay_in_place()
        self._fit_log()
        if self._trouble_since_us is None and self._buffer and not self._reserve.is_there() and self._room() < 0:
            self._note_trouble(at, "the disk is nearly full")
        if self._trouble_since_us is None:
            return self._durably(lambda: self._write_group(at, len(self._buffer)), at)
        return self._commit_in_trouble(at, self._trouble_since_us)

    def next_birth_no(self, at: Instant) -> int:
        """The number of the next birth. It grows for ever: a spool that has none yet starts at the clock's seconds,
        so that a node with a new card is not taken for an older self."""
        self._birth_no = self._birth_no + 1 if self._birth_no else max(1, at.wall_us // SECOND_US)
        self._unsaved["birth_no"] = str(self._birth_no)
        self.commit(at)
        return self._birth_no

    def save_time(self, now_us: int, at: Instant) -> None:
        """Remember a time that the city has confirmed as the floor of the next boot's clock."""
        self.saved_us = now_us
        self._unsaved["saved_us"] = str(self.saved_us)
        self.commit(at)

    def freeze(self, times: Sequence[Refrozen], at: Instant) -> bool:
        """Fix when readings were observed, before they are published for the first time. False on a full disk.

        A tie with a time of the same sensor that was frozen before (the newest 10,000 are remembered, acknowledged or
        not) is moved on by microseconds. A time once frozen is never changed.
        """
        return not times or self._durably(lambda: self._write_times(times), at)

    def acknowledge(
        self, stored: Iterable[tuple[int, int]], refused: Iterable[int], at: Instant
    ) -> tuple[list[int], list[int]]:
        """The city has these, or will never take them: delete and count. Only readings that were published count.

        Returns the seqs (stored, refused) that were ours. On a full disk they are remembered and not sent again.
        """
        kept = [seq for low, high in stored for seq in self._published(low, high)]
        for seq in kept:
            self._gone[seq] = True
        dead = [seq for wanted in refused for seq in self._published(wanted, wanted)]
        for seq in dead:
            self._gone[seq] = False
        self.commit(at)
        return kept, dead

    def close(self) -> None:
        """Let go of the file. What is still in memory is lost: commit first."""
        with suppress(OSError, sqlite3.Error):  # a full disk: the mark of this life's beginning stays
            spoolfile.begin_life(self._db, self._lock)
        self._db.close()
        self._lock.close()

    # ------------------------------------------------------------ reading

    def after(self, seq: int, limit: int) -> list[Row]:
        """The oldest pending readings after `seq`, at most `limit`."""
        rows = self._db.execute(
            f"SELECT {spoolrow.COLUMNS} FROM reading WHERE seq > ? ORDER BY seq LIMIT ?",  # noqa: S608
            (seq, limit + len(self._gone)),
        ).fetchall()
        return [row for row in self._sound(rows) if row.seq not in self._gone][:limit]

    def rows(self, seqs: Sequence[int]) -> list[Row]:
        """These readings as far as they are still pending, in the order asked for."""
        found: dict[int, Row] = {}
        for start in range(0, len(seqs), _MAX_VARIABLES):
            some = seqs[start : start + _MAX_VARIABLES]
            marks = ",".join("?" * len(some))
            query = f"SELECT {spoolrow.COLUMNS} FROM reading WHERE seq IN ({marks})"  # noqa: S608
            for row in self._sound(self._db.execute(query, some)):
                found[row.seq] = row
        return [found[seq] for seq in seqs if seq in found and seq not in self._gone]

    def _sound(self, raws: Iterable[tuple[object, ...]]) -> Iterator[Row]:
        """The readings that are still readings. What rotted on the card is dropped, counted and reported."""
        for raw in raws:
            row = spoolrow.sound(raw)
            if row is not None:
                yield row
            elif raw[0] not in self._rotten and raw[0] not in self._misnumbered:
                sensor = raw[1] if isinstance(raw[1], str) and valid_id(raw[1]) else UNKNOWN
                _log.error("spool_reading_is_damaged", seq=raw[0], sensor=sensor)
                self._rotten[cast("int", raw[0])] = sensor

    def newest(self) -> Mapping[str, int]:
        """Sensor -> the newest seq it ever committed (pending or not)."""
        return self._newest

    @property
    def pending(self) -> int:
        """Readings on disk that the city has not answered."""
        return self._rows - len(self._gone)

    @property
    def dropped(self) -> int:
        """Readings dropped since this spool began."""
        dropped: int = self._db.execute("SELECT dropped FROM ledger").fetchone()[0]
        return dropped

    @property
    def in_trouble(self) -> bool:
        """The disk takes nothing at the moment."""
        return self._trouble_since_us is not None

    def ledger(self) -> SpoolLedger:
        """Where every reading is, read from the file."""
        return _ledger_of(self._db)

    def _log_gap(self, gap: Gap, now: Instant) -> None:
        lost = {sensor: one.how_many for sensor, one in gap.lost.items()}
        salvaged = self._rows - len(gap.reports(self.boot, now))
        _log.error("spool_was_damaged", kept_as=gap.kept_as, salvaged=salvaged, lost=lost, perhaps_more=gap.at_least)

    # ------------------------------------------------------------ inside a transaction

    def _durably(self, work: Callable[[], Callable[[], None]], at: Instant) -> bool:
        """Run `work` as one transaction and what it returns after the commit. A disk that refuses is waited out."""
        try:
            with self._db:  # committed at its end, or rolled back, whatever went wrong
                self._db.execute("BEGIN IMMEDIATE")
                done = work()
        except sqlite3.OperationalError as error:
            if not _may_pass(error):
                raise
            self._note_trouble(at, str(error))
            return False
        done()
        return True

    def _commit_in_trouble(self, at: Instant, since_us: int) -> bool:
        """First what makes room, then as many readings as fit, a part at a time."""
        if not self._durably(self._probe, at):
            return False
        fitting = self._fitting()
        if fitting is None:
            self._note_trouble(at, "no room yet")
            return False
        if not self._durably(lambda: self._write_group(at, fitting), at):
            return False
        self._retry_wait_us = _FIRST_RETRY_US
        if self._buffer:
            self._retry_us = at.mono_us + _FIRST_RETRY_US
            return False
        _log.info("spool_writes_again", after_s=(at.mono_us - since_us) / SECOND_US)
        self._trouble_since_us = None
        self._reserve.make()
        return True

    def _stay_in_place(self) -> None:
        """Somebody may move or replace the file under our feet. We go on with what we have, where it belongs."""
        if spoolfile.is_at(self._path, self._db):
            return
        try:
            self._db = spoolfile.put_back(self._path, self._db)
            self._log_pages = spoolfile.LOG_PAGES
        except (OSError, sqlite3.Error) as error:
            if not self._astray:
                self._astray = True
                _log.error("spool_file_is_gone", file=str(self._path), pending=self._rows, reason=str(error))
            return
        self._astray = False
        _log.warning("spool_file_put_back", file=str(self._path), pending=self._rows)

    def _note_trouble(self, at: Instant, text: str) -> None:
        if self._trouble_since_us is None:
            self._trouble_since_us = at.mono_us
            _log.error("spool_cannot_write", reason=text, held_in_memory=len(self._buffer))
            self._reserve.spend(self._db)
        self._retry_us = at.mono_us + self._retry_wait_us
        self._retry_wait_us = min(2 * self._retry_wait_us, _MAX_RETRY_US)

    def _fitting(self) -> int | None:
        """How many of the readings in memory may be written now without taking the room that the answers need, or a
        full disk could never be emptied. None: not even one, or nothing is to be written and there is no room."""
        room = min(self._room(), _PART_BYTES)
        fitting = 0
        for entry in self._buffer:
            room -= 2 * row_cost(entry)  # once in the log, once in the file
            if room < 0:
                break
            fitting += 1
        return fitting if fitting or (room >= 0 and not self._buffer) else None

    def _room(self) -> int:
        """Bytes for readings beside what the answers need; negative where even that is not there."""
        (free_pages,) = self._db.execute("PRAGMA freelist_count").fetchone()
        free_bytes = int(free_pages) * spoolfile.PAGE_BYTES + self._reserve.free_bytes()
        return free_bytes - spoolfile.ANSWERS_BYTES

    def _fit_log(self) -> None:
        """Where room is scarce the log is kept short."""
        pages = spoolfile.SHORT_LOG_PAGES if self._reserve.scarce() else spoolfile.LOG_PAGES
        if pages != self._log_pages:
            self._db.execute(f"PRAGMA wal_autocheckpoint = {pages}")
            self._log_pages = pages

    def _probe(self) -> Callable[[], None]:
        """What can be written without much room, and at least one page: a commit of nothing proves nothing."""
        self._db.execute("UPDATE meta SET value = value WHERE key = 'inode'")
        return self._write_answers()

    def _write_answers(self) -> Callable[[], None]:
        """The part of a group that needs hardly any room, and makes some."""
        size = _Size(self._rows, self._bytes)
        self._delete_answered(size)
        self._write_meta()
        seal(self._db)

        def written() -> None:
            self._gone.clear()
            self._unsaved.clear()
            self._rows, self._bytes = size.rows, size.bytes

        return written

    def _write_meta(self) -> None:
        self._db.executemany("UPDATE meta SET value = ? WHERE key = ?", [(v, k) for k, v in self._unsaved.items()])

    def _write_group(self, at: Instant, number: int) -> Callable[[], None]:
        size = _Size(self._rows, self._bytes)
        newest: dict[str, int] = {}
        self._delete_answered(size)
        self._write_meta()
        for entry in self._buffer[:number]:
            newest[entry.sensor] = self._insert(entry, size)
        lost = dict(self._ring_drops)
        ring = sum(one.how_many for one in lost.values())
        self._count(committed=number + ring, dropped=ring)
        lost = losses.both(lost, self._delete_rotten(size, at))
        while lost := losses.both(lost, self._make_room(size)):
            for sensor, one in lost.items():
                self._report(sensor, one, at, size, newest)
            lost = {}  # the reports need room themselves
        seal(self._db)
        return lambda: self._group_is_written(size, newest, number)

    def _group_is_written(self, size: _Size, newest: dict[str, int], number: int) -> None:
        del self._buffer[:number]
        if not self._buffer:
            self._buffer_since_us = None
        self._gone.clear()
        self._rotten.clear()
        self._unsaved.clear()
        self._ring_drops.clear()
        self._rows, self._bytes = size.rows, size.bytes
        self._newest |= newest

    def _insert(self, entry: Entry, size: _Size) -> int:
        size.rows += 1
        size.bytes += row_cost(entry)
        return spoolrow.insert(self._db, entry)

    def _delete_answered(self, size: _Size) -> None:
        for seq in self._gone:
            self._delete(seq, size)
        stored = sum(self._gone.values())
        self._count(stored=stored, refused=len(self._gone) - stored)

    def _delete_rotten(self, size: _Size, at: Instant) -> dict[str, Lost]:
        self._misnumbered |= {seq for seq in self._rotten if not self._is_rotten(seq)}
        rotten = {seq: sensor for seq, sensor in self._rotten.items() if seq not in self._misnumbered}
        for seq in rotten:
            self._delete(seq, size)
        self._count(dropped=len(rotten))
        lost: dict[str, Lost] = {}
        for seq, sensor in rotten.items():
            add_loss(lost, sensor, self._between_neighbours(seq, at))
        return lost

    def _is_rotten(self, seq: int) -> bool:
        """Whether a search for that number finds what has rotted, and not the reading whose number it is."""
        raw = self._db.execute(f"SELECT {spoolrow.COLUMNS} FROM reading WHERE seq = ?", (seq,)).fetchone()  # noqa: S608
        return raw is not None and spoolrow.sound(raw) is None

    def _delete(self, seq: int, size: _Size) -> None:
        for (cost,) in self._db.execute("DELETE FROM reading WHERE seq = ? RETURNING cost", (seq,)).fetchall():
            size.rows -= 1
            size.bytes -= cost

    def _between_neighbours(self, seq: int, at: Instant) -> Lost:
        """What is known of when an unreadable reading was taken: its own time may be what is damaged."""
        before_us = self._nearest_us("< ?", "DESC", seq)
        after_us = self._nearest_us("> ?", "ASC", seq)
        first_us, last_us = before_us or 0, at.wall_us if after_us is None else after_us
        return Lost(1, min(first_us, last_us), max(first_us, last_us))

    def _nearest_us(self, where: str, order: str, seq: int) -> int | None:
        """When the nearest sound reading on one side was taken. Not of drop reports: they grow, with the time of their
        last word and the number of their first."""
        raws = self._db.execute(
            f"SELECT {spoolrow.COLUMNS} FROM reading WHERE seq {where} AND sensor != ? ORDER BY seq {order}",  # noqa: S608
            (seq, DROPS_SENSOR),
        )
        sound = (row for row in map(spoolrow.sound, raws) if row is not None)
        return next((row.taken.wall_us for row in sound), None)

    def _make_room(self, size: _Size) -> dict[str, Lost]:
        """Drop until the bound holds again: unpublished before published, then by rank, then the oldest."""
        lost: dict[str, Lost] = {}
        while size.rows > self._bound.max_rows or size.bytes > self._bound.max_bytes:
            victim = self._victim()
            if victim is None:
                break
            seq, sensor, when_us = victim
            self._delete(seq, size)
            self._count(dropped=1)
            add_loss(lost, sensor, Lost(1, when_us, when_us))
        return lost

    def _victim(self) -> tuple[int, str, int] | None:
        for published in (False, True):
            for rank in range(REPORT_RANK):
                found = self._db.execute(
                    "SELECT seq, sensor, ifnull(observed_us, wall_us) FROM reading"
                    " WHERE rank = ? AND (observed_us IS NOT NULL) = ? ORDER BY seq LIMIT 1",
                    (rank, published),
                ).fetchone()
                if found is not None:
                    return found  # type: ignore[no-any-return]
        return None

    def _report(self, sensor: str, lost: Lost, at: Instant, size: _Size, newest: dict[str, int]) -> None:
        """Say it in a reading. A report of this sensor that nobody has heard yet is made to say it all."""
        unheard = self._db.execute(
            "SELECT seq, vals, cost FROM reading WHERE rank = ? AND observed_us IS NULL", (REPORT_RANK,)
        ).fetchall()
        for seq, vals, cost in unheard:
            values = NodeValues.model_validate_json(vals)
            if values.dropped_sensor == sensor and values.dropped_count is not None:
                earlier = Lost(values.dropped_count, values.dropped_first_us or 0, values.dropped_last_us or 0)
                entry = losses.report(sensor, earlier.and_(lost), self.boot, at)
                size.bytes += row_cost(entry) - cost
                spoolrow.rewrite(self._db, seq, entry)
                return
        newest[DROPS_SENSOR] = self._insert(losses.report(sensor, lost, self.boot, at), size)
        self._count(committed=1)

    def _write_times(self, times: Sequence[Refrozen]) -> Callable[[], None]:
        for seq, observed_us, trust in times:
            found = self._db.execute(
                "SELECT sensor FROM reading WHERE seq = ? AND observed_us IS NULL", (seq,)
            ).fetchone()
            if found is None:
                continue
            free_us = self._free_time(found[0], observed_us)
            spoolrow.freeze(self._db, seq, free_us, trust)
            self._db.execute("INSERT INTO said (sensor, observed_us) VALUES (?, ?)", (found[0], free_us))
        due = self._said_since_prune + len(times)
        if due >= REMEMBERED_TIMES // 10:
            self._db.execute("DELETE FROM said WHERE id <= (SELECT max(id) FROM said) - ?", (REMEMBERED_TIMES,))
            due = 0

        def written() -> None:
            self._said_since_prune = due

        return written

    def _free_time(self, sensor: str, observed_us: int) -> int:
        taken = "SELECT 1 FROM said WHERE sensor = ? AND observed_us = ?"
        while self._db.execute(taken, (sensor, observed_us)).fetchone() is not None:
            observed_us += 1
        return observed_us

    def _count(self, **more: int) -> None:
        for name, by in more.items():
            if by:
                self._db.execute(f"UPDATE ledger SET {name} = {name} + ?", (by,))  # noqa: S608

    def _published(self, low: int, high: int) -> list[int]:
        rows = self._db.execute(
            "SELECT seq FROM reading WHERE seq BETWEEN ? AND ? AND observed_us IS NOT NULL", (low, high)
        )
        return [seq for (seq,) in rows if seq not in self._gone]

    def _drop_from_ring(self) -> None:
        """Memory is bounded too: the same order as on disk. Counted with the next commit."""
        index = min(range(len(self._buffer)), key=lambda place: (rank_of(self._buffer[place]), place))
        entry = self._buffer.pop(index)
        add_loss(self._ring_drops, entry.sensor, Lost(1, entry.taken.wall_us, entry.taken.wall_us))


class _Size:
    """How much the file holds, while a transaction is changing it."""

    def __init__(self, rows: int, bytes_: int) -> None:
        self.rows = rows
        self.bytes = bytes_


def read_ledger(path: Path) -> SpoolLedger:
    """The ledger of a spool file, read without writing, also while an agent has it open or after it was killed.

    Raises BadInput where there is none, or what is there cannot be read as one.
    """
    with spoolfile.read_only(path) as db:
        return _ledger_of(db)


def read_pending(path: Path) -> frozenset[int]:
    """The numbers of the readings that a spool file still holds. Read as `read_ledger` does, with its errors."""
    with spoolfile.read_only(path) as db:
        return frozenset(seq for (seq,) in db.execute("SELECT seq FROM reading"))


def _ledger_of(db: sqlite3.Connection) -> SpoolLedger:
    found = db.execute(
        "SELECT (SELECT value FROM meta WHERE key = 'epoch'), committed, stored, refused, dropped,"
        " (SELECT count(*) FROM reading) FROM ledger"
    ).fetchone()
    return SpoolLedger(*found)


def _may_pass(error: sqlite3.OperationalError) -> bool:
    """Full, refused by the file system, or in another program's hands: tried again, for the reading's sake."""
    return error.sqlite_errorcode & 0xFF in _PASSING


def checks_json(checks: Mapping[CheckName, Quality]) -> str:
    """The checks as the spool keeps them."""
    return json.dumps({name: int(flag) for name, flag in checks.items()}, separators=(",", ":"))


__all__ = [
    "Bound",
    "Entry",
    "Refrozen",
    "Row",
    "Spool",
    "SpoolLedger",
    "checks_json",
    "read_ledger",
    "read_pending",
]
