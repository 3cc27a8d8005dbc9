"""An engine that starts while the readings' store takes its time: what comes in now is judged now."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support import alerting, watch
from support.alerting import Stores

from broker.subscription import PahoSubscription
from contract.clock import MINUTE_US, SystemClock
from faults.parts.brokers import wait_until
from store.ports import ReadingStore, Row

CLOCK = SystemClock()


class Slow:
    """A readings store that answers those who catch up when the test lets it."""

    def __init__(self, store: ReadingStore) -> None:
        self._store = store
        self.answers = threading.Event()
        self.asked = threading.Event()

    def received_since(self, city: str, received_us: int, *, limit: int = 10_000) -> Sequence[Row]:
        self.asked.set()
        assert self.answers.wait(30)
        return self._store.received_since(city, received_us, limit=limit)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    with closing(Stores(tmp_path)) as made:
        made.cities.put_profile(watch.profile(), CLOCK.now_us())
        yield made


def test_a_flood_is_opened_while_the_store_has_not_answered_yet(stores: Stores, reader: PahoSubscription) -> None:
    """The engine leads, keeps its lease and opens the flood that comes by the broker; what was missed is judged once
    the store has told it."""
    slow = Slow(stores.readings)
    stores.readings = slow  # type: ignore[assignment]
    now_us = CLOCK.now_us()
    for number in range(1, 4):
        at_us = now_us - MINUTE_US + number * 1_000_000
        slow.write([alerting.row(number, at_us, 90.0, node="code-hilir")])
    engine = alerting.process(stores, reader)
    stop = threading.Event()
    thread = threading.Thread(target=engine.run, args=(stop,))
    thread.start()
    try:
        assert wait_until(lambda: engine.leading and slow.asked.is_set())
        seq = 0

        def opened(node: str) -> bool:
            nonlocal seq
            seq += 1
            topic, payload = alerting.batch(seq, CLOCK.now_us(), 90.0)
            reader.publish(topic, payload, qos=1)
            return any(one.node == node for one in stores.cities.open_incidents(watch.CITY))

        assert wait_until(lambda: opened(alerting.GAUGE), every_s=0.1)
        assert engine.facts()["catching_up"]
        assert engine.leading
        slow.answers.set()
        assert wait_until(lambda: not engine.facts()["catching_up"])
    finally:
        slow.answers.set()
        stop.set()
        thread.join()


def test_an_engine_ends_while_the_store_has_not_answered_yet(stores: Stores, reader: PahoSubscription) -> None:
    """SIGTERM does not wait for half a minute."""
    slow = Slow(stores.readings)
    stores.readings = slow  # type: ignore[assignment]
    engine = alerting.process(stores, reader)
    stop = threading.Event()
    thread = threading.Thread(target=engine.run, args=(stop,))
    thread.start()
    try:
        assert wait_until(lambda: engine.leading and slow.asked.is_set())
        stop.set()
        thread.join(5)
        assert not thread.is_alive()
    finally:
        slow.answers.set()
        stop.set()
        thread.join()
