"""A service that has tried in vain for long is soon back when the broker is."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing, contextmanager

from broker.ports import BrokerAddress
from broker.subscription import PahoSubscription
from contract.clock import SystemClock
from edge.outbound import Transport
from faults.parts.brokers import free_port, mosquitto, wait_until
from faults.parts.tcp_proxy import TcpProxy, tcp_proxy

TOPIC = "siaga/v1/contoh/tugu/readings"
KEEPALIVE_S = 3


class _Impatient(random.Random):
    """Waits never, and remembers how long it might have."""

    def __init__(self) -> None:
        super().__init__(1)
        self.bounds_s: list[float] = []

    def uniform(self, a: float, b: float) -> float:
        self.bounds_s.append(b)
        return a


def test_a_service_never_waits_longer_than_a_node_waits_for_its_answer() -> None:
    """After an outage the nodes come, say who they are and wait a moment for ingest. Readings sent to a broker that
    forgot its sessions, before ingest is there, are heard by nobody and come late."""
    rng = _Impatient()
    nobody = BrokerAddress("127.0.0.1", free_port())
    with closing(PahoSubscription([nobody], "siaga-ingest-contoh", [("siaga/#", 1)], rng=rng, clock=SystemClock())):
        assert wait_until(lambda: len(rng.bounds_s) >= 10)
    assert rng.bounds_s == sorted(rng.bounds_s), "each wait may be longer than the one before"
    assert max(rng.bounds_s) <= Transport().birth_wait_s


@contextmanager
def far_behind(clock: SystemClock) -> Iterator[tuple[TcpProxy, PahoSubscription, PahoSubscription]]:
    """A service with room for three messages behind a proxy, and who sends to it."""
    with (
        mosquitto() as broker,
        tcp_proxy(broker.address, clock, random.Random(1)) as proxy,
        closing(
            PahoSubscription(
                [proxy.address],
                "siaga-ingest-contoh",
                [(TOPIC, 1)],
                rng=random.Random(1),
                clock=clock,
                queue=3,
                keepalive_s=KEEPALIVE_S,
            )
        ) as behind,
        closing(
            PahoSubscription([broker.address], "sender", [("siaga/none", 1)], rng=random.Random(1), clock=clock)
        ) as sender,
    ):
        assert wait_until(lambda: behind.connected and sender.connected)
        yield proxy, behind, sender


def test_a_service_that_is_far_behind_still_gets_its_connection_back() -> None:
    """Its queue is full and nobody takes from it: the broker's answers to a new connection are read all the same."""
    with far_behind(SystemClock()) as (proxy, behind, sender):
        for number in range(20):
            assert sender.publish(TOPIC, str(number).encode(), qos=1)
        assert behind.take(1, 10.0)
        assert wait_until(lambda: len(behind._waiting) >= 3)
        proxy.reset_all()
        assert wait_until(lambda: len(proxy.callers()) == 2)
        assert wait_until(lambda: behind.connected, 4.0)


def test_a_service_that_is_far_behind_keeps_its_connection() -> None:
    """Megabytes lie unread between it and the broker's answers to its pings, for three times as long as a keep-alive
    allows: it neither gives up nor is given up, and in the end it has each message once."""
    number = 200
    with far_behind(SystemClock()) as (proxy, behind, sender):
        for sent in range(number):
            assert sender.publish(TOPIC, sent.to_bytes(2, "big").rjust(60_000), qos=1)
        assert wait_until(lambda: len(behind._waiting) >= 3)
        assert not wait_until(lambda: len(proxy.callers()) > 1 or not behind.connected, 3 * 1.5 * KEEPALIVE_S)
        got = list[int]()
        while len(got) < number and (taken := behind.take(10, 10.0)):
            got += [int.from_bytes(one.payload[-2:], "big") for one in taken]
            behind.done(taken)
        assert got == list(range(number))
        assert len(proxy.callers()) == 1
