"""SQLite's write-ahead log as a card may have damaged it.

SQLite reads a log as far as its chain of checksums holds and takes the rest for what a power cut left of a commit that
never came about. One flipped bit in the middle therefore swallows every commit after it, silently: readings are gone,
and their numbers would be used again. Here the log is looked at before SQLite opens it.

Layout: a header of 32 bytes, then frames of 24 bytes and a page (https://www.sqlite.org/fileformat2.html#walformat).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_HEADER = struct.Struct(">IIIIIIII")
_FRAME = struct.Struct(">IIIIII")
_LITTLE, _BIG = 0x377F0682, 0x377F0683
_FORMAT = 3_007_000


class _Frame(NamedTuple):
    place: int
    ends_commit: bool
    salts: tuple[int, int]
    sums: tuple[int, int]


def log_of(spool: Path) -> Path:
    """The log beside a spool's file."""
    return spool.with_name(spool.name + "-wal")


def was_cut_off(log: Path) -> bool:
    """Whether the file was in use when its agent ended: a clean end leaves no log."""
    return log.exists() and log.stat().st_size > 0


def swallows(log: Path, page_bytes: int) -> bool:
    """Whether SQLite would overlook commits that once were on disk.

    A commit is on disk before the next one is written. So where a broken frame is followed by a whole commit and then
    by more of the same log, damage broke it and no power cut did. A broken last commit may be either; then it is taken
    for one that never came about.
    """
    data = _read(log)
    if len(data) <= _HEADER.size or not any(data[: _HEADER.size]):
        return False
    if not _header_is_sound(data):
        return True
    salts = _HEADER.unpack_from(data)[4:6]
    sums = _HEADER.unpack_from(data)[6:8]
    big = _HEADER.unpack_from(data)[0] == _BIG
    broken = commit_after = False
    for frame in _frames(data, page_bytes):
        if broken:
            if commit_after and frame.salts == salts:
                return True
            commit_after |= frame.salts == salts and frame.ends_commit
            continue
        sums = _sum_frame(data, frame.place, page_bytes, sums, big=big)
        broken = frame.salts != salts or frame.sums != sums
        # An older log's frames may lie behind; they share neither of the two numbers with this one.
        commit_after = broken and frame.ends_commit and any(a == b for a, b in zip(frame.salts, salts, strict=True))
    return False


def mend(log: Path, page_bytes: int) -> None:
    """Make the chain whole again over every frame of this log, damaged ones too: whoever reads must check each row."""
    data = bytearray(_read(log))
    frames = list(_frames(data, page_bytes))
    if not frames:
        return
    kept = [frame.salts for frame in frames]
    salts = max(set(kept), key=lambda one: (kept.count(one), one == kept[0]))
    big = data[:4] == _BIG.to_bytes(4, "big")
    magic = _BIG if big else _LITTLE
    head = struct.pack(">IIIIII", magic, _FORMAT, page_bytes, 0, *salts)
    sums = _sum(head, (0, 0), big=big)
    data[: _HEADER.size] = head + struct.pack(">II", *sums)
    for frame in frames:
        if not set(frame.salts) & set(salts):
            break  # of an older log
        struct.pack_into(">II", data, frame.place + 8, *salts)
        sums = _sum_frame(data, frame.place, page_bytes, sums, big=big)
        struct.pack_into(">II", data, frame.place + 16, *sums)
    put(log, data)


def put(log: Path, data: bytes | bytearray) -> None:
    """Another content, at once: half of it would be the end of what the log holds."""
    draft = log.with_name(log.name + ".draft")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(log)


def _read(log: Path) -> bytes:
    return log.read_bytes() if log.exists() else b""


def _header_is_sound(data: bytes) -> bool:
    magic, *_, first, second = _HEADER.unpack_from(data)
    return magic in (_LITTLE, _BIG) and _sum(data[:24], (0, 0), big=magic == _BIG) == (first, second)


def _frames(data: bytes | bytearray, page_bytes: int) -> Iterator[_Frame]:
    size = _FRAME.size + page_bytes
    for place in range(_HEADER.size, len(data) - size + 1, size):
        _, pages, salt_1, salt_2, sum_1, sum_2 = _FRAME.unpack_from(data, place)
        yield _Frame(place, pages != 0, (salt_1, salt_2), (sum_1, sum_2))


def _sum_frame(
    data: bytes | bytearray, place: int, page_bytes: int, sums: tuple[int, int], *, big: bool
) -> tuple[int, int]:
    body = place + _FRAME.size
    return _sum(data[body : body + page_bytes], _sum(data[place : place + 8], sums, big=big), big=big)


def _sum(data: bytes | bytearray, sums: tuple[int, int], *, big: bool) -> tuple[int, int]:
    one, two = sums
    words = struct.unpack(f"{'>' if big else '<'}{len(data) // 4}I", data)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        one = (one + even + two) & 0xFFFFFFFF
        two = (two + odd + one) & 0xFFFFFFFF
    return one, two
