"""A node whose clock is wrong, jumps, drifts or learns the time late; a city whose clock is put an hour off.

Every round plays a flood of an hour and a half with the product's own agent, spool, ingest and engine. The true time
is the trial's; the node has a wall clock and a monotonic clock of its own that lie in a way that was drawn, and is
started again now and then. Each reading has a value of its own, so that the time under which it is kept can be
compared with the moment at which it was taken. The same once more with processes is `faults.wrong_clocks`; a round of
it stands for five of these.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from structlog.testing import capture_logs

from broker.ports import BrokerAddress
from contract import topics
from contract.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US, ManualClock
from contract.kinds import FloodValues
from contract.messages import ClockSource
from edge.actions import Connect, Publish
from edge.agent import Agent, Identity
from edge.outbound import Transport
from edge.ports import Instant, SensorInfo
from edge.quality import QualityLimits
from edge.spool import Spool
from faults import wrong_clocks
from faults.laboratory import Laboratory
from faults.parts.bench_city import CITY, BenchCity, Template
from faults.result import Result
from store.ports import Row

_NODE, _SENSOR = "cth-gauge-1", "level"
_START_US = 1_780_000_000 * SECOND_US
_IMAGE_US = 1_751_328_000 * SECOND_US
_YEAR_US = 365 * DAY_US
_FASTER = 10.0
_STEP_S = 30
_STEPS, _FLOOD, _TAIL = 120, (40, 80), 40
_TOLERANCE_US = 2 * SECOND_US
_SPREAD_US = 3 * MINUTE_US
_WRONG: dict[str, int] = {
    "right": 0,
    "1970": -_START_US + 10 * SECOND_US,
    "the image's date": _IMAGE_US - _START_US,
    "ten years ahead": 10 * _YEAR_US,
}
_CITY_STEPS = ("none", "none", "none", "an hour ahead", "an hour behind")
_FIRST: tuple[tuple[str, ClockSource], ...] = (
    ("the image's date", "ntp"),
    ("ten years ahead", "rtc"),
    ("1970", "none"),
)
"""What an agent that believes its wall clock would be taken in by; few of the other stories would show it."""
_ROUNDS_A_REAL_ONE = 5
_TRANSPORT = Transport(reconnect_first_s=0.1, resend_s=5.0, resend_max_s=10.0)


class Story(NamedTuple):
    """What is wrong in a round. `offset_us`: the wall clock's error until it learns better. `claims`: what it says it
    rests on meanwhile. `knows_at`: the step at which NTP arrives, None for never. `steps_at`: the step at which the
    wall clock jumps by `jump_us`. `deaf_until`: births go unanswered before that step. `boots`: steps at which the node
    starts again. `ppm`: the monotonic clock's error."""

    offset_us: int
    claims: ClockSource
    knows_at: int | None
    steps_at: int
    jump_us: int
    deaf_until: int
    boots: tuple[int, ...]
    ppm: float
    city_step: str
    city_steps: tuple[int, int]
    words: str


def drawn(rng: random.Random, number: int) -> Story:
    """A round's lies. Those of the first rounds are not left to chance."""
    name = rng.choice(list(_WRONG))
    claims: ClockSource = rng.choice(("none", "none", "rtc", "ntp"))
    jump_us = rng.choice((0, 3 * _YEAR_US, -3 * _YEAR_US))
    city_step = rng.choice(_CITY_STEPS)
    if number < len(_FIRST):
        (name, claims), city_step = _FIRST[number], "none"
    deaf_until = rng.choice((0, 0, rng.randrange(5, 30), _STEPS + _TAIL)) if city_step == "none" else 0
    if name != "right" and claims != "none":
        deaf_until = 0  # a machine that swears by a wrong clock, and nobody who says otherwise: no program can know
    begins = rng.randrange(5, _STEPS - 20)
    return Story(
        offset_us=_WRONG[name],
        claims=claims,
        knows_at=rng.choice((None, rng.randrange(1, _STEPS))),
        steps_at=rng.randrange(10, _STEPS),
        jump_us=jump_us,
        deaf_until=deaf_until,
        boots=tuple(sorted(rng.sample(range(5, _STEPS), rng.choice((0, 0, 1, 2))))),
        ppm=rng.uniform(-400, 400),
        city_step=city_step,
        city_steps=(begins, begins + rng.randrange(4, 20)),
        words=f"boots {name} as {claims!r}, jumps {jump_us // _YEAR_US} y, unheard until {deaf_until}, "
        f"the city's clock: {city_step}",
    )


class _Wrong(ManualClock):
    """The city's clock, which can be put off."""

    off_us = 0

    def now_us(self) -> int:
        return super().now_us() + self.off_us


@dataclass
class Node:
    """An agent on its own clocks, and the line to the city."""

    path: Path
    story: Story
    rng: random.Random
    life: int = 0
    true_us: int = _START_US
    booted_us: int = _START_US - 100 * SECOND_US
    jumped: bool = False
    synced: bool = False
    taken_us: dict[str, int] = field(default_factory=dict)
    boot_of: dict[str, int] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)
    """lives that have learnt the time"""

    def __post_init__(self) -> None:
        self.agent = self._born()

    @property
    def at(self) -> Instant:
        mono_us = round((self.true_us - self.booted_us) * (1 + self.story.ppm / 1e6)) + SECOND_US
        if self.synced:
            return Instant(mono_us, self.true_us, "ntp")
        wrong_us = self.story.offset_us + (self.story.jump_us if self.jumped else 0)
        return Instant(mono_us, max(0, self.true_us + wrong_us), self.story.claims)

    def start_again(self) -> None:
        """The power was away for a minute."""
        self.agent.spool.commit(self.at)
        self.agent.spool.close()
        self.life += 1
        self.booted_us = self.true_us - 20 * SECOND_US
        self.synced = self.jumped = False
        self.agent = self._born()

    def measure(self, cm: float, number: int) -> None:
        level = round(cm + number / 1_000, 3)
        self.taken_us[f"{level:.3f}"] = self.true_us
        self.boot_of[f"{level:.3f}"] = self.life
        self.agent.observe(_SENSOR, FloodValues(level_cm=level), self.at)

    def talk(self, city: BenchCity) -> None:
        """Whatever the agent has to say goes to the city at once."""
        for action in self.agent.step(self.at):
            match action:
                case Connect():
                    self.agent.connected(session_present=True, at=self.at)
                case Publish(token, topic, payload):
                    city.say(topic, payload)
                    self.agent.published(token, self.at)

    def hear(self, city: BenchCity, step: int) -> None:
        for node, ack in city.acks():
            if ack.birth_no and step < self.story.deaf_until:
                continue
            if ack.birth_no:
                self.told.add(self.life)
            payload = ack.model_dump_json(exclude_none=True).encode()
            self.agent.received(topics.ack(CITY, node), payload, self.at)

    def close(self) -> None:
        self.agent.spool.close()

    def _born(self) -> Agent:
        boot = f"0f7e1c52-0000-4000-8000-{self.life:012d}"
        return Agent(
            Identity(CITY, _NODE),
            [SensorInfo(_SENSOR, "flood", _STEP_S)],
            Spool(self.path, boot, self.at),
            [BrokerAddress("127.0.0.1", 1)],
            self.rng,
            transport=_TRANSPORT,
            limits={_SENSOR: QualityLimits()},
        )


def run(laboratory: Laboratory) -> Result:
    """`rounds` floods with a wrong clock each, and some of them by processes.

    Raises NotInstalled where libfaketime or the right to a namespace is missing.
    """
    result = laboratory.result()
    for number in range(max(1, laboratory.rounds // _ROUNDS_A_REAL_ONE)):
        wrong_clocks.play(laboratory, result, number)
        laboratory.say(f"clock: processes, round {number + 1}, {len(result.failures)} broken promises")
    template = Template(laboratory.room("template"), _START_US - DAY_US, faster=_FASTER)
    worst_us = 0
    figures: Counter[str] = Counter()
    for number in range(laboratory.rounds):
        rng = random.Random(laboratory.rng.randrange(2**63))
        story = drawn(rng, number)
        room = laboratory.room(f"round-{number}")
        clock = _Wrong(_START_US)
        with capture_logs(), closing(BenchCity(template, room / "city", clock)) as city:
            node = Node(room / "spool.db", story, rng)
            with closing(node):
                _play(node, city, clock, story)
                worst_us = max(worst_us, _judge(node, city, story, result, figures, f"round {number}: {story.words}"))
        shutil.rmtree(room)
        laboratory.say(f"clock: {number + 1} of {laboratory.rounds}, {len(result.failures)} broken promises")
    result.figures.update(figures, worst_error_s=round(worst_us / SECOND_US, 3))
    return result


def _play(node: Node, city: BenchCity, clock: _Wrong, story: Story) -> None:
    for step in range(_STEPS + _TAIL):
        node.synced = node.synced or (story.knows_at is not None and step >= story.knows_at)
        node.jumped = node.jumped or step >= story.steps_at
        away = story.city_steps[0] <= step < story.city_steps[1]
        sign = {"none": 0, "an hour ahead": 1, "an hour behind": -1}[story.city_step]
        clock.off_us = sign * HOUR_US if away else 0
        if step in story.boots:
            node.start_again()
        node.measure(125.0 if _FLOOD[0] <= step < _FLOOD[1] else 40.0, step)
        for seconds in (2, 2, 13, 13):
            node.talk(city)
            city.turn()
            node.hear(city, step)
            node.talk(city)
            clock.advance(seconds)
            node.true_us += seconds * SECOND_US
    for _ in range(40):
        node.talk(city)
        city.turn()
        node.hear(city, _STEPS + _TAIL)
        clock.advance(20)
        node.true_us += 20 * SECOND_US


def _judge(node: Node, city: BenchCity, story: Story, result: Result, figures: Counter[str], where: str) -> int:
    """Returns the largest error of a time that was kept as trusted."""
    ledger = node.agent.spool.ledger()
    rows = [row for row in city.rows() if row.series.sensor == _SENSOR]
    names = Counter(_name(row) for row in rows)
    result.committed += ledger.committed
    result.stored += len(names)
    result.refused += ledger.refused
    result.dropped += ledger.dropped
    result.pending += ledger.pending
    result.duplicated += sum(names.values()) - len(names)
    result.lost += max(0, ledger.committed - len(names) - ledger.refused - ledger.dropped - ledger.pending)
    result.expect(ledger.closes, f"{where}: the ledger does not close: {ledger}")
    result.expect(not ledger.pending, f"{where}: {ledger.pending} readings are never delivered")
    in_order = [node.taken_us[_name(row)] for row in sorted(rows, key=lambda row: (row.epoch, row.seq))]
    result.expect(in_order == sorted(in_order), f"{where}: the numbers are not in the order of the readings")
    worst_us = 0
    for row in rows:
        name = _name(row)
        error_us = abs(row.observed_us - node.taken_us[name])
        figures[f"kept_{row.trust}"] += 1
        if row.trust != "untrusted" and story.city_step == "none":
            worst_us = max(worst_us, error_us)
        known = node.boot_of[name] in node.told
        untold = row.trust == "untrusted" and known and story.deaf_until == 0 and story.city_step == "none"
        result.expect(not untold, f"{where}: {name} is kept untrusted though the city had said the time")
    result.expect(worst_us <= _TOLERANCE_US, f"{where}: a trusted time is {worst_us / SECOND_US:.1f} s off")
    if story.city_step == "none" and not story.deaf_until:
        result.expect(not ledger.refused, f"{where}: {ledger.refused} readings are refused")
    _judge_flood(city, story, result, figures, where)
    return worst_us


def _name(row: Row) -> str:
    return f"{float(str(row.values['level_cm'])):.3f}"


def _judge_flood(city: BenchCity, story: Story, result: Result, figures: Counter[str], where: str) -> None:
    floods = [one for one in city.cities.incidents(CITY) if one.rule == "flood" and one.found_us is None]
    cases = city.kept().cases
    result.events_expected += 1
    result.events_opened += len(floods)
    result.cases += len(cases)
    result.expect(len(floods) == 1 and len(cases) == 1, f"{where}: {len(floods)} floods, {len(cases)} cases")
    begins_us = _START_US + _FLOOD[0] * _STEP_S * SECOND_US
    ends_us = _START_US + _FLOOD[1] * _STEP_S * SECOND_US
    for one in floods:
        off_us = HOUR_US if story.city_step != "none" else 0
        # A node whom nobody tells the time waits for it before it gives a reading away untrusted.
        wait_us = round(_TRANSPORT.clock_wait_s * SECOND_US) if story.deaf_until else 0
        result.expect(
            begins_us - off_us <= one.opened_us <= begins_us + off_us + wait_us + _SPREAD_US,
            f"{where}: opened {(one.opened_us - begins_us) / SECOND_US:.0f} s after the river rose",
        )
        result.expect(one.resolved_us is not None, f"{where}: it never ends")
        if one.resolved_us is not None:
            result.expect(one.resolved_us >= ends_us - off_us, f"{where}: it ends while the river is high")
    figures["city_steps"] += story.city_step != "none"
