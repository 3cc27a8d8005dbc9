"""The supervisor: what dies is started again, what is stopped stays stopped, nothing outlives its parent."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from contract.clock import ManualClock, SystemClock
from contract.errors import BadInput
from siaga import heartbeat
from siaga.heartbeat import Heartbeat
from siaga.ports_free import check_free, free_port
from siaga.supervisor import Supervisor


def _until(condition: Callable[[], bool], within_s: float = 20.0) -> None:
    clock = SystemClock()
    end_us = clock.mono_us() + round(within_s * 1_000_000)
    pause = threading.Event()
    while not condition():
        assert clock.mono_us() < end_us, "it did not happen in time"
        pause.wait(0.02)


def test_a_killed_child_is_started_again(tmp_path: Path) -> None:
    """kill -9 of a stage is a matter of a moment."""
    supervisor = Supervisor(SystemClock(), random.Random(1), tmp_path)
    environment = {"SIAGA_DATA_FOLDER": str(tmp_path), "SIAGA_API_PORT": str(free_port())}
    child = supervisor.start("settings", ["edge", "run", "--config", str(tmp_path / "none.toml")], environment)
    try:
        first = child.process
        assert first is not None
        first.kill()
        first.wait()

        def restarted() -> bool:
            supervisor.watch()
            return child.process is not None and child.process.pid != first.pid

        _until(restarted)
        assert child.failures == 1
    finally:
        supervisor.stop()
    assert child.process is None or child.process.poll() is not None


def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    """Even kill -9 of `siaga up` leaves no stage behind."""
    child = (
        "import signal, sys; from siaga.child import die_with; "
        "die_with(int(sys.argv[1])); print(1, flush=True); signal.pause()"
    )
    script = (
        "import os, subprocess, sys, threading\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}, str(os.getpid())], stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "threading.Event().wait()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert parent.stdout is not None
    with parent.stdout:
        grandchild = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        _until(lambda: not psutil.pid_exists(grandchild) or psutil.Process(grandchild).status() == "zombie")


def test_a_taken_port_is_named_with_its_setting() -> None:
    """The sentence says which port, which setting moves it and how to find who has it."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=rf"port {port}.*taken.*SIAGA_API_PORT|SIAGA_API_PORT.*port {port}.*taken"):
            check_free("127.0.0.1", port, "api_port")


def test_a_heartbeat_is_fresh_then_old_then_gone(tmp_path: Path) -> None:
    """A process that stops leaves no sign of life; one that hangs leaves an old one."""
    clock = SystemClock()
    beat = Heartbeat(tmp_path, "ingest", clock, lambda: {"loops": 3})
    beat.start()
    read = heartbeat.read(tmp_path, "ingest")
    assert read is not None
    assert read.pid == os.getpid()
    assert read.facts == {"loops": 3}
    assert read.fresh(clock.now_us())
    assert not read.fresh(clock.now_us() + 16_000_000)
    beat.stop()
    assert heartbeat.read(tmp_path, "ingest") is None


def test_a_loop_that_stands_still_gives_no_sign_of_life(tmp_path: Path) -> None:
    """The thread that writes is well, but what it speaks for is not."""
    clock = ManualClock()
    loops = iter([1, 2, 2, 2])
    beat = Heartbeat(tmp_path, "alerts", clock, lambda: {"loops": next(loops)})
    for _ in range(4):
        beat.write()
        clock.advance(10)
    read = heartbeat.read(tmp_path, "alerts")
    assert read is not None
    assert not read.fresh(clock.now_us())


def test_half_a_heartbeat_is_no_heartbeat(tmp_path: Path) -> None:
    """Whatever stands in the file, reading it never fails."""
    (tmp_path / "api.json").write_text('{"stage": "api", "pi')
    assert heartbeat.read(tmp_path, "api") is None
