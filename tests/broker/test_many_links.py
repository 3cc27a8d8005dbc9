"""One process carries a thousand nodes."""

from __future__ import annotations

import itertools
import resource
import selectors
import threading

import pytest
from support.linked import CITY, will_of

from broker.link import PahoLink
from broker.ports import Connected, Published
from contract import topics
from contract.clock import SECOND_US, SystemClock
from faults.parts.brokers import nats

LINKS = 1_000


@pytest.mark.slow
def test_a_thousand_links_in_one_loop() -> None:
    """All connect and all publish, from one thread and one selector; no thread is left when they have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 4 * LINKS:
        pytest.skip("this machine allows too few open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4 * LINKS), hard))
    clock, threads = SystemClock(), threading.active_count()
    links = {f"n{number}": PahoLink(f"n{number}", connect_timeout_s=20.0) for number in range(LINKS)}
    connected, published = set[str](), set[str]()
    with nats() as broker, selectors.DefaultSelector() as selector:
        watched: dict[str, int] = {}
        waiting = iter(links.items())
        until_us = clock.mono_us() + 60 * SECOND_US
        while len(published) < LINKS and clock.mono_us() < until_us:
            for node, link in itertools.islice(waiting, 50):
                link.open(broker.address, will_of(node))
            for key, _ in selector.select(0.01):
                links[key.data].readable()
            for node, link in links.items():
                link.housekeep(clock.mono_us())
                number = link.fileno()
                if number is not None and node not in watched:
                    watched[node] = number
                    selector.register(number, selectors.EVENT_READ, node)
                for event in link.events():
                    if isinstance(event, Connected):
                        connected.add(node)
                        assert link.publish(1, topics.readings(CITY, node), b"x", qos=1, retain=False)
                    elif isinstance(event, Published):
                        published.add(node)
        assert len(connected) == LINKS
        assert len(published) == LINKS
        for number in watched.values():
            selector.unregister(number)
        for link in links.values():
            link.close(graceful=True)
    assert threading.active_count() <= threads
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
