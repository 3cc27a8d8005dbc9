"""The city profile's own broker: the shipped mosquitto.conf and ACL, and certificates that make-secrets.sh made."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from broker.ports import BrokerAddress, Tls
from faults.parts.brokers import HOST, free_port, wait_until
from faults.parts.missing import NotInstalled
from faults.parts.must import must

ROOT = Path(__file__).resolve().parents[2]
NODES, SERVICES = "8883", "8884"


def make_secrets(folder: Path, nodes: Sequence[str]) -> Path:
    """Every secret of the city profile, and a certificate for each of `nodes`."""
    for node in nodes:
        subprocess.run(
            ["sh", str(ROOT / "docker" / "make-secrets.sh"), HOST, node],
            env={**os.environ, "SECRETS_FOLDER": str(folder)},
            capture_output=True,
            check=True,
        )
    return folder


def identity(secrets: Path, party: str) -> Tls:
    """A party's own certificate."""
    return Tls(secrets / "ca.crt", secrets / f"{party}.crt", secrets / f"{party}.key")


@dataclass
class CityBroker:
    """Mosquitto as the city runs it. Only the places of its files and the ports are others."""

    folder: Path
    secrets: Path
    ports: dict[str, int] = field(default_factory=lambda: {NODES: free_port(), SERVICES: free_port()})
    process: subprocess.Popen[bytes] | None = None

    def address(self, listener: str) -> BrokerAddress:
        return BrokerAddress(HOST, self.ports[listener])

    def start(self) -> None:
        program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/opt/homebrew/sbin")
        if program is None:
            raise NotInstalled("Mosquitto is missing", "mosquitto")
        text = (ROOT / "broker" / "mosquitto" / "mosquitto.conf").read_text()
        text = re.sub(r"(?m)^listener (\d+)$", lambda found: f"listener {self.ports[found[1]]} {HOST}", text)
        text = text.replace("/run/secrets", str(self.secrets))
        text = text.replace("/mosquitto/config", str(ROOT / "broker" / "mosquitto"))
        text = text.replace("/mosquitto/data", str(self.folder))
        # Started by root it would give up the right to read this folder.
        (self.folder / "mosquitto.conf").write_text(text + "\nuser root\n")
        with (self.folder / "mosquitto.log").open("ab") as log:
            self.process = subprocess.Popen(
                [program, "-c", str(self.folder / "mosquitto.conf")], stdout=log, stderr=log
            )
        must(wait_until(lambda: all(_listens(port) for port in self.ports.values())), self.log())

    def kill(self) -> None:
        """SIGKILL, as a power cut does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def log(self) -> str:
        return (self.folder / "mosquitto.log").read_text()


@contextlib.contextmanager
def city_broker(folder: Path, secrets: Path) -> Iterator[CityBroker]:
    """The broker, running."""
    folder.mkdir(parents=True, exist_ok=True)
    broker = CityBroker(folder, secrets)
    try:
        broker.start()
        yield broker
    finally:
        broker.kill()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False
