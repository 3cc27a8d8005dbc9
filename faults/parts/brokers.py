"""Real brokers for tests: on a free port of 127.0.0.1, in a folder of their own, always killed."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from broker.embedded import EmbeddedBroker
from broker.handshake import answers
from broker.ports import BrokerAddress
from contract.clock import SystemClock
from faults.parts.missing import NotInstalled

HOST = "127.0.0.1"
_START_S = 10.0
_PORTS = range(20_000, 32_768)
"""Below those that the kernel gives to connections that go out: none of these is taken between our choice and a
server's start."""


def free_port() -> int:
    """A port that nobody listens on just now and that no other trial on this machine is given soon: all take turns."""
    turns = Path(f"/tmp/siaga-trial-ports-{os.getuid()}")  # noqa: S108  one for all, wherever each has its own files
    with os.fdopen(os.open(turns, os.O_RDWR | os.O_CREAT, 0o600), "r+") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        said = turn.read().strip()
        last = int(said) if said.isdigit() else _PORTS[os.getpid() % len(_PORTS)]
        for step in range(1, len(_PORTS) + 1):
            port = _PORTS[(last - _PORTS.start + step) % len(_PORTS)]
            with socket.socket() as probe, contextlib.suppress(OSError):
                probe.bind((HOST, port))
                turn.seek(0)
                turn.truncate()
                turn.write(str(port))
                return port
    raise OSError(errno.EADDRINUSE, f"every port of {HOST} from {_PORTS.start} to {_PORTS.stop - 1} is taken")


def wait_until(true: Callable[[], object], timeout_s: float = 10.0, every_s: float = 0.01) -> bool:
    """Whether `true()` came true in time."""
    clock, pause = SystemClock(), threading.Event()
    until_us = clock.mono_us() + round(timeout_s * 1e6)
    while not true():
        if clock.mono_us() > until_us:
            return False
        pause.wait(every_s)
    return True


@dataclass
class RunningBroker:
    """A broker under test."""

    name: str
    address: BrokerAddress
    folder: Path
    start: Callable[[], None]
    kill: Callable[[], None]
    """SIGKILL, as a power cut does"""
    stop: Callable[[], None]
    log: Path | None = None


@contextlib.contextmanager
def nats() -> Iterator[RunningBroker]:
    """The embedded broker as the product starts it, but for a short wait, so that redelivery can be seen."""
    folder = Path(tempfile.mkdtemp(prefix="siaga-nats-"))
    server = EmbeddedBroker(folder, port=free_port(), clock=SystemClock(), ack_wait_s=1)

    def kill() -> None:
        if server.pid is not None:
            os.kill(server.pid, signal.SIGKILL)
        server.stop()

    try:
        server.start()
        yield RunningBroker("nats", server.address, folder, server.start, kill, server.stop, folder / "nats.log")
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


_PLAIN = """
listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/data/
autosave_interval 1
autosave_on_changes true
max_inflight_messages 100
max_queued_messages 0
log_dest file {folder}/mosquitto.log
"""


def mosquitto_program() -> str:
    """Raises NotInstalled where there is none."""
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/opt/homebrew/sbin")
    if program is None:
        raise NotInstalled("Mosquitto is missing", "mosquitto")
    return program


@contextlib.contextmanager
def mosquitto(config: str = _PLAIN, *, ready: Callable[[BrokerAddress], bool] | None = None) -> Iterator[RunningBroker]:
    """Mosquitto with `config`, a text with {port} and {folder}.

    `ready` says whether it accepts; by default it is asked with a plain CONNECT.
    """
    program = mosquitto_program()
    folder = Path(tempfile.mkdtemp(prefix="siaga-mosquitto-"))
    (folder / "data").mkdir()
    address = BrokerAddress(HOST, free_port())
    text = config.format(port=address.port, folder=folder)
    if os.geteuid() == 0:
        text += "\nuser root\n"  # as root it would drop to a user that may not read this folder
    (folder / "mosquitto.conf").write_text(text)
    running: list[subprocess.Popen[bytes]] = []
    accepts = ready or (lambda where: answers(where, timeout_s=1.0))

    def start() -> None:
        running.append(
            subprocess.Popen(
                [program, "-c", str(folder / "mosquitto.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        )
        process = running[-1]
        up = wait_until(lambda: accepts(address) or process.poll() is not None, _START_S)
        if not up or process.poll() is not None:
            end(signal.SIGKILL)
            log = folder / "mosquitto.log"
            raise RuntimeError(f"mosquitto did not start: {log.read_text() if log.exists() else text}")

    def end(number: int) -> None:
        while running:
            process = running.pop()
            process.send_signal(number)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    try:
        start()
        yield RunningBroker(
            "mosquitto",
            address,
            folder,
            start,
            lambda: end(signal.SIGKILL),
            lambda: end(signal.SIGTERM),
            folder / "mosquitto.log",
        )
    finally:
        end(signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


BROKERS: dict[str, Callable[[], contextlib.AbstractContextManager[RunningBroker]]] = {
    "nats": nats,
    "mosquitto": mosquitto,
}
