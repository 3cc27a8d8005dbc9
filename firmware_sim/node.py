"""One simulated node: the real agent, spool and link, fed by a story's physics and harmed by its faults.

To the runner it is a `Source`; to the fleet it has `look`, by which the story's faults reach it between two turns.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import structlog

from broker.link import PahoLink
from broker.ports import BrokerAddress, Tls
from contract import topics
from contract.city import SensorSpec
from contract.clock import DAY_US, SECOND_US, Clock
from contract.compress import compressed
from contract.messages import ClockSource
from edge.agent import Agent, Identity, State
from edge.outbound import Transport
from edge.ports import Instant, SensorInfo
from edge.quality import default_limits
from edge.rising import RisingLimits
from edge.runner import Member
from edge.siren.port import NoSirens, Sirens, Wiring
from edge.siren.pretended import PretendedSirens
from edge.sources import Sample
from edge.spool import Spool
from firmware_sim.junk import junk
from firmware_sim.ledgers import spool_file
from firmware_sim.noise import unit
from firmware_sim.reach import ECHO_TOKEN, Reach
from firmware_sim.scenario import Fault
from firmware_sim.story import Pole, Story

FIRMWARE = "siaga-sim"
SIREN = "siren"
"""the siren of each simulated gauge"""
_BOOT_SPAN = 2**64
_NEVER_S = 1e9
_log = structlog.get_logger("firmware_sim")

# A city does not connect in one instant, and its end of a blackout is no stampede. Never compressed, as no transport
# time is.
ALIVE = Transport(boot_delay_s=1.0)
KEEPALIVE_S = 60
_DEAD = Transport(boot_delay_s=_NEVER_S)


class StoryClock:
    """The machine's clocks, and how the story runs on them: `speed` story seconds a second."""

    def __init__(self, clock: Clock, speed: float) -> None:
        self.clock = clock
        self._run = _Run(clock.mono_us(), 0.0, speed)

    @property
    def speed(self) -> float:
        return self._run.speed

    def begin(self, since_us: int | None = None) -> None:
        """Story second 0 is now, or was at `since_us` of the wall clock."""
        ago_us = 0 if since_us is None else self.clock.now_us() - since_us
        self._run = _Run(self.clock.mono_us() - ago_us, 0.0, self._run.speed)

    def set_speed(self, speed: float) -> None:
        """From now on the story runs so fast. From any thread."""
        now_us = self.clock.mono_us()
        self._run = _Run(now_us, self.story_s(now_us), speed)

    def story_s(self, mono_us: int) -> float:
        run = self._run
        return run.story_s + (mono_us - run.since_us) / SECOND_US * run.speed


class _Run(NamedTuple):
    """Since when (monotonic) and from where the story runs at one speed."""

    since_us: int
    story_s: float
    speed: float


@dataclass(slots=True)
class _Due:
    """A sensor and when it samples next (monotonic)."""

    spec: SensorSpec
    period_us: int
    at_us: int
    hurried_us: int = 0
    hurry_until_us: int = 0

    def next_period_us(self, mono_us: int) -> int:
        return self.hurried_us if mono_us < self.hurry_until_us else self.period_us


class SimulatedNode:
    """A pole of the story. `member` is what the runner drives."""

    def __init__(
        self,
        pole: Pole,
        story: Story,
        city: str,
        brokers: Sequence[BrokerAddress],
        folder: Path,
        time: StoryClock,
        seed: int,
        tls: Tls | None,
        transport: Transport,
        keepalive_s: int,
    ) -> None:
        self.pole = pole
        self.name = pole.spec.node
        self.samples = 0
        self._story = story
        self._city = city
        self._brokers = brokers
        self._file = spool_file(folder, self.name)
        self._time = time
        self._seed = seed
        self._transport = transport
        self._fault: Fault | None = None
        self._lives = 0
        self._junk = 0
        self._new_boot()
        self._due: list[_Due] = []
        self._paced = time.speed
        self._reach = Reach(PahoLink(self.name, keepalive_s=keepalive_s, tls=tls), topics.readings(city, self.name))
        self.member = Member(self._agent(transport), self._reach, self, self._instant, self._sirens())

    def begin(self) -> None:
        """The story begins."""
        mono_us = self._time.clock.mono_us()
        self._set_timetable(mono_us)
        self.look(mono_us)

    @property
    def online(self) -> bool:
        return self.member.agent.state is State.ONLINE

    @property
    def silent(self) -> bool:
        """Nothing is measured: the process is dead or stands still."""
        return self._fault is not None and self._fault.kind in ("dies", "power_cut", "hangs")

    # ------------------------------------------------------------ edge.sources.Source

    def next_us(self) -> int | None:
        return None if self.silent else min((due.at_us for due in self._due), default=None)

    def due(self, at: Instant) -> Sequence[Sample]:
        if self.silent:
            return ()
        story_s = self._time.story_s(at.mono_us)
        samples = []
        for due in self._due:
            if at.mono_us >= due.at_us:
                every_s = self._story.every_s(self.pole, due.spec, story_s) / self._time.speed
                period_us = max(1, min(due.next_period_us(at.mono_us), round(every_s * SECOND_US)))
                missed = (at.mono_us - due.at_us) // period_us
                due.at_us += (missed + 1) * period_us
                samples.append(Sample(due.spec.sensor, self._story.values(self.pole, due.spec, story_s)))
        self.samples += len(samples)
        if samples and self._fault is not None and self._fault.kind == "garbage":
            self._say_junk()
        return samples

    def hurry(self, sensor: str, period_s: float, until_us: int, at: Instant) -> None:
        for due in self._due:
            if due.spec.sensor == sensor:
                due.hurried_us = min(due.period_us, max(1, round(period_s * SECOND_US)))
                due.hurry_until_us = until_us
                due.at_us = min(due.at_us, at.mono_us + due.hurried_us)

    def close(self) -> None:
        """Nothing is held: the runner closes link and spool."""

    # ------------------------------------------------------------ the story's hand

    def look(self, mono_us: int) -> None:
        """See how the node fares now. Call it between two turns of the runner, a few times a second."""
        if self._paced != self._time.speed:
            self._set_timetable(mono_us)
        story_s = self._time.story_s(mono_us)
        fault = self._story.fault(self.pole, story_s)
        if fault is not self._fault:
            self._change(fault, mono_us)
        self._reach.set_uplink(up=self._story.uplink_up(self.pole.site, story_s))

    def _change(self, fault: Fault | None, mono_us: int) -> None:
        was_dead, was_silent = self._dead, self.silent
        self._fault = fault
        _log.info("fault", node=self.name, fault=fault.kind if fault is not None else "none")
        self._reach.set_hung(hung=fault is not None and fault.kind == "hangs")
        self._reach.echo = fault is not None and fault.kind == "duplicates"
        if self._dead and not was_dead:
            self._end_life()
            # Something must lie in the spool's place until the node lives again: an agent that never connects.
            self.member.agent = self._agent(_DEAD)
            self.member.sirens.close()
            self.member.sirens = self._sirens()
        elif was_dead and not self._dead:
            self._end_life()
            self.member.agent = self._agent(self._transport)
        if was_silent and not self.silent:
            self._set_timetable(mono_us)

    @property
    def _dead(self) -> bool:
        return self._fault is not None and self._fault.kind in ("dies", "power_cut")

    def _end_life(self) -> None:
        """As kill -9 ends it: what was not committed is gone, and nobody says goodbye."""
        self._reach.die()
        self.member.agent.spool.close()
        if self._fault is not None and self._fault.kind == "power_cut":
            self._new_boot()

    # ------------------------------------------------------------ a life

    def _agent(self, transport: Transport) -> Agent:
        self._lives += 1
        speed = self._time.speed
        specs = self.pole.spec.sensors
        return Agent(
            Identity(self._city, self.name, FIRMWARE),
            [SensorInfo(spec.sensor, spec.kind, spec.period_s / speed, "simulated") for spec in specs],
            Spool(self._file, self._boot, self._instant()),
            self._brokers,
            random.Random(f"{self._seed}/{self.name}/{self._lives}"),  # noqa: S311 - jitter, and it must be repeatable
            transport=transport,
            limits={spec.sensor: compressed(default_limits(spec.kind), speed) for spec in specs},
            rising=compressed(RisingLimits(), speed),
            sirens=(SIREN,) if self.pole.spec.kind == "gauge" else (),
        )

    def _sirens(self) -> Sirens:
        """A gauge has one on its pole, which makes no noise."""
        return PretendedSirens([Wiring(SIREN, "file")]) if self.pole.spec.kind == "gauge" else NoSirens()

    def _new_boot(self) -> None:
        self._booted_us = self._time.clock.mono_us()
        # Unlike everything else a boot's name may not repeat when the same story is told again on the same spools.
        high = int(unit(self._seed, "boot", self.name) * _BOOT_SPAN)
        low = (self._time.clock.now_us() ^ self._booted_us) % _BOOT_SPAN
        self._boot = str(UUID(int=(high << 64) | low))

    def _set_timetable(self, mono_us: int) -> None:
        """Each sensor starts within a second or two, at a moment of its own."""
        self._due = []
        self._paced = self._time.speed
        for spec in self.pole.spec.sensors:
            period_us = max(1, round(spec.period_s / self._time.speed * SECOND_US))
            phase = unit(self._seed, "phase", self.name, spec.sensor)
            self._due.append(_Due(spec, period_us, mono_us + round(phase * min(period_us, 2 * SECOND_US))))

    def _instant(self) -> Instant:
        """What the node's own clocks say."""
        clock = self._time.clock
        mono_us, wall_us = clock.mono_us(), clock.now_us()
        fault = self._fault
        if fault is None or fault.kind != "clock":
            return Instant(mono_us, wall_us, "ntp")
        source: ClockSource = "ntp" if fault.trusted else "none"
        wrong_us = wall_us + 365 * DAY_US if fault.clock == "year_ahead" else mono_us - self._booted_us
        return Instant(mono_us, wrong_us, source)

    def _say_junk(self) -> None:
        topic, payload = junk(self._city, self.name, self._junk)
        self._junk += 1
        self._reach.publish(ECHO_TOKEN, topic, payload, qos=1, retain=False)
