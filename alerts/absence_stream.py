"""A point's life under an `absence` rule: heard or not, and what it says of itself."""

from __future__ import annotations

from typing import Any

from alerts.lifecycle import NOTHING, USABLE, Onset, Step, Stream, Use, in_us
from alerts.rules import Absence, Rule
from alerts.samples import Sample
from contract import incident as life
from contract.clock import SECOND_US
from contract.incident import Incident, State


class AbsenceStream(Stream):
    """A point under an `absence` rule.

    Any live reading of its kind is a sign of life, whatever its quality: a sensor that fails is not an outage. Only a
    usable one says whether the state is good. `bad_us` and `good_us` are when the present run began, 0 where none
    runs; `gone_us` is when the last will spoke, 0 while it does not count; `held_us` when it was last known to be out.
    """

    __slots__ = ("bad_us", "clear_us", "field", "for_us", "gone_us", "good", "good_us", "held_us", "keep_us")

    def __init__(self, rule: Rule, node: str, period_s: float, condition: Absence) -> None:
        super().__init__(rule, node, node, period_s)
        self.field = condition.field
        self._set_figures(rule, condition)
        self.bad_us = 0
        self.good_us = 0
        self.gone_us = 0
        self.held_us = 0

    def set_rule(self, rule: Rule) -> None:
        super().set_rule(rule)
        if isinstance(rule.condition, Absence):
            self._set_figures(rule, rule.condition)

    def _set_figures(self, rule: Rule, condition: Absence) -> None:
        self.good = frozenset(condition.good)
        self.for_us = in_us(rule.for_s)
        self.clear_us = in_us(rule.clear_for_s)
        self.keep_us = in_us(rule.keep_firing_for_s)

    def judge(self, sample: Sample, now_us: int, said_us: int) -> tuple[Step, ...] | Onset:
        if not self._newest(sample.epoch, sample.seq):
            return NOTHING
        at_us, use = self._place(sample, now_us)
        if use is not Use.LIVE:
            return NOTHING
        self.heard_us = now_us
        self.gone_us = 0
        if at_us <= self.muted_us:
            return NOTHING
        bad = self._is_bad(sample)
        if bad is True:
            self.good_us = 0
            self.held_us = at_us
            self.bad_us = self.bad_us or at_us
        elif bad is False:
            self.bad_us = 0
            self.good_us = self.good_us or at_us
        if self.incident is not None:
            return self._keep(self._advance(self.incident, bad, at_us, said_us))
        if bad and at_us > self.bad_us and at_us - self.bad_us >= self.for_us:
            return Onset(self.bad_us, at_us, None, (at_us - self.bad_us) / SECOND_US, False)
        return NOTHING

    def _is_bad(self, sample: Sample) -> bool | None:
        if not self.field:
            return False
        value = sample.values.get(self.field)
        if value is None or sample.quality not in USABLE:
            return None
        return value not in self.good

    def _advance(self, incident: Incident, bad: bool | None, at_us: int, said_us: int) -> list[Step]:
        steps: list[Step] = []
        now = incident
        down_s = (at_us - incident.crossed_us) / SECOND_US

        def add(step: Step) -> None:
            nonlocal now
            now = step[0]
            steps.append(step)

        if now.no_data:
            self.held_us = at_us
            add(life.data_back(now, down_s, at_us, said_us))
        if bad is True and now.state is State.RECOVERING:
            add(life.relapsed(now, down_s, at_us, said_us))
        elif bad is False and at_us - self.held_us >= self.keep_us:
            if at_us > self.good_us and at_us - self.good_us >= self.clear_us:
                self.good_us = 0
                add(life.resolved(now, down_s, at_us, said_us))
            elif now.state is State.FIRING:
                add(life.recovering(now, down_s, at_us, said_us))
        return steps

    def due_us(self, floor_us: int) -> int:
        if not self.heard_us or (self.incident is not None and self.incident.no_data):
            return 0
        due = max(self.heard_us, floor_us) + self.no_data_us
        if self.gone_us:
            # The last will is a witness: the rule's `for` is enough, but never sooner than that.
            due = min(due, max(self.gone_us, floor_us) + self.for_us)
        return due

    def gone(self, now_us: int) -> None:
        """The broker spoke the node's last will, or the node said that it stops."""
        if self.heard_us and not self.gone_us:
            self.gone_us = now_us

    def expire(self, at_us: int, said_us: int) -> tuple[Step, ...] | Onset:
        self.good_us = self.bad_us = 0
        silent_s = (at_us - self.heard_us) / SECOND_US
        if self.incident is None:
            return Onset(self.heard_us, at_us, None, silent_s, True)
        if self.incident.no_data:
            return NOTHING
        steps = [life.fell_silent(self.incident, at_us, said_us)]
        if self.incident.state is State.RECOVERING:
            steps.append(life.relapsed(steps[-1][0], silent_s, at_us, said_us))
        return self._keep(steps)

    def suspect(self, now_us: int, floor_us: int) -> bool:
        """Whether this point looks down by now, though its time is not over."""
        if self.incident is not None or self.bad_us or self.gone_us:
            return True
        return bool(self.heard_us) and now_us - max(self.heard_us, floor_us) >= self.no_data_us // 2

    def dead_before(self, us: int) -> bool:
        """Whether this point was known to be out already then, for a reason of its own."""
        return self.incident is not None and self.incident.crossed_us < us

    def adopt(self, incident: Incident) -> None:
        if not self._behind(incident):
            return
        self.told_us = self.muted_us = incident.changed_us
        self.bad_us = self.good_us = 0
        self.incident = incident if incident.open else None
        self.held_us = incident.changed_us
        self.heard_us = max(self.heard_us, incident.changed_us)

    def rewind(self, now_us: int) -> None:
        super().rewind(now_us)
        known = (self.bad_us, self.good_us, self.gone_us, self.held_us)
        self.bad_us, self.good_us, self.gone_us, self.held_us = (min(us, now_us) for us in known)

    def state(self) -> list[Any]:
        return [*super().state(), self.bad_us, self.good_us, self.gone_us, self.held_us]

    def restore(self, state: list[Any]) -> None:
        super().restore(state)
        self.bad_us, self.good_us, self.gone_us, self.held_us = state[6:]
