"""Several streams taken together: n sensors of a group past a mark, or two signals of a group at once, within a time of
each other. Nothing is measured here: what counts is what the rules of the members have found.

What nobody hears is unknown: a silent member never counts as past its mark, and never as safe again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from alerts.lifecycle import NOTHING, Onset, Step, Stream, in_us
from alerts.rules import Absence, Combined, GroupBy, Rule
from alerts.samples import Sample
from contract import incident as life
from contract.clock import MINUTE_US, SECOND_US
from contract.incident import Incident, State
from store.ports import Placement


def group_at(group_by: GroupBy, place: Placement) -> str:
    """What stands together with this place; empty where it belongs to nothing of the sort."""
    if group_by == "river":
        return f"river/{place.river}" if place.river else ""
    return f"site/{place.site}" if group_by == "site" else f"node/{place.node}"


class Said(NamedTuple):
    """What a member says: that it is past the mark (since when), that it is not, or (None) nothing that is known."""

    rule: str
    past: bool | None
    since_us: int


def met(said: Sequence[Said], condition: Combined) -> bool:
    """Whether as many of each rule as are needed are known to be past their mark, within the time of each other."""
    past = [one for one in said if one.past]
    within_us = in_us(condition.within_s)
    for first in past:
        near = Counter(one.rule for one in past if 0 <= one.since_us - first.since_us <= within_us)
        if all(near[need.rule] >= need.count for need in condition.needs):
            return True
    return False


def may_be(said: Sequence[Said], condition: Combined) -> bool:
    """Whether there would be as many if all that is unknown were past its mark."""
    possible = Counter(one.rule for one in said if one.past is not False)
    return all(possible[need.rule] >= need.count for need in condition.needs)


class CombinedStream(Stream):
    """The members of one group under a `several` or `both` rule.

    It is looked at with each change of a member and, while it waits or is open, every so often. `since` says by member
    since when it has been past its mark; `began_us` and `good_us` are when the present run began, 0 where none runs;
    `held_us` when the condition was last met.
    """

    __slots__ = (
        "began_us", "clear_us", "condition", "every_us", "for_us", "good_us", "held_us", "keep_us", "looked_us",
        "members", "since",
    )  # fmt: skip

    def __init__(self, rule: Rule, group: str, condition: Combined) -> None:
        super().__init__(rule, "", group, 0.0)
        self.condition = condition
        self.members: list[Stream] = []
        self.since: dict[str, int] = {}
        self.began_us = self.good_us = self.held_us = self.looked_us = 0
        self._set_times(rule)

    def set_rule(self, rule: Rule) -> None:
        super().set_rule(rule)
        if isinstance(rule.condition, Combined):
            self.condition = rule.condition
            self._set_times(rule)

    def _set_times(self, rule: Rule) -> None:
        self.for_us = in_us(rule.for_s)
        self.clear_us = in_us(rule.clear_for_s)
        self.keep_us = in_us(rule.keep_firing_for_s)
        waits_us = [us for us in (self.for_us, self.clear_us, self.keep_us) if us]
        self.every_us = max(SECOND_US, min([MINUTE_US, *(us // 10 for us in waits_us)]))

    def judge(self, sample: Sample, now_us: int, said_us: int) -> tuple[Step, ...] | Onset:  # noqa: ARG002
        """No reading is its own."""
        return NOTHING

    def look(self, at_us: int, said_us: int) -> tuple[Step, ...] | Onset:
        """What the members say by `at_us`."""
        self.looked_us = at_us = max(at_us, self.looked_us)
        said = [self._said(member, at_us) for member in self.members]
        holds, possible = met(said, self.condition), may_be(said, self.condition)
        if holds:
            self.held_us = at_us
        if at_us <= self.muted_us:
            return NOTHING
        count = float(sum(1 for one in said if one.past))
        if self.incident is not None:
            return self._keep(self._advance(self.incident, holds, possible, count, at_us, said_us))
        if not holds:
            self.began_us = 0
            return NOTHING
        self.began_us = self.began_us or at_us
        if at_us - self.began_us < self.for_us:
            return NOTHING
        began_us, self.began_us, self.good_us = self.began_us, 0, 0
        return Onset(began_us, at_us, None, count, False)

    def _advance(
        self, incident: Incident, holds: bool, possible: bool, count: float, at_us: int, said_us: int
    ) -> list[Step]:
        steps: list[Step] = []
        now = incident

        def add(step: Step) -> None:
            nonlocal now
            now = step[0]
            steps.append(step)

        if possible:
            self.good_us = 0
            if not holds and not now.no_data and not self._still_past():
                add(life.fell_silent(now, at_us, said_us))
            elif holds and now.no_data:
                add(life.data_back(now, count, at_us, said_us))
            if holds and now.state is State.RECOVERING:
                add(life.relapsed(now, count, at_us, said_us))
            return steps
        self.good_us = self.good_us or at_us
        if now.no_data:
            add(life.data_back(now, count, at_us, said_us))
        if at_us - self.held_us < self.keep_us:
            return steps
        if at_us - self.good_us >= self.clear_us:
            self.good_us = 0
            add(life.resolved(now, count, at_us, said_us))
        elif now.state is State.FIRING:
            add(life.recovering(now, count, at_us, said_us))
        return steps

    def _still_past(self) -> bool:
        """Whether enough members are known to be past their mark, though no longer within the time of each other."""
        known = Counter(member.rule.id for member in self.members if self._past(member, self.looked_us))
        return all(known[need.rule] >= need.count for need in self.condition.needs)

    def _said(self, member: Stream, at_us: int) -> Said:
        key, past = f"{member.rule.id} {member.entity}", self._past(member, at_us)
        if past:
            self.since.setdefault(key, at_us)
        elif past is False:
            self.since.pop(key, None)
        return Said(member.rule.id, past, self.since.get(key, 0))

    def _past(self, member: Stream, at_us: int) -> bool | None:
        incident, level = member.incident, self.condition.level
        if self.condition.silent:
            return incident is not None and incident.no_data
        if incident is None:
            return None if at_us - member.spoke_us() > member.no_data_us else False
        if incident.no_data and not isinstance(member.rule.condition, Absence):
            return None
        return level is None or incident.level is None or not level.worse_than(incident.level)

    def nodes_past(self) -> list[str]:
        """The nodes that are past their mark by now."""
        return [member.node for member in self.members if self._past(member, self.looked_us)]

    def due_us(self, floor_us: int) -> int:
        waits = self.incident is not None or self.began_us
        return max(self.looked_us, floor_us) + self.every_us if waits else 0

    def expire(self, at_us: int, said_us: int) -> tuple[Step, ...] | Onset:
        return self.look(at_us, said_us)

    def adopt(self, incident: Incident) -> None:
        if not self._behind(incident):
            return
        self.told_us = self.muted_us = self.held_us = incident.changed_us
        self.began_us = self.good_us = 0
        self.incident = incident if incident.open else None
        self.node = incident.node
        self.looked_us = max(self.looked_us, incident.changed_us)

    def rewind(self, now_us: int) -> None:
        super().rewind(now_us)
        self.since = {key: min(us, now_us) for key, us in self.since.items()}
        known = (self.began_us, self.good_us, self.held_us, self.looked_us)
        self.began_us, self.good_us, self.held_us, self.looked_us = (min(us, now_us) for us in known)

    def state(self) -> list[Any]:
        return [*super().state(), [self.began_us, self.good_us, self.held_us, self.looked_us, self.since, self.node]]

    def restore(self, state: list[Any]) -> None:
        super().restore(state)
        self.began_us, self.good_us, self.held_us, self.looked_us, since, self.node = state[-1]
        self.since = dict(since)
