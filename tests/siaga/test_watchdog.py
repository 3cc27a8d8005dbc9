"""Who hangs is found out by what stands still, whatever the clocks do."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

from contract.clock import SECOND_US, SystemClock
from faults.parts.brokers import wait_until
from siaga.supervisor import Supervisor
from siaga.watchdog import Watchdog


def _silence(dog: Watchdog, seconds: range, life: int = 7, sign: int | None = 1) -> list[float]:
    """What it says each second while nothing moves."""
    said = [dog.silent_s(life, sign, at_s * SECOND_US) for at_s in seconds]
    return [silent_s for silent_s in said if silent_s is not None]


def test_who_stands_still_for_longer_than_its_time_hangs() -> None:
    """Ten seconds are allowed: the eleventh is one too many."""
    dog = Watchdog(10.0)
    assert _silence(dog, range(100, 111)) == []
    assert _silence(dog, range(111, 113)) == [11.0, 12.0]


def test_every_sign_of_life_begins_the_time_anew() -> None:
    """A slow loop is no hung one."""
    dog = Watchdog(10.0)
    for sign in range(20):
        assert _silence(dog, range(100 + 9 * sign, 109 + 9 * sign), sign=sign) == []


def test_a_process_that_starts_has_longer() -> None:
    """Until its first sign of life, and the same again for the process that comes after it."""
    dog = Watchdog(10.0, starting_s=60.0)
    assert _silence(dog, range(100, 161), sign=None) == []
    assert _silence(dog, range(161, 162), sign=None) == [61.0]
    assert _silence(dog, range(162, 222), life=8, sign=None) == []


def test_a_watcher_that_slept_accuses_nobody() -> None:
    """Nobody looked for five minutes: of that time nothing is known."""
    dog = Watchdog(10.0)
    assert _silence(dog, range(100, 105)) == []
    assert _silence(dog, range(405, 411)) == []


def test_a_stopped_process_is_killed_and_replaced(tmp_path: Path) -> None:
    """SIGSTOP is deaf to everything but SIGKILL."""
    supervisor = Supervisor(SystemClock(), random.Random(1), tmp_path)
    child = supervisor.start("settings", ["edge", "run", "--config", str(tmp_path / "none.toml")])
    try:
        first = child.process
        assert first is not None
        os.kill(first.pid, signal.SIGSTOP)
        supervisor.replace(child, 61.0)

        def replaced() -> bool:
            supervisor.watch()
            return child.process is not None and child.process.pid != first.pid

        assert wait_until(replaced, 20)
        assert first.returncode == -signal.SIGKILL
    finally:
        supervisor.stop()
