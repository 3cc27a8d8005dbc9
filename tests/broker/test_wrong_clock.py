"""A node that does not know the time still knows whom it talks to."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.linked import Linked, will_of

from broker.link import PahoLink
from broker.ports import Connected, Disconnected, Tls
from contract.clock import DAY_US, SystemClock
from faults.parts.brokers import HOST, RunningBroker, mosquitto
from fleet import certificates

# paho leaves the socket of a failed handshake to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
_NOW_US = SystemClock().now_us()
_CONFIG = """
listener {{port}} 127.0.0.1
allow_anonymous true
cafile {folder}/ca.crt
certfile {folder}/server.crt
keyfile {folder}/server.key
log_dest file {{folder}}/mosquitto.log
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A CA, a stranger's CA, a node, and a broker whose certificate begins tomorrow: as a node sees it whose clock is
    behind."""
    later_us, end_us = _NOW_US + DAY_US, _NOW_US + 400 * DAY_US
    for name in ("ca", "stranger"):
        key = certificates.new_key()
        authority = certificates.Signer(certificates.root("Kota", key, _NOW_US - DAY_US, end_us), key)
        (tmp_path / f"{name}.crt").write_bytes(certificates.pem(authority.certificate))
        if name == "ca":
            for party in ("server", "node"):
                own = certificates.new_key()
                public = own.public_key()
                made = (
                    certificates.server(authority, "Kota", [HOST], public, later_us, end_us)
                    if party == "server"
                    else certificates.client(authority, "Kota", "nodes", party, public, _NOW_US - DAY_US, end_us)
                )
                (tmp_path / f"{party}.crt").write_bytes(certificates.pem(made))
                (tmp_path / f"{party}.key").write_bytes(certificates.key_pem(own))
    return tmp_path


@pytest.fixture
def broker(files: Path) -> Iterator[RunningBroker]:
    text = _CONFIG.format(folder=files)
    with mosquitto(text, ready=lambda address: _listens(address.port)) as running:
        yield running


def _listens(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


def _tried(broker: RunningBroker, files: Path, ca: str, *, knows: list[bool]) -> Linked:
    tls = Tls(files / ca, files / "node.crt", files / "node.key")
    linked = Linked(PahoLink("node", tls=tls, knows_the_time=lambda: knows[0]))
    linked.link.open(broker.address, will_of("node"))
    linked.spin(lambda: linked.all(Connected) or linked.all(Disconnected))
    return linked


def test_node_without_the_time_connects_and_hears_it(broker: RunningBroker, files: Path) -> None:
    """To one that believes its clock the certificate is not valid yet; once it admits that it knows nothing, it is
    taken, and the city can tell the time. No restart is needed."""
    knows = [True]
    linked = _tried(broker, files, "ca.crt", knows=knows)
    assert not linked.all(Connected)
    assert "not yet valid" in linked.all(Disconnected)[0].reason
    knows[0] = False
    linked.open(broker.address, will_of("node"))
    linked.link.close(graceful=True)


def test_broker_of_a_stranger_is_refused_all_the_same(broker: RunningBroker, files: Path) -> None:
    """Only the dates are left out: who signed the certificate is not."""
    linked = _tried(broker, files, "stranger.crt", knows=[False])
    assert not linked.all(Connected)
