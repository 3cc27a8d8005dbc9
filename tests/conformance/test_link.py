"""One suite for every way a node is connected. What an agent believes of a Link, each of them must keep."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from support.linked import CITY, Linked, will_of

from broker.link import PahoLink
from broker.ports import BrokerAddress, Connected, Disconnected, Published, Received
from contract import topics
from faults.parts.brokers import BROKERS, RunningBroker, free_port

READINGS = topics.readings(CITY, "tugu")
STATUS = topics.status(CITY, "tugu")


@dataclass
class Bench:
    """A broker and a way to make parties at it."""

    broker: RunningBroker
    link: Callable[[str], Linked]

    def node(self, name: str = "tugu") -> Linked:
        return self.link(name).open(self.broker.address, will_of(name))

    def listener(self, *filters: str) -> Linked:
        """Somebody else who listens."""
        other = self.node("other")
        for topic in filters:
            other.link.subscribe(topic)
        # A subscription has no event of its own: it stands once a message of ours comes back.
        numbers = itertools.count()

        def echoed() -> bool:
            other.link.publish(0, topics.ack(CITY, "other"), b"%d" % next(numbers), qos=0, retain=False)
            return any(event.topic == topics.ack(CITY, "other") for event in other.all(Received))

        other.link.subscribe(topics.ack(CITY, "other"))
        assert other.spin(echoed)
        return other


@pytest.fixture(params=sorted(BROKERS))
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    made: list[Linked] = []

    def link(name: str) -> Linked:
        made.append(Linked(PahoLink(name)))
        return made[-1]

    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(BROKERS[request.param]())
        yield Bench(broker, link)
        for one in made:
            one.link.close(graceful=True)


def payloads(party: Linked, topic: str) -> list[bytes]:
    return [event.payload for event in party.all(Received) if event.topic == topic]


def test_a_publish_is_confirmed_by_its_token_and_arrives(bench: Bench) -> None:
    """Published carries the caller's own token; the message reaches a subscriber unchanged."""
    other, node = bench.listener(READINGS), bench.node()
    assert node.link.publish(77, READINGS, b"hello", qos=1, retain=False)
    assert node.spin(lambda: node.all(Published))
    assert node.all(Published) == [Published(77)]
    assert other.spin(lambda: payloads(other, READINGS))
    assert payloads(other, READINGS) == [b"hello"]


def test_no_connection_no_publish(bench: Bench) -> None:
    """Without a connection a publish is refused, and nothing of it is sent later: the node owns its readings."""
    other = bench.listener(READINGS)
    node = bench.link("tugu")
    assert not node.link.publish(1, READINGS, b"too early", qos=1, retain=False)
    node.open(bench.broker.address, will_of("tugu"))
    assert node.link.publish(2, READINGS, b"now", qos=1, retain=False)
    assert other.spin(lambda: (node.run_for(0.01), payloads(other, READINGS))[1])
    assert payloads(other, READINGS) == [b"now"]


def test_nothing_of_an_earlier_connection_is_sent_on_a_later_one(bench: Bench) -> None:
    """What was handed over and not confirmed when the connection ended is forgotten; its token never comes."""
    other, node = bench.listener(READINGS), bench.node()
    node.link.close(graceful=False)
    assert not node.link.publish(1, READINGS, b"between", qos=1, retain=False)
    node.open(bench.broker.address, will_of("tugu"))
    assert node.link.publish(2, READINGS, b"after", qos=1, retain=False)
    assert node.spin(lambda: node.all(Published))
    assert node.all(Published) == [Published(2)]
    assert other.spin(lambda: payloads(other, READINGS))
    assert payloads(other, READINGS) == [b"after"]


def test_order_is_kept(bench: Bench) -> None:
    """Messages of one node on one topic arrive in the order in which they were handed over. One that the listener was
    slow to acknowledge may come again, after all of them."""
    other, node = bench.listener(READINGS), bench.node()
    for number in range(300):
        assert node.link.publish(number, READINGS, b"%d" % number, qos=1, retain=False)
    assert node.spin(lambda: len(node.all(Published)) == 300)
    assert other.spin(lambda: len(set(payloads(other, READINGS))) == 300)
    assert list(dict.fromkeys(payloads(other, READINGS))) == [b"%d" % number for number in range(300)]


def test_sixty_kilobytes(bench: Bench) -> None:
    """The wire's largest messages pass both ways unbroken."""
    other, node = bench.listener(READINGS), bench.node()
    large = bytes(range(256)) * 240
    assert node.link.publish(1, READINGS, large, qos=1, retain=False)
    assert node.spin(lambda: node.all(Published))
    assert other.spin(lambda: payloads(other, READINGS))
    assert payloads(other, READINGS) == [large]


def test_a_retained_message_waits_for_whoever_comes_later(bench: Bench) -> None:
    """A birth is there for a service that starts after the node."""
    node = bench.node()
    birth = topics.birth(CITY, "tugu")
    assert node.link.publish(1, birth, b"born", qos=1, retain=True)
    assert node.spin(lambda: node.all(Published))
    other = bench.listener(topics.every_node(CITY, "birth"))
    assert other.spin(lambda: payloads(other, birth))
    assert payloads(other, birth) == [b"born"]


def test_the_will_follows_an_ungraceful_end(bench: Bench) -> None:
    """A node that is gone without a word is reported by the broker."""
    other, node = bench.listener(STATUS), bench.node()
    node.link.close(graceful=False)
    assert other.spin(lambda: payloads(other, STATUS))
    assert payloads(other, STATUS) == [will_of("tugu").payload]


def test_no_will_after_a_goodbye(bench: Bench) -> None:
    """A graceful end says nothing by itself: what the node published last stands."""
    other, node = bench.listener(STATUS), bench.node()
    assert node.link.publish(1, STATUS, b"stopped", qos=1, retain=True)
    assert node.spin(lambda: node.all(Published))
    node.link.close(graceful=True)
    assert other.spin(lambda: payloads(other, STATUS))
    other.run_for(0.3)
    assert payloads(other, STATUS) == [b"stopped"]


def test_whoever_closes_hears_nothing_more(bench: Bench) -> None:
    """After close there is no socket to select on, and no event follows."""
    node = bench.node()
    node.events.clear()
    node.link.close(graceful=True)
    assert node.link.fileno() is None
    node.run_for(0.05)
    assert node.events == []


def test_a_broker_that_dies_is_noticed_and_one_that_returns_is_used(bench: Bench) -> None:
    """kill -9 of the broker ends in Disconnected; the same link connects to the next one."""
    node = bench.node()
    bench.broker.kill()
    assert node.spin(lambda: node.all(Disconnected))
    assert not node.link.publish(1, READINGS, b"x", qos=1, retain=False)
    bench.broker.start()
    node.open(bench.broker.address, will_of("tugu"))
    assert node.link.publish(2, READINGS, b"y", qos=1, retain=False)
    assert node.spin(lambda: Published(2) in node.events)


def test_a_second_party_of_the_same_name_takes_over(bench: Bench) -> None:
    """The newer connection lives; the older one hears that it has ended."""
    older, newer = bench.node(), bench.node()
    assert older.spin(lambda: older.all(Disconnected))
    assert newer.link.publish(1, READINGS, b"x", qos=1, retain=False)
    assert newer.spin(lambda: newer.all(Published))


def test_nobody_listens(bench: Bench) -> None:
    """A port where nobody listens is a Disconnected with a sentence, as often as it is tried, and costs no thread."""
    node = bench.link("tugu")
    nobody = BrokerAddress("127.0.0.1", free_port())
    threads = threading.active_count()
    for attempt in range(1, 21):
        node.link.open(nobody, will_of("tugu"))
        assert node.spin(lambda attempt=attempt: len(node.all(Disconnected)) == attempt)  # type: ignore[misc]
    assert all(event.reason for event in node.all(Disconnected))
    assert not node.all(Connected)
    assert threading.active_count() <= threads
    node.open(bench.broker.address, will_of("tugu"))


def test_open_never_waits(bench: Bench) -> None:
    """Opening again before anything came of it neither blocks nor connects twice."""
    node = bench.link("tugu")
    node.link.open(bench.broker.address, will_of("tugu"))
    assert not node.link.publish(1, READINGS, b"x", qos=1, retain=False)
    node.open(bench.broker.address, will_of("tugu"))
    node.run_for(0.2)
    assert len(node.all(Connected)) == 1
