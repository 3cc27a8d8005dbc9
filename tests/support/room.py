"""Who may run beside whom, where the tests run in several processes: most beside each other, some with nobody."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import IntEnum
from pathlib import Path


class Guest(IntEnum):
    """In the order in which they come: whoever shares the room with nobody comes last, so that few wait for them."""

    TEST = 0
    ALONE = 1


@contextmanager
def inside(folder: Path, guest: Guest) -> Iterator[None]:
    """Waits until the room that `folder` stands for is free for such a guest.

    Whoever wants to come in stands in the door meanwhile, so that nobody waits for ever for those who came later.
    """
    with ExitStack() as stack:
        door, room = (stack.enter_context((folder / name).open("w")) for name in ("door", "room"))
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if guest is Guest.ALONE else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        yield
