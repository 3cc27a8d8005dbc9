"""`flapping`: the water plays ±2 cm round a level for a day, single samples spike, a sensor sticks.

Each round is a day or two of one gauge through the edge's real quality checks and the city's real engine, by a clock of
its own. What truly happened is told by the water alone (`faults.truth`). A campaign plays one such day through real
processes as well.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from enum import StrEnum

from alerts.engine import Engine, Transition
from alerts.rulefile import load_rules
from alerts.rules import Rule
from alerts.samples import Sample
from contract.clock import HOUR_US, SECOND_US
from contract.incident import Incident, What
from contract.kinds import FloodValues
from contract.levels import Level, Scale, Threshold
from contract.quality import Quality
from edge.quality import GAUGE, Checker, QualityLimits
from faults import truth
from faults.laboratory import Laboratory
from faults.parts.brokers import wait_until
from faults.parts.must import must
from faults.parts.served_city import Servers, served_city
from faults.parts.stages import ROOT
from faults.result import Result
from store.ports import Placement, Row

PERIOD_S = 300.0
_HOUR_S = 3_600.0
_DAY_S = 86_400.0
_START_US = 1_750_000_000 * SECOND_US
_STUCK_WITHIN_S = 1_800.0
_PLAIN_SPIKE_CM = 120.0
"""more than any river of ours does between two samples; a smaller one may be water"""
_SAY_S = 8.0
_DAYS_WITHIN_US = 1_800 * SECOND_US
_RAISES, _CLEARS = (70.0, 110.0, 160.0), (60.0, 95.0, 140.0)
_CITY, _NODE = "contoh", "cth-gauge-1"
SCALE = Scale(
    _NODE,
    "contoh",
    "rising",
    tuple(
        Threshold(level, raise_cm, clear_cm, name)
        for level, raise_cm, clear_cm, name in zip(
            (Level.WASPADA, Level.SIAGA, Level.AWAS), _RAISES, _CLEARS, ("Siaga 3", "Siaga 2", "Siaga 1"), strict=True
        )
    ),
)
_PLACE = Placement(
    city=_CITY,
    node=_NODE,
    kind="gauge",
    name="Duga Hulu",
    site="hulu",
    site_name="Jangkuk Hulu",
    region="99.01.01.1002",
    lat=-8.57,
    lon=116.11,
    river="Jangkuk",
    river_km=10.0,
    uplink="",
    audience="public",
    sensors={"gauge": ("flood", PERIOD_S)},
)


class Play(StrEnum):
    """What a round is about."""

    LEVEL = "a day round a level"
    CALM = "a day of low water"
    STUCK_LOW = "stuck in low water"
    STUCK_HIGH = "stuck in a flood"


@dataclass
class Day:
    """One round: the water as it is, and what the sensor makes of it (None: nothing is wrong with it)."""

    play: Play
    water: list[tuple[float, float]]
    spikes: dict[int, float] = field(default_factory=dict)
    stuck: range | None = None

    def read(self) -> list[float]:
        """What the sensor says, sample by sample, to the millimetre."""
        read = [round(cm + self.spikes.get(number, 0.0), 1) for number, (_, cm) in enumerate(self.water)]
        if self.stuck is not None:
            read[self.stuck.start : self.stuck.stop] = [read[self.stuck.start]] * len(self.stuck)
        return read


@dataclass
class Verdict:
    """What the checks and the engine made of a day."""

    flags: list[Quality]
    transitions: list[Transition]

    @property
    def incidents(self) -> dict[str, Incident]:
        """Each incident as it was last."""
        return {one.incident.id: one.incident for one in self.transitions}

    def times(self, what: What) -> int:
        return sum(one.change.what is what for one in self.transitions)


def draw(rng: random.Random, play: Play) -> Day:
    """A round of `play`."""
    calm_cm = rng.uniform(20.0, 40.0)
    stretches: list[tuple[float, float, float, float, float]] = [(6 * _HOUR_S, calm_cm, calm_cm, 0.0, 1.0)]
    if play is Play.LEVEL:
        mark = rng.choice(_RAISES + _CLEARS[1:])
        rise_s, fall_s = rng.uniform(1.0, 3.0) * _HOUR_S, rng.uniform(3.0, 6.0) * _HOUR_S
        wave_s = rng.uniform(50.0, 240.0) * 60.0
        stretches += [
            (rise_s, calm_cm, mark, 0.0, 1.0),
            (_DAY_S, mark, mark, 2.0, wave_s),
            (fall_s, mark, calm_cm, 0.0, 1.0),
        ]
    elif play is Play.STUCK_HIGH:
        high_cm = rng.uniform(80.0, 150.0)
        stretches += [
            (2 * _HOUR_S, calm_cm, high_cm, 0.0, 1.0),
            (14 * _HOUR_S, high_cm, high_cm, 2.0, 5_000.0),
            (4 * _HOUR_S, high_cm, calm_cm, 0.0, 1.0),
        ]
    else:
        stretches.append((18 * _HOUR_S, calm_cm, calm_cm, 1.0, 7_000.0))
    stretches.append((4 * _HOUR_S, calm_cm, calm_cm, 0.0, 1.0))
    day = Day(play, _water(rng, stretches))
    samples = len(day.water)
    if play in (Play.STUCK_LOW, Play.STUCK_HIGH):
        first = round((9.0 if play is Play.STUCK_HIGH else 8.0) * _HOUR_S / PERIOD_S) + rng.randrange(36)
        day.stuck = range(first, first + rng.randint(12, 60))
    free = [number for number in range(12, samples - 12) if day.stuck is None or number not in _near(day.stuck)]
    taken: list[int] = []
    for number in rng.sample(free, min(len(free), rng.randint(0, 12))):
        if all(abs(number - other) > 4 for other in taken):
            taken.append(number)
            day.spikes[number] = rng.uniform(40.0, 400.0)
    return day


def _near(stuck: range) -> range:
    return range(stuck.start - 6, stuck.stop + 6)


def _water(rng: random.Random, stretches: list[tuple[float, float, float, float, float]]) -> list[tuple[float, float]]:
    """(seconds, cm) every PERIOD_S. A stretch: (seconds, from cm, to cm, ± cm, seconds of a swing). A river is never
    quite still: waves of a few millimetres stand on it."""
    found: list[tuple[float, float]] = []
    began_s = 0.0
    for length_s, from_cm, to_cm, swing_cm, swing_s in stretches:
        at_s = 0.0
        while at_s < length_s:
            cm = from_cm + (to_cm - from_cm) * at_s / length_s
            cm += swing_cm * math.sin(2 * math.pi * at_s / swing_s) + rng.gauss(0.0, 0.3)
            found.append((began_s + at_s, cm))
            at_s += PERIOD_S
        began_s = found[-1][0] + PERIOD_S
    return found


def judge(
    day: Day, rules: tuple[Rule, ...], rng: random.Random, *, limits: QualityLimits = GAUGE, scale: Scale = SCALE
) -> Verdict:
    """Through the edge's checks and the engine, each reading a second or two under way."""
    checker = Checker(limits)
    engine = Engine(_CITY, rules, {_NODE: _PLACE}, {_NODE: scale}, travel_s=3.0)
    verdict = Verdict([], [])
    for seq, ((at_s, _), cm) in enumerate(zip(day.water, day.read(), strict=True), start=1):
        observed_us = _START_US + round(at_s * SECOND_US)
        values = FloodValues(level_cm=cm, source="sensor")
        quality = checker.judge(values, observed_us).quality
        verdict.flags.append(quality)
        sample = Sample(_NODE, "gauge", "flood", "00000000000000aa", seq, observed_us, "synced", quality, vars(values))
        now_us = observed_us + round(rng.uniform(0.2, 2.0) * SECOND_US)
        verdict.transitions += engine.tick(now_us)
        verdict.transitions += engine.step(sample, now_us)
    verdict.transitions += engine.tick(_START_US + round(day.water[-1][0] * SECOND_US) + HOUR_US // 60)
    return verdict


def account(day: Day, verdict: Verdict, rule: Rule, result: Result) -> None:
    """What should have been opened, what was; what the checks said of the sensor."""
    expected = truth.excursions(day.water, _RAISES[0], _CLEARS[0], rule.for_s, rule.clear_for_s)
    incidents = verdict.incidents
    result.events_expected += len(expected)
    result.events_opened += len({one.event for one in incidents.values()})
    result.duplicated += max(0, len(incidents) - len(expected))
    story = f"{day.play}: {len(expected)} floods, {len(incidents)} incidents"
    result.expect(len(incidents) == len(expected), story)
    result.expect(not any(one.open for one in incidents.values()), f"{day.play}: left open")
    for number in day.spikes:
        seen = verdict.flags[number]
        result.figures["spikes"] = result.figures.get("spikes", 0) + 1
        result.figures["spikes_flagged"] = result.figures.get("spikes_flagged", 0) + (seen is not Quality.GOOD)
        plain = day.spikes[number] >= _PLAIN_SPIKE_CM
        result.expect(
            seen is not Quality.GOOD or not plain, f"{day.play}: {day.spikes[number]:.0f} cm too much is good"
        )
    if day.stuck is not None:
        _stuck(day, verdict, rule, result)
    else:
        told = result.figures.get("still_by_mistake", 0)
        result.figures["still_by_mistake"] = told + _flat(day, verdict)


def _stuck(day: Day, verdict: Verdict, rule: Rule, result: Result) -> None:
    stuck = day.stuck or range(0)
    flagged = next((number for number in stuck if verdict.flags[number] is not Quality.GOOD), None)
    after_s = math.inf if flagged is None else (flagged - stuck.start) * PERIOD_S
    result.expect(after_s <= _STUCK_WITHIN_S, f"{day.play}: flagged after {after_s / 60:.0f} min")
    result.figures["stuck_flagged_after_s_max"] = max(result.figures.get("stuck_flagged_after_s_max", 0.0), after_s)
    back = range(stuck.stop + 4, len(verdict.flags))
    sound = [number for number in back if number not in day.spikes and number - 1 not in day.spikes]
    result.expect(
        all(verdict.flags[number] is Quality.GOOD for number in sound[:24]), f"{day.play}: not believed when it moves"
    )
    if day.play is Play.STUCK_HIGH and len(stuck) * PERIOD_S > _STUCK_WITHIN_S + 2 * rule.no_data_for_s:
        result.expect(verdict.times(What.NO_DATA) > 0, f"{day.play}: a dead gauge in a flood was not called silent")


def _flat(day: Day, verdict: Verdict) -> int:
    """Sound samples that were not believed though nothing is wrong: neither a spike nor the sample after one."""
    return sum(
        flag is not Quality.GOOD and not {number, number - 1, number - 2} & day.spikes.keys()
        for number, flag in enumerate(verdict.flags)
    )


def run(laboratory: Laboratory) -> Result:
    """`rounds` days, of all plays in turn."""
    result = laboratory.result()
    pack = load_rules(ROOT / "cities" / "yogyakarta" / "rules")
    rules = tuple(rule for rule in pack if rule.audience != "shadow")
    rule = next(rule for rule in rules if rule.subject == "flood")
    plays = list(Play)
    for number in range(laboratory.rounds):
        day = draw(laboratory.rng, plays[number % len(plays)])
        account(day, judge(day, rules, laboratory.rng), rule, result)
        if number % 50 == 49:
            laboratory.say(f"{number + 1} of {laboratory.rounds} days")
    if not laboratory.short:
        through_processes(laboratory, rule, result)
    return result


def through_processes(laboratory: Laboratory, rule: Rule, result: Result) -> None:
    """One day of each play, each at a gauge of its own, through real agents, ingest and engine."""
    folder = laboratory.room("city")
    servers = Servers(f"sqlite:///{folder / 'readings.db'}", f"sqlite:///{folder / 'city.db'}")
    days = [draw(laboratory.rng, play) for play in Play]
    with served_city(laboratory, folder / "rest", servers, rivers=len(days), points=1) as city:
        # A reading of the city's calm is no part of a day that stands in another water.
        rivers = dict(zip(city.rivers, days, strict=True))
        for gauge, day in rivers.items():
            for cm in day.read():
                city.fleet.story.say_once(gauge, cm)
            if truth.excursions(day.water, _RAISES[0], _CLEARS[0], rule.for_s, rule.clear_for_s):
                city.risen.setdefault("", []).append(gauge)
        samples = max(len(day.water) for day in days)
        began_us = laboratory.clock.mono_us()
        while any(city.fleet.story.left(gauge) for gauge in rivers):
            wait_until(lambda: not any(city.fleet.story.left(gauge) for gauge in rivers), _SAY_S)
            told = max(city.fleet.story.left(gauge) for gauge in rivers)
            laboratory.say(f"through real processes: {samples - told} of {samples} samples")
            must(laboratory.clock.mono_us() - began_us < _DAYS_WITHIN_US, "the days never ended")
        ended = wait_until(lambda: not city.cities.open_incidents(city.city), 60, 0.1)
        result.expect(ended, "through processes: a flood did not end")
        result.expect(city.drained(60), "through processes: readings still wait")
        stuck = [gauge for gauge, day in rivers.items() if day.stuck is not None]
        flagged = {row.series.node for row in city.readings.received_since(city.city, 0, limit=10**6) if _flat_row(row)}
        for gauge in stuck:
            result.expect(gauge in flagged, f"through processes: {gauge} sticks and nobody says so")
        city.settle(result)


def _flat_row(row: Row) -> bool:
    return row.series.kind == "flood" and row.checks.get("flat_line", 1) != 1
