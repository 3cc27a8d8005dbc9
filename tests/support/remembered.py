"""What takes long to tell is told once a process: afterwards a town's two databases are copied as they were then."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Hashable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILES = ("readings.db", "city.db")
_MOST = 24
_WAL, _PLAIN = b"\x02\x02", b"\x01\x01"
"""bytes 18 and 19 of a file: a database in memory has no write-ahead log"""


@dataclass(frozen=True, slots=True)
class Known:
    """Both databases, and what whoever told it gave back."""

    files: dict[str, bytes]
    came: Any = None

    def write(self, folder: Path) -> None:
        """Where nothing is yet."""
        for name, content in self.files.items():
            (folder / name).write_bytes(content)

    def copy(self, folder: Path) -> None:
        """Over what is there and open."""
        for name, content in self.files.items():
            with closing(sqlite3.connect(":memory:")) as source, closing(sqlite3.connect(folder / name)) as target:
                source.deserialize(content[:18] + _PLAIN + content[20:])
                source.backup(target)


_known: OrderedDict[Hashable, Known] = OrderedDict()


def remembered(key: Hashable) -> Known | None:
    """None for what was not told yet, or long ago."""
    known = _known.get(key)
    if known is not None:
        _known.move_to_end(key)
    return known


def remember(key: Hashable, folder: Path, came: object = None) -> None:
    """Keep the databases as they are now; the oldest is forgotten where there are many."""
    files = {}
    for name in FILES:
        with closing(sqlite3.connect(folder / name)) as source:
            content = source.serialize()
        files[name] = content[:18] + _WAL + content[20:]
    _known[key] = Known(files, came)
    while len(_known) > _MOST:
        _known.popitem(last=False)


class Untouched:
    """Databases as they were when this was made: `still` says whether anybody has written since."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._marks = self._now()

    @property
    def still(self) -> bool:
        return self._now() == self._marks

    def _now(self) -> list[tuple[int, int] | None]:
        """Of every file and its log: whoever writes makes the log longer."""
        paths = [self.folder / f"{name}{end}" for name in FILES for end in ("", "-wal")]
        found = [path.stat() if path.exists() else None for path in paths]
        return [one and (one.st_size, one.st_mtime_ns) for one in found]
