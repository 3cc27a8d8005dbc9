"""The spool's file: its tables, its lock, and what happens when it is new, replaced or damaged."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from contract.errors import BadInput
from contract.messages import MAX_US
from edge import salvage, spoolaside, spoollog
from edge.ports import Instant
from edge.salvage import DAMAGE
from edge.spoolrow import Entry, freeze, insert, readable_text
from edge.spoolseal import is_sealed, seal

PAGE_BYTES = 1_024
RESERVE_BYTES = 256 * 1_024
ANSWERS_BYTES = 128 * 1_024
"""What freezing and deleting a few hundred readings takes while the log is short"""
LOG_PAGES = 1_000
SHORT_LOG_PAGES = 50
"""Where room is scarce: what the log holds must find a place in the file as well before the log can begin again."""

_VERSION = 1

_EPOCH = re.compile(r"[0-9a-f]{16}")

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE ledger (
  committed INTEGER NOT NULL, stored INTEGER NOT NULL, refused INTEGER NOT NULL, dropped INTEGER NOT NULL,
  highest INTEGER, seal INTEGER
) STRICT;
CREATE TABLE reading (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  sensor TEXT NOT NULL, kind TEXT NOT NULL, rank INTEGER NOT NULL, boot TEXT NOT NULL,
  mono_us INTEGER NOT NULL, wall_us INTEGER NOT NULL, source TEXT NOT NULL,
  observed_us INTEGER, trust TEXT,
  quality INTEGER NOT NULL, checks TEXT NOT NULL, vals TEXT NOT NULL, cost INTEGER NOT NULL, crc INTEGER
) STRICT;
CREATE INDEX reading_rank ON reading (rank, seq);
CREATE TABLE said (
  id INTEGER PRIMARY KEY AUTOINCREMENT, sensor TEXT NOT NULL, observed_us INTEGER NOT NULL,
  UNIQUE (sensor, observed_us)
) STRICT;
"""

# A spool of before checksums gets these when it is opened. An agent of before them does not know them and may be put
# back in place: what it changes loses its checksum or seal, and is then judged by its sense alone, as it was then.
_COLUMNS_ADDED = {"crc": "reading", "highest": "ledger", "seal": "ledger"}
_TRIGGERS = """
CREATE TRIGGER IF NOT EXISTS reading_unsealed
AFTER UPDATE OF boot, mono_us, wall_us, source, vals, observed_us, trust ON reading WHEN NEW.crc IS OLD.crc
BEGIN UPDATE reading SET crc = NULL WHERE seq = NEW.seq; END;
CREATE TRIGGER IF NOT EXISTS ledger_unsealed
AFTER UPDATE OF committed, stored, refused, dropped ON ledger
BEGIN UPDATE ledger SET seal = NULL; END;
CREATE TRIGGER IF NOT EXISTS meta_unsealed
AFTER UPDATE OF value ON meta WHEN NEW.key IN ('epoch', 'birth_no', 'saved_us')
BEGIN UPDATE ledger SET seal = NULL; END;
"""
_PROBES = (
    "SELECT seq, sensor, kind, rank, boot, mono_us, wall_us, source, observed_us, trust, quality, checks, vals, cost"
    " FROM reading INDEXED BY reading_rank WHERE rank = 0 AND seq = 0",
    "SELECT id FROM said WHERE sensor = '' AND observed_us = 0",
)
_JUMP = 1_000_000
"""As far as numbers go on after an unclean end: more than a log can hold, so that none is used twice, whatever of it
was lost."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An open spool file."""

    db: sqlite3.Connection
    lock: IO[bytes]
    epoch: str
    meta: dict[str, str]
    gap: salvage.Gap | None


def random_epoch() -> str:
    return secrets.token_hex(8)


@contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """A spool to look into, also while its agent runs. Raises BadInput where there is none, or it cannot be read."""
    remedy = "Name the file that [node] spool names."
    if not path.is_file():
        raise BadInput("there is no spool", where=str(path), remedy=remedy)
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)) as db:
        db.text_factory = readable_text
        db.execute("PRAGMA busy_timeout = 5000")
        try:
            yield db
        except sqlite3.DatabaseError as error:
            raise BadInput(f"this cannot be read as a spool ({error})", where=str(path), remedy=remedy) from None


class Reserve:
    """Disk space kept for the day there is none."""

    def __init__(self, path: Path) -> None:
        self._file = path.with_name(path.name + ".reserve")

    def make(self) -> None:
        """Put it there, where there is plenty."""
        try:
            if not self.scarce() and not self.is_there():
                with self._file.open("wb") as file:
                    os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)
        except OSError:
            self._file.unlink(missing_ok=True)

    def is_there(self) -> bool:
        return self._file.exists()

    def scarce(self) -> bool:
        """Whether the file system has little left for all of us."""
        return self.free_bytes() < 4 * RESERVE_BYTES

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


def open_spool(path: Path, new_epoch: Callable[[], str], boot: str, now: Instant) -> Opened:
    """Open, make or mend; what damage has cost is told by readings of `boot`. Raises BadInput where the place cannot be
    used or another agent has it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_name(path.name + ".lock").open("a+b")
    except OSError as error:
        raise BadInput(
            f"the spool cannot be written here ({error.strerror})",
            where=str(path),
            remedy="Choose a folder that the agent's user owns.",
        ) from None
    with ExitStack() as on_failure:
        on_failure.callback(lock.close)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BadInput(
                "another agent has this spool open", where=str(path), remedy="One spool belongs to one running agent."
            ) from None
        opened = _opened(path, lock, new_epoch, boot, now)
        on_failure.pop_all()
    return opened


def _opened(path: Path, lock: IO[bytes], new_epoch: Callable[[], str], boot: str, now: Instant) -> Opened:
    _take_up_fresh(path, lock)
    aside = spoolaside.begun(path)
    if aside is not None and _holds_all(path):
        spoolaside.end(path)
        aside = None
    vanished = bool(_marks(lock)) and not (path.exists() and path.stat().st_size)
    log = spoollog.log_of(path)
    cut_off = aside is None and spoollog.was_cut_off(log)
    db = None if aside or (cut_off and spoollog.swallows(log, PAGE_BYTES)) else _healthy(path)
    gap = None
    if db is None:
        aside = aside or spoolaside.begin(path)
        found = salvage.read(aside, PAGE_BYTES)
        gap = found.gap(aside.name, now.wall_us)
        spoolaside.give_up(path)
        db = _connect(path)
        _create(db, new_epoch(), found, gap.reports(boot, now))
        spoolaside.end(path)
    elif db.execute("PRAGMA user_version").fetchone()[0] == 0:
        if vanished:
            gap = salvage.Gap("", {}, at_least=True)
        _create(db, new_epoch(), salvage.Salvage(), [] if gap is None else gap.reports(boot, now))
    else:
        _bring_up(db)
    meta: dict[str, str] = dict(db.execute("SELECT key, value FROM meta"))
    inode = str(path.stat().st_ino)
    if meta["inode"] and (meta["inode"] != inode or _is_older_copy(db, lock)):
        # A copy put back in place would use numbers again that its original has used since.
        _begin_epoch(db, new_epoch())
    elif cut_off and gap is None:
        _go_on_further(db)
    if meta["inode"] != inode:
        db.execute("UPDATE meta SET value = ? WHERE key = 'inode'", (inode,))
    begin_life(db, lock)
    meta = dict(db.execute("SELECT key, value FROM meta"))
    return Opened(db, lock, meta["epoch"], meta, gap)


def _holds_all(path: Path) -> bool:
    """Whether a file that was begun in a damaged one's place was made: that is one transaction."""
    db = _healthy(path) if path.exists() else None
    if db is None:
        return False
    with closing(db):
        return bool(db.execute("PRAGMA user_version").fetchone()[0])


def _bring_up(db: sqlite3.Connection) -> None:
    """A file of an older agent gets what it lacks."""
    for column, table in _COLUMNS_ADDED.items():
        names = {name for (_, name, *_) in db.execute(f"PRAGMA table_info({table})")}
        if column not in names:
            db.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER")
    for trigger in _triggers():
        db.execute(trigger)


def _triggers() -> list[str]:
    return [f"{text}END" for text in _TRIGGERS.strip().removesuffix("END;").split("END;\n")]


def _go_on_further(db: sqlite3.Connection) -> None:
    """Numbers that a lost log may have held are left out."""
    db.execute("BEGIN IMMEDIATE")
    if not db.execute("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'reading'", (_JUMP,)).rowcount:
        db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('reading', ?)", (_JUMP,))
    seal(db)
    db.execute("COMMIT")


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


def _marks(lock: IO[bytes]) -> list[bytes]:
    lock.seek(0)
    return lock.read(100).split()


def _is_older_copy(db: sqlite3.Connection, lock: IO[bytes]) -> bool:
    marks = _marks(lock)
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
    fresh = _fresh(path)
    fresh.unlink(missing_ok=True)
    db.execute("VACUUM INTO ?", (str(fresh),))
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    if path.exists():
        spoolaside.put(path, spoolaside.REPLACED)
    _put_in_place(fresh, path)
    again = _connect(path)
    again.execute("UPDATE meta SET value = ? WHERE key = 'inode'", (str(path.stat().st_ino),))
    db.close()
    return again


def _fresh(path: Path) -> Path:
    return path.with_name(path.name + ".fresh")


def _put_in_place(fresh: Path, path: Path) -> None:
    for suffix in ("-wal", "-shm"):  # of the file that is gone: its log must not be read into this one
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    fresh.rename(path)


def _take_up_fresh(path: Path, lock: IO[bytes]) -> None:
    """An agent whose file was gone had written what it had beside it, and was cut off before it was in place."""
    fresh = _fresh(path)
    db = _healthy(fresh) if fresh.exists() and not path.exists() else None
    if db is None:
        return
    with closing(db):
        whole = db.execute("PRAGMA user_version").fetchone()[0] and not _is_older_copy(db, lock)
        if whole:
            db.execute("UPDATE meta SET value = ? WHERE key = 'inode'", (str(fresh.stat().st_ino),))
    if whole:
        _put_in_place(fresh, path)


def _connect(path: Path) -> sqlite3.Connection:
    # isolation_level=None: transactions are begun by hand; the agent's loop may run on any one thread.
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.text_factory = readable_text
    with ExitStack() as on_failure:
        on_failure.callback(db.close)
        db.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # a small commit then costs an SD card little
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        db.execute("PRAGMA journal_size_limit = 1048576")
        db.execute("PRAGMA cache_size = -256")
        db.execute("PRAGMA busy_timeout = 2000")
        on_failure.pop_all()
    return db


def _healthy(path: Path) -> sqlite3.Connection | None:
    """A connection to a sound (or not yet existing) file, None where it is damaged."""
    try:
        with ExitStack() as unless_sound:
            db = _connect(path)
            unless_sound.callback(db.close)
            if db.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok" and _is_ours(db):
                unless_sound.pop_all()
                return db
    except DAMAGE as error:
        _only_damage(error, path)
    return None


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
    for probe in _PROBES:  # the names of tables and columns are on the card too
        db.execute(probe)
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
        and is_sealed(db)
    )


def _counts(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,16}", text) is not None and int(text) <= MAX_US


def _create(db: sqlite3.Connection, epoch: str, found: salvage.Salvage, reports: Sequence[Entry]) -> None:
    """Everything at once: the tables, what was salvaged for them, and what there is to say of the rest."""
    meta = {"epoch": epoch, "birth_no": "0", "saved_us": "0", "inode": ""}
    db.execute("BEGIN IMMEDIATE")
    for statement in _SCHEMA.split(";\n"):
        if statement.strip():
            db.execute(statement)
    for trigger in _triggers():
        db.execute(trigger)
    db.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", meta.items())
    _bring_over(db, found)
    for report in reports:
        insert(db, report)
    committed = len(found.rows) + len(reports)
    db.execute("INSERT INTO ledger (committed, stored, refused, dropped) VALUES (?, 0, 0, 0)", (committed,))
    seal(db)
    db.execute(f"PRAGMA user_version = {_VERSION}")
    db.execute("COMMIT")


def _begin_epoch(db: sqlite3.Connection, epoch: str) -> None:
    """The readings stay, under a new name. Times already frozen stay frozen, so that a store knows them again."""
    db.execute("BEGIN IMMEDIATE")
    db.execute("UPDATE meta SET value = ? WHERE key = 'epoch'", (epoch,))
    db.execute("UPDATE ledger SET committed = (SELECT count(*) FROM reading), stored = 0, refused = 0, dropped = 0")
    seal(db)
    db.execute("COMMIT")


def _bring_over(db: sqlite3.Connection, found: salvage.Salvage) -> None:
    """Bring what was salvaged into a new file. A time that was frozen stays, so that a store knows it again."""
    for _, row in sorted(found.rows.items()):
        entry = Entry(row.sensor, row.kind, row.boot, row.taken, row.quality, row.checks, row.values)
        seq = insert(db, entry)
        if row.observed_us is not None and row.trust is not None:
            said = db.execute(
                "INSERT OR IGNORE INTO said (sensor, observed_us) VALUES (?, ?)", (row.sensor, row.observed_us)
            )
            if said.rowcount:
                freeze(db, seq, row.observed_us, row.trust)
    for key in ("birth_no", "saved_us"):
        if _counts(found.meta.get(key, "")):
            db.execute("UPDATE meta SET value = ? WHERE key = ?", (found.meta[key], key))
