"""The lifecycle against a slow reference that keeps every reading and works each state out from the definitions."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from support import watch

from alerts.decisions import agree
from alerts.engine import Engine, Transition
from alerts.samples import Sample
from contract.clock import DAY_US, MINUTE_US
from contract.decision import Decision
from contract.incident import Incident, Source
from contract.levels import Level
from contract.quality import Quality

GAUGE = "code-hulu"
FOR, CLEAR, SILENT, LIVE = 8 * MINUTE_US, 30 * MINUTE_US, 30 * MINUTE_US, 10 * MINUTE_US
MARKS = {Level.WASPADA: (70, 60), Level.SIAGA: (110, 95), Level.AWAS: (160, 140)}
TOGETHER = 30 * MINUTE_US
Told = tuple[str, int, Level | None, Source]
"""what, when, how bad, on whose word"""
MILDEST_FIRST = (Level.WASPADA, Level.SIAGA, Level.AWAS)


@dataclass
class Seen:
    """A usable reading, or (value None) a silence that was over its time."""

    at_us: int
    value: float | None
    use: str

    @property
    def cm(self) -> float:
        return math.nan if self.value is None else self.value


@dataclass
class Reference:
    """One gauge. Nothing is carried from reading to reading but the list of them and what has been told."""

    seen: list[Seen] = field(default_factory=list)
    held: dict[Level, bool] = field(default_factory=lambda: dict.fromkeys(MILDEST_FIRST, False))
    open: bool = False
    recovering: bool = False
    silent: bool = False
    heard_us: int = 0
    last_us: int = 0
    told: list[Told] = field(default_factory=list)
    jump: float = math.inf
    doubted: Seen | None = None
    water: list[Seen] = field(default_factory=lambda: [Seen(0, None, "none")] * 3)
    """what was believed"""
    fell: bool = False
    leapt: Seen = field(default_factory=lambda: Seen(0, None, "none"))
    """where the water stood before it rose as no water does, and when it did"""
    ended_us: int = 0
    alone: bool = False
    """nothing but people's eyes was believed since the sensor was called silent"""

    @property
    def believed(self) -> Seen:
        return self.water[-1]

    def shown(self) -> Level | None:
        return next((level for level in reversed(MILDEST_FIRST) if self.held[level]), None)

    def began_up(self, level: Level) -> int | None:
        """When the unbroken run of readings at or beyond the level's raise mark began."""
        began = None
        for one in reversed(self.seen):
            if one.value is None:
                continue
            if one.value < MARKS[level][0]:
                break
            if one.use != "stale":
                began = one.at_us
        return began

    def began_down(self, level: Level) -> int | None:
        """When the unbroken run of readings below the level's clear mark began; a silence breaks it."""
        began = None
        for one in reversed(self.seen):
            if one.use == "held":
                continue  # what two readings held of a jump raises, and never clears
            if one.value is None or one.value >= MARKS[level][1]:
                break
            if one.use == "live":
                began = one.at_us
        return began

    def tick(self, now_us: int) -> None:
        high = [level for level in MILDEST_FIRST if self.began_up(level) is not None]
        due_us = max(self.heard_us, self.last_us) + SILENT
        if not self.open and (high or self.doubted) and due_us <= now_us:
            self.settle()
            high = [level for level in MILDEST_FIRST if self.began_up(level) is not None]
            if not high:
                return
            self.held = {level: level in high for level in MILDEST_FIRST}
            self.open, self.recovering, self.silent = True, False, True
            self.seen.append(Seen(due_us, None, "silence"))
            self.alone = False
            self.told.append(("opened", due_us, self.shown(), "sensor"))
            return
        due_us = self.heard_us + SILENT
        if self.open and not self.silent and due_us <= now_us:
            self.silent = True
            whose: Source = "on_site" if self.alone else "sensor"
            before = self.shown()
            higher = self.settle()
            if higher and self.recovering and self.believed.cm >= MARKS[Level.WASPADA][1]:
                self.recovering = False
                self.told.append(("relapsed", due_us, before, whose))
            for level in MILDEST_FIRST:
                self.held[level] = self.held[level] or (higher and self.began_up(level) is not None)
            if self.shown() is not before:
                self.told.append(("level", due_us, self.shown(), whose))
            self.seen.append(Seen(due_us, None, "silence"))
            self.told.append(("no_data", due_us, self.shown(), whose))

    def settle(self) -> bool:
        """What nothing will bear out is settled to the dangerous side: whether that was upward, and lately read."""
        doubted, self.doubted = self.doubted, None
        if doubted is None or doubted.cm <= self.believed.cm:
            return False
        self.seen.append(doubted)
        if doubted.cm - self.believed.cm > 3 * self.jump:
            self.leapt = Seen(doubted.at_us, self.believed.value, "leapt")
        self.water.append(doubted)
        return doubted.use != "stale"

    def read_on_site(self, value: float, read_us: int, now_us: int) -> None:
        """A good reading while an incident is open, unless a newer one has been judged."""
        if not self.open or read_us <= self.last_us:
            return
        alone, heard_us, before = self.silent or self.alone, self.heard_us, len(self.told)
        self.alone = False
        self.read(value, read_us, now_us, by_eye=True)
        self.alone, self.heard_us = alone, max(self.heard_us, heard_us)
        self.told[before:] = [(what, at_us, level, "on_site") for what, at_us, level, _ in self.told[before:]]

    def say_over(self, person: str, now_us: int, votes: Sequence[tuple[str, int]]) -> None:
        """The second of two people within half an hour, of a gauge that is gone."""
        two = any(other != person and now_us - at_us <= TOGETHER for other, at_us in votes)
        low = self.doubted is None and self.believed.cm < MARKS[Level.WASPADA][1]
        if self.open and two and (self.silent or (self.alone and low)):
            self.ended_us = self.last_us = max(self.last_us, now_us)
            self.open = self.recovering = self.silent = False
            self.held = dict.fromkeys(MILDEST_FIRST, False)
            self.seen, self.doubted, self.fell = [], None, False
            self.told.append(("resolved", self.last_us, Level.NORMAL, "people"))

    def no_water(self, one: Seen) -> bool:
        """Whether it is lower than any water falls to: said by nothing before it, and undoing nothing."""
        fall = self.believed.cm - one.cm
        if not (fall > 3 * self.jump or (fall > self.jump and abs(10 * one.cm - self.believed.cm) <= self.jump)):
            return False
        if not self.fell and one.at_us - self.believed.at_us > LIVE:
            return False
        if self.doubted is not None and abs(one.cm - self.doubted.cm) <= self.jump:
            return False
        return not (abs(one.cm - self.leapt.cm) <= self.jump and one.at_us - self.leapt.at_us <= DAY_US)

    def read(self, value: float, observed_us: int, now_us: int, *, by_eye: bool = False) -> None:
        quiet = not any(self.held.values()) and self.began_up(Level.WASPADA) is None and self.doubted is None
        age_us = now_us - observed_us
        use = "live" if age_us <= LIVE else "late" if age_us <= SILENT else "stale"
        at_us = observed_us
        if not quiet or value >= MARKS[Level.WASPADA][0]:
            self.last_us = at_us = max(observed_us, self.last_us)
            self.fell = self.open and not by_eye and self.no_water(Seen(at_us, value, use))
            if self.fell:
                return
            if use == "live":
                self.heard_us = now_us
            if at_us <= self.ended_us:
                return
        one = self.judged(Seen(at_us, value, use), quiet and value < MARKS[Level.WASPADA][0])
        if one is None:
            self.fallen(Seen(at_us, value, use))
            return
        self.seen.append(one)
        value, use = one.cm, one.use
        back = use == "live" and self.open and (self.silent or self.alone)
        self.alone = self.alone and self.open and use != "live"
        before = self.shown()
        if use != "stale":
            self.rise(at_us)
        raised = self.shown()
        if not self.open:
            if raised is not None:
                self.open, self.recovering, self.silent = True, False, False
                self.heard_us = max(self.heard_us, at_us)
                self.told.append(("opened", at_us, raised, "sensor"))
            return
        if back:
            self.silent = False
            self.told.append(("data_back", at_us, before, "sensor"))
        if self.recovering and value >= MARKS[Level.WASPADA][1] and use != "stale":
            self.recovering = False
            self.told.append(("relapsed", at_us, before, "sensor"))
        if raised is not before:
            self.told.append(("level", at_us, raised, "sensor"))
        elif use == "live":
            self.fall(at_us)

    def fallen(self, one: Seen) -> None:
        """What is doubted for it fell stands so high either way, and completes what it still reaches."""
        if one.cm >= self.believed.cm or one.use == "stale":
            return
        before = self.shown()
        for level in MILDEST_FIRST:
            began = self.began_up(level)
            if began is not None and one.cm >= MARKS[level][0] and one.at_us > began and one.at_us - began >= FOR:
                self.held[level] = True
        raised = self.shown()
        if raised is before:
            return
        self.told.append(("level" if self.open else "opened", one.at_us, raised, "sensor"))
        if not self.open:
            self.open, self.recovering, self.silent = True, False, False
            self.heard_us = max(self.heard_us, one.at_us)

    def rise(self, at_us: int) -> None:
        for level in MILDEST_FIRST:
            began = self.began_up(level)
            if began is not None and at_us > began and at_us - began >= FOR:
                self.held[level] = True

    def judged(self, one: Seen, low: bool) -> Seen | None:
        """As what a reading counts: as itself; where it is doubted not at all, unless it lies above and two readings
        hold what stands, or the water has come up and it lies not too far above: then as the water that stood before,
        never to clear. What was doubted before it is settled."""
        if not low and self.waits(one):
            began = [self.began_up(level) or 0 for level in MILDEST_FIRST if not self.held[level]]
            two = self.believed.at_us > max(began, default=0)
            since = self.water[-2] if self.water[-3].value is None else self.water[-3]
            coming = self.believed.cm - since.cm >= self.jump / 3
            above = one.cm - self.believed.cm
            if not (above > 0 and (two or (coming and above <= 2 * self.jump))):
                return None
            return Seen(one.at_us, self.believed.value, "stale" if one.use == "stale" else "late")
        self.water.append(one)
        return one

    def waits(self, one: Seen) -> bool:
        before, doubted, self.doubted = self.believed, self.doubted, None
        if doubted is not None:
            back = abs(one.cm - before.cm)
            if back >= abs(one.cm - doubted.cm) or back > 1.5 * self.jump:
                self.seen.append(doubted)
                self.water.append(doubted)
                if doubted.cm - before.cm > 3 * self.jump:
                    self.leapt = Seen(doubted.at_us, before.value, "leapt")
            elif doubted.cm < before.cm:
                pass  # what fell alone breaks no run
            elif one.at_us - doubted.at_us >= FOR and doubted.use != "stale" and one.cm - before.cm >= self.jump / 3:
                self.seen.append(Seen(doubted.at_us, min(one.cm, doubted.cm), "held"))
            return False
        if abs(one.cm - before.cm) > self.jump and one.at_us - before.at_us <= LIVE:
            self.doubted = one
        return self.doubted is not None

    def fall(self, at_us: int) -> None:
        before = self.shown()
        for level in reversed(MILDEST_FIRST):
            began = self.began_down(level)
            if self.held[level] and began is not None and at_us > began and at_us - began >= CLEAR:
                self.held[level] = False
        left = self.shown()
        if left is None:
            self.open = False
            self.told.append(("resolved", at_us, Level.NORMAL, "sensor"))
            return
        if left is not before:
            self.told.append(("level", at_us, left, "sensor"))
        if not self.recovering and self.began_down(Level.WASPADA) is not None:
            self.recovering = True
            self.told.append(("recovering", at_us, left, "sensor"))


class Gauge(RuleBasedStateMachine):
    """Readings good and bad, on time, late and stale, silences, people's word, restarts and echoes."""

    jump_cm: float | None = None

    def city(self) -> watch.Watch:
        return watch.watch(gauge=replace(watch.scale(GAUGE), jump_cm=self.jump_cm))

    @initialize()
    def begin(self) -> None:
        self.engine: Engine = self.city().engine
        self.reference = Reference(jump=math.inf if self.jump_cm is None else self.jump_cm)
        self.told: list[Told] = []
        self.incident: Incident | None = None
        self.said: list[Decision] = []
        self.now_us = watch.START_US
        self.seq = 0

    def take(self, value: float | None, quality: Quality, delay_min: int) -> None:
        observed_us = self.now_us - delay_min * MINUTE_US
        values = {"level_cm": value}
        sample = Sample(GAUGE, "gauge", "flood", watch.EPOCH, self.seq, observed_us, "synced", quality, values)
        self.tell([*self.engine.tick(self.now_us), *self.engine.step(sample, self.now_us)])
        self.reference.tick(self.now_us)

    def tell(self, transitions: Sequence[Transition]) -> None:
        for one in transitions:
            self.told.append((one.change.what.value, one.change.at_us, one.change.level, one.change.source))
            self.incident = one.incident

    def compare(self) -> None:
        assert self.told == self.reference.told

    @rule(
        value=st.sampled_from([10.0, 16.0, 58.0, 60.0, 65.0, 70.0, 72.0, 100.0, 115.0, 140.0, 160.0, 200.0, 330.0]),
        step_min=st.sampled_from([1, 5, 5, 5, 9, 29, 31]),
        delay_min=st.sampled_from([0, 0, 0, 0, 3, 15, 45]),
        times=st.integers(1, 8),
    )
    def good(self, value: float, step_min: int, delay_min: int, times: int) -> None:
        for _ in range(times):
            self.now_us += step_min * MINUTE_US
            self.seq += 1
            self.take(value, Quality.GOOD, delay_min)
            self.reference.read(value, self.now_us - delay_min * MINUTE_US, self.now_us)
            self.compare()

    @rule(
        value=st.sampled_from([None, math.nan, 10.0, 300.0]),
        quality=st.sampled_from([Quality.SUSPECT, Quality.FAIL, Quality.MISSING]),
    )
    def useless(self, value: float | None, quality: Quality) -> None:
        self.now_us += 5 * MINUTE_US
        self.seq += 1
        self.take(value, quality, 0)
        self.compare()

    @precondition(lambda self: self.seq > 0)
    @rule(value=st.sampled_from([10.0, 300.0]), back=st.integers(0, 5))
    def old(self, value: float, back: int) -> None:
        self.now_us += MINUTE_US
        newest, self.seq = self.seq, max(1, self.seq - back)
        self.take(value, Quality.GOOD, 0)
        self.seq = newest
        self.compare()

    @rule(minutes=st.sampled_from([5, 31, 600]))
    def silence(self, minutes: int) -> None:
        self.now_us += minutes * MINUTE_US
        self.tell(self.engine.tick(self.now_us))
        self.reference.tick(self.now_us)
        self.compare()

    @precondition(lambda self: self.incident is not None)
    @rule(
        value=st.sampled_from([10.0, 58.0, 60.0, 72.0, 115.0, 200.0]),
        step_min=st.sampled_from([1, 5, 14, 29, 31]),
        ago_min=st.sampled_from([0, 0, 0, 4, 15, 45]),
        times=st.integers(1, 4),
    )
    def read_on_site(self, value: float, step_min: int, ago_min: int, times: int) -> None:
        """Somebody stands at the gauge, some time after the sensor or between its readings."""
        assert self.incident is not None
        for _ in range(times):
            self.now_us += step_min * MINUTE_US
            read_us = self.now_us - ago_min * MINUTE_US
            self.tell(self.engine.tick(self.now_us))
            self.tell(self.engine.read_on_site(self.incident, value, read_us, self.now_us, self.now_us))
            self.reference.tick(self.now_us)
            self.reference.read_on_site(value, read_us, self.now_us)
            self.compare()

    @precondition(lambda self: self.incident is not None)
    @rule(person=st.sampled_from(["ani", "budi", "citra"]), step_min=st.sampled_from([0, 1, 29, 30, 31]))
    def say_over(self, person: str, step_min: int) -> None:
        """One person alone ends nothing, twice or half an hour apart neither."""
        assert self.incident is not None
        self.now_us += step_min * MINUTE_US
        self.tell(self.engine.tick(self.now_us))
        self.reference.tick(self.now_us)
        one = Decision(
            id=f"d{len(self.said)}", city=watch.CITY, kind="end", by=person, at_us=self.now_us,
            incident=self.incident.id, body={"reason": "pos hanyut"}, number=len(self.said) + 1,
        )  # fmt: skip
        votes = [(vote.by, vote.at_us) for vote in self.said if vote.incident == one.incident]
        if agree(one, self.said):
            self.tell(self.engine.end(self.incident, self.now_us, self.now_us))
        self.said.append(one)
        self.reference.say_over(person, self.now_us, votes)
        self.compare()

    @rule()
    def restart(self) -> None:
        """A snapshot loses nothing of what judging goes on from."""
        kept = self.engine.snapshot()
        self.engine = self.city().engine
        self.engine.restore(kept)


class DoubtingGauge(Gauge):
    """The same where a reading that jumps waits for the next."""

    jump_cm = 50.0


RUNS = int(os.environ.get("SIAGA_MODEL_RUNS", "120"))
"""`make model` plays 2,000 of each"""
TestGauge = Gauge.TestCase
TestGauge.settings = settings(max_examples=RUNS, stateful_step_count=40, deadline=None)
TestDoubtingGauge = DoubtingGauge.TestCase
TestDoubtingGauge.settings = TestGauge.settings
