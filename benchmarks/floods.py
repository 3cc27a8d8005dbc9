"""Real floods through a city's rules, as figures: true changes found in time, others, and what errors change.

`python -m benchmarks.floods FOLDER`, where FOLDER holds recordings (`*_flood.csv`, `*_spikes.csv`, as a replay reads
them). Prints one JSON object and keeps it in `results/`.

A *true* change is a level that the next reading holds while the river is known as milder. It must be told at the
latest one reading after the first whose `for` is over. A *planted* error is one reading that is 100 to 400 cm too
high: tried at every place of every flood, with fixed figures and with drawn ones. A *forgotten* digit is left out (21
for 215) for three readings in a row, at every place where a flood is open and all of them lie beyond a mark.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from alerts.level_stream import LevelStream, Staff
from alerts.lifecycle import Onset, open_incident
from alerts.rulefile import load_rules
from alerts.rules import Levels, Rule
from alerts.samples import Sample
from benchmarks.machine import tell
from cities.load import load, rules_folder
from contract.city import Profile
from contract.clock import SECOND_US
from contract.errors import BadInput
from contract.incident import What
from contract.levels import Level, Scale
from contract.quality import Quality
from siaga.history import read_series

AMOUNTS_CM = (100.0, 160.0, 250.0, 400.0)
SEEDS = (1, 2, 3)
_EPOCH = "0" * 16
_NEAR = 4
"""an error may move a true change by so many readings; that is told early or late, and not told wrongly"""
_FORGOTTEN = 3
"""readings in a row from which the last digit is left out"""
_LOOK = 60
"""readings after an error within which all it can do has been done"""


class Point(NamedTuple):
    """Event time and cm."""

    at_us: int
    cm: float


class Moment(NamedTuple):
    """A level that was told, and when."""

    at_us: int
    level: Level


@dataclass
class Figures:
    """What one gauge's recording gave. Each list holds (event time, level)."""

    readings: int = 0
    true: list[Moment] = field(default_factory=list)
    late: list[Moment] = field(default_factory=list)
    told: int = 0
    other: list[Moment] = field(default_factory=list)
    planted: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    unexplained: list[tuple[int, float, Level]] = field(default_factory=list)
    """event time of the planted error, its figure, the level told"""
    forgotten: int = 0
    cleared: list[Moment] = field(default_factory=list)
    """all-clears that a forgotten digit told"""


class River:
    """One gauge's life under one rule, told reading by reading."""

    def __init__(self, rule: Rule, scale: Scale, period_s: float) -> None:
        assert isinstance(rule.condition, Levels)
        self.rule, self.scale, self.period_s = rule, scale, period_s
        self._field = rule.condition.field

    def fresh(self) -> LevelStream:
        """A stream that has heard nothing."""
        gauge = self.scale.gauge
        return LevelStream(self.rule, gauge, f"{gauge}/level", self.period_s, Staff(self.scale), self._field, None)

    def copy(self, stream: LevelStream) -> LevelStream:
        """Another one that goes on from where this one stands."""
        other = self.fresh()
        other.restore(stream.state())
        other.incident = stream.incident
        return other

    def hear(self, stream: LevelStream, number: int, point: Point) -> Iterator[tuple[What, Moment]]:
        """Let time pass up to a reading and judge it: levels told, worse and milder."""
        due_us = stream.due_us(0)
        if due_us and due_us <= point.at_us:
            yield from self._told(stream, stream.expire(due_us, due_us))
        values = {self._field: point.cm}
        sample = Sample(
            self.scale.gauge, "level", "flood", _EPOCH, number + 1, point.at_us, "synced", Quality.GOOD, values
        )
        yield from self._told(stream, stream.judge(sample, point.at_us, point.at_us))

    def _told(self, stream: LevelStream, outcome: Any) -> Iterator[tuple[What, Moment]]:
        if isinstance(outcome, Onset):
            stream.opened(open_incident("", self.rule, stream, outcome, "event", "public"))
            yield What.OPENED, Moment(outcome.opened_us, outcome.level or Level.NORMAL)
            return
        for _, change in outcome:
            if change.what in {What.LEVEL, What.RESOLVED}:
                yield change.what, Moment(change.at_us, change.level or Level.NORMAL)


def held(points: Sequence[Point], river: River) -> list[tuple[int, Moment]]:
    """By hand, without the engine: where a level is reached that the next reading holds; the number of the reading by
    which it must be told, and its moment.

    The level known goes down again where every reading of `clear_for` lies within the clear mark.
    """
    scale, rule = river.scale, river.rule
    sign = 1.0 if scale.direction == "rising" else -1.0
    known, found = Level.NORMAL, []
    for i in range(len(points) - 1):
        level = max(scale.level_at(points[i].cm), scale.level_at(points[i + 1].cm), key=int)
        if level.worse_than(known) and points[i + 1].at_us - points[i].at_us <= rule.no_data_for_s * SECOND_US:
            known = level
            over_us = points[i].at_us + rule.for_s * SECOND_US
            first = next((j for j in range(i + 1, len(points)) if points[j].at_us >= over_us), len(points) - 1)
            found.append((min(first + 1, len(points) - 1), Moment(points[i].at_us, level)))
        while (mark := scale.threshold(known)) is not None:
            since_us = points[i].at_us - rule.clear_for_s * SECOND_US
            j = i
            while j >= 0 and sign * points[j].cm < sign * mark.clear_cm and points[j].at_us > since_us:
                j -= 1
            if j < 0 or sign * points[j].cm >= sign * mark.clear_cm:
                break
            known = Level(known + 1)
    return found


def judge(points: Sequence[Point], river: River) -> Figures:
    """What the rules make of a recording as it is."""
    figures = Figures(readings=len(points))
    stream, shown, known = river.fresh(), [], Level.NORMAL
    for number, point in enumerate(points):
        for what, moment in river.hear(stream, number, point):
            figures.told += 1
            if moment.level.worse_than(known) and not _borne_out(points, number, moment.level, river.scale):
                figures.other.append(moment)
            known = Level.NORMAL if what is What.RESOLVED else moment.level
        shown.append(known)
    for by, moment in held(points, river):
        figures.true.append(moment)
        first = next(j for j, point in enumerate(points) if point.at_us >= moment.at_us)
        if not any(not moment.level.worse_than(level) for level in shown[first : by + 1]):
            figures.late.append(moment)
    return figures


def _borne_out(points: Sequence[Point], number: int, level: Level, scale: Scale) -> bool:
    """Whether two readings in a row, the last of them lately, showed this level or worse."""
    lately = [not level.worse_than(scale.level_at(point.cm)) for point in points[max(0, number - _NEAR) : number + 1]]
    return any(a and b for a, b in pairwise(lately))


def plant(points: Sequence[Point], river: River, figures: Figures) -> None:
    """Put an error in at every place, and count each that tells a level which the recording never told thereabouts."""
    stream, before, told = river.fresh(), [], []
    for number, point in enumerate(points):
        before.append(river.copy(stream))
        told.append(list(river.hear(stream, number, point)))
    draws = [random.Random(seed) for seed in SEEDS]
    for i in range(1, len(points) - 1):
        for amount in (*AMOUNTS_CM, *(draw.uniform(AMOUNTS_CM[0], AMOUNTS_CM[-1]) for draw in draws)):
            figures.planted += 1
            sign = 1.0 if river.scale.direction == "rising" else -1.0
            spiked = Point(points[i].at_us, points[i].cm + sign * amount)
            for moment in _wrong(points, i, spiked, river, before, told):
                why = _why(points, i, moment, river)
                figures.wrong[why] += 1
                if why == "unexplained":
                    figures.unexplained.append((spiked.at_us, spiked.cm, moment.level))
                break


def forget(points: Sequence[Point], river: River, figures: Figures) -> None:
    """Leave the last digit out at every place of an open flood, and note each all-clear that is told for it."""
    stream = river.fresh()
    for number, point in enumerate(points):
        lost = points[number : number + _FORGOTTEN]
        if stream.incident is not None and all(river.scale.level_at(cm) is not Level.NORMAL for _, cm in lost):
            figures.forgotten += 1
            typist = river.copy(stream)
            told = [
                one
                for i, (at_us, cm) in enumerate(lost, start=number)
                for one in river.hear(typist, i, Point(at_us, cm // 10))
            ]
            figures.cleared += [moment for what, moment in told if what is What.RESOLVED][:1]
        for _ in river.hear(stream, number, point):
            pass


def _wrong(
    points: Sequence[Point],
    i: int,
    spiked: Point,
    river: River,
    before: Sequence[LevelStream],
    told: Sequence[Sequence[tuple[What, Moment]]],
) -> Iterator[Moment]:
    """Levels told after the error that the recording itself does not tell near there."""
    stream = river.copy(before[i])
    true = [moment for one in told[max(0, i - _NEAR) : i + _LOOK] for _, moment in one]
    for number in range(i, min(len(points), i + _LOOK)):
        point = spiked if number == i else points[number]
        if number > i + 1 and stream.state() == before[number].state():
            return
        for what, moment in river.hear(stream, number, point):
            near_us = points[max(0, number - _NEAR)].at_us, points[min(len(points) - 1, number + _NEAR)].at_us
            near = any(one.level == moment.level and near_us[0] <= one.at_us <= near_us[1] for one in true)
            if what is not What.RESOLVED and not near:
                yield moment


def _why(points: Sequence[Point], i: int, moment: Moment, river: River) -> str:
    """What nobody could have known better at that moment, or `unexplained`."""
    silent_us = river.rule.no_data_for_s * SECOND_US
    if points[i + 1].at_us - points[i].at_us > silent_us:
        return "then_silent"
    beside = (j for j in range(max(0, i - 2), min(len(points), i + 3)) if j != i)
    if any(not moment.level.worse_than(river.scale.level_at(points[j].cm)) for j in beside):
        return "beside_another_reading_at_that_level"
    return "unexplained"


def recorded(path: Path, profile: Profile) -> dict[str, list[Point]]:
    """The city's gauges in a recording, by node."""
    found: dict[str, list[Point]] = {}
    for past in read_series(path, profile).history:
        found.setdefault(past.gauge, []).append(Point(past.at_us, past.cm))
    return found


def rivers(profile: Profile, rules: Sequence[Rule]) -> dict[str, River]:
    """Each gauge under the city's flood rule."""
    rule = next(one for one in rules if isinstance(one.condition, Levels))
    periods = {node.node: node.sensors[0].period_s for node in profile.nodes if node.kind == "gauge"}
    return {scale.gauge: River(rule, scale, periods[scale.gauge]) for scale in profile.scales}


def measured(folder: Path, city: str = "jakarta") -> dict[str, Any]:
    """All figures of the recordings in a folder. Raises BadInput where it holds none."""
    profile = load(city)
    known = rivers(profile, load_rules(rules_folder(city)))
    floods = sorted(folder.glob("*_flood.csv"))
    if not floods:
        raise BadInput(
            "there is no recording here", where=str(folder), remedy="Name the folder that holds *_flood.csv."
        )
    result: dict[str, Any] = {}
    for path in floods:
        for gauge, points in recorded(path, profile).items():
            figures = judge(points, known[gauge])
            plant(points, known[gauge], figures)
            forget(points, known[gauge], figures)
            result[f"{path.stem}/{gauge}"] = _as_json(figures)
    for path in sorted(folder.glob("*_spikes.csv")):
        for gauge, points in recorded(path, profile).items():
            figures = judge(points, known[gauge])
            result[f"{path.stem}/{gauge}"] = {"readings": figures.readings, "levels_told": figures.told}
    return {"city": city, "recordings": result, "all": _sum(result)}


def _as_json(figures: Figures) -> dict[str, Any]:
    return {
        "readings": figures.readings,
        "true_changes": len(figures.true),
        "found_late": len(figures.late),
        "other_changes": len(figures.other),
        "changes_told": figures.told,
        "planted": figures.planted,
        "planted_that_told_a_level": dict(sorted(figures.wrong.items())),
        "forgotten": figures.forgotten,
        "forgotten_that_told_an_all_clear": len(figures.cleared),
    }


def _sum(result: dict[str, Any]) -> dict[str, Any]:
    whole: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for one in result.values():
        whole.update({key: value for key, value in one.items() if isinstance(value, int)})
        wrong.update(one.get("planted_that_told_a_level", {}))
    return {**whole, "planted_that_told_a_level": dict(sorted(wrong.items()))}


if __name__ == "__main__":
    tell("floods", measured(Path(sys.argv[1])))
