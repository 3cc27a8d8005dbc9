"""`siaga up` ends when it is told to: soon, whole, and with nobody left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from contract.clock import SECOND_US, SystemClock
from faults.parts.brokers import free_port, wait_until
from faults.parts.whole_city import alive, whole_city
from store import open_city


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(120)
def test_sigterm_under_load_ends_all_within_five_seconds(tmp_path: Path) -> None:
    """Exit code 0 in under 5 s while readings pour in; no process is left, no heartbeat stays, the ledger closes."""
    clock = SystemClock()
    with whole_city(tmp_path, speed=300) as city:
        assert wait_until(lambda: city.stored() > 200, 30, 0.1), city.up.said()
        everybody = city.everybody()
        # Broker and its watcher, three stages, the simulator, and `up` itself.
        assert len(everybody) >= 7
        began_us = clock.mono_us()
        assert city.up.terminate() == 0, city.up.said()
        took_s = (clock.mono_us() - began_us) / SECOND_US
        assert wait_until(lambda: not any(alive(process) for process in everybody), 1)
        assert took_s < 5
        assert not list((city.data / "run").glob("*.json"))
        assert not city.up.lines("process.killed")
        counted = city.books()
    assert (counted.lost, counted.duplicated) == (0, 0)
    assert counted.stored > 200


def test_pages_told_to_end_before_they_serve_end(tmp_path: Path) -> None:
    """A SIGTERM in the first second, while the web server is not there yet to take it, is not forgotten."""
    with closing(open_city(f"sqlite:///{tmp_path}/city.sqlite3")):
        pass
    settings = {"SIAGA_DATA_FOLDER": str(tmp_path), "SIAGA_API_PORT": str(free_port())}
    command = [sys.executable, "-m", "siaga", "api"]
    with subprocess.Popen(command, env={**os.environ, **settings}) as pages:
        try:
            assert wait_until(lambda: _takes(pages.pid, signal.SIGTERM), 20)
            pages.terminate()
            assert pages.wait(20) == 0
        finally:
            pages.kill()


def _takes(pid: int, number: int) -> bool:
    """Whether a process has a handler of its own for a signal."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> (number - 1) & 1)
