"""One file, served to the kernel from memory: enough of the FUSE protocol for a loop device to stand on it.

The root of the mount is the file itself (a regular file may be a mount point), so that there is nothing to look up.
Numbers and layouts are those of linux/fuse.h, protocol 7.31.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Callable
from enum import IntEnum

_HEADER = struct.Struct("<IIQQIIIHH")
_ANSWER = struct.Struct("<IiQ")
_INIT = struct.Struct("<IIIIHHIIHHI28x")
_ATTRIBUTES = struct.Struct("<QIIQQQQQQIIIIIIIIII")
_OPENED = struct.Struct("<QIi")
_PLACE = struct.Struct("<QQIIQII")
_WRITTEN = struct.Struct("<II")
_SPACE = struct.Struct("<QQQQQIIII24x")

_MAX_WRITE = 128 * 1024
_DIRECT_IO = 1
_BIG_WRITES = 1 << 5


class _Do(IntEnum):
    """The operations that a mounted file sees."""

    FORGET = 2
    GETATTR = 3
    SETATTR = 4
    OPEN = 14
    READ = 15
    WRITE = 16
    STATFS = 17
    RELEASE = 18
    FSYNC = 20
    FLUSH = 25
    INIT = 26
    INTERRUPT = 36
    DESTROY = 38
    BATCH_FORGET = 42


_UNANSWERED = frozenset({_Do.FORGET, _Do.BATCH_FORGET, _Do.INTERRUPT})


class ServedFile:
    """Answers the kernel until the mount is gone. `written` and `flushed` are told before the kernel is."""

    def __init__(
        self, device: int, image: bytearray, written: Callable[[int, bytes], None], flushed: Callable[[], None]
    ) -> None:
        """`device` is an open /dev/fuse that has been mounted with `rootmode` of a regular file."""
        self._device = device
        self._image = image
        self._written = written
        self._flushed = flushed

    def run(self) -> None:
        """Until the file is unmounted."""
        while True:
            try:
                request = os.read(self._device, _MAX_WRITE + 4096)
            except InterruptedError:
                continue
            except OSError as error:
                if error.errno in (errno.ENODEV, errno.EBADF):
                    return
                if error.errno == errno.ENOENT:  # the request was withdrawn before it was read
                    continue
                raise
            _, operation, unique, *_ = _HEADER.unpack_from(request)
            if operation in _UNANSWERED:
                continue
            number, answer = self._answer(operation, request[_HEADER.size :])
            os.write(self._device, _ANSWER.pack(_ANSWER.size + len(answer), -number, unique) + answer)
            if operation == _Do.DESTROY:
                return

    def _answer(self, operation: int, body: bytes) -> tuple[int, bytes]:
        """(errno, payload)."""
        does: dict[int, Callable[[bytes], bytes]] = {
            _Do.INIT: lambda _: _INIT.pack(7, 31, 0, _BIG_WRITES, 16, 12, _MAX_WRITE, 1, 0, 0, 0),
            _Do.GETATTR: lambda _: self._attributes(),
            _Do.SETATTR: lambda _: self._attributes(),
            _Do.OPEN: lambda _: _OPENED.pack(1, _DIRECT_IO, 0),
            _Do.READ: self._read,
            _Do.WRITE: self._write,
            _Do.STATFS: lambda _: _SPACE.pack(len(self._image) // 4096, 0, 0, 1, 0, 4096, 255, 4096, 0),
            _Do.FSYNC: self._flush,
            **dict.fromkeys((_Do.RELEASE, _Do.FLUSH, _Do.DESTROY), lambda _: b""),
        }
        do = does.get(operation)
        return (errno.ENOSYS, b"") if do is None else (0, do(body))

    def _read(self, body: bytes) -> bytes:
        _, offset, size, *_ = _PLACE.unpack_from(body)
        return bytes(self._image[offset : offset + size])

    def _write(self, body: bytes) -> bytes:
        _, offset, size, *_ = _PLACE.unpack_from(body)
        data = body[_PLACE.size : _PLACE.size + size]
        self._image[offset : offset + size] = data
        self._written(offset, data)
        return _WRITTEN.pack(size, 0)

    def _flush(self, _: bytes) -> bytes:
        self._flushed()
        return b""

    def _attributes(self) -> bytes:
        size = len(self._image)
        mode = stat.S_IFREG | 0o600
        return _ATTRIBUTES.pack(60, 0, 0, 1, size, size // 512, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)
