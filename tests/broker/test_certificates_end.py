"""Certificates that end, are renewed or revoked while the city runs: the real Mosquitto with its start script."""

from __future__ import annotations

import contextlib
import random
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.linked import CITY, Linked, will_of

from broker.link import PahoLink
from broker.ports import Connected, Disconnected, Published, Tls
from broker.subscription import PahoSubscription, service_topics
from broker.tls import Identity
from contract import topics
from contract.clock import DAY_US, SECOND_US, SystemClock
from faults.parts.brokers import wait_until
from faults.parts.city_broker import NODES, SERVICES, CityBroker, city_broker, identity, make_secrets
from faults.parts.stages import siaga, stage
from fleet.authority import NODE_DAYS, SERVICE_DAYS, Authority
from fleet.handover import give

NODE = "tugu"


def ends_in(seconds: float, days: int) -> int:
    """A moment at which a certificate must have been issued to end that soon."""
    return SystemClock().now_us() - days * DAY_US + round(seconds * SECOND_US)


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    return make_secrets(tmp_path / "secrets", ("kali",))


@pytest.fixture
def broker(tmp_path: Path, secrets: Path) -> Iterator[CityBroker]:
    with city_broker(tmp_path / "broker", secrets, city=CITY) as running:
        yield running


def send(node: Linked, token: int) -> bool:
    """Whether the broker took it."""
    node.link.publish(token, topics.readings(CITY, NODE), b"%d" % token, qos=1, retain=False)
    return node.spin(lambda: Published(token) in node.events or node.all(Disconnected), 5.0)


def test_a_session_outlives_its_certificate_and_comes_back_with_the_next(broker: CityBroker, secrets: Path) -> None:
    """Both sides' certificates end while they speak: nothing is interrupted. After that an old one opens no door; the
    renewed ones do, in the same processes, and nothing that was sent is missing."""
    authority = Authority(secrets / "ca")
    give(authority.node(NODE, CITY, ends_in(4, NODE_DAYS)), secrets)
    short = authority.renew("ingest", ends_in(4, SERVICE_DAYS), days=SERVICE_DAYS)
    give(short, secrets)
    node = Linked(PahoLink(NODE, tls=identity(secrets, NODE)))
    with contextlib.closing(
        PahoSubscription(
            [broker.address(SERVICES)], "siaga-ingest", service_topics(CITY), rng=random.Random(1),
            clock=SystemClock(), tls=identity(secrets, "ingest"), backoff_cap_s=0.5,
        )
    ) as ingest, contextlib.closing(node):  # fmt: skip
        assert wait_until(lambda: ingest.connected)
        node.open(broker.address(NODES), will_of(NODE))
        wait_until(lambda: SystemClock().now_us() > short.issued.until_us + SECOND_US, 10.0, 0.1)
        assert send(node, 1)
        assert not node.all(Disconnected)
        got = [message.payload for message in ingest.take(10, 5.0)]

        broker.kill()
        broker.start()
        assert node.spin(lambda: node.all(Disconnected))
        node.link.open(broker.address(NODES), will_of(NODE))
        assert node.spin(lambda: len(node.all(Disconnected)) > 1)
        assert len(node.all(Connected)) == 1
        assert not ingest.connected

        now_us = SystemClock().now_us()
        for party in (NODE, "ingest"):
            give(authority.renew(party, now_us), secrets)
        assert wait_until(lambda: ingest.connected)
        node.events.clear()
        node.open(broker.address(NODES), will_of(NODE))
        assert send(node, 2)
        got += [message.payload for message in ingest.take(10, 5.0) if message.topic.endswith("readings")]
        assert got == [b"1", b"2"]


def test_the_brokers_own_certificate_is_renewed_without_a_restart(broker: CityBroker, secrets: Path) -> None:
    """New connections see the next one within seconds; a session that is there goes on."""

    def shown() -> bytes:
        trusting = ssl.create_default_context(cafile=str(secrets / "kali" / "ca.crt"))
        own = identity(secrets, "kali")
        trusting.load_cert_chain(str(own.cert_file), str(own.key_file))
        with (
            socket.create_connection(broker.address(NODES), timeout=5) as plain,
            trusting.wrap_socket(plain, server_hostname="127.0.0.1") as door,
        ):
            return door.getpeercert(binary_form=True) or b""

    node = Linked(PahoLink("kali", tls=identity(secrets, "kali"))).open(broker.address(NODES), will_of("kali"))
    with contextlib.closing(node):
        before = shown()
        give(Authority(secrets / "ca").renew("broker", SystemClock().now_us()), secrets)
        assert wait_until(lambda: shown() != before, 15.0, 0.2)
        node.run_for(0.2)
        assert not node.all(Disconnected)


@pytest.mark.slow
def test_a_revoked_node_is_cut_and_does_not_come_back(broker: CityBroker, secrets: Path, tmp_path: Path) -> None:
    """`siaga ca revoke` alone: the broker reads the list, the watch ends the live session within a minute, and the next
    handshake is refused; another node's session and rights are as before."""
    host, port = broker.address(SERVICES)
    own = identity(secrets, "watch")
    settings = {
        "SIAGA_CITY": "yogyakarta",
        "SIAGA_DATA_FOLDER": tmp_path / "data",
        "SIAGA_BROKERS": f"{host}:{port}",
        "SIAGA_BROKER_CA_FILE": own.ca_file,
        "SIAGA_BROKER_CERT_FILE": own.cert_file,
        "SIAGA_BROKER_KEY_FILE": own.key_file,
    }
    assert siaga(settings, "city", "apply").returncode == 0
    give(Authority(secrets / "ca").node(NODE, CITY, SystemClock().now_us()), secrets)
    command = ["broker", "watch", "--log", str(broker.log_file)]
    command += ["--nodes-port", str(broker.ports[NODES]), "--services-port", str(broker.ports[SERVICES])]
    stolen, other = (
        Linked(PahoLink(name, tls=identity(secrets, name))).open(broker.address(NODES), will_of(name))
        for name in (NODE, "kali")
    )
    with (
        stage(tmp_path / "log", settings, *command) as watch,
        contextlib.closing(stolen),
        contextlib.closing(other),
    ):
        assert watch.until((tmp_path / "data" / "run" / "watch.json").exists, 30), watch.said()
        answer = siaga({"SECRETS_FOLDER": secrets}, "ca", "revoke", NODE)
        assert answer.returncode == 0, answer.stderr
        assert stolen.spin(lambda: stolen.all(Disconnected), 60.0), watch.said()
        stolen.link.open(broker.address(NODES), will_of(NODE))
        assert stolen.spin(lambda: len(stolen.all(Disconnected)) > 1)
        assert len(stolen.all(Connected)) == 1
        assert wait_until(lambda: watch.lines("watch.evicted"), 10.0), watch.said()
        other.run_for(0.2)
        assert not other.all(Disconnected)


def test_a_key_that_is_not_the_certificates_is_waited_out(secrets: Path) -> None:
    """A renewal writes two files: between them the old identity goes on, and the next connection has the new one."""
    folder = secrets / "kali"
    mine = Identity(Tls(folder / "ca.crt", folder / "tls.crt", folder / "tls.key"))
    first = mine.context()
    given = Authority(secrets / "ca").renew("kali", SystemClock().now_us())
    (folder / "tls.key").write_bytes(given.key)
    assert mine.context() is first
    (folder / "tls.crt").write_bytes(given.chain)
    assert mine.context() is not first
