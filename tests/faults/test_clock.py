"""Clocks that are wrong, jump, drift or learn the time late."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from support.bench import short

from faults.parts.faketime import WrongClock
from faults.parts.stages import stage


@pytest.mark.slow
def test_order_holds_and_times_are_mended(tmp_path: Path) -> None:
    """Four floods under lying clocks and one more with processes under libfaketime: each is one flood and one case, and
    no trusted time is more than 2 s off."""
    result = short("clock", tmp_path, seed=1)
    assert result.passed, result.failures
    assert result.events_expected == result.events_opened == result.cases == result.rounds + 1
    assert result.figures["kept_corrected"]
    assert result.figures["processes_kept_corrected"]


def test_a_process_that_was_killed_leaves_nothing_of_its_clock_in_memory(tmp_path: Path) -> None:
    """libfaketime itself cleans up after those alone that end by themselves."""
    clock = WrongClock(tmp_path / "clock")
    memory = Path("/dev/shm")  # noqa: S108
    with stage(tmp_path / "log", clock.settings, "settings", before=("sh", "-c", "kill -9 $$")) as killed:
        assert killed.process.wait(10) == -signal.SIGKILL
        left = [file for file in memory.iterdir() if file.name.endswith(f"_{killed.pid}")]
        assert len(left) == 2
    assert not any(file.exists() for file in left)
