"""The city profile's own broker: the shipped mosquitto.conf, ACL and start script, and the city's own secrets."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from broker.ports import BrokerAddress, Tls
from contract.clock import SystemClock
from faults.parts.brokers import HOST, free_port, mosquitto_program, wait_until
from faults.parts.must import must
from faults.parts.stages import ROOT
from fleet import secrets_of_a_city
from fleet.handover import CERTIFICATE, KEY, TRUST

NODES, SERVICES = "8883", "8884"
_RELOAD_S = 1


def make_secrets(folder: Path, nodes: Sequence[str], city: str = "yogyakarta") -> Path:
    """Every secret of the city profile, and a certificate for each of `nodes`."""
    secrets_of_a_city.make(folder, HOST, nodes, city, SystemClock().now_us())
    return folder


def identity(secrets: Path, party: str) -> Tls:
    """A party's own certificate."""
    folder = secrets / party
    return Tls(folder / TRUST, folder / CERTIFICATE, folder / KEY)


@dataclass
class CityBroker:
    """Mosquitto as the city runs it. Only the places of its files and the ports are others, and it looks every second
    whether its certificates have changed."""

    folder: Path
    secrets: Path
    city: str = "yogyakarta"
    rights: Path = ROOT / "broker" / "mosquitto"
    """where the ACL files are; the shipped ones, unless a trial needs somebody who hears everything"""
    ports: dict[str, int] = field(default_factory=lambda: {NODES: free_port(), SERVICES: free_port()})
    process: subprocess.Popen[bytes] | None = None

    @property
    def log_file(self) -> Path:
        return self.folder / "mosquitto.log"

    def address(self, listener: str) -> BrokerAddress:
        return BrokerAddress(HOST, self.ports[listener])

    def settings(self, service: str) -> dict[str, object]:
        """How a service reaches it as itself, as docker-compose.yml says it."""
        host, port = self.address(SERVICES)
        own = identity(self.secrets, service)
        return {
            "SIAGA_BROKERS": f"{host}:{port}",
            "SIAGA_BROKER_PROTOCOL": "5",
            "SIAGA_BROKER_CA_FILE": own.ca_file,
            "SIAGA_BROKER_CERT_FILE": own.cert_file,
            "SIAGA_BROKER_KEY_FILE": own.key_file,
        }

    def start(self) -> None:
        program = mosquitto_program()
        shipped = ROOT / "broker" / "mosquitto"
        text = (shipped / "mosquitto.conf").read_text()
        text = re.sub(r"(?m)^listener (\d+)$", lambda found: f"listener {self.ports[found[1]]} {HOST}", text)
        text = text.replace("/run/identity", str(self.secrets / "broker"))
        filled = self.folder / "rights"
        filled.mkdir(exist_ok=True)
        text = text.replace("/run/rights", str(filled))
        text = text.replace("/run/mosquitto", str(self.folder)).replace("/mosquitto/data", str(self.folder))
        # Started by root it would give up the right to read this folder.
        (self.folder / "mosquitto.conf").write_text(text + "\nuser root\n")
        with (self.folder / "said.log").open("ab") as said:
            self.process = subprocess.Popen(
                ["sh", str(shipped / "run.sh"), str(self.folder / "mosquitto.conf")],
                env={
                    **os.environ,
                    "MOSQUITTO": program,
                    "EVERY": str(_RELOAD_S),
                    "RIGHTS": str(self.rights),
                    "SIAGA_CITY": self.city,
                },
                stdout=said,
                stderr=said,
            )
        must(wait_until(lambda: all(_listens(port) for port in self.ports.values())), self.log())

    def kill(self) -> None:
        """SIGKILL, as a power cut does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def log(self) -> str:
        """What it said so far, but for what a watch has taken."""
        files = (self.folder / "said.log", self.log_file)
        return "".join(file.read_text(errors="replace") for file in files if file.exists())


@contextlib.contextmanager
def city_broker(
    folder: Path, secrets: Path, *, city: str = "yogyakarta", rights: Path | None = None
) -> Iterator[CityBroker]:
    """The broker, running."""
    folder.mkdir(parents=True, exist_ok=True)
    broker = CityBroker(folder, secrets, city, *(() if rights is None else (rights,)))
    try:
        broker.start()
        yield broker
    finally:
        broker.kill()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False
