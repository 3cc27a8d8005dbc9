"""A dam's life under a `release` rule: what was announced of the water that it lets go, pure.

A notice is a fact that somebody announced and no measurement: one is enough, it holds for as long as it says, and it is
taken back or changed by a later one of the same dam alone. Of one dam what was said last holds, whichever post of the
river said it, in the order in which it was said. What is over when it comes opens nothing: it is the record's. What is
not over is told however late it comes, for it is still so.

Of a release whose end nobody has said nothing is known after `no_data_for`, counted from when it was to begin: it is
silent and stays open, for water that nobody has said is over may still come.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from alerts.lifecycle import NOTHING, USABLE, Onset, Step, Stream
from alerts.rules import Release, Rule
from alerts.samples import Sample
from contract import incident as life
from contract.clock import MINUTE_US, SECOND_US
from contract.incident import Incident
from store.ports import Placement

_ON_ITS_WAY_US = 10 * MINUTE_US
"""how long an end is put off where we could not hear until just before: a word that prolongs it may be on its way"""
_OVER_KEPT = 200
"""of so many dams without an open incident a rule remembers what was said last"""


class Notice(NamedTuple):
    """What was announced last. `amount` is in the rule's unit, None where it was not said; `until_us` None: nobody has
    said for how long; `off`: nothing is let go."""

    told_us: int
    begins_us: int
    until_us: int | None
    amount: float | None
    off: bool

    def reaches(self, condition: Release) -> bool:
        """Whether so much is let go. An amount that nobody has said is not known to be less."""
        return not self.off and (self.amount is None or self.amount >= condition.raise_at)


def entity_of(place: Placement, dam: str) -> str:
    """A dam by the river whose posts speak of it; where the post stands on no river, the post's own."""
    return f"{_beside(place)}/{dam}"


def belongs(entity: str, place: Placement) -> bool:
    """Whether a post at this place may speak of the dam."""
    return entity.startswith(f"{_beside(place)}/")


def dam_of(entity: str) -> str:
    """Its name, as it was first written."""
    return entity.split("/", 2)[2]


def named_in(sample: Sample) -> str:
    """The dam that a notice speaks of, empty where it names none."""
    return " ".join(str(sample.values.get("dam") or "").replace("/", " ").split())


def _beside(place: Placement) -> str:
    return f"river/{place.river}" if place.river else f"node/{place.node}"


def notice_of(sample: Sample, condition: Release, now_us: int) -> Notice:
    """A notice as it is judged. What says nothing of when it was told is told now."""
    values = sample.values
    told_us = now_us if sample.trust == "untrusted" else min(sample.observed_us, now_us)
    begins_us, lasts_s = values.get("begins_us"), values.get("lasts_s")
    begins_us = told_us if begins_us is None else int(begins_us)
    until_us = None if lasts_s is None else begins_us + round(lasts_s * SECOND_US)
    discharge, opening = values.get("discharge_m3s"), values.get("opening_cm")
    off = values.get("called_off") is True or (opening if discharge is None else discharge) == 0
    amount = 0.0 if off else values.get(condition.field or "discharge_m3s")
    return Notice(told_us, begins_us, until_us, None if amount is None else float(amount), off)


class ReleaseStream(Stream):
    """One dam. `notice` is what was announced last, None before anything was."""

    __slots__ = ("condition", "notice")

    def __init__(self, rule: Rule, node: str, entity: str, condition: Release) -> None:
        super().__init__(rule, node, entity, 0.0)
        self.condition = condition
        self.notice: Notice | None = None

    def move(self, post: str) -> None:
        """Another post of the river speaks of it from here on, for the one that did has left."""
        self.node = post
        if self.incident is not None:
            self.incident = replace(self.incident, node=post)

    def set_rule(self, rule: Rule) -> None:
        """Another mark: what was announced is held against it with the next notice."""
        super().set_rule(rule)
        if isinstance(rule.condition, Release):
            self.condition = rule.condition

    def judge(self, sample: Sample, now_us: int, said_us: int) -> tuple[Step, ...] | Onset:
        if sample.quality not in USABLE or now_us <= self.muted_us or not self._is_next(sample):
            return NOTHING
        notice = notice_of(sample, self.condition, now_us)
        if self.notice is not None and notice.told_us <= self.notice.told_us:
            return NOTHING
        self.epoch, self.seq = _said_by(sample), sample.seq
        self.notice, self.last_us, self.heard_us = notice, notice.told_us, now_us
        self.armed_us = 0  # its end may come sooner now
        if self.incident is not None:
            return self._keep(self._advance(self.incident, notice, now_us, said_us))
        if not notice.reaches(self.condition) or now_us >= self._known_until_us(notice):
            return NOTHING
        self.node = sample.node
        told_us = notice.told_us
        return Onset(told_us, told_us, None, notice.amount, False, notice.begins_us, notice.until_us)

    def _is_next(self, sample: Sample) -> bool:
        """Whether it is not what was judged last once more, whatever the node's clock says."""
        return _said_by(sample) != self.epoch or sample.seq > self.seq

    def _known_until_us(self, notice: Notice) -> int:
        return self._unheard_us(notice) if notice.until_us is None else notice.until_us

    def _unheard_us(self, notice: Notice) -> int:
        """When nothing is known any more of a release whose end nobody has said."""
        return max(notice.told_us, notice.begins_us) + self.no_data_us

    def _advance(self, incident: Incident, notice: Notice, now_us: int, said_us: int) -> list[Step]:
        told_us = max(notice.told_us, incident.changed_us)
        if not notice.reaches(self.condition):
            return [life.resolved(incident, notice.amount, told_us, said_us)]
        if notice.until_us is not None and notice.until_us <= now_us:
            anew = replace(incident, begins_us=notice.begins_us, until_us=notice.until_us)
            return [life.resolved(anew, notice.amount, max(told_us, notice.until_us), said_us)]
        steps: list[Step] = []
        now = incident
        if now.no_data:
            steps.append(life.data_back(now, now.value, told_us, said_us))
            now = steps[-1][0]
        said = (notice.amount, notice.begins_us, notice.until_us)
        if said != (now.value, now.begins_us, now.until_us):
            steps.append(life.announced_anew(now, *said, told_us, said_us))
        return steps

    def due_us(self, floor_us: int) -> int:
        notice = self.notice
        if self.incident is None or notice is None:
            return 0
        if notice.until_us is None:
            return 0 if self.incident.no_data else max(self._unheard_us(notice), floor_us)
        deaf = notice.told_us < floor_us
        return max(notice.until_us, floor_us + _ON_ITS_WAY_US if deaf else 0)

    def expire(self, at_us: int, said_us: int) -> tuple[Step, ...] | Onset:
        """Its announced end has come; or nobody has said when it ends for too long."""
        incident, notice = self.incident, self.notice
        if incident is None or notice is None:
            return NOTHING
        if notice.until_us is None:
            return NOTHING if incident.no_data else self._keep([life.fell_silent(incident, at_us, said_us)])
        ended_us = max(notice.until_us, incident.changed_us)
        return self._keep([life.resolved(incident, incident.value, ended_us, said_us)])

    def adopt(self, incident: Incident) -> None:
        if not self._behind(incident):
            return
        self.told_us = self.muted_us = incident.changed_us
        self.incident = incident if incident.open else None
        self.node = incident.node
        self.heard_us = max(self.heard_us, incident.changed_us)
        told_us = incident.crossed_us if _changed_by_time(incident) else incident.changed_us
        begins_us = incident.crossed_us if incident.begins_us is None else incident.begins_us
        self.notice = Notice(told_us, begins_us, incident.until_us, incident.value, not incident.open)
        self.armed_us = 0

    def rewind(self, now_us: int) -> None:
        super().rewind(now_us)
        if self.notice is not None:
            self.notice = self.notice._replace(told_us=min(self.notice.told_us, now_us))

    def state(self) -> list[Any]:
        return [*super().state(), None if self.notice is None else list(self.notice)]

    def restore(self, state: list[Any]) -> None:
        super().restore(state)
        self.notice = None if state[-1] is None else Notice(*state[-1])


def _changed_by_time(incident: Incident) -> bool:
    """Whether its last change was a deadline's, so that a word said before it and heard after it is news."""
    if incident.open:
        return incident.no_data
    return incident.until_us is not None and incident.changed_us >= incident.until_us


def _said_by(sample: Sample) -> str:
    """Numbers of two posts have nothing to do with each other."""
    return f"{sample.node}/{sample.epoch}"


class Dams:
    """The dams of every rule about releases, by their names however they are written."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], ReleaseStream] = {}

    def find(self, rule: str, entity: str) -> ReleaseStream | None:
        return self._known.get((rule, entity.casefold()))

    def put(self, dam: ReleaseStream) -> None:
        self._known[dam.rule.id, dam.entity.casefold()] = dam

    def drop(self, dam: ReleaseStream) -> None:
        del self._known[dam.rule.id, dam.entity.casefold()]

    def clear(self) -> None:
        self._known.clear()

    def forgettable(self, rule: str) -> list[ReleaseStream]:
        """Those of which nothing is open that are too many to remember beside another, the longest ago said first."""
        over = [dam for (own, _), dam in self._known.items() if own == rule and dam.incident is None]
        over.sort(key=lambda dam: dam.last_us)
        return over[: max(0, len(over) + 1 - _OVER_KEPT)]
