"""The city's broker as configured, with the certificates that the script makes, on the real Mosquitto."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broker.subscription import PahoSubscription
from contract import topics
from contract.clock import SystemClock
from faults.parts.brokers import wait_until
from faults.parts.city_broker import NODES, SERVICES, city_broker, identity, make_secrets

CITY, NODE, OTHER = "yogyakarta", "jog-gauge-01", "jog-gauge-02"
Connect = Callable[[str, str, str], PahoSubscription]


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Connect]:
    """(party, listener, topic it reads) -> its session. The configuration is the city's; only places are others."""
    secrets = make_secrets(tmp_path / "secrets", (NODE, OTHER))
    opened: list[PahoSubscription] = []
    with city_broker(tmp_path / "broker", secrets) as broker:

        def session(party: str, listener: str, topic: str) -> PahoSubscription:
            one = PahoSubscription(
                [broker.address(listener)],
                party,
                [(topic, 1)],
                tls=identity(secrets, party),
                rng=random.Random(1),
                clock=SystemClock(),
            )
            opened.append(one)
            assert wait_until(lambda: one.connected)
            return one

        try:
            yield session
        finally:
            for one in opened:
                one.close()


def test_a_node_reaches_ingest_and_only_as_itself(connect: Connect) -> None:
    """What a node sends under its own name arrives; what it sends as another does not; the answer comes back."""
    ingest = connect("ingest", SERVICES, topics.every_node(CITY, "readings"))
    node = connect(NODE, NODES, topics.ack(CITY, NODE))
    intruder = connect(OTHER, NODES, topics.ack(CITY, OTHER))
    # Mosquitto 2.0.11 also drops an intruder's connection when queues are unbounded; later ones only the message.
    assert intruder.publish(topics.readings(CITY, NODE), b"forged", qos=1)
    assert not ingest.take(1, 1.0)
    assert node.publish(topics.readings(CITY, NODE), b"own", qos=1)
    messages = [*ingest.take(1, 10.0)]
    assert [(message.topic, message.payload) for message in messages] == [(topics.readings(CITY, NODE), b"own")]
    ingest.done(messages)
    assert ingest.publish(topics.ack(CITY, NODE), b"stored", qos=0)
    assert [message.payload for message in node.take(1, 10.0)] == [b"stored"]


def test_a_node_hears_no_other(connect: Connect) -> None:
    """A node that asks for another's acks hears nothing of them, and gets its own."""
    ingest = connect("ingest", SERVICES, topics.every_node(CITY, "readings"))
    curious = connect(NODE, NODES, topics.every_node(CITY, "ack"))
    assert ingest.publish(topics.ack(CITY, OTHER), b"not yours", qos=0)
    assert ingest.publish(topics.ack(CITY, NODE), b"yours", qos=0)
    assert [message.payload for message in curious.take(1, 10.0)] == [b"yours"]
