"""A service that has tried in vain for long is soon back when the broker is."""

from __future__ import annotations

import random
from contextlib import closing

from broker.ports import BrokerAddress
from broker.subscription import PahoSubscription
from contract.clock import SystemClock
from edge.outbound import Transport
from faults.parts.brokers import free_port, wait_until


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
