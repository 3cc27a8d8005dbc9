"""A broker that stands still with its sockets open: found out by the keep-alive, and left."""

from __future__ import annotations

import contextlib
import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.linked import CITY, Linked, will_of

from broker.embedded import EmbeddedBroker
from broker.link import PahoLink
from broker.ports import Disconnected
from broker.subscription import PahoSubscription, service_topics
from contract.clock import SECOND_US, SystemClock
from faults.parts.brokers import free_port, wait_until

KEEPALIVE_S = 4
LOOK_S = 0.7
"""how long a loop may take to look"""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    server = EmbeddedBroker(tmp_path, port=free_port(), clock=SystemClock())
    server.start()
    try:
        yield server
    finally:
        _send(server, signal.SIGCONT)
        server.stop()


def _send(server: EmbeddedBroker, number: int) -> None:
    if server.pid is not None:
        os.kill(server.pid, number)


def test_a_node_leaves_a_broker_that_is_silent(broker: EmbeddedBroker) -> None:
    """Within 1.5 times the keep-alive, although everything it sends is taken by the kernel."""
    clock = SystemClock()
    node = Linked(PahoLink("tugu", keepalive_s=KEEPALIVE_S)).open(broker.address, will_of("tugu"))
    try:
        node.run_for(0.5)
        _send(broker, signal.SIGSTOP)
        began_us = clock.mono_us()
        assert node.spin(lambda: node.all(Disconnected), 4 * KEEPALIVE_S)
        took_s = (clock.mono_us() - began_us) / SECOND_US
    finally:
        node.link.close(graceful=False)
    assert took_s <= 1.5 * KEEPALIVE_S + LOOK_S


def test_a_service_leaves_a_broker_that_is_silent_and_comes_back(broker: EmbeddedBroker) -> None:
    """Within 1.5 times the keep-alive it is no longer connected; when the broker goes on, it is again."""
    clock = SystemClock()
    service = PahoSubscription(
        [broker.address],
        "ingest",
        service_topics(CITY),
        rng=random.Random(1),
        clock=clock,
        keepalive_s=KEEPALIVE_S,
        connect_timeout_s=1.0,
        backoff_cap_s=0.2,
    )
    with contextlib.closing(service):
        assert wait_until(lambda: service.connected)
        _send(broker, signal.SIGSTOP)
        began_us = clock.mono_us()
        assert wait_until(lambda: not service.connected, 4 * KEEPALIVE_S)
        took_s = (clock.mono_us() - began_us) / SECOND_US
        assert took_s <= 1.5 * KEEPALIVE_S + LOOK_S
        _send(broker, signal.SIGCONT)
        assert wait_until(lambda: service.connected)
