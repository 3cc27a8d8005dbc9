"""A gauge's life under a `rise` rule: how far its water has come up within a window, as one latch."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import Any

from alerts.doubt import NO_JUMP, Doubted, Unbelieved, falls_as_no_water, jumps, was_never_there, within
from alerts.level_stream import LevelStream, Staff, cannot_be
from alerts.lifecycle import NOTHING, USABLE, Onset, Step, Use, in_us
from alerts.rules import Rise, Rule
from alerts.samples import Sample
from contract.clock import DAY_US
from contract.levels import Level, Scale, Threshold

_REMEMBERED_US = DAY_US
_CELLS = 12
"""into so many parts a window is divided; of each at most one low is kept"""


@lru_cache(maxsize=256)
def latch(raise_cm: float, clear_cm: float) -> Staff:
    """A single latch: closed at or beyond `raise_cm`, open below `clear_cm`."""
    return Staff(Scale("", "", "rising", (Threshold(Level.WASPADA, raise_cm, clear_cm, ""),)))


class RiseStream(LevelStream):
    """A gauge under a `rise` rule.

    What is judged is the newest reading less the lowest water of the window before it. Neither end of it may rest on
    one reading alone: a reading that jumps waits for the next, as for a level (where the scale names no `jump_cm`, one
    that moves by the rule's own `raise_cm` does), and each low is the middle one of a reading and its two neighbours.
    A keeper who forgets a digit may do so for hours (660, 66, 66, 660): where the water fell further than any water
    does, and is back within a day, it was never away. `stood` and `stood_us` are the water before such a fall.
    `older` and `newer` are the last two readings that were believed, in the gauge's own direction; `lows` are moments
    and lows in turn, each low higher than the one before it, for what lies before a lower low can never count again.
    `impossible` is told of what the gauge cannot show; what is doubted of a rise is no reading, and nobody is told.
    """

    __slots__ = (
        "condition", "gauge", "impossible", "jump_cm", "lows", "newer", "newer_us", "older", "stood", "stood_us",
        "waits", "window_us",
    )  # fmt: skip

    def __init__(
        self,
        rule: Rule,
        node: str,
        entity: str,
        period_s: float,
        staff: Staff,
        condition: Rise,
        unbelieved: Unbelieved | None = None,
    ) -> None:
        self.condition = condition
        self.impossible = unbelieved
        self.window_us = in_us(condition.window_s)
        super().__init__(rule, node, entity, period_s, staff, condition.field, None)

    def set_staff(self, staff: Staff) -> None:
        """A new scale: its centimetres may be others, so that the water is looked at anew."""
        self.gauge = staff
        self.jump_cm = staff.jump_cm if staff.jump_cm < NO_JUMP else self.condition.raise_cm
        self.older = self.newer = self.stood = math.nan
        self.newer_us = self.stood_us = 0
        self.lows: list[float] = []
        self.waits: Doubted | None = None
        super().set_staff(latch(self.condition.raise_cm, self.condition.clear_cm))

    def set_rule(self, rule: Rule) -> None:
        """Other marks of the rise: runs begin anew, and what is known of the water stays."""
        super().set_rule(rule)
        condition = rule.condition
        if not isinstance(condition, Rise) or condition == self.condition:
            return
        self.condition = condition
        self.window_us = in_us(condition.window_s)
        self.jump_cm = self.gauge.jump_cm if self.gauge.jump_cm < NO_JUMP else condition.raise_cm
        super().set_staff(latch(condition.raise_cm, condition.clear_cm))

    def rescale(self, staff: Staff) -> None:
        if staff.scale != self.gauge.scale:
            self.set_staff(staff)

    def judge(self, sample: Sample, now_us: int, said_us: int) -> tuple[Step, ...] | Onset:
        if sample.epoch == self.epoch and sample.seq > self.seq:
            self.seq = sample.seq
        elif not self._newest(sample.epoch, sample.seq):
            return self._overtaken(sample, now_us, said_us)
        water, gauge = sample.values.get(self.field), self.gauge
        if water is None or sample.quality not in USABLE or not gauge.can_show(water := gauge.sign * water):
            self._pass_over(sample, now_us)
            return NOTHING
        at_us = sample.observed_us
        if sample.trust == "untrusted" or at_us > now_us:
            at_us = now_us
        at_us = max(at_us, self.newer_us)
        if self.waits is None and abs(water - self.newer) <= self.jump_cm:
            risen = self._risen(water, at_us)
        elif self._holds_back(water, at_us, sample, now_us):
            return NOTHING
        else:
            risen = self._jumped(water, at_us)
        if math.isnan(risen):
            self._place(sample, now_us)
            self._know_nothing()
            return NOTHING
        if self.quiet and risen < self.staff.raises[0]:
            # The common case by far: nothing runs and the water stands.
            self.value = risen
            return NOTHING
        return self._judge(sample, risen, risen, now_us, said_us)

    def _pass_over(self, sample: Sample, now_us: int) -> None:
        """It is no information; where it is a figure that the gauge cannot show, that is said."""
        water = sample.values.get(self.field)
        if water is not None and sample.quality in USABLE and math.isfinite(water):
            cannot_be(self.impossible, sample, water, now_us)

    def _may_begin(self, value: float) -> bool:  # noqa: ARG002
        """How far it had risen only its neighbours know."""
        return True

    def _know_nothing(self) -> None:
        """How far it has risen nobody can say: whatever had begun has no second reading."""
        self.up, self.down = [0] * len(self.up), [0] * len(self.down)
        self.quiet = self.on == 0 and self.doubted is None

    def _holds_back(self, water: float, at_us: int, sample: Sample, now_us: int) -> bool:
        """Whether this reading must wait for the next. What waited is settled first."""
        waits = self.waits
        if waits is not None:
            self.waits = None
            if not was_never_there(self.jump_cm, self.newer, waits.value, water):
                risen = self._jumped(waits.value, waits.at_us)
                if math.isnan(risen):
                    self._know_nothing()
                else:
                    self.value, self.value_us = risen, waits.at_us
                    self._run(risen, waits.at_us, Use(waits.use))
        elif jumps(self.jump_cm, self.newer, water) and within(self.live_us, self.newer_us, at_us):
            _, use = self._place(sample, now_us)
            if use is Use.LIVE:
                self.heard_us = now_us
            self.waits = Doubted(at_us, water, use)
            return True
        return False

    def _jumped(self, water: float, at_us: int) -> float:
        """The same as `_risen`, of a reading that may lie far from the last."""
        if jumps(self.jump_cm, self.newer, water) and self._is_back(self.newer, water, at_us):
            self.lows.clear()
            self.older, self.newer, self.newer_us = math.nan, water, at_us
            return math.nan
        return self._risen(water, at_us)

    def _risen(self, water: float, at_us: int) -> float:
        """Take a reading that is believed: how far it lies above the lowest water of the window, NaN where nothing is
        known of the window."""
        older, newer, lows = self.older, self.newer, self.lows
        if older <= newer <= water or older >= newer >= water:
            self._keep_low(self.newer_us, newer)
        elif not math.isnan(older):
            self._keep_low(self.newer_us, sorted((older, newer, water))[1])
        elif not math.isnan(newer):
            self._keep_low(self.newer_us, max(newer, water))  # the first of all has no neighbour before it
        self.older, self.newer, self.newer_us = newer, water, at_us
        since_us = at_us - self.window_us
        while lows and lows[0] < since_us:
            del lows[:2]
        return water - lows[1] if lows else math.nan

    def _is_back(self, before: float, water: float, at_us: int) -> bool:
        """Whether a jump undoes a fall that no water could have made. Such a fall is remembered."""
        sign = self.gauge.sign
        if falls_as_no_water(self.jump_cm, sign, sign * before, sign * water):
            self.stood, self.stood_us = before, at_us
            return False
        return abs(water - self.stood) <= self.jump_cm and at_us - self.stood_us <= _REMEMBERED_US

    def _keep_low(self, at_us: int, low: float) -> None:
        lows = self.lows
        if lows and lows[-1] == low:
            lows[-2] = at_us
            return
        while lows and lows[-1] >= low:
            del lows[-2:]
        if not lows or (at_us - lows[-2]) * _CELLS >= self.window_us:
            lows += (at_us, low)

    def spoke_us(self) -> int:
        return max(super().spoke_us(), self.newer_us)

    def read_on_site(self, value: float, read_us: int, now_us: int, said_us: int) -> tuple[Step, ...]:  # noqa: ARG002
        """One look at the staff says how high the water is and not how fast it comes."""
        return NOTHING

    def _onset(self, at_us: int, value: float) -> tuple[Step, ...] | Onset:
        return nameless(super()._onset(at_us, value))

    def _silent_onset(self, at_us: int) -> tuple[Step, ...] | Onset:
        return nameless(super()._silent_onset(at_us))

    def rewind(self, now_us: int) -> None:
        super().rewind(now_us)
        self.newer_us = min(self.newer_us, now_us)
        self.stood_us = min(self.stood_us, now_us)
        self.lows[::2] = [min(us, now_us) for us in self.lows[::2]]
        if self.waits is not None:
            self.waits = self.waits._replace(at_us=min(self.waits.at_us, now_us))

    def state(self) -> list[Any]:
        known = [None if math.isnan(cm) else cm for cm in (self.older, self.newer, self.stood)]
        return [*super().state(), [known, self.newer_us, self.stood_us, self.lows, self.waits]]

    def restore(self, state: list[Any]) -> None:
        super().restore(state)
        known, self.newer_us, self.stood_us, lows, waits = state[-1]
        self.older, self.newer, self.stood = (math.nan if cm is None else cm for cm in known)
        self.lows = list(lows)
        self.waits = None if waits is None else Doubted(*waits)


def nameless(outcome: tuple[Step, ...] | Onset) -> tuple[Step, ...] | Onset:
    """What has no level is told without one."""
    return replace(outcome, level=None) if isinstance(outcome, Onset) else outcome
