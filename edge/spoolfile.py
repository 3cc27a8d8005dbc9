"""The spool's file: its tables, its lock, and what happens when it is new, replaced or damaged."""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple, cast, get_args

from contract.errors import BadInput
from contract.kinds import KINDS, VALUES, KindName
from contract.messages import MAX_US, CheckName, ClockSource, ClockTrust
from contract.quality import Quality
from contract.topics import valid_id
from edge.ports import Instant

DROPS_SENSOR = "drops"
"""The sensor under which a spool reports what it dropped."""

COUNT_MAX = 10_000_000
"""As far as a count of readings is told; the contract's bound."""

REPORT_RANK = 4
_RANK: dict[KindName, int] = {"node": 0, "crowd": 1, "hotspot": 2, "flood": 3}

PAGE_BYTES = 1_024
RESERVE_BYTES = 256 * 1_024

COLUMNS = "seq, sensor, kind, boot, mono_us, wall_us, source, quality, checks, vals, observed_us, trust"
_OVERHEAD_BYTES = 110  # the row's numbers and its share of two indexes, measured
_VERSION = 1

_BOOT = re.compile(r"[0-9a-f-]{8,36}")
_CHECKS = frozenset(get_args(CheckName))
_FLAGS = frozenset(int(flag) for flag in Quality)
_TEXTS = (1, 2, 3, 6, 8, 9)  # the places in COLUMNS that hold text
_EPOCH = re.compile(r"[0-9a-f]{16}")
# A damaged file also makes Python's driver fail on the text of its own error message.
_DAMAGE = (sqlite3.DatabaseError, UnicodeDecodeError, OverflowError)

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE ledger (
  committed INTEGER NOT NULL, stored INTEGER NOT NULL, refused INTEGER NOT NULL, dropped INTEGER NOT NULL
) STRICT;
CREATE TABLE reading (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  sensor TEXT NOT NULL, kind TEXT NOT NULL, rank INTEGER NOT NULL, boot TEXT NOT NULL,
  mono_us INTEGER NOT NULL, wall_us INTEGER NOT NULL, source TEXT NOT NULL,
  observed_us INTEGER, trust TEXT,
  quality INTEGER NOT NULL, checks TEXT NOT NULL, vals TEXT NOT NULL, cost INTEGER NOT NULL
) STRICT;
CREATE INDEX reading_rank ON reading (rank, seq);
CREATE TABLE said (
  id INTEGER PRIMARY KEY AUTOINCREMENT, sensor TEXT NOT NULL, observed_us INTEGER NOT NULL,
  UNIQUE (sensor, observed_us)
) STRICT;
"""


class Entry(NamedTuple):
    """A reading on its way into the spool. `checks` and `values` are JSON; `taken` is the moment as it was stamped."""

    sensor: str
    kind: KindName
    boot: str
    taken: Instant
    quality: Quality
    checks: str
    values: str


class Row(NamedTuple):
    """A reading in the spool. `observed_us` and `trust` are None until it is published for the first time."""

    seq: int
    sensor: str
    kind: KindName
    boot: str
    taken: Instant
    quality: Quality
    checks: str
    values: str
    observed_us: int | None
    trust: ClockTrust | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A damaged spool was set aside as `kept_as`; `lost` pending readings could not be read (None: nobody knows)."""

    kept_as: str
    lost: int | None


@dataclass(frozen=True, slots=True)
class Opened:
    """An open spool file."""

    db: sqlite3.Connection
    lock: IO[bytes]
    epoch: str
    meta: dict[str, str]
    gap: Gap | None


def random_epoch() -> str:
    return secrets.token_hex(8)


def row_cost(entry: Entry) -> int:
    """Bytes that a reading is counted as: its texts and the measured share of row and indexes."""
    return _OVERHEAD_BYTES + len(entry.sensor) + len(entry.boot) + len(entry.checks) + len(entry.values)


def rank_of(entry: Entry) -> int:
    """The order in which a spool over its bound drops: the smallest first. A drop report is never dropped."""
    return REPORT_RANK if entry.sensor == DROPS_SENSOR else _RANK[entry.kind]


def insert(db: sqlite3.Connection, entry: Entry) -> int:
    """Append a reading and return its seq."""
    rank, cost = rank_of(entry), row_cost(entry)
    cursor = db.execute(
        "INSERT INTO reading (sensor, kind, rank, boot, mono_us, wall_us, source, quality, checks, vals, cost)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (entry.sensor, entry.kind, rank, entry.boot, *entry.taken, entry.quality, entry.checks, entry.values, cost),
    )
    return cast("int", cursor.lastrowid)


def rewrite(db: sqlite3.Connection, seq: int, entry: Entry) -> None:
    """Let a reading that nobody has heard say something else."""
    db.execute(
        "UPDATE reading SET boot = ?, mono_us = ?, wall_us = ?, source = ?, vals = ?, cost = ?"
        " WHERE seq = ? AND observed_us IS NULL",
        (entry.boot, *entry.taken, entry.values, row_cost(entry), seq),
    )


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Raises BadInput where there is no spool."""
    if not path.is_file():
        raise BadInput("there is no spool", where=str(path), remedy="Name the file that [node] spool names.")
    db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    db.execute("PRAGMA busy_timeout = 5000")
    return db


class Reserve:
    """Disk space kept for the day there is none."""

    def __init__(self, path: Path) -> None:
        self._file = path.with_name(path.name + ".reserve")

    def make(self) -> None:
        """Put it there, where there is plenty."""
        try:
            if self.free_bytes() >= 4 * RESERVE_BYTES and not self._file.exists():
                with self._file.open("wb") as file:
                    os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)
        except OSError:
            self._file.unlink(missing_ok=True)

    def spend(self, db: sqlite3.Connection) -> None:
        """Give it to the database, whose log starts again at its beginning as far as it can."""
        self._file.unlink(missing_ok=True)
        try:
            db.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
        except sqlite3.OperationalError:
            return

    def free_bytes(self) -> int:
        """What the file system still has for us."""
        found = os.statvfs(self._file.parent)
        return found.f_bavail * found.f_frsize


def open_spool(path: Path, new_epoch: Callable[[], str]) -> Opened:
    """Open, make or mend. Raises BadInput where the place cannot be used or another agent has it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_name(path.name + ".lock").open("a+b")
    except OSError as error:
        raise BadInput(
            f"the spool cannot be written here ({error.strerror})",
            where=str(path),
            remedy="Choose a folder that the agent's user owns.",
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise BadInput(
            "another agent has this spool open", where=str(path), remedy="One spool belongs to one running agent."
        ) from None
    try:
        return _opened(path, lock, new_epoch)
    except BaseException:
        lock.close()
        raise


def _opened(path: Path, lock: IO[bytes], new_epoch: Callable[[], str]) -> Opened:
    gap = None
    db = _healthy(path)
    if db is None:
        aside = _set_aside(path, "damaged")
        db = _connect(path)
        gap = _salvage(aside, db, new_epoch())
    if db.execute("PRAGMA user_version").fetchone()[0] == 0:
        _create(db, new_epoch())
    meta: dict[str, str] = dict(db.execute("SELECT key, value FROM meta"))
    inode = str(path.stat().st_ino)
    if meta["inode"] and (meta["inode"] != inode or _is_older_copy(db, lock)):
        # A copy put back in place would use numbers again that its original has used since.
        _begin_epoch(db, new_epoch())
    if meta["inode"] != inode:
        db.execute("UPDATE meta SET value = ? WHERE key = 'inode'", (inode,))
    begin_life(db, lock)
    meta = dict(db.execute("SELECT key, value FROM meta"))
    return Opened(db, lock, meta["epoch"], meta, gap)


def begin_life(db: sqlite3.Connection, lock: IO[bytes]) -> None:
    """Give the file a new mark and note it in the lock: a copy of an earlier day that is written over the file bears
    an older one. The lock names both marks until the new one is on disk, so that a power cut mistakes nothing."""
    old = _life(db)
    new = secrets.token_hex(8)
    if old:
        _note(lock, f"{old} {new}")
        os.fsync(lock.fileno())
    db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('life', ?)", (new,))
    _note(lock, new)
    if old:  # a lock without marks, as a power cut may leave that of a new file, accuses nobody
        os.fsync(lock.fileno())


def _life(db: sqlite3.Connection) -> str:
    found = db.execute("SELECT value FROM meta WHERE key = 'life'").fetchone()
    return "" if found is None else str(found[0])


def _note(lock: IO[bytes], text: str) -> None:
    lock.seek(0)
    lock.truncate()
    lock.write(text.encode())
    lock.flush()


def _is_older_copy(db: sqlite3.Connection, lock: IO[bytes]) -> bool:
    lock.seek(0)
    marks = lock.read(100).split()
    return bool(marks) and _life(db).encode() not in marks


def is_at(path: Path, db: sqlite3.Connection) -> bool:
    """Whether `path` still names the file that `db` has open."""
    (inode,) = db.execute("SELECT value FROM meta WHERE key = 'inode'").fetchone()
    try:
        return bool(str(path.stat().st_ino) == inode)
    except OSError:
        return False


def put_back(path: Path, db: sqlite3.Connection) -> sqlite3.Connection:
    """The file was moved away or replaced under a running agent: write what the agent has where it belongs, beside
    what somebody put there. Returns the connection to use from now on. Raises OSError or sqlite3.Error where that
    cannot be; `db` then stays in use."""
    fresh = path.with_name(path.name + ".fresh")
    fresh.unlink(missing_ok=True)
    db.execute("VACUUM INTO ?", (str(fresh),))
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    if path.exists():
        _set_aside(path, "replaced")
    for suffix in ("-wal", "-shm"):  # of the file that is gone: its log must not be read into this one
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    fresh.rename(path)
    again = _connect(path)
    again.execute("UPDATE meta SET value = ? WHERE key = 'inode'", (str(path.stat().st_ino),))
    db.close()
    return again


def _connect(path: Path) -> sqlite3.Connection:
    # isolation_level=None: transactions are begun by hand; the agent's loop may run on any one thread.
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        db.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # a small commit then costs an SD card little
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA wal_autocheckpoint = 1000")
        db.execute("PRAGMA journal_size_limit = 1048576")
        db.execute("PRAGMA cache_size = -256")
        db.execute("PRAGMA busy_timeout = 2000")
    except BaseException:
        db.close()
        raise
    return db


def _healthy(path: Path) -> sqlite3.Connection | None:
    """A connection to a sound (or not yet existing) file, None where it is damaged."""
    try:
        db = _connect(path)
    except _DAMAGE as error:
        _only_damage(error, path)
        return None
    try:
        sound = db.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok" and _is_ours(db)
    except _DAMAGE as error:
        db.close()
        _only_damage(error, path)
        return None
    if not sound:
        db.close()
        return None
    return db


def _only_damage(error: Exception, path: Path) -> None:
    """A file that cannot be opened is not a damaged one: say so and leave it alone."""
    if isinstance(error, sqlite3.DatabaseError) and error.sqlite_errorcode & 0xFF not in (
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_ERROR,
    ):
        raise BadInput(
            f"the spool cannot be opened ({error})", where=str(path), remedy="Check the disk and the file's owner."
        ) from None


def _is_ours(db: sqlite3.Connection) -> bool:
    """Our tables with sense in them: what a flipped bit can do inside a sound tree is seen here."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        return bool(db.execute("SELECT count(*) = 0 FROM sqlite_schema").fetchone()[0])
    meta = dict(db.execute("SELECT key, value FROM meta"))
    counters = db.execute(
        "SELECT count(*), sum(committed - stored - refused - dropped) = (SELECT count(*) FROM reading) FROM ledger"
    ).fetchone()
    return (
        version == _VERSION
        and counters == (1, 1)
        and meta.keys() >= {"epoch", "birth_no", "saved_us", "inode"}
        and _EPOCH.fullmatch(meta["epoch"]) is not None
        and all(_counts(meta[name]) for name in ("birth_no", "saved_us"))
    )


def _counts(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,16}", text) is not None and int(text) <= MAX_US


def _create(db: sqlite3.Connection, epoch: str) -> None:
    meta = {"epoch": epoch, "birth_no": "0", "saved_us": "0", "inode": ""}
    db.execute("BEGIN IMMEDIATE")
    for statement in _SCHEMA.split(";\n"):
        if statement.strip():
            db.execute(statement)
    db.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", meta.items())
    db.execute("INSERT INTO ledger VALUES (0, 0, 0, 0)")
    db.execute(f"PRAGMA user_version = {_VERSION}")
    db.execute("COMMIT")


def _begin_epoch(db: sqlite3.Connection, epoch: str) -> None:
    """The readings stay, under a new name. Times already frozen stay frozen, so that a store knows them again."""
    db.execute("BEGIN IMMEDIATE")
    db.execute("UPDATE meta SET value = ? WHERE key = 'epoch'", (epoch,))
    db.execute("UPDATE ledger SET committed = (SELECT count(*) FROM reading), stored = 0, refused = 0, dropped = 0")
    db.execute("COMMIT")


def _set_aside(path: Path, why: str) -> Path:
    """Give a file that is not to be used, and its log, a new name."""
    number = 1
    while (aside := path.with_name(f"{path.name}.{why}-{number}")).exists():
        number += 1
    for suffix in ("-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    path.rename(aside)
    return aside


def _salvage(aside: Path, db: sqlite3.Connection, epoch: str) -> Gap:
    """Bring what can be read of a damaged spool into a new one."""
    _create(db, epoch)
    found: dict[int, Row] = {}
    meta: dict[str, str] = {}
    pending: int | None = None
    try:
        old = sqlite3.connect(aside, isolation_level=None)
    except _DAMAGE:
        return Gap(aside.name, None)
    try:
        for key, value in _readable(old, "SELECT key, value FROM meta"):
            meta[str(key)] = str(value)
        for counters in _readable(old, "SELECT committed, stored, refused, dropped FROM ledger"):
            numbers = [number for number in counters if isinstance(number, int)]
            if len(numbers) == len(counters):
                pending = numbers[0] - sum(numbers[1:])
        for order in ("ASC", "DESC"):  # from both ends, each as far as the damage
            query = f"SELECT {COLUMNS} FROM reading NOT INDEXED ORDER BY seq {order}"  # noqa: S608
            for raw in _readable(old, query):
                row = sound(raw)
                if row is not None:
                    found[row.seq] = row
    finally:
        old.close()
    _put_back(db, [found[seq] for seq in sorted(found)], meta)
    return Gap(aside.name, None if pending is None else min(max(0, pending - len(found)), COUNT_MAX))


def _put_back(db: sqlite3.Connection, found: list[Row], meta: dict[str, str]) -> None:
    db.execute("BEGIN IMMEDIATE")
    for row in found:
        entry = Entry(row.sensor, row.kind, row.boot, row.taken, row.quality, row.checks, row.values)
        seq = insert(db, entry)
        if row.observed_us is not None:
            said = db.execute(
                "INSERT OR IGNORE INTO said (sensor, observed_us) VALUES (?, ?)", (row.sensor, row.observed_us)
            )
            if said.rowcount:
                db.execute(
                    "UPDATE reading SET observed_us = ?, trust = ? WHERE seq = ?", (row.observed_us, row.trust, seq)
                )
    for key in ("birth_no", "saved_us"):
        if _counts(meta.get(key, "")):
            db.execute("UPDATE meta SET value = ? WHERE key = ?", (meta[key], key))
    db.execute("UPDATE ledger SET committed = ?", (len(found),))
    db.execute("COMMIT")


def _readable(db: sqlite3.Connection, query: str) -> Iterator[tuple[object, ...]]:
    """The rows of a query up to the first that cannot be read."""
    try:
        yield from db.execute(query)
    except _DAMAGE:
        return


def sound(raw: tuple[object, ...]) -> Row | None:
    """A row of `COLUMNS`, None where it is no reading of ours: cards rot."""
    if not all(isinstance(raw[place], str) for place in _TEXTS):
        return None
    try:
        seq, sensor, kind, boot, mono_us, wall_us, source, quality, checks_, values, observed_us, trust = cast(
            "tuple[int, str, KindName, str, int, int, ClockSource, int, str, str, int | None, ClockTrust | None]", raw
        )
        taken = Instant(mono_us, wall_us, source)
        row = Row(seq, sensor, kind, boot, taken, Quality(quality), checks_, values, observed_us, trust)
        VALUES[row.kind].model_validate_json(row.values)
        checks = json.loads(row.checks)
    except (ValueError, KeyError, TypeError):
        return None
    numbers = (row.taken.mono_us, row.taken.wall_us, row.observed_us or 0)
    fine = (
        row.kind in KINDS
        and isinstance(checks, dict)
        and all(name in _CHECKS and flag in _FLAGS for name, flag in checks.items())
        and valid_id(row.sensor)
        and _BOOT.fullmatch(row.boot) is not None
        and row.trust in (None, "synced", "corrected", "untrusted")
        and all(isinstance(number, int) and 0 <= number <= MAX_US for number in numbers)
        and row.taken.source in ("ntp", "rtc", "server", "none")
        and (row.observed_us is None) == (row.trust is None)
    )
    return row if fine else None
