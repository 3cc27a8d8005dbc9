"""The canary on every broker it may meet: what it proves, and what does not pass for it."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator

import pytest

from alerts.canary import Canary
from broker.ports import Incoming
from broker.subscription import PahoSubscription, Protocol, alert_topics
from contract import topics
from contract.clock import SECOND_US, ManualClock, SystemClock
from contract.codec import encode
from contract.messages import Canary as Message
from faults.parts.brokers import BROKERS, RunningBroker, wait_until

CITY = "contoh"
REACH_US = 300 * SECOND_US
WAYS: tuple[tuple[str, Protocol], ...] = (("nats", "3.1.1"), ("mosquitto", "3.1.1"), ("mosquitto", "5"))


@pytest.fixture(params=WAYS, ids="-".join)
def reader(request: pytest.FixtureRequest) -> Iterator[PahoSubscription]:
    name, protocol = request.param
    with BROKERS[name]() as broker, contextlib.closing(subscribed(broker, protocol)) as made:
        yield made


def subscribed(broker: RunningBroker, protocol: Protocol = "3.1.1") -> PahoSubscription:
    made = PahoSubscription(
        [broker.address], "alerts", alert_topics(CITY), rng=random.Random(1), clock=SystemClock(), protocol=protocol,
        backoff_cap_s=0.2,
    )  # fmt: skip
    assert wait_until(lambda: made.connected)
    return made


def next_message(reader: PahoSubscription) -> Incoming:
    got: list[Incoming] = []
    assert wait_until(lambda: (got.extend(reader.take(1, 0.1)), bool(got))[1])
    reader.done(got)
    return got[0]


def test_it_comes_home_as_the_readings_come(reader: PahoSubscription) -> None:
    """Sent and heard over the same connection, confirmed (QoS 1) like a reading, with the time it was sent."""
    clock = ManualClock()
    canary = Canary(CITY, "satu", reader, clock, REACH_US)
    canary.fly()
    sent_us = clock.now_us()
    clock.advance(2)
    canary.fly()  # not due yet
    message = next_message(reader)
    assert message.token
    assert canary.home(message) == sent_us
    clock.advance(5)
    canary.fly()
    assert canary.home(next_message(reader)) == clock.now_us()


def test_only_its_own_is_believed(reader: PahoSubscription) -> None:
    """Another engine's canary proves that engine's way, and what cannot be read proves nothing."""
    canary = Canary(CITY, "satu", reader, ManualClock(), REACH_US)
    for payload in (encode(Message(sender="dua", sent_us=1)), b"{}", b"\xff"):
        assert reader.publish(topics.canary(CITY), payload, qos=1)
        assert canary.home(next_message(reader)) is None


def test_its_absence_is_noticed_and_its_return(reader: PahoSubscription) -> None:
    """Out for longer than the way may go unproven: the platform's trouble, until one comes home."""
    clock = ManualClock()
    canary = Canary(CITY, "satu", reader, clock, REACH_US)
    canary.fly()
    message = next_message(reader)
    clock.advance(REACH_US / SECOND_US + 1)
    canary.fly()
    assert canary.missing
    assert canary.home(message) is not None
    assert not canary.missing


def test_no_node_can_wear_its_feathers() -> None:
    """Its topic is no node's: not by id, not by wildcard, and whoever reads nodes does not know it."""
    topic = topics.canary(CITY)
    node = topic.split("/")[3]
    assert not topics.valid_id(node)
    assert topics.parse(topic) is None
    assert all(topic.rsplit("/", 1)[1] != leaf for leaf in (*topics.UP, *topics.DOWN))
    with pytest.raises(ValueError, match="cannot stand in a topic"):
        topics.canary("+")
