"""The signature of a spool's counters and notes, by which a bit that flipped in one of them is noticed."""

from __future__ import annotations

import sqlite3

from edge.spoolrow import checksum

_HIGHEST = "(SELECT seq FROM sqlite_sequence WHERE name = 'reading')"


def seal(db: sqlite3.Connection) -> None:
    """Sign the ledger, the notes and the highest number. The last thing in a transaction that changes one of them."""
    db.execute(f"UPDATE ledger SET highest = {_HIGHEST}")  # noqa: S608
    db.execute("UPDATE ledger SET seal = ?", (_seal_of(db),))


def is_sealed(db: sqlite3.Connection) -> bool:
    """Whether the seal fits, or there is none: a file of an older agent, or one that it has written since. Raises
    sqlite3.DatabaseError and the like where that cannot be read."""
    names = {name for (_, name, *_) in db.execute("PRAGMA table_info(ledger)")}
    if "seal" not in names:
        return True
    kept, highest, used = db.execute(f"SELECT seal, highest, {_HIGHEST} FROM ledger").fetchone()  # noqa: S608
    return kept is None or (kept == _seal_of(db) and highest == used)


def _seal_of(db: sqlite3.Connection) -> int:
    facts = db.execute("SELECT committed, stored, refused, dropped, highest FROM ledger").fetchone()
    notes = db.execute("SELECT value FROM meta WHERE key IN ('epoch', 'birth_no', 'saved_us') ORDER BY key").fetchall()
    return checksum([*facts, *(value for (value,) in notes)])
