"""Temporary files in memory: thousands of commits then wait for no disk, of which a machine that tests has but one.

For the tests and for short forms. A campaign's figures are a disk's.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import psutil

SHARED = Path("/dev/shm")  # noqa: S108
NEEDED_BYTES = 6 * 2**30
"""what is to be free, of the file system and of the memory: the tests take a gigabyte or two"""


def prefer(place: Path = SHARED, needed_bytes: int = NEEDED_BYTES) -> None:
    """From now on this process and its children put their temporary files there, unless TMPDIR says where, or there is
    little room, or programs cannot be run there."""
    if "TMPDIR" not in os.environ and _fits(place, needed_bytes):
        os.environ["TMPDIR"] = str(place)
        tempfile.tempdir = None


def _fits(place: Path, needed_bytes: int) -> bool:
    if not place.is_dir() or os.statvfs(place).f_flag & os.ST_NOEXEC:
        return False
    return min(shutil.disk_usage(place).free, psutil.virtual_memory().available) >= needed_bytes
