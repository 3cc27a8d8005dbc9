"""A memory card that writes down what reaches it, so that the power can be cut at any instant afterwards.

    program ─▶ ext4 ─▶ loop device ─▶ one file, served over FUSE from this process ─▶ image + log

Copying the backing file of a loop device while it is in use proves little: the copy takes milliseconds, so that its
blocks are of different moments, in an order no card has ever had; and it holds all that was ever handed over, so that
a forgotten fsync is never noticed. Here every write and every flush of the block device is logged in its order. What a
card held when the power went is then made from the log: everything before the last flush, and of what came after it
whatever sectors the card had got round to.

`FUSE_FSYNC` of the served file is the block device's flush: the loop driver turns a flush (and the flush behind a
forced write) into it, and ext4 sends one for every fsync(2), before and after its journal's commit block.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from faults.parts.brokers import wait_until
from faults.parts.fuse_file import ServedFile
from faults.parts.missing import NotInstalled
from faults.parts.must import must

SECTOR_BYTES = 512
CARD_BYTES = 32 * 1024 * 1024


class Written(NamedTuple):
    """One thing that reached the card. A flush has no data: from then on everything before it survives."""

    offset: int
    data: bytes

    @property
    def flush(self) -> bool:
        return not self.data


@dataclass
class Card:
    """A mounted card. `place` is its root folder; `log` grows while it is used."""

    place: Path
    blank: bytes
    log: list[Written] = field(default_factory=list)

    @property
    def moment(self) -> int:
        """Now, as a place in the log."""
        return len(self.log)


class Cut:
    """What a card holds when the power goes, at ever later moments of its log."""

    def __init__(self, blank: bytes, log: Sequence[Written]) -> None:
        self._safe = bytearray(blank)
        self._log = log
        self._done = 0

    def at(self, moment: int, rng: random.Random) -> bytearray:
        """The card as it was when `moment` entries of the log had reached it; moments must not go back.

        Of what was not flushed the card has kept everything, nothing, or sectors by chance.
        """
        flushes = [place for place in range(self._done, moment) if self._log[place].flush]
        if flushes:
            for one in self._log[self._done : flushes[-1] + 1]:
                self._safe[one.offset : one.offset + len(one.data)] = one.data
            self._done = flushes[-1] + 1
        image = self._safe[:]
        share = rng.choice((0.0, 1.0, rng.random()))
        for one in self._log[self._done : moment]:
            for start in range(0, len(one.data), SECTOR_BYTES):
                if rng.random() < share:
                    sector = one.data[start : start + SECTOR_BYTES]
                    image[one.offset + start : one.offset + start + len(sector)] = sector
        return image


def needed() -> None:
    """Raise NotInstalled where this machine cannot do it."""
    if os.geteuid() != 0 or not Path("/dev/fuse").exists() or not Path("/dev/loop-control").exists():
        raise NotInstalled("mounting a loop device over FUSE needs root, /dev/fuse and /dev/loop-control")
    if shutil.which("mkfs.ext4", path=_PATH) is None:
        raise NotInstalled("mkfs.ext4 is missing", "e2fsprogs")


@contextlib.contextmanager
def card(folder: Path) -> Iterator[Card]:
    """An empty ext4 card, mounted, and its log. Ends with the card taken out."""
    needed()
    folder.mkdir(parents=True)
    blank = _formatted(folder / "blank.img")
    place, file = folder / "card", folder / "served.img"
    place.mkdir()
    file.touch()
    made = Card(place, blank)
    with contextlib.ExitStack() as stack:
        device = os.open("/dev/fuse", os.O_RDWR)
        stack.callback(os.close, device)
        server: threading.Thread | None = None
        stack.callback(lambda: server.join(10) if server is not None else None)
        options = f"fd={device},rootmode=100600,user_id=0,group_id=0"
        stack.callback(_unmount, file)
        _run("mount", "-i", "-t", "fuse", "-o", options, "siaga-card", str(file), keep=(device,))
        image = bytearray(blank)
        served = ServedFile(
            device,
            image,
            lambda offset, data: made.log.append(Written(offset, data)),
            lambda: made.log.append(Written(0, b"")),
        )
        server = threading.Thread(target=served.run, name="card", daemon=True)
        server.start()
        stack.enter_context(mounted(file, place))
        yield made


@contextlib.contextmanager
def mounted(image: Path, place: Path) -> Iterator[Path]:
    """An image's file system, its journal replayed as after a power cut."""
    place.mkdir(exist_ok=True)
    try:
        _run("mount", "-t", "ext4", "-o", "loop,noatime,data=ordered", str(image), str(place))
        yield place
    finally:
        _unmount(place)


def _formatted(file: Path) -> bytes:
    with file.open("wb") as image:
        image.truncate(CARD_BYTES)
    options = ("-E", "nodiscard,lazy_itable_init=0,lazy_journal_init=0", "-J", "size=4", "-q", "-F")
    _run("mkfs.ext4", *options, str(file))
    blank = file.read_bytes()
    file.unlink()
    return blank


_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def _run(program: str, *words: str, keep: tuple[int, ...] = ()) -> None:
    found = shutil.which(program, path=_PATH)
    must(found, f"{program} is missing")
    said = subprocess.run([str(found), *words], capture_output=True, text=True, check=False, pass_fds=keep, timeout=60)
    must(said.returncode == 0, f"{program}: {said.stderr}")


def _unmount(place: Path) -> None:
    """Where it is mounted; whoever is stopped while `mount` runs does not know. A program that looks at every file
    system may hold it for a moment."""

    def gone() -> bool:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
        if all(line.split()[1] != str(place) for line in mounts):
            return True
        return subprocess.run(["/bin/umount", str(place)], capture_output=True, check=False).returncode == 0

    must(wait_until(gone, 10.0, 0.05), f"{place} cannot be unmounted")
