"""A broker and an alert engine's way to it, for tests of the process."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support import alerting, watch
from support.alerting import Stores

from broker.subscription import PahoSubscription
from faults.parts.brokers import RunningBroker, nats, wait_until


@pytest.fixture(scope="module")
def broker() -> Iterator[RunningBroker]:
    """One for all tests of a file."""
    with nats() as running:
        yield running


@pytest.fixture
def reader(broker: RunningBroker) -> Iterator[PahoSubscription]:
    """A subscription of one's own, connected."""
    with closing(alerting.subscription(broker.address, f"reader-{random.randrange(10**9)}")) as made:
        assert wait_until(lambda: made.connected)
        yield made


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """The small city's, as of the beginning of its stories."""
    with closing(Stores(tmp_path)) as made:
        made.cities.put_profile(watch.profile(), watch.START_US)
        yield made
