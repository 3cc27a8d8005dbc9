"""The city's Mosquitto configuration as it is shipped, on a real Mosquitto, with a city's own certificates."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.brokerlog import SHIPPED
from support.linked import CITY, Linked, will_of

from broker.link import PahoLink
from broker.ports import BrokerAddress, Connected, Disconnected, Published, Received, Tls
from broker.subscription import PahoSubscription, Protocol, alert_topics, service_topics
from contract import topics
from contract.clock import SystemClock
from contract.errors import BadInput
from faults.parts.brokers import wait_until
from faults.parts.city_broker import NODES, SERVICES, CityBroker, city_broker, identity, make_secrets

LOOPBACK = "127.0.0.1"


@dataclass
class City:
    """A broker with its two listeners, and certificates."""

    broker: CityBroker
    tls: dict[str, Tls]
    link: Callable[..., Linked]

    @property
    def nodes(self) -> BrokerAddress:
        return self.broker.address(NODES)

    @property
    def services(self) -> BrokerAddress:
        return self.broker.address(SERVICES)


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_secrets(tmp_path_factory.mktemp("certificates") / "ours", ("tugu", "kali"))


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory, secrets: Path) -> dict[str, Tls]:
    """Each party's, and one of another authority whose holder trusts ours."""
    made = {name: identity(secrets, name) for name in ("broker", "tugu", "kali", "ingest", "alerts")}
    rogue = identity(make_secrets(tmp_path_factory.mktemp("certificates") / "theirs", ("tugu",)), "tugu")
    made["rogue"] = Tls(made["tugu"].ca_file, rogue.cert_file, rogue.key_file)
    made["rogue_trust"] = Tls(rogue.ca_file, made["tugu"].cert_file, made["tugu"].key_file)
    return made


@pytest.fixture
def city(certificates: dict[str, Tls], secrets: Path, tmp_path: Path) -> Iterator[City]:
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(city_broker(tmp_path / "broker", secrets, city=CITY))

        def link(name: str, *, tls: Tls | None = None, client_id: str = "") -> Linked:
            made = Linked(PahoLink(client_id or name, tls=tls or certificates.get(name)))
            stack.callback(made.link.close, graceful=True)
            return made

        yield City(broker, certificates, link)


@pytest.fixture(params=["3.1.1", "5"])
def ingest(request: pytest.FixtureRequest, city: City) -> Iterator[PahoSubscription]:
    """The service as it connects in a city: mutual TLS, its own listener."""
    protocol: Protocol = request.param
    made = PahoSubscription(
        [city.services], "siaga-ingest", service_topics(CITY), rng=random.Random(1), clock=SystemClock(),
        tls=city.tls["ingest"], protocol=protocol,
    )  # fmt: skip
    with contextlib.closing(made):
        assert wait_until(lambda: made.connected)
        yield made


def publish(node: Linked, topic: str, payload: bytes = b"x") -> None:
    before = len(node.all(Published))
    assert node.link.publish(1, topic, payload, qos=1, retain=False)
    assert node.spin(lambda: len(node.all(Published)) > before)


def try_to_publish(node: Linked, topic: str, payload: bytes, *, retain: bool = False) -> None:
    """MQTT 3.1.1 has no refusal: what is forbidden is confirmed and dropped, or the connection ends."""
    before = len(node.all(Published)) + len(node.all(Disconnected))
    assert node.link.publish(1, topic, payload, qos=1, retain=retain)
    assert node.spin(lambda: len(node.all(Published)) + len(node.all(Disconnected)) > before)
    node.run_for(0.05)


def heard(service: PahoSubscription, seconds: float = 0.3) -> list[tuple[str, int]]:
    """(topic, length) of all but the wills, which follow where the broker has thrown a node out."""
    return [
        (message.topic, len(message.payload))
        for message in service.take(10, seconds)
        if not message.topic.endswith("/status")
    ]


def test_a_node_publishes_as_itself_only(city: City, ingest: PahoSubscription) -> None:
    """What A publishes under B's name reaches nobody; its own messages do."""
    for topic in (topics.readings(CITY, "kali"), topics.birth(CITY, "kali"), topics.ack(CITY, "tugu")):
        try_to_publish(city.link("tugu").open(city.nodes, will_of("tugu")), topic, b"forged")
    assert heard(ingest) == []
    publish(city.link("tugu").open(city.nodes, will_of("tugu")), topics.readings(CITY, "tugu"), b"own")
    assert wait_until(lambda: (topics.readings(CITY, "tugu"), 3) in heard(ingest))


def test_what_a_node_leaves_behind_is_little_and_of_its_own_city(
    certificates: dict[str, Tls], secrets: Path, tmp_path: Path
) -> None:
    """The broker keeps as many retained messages as it is given, so there must be an end to the topics: none of a city
    that a node makes up, none of a command that it makes up. What it may leave is kept."""
    rights = tmp_path / "rights"
    shutil.copytree(SHIPPED, rights)
    with (rights / "services.acl").open("a") as more:
        more.write("\nuser alerts\ntopic read #\n")
    made_up = (
        topics.birth("lain", "tugu"), topics.status("lain", "tugu"), topics.readings("lain", "tugu"),
        topics.birth(CITY + "-1", "tugu"), f"{topics.ROOT}/CITY/tugu/birth", f"{topics.ROOT}//tugu/birth",
        topics.command_result("lain", "tugu", "x"), topics.command_result(CITY, "tugu", "x"),
    )  # fmt: skip
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(city_broker(tmp_path / "broker", secrets, city=CITY, rights=rights))
        for topic in (*made_up, topics.birth(CITY, "tugu")):
            node = Linked(PahoLink("tugu", tls=certificates["tugu"])).open(broker.address(NODES), will_of("tugu"))
            stack.callback(node.close)
            try_to_publish(node, topic, b"left behind", retain=True)
        ear = PahoSubscription(
            [broker.address(SERVICES)], "ear", [("#", 1)],
            rng=random.Random(1), clock=SystemClock(), tls=certificates["alerts"], protocol="5",
        )  # fmt: skip
        stack.enter_context(contextlib.closing(ear))
        kept: list[str] = []
        assert wait_until(lambda: kept.extend(topic for topic, _ in heard(ear)) or kept)
        assert [*kept, *(topic for topic, _ in heard(ear))] == [topics.birth(CITY, "tugu")]


def test_rights_that_change_hold_at_once(certificates: dict[str, Tls], secrets: Path, tmp_path: Path) -> None:
    """The start script fills in an ACL file that was changed under a running broker, and has it read."""
    rights = tmp_path / "rights"
    shutil.copytree(SHIPPED, rights)
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(city_broker(tmp_path / "broker", secrets, city=CITY, rights=rights))
        node = Linked(PahoLink("tugu", tls=certificates["tugu"])).open(broker.address(NODES), will_of("tugu"))
        stack.callback(node.close)
        node.link.subscribe(topics.readings(CITY, "tugu"))
        publish(node, topics.readings(CITY, "tugu"))
        assert node.all(Received) == []
        with (rights / "nodes.acl").open("a") as more:
            more.write("pattern read siaga/v1/CITY/%u/readings\n")
        assert wait_until(lambda: "Reloading config." in broker.log())
        node.link.subscribe(topics.readings(CITY, "tugu"))
        publish(node, topics.readings(CITY, "tugu"))
        assert node.spin(lambda: node.all(Received))


@pytest.mark.parametrize("city", ["", "+", "#", "a/b", "Kota", "kota lain", "a|b"])
def test_a_broker_without_its_city_does_not_start(city: str, tmp_path: Path) -> None:
    """Its rights would hold for no city, or for all of them: one sentence names the setting."""
    answer = subprocess.run(
        ["sh", str(SHIPPED / "run.sh"), str(SHIPPED / "mosquitto.conf")],
        env={"PATH": os.environ["PATH"], "MOSQUITTO": "true", "SIAGA_CITY": city},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2
    assert "SIAGA_CITY" in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_a_node_hears_its_own_answers_only(city: City, ingest: PahoSubscription) -> None:
    """Whatever it subscribes to, another node's ack and another node's readings never reach it."""
    node = city.link("kali").open(city.nodes, will_of("kali"))
    other = city.link("tugu").open(city.nodes, will_of("tugu"))
    for topic in ("#", "siaga/#", topics.ack(CITY, "tugu"), topics.ack(CITY, "kali")):
        node.link.subscribe(topic)
    node.run_for(0.1)
    publish(other, topics.readings(CITY, "tugu"))
    assert ingest.publish(topics.ack(CITY, "tugu"), b"for tugu")
    assert ingest.publish(topics.ack(CITY, "kali"), b"for kali")
    assert node.spin(lambda: node.all(Received))
    node.run_for(0.1)
    assert {event.payload for event in node.all(Received)} == {b"for kali"}


def test_a_will_cannot_speak_for_another_node(city: City, ingest: PahoSubscription) -> None:
    """The last will passes the same check as any message."""
    node = city.link("tugu").open(city.nodes, will_of("kali"))
    node.link.close(graceful=False)
    other = city.link("tugu").open(city.nodes, will_of("tugu"))
    other.link.close(graceful=False)
    (message,) = ingest.take(10, 5.0)
    assert message.topic == topics.status(CITY, "tugu")
    assert ingest.take(10, 0.2) == []


def test_a_node_cannot_take_over_another_session(city: City) -> None:
    """The client id that a node asks for does not count: on its listener it is the certificate's name."""
    victim = city.link("tugu").open(city.nodes, will_of("tugu"))
    thief = city.link("kali", client_id="tugu").open(city.nodes, will_of("kali"))
    victim.run_for(0.2)
    assert not victim.all(Disconnected)
    again = city.link("tugu", client_id="anything").open(city.nodes, will_of("tugu"))
    assert victim.spin(lambda: victim.all(Disconnected))
    thief.run_for(0.05)
    assert not thief.all(Disconnected)
    assert not again.all(Disconnected)


def test_no_certificate_no_connection(city: City) -> None:
    """Neither without one nor with one of another authority, on neither listener."""
    for address in (city.nodes, city.services):
        for tls in (None, city.tls["rogue"]):
            node = Linked(PahoLink("tugu", tls=tls, connect_timeout_s=2.0))
            node.link.open(address, will_of("tugu"))
            assert node.spin(lambda node=node: node.all(Disconnected))  # type: ignore[misc]
            assert not node.all(Connected)
            node.link.close(graceful=False)


# paho leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
def test_a_node_speaks_to_its_citys_broker_alone(city: City) -> None:
    """A server with another name, or with another authority's certificate, hears nothing of a node, nor its will."""
    for tls, host in ((city.tls["tugu"], "localhost"), (city.tls["rogue_trust"], LOOPBACK)):
        node = Linked(PahoLink("tugu", tls=tls, connect_timeout_s=2.0))
        node.link.open(BrokerAddress(host, city.nodes.port), will_of("tugu"))
        assert node.spin(lambda node=node: node.all(Disconnected))  # type: ignore[misc]
        assert not node.all(Connected)
        node.link.close(graceful=False)
    assert "as tugu" not in city.broker.log()


def test_a_connection_without_a_certificate_is_ended(city: City) -> None:
    """Somebody who trusts the city's CA and has no certificate is cut off before MQTT begins."""
    trusting = ssl.create_default_context(cafile=str(city.tls["tugu"].ca_file))
    for address in (city.nodes, city.services):
        answer = b""
        with (
            contextlib.suppress(OSError),
            socket.create_connection(address, timeout=2.0) as plain,
            trusting.wrap_socket(plain, server_hostname=LOOPBACK) as bare,
        ):
            bare.sendall(b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01x")
            answer = bare.recv(4)
        assert answer == b""


def test_nobody_comes_in_by_the_others_door(city: City) -> None:
    """A certificate is good on its own listener alone, a node's and a service's: among services a client id is free,
    and whoever came in with another's would throw it out."""
    victim = city.link("tugu").open(city.nodes, will_of("tugu"))
    for name, door in (("kali", city.services), ("ingest", city.nodes)):
        party = Linked(PahoLink("tugu", tls=city.tls[name], connect_timeout_s=2.0))
        party.link.open(door, will_of("tugu"))
        assert party.spin(lambda party=party: party.all(Disconnected))  # type: ignore[misc]
        assert not party.all(Connected)
        party.link.close(graceful=False)
    victim.run_for(0.1)
    assert not victim.all(Disconnected)


def test_a_message_over_the_wires_limit_is_not_carried(city: City, ingest: PahoSubscription) -> None:
    """64 KiB pass, more does not, and the services never see it."""
    node = city.link("tugu").open(city.nodes, will_of("tugu"))
    publish(node, topics.readings(CITY, "tugu"), b"x" * 65_536)
    assert heard(ingest, 5.0) == [(topics.readings(CITY, "tugu"), 65_536)]
    try_to_publish(node, topics.readings(CITY, "tugu"), b"x" * 65_537)
    assert heard(ingest) == []


def test_certificates_that_are_not_there_are_named(tmp_path: Path, certificates: dict[str, Tls]) -> None:
    """A sentence with the file, before anything is tried."""
    good = certificates["tugu"]
    with pytest.raises(BadInput, match=r"nowhere\.crt: the certificate file is not there"):
        PahoLink("tugu", tls=Tls(good.ca_file, tmp_path / "nowhere.crt", good.key_file)).open(
            BrokerAddress(LOOPBACK, 1), will_of("tugu")
        )
    with pytest.raises(BadInput, match="belong together"):
        PahoLink("tugu", tls=Tls(good.ca_file, good.cert_file, certificates["kali"].key_file)).open(
            BrokerAddress(LOOPBACK, 1), will_of("tugu")
        )


def test_the_alert_engine_may_ask_a_node_to_hurry_and_nothing_else(city: City, ingest: PahoSubscription) -> None:
    """No other service may, and no node may ask another."""
    node, other = city.link("kali"), city.link("tugu")
    node.open(city.nodes, will_of("kali")).link.subscribe(topics.every_command(CITY, "kali"))
    other.open(city.nodes, will_of("tugu"))
    hurry = topics.command(CITY, "kali", topics.BURST)
    try_to_publish(other, hurry, b"a node's")
    assert ingest.publish(hurry, b"another service's", qos=0)
    with contextlib.closing(
        PahoSubscription(
            [city.services], "siaga-alerts", alert_topics(CITY), rng=random.Random(1), clock=SystemClock(),
            tls=city.tls["alerts"],
        )
    ) as alerts:  # fmt: skip
        assert wait_until(lambda: alerts.connected)
        assert alerts.publish(topics.command(CITY, "kali", "restart"), b"never", qos=0)

        def heard() -> bool:
            return alerts.publish(hurry, b"the engine's", qos=0) and bool(node.all(Received))

        assert node.spin(heard)
    assert {event.payload for event in node.all(Received)} == {b"the engine's"}


def test_orders_to_a_siren_are_the_alert_engines_and_answers_the_nodes_own(
    city: City, ingest: PahoSubscription
) -> None:
    """No node sounds another's siren or answers for it, and no other service gives an order or hears the answer."""
    node, other = city.link("kali"), city.link("tugu")
    order = topics.command(CITY, "kali", topics.SIREN)
    answer = topics.command_result(CITY, "kali", topics.SIREN)
    node.open(city.nodes, will_of("kali")).link.subscribe(topics.every_command(CITY, "kali"))
    other.open(city.nodes, will_of("tugu")).link.subscribe(order)
    try_to_publish(other, order, b"a node's")
    try_to_publish(city.link("tugu").open(city.nodes, will_of("tugu")), answer, b"another node's")
    assert ingest.publish(order, b"another service's", qos=0)
    with contextlib.closing(
        PahoSubscription(
            [city.services], "siaga-alerts", alert_topics(CITY, sirens=True), rng=random.Random(1), clock=SystemClock(),
            tls=city.tls["alerts"],
        )
    ) as alerts:  # fmt: skip
        assert wait_until(lambda: alerts.connected)

        def ordered() -> bool:
            return alerts.publish(order, b"the engine's", qos=0) and bool(node.all(Received))

        assert node.spin(ordered)
        publish(node, answer, b"its own")
        got: list[bytes] = []

        def answered() -> bool:
            got.extend(one.payload for one in alerts.take(10, 0.1) if one.topic == answer)
            return bool(got)

        assert wait_until(answered)
        assert got == [b"its own"]
    assert {event.payload for event in node.all(Received)} == {b"the engine's"}
    assert other.all(Received) == []
    assert heard(ingest) == []


@pytest.mark.parametrize("protocol", ["3.1.1", "5"])
def test_the_canary_is_the_alert_engines_alone(city: City, ingest: PahoSubscription, protocol: Protocol) -> None:
    """alerts hears what it sent itself; a node and another service can neither send nor hear it."""
    with contextlib.closing(
        PahoSubscription(
            [city.services],
            "siaga-alerts",
            alert_topics(CITY),
            rng=random.Random(1),
            clock=SystemClock(),
            tls=city.tls["alerts"],
            protocol=protocol,
        )
    ) as alerts:
        assert wait_until(lambda: alerts.connected)
        node = city.link("tugu").open(city.nodes, will_of("tugu"))
        node.link.subscribe(topics.canary(CITY))
        try_to_publish(node, topics.canary(CITY), b"a node's")
        # Mosquitto 2.0.11 may end the connection of whoever is refused, so that comes last.
        assert ingest.publish(topics.ack(CITY, "tugu"), b"x")
        assert ingest.publish(topics.canary(CITY), b"another service's", qos=1)
        node.run_for(0.1)
        assert alerts.publish(topics.canary(CITY), b"its own", qos=1)
        got: list[tuple[bytes, bool]] = []

        def own() -> bool:
            taken = alerts.take(10, 0.1)
            got.extend((one.payload, bool(one.token)) for one in taken if one.topic == topics.canary(CITY))
            return bool(got)

        assert wait_until(own)
        assert got == [(b"its own", True)]
        assert not [one for one in node.all(Received) if one.topic == topics.canary(CITY)]
