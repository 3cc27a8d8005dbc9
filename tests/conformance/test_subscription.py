"""One suite for a service's reader, on every broker and protocol it may meet."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from support.linked import CITY, Linked, will_of

from broker.link import PahoLink
from broker.ports import Incoming, Published, Received
from broker.subscription import PahoSubscription, Protocol, service_topics
from contract import topics
from contract.clock import SystemClock
from faults.parts.brokers import BROKERS, RunningBroker, wait_until

READINGS = topics.readings(CITY, "tugu")
WAYS: tuple[tuple[str, Protocol], ...] = (("nats", "3.1.1"), ("mosquitto", "3.1.1"), ("mosquitto", "5"))


@dataclass
class Bench:
    """A broker, readers at it, and a node."""

    broker: RunningBroker
    reader: Callable[..., PahoSubscription]
    node: Callable[[], Linked]


@pytest.fixture(params=WAYS, ids="-".join)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    name, protocol = request.param
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(BROKERS[name]())

        def reader(client_id: str = "service", *, queue: int = 2_000, window: int = 200) -> PahoSubscription:
            made = PahoSubscription(
                [broker.address],
                client_id,
                service_topics(CITY),
                rng=random.Random(1),
                clock=SystemClock(),
                protocol=protocol,
                queue=queue,
                window=window,
                backoff_cap_s=0.2,
            )
            stack.callback(made.close)
            assert wait_until(lambda: made.connected)
            return made

        def node() -> Linked:
            made = Linked(PahoLink("tugu"))
            stack.callback(made.link.close, graceful=True)
            return made.open(broker.address, will_of("tugu"))

        yield Bench(broker, reader, node)


def send(node: Linked, payloads: list[bytes], *, topic: str = READINGS, retain: bool = False) -> None:
    """Publish and see all of it confirmed."""
    before = len(node.all(Published))
    for number, payload in enumerate(payloads):
        assert node.link.publish(number, topic, payload, qos=1, retain=retain)
    assert node.spin(lambda: len(node.all(Published)) == before + len(payloads))


def receive(reader: PahoSubscription, count: int, *, timeout_s: float = 10.0) -> list[Incoming]:
    """Take until `count` messages are there; nothing is acknowledged."""
    got: list[Incoming] = []
    wait_until(lambda: (got.extend(reader.take(count, 0.05)), len(got) >= count)[1], timeout_s)
    return got


def said(messages: list[Incoming]) -> list[bytes]:
    return [message.payload for message in messages]


def test_messages_come_in_order_and_whole(bench: Bench) -> None:
    """What a node publishes is taken in its order, byte for byte, with its topic."""
    reader, node = bench.reader(), bench.node()
    sent = [b"%d" % number for number in range(200)] + [bytes(range(256)) * 240]
    send(node, sent)
    got: list[Incoming] = []
    while len(got) < len(sent) and (taken := receive(reader, 1)):
        reader.done(taken)
        got += taken
    assert said(got) == sent
    assert {message.topic for message in got} == {READINGS}


def test_what_was_not_acknowledged_comes_again_to_the_next_life(bench: Bench) -> None:
    """A reader that dies after `take` and before `done` is given the same messages again."""
    reader, node = bench.reader(), bench.node()
    send(node, [b"%d" % number for number in range(50)])
    got = receive(reader, 50)
    reader.done(got[:20])
    reader.close()
    owed = {b"%d" % number for number in range(20, 50)}
    later, again = bench.reader(), set[bytes]()
    assert wait_until(lambda: (again.update(said(list(later.take(50, 0.05)))), again >= owed)[1])


def test_what_is_done_does_not_come_again(bench: Bench) -> None:
    """Once the broker has heard of it, a message acknowledged is never seen again."""
    reader, node = bench.reader(), bench.node()
    send(node, [b"%d" % number for number in range(10)])
    node.link.subscribe(topics.ack(CITY, "tugu"))
    node.run_for(0.05)
    reader.done(receive(reader, 10))
    assert reader.publish(topics.ack(CITY, "tugu"), b"done")
    assert node.spin(lambda: node.all(Received))  # the broker reads in order: it has the acknowledgements too
    send(node, [b"last"])
    receive(reader, 1)
    reader.close()
    assert set(said(receive(bench.reader(), 1))) == {b"last"}


def test_a_session_keeps_what_came_while_the_reader_was_away(bench: Bench) -> None:
    """Messages published between two lives of a service wait for it."""
    bench.reader().close()
    node = bench.node()
    send(node, [b"%d" % number for number in range(100)])
    reader = bench.reader()
    got = receive(reader, 100)
    reader.done(got)
    assert said(got) == [b"%d" % number for number in range(100)]


def test_a_retained_birth_reaches_a_reader_that_starts_later(bench: Bench) -> None:
    """It is marked as retained, so that nobody takes it for news."""
    node = bench.node()
    send(node, [b"born"], topic=topics.birth(CITY, "tugu"), retain=True)
    (birth,) = receive(bench.reader(), 1)
    assert (birth.payload, birth.retain) == (b"born", True)


def test_a_broker_killed_and_started_again_is_found_again(bench: Bench) -> None:
    """The reader connects and subscribes again by itself; acknowledgements of the old connection harm nothing."""
    reader, node = bench.reader(), bench.node()
    send(node, [b"before"])
    before = receive(reader, 1)
    bench.broker.kill()
    assert wait_until(lambda: not reader.connected)
    assert not reader.publish(topics.ack(CITY, "tugu"), b"x")
    bench.broker.start()
    assert wait_until(lambda: reader.connected)
    reader.done(before)
    node.open(bench.broker.address, will_of("tugu"))
    send(node, [b"after"])
    assert wait_until(lambda: b"after" in said(list(reader.take(10, 0.1))))


def test_a_full_queue_holds_the_broker_back_and_loses_nothing(bench: Bench) -> None:
    """With a consumer that does not take, no more than the queue and one read's worth is held; all arrives later."""
    reader, node = bench.reader(queue=20, window=50), bench.node()
    sent = [b"%d" % number + b" " * 5_000 for number in range(400)]
    send(node, sent)
    got: list[Incoming] = []

    def drained() -> bool:
        taken = reader.take(1_000, 0.05)
        assert len(taken) <= 20
        got.extend(taken)
        reader.done(taken)
        return len({message.payload for message in got}) == len(sent)

    assert wait_until(drained, 20.0)
    first = list(dict.fromkeys(said(got)))
    assert first == sent


def test_an_answer_reaches_the_node(bench: Bench) -> None:
    """What a service publishes down arrives at the node that subscribed."""
    reader, node = bench.reader(), bench.node()
    answer = topics.ack(CITY, "tugu")
    node.link.subscribe(answer)
    assert node.spin(lambda: (reader.publish(answer, b"stored"), len(node.events) > 1)[1])


def test_the_will_of_a_node_reaches_the_service(bench: Bench) -> None:
    """A node that is gone without a word is news for the services."""
    reader, node = bench.reader(), bench.node()
    node.link.close(graceful=False)
    (gone,) = receive(reader, 1)
    assert (gone.topic, gone.payload) == (topics.status(CITY, "tugu"), will_of("tugu").payload)


def test_take_does_not_wait_longer_than_told(bench: Bench) -> None:
    """Where nothing comes, nothing is returned, soon."""
    reader, clock = bench.reader(), SystemClock()
    began_us = clock.mono_us()
    assert reader.take(10, 0.05) == []
    assert clock.mono_us() - began_us < 1_000_000


def test_close_ends_at_once_and_twice(bench: Bench) -> None:
    """A closed reader gives nothing, takes nothing, and may be closed again."""
    reader = bench.reader()
    clock = SystemClock()
    began_us = clock.mono_us()
    reader.close()
    reader.close()
    assert clock.mono_us() - began_us < 2_000_000
    assert not reader.connected
    assert not reader.publish(READINGS, b"x")
    assert reader.take(1, 1.0) == []
