"""A process whose loop stands still ends itself, and nobody else does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contract.clock import ManualClock
from faults.parts.brokers import wait_until
from siaga import heartbeat
from siaga.heartbeat import EXIT_HUNG, STARTING_S, Heartbeat

_LOOPING = """
import sys, threading
from pathlib import Path
from contract.clock import SystemClock
from siaga import logs
from siaga.heartbeat import Heartbeat
from siaga.signals import stop_event

logs.set_up("looping", "json")
loops, hangs, stop = 0, Path(sys.argv[2]), stop_event()
beat = Heartbeat(Path(sys.argv[1]), "looping", SystemClock(), lambda: {"loops": loops}, hung_after_s=3.0)
beat.start()
while not stop.wait(0.05):
    if hangs.exists():
        threading.Event().wait()
    loops += 1
beat.stop()
"""


def _beats(loops: list[int], *, hung_after_s: float | None, folder: Path) -> list[int]:
    """What it is ended with when its loop stands at these numbers, one beat after the other."""
    ended: list[int] = []
    told = iter(loops)
    facts = lambda: {"loops": next(told)}  # noqa: E731
    beat = Heartbeat(folder, "ingest", ManualClock(), facts, hung_after_s=hung_after_s, end=ended.append)
    for _ in loops:
        beat.write()
    return ended


@pytest.mark.parametrize(
    ("loops", "ended"),
    [
        ([1, 2, *[2] * 10], 0),
        ([1, 2, *[2] * 11], 1),
        ([1, 2, *[2] * 10, 3, *[3] * 10], 0),
        ([0, *[0] * int(STARTING_S)], 0),
        ([0, *[0] * int(STARTING_S + 1)], 1),
    ],
)
def test_a_loop_that_stands_still_too_long_ends_its_process(tmp_path: Path, loops: list[int], ended: int) -> None:
    """Each move begins the time anew, and a loop that has not moved yet has longer."""
    assert _beats(loops, hung_after_s=10.0, folder=tmp_path) == [EXIT_HUNG] * ended


def test_nobody_is_ended_who_was_given_no_time(tmp_path: Path) -> None:
    """A process that is only watched from outside."""
    assert _beats([1] * 1_000, hung_after_s=None, folder=tmp_path) == []


@contextmanager
def _looping(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process with a heartbeat; it hangs once there is a file `hangs`."""
    words = [sys.executable, "-c", _LOOPING, str(folder / "run"), str(folder / "hangs")]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    try:
        assert wait_until(lambda: (beat := heartbeat.read(folder / "run", "looping")) and beat.facts["loops"], 30)
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_process_that_hangs_says_so_and_ends(tmp_path: Path) -> None:
    """So that whoever keeps it (Docker, systemd) starts another."""
    with _looping(tmp_path) as process:
        (tmp_path / "hangs").touch()
        _, said = process.communicate(timeout=60)
    assert process.returncode == EXIT_HUNG
    assert said.count('"event": "stage.hung"') == 1


def test_a_process_that_was_stopped_goes_on(tmp_path: Path) -> None:
    """It stood still for longer than its time, with all its threads: none of that was its loop's fault."""
    with _looping(tmp_path) as process:
        beat = tmp_path / "run" / "looping.json"
        os.kill(process.pid, signal.SIGSTOP)
        assert not wait_until(lambda: process.poll() is not None, 5.0)
        before = beat.read_text()
        os.kill(process.pid, signal.SIGCONT)
        assert wait_until(lambda: beat.read_text() != before, 30)
        process.terminate()
        assert process.wait(30) == 0
