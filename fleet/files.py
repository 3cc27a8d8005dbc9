"""Files that must be whole: written beside and renamed, and keys that nobody else may read."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from contract.errors import BadInput

PRIVATE = 0o600
PUBLIC = 0o644


def make_folder(folder: Path, mode: int) -> None:
    """A folder with exactly this mode. Raises BadInput where it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)
    except OSError as error:
        raise BadInput(f"the folder cannot be made: {error.strerror}", where=str(folder)) from None


def write(path: Path, content: bytes, mode: int) -> None:
    """All of it or none of it, also through a power cut: beside, synced, renamed, the folder synced."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    # New, under a name that nobody can have prepared: a key never flows into a file or a link of somebody else's.
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def append_line(path: Path, line: str) -> None:
    """One line at the end, on the disk before this returns. Half a line that a power cut left is taken away first."""
    with path.open("a+b") as file:
        os.fchmod(file.fileno(), PRIVATE)
        file.seek(0)
        whole = file.read().rpartition(b"\n")
        file.truncate(len(whole[0]) + len(whole[1]))
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def read_private(path: Path) -> bytes:
    """A key. Raises BadInput where it is missing, or where others than its owner may read it."""
    try:
        if path.stat().st_mode & 0o077:
            raise BadInput(
                "others can read this key",
                where=str(path),
                remedy=f"If that was not intended, revoke; then chmod 600 {path}",
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise BadInput(
            "the key is not here",
            where=str(path),
            remedy="Bring it back from where it is kept, for as long as it is needed.",
        ) from None
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", where=str(path)) from None


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time; the lock ends with the process."""
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
