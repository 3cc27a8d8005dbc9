"""The embedded broker: up when it says so, on loopback only, and never left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from support.linked import Linked, will_of

from broker.embedded import EmbeddedBroker, configuration
from broker.handshake import answers
from broker.link import PahoLink
from contract.clock import SystemClock
from contract.errors import BadInput
from faults.parts.brokers import HOST, free_port, wait_until

OWNER = """
import sys, threading
from pathlib import Path
from broker.embedded import EmbeddedBroker
from contract.clock import SystemClock
broker = EmbeddedBroker(Path(sys.argv[1]), port=int(sys.argv[2]), clock=SystemClock())
starter = threading.Thread(target=broker.start)
starter.start()
starter.join()
print(broker.pid, flush=True)
threading.Event().wait()
"""


def test_it_accepts_when_start_returns_and_is_gone_after_stop(tmp_path: Path) -> None:
    """No waiting is needed after start; stop frees the port, and both may be repeated."""
    broker = EmbeddedBroker(tmp_path / "a folder", port=free_port(), clock=SystemClock())
    for _ in range(2):
        broker.start()
        broker.start()
        assert broker.poll() is None
        assert answers(broker.address, timeout_s=1.0)
        broker.stop()
        broker.stop()
        assert broker.pid is None
        assert not answers(broker.address, timeout_s=1.0)


def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    """It has no password, so every listener of its configuration is on 127.0.0.1."""
    text = configuration(tmp_path, 1883, ack_wait_s=30, max_ack_pending=1_000)
    listens = [line.split(":", 1)[1].strip() for line in text.splitlines() if line.strip().startswith("listen")]
    assert listens == ['"127.0.0.1:-1"', '"127.0.0.1:1883"']
    assert "http" not in text


def test_it_is_thrifty_unless_told_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's heap is collected early; whoever knows better says so in the environment."""
    monkeypatch.delenv("GOGC", raising=False)
    monkeypatch.setenv("GOMEMLIMIT", "99MiB")
    broker = EmbeddedBroker(tmp_path, port=free_port(), clock=SystemClock())
    broker.start()
    told = Path(f"/proc/{broker.pid}/environ").read_bytes().split(b"\0")
    broker.stop()
    assert b"GOGC=25" in told
    assert b"GOMEMLIMIT=99MiB" in told


def test_a_taken_port_is_named_with_its_remedy(tmp_path: Path) -> None:
    """Before anything is started."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=rf"port {port} .*[Ss]top what listens there"):
            EmbeddedBroker(tmp_path, port=port, clock=SystemClock()).start()


def test_a_killed_server_is_noticed_and_started_again(tmp_path: Path) -> None:
    """`poll` tells its supervisor; a second start takes over the same port and folder."""
    broker = EmbeddedBroker(tmp_path, port=free_port(), clock=SystemClock())
    try:
        broker.start()
        assert broker.pid is not None
        os.kill(broker.pid, signal.SIGKILL)
        assert wait_until(lambda: broker.poll() is not None)
        broker.start()
        assert Linked(PahoLink("tugu")).open(broker.address, will_of("tugu")).link.close(graceful=True) is None
    finally:
        broker.stop()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_does_not_outlive_its_owner(tmp_path: Path, number: signal.Signals) -> None:
    """Also not one killed with -9, and also where the thread that started it has long ended."""
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path), str(port)], stdout=subprocess.PIPE, env=environment
    ) as owner:
        assert owner.stdout is not None
        server = int(owner.stdout.readline())
        assert Path(f"/proc/{server}").exists()
        owner.send_signal(number)
        owner.wait(5)

    def gone() -> bool:
        try:
            state = Path(f"/proc/{server}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return True
        return state == "Z"  # dead; whoever inherits orphans here has not looked yet

    assert wait_until(gone)
