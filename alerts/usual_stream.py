"""A sensor's life under a `usual` rule: how far a reading lies from what is usual for this hour of the week.

What is usual is learned from good readings, an hour at a time: of each of the week's 168 hours a middle and how far
hours lie from it as a rule. Both move by a tenth of what a new week says, and never by more than a few deviations, so
that a market day, a flood or a broken counter does not become the rule. Five bytes an hour, however long it learns.
"""

from __future__ import annotations

import math
import struct
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from alerts.level_stream import LevelStream, Staff
from alerts.lifecycle import NOTHING, USABLE, Onset, Step
from alerts.rise_stream import latch, nameless
from alerts.rules import Rule, Usual
from alerts.samples import Sample
from contract.clock import HOUR_US, from_us

HOURS = 168
_PACKED = struct.Struct("<hHB")
_FINE = 2000.0
"""steps by which the logarithm of a value is kept: a twentieth of a per cent"""
_LEAST_SHARE = 0.1
_FIRST_DEVIATION = 0.3
"""of the first hour's value, before a second week says how far hours lie apart"""
_CLIPPED = 3.0
"""so many deviations a new hour counts for at most"""


def _code(value: float) -> int:
    return round(math.copysign(math.log1p(abs(value)), value) * _FINE)


def _decode(code: int) -> float:
    return math.copysign(math.expm1(abs(code) / _FINE), code)


class Week:
    """The 168 hours: of each its middle, its deviation, and how many weeks it has seen (255 at most)."""

    __slots__ = ("cells",)

    def __init__(self, cells: bytes = b"") -> None:
        self.cells = bytearray(cells or HOURS * _PACKED.size)

    def at(self, hour: int) -> tuple[float, float, int]:
        """(middle, deviation, weeks) of an hour of the week."""
        middle, deviation, weeks = _PACKED.unpack_from(self.cells, hour * _PACKED.size)
        return _decode(middle), _decode(deviation), weeks

    def learn(self, hour: int, value: float) -> None:
        """What this hour was like this week."""
        middle, deviation, weeks = self.at(hour)
        if weeks == 0:
            middle, deviation = value, _FIRST_DEVIATION * abs(value)
        else:
            share = max(1.0 / (weeks + 1), _LEAST_SHARE)
            off = value - middle
            if weeks >= 2:
                most = _CLIPPED * max(deviation, 1.0)
                off = max(-most, min(most, off))
            middle += share * off
            deviation += share * (abs(off) - deviation)
        code = _PACKED.size * hour
        _PACKED.pack_into(self.cells, code, _code(middle), _code(deviation), min(weeks + 1, 255))


def hour_of_week(at_us: int, zone: ZoneInfo) -> int:
    """0 is Monday from midnight to one, by the city's clocks."""
    moment = from_us(at_us).astimezone(zone)
    return 24 * moment.weekday() + moment.hour


class UsualStream(LevelStream):
    """A sensor under a `usual` rule.

    `hour` is the hour of the week that runs since `hour_us`; `total` and `count` are of its good readings, learned
    when it is over. A reading between `low` and `high` is what is usual now; both are NaN where too little is known.
    """

    __slots__ = ("condition", "count", "high", "hour", "hour_us", "low", "total", "week", "zone")

    def __init__(self, rule: Rule, node: str, entity: str, period_s: float, condition: Usual, zone: ZoneInfo) -> None:
        self.condition = condition
        self.zone = zone
        self.week = Week()
        self.hour, self.hour_us, self.total, self.count = -1, 0, 0.0, 0
        self.low = self.high = math.nan
        super().__init__(rule, node, entity, period_s, _latch_of(condition), condition.field, None)

    def set_rule(self, rule: Rule) -> None:
        """Other marks: runs begin anew, and what is usual stays."""
        super().set_rule(rule)
        if isinstance(rule.condition, Usual) and rule.condition != self.condition:
            self.condition = rule.condition
            self.set_staff(_latch_of(rule.condition))
            self._set_marks()

    def rescale(self, staff: Staff) -> None:
        """A gauge's scale is nothing to it."""

    def read_on_site(self, value: float, read_us: int, now_us: int, said_us: int) -> tuple[Step, ...]:  # noqa: ARG002
        return NOTHING

    def judge(self, sample: Sample, now_us: int, said_us: int) -> tuple[Step, ...] | Onset:
        if sample.epoch == self.epoch and sample.seq > self.seq:
            self.seq = sample.seq
        elif not self._newest(sample.epoch, sample.seq):
            return NOTHING
        value = sample.values.get(self.field)
        if value is None or sample.quality not in USABLE or not math.isfinite(value):
            return NOTHING
        at_us = now_us if sample.trust == "untrusted" or sample.observed_us > now_us else sample.observed_us
        if at_us < self.hour_us:
            return NOTHING  # it speaks of an hour that is over
        if at_us - self.hour_us >= HOUR_US:
            self._turn(at_us)
        self.total += value
        self.count += 1
        if self.quiet and self.low < value < self.high:
            # The common case by far: nothing runs and all is as usual.
            self.value, self.value_us = value, at_us
            return NOTHING
        off = self._off(value)
        return NOTHING if math.isnan(off) else self._judge(sample, value, off, now_us, said_us)

    def _turn(self, at_us: int) -> None:
        """Another hour: what is over is learned."""
        if self.count > 0:
            self.week.learn(self.hour, self.total / self.count)
        moment = from_us(at_us).astimezone(self.zone)
        past = timedelta(minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)
        self.hour_us = at_us - past // timedelta(microseconds=1)
        self.hour, self.total, self.count = hour_of_week(at_us, self.zone), 0.0, 0
        self._set_marks()

    def _set_marks(self) -> None:
        """Between which values nothing is worth a second look."""
        self.low = self.high = math.nan
        if self.hour < 0:
            return
        middle, deviation, weeks = self.week.at(self.hour)
        if weeks >= self.condition.weeks:
            near = min(self.condition.clear_times * deviation, self.condition.least)
            self.low, self.high = middle - near, middle + near

    def _off(self, value: float) -> float:
        """How many times the usual deviation it lies from the middle on the side that is looked at, NaN where too few
        weeks are known; none where it is less than `least`."""
        middle, deviation, weeks = self.week.at(self.hour)
        if self.hour < 0 or weeks < self.condition.weeks:
            return math.nan
        off = value - middle
        off = abs(off) if self.condition.side == "both" else off if self.condition.side == "high" else -off
        return 0.0 if off < self.condition.least else off / max(deviation, 1e-9)

    def _onset(self, at_us: int, value: float) -> tuple[Step, ...] | Onset:
        return nameless(super()._onset(at_us, value))

    def _silent_onset(self, at_us: int) -> tuple[Step, ...] | Onset:  # noqa: ARG002
        """One odd reading and then silence is nothing that anybody must be told."""
        self.up = [0] * len(self.up)
        return NOTHING

    def rewind(self, now_us: int) -> None:
        super().rewind(now_us)
        if self.hour_us > now_us:
            self.hour, self.hour_us, self.total, self.count = -1, 0, 0.0, 0

    def state(self) -> list[Any]:
        return [*super().state(), [self.week.cells.hex(), self.hour, self.hour_us, self.total, self.count]]

    def restore(self, state: list[Any]) -> None:
        super().restore(state)
        cells, self.hour, self.hour_us, self.total, self.count = state[-1]
        self.week = Week(bytes.fromhex(cells))
        self._set_marks()


def _latch_of(condition: Usual) -> Staff:
    return latch(condition.raise_times, condition.clear_times)
