"""Whatever the line, the city and the power do: every committed reading ends stored exactly once, with one time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from support.lossy_city import City, Pole

from contract import codec, topics
from contract.clock import DAY_US, SECOND_US
from contract.kinds import FloodValues, HotspotValues
from contract.messages import Ack
from edge.outbound import Transport
from edge.ports import SensorInfo
from edge.spool import Bound, read_ledger

SENSORS = [SensorInfo("level", "flood", 60.0), SensorInfo("wifi", "hotspot", 60.0)]
TRANSPORT = Transport(window_batches=3, batch_readings=7, resend_s=5, resend_max_s=20, held_retry_s=10, clock_wait_s=30)


def machine(folder: Callable[[], Path]) -> type[RuleBasedStateMachine]:
    class BadDays(RuleBasedStateMachine):
        """An agent, its spool, a lossy line and a city that forgets to answer, in any order of events."""

        @initialize(seed=st.integers(0, 2**16))
        def begin(self, seed: int) -> None:
            self.path = folder() / "spool.db"
            self.pole = Pole(
                self.path, SENSORS, seed=seed, transport=TRANSPORT, bound=Bound(max_rows=10_000), city=City()
            )
            self.observed = 0

        @rule(number=st.integers(1, 12), level=st.integers(0, 300))
        def measure(self, number: int, level: int) -> None:
            for n in range(number):
                self.pole.agent.observe("level", FloodValues(level_cm=level + n), self.pole.at)
                self.pole.agent.observe("wifi", HotspotValues(internet="open"), self.pole.at)

        @rule(seconds=st.sampled_from([0.0, 0.3, 1.0, 6.0, 40.0]))
        def wait(self, seconds: float) -> None:
            self.pole.advance(seconds)
            self.pole.step()

        @rule()
        def dial(self) -> None:
            self.pole.dial()
            self.pole.step()

        @rule(lose=st.sampled_from([0.0, 0.5, 1.0]), double=st.sampled_from([0.0, 0.7]), shuffle=st.booleans())
        def carry(self, lose: float, double: float, shuffle: bool) -> None:
            self.pole.carry(lose=lose, double=double, shuffle=shuffle)

        @rule(low=st.integers(0, 2**53), high=st.integers(0, 2**53))
        def answer_of_another_epoch(self, low: int, high: int) -> None:
            span = (max(1, min(low, high)), max(1, low, high))
            ack = Ack(epoch="0" * 16, server_us=self.pole.true_us, stored=(span,))
            self.pole.agent.received(topics.ack("kota", "pos-1"), codec.encode(ack), self.pole.at)

        @rule(payload=st.binary(max_size=40))
        def garbage(self, payload: bytes) -> None:
            self.pole.agent.received(topics.ack("kota", "pos-1"), payload, self.pole.at)

        @rule()
        def cut(self) -> None:
            self.pole.cut()

        @rule(reboot=st.booleans())
        def power_cut(self, reboot: bool) -> None:
            self.pole.kill(reboot=reboot)

        @rule(days=st.integers(-1000, 1000), source=st.sampled_from(["ntp", "rtc", "none"]))
        def wall_clock_steps(self, days: int, source: str) -> None:
            self.pole.wall_us = max(0, self.pole.wall_us + days * DAY_US)
            self.pole.source = source

        @rule(known=st.booleans())
        def registry_changes(self, known: bool) -> None:
            self.pole.city.knows_node = known

        @invariant()
        def the_ledger_closes(self) -> None:
            if hasattr(self, "pole"):
                assert read_ledger(self.path).closes
                assert len(self.pole.agent._outbound.batches) <= TRANSPORT.window_batches

        def teardown(self) -> None:
            if not hasattr(self, "pole"):
                return
            pole = self.pole
            pole.city.knows_node = True
            pole.source, pole.wall_us = "ntp", pole.true_us
            try:
                pole.live(120)
                ledger = pole.spool.ledger()
            finally:
                pole.close()
            stored = {seq for epoch, seq in pole.city.stored if epoch == ledger.epoch}
            assert ledger.closes
            assert (ledger.pending, ledger.refused, ledger.dropped) == (0, 0, 0)
            assert stored == set(range(1, ledger.committed + 1))
            assert all(len(times) == 1 for times in pole.city.times.values())

    return BadDays


def test_every_reading_ends_stored_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Drops, doubles, shuffles, restarts, steps of the clock, foreign epochs, garbage: nothing lost, nothing twice."""
    days = machine(lambda: tmp_path_factory.mktemp("days")).TestCase
    days.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
    days().runTest()


def test_refused_readings_are_deleted_and_counted(tmp_path: Path) -> None:
    """The ledger with a city that refuses one sensor and a spool that overflows."""
    pole = Pole(tmp_path / "spool.db", SENSORS, transport=TRANSPORT, bound=Bound(max_rows=100))
    pole.city.refuses = frozenset({"wifi"})
    for n in range(100):
        pole.agent.observe("level", FloodValues(level_cm=10), pole.at)
        pole.agent.observe("wifi", HotspotValues(internet="open"), pole.at)
        pole.advance(1.0)
        if n % 10 == 0:
            pole.step()
    pole.live(60)
    ledger = pole.spool.ledger()
    pole.close()
    assert ledger.closes
    assert ledger.pending == 0
    assert ledger.dropped > 0
    assert ledger.refused == len(pole.city.refused)
    assert ledger.stored == len(pole.city.stored)
    assert pole.mono_us > SECOND_US
