"""A command's own way to the sirens that hang on nodes, beside the alert engine's."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

from alerts.sirens.nodes import Nodes
from broker.ports import Subscription
from broker.subscription import PahoSubscription
from contract import topics
from contract.city import Profile
from contract.clock import SECOND_US, Clock
from contract.errors import Unavailable
from siaga import wiring
from siaga.settings import Settings

_LOOK_S = 0.05


@contextmanager
def way_to_nodes(settings: Settings, city: Profile, clock: Clock, *, connect_s: float = 10.0) -> Iterator[Nodes | None]:
    """None where no siren hangs on a node. Raises Unavailable where the broker is not reached."""
    file = wiring.siren_file(settings, city)
    if file is None or not file.hang_on_nodes:
        yield None
        return
    source = PahoSubscription(
        wiring.brokers(settings),
        f"siaga-sirens-{settings.city}-{os.getpid()}",
        ((topics.every_siren_answer(city.code), 1),),
        tls=wiring.tls(settings),
        protocol=settings.broker_protocol,
        session_s=0,
        keepalive_s=settings.broker_keepalive_s,
        rng=random.Random(),  # noqa: S311  jitter, no secret
        clock=clock,
    )
    with closing(source):
        nodes, end = Nodes(city.code, source), threading.Event()
        thread = threading.Thread(target=_bring, args=(source, nodes, end), name="siren answers")
        thread.start()
        try:
            _wait_for(source, clock, end, connect_s)
            yield nodes
        finally:
            end.set()
            thread.join()


def _wait_for(source: Subscription, clock: Clock, end: threading.Event, connect_s: float) -> None:
    until_us = clock.mono_us() + round(connect_s * SECOND_US)
    while not source.connected:
        if clock.mono_us() > until_us:
            raise Unavailable("the broker was not reached; siaga doctor says more")
        end.wait(_LOOK_S)


def _bring(source: Subscription, nodes: Nodes, end: threading.Event) -> None:
    while not end.is_set():
        messages = source.take(10, _LOOK_S)
        for message in messages:
            nodes.heard(message)
        source.done(messages)
