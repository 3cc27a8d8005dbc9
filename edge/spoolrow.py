"""A reading as the spool keeps it: its columns, its checksum, its cost, and what makes a row a reading of ours."""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from collections.abc import Sequence
from typing import NamedTuple, cast, get_args

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
_RANK: dict[KindName, int] = {"node": 0, "crowd": 1, "hotspot": 2, "flood": 3, "release": 3}

CONTENT = "sensor, kind, boot, mono_us, wall_us, source, quality, checks, vals, observed_us, trust"
"""What the checksum covers, in its order; then comes the number."""
COLUMNS = f"seq, {CONTENT}, crc"
_OVERHEAD_BYTES = 115  # the row's numbers and its share of two indexes, measured

_BOOT = re.compile(r"[0-9a-f-]{8,36}")
_CHECKS = frozenset(get_args(CheckName))
_FLAGS = frozenset(int(flag) for flag in Quality)
_NUMBER_BITS = 53  # as far as JSON can tell numbers apart
_NEXT = """
SELECT max(ifnull((SELECT max(seq) FROM reading), 0),
           ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'reading'), 0)) + 1
"""
_TEXTS = (1, 2, 3, 6, 8, 9)  # the places in COLUMNS that hold text


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


def row_cost(entry: Entry) -> int:
    """Bytes that a reading is counted as: its texts and the measured share of row and indexes."""
    return _OVERHEAD_BYTES + len(entry.sensor) + len(entry.boot) + len(entry.checks) + len(entry.values)


def rank_of(entry: Entry) -> int:
    """The order in which a spool over its bound drops: the smallest first. A drop report is never dropped."""
    return REPORT_RANK if entry.sensor == DROPS_SENSOR else _RANK[entry.kind]


def readable_text(raw: bytes) -> str:
    """For connections to a spool: a text that is no UTF-8 any more is damaged, and its checksum says so; the driver's
    own way is an error that nobody could get past."""
    return raw.decode("utf-8", "replace")


def checksum(content: Sequence[object]) -> int:
    """CRC-32: SQLite knows a torn page, but not a bit that a card has flipped in a value."""
    return zlib.crc32("\x1f".join(map(str, content)).encode("utf-8", "surrogatepass"))


def _numbered(seq: object, content_crc: int) -> int:
    """The checksum of a whole row: a number that has rotted makes another reading's out of it, or nobody's."""
    return zlib.crc32(f"\x1f{seq}".encode(), content_crc)


def insert(db: sqlite3.Connection, entry: Entry) -> int:
    """Append a reading and return its seq."""
    rank, cost = rank_of(entry), row_cost(entry)
    content = _content(entry)
    seq = cast("int", db.execute(_NEXT).fetchone()[0])  # as AUTOINCREMENT counts; the checksum has to know it
    db.execute(
        "INSERT INTO reading"
        " (seq, sensor, kind, boot, mono_us, wall_us, source, quality, checks, vals, rank, cost, crc)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (seq, *content, rank, cost, _numbered(seq, checksum((*content, None, None)))),
    )
    return seq


def rewrite(db: sqlite3.Connection, seq: int, entry: Entry) -> None:
    """Let a reading that nobody has heard say something else."""
    crc = _numbered(seq, checksum((*_content(entry), None, None)))
    db.execute(
        "UPDATE reading SET boot = ?, mono_us = ?, wall_us = ?, source = ?, vals = ?, cost = ?, crc = ?"
        " WHERE seq = ? AND observed_us IS NULL",
        (entry.boot, *entry.taken, entry.values, row_cost(entry), crc, seq),
    )


def _content(entry: Entry) -> tuple[object, ...]:
    """`CONTENT` without the time, which comes later."""
    return (entry.sensor, entry.kind, entry.boot, *entry.taken, int(entry.quality), entry.checks, entry.values)


def freeze(db: sqlite3.Connection, seq: int, observed_us: int, trust: ClockTrust) -> None:
    """Give a reading its time."""
    content = db.execute(f"SELECT {CONTENT} FROM reading WHERE seq = ?", (seq,)).fetchone()  # noqa: S608
    crc = _numbered(seq, checksum((*content[:-2], observed_us, trust)))
    db.execute("UPDATE reading SET observed_us = ?, trust = ?, crc = ? WHERE seq = ?", (observed_us, trust, crc, seq))


def _sums_up(raw: tuple[object, ...]) -> bool:
    """One without a checksum was written by an agent of before they were, and is judged by its sense alone; the first
    checksums did not cover the number."""
    seq, *content, crc = raw
    content_crc = checksum(content)
    return crc in (None, content_crc, _numbered(seq, content_crc))


def renumbered(raw: tuple[object, ...]) -> tuple[object, ...]:
    """A row of `COLUMNS` whose number lost or gained one bit gets its own again; any other is as it was."""
    seq, *content, crc = raw
    if isinstance(seq, int) and not _sums_up(raw):
        content_crc = checksum(content)
        for one in (seq ^ (1 << bit) for bit in range(_NUMBER_BITS)):
            if _numbered(one, content_crc) == crc:
                return (one, *content, crc)
    return raw


def sound(raw: tuple[object, ...]) -> Row | None:
    """A row of `COLUMNS`, None where it is no reading of ours: cards rot."""
    *fields, _ = raw
    if not all(isinstance(raw[place], str) for place in _TEXTS) or not _sums_up(raw):
        return None
    try:
        seq, sensor, kind, boot, mono_us, wall_us, source, quality, checks_, values, observed_us, trust = cast(
            "tuple[int, str, KindName, str, int, int, ClockSource, int, str, str, int | None, ClockTrust | None]",
            tuple(fields),
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
