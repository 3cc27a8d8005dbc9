"""A fleet whose rivers do what a trial says: the real agents of firmware_sim, each river in the trial's hand."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from broker.ports import BrokerAddress
from contract.city import Profile, SensorSpec
from contract.clock import Clock
from contract.kinds import FloodValues, Values
from edge.outbound import Transport
from faults.parts.must import must
from firmware_sim.fleet import Fleet
from firmware_sim.node import ALIVE, KEEPALIVE_S
from firmware_sim.noise import unit
from firmware_sim.scenario import About, Scenario
from firmware_sim.story import Pole, Story

LOW_CM = 30.0
_STIR_CM = 1.0
"""a river is never quite still: one that is looks like a dead gauge"""
_JOIN_S = 20.0


class SteeredStory(Story):
    """Everybody's day is an ordinary one; a gauge reads what the trial has set."""

    def __init__(self, profile: Profile, seed: int, started_us: int) -> None:
        super().__init__(_SCENARIO, profile, seed, started_us)
        self._levels: dict[str, float] = {}
        self._once: dict[str, deque[float]] = {}

    def set_level(self, node: str, level_cm: float) -> None:
        """A gauge reads this from its next sample on."""
        self._levels[node] = level_cm

    def say_once(self, node: str, level_cm: float) -> None:
        """A gauge reads exactly this, once."""
        self._once.setdefault(node, deque()).append(level_cm)

    def left(self, node: str) -> int:
        """How much of `say_once` a gauge has not said yet."""
        return len(self._once.get(node, ()))

    def values(self, pole: Pole, sensor: SensorSpec, story_s: float) -> Values:
        node = pole.spec.node
        if sensor.kind != "flood":
            return super().values(pole, sensor, story_s)
        once = self._once.get(node)
        if once:
            return FloodValues(level_cm=once.popleft(), source="sensor")
        stir_cm = _STIR_CM * unit(0, "stir", node, round(story_s * 10))
        return FloodValues(level_cm=round(self._levels.get(node, LOW_CM) + stir_cm, 2), source="sensor")


_SCENARIO = Scenario.model_validate({"scenario": About.model_validate({"title": {"id": "Percobaan", "en": "A trial"}})})


class SteeredFleet:
    """Nodes that run in threads of ours, stopped at the end of `with` in any case. `only` names them; `further` are
    brokers beside the first one."""

    def __init__(
        self,
        profile: Profile,
        broker: BrokerAddress,
        spools: Path,
        *,
        speed: float,
        clock: Clock,
        seed: int,
        only: Sequence[str] | None = None,
        further: Sequence[BrokerAddress] = (),
        transport: Transport = ALIVE,
        keepalive_s: int = KEEPALIVE_S,
    ) -> None:
        self.story = SteeredStory(profile, seed, clock.now_us())
        self._fleet = Fleet(
            profile=profile,
            scenario=_SCENARIO,
            brokers=[broker, *further],
            folder=spools,
            speed=speed,
            clock=clock,
            seed=seed,
            only=only,
            story=self.story,
            transport=transport,
            keepalive_s=keepalive_s,
        )
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="steered fleet", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def online(self) -> int:
        """How many nodes have a broker."""
        return self._fleet.progress().online

    def set_speed(self, speed: float) -> None:
        """As `Fleet.set_speed`."""
        self._fleet.set_speed(speed)

    def stop(self) -> None:
        """Every node says goodbye. Raises Broken where the fleet had ended by itself."""
        self._stop.set()
        self._thread.join(_JOIN_S)
        must(not self._thread.is_alive(), "the fleet does not end")
        must(self._error is None, f"the fleet ended by itself: {self._error!r}")

    def _run(self) -> None:
        try:
            self._fleet.run(self._stop)
        except BaseException as error:  # noqa: BLE001  a thread's end: whoever stops the fleet is told
            self._error = error
