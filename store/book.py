"""The keepers' book: what gauge keepers keyed in at this machine, on its disk before they are told that it is saved.

One file beside the posts' spools. Whoever keys in writes an entry; the carrier of the post brings it into the post's
spool, once, and notes there what became of it. With broker and stores away the book goes on: it needs only its disk.
An entry has the number of the slip it was written on, so that a slip that is handed in again is the same entry.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from contract.clock import DAY_US
from contract.kinds import KindName
from contract.quality import Quality
from store.people import PostLink
from store.sqlite_file import Connection, SqliteFile

KEPT_US = 400 * DAY_US
"""how long an entry stays that the city has answered"""

EntryState = Literal["waiting", "stored", "refused", "lost"]
"""waiting: the city has not answered yet; lost: the spool dropped it, and said so"""

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS entry (
    number INTEGER PRIMARY KEY AUTOINCREMENT, slip TEXT NOT NULL UNIQUE, node TEXT NOT NULL, sensor TEXT NOT NULL,
    kind TEXT NOT NULL, observed_us INTEGER NOT NULL, keyed_us INTEGER NOT NULL, quality INTEGER NOT NULL,
    checks TEXT NOT NULL, vals TEXT NOT NULL, keeper TEXT NOT NULL, name TEXT NOT NULL, confirms TEXT NOT NULL,
    epoch TEXT NOT NULL, seq INTEGER, state TEXT NOT NULL, noted INTEGER NOT NULL,
    UNIQUE (node, sensor, observed_us))""",
    "CREATE INDEX IF NOT EXISTS ix_entry_waiting ON entry (node, number) WHERE state = 'waiting'",
    "CREATE INDEX IF NOT EXISTS ix_entry_node ON entry (node, number)",
    "CREATE INDEX IF NOT EXISTS ix_entry_keeper ON entry (keeper, keyed_us)",
    "CREATE INDEX IF NOT EXISTS ix_entry_confirms ON entry (confirms) WHERE confirms <> ''",
    "CREATE INDEX IF NOT EXISTS ix_entry_unnoted ON entry (number) WHERE noted = 0",
    """CREATE TABLE IF NOT EXISTS link (
    digest TEXT PRIMARY KEY, id TEXT NOT NULL, city TEXT NOT NULL, node TEXT NOT NULL, name TEXT NOT NULL,
    until_us INTEGER NOT NULL, asked_us INTEGER NOT NULL)""",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the book. `values` are the reading's as the wire has them; `confirms` is the slip of a doubted entry
    that this one bears out. `epoch` and `seq` are the reading's in the post's spool, once it is there; `noted`: it
    stands in the audit log too."""

    slip: str
    node: str
    sensor: str
    kind: KindName
    observed_us: int
    keyed_us: int
    quality: Quality
    checks: Mapping[str, int]
    values: Mapping[str, Any]
    keeper: str
    name: str
    confirms: str = ""
    number: int = 0
    epoch: str = ""
    seq: int | None = None
    state: EntryState = "waiting"
    noted: bool = False


class Remembered(NamedTuple):
    """A keeper's link as the city's database last had it."""

    link: PostLink
    asked_us: int


class KeepersBook:
    """See the module. Safe to share between threads and processes. Raises Unavailable where the disk takes nothing."""

    def __init__(self, path: Path) -> None:
        """Raises BadInput where no file can be kept there."""
        self._file = SqliteFile(path, holds="book")
        with self._file.write() as db:
            for statement in _SCHEMA:
                db.execute(statement)

    def close(self) -> None:
        self._file.close()

    # ------------------------------------------------------------ who keys in

    def enter(self, entry: Entry) -> tuple[Entry, bool]:
        """The entry as it stands in the book, durably, and whether it is new: a slip is entered once.

        Two readings of a sensor have never the same moment: a tie is moved on by microseconds, as in the spool.
        """
        with self._file.write() as db:
            there = _one(db, "slip = ?", entry.slip)
            if there is not None:
                return there, False
            observed_us = entry.observed_us
            while _one(db, "node = ? AND sensor = ? AND observed_us = ?", entry.node, entry.sensor, observed_us):
                observed_us += 1
            db.execute(
                "INSERT INTO entry (slip, node, sensor, kind, observed_us, keyed_us, quality, checks, vals, keeper,"
                " name, confirms, epoch, seq, state, noted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', NULL,"
                " 'waiting', 0)",
                (
                    entry.slip,
                    entry.node,
                    entry.sensor,
                    entry.kind,
                    observed_us,
                    entry.keyed_us,
                    int(entry.quality),
                    json.dumps(dict(entry.checks)),
                    json.dumps(dict(entry.values)),
                    entry.keeper,
                    entry.name,
                    entry.confirms,
                ),
            )
            db.execute(
                "DELETE FROM entry WHERE keyed_us < ? AND state <> 'waiting' AND noted = 1",
                (entry.keyed_us - KEPT_US,),
            )
            (number,) = db.execute("SELECT max(number) FROM entry").fetchone()
        return replace(entry, observed_us=observed_us, number=number), True

    def of_slip(self, node: str, slip: str) -> Entry | None:
        """What was entered on a slip."""
        with self._file.read() as db:
            return _one(db, "node = ? AND slip = ?", node, slip)

    def newest(self, node: str, sensor: str, limit: int) -> Sequence[Entry]:
        """The last entries of one of a post's sensors, the newest first."""
        with self._file.read() as db:
            return _some(db, "node = ? AND sensor = ? ORDER BY number DESC LIMIT ?", node, sensor, limit)

    def believed(self, node: str, sensor: str, until_us: int) -> Entry | None:
        """The newest reading that nobody doubts and that was taken by `until_us`."""
        with self._file.read() as db:
            return _one(
                db,
                "node = ? AND sensor = ? AND quality = 1 AND observed_us <= ? ORDER BY observed_us DESC LIMIT 1",
                node,
                sensor,
                until_us,
            )

    def is_confirmed(self, slip: str) -> bool:
        """Whether a doubted entry has been borne out."""
        with self._file.read() as db:
            return _one(db, "confirms = ? AND confirms <> ''", slip) is not None

    def count(self, keeper: str, since_us: int) -> int:
        """How many entries somebody has made since."""
        with self._file.read() as db:
            (found,) = db.execute(
                "SELECT count(*) FROM entry WHERE keeper = ? AND keyed_us >= ?", (keeper, since_us)
            ).fetchone()
        return int(found)

    # ------------------------------------------------------------ who carries

    def waiting(self, node: str) -> Sequence[Entry]:
        """What the city has not answered, the oldest first."""
        with self._file.read() as db:
            return _some(db, "node = ? AND state = 'waiting' ORDER BY number", node)

    def to_carry(self, node: str) -> Sequence[Entry]:
        """What is not in the post's spool yet, the oldest first."""
        with self._file.read() as db:
            return _some(db, "node = ? AND state = 'waiting' AND seq IS NULL ORDER BY number LIMIT 50", node)

    def carried(self, number: int, epoch: str, seq: int | None) -> None:
        """It is in the spool under that number; None: it is not there and has to be brought again."""
        with self._file.write() as db:
            db.execute("UPDATE entry SET epoch = ?, seq = ? WHERE number = ?", (epoch, seq, number))

    def settle(self, number: int, state: EntryState) -> None:
        """What became of it."""
        with self._file.write() as db:
            db.execute("UPDATE entry SET state = ? WHERE number = ?", (state, number))

    def answered(self, node: str, epoch: str, stored: Iterable[tuple[int, int]], refused: Iterable[int]) -> None:
        """The city has these, and will never take those."""
        this = "UPDATE entry SET state = ? WHERE node = ? AND epoch = ? AND seq BETWEEN ? AND ? AND state = 'waiting'"
        with self._file.write() as db:
            for low, high in stored:
                db.execute(this, ("stored", node, epoch, low, high))
            for seq in refused:
                db.execute(this, ("refused", node, epoch, seq, seq))

    # ------------------------------------------------------------ what the audit log has still to be told

    def unnoted(self, limit: int = 50) -> Sequence[Entry]:
        """Entries that the audit log does not have yet."""
        with self._file.read() as db:
            return _some(db, "noted = 0 ORDER BY number LIMIT ?", limit)

    def noted(self, number: int) -> None:
        with self._file.write() as db:
            db.execute("UPDATE entry SET noted = 1 WHERE number = ?", (number,))

    # ------------------------------------------------------------ links, for while the city's database is away

    def remember(self, link: PostLink, now_us: int) -> None:
        """The city's database has just said that this link opens its post."""
        with self._file.write() as db:
            db.execute(
                "INSERT OR REPLACE INTO link (digest, id, city, node, name, until_us, asked_us)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (link.digest, link.id, link.city, link.node, link.name, link.until_us, now_us),
            )

    def forget(self, digest: str) -> None:
        """The city's database has said that this link opens nothing."""
        with self._file.write() as db:
            db.execute("DELETE FROM link WHERE digest = ?", (digest,))

    def remembered(self, digest: str) -> Remembered | None:
        with self._file.read() as db:
            found = db.execute(
                "SELECT digest, id, city, node, name, until_us, asked_us FROM link WHERE digest = ?", (digest,)
            ).fetchone()
        if found is None:
            return None
        *link, asked_us = found
        digest, link_id, city, node, name, until_us = link
        known = PostLink(id=link_id, digest=digest, city=city, node=node, name=name, until_us=until_us)
        return Remembered(known, asked_us)


_COLUMNS = (
    "slip, node, sensor, kind, observed_us, keyed_us, quality, checks, vals, keeper, name, confirms, number, epoch,"
    " seq, state, noted"
)


def _one(db: Connection, where: str, *values: object) -> Entry | None:
    return next(iter(_some(db, where, *values)), None)


def _some(db: Connection, where: str, *values: object) -> list[Entry]:
    return [_entry(row) for row in db.execute(f"SELECT {_COLUMNS} FROM entry WHERE {where}", values)]  # noqa: S608


def _entry(row: tuple[Any, ...]) -> Entry:
    slip, node, sensor, kind, observed_us, keyed_us, quality, checks, vals, *rest = row
    keeper, name, confirms, number, epoch, seq, state, noted = rest
    return Entry(
        slip=slip,
        node=node,
        sensor=sensor,
        kind=cast("KindName", kind),
        observed_us=observed_us,
        keyed_us=keyed_us,
        quality=Quality(quality),
        checks=json.loads(checks),
        values=json.loads(vals),
        keeper=keeper,
        name=name,
        confirms=confirms,
        number=number,
        epoch=epoch,
        seq=seq,
        state=cast("EntryState", state),
        noted=bool(noted),
    )
