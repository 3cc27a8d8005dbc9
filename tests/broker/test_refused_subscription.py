"""A broker that refuses a subscription (SUBACK 128): the connection is there and nothing would ever come over it."""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from support.linked import CITY

from broker.embedded import HOST, program
from broker.handshake import answers
from broker.ports import BrokerAddress
from broker.subscription import PahoSubscription, service_topics
from contract.clock import SystemClock
from faults.parts.brokers import free_port, wait_until

CONFIG = """
server_name: test
listen: "127.0.0.1:-1"
jetstream {{ store_dir: "{folder}" }}
authorization {{ users: [ {{ user: nobody, password: "only-for-tests", permissions: {{ {permissions} }} }} ] }}
mqtt {{ listen: "127.0.0.1:{port}", no_auth_user: nobody }}
"""
DENIED, GRANTED = 'subscribe: { deny: ["siaga.>"] }', 'subscribe: { allow: [">"] }'


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[tuple[BrokerAddress, Callable[[str], None]]]:
    """A broker that lets nobody read the city's topics, and how to give it other rights while it runs."""
    address = BrokerAddress(HOST, free_port())
    config = tmp_path / "nats.conf"

    def write(permissions: str) -> None:
        config.write_text(CONFIG.format(folder=tmp_path, port=address.port, permissions=permissions))

    write(DENIED)
    with subprocess.Popen(
        [str(program()), "--config", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:

        def change(permissions: str) -> None:
            write(permissions)
            process.send_signal(signal.SIGHUP)

        try:
            assert wait_until(lambda: answers(address, timeout_s=1.0))
            yield address, change
        finally:
            process.kill()


def test_refused_is_not_connected_and_heals_when_the_right_is_given(
    strict: tuple[BrokerAddress, Callable[[str], None]],
) -> None:
    """It does not pass for connected, is said once however often it is tried, and needs no restart to heal."""
    address, change = strict
    with structlog.testing.capture_logs() as said:
        service = PahoSubscription(
            [address],
            "ingest",
            service_topics(CITY),
            rng=random.Random(1),
            clock=SystemClock(),
            backoff_s=0.05,
            backoff_cap_s=0.2,
        )
        with contextlib.closing(service):
            assert wait_until(lambda: any(line["event"] == "subscription.down" for line in said))
            # Time for several attempts.
            assert not wait_until(lambda: service.connected, 1.5)
            down = [line for line in said if line["event"] == "subscription.down"]
            assert len(down) == 1
            assert "refuses the subscription" in str(down[0]["why"])
            change(GRANTED)
            assert wait_until(lambda: service.connected)
    assert [line["event"] for line in said if line["event"].startswith("subscription.")][-1] == "subscription.up"
