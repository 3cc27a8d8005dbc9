"""A city whose store is away answers nothing, and yet somebody listens: alerts, at the same broker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.lossy_city import CITY, NODE, Pole

from contract import codec, topics
from contract.kinds import FloodValues
from contract.messages import Readings
from edge.actions import Publish
from edge.outbound import Transport
from edge.ports import SensorInfo

WINDOW = 4


@pytest.fixture
def pole(tmp_path: Path) -> Iterator[Pole]:
    """Connected and greeted."""
    transport = Transport(window_batches=WINDOW, batch_readings=10)
    made = Pole(tmp_path / "spool.db", [SensorInfo("level", "flood", 300.0)], transport=transport)
    made.step()
    made.dial()
    made.step()
    made.carry()
    yield made
    made.close()


def measure(pole: Pole, cm: float) -> list[Publish]:
    """One level, committed with its group; returns what is said then."""
    pole.agent.observe("level", FloodValues(level_cm=cm), pole.at)
    pole.advance(1.1)
    return pole.step()


def heard(published: list[Publish]) -> set[int]:
    topic = topics.readings(CITY, NODE)
    return {
        reading.seq
        for one in published
        if one.topic == topic
        for reading in codec.decode(Readings, one.payload).readings
    }


def test_every_new_level_is_heard_for_as_long_as_nobody_answers(pole: Pole) -> None:
    """Five hours without an answer: each level is said when it is measured, and no more batches wait than the window
    holds; then all are kept, each once."""
    for number in range(1, 61):
        said = measure(pole, 30.0 + number % 7)
        pole.carry(lose=1.0)
        assert number in heard([*said, *pole.step()]), number
        pole.carry(lose=1.0)
        assert len(pole.agent._outbound.batches) <= WINDOW
        pole.advance(298.9)
    pole.live(400)
    ledger = pole.spool.ledger()
    assert (ledger.committed, ledger.stored, ledger.pending) == (60, 60, 0)
    assert len(pole.city.stored) == 60


def test_nothing_more_is_said_where_not_even_the_broker_takes_it(pole: Pole) -> None:
    """A link that carries nothing is not filled: the window binds until the broker has taken a batch."""
    said: set[int] = set()
    for number in range(12):
        said |= heard(measure(pole, 30.0 + number % 7))
    assert len(said) == WINDOW


def test_a_late_answer_to_a_batch_that_gave_way_counts(pole: Pole) -> None:
    """Ingest was only late: what it has kept leaves the spool, also where the node has stopped waiting for it."""
    first = measure(pole, 30.0)
    pole.carry(lose=1.0)
    for number in range(2 * WINDOW):
        measure(pole, 31.0 + number % 3)
        pole.carry(lose=1.0)
    pole.up += first
    pole.carry()
    assert pole.spool.ledger().stored == 1
