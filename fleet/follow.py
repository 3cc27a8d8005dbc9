"""Reading a log that somebody else goes on writing, and giving its space back.

The writer appends (O_APPEND) and knows nothing of us. What is read and dealt with is punched out of the file: its
length grows, the space that it takes does not, and no line that is written meanwhile can be lost, as it could by
cutting the file. Needs a file system with holes (tmpfs, ext4, xfs, btrfs).
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Sequence
from pathlib import Path

from contract.errors import BadInput

_PUNCH_HOLE, _KEEP_SIZE = 0x02, 0x01
_PAGE = 4_096
_AT_ONCE = 4 << 20


class FollowedLog:
    """`lines` gives what is new; `done` frees what was given. After a restart of ours reading begins at the first line
    that was not freed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._identity: tuple[int, int] | None = None
        self._at = 0
        self._freed = 0

    def lines(self) -> Sequence[str]:
        """Whole lines written since the last call, at most a few megabytes of them; none where there is no file yet."""
        if not self._open():
            return ()
        assert self._descriptor is not None  # noqa: S101  what `_open` has just promised
        chunk = os.pread(self._descriptor, _AT_ONCE, self._at)
        whole = chunk[: chunk.rfind(b"\n") + 1]
        self._at += len(whole)
        # Not `splitlines`: a topic may hold U+2028, and what follows it would be read as a line of the broker's own.
        return whole.decode(errors="replace").replace("\0", "").split("\n")[:-1]

    def done(self) -> None:
        """Free what was read, in whole pages."""
        until = self._at // _PAGE * _PAGE
        if self._descriptor is None or until <= self._freed:
            return
        _punch(self._descriptor, self._freed, until - self._freed, self._path)
        self._freed = until

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = self._identity = None

    def _open(self) -> bool:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return False
        identity = (found.st_dev, found.st_ino)
        if identity != self._identity or found.st_size < self._at:
            self.close()
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
            self._identity = identity
            self._at = self._freed = _first_data(self._descriptor)
        return True


def _first_data(descriptor: int) -> int:
    try:
        return os.lseek(descriptor, 0, os.SEEK_DATA)
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        return os.fstat(descriptor).st_size  # nothing but a hole


def _punch(descriptor: int, offset: int, length: int, path: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    call = libc.fallocate64 if hasattr(libc, "fallocate64") else libc.fallocate
    call.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
    if call(descriptor, _PUNCH_HOLE | _KEEP_SIZE, offset, length) != 0:
        raise BadInput(
            f"the space of a log cannot be given back ({os.strerror(ctypes.get_errno())})",
            where=str(path),
            remedy="Put it onto a file system with holes: tmpfs, ext4, xfs, btrfs.",
        )
