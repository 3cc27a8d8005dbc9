"""A service that has tried in vain for long is soon back when the broker is."""

from __future__ import annotations

import random
from contextlib import closing

from broker.ports import BrokerAddress
from broker.subscription import PahoSubscription
from contract.clock import SystemClock
from edge.outbound import Transport
from faults.parts.brokers import free_port, mosquitto, wait_until
from faults.parts.tcp_proxy import tcp_proxy


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


def test_a_service_that_is_far_behind_still_gets_its_connection_back() -> None:
    """Its queue is full and nobody takes from it: the broker's answers to a new connection are read all the same."""
    clock, topic = SystemClock(), "siaga/v1/contoh/tugu/readings"
    with (
        mosquitto() as broker,
        tcp_proxy(broker.address, clock, random.Random(1)) as proxy,
        closing(
            PahoSubscription(
                [proxy.address],
                "siaga-ingest-contoh",
                [(topic, 1)],
                rng=random.Random(1),
                clock=clock,
                queue=3,
                keepalive_s=3,
            )
        ) as behind,
        closing(
            PahoSubscription([broker.address], "sender", [("siaga/none", 1)], rng=random.Random(1), clock=clock)
        ) as sender,
    ):
        assert wait_until(lambda: behind.connected and sender.connected)
        for number in range(20):
            assert sender.publish(topic, str(number).encode(), qos=1)
        assert behind.take(1, 10.0)
        assert wait_until(lambda: len(behind._waiting) >= 3)
        assert wait_until(lambda: len(proxy.callers()) == 2), "what it leaves unread makes it give up"
        assert wait_until(lambda: behind.connected, 4.0)
