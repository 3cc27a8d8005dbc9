"""Tests that would disturb each other do not run beside each other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from support.room import Guest, inside

SOON_S, NOT_YET_S = 10.0, 0.1
BESIDE = [(Guest.TEST, Guest.TEST)]
Come = Callable[[Guest], "Visit"]


class Visit:
    """Somebody who comes in on a thread of their own and stays until told to go."""

    def __init__(self, folder: Path, guest: Guest) -> None:
        self.is_in, self._go = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._stay, args=(folder, guest))
        self._thread.start()

    def _stay(self, folder: Path, guest: Guest) -> None:
        with inside(folder, guest):
            self.is_in.set()
            self._go.wait()

    def close(self) -> None:
        self._go.set()


@pytest.fixture
def come(tmp_path: Path) -> Iterator[Come]:
    with ExitStack() as stack:
        yield lambda guest: stack.enter_context(closing(Visit(tmp_path, guest)))


@pytest.mark.parametrize(("first", "second"), [(a, b) for a in Guest for b in Guest])
def test_tests_share_the_room_and_some_share_it_with_nobody(come: Come, first: Guest, second: Guest) -> None:
    """Whoever may not come in yet does when the other has gone."""
    there = come(first)
    assert there.is_in.wait(SOON_S)
    waits = come(second)
    assert waits.is_in.wait(SOON_S if (first, second) in BESIDE else NOT_YET_S) is ((first, second) in BESIDE)
    there.close()
    assert waits.is_in.wait(SOON_S)


def test_whoever_waits_is_not_overtaken(come: Come) -> None:
    """Tests that go on coming in would keep the others out for ever."""
    there = come(Guest.TEST)
    assert there.is_in.wait(SOON_S)
    waits = come(Guest.ALONE)
    assert not waits.is_in.wait(NOT_YET_S)
    late = come(Guest.TEST)
    assert not late.is_in.wait(NOT_YET_S)
    there.close()
    assert waits.is_in.wait(SOON_S)
    assert not late.is_in.is_set()
    waits.close()
    assert late.is_in.wait(SOON_S)
