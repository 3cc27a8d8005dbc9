"""Readings come twice, in another order, and a month late: what the city keeps in the end is the same.

Every sequence tells the story of one flood twice to the product's own ingest, engine, desk and SQLite stores: once as
it happened, once disturbed. A gauge and two WiFi points speak, one of which is dark for a while; now and then the gauge
sends what must be refused.

Two kinds of disturbance are drawn. Live: each message comes up to five times, the gauge's first time up to two samples
late, repeats at any later time; then incidents and cases must be those of the clean run as well. Any order: all that is
said before the quiet end comes at once, several times, in any order; then what was never news when it came may stay
untold, but nothing may be kept twice or told that did not happen.
"""

from __future__ import annotations

import random
import shutil
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from structlog.testing import capture_logs

from contract import codec, topics
from contract.clock import DAY_US, SECOND_US, ManualClock
from contract.kinds import FloodValues, HotspotValues
from contract.messages import Birth, FloodReading, HotspotReading, Reading, Readings, SensorInfo
from contract.quality import Quality
from faults import republished
from faults.laboratory import Laboratory
from faults.parts.bench_city import CITY, BenchCity, Template
from faults.parts.kept import Kept
from faults.result import Result

START_US = 1_780_000_000 * SECOND_US
EPOCH, BOOT = "00000000000000aa", "5f1c6a52-6d1c-4d0e-9a53-3a1f1d5a6c01"
GAUGE, POINTS = "cth-gauge-1", ("cth-wifi-1", "cth-wifi-2")
FASTER = 10.0
"""rules and samples alike: a gauge that is due every 300 s is due every 30 s"""
STEP_US = 30 * SECOND_US
STEPS, TAIL = 30, 14
WINDOW = 1_000
"""messages among which any order may be met"""
_LEVELS = (40, 45, 60, 80, 100, 120, 125, 125, 125, 125, 125, 125, 120, 90, 70, 50)
_OLD = 20
_SEQUENCES_A_STORY = 20
_SEQUENCES_A_REAL_ONE = 1_000
_DARK = 10


class Said(NamedTuple):
    """A message and the step of the story at which it is due."""

    step: int
    topic: str
    payload: bytes


@dataclass
class Story:
    """What the nodes say. `readings` is how many good ones; `refused` how many that are none."""

    messages: list[Said] = field(default_factory=list)
    readings: int = 0
    refused: int = 0
    _seqs: dict[str, int] = field(default_factory=dict)

    def seq(self, node: str) -> int:
        self._seqs[node] = self._seqs.get(node, 0) + 1
        return self._seqs[node]

    def say(self, step: int, node: str, readings: list[Reading]) -> None:
        message = Readings(
            city=CITY, node=node, boot=BOOT, epoch=EPOCH, sent_us=START_US + step * STEP_US, readings=tuple(readings)
        )
        self.messages.append(Said(step, topics.readings(CITY, node), codec.encode(message)))


def run(laboratory: Laboratory) -> Result:
    """`rounds` sequences, each against the clean run of its own story, and some by processes.

    Raises NotInstalled where Mosquitto is missing.
    """
    result = laboratory.result()
    template = Template(laboratory.room("template"), START_US - 60 * DAY_US, faster=FASTER)
    for number in range(max(1, laboratory.rounds // _SEQUENCES_A_REAL_ONE)):
        republished.play(laboratory, result, number)
        laboratory.say(f"replay: processes, round {number + 1}, {len(result.failures)} broken promises")
    said_us, restarts = laboratory.clock.mono_us(), 0
    for number in range(laboratory.rounds):
        if number % _SEQUENCES_A_STORY == 0:
            story = told(random.Random(laboratory.rng.randrange(2**63)))
            clean = end(template, laboratory.folder / "clean", in_order(story))
            result.expect(
                len(clean.rows) == story.readings, f"the clean run before {number} keeps {len(clean.rows)} rows"
            )
        order = Order.drawn(story, random.Random(laboratory.rng.randrange(2**63)))
        restarts += order.again_at is not None
        hear(template, laboratory.folder / "disturbed", story, order, clean, result, number)
        if laboratory.clock.mono_us() - said_us > 10 * SECOND_US:
            said_us = laboratory.clock.mono_us()
            laboratory.say(f"replay: {number + 1} of {laboratory.rounds}, {len(result.failures)} broken promises")
    result.figures["restarts"] = restarts
    return result


@dataclass(frozen=True, slots=True)
class Order:
    """What is heard at each step, and at which the city's processes start again. `live`: nothing comes so late that it
    is no news."""

    steps: list[list[Said]]
    live: bool
    again_at: int | None

    @classmethod
    def drawn(cls, story: Story, rng: random.Random) -> Order:
        """One that chance makes."""
        live = rng.random() < 0.7
        again_at = rng.randrange(1, STEPS) if rng.random() < 0.2 else None
        return cls(disturbed(story, rng) if live else shuffled(story, rng), live, again_at)


def told(rng: random.Random) -> Story:
    """A flood between two quiet times, a month-old batch, and now and then something that must be refused."""
    story = Story()
    for node, sensor, kind in ((GAUGE, "level", "flood"), *((point, "hotspot", "hotspot") for point in POINTS)):
        birth = Birth(
            city=CITY, node=node, boot=BOOT, birth_no=1, epoch=EPOCH, firmware="1", clock="ntp", sent_us=START_US,
            mono_us=1, sensors=(SensorInfo(sensor=sensor, kind=kind, period_s=STEP_US / SECOND_US),),  # type: ignore[arg-type]
        )  # fmt: skip
        story.messages.append(Said(0, topics.birth(CITY, node), codec.encode(birth)))
    old = [_level(story, START_US - 30 * DAY_US + place * STEP_US, 42.0) for place in range(_OLD)]
    story.say(0, GAUGE, old)
    story.readings += len(old)
    rises_at = rng.randrange(4, STEPS - len(_LEVELS) + 3)
    dark_at = rng.randrange(3, STEPS - _DARK)
    for step in range(STEPS + TAIL):
        at_us = START_US + step * STEP_US
        place = step - rises_at
        cm = _LEVELS[place] if 0 <= place < len(_LEVELS) else 40.0
        story.say(step, GAUGE, [_level(story, at_us, cm + rng.randrange(10) / 10)])
        story.readings += 1
        if rng.random() < 0.05:
            # The time is impossible and the water is not: what an engine takes for now must be true of now.
            story.say(step, GAUGE, [_level(story, rng.choice((1_000, at_us + DAY_US)), cm)])
            story.refused += 1
        if step % 2 == 0:
            for point in POINTS:
                if point == POINTS[1] and dark_at <= step < dark_at + _DARK:
                    continue
                story.say(step, point, [_point(story, point, at_us - back * STEP_US) for back in (1, 0)])
                story.readings += 2
    return story


def in_order(story: Story) -> list[list[Said]]:
    """Step by step, as it happened."""
    steps: list[list[Said]] = [[] for _ in range(STEPS + TAIL)]
    for said in story.messages:
        steps[said.step].append(said)
    return steps


def disturbed(story: Story, rng: random.Random) -> list[list[Said]]:
    """Each message one to five times, late by up to two samples the first time and by anything afterwards."""
    steps: list[list[Said]] = [[] for _ in range(STEPS + TAIL)]
    for said in story.messages:
        gauge = said.topic == topics.readings(CITY, GAUGE)
        late = rng.choice((0, 0, 0, 1, 2)) if gauge and 0 < said.step < STEPS else 0
        first = said.step + late
        steps[first].append(said)
        for _ in range(rng.choice((0, 0, 1, 2, 4))):
            steps[rng.randrange(first, STEPS + TAIL)].append(said)
    for step in steps[1:]:
        rng.shuffle(step)
    return steps


def shuffled(story: Story, rng: random.Random) -> list[list[Said]]:
    """Everything said before the quiet end in any order, several times; the end as it happened."""
    steps = in_order(story)
    many = [said for step in steps[:STEPS] for said in step for _ in range(rng.choice((1, 1, 2, 5)))]
    for start in range(0, len(many), WINDOW):
        part = many[start : start + WINDOW]
        rng.shuffle(part)
        many[start : start + WINDOW] = part
    return [[] for _ in range(STEPS - 1)] + [many] + steps[STEPS:]


def _level(story: Story, observed_us: int, cm: float) -> Reading:
    return FloodReading(
        seq=story.seq(GAUGE), sensor="level", observed_us=observed_us, mono_us=1, trust="synced", quality=Quality.GOOD,
        values=FloodValues(level_cm=cm),
    )  # fmt: skip


def _point(story: Story, node: str, observed_us: int) -> Reading:
    return HotspotReading(
        seq=story.seq(node), sensor="hotspot", observed_us=observed_us, mono_us=1, trust="synced",
        quality=Quality.GOOD, values=HotspotValues(internet="open"),
    )  # fmt: skip


def hear(
    template: Template, folder: Path, story: Story, order: Order, clean: Kept, result: Result, number: int
) -> None:
    """Tell it in that order and hold what is kept against the clean run."""
    kept = end(template, folder, order.steps, order.again_at)
    where = f"sequence {number} ({'live' if order.live else 'any order'})"
    _compare(clean, kept, story, result, live=order.live, where=where)


def end(template: Template, folder: Path, steps: list[list[Said]], again_at: int | None = None) -> Kept:
    """Tell it, and return what is kept in the end. At the step `again_at` the city's processes start again."""
    clock = ManualClock(START_US)
    with capture_logs(), closing(BenchCity(template, folder, clock)) as city:
        for number, step in enumerate(steps):
            if number == again_at:
                city.start_again()
            for said in step:
                city.say(said.topic, said.payload)
            city.turn()
            clock.advance(STEP_US / SECOND_US)
        city.turn()
        kept = city.kept()
    shutil.rmtree(folder)
    return kept


def _compare(clean: Kept, kept: Kept, story: Story, result: Result, *, live: bool, where: str) -> None:
    result.committed += story.readings + story.refused
    result.stored += len(set(kept.rows))
    result.refused += len(set(kept.quarantine))
    identities = [(row[1], row[4], row[5]) for row in kept.rows]
    result.duplicated += len(identities) - len(set(identities))
    result.lost += len(set(clean.rows) - set(kept.rows))
    result.expect(kept.rows == clean.rows, f"{where}: other rows are kept")
    result.expect(kept.quarantine == clean.quarantine, f"{where}: quarantine {kept.quarantine} for {clean.quarantine}")
    if live:
        result.events_expected += len(clean.cases)
        result.events_opened += len({incident[:2] for incident in kept.incidents})
        result.cases += len(kept.cases)
        result.expect(kept.incidents == clean.incidents, f"{where}: {kept.incidents} for {clean.incidents}")
        result.expect(kept.cases == clean.cases, f"{where}: cases {kept.cases} for {clean.cases}")
    else:
        # What was never news when it came may stay untold; nothing may be told that did not happen, or twice.
        known = {incident[:2] for incident in clean.incidents}
        result.expect({one[:2] for one in kept.incidents} <= known, f"{where}: {kept.incidents} out of nothing")
        result.expect(len(kept.cases) <= len(clean.cases), f"{where}: {len(kept.cases)} cases")
