"""A file system with room for little, and somebody who takes what is left of it."""

from __future__ import annotations

import contextlib
import errno
import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from faults.parts.missing import NotInstalled

_PARTS = (1 << 20, 1 << 12)


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A tmpfs of `size` (as mount takes it) at `folder`. Raises NotInstalled where we may not mount."""
    folder.mkdir(parents=True)
    if shutil.which("mount") is None:
        raise NotInstalled("a small file system cannot be mounted: there is no mount", "mount")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        raise NotInstalled(f"a small file system cannot be mounted: {mounted.stderr.strip()} (only root may)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, *, leave: int = 0) -> Path:
    """Take all the room there is but `leave` bytes. Returns the file that holds it; to delete it gives it back."""
    ballast = folder / "ballast"
    wanted = max(0, shutil.disk_usage(folder).free - leave)
    for size in _PARTS:
        with ballast.open("ab", buffering=0) as file:
            while (not leave or file.tell() + size <= wanted) and _written(file, size):
                pass
    return ballast


def _written(file: io.FileIO, size: int) -> bool:
    try:
        return file.write(bytes(size)) == size
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False
