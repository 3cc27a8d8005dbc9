"""Who may run beside whom, where the tests run in several processes: three kinds of guests and one room."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import IntEnum
from pathlib import Path
from typing import IO


class Guest(IntEnum):
    """In the order in which they come: whoever shares the room with fewer comes later, so that few wait for them."""

    TEST = 0
    """beside others of its kind"""
    TRIAL = 1
    """a city in compressed time: beside other trials, as a campaign runs them, and never beside a test"""
    ALONE = 2


@contextmanager
def inside(folder: Path, guest: Guest) -> Iterator[None]:
    """Waits until the room that `folder` stands for is free for such a guest.

    Whoever wants to come in stands in the door meanwhile, so that nobody waits for ever for those who came later.
    """
    with ExitStack() as stack:
        door, tests, trials = (stack.enter_context((folder / name).open("w")) for name in ("door", "tests", "trials"))
        fcntl.flock(door, fcntl.LOCK_EX)
        if guest is not Guest.TEST:
            _empty(tests, stays_so=guest is Guest.ALONE)
        if guest is not Guest.TRIAL:
            _empty(trials, stays_so=guest is Guest.ALONE)
        if guest is not Guest.ALONE:
            fcntl.flock(trials if guest is Guest.TRIAL else tests, fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        yield


def _empty(part: IO[str], *, stays_so: bool) -> None:
    """Wait until nobody is there; nobody can come while the door is held."""
    fcntl.flock(part, fcntl.LOCK_EX)
    if not stays_so:
        fcntl.flock(part, fcntl.LOCK_UN)
