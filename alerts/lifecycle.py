"""The life of one stream under one rule, pure: normal → pending → firing → recovering → resolved, no-data beside it.

What a reading may do depends on how it came:

* *old*: not newer than the stream's newest by (epoch, seq). It changes nothing.
* *live*: the newest, younger than max(2 sample periods, 5 min). It may do everything.
* *late*: the newest, older than that but younger than the rule's `no_data_for`. It may raise and it may break a wait;
  it never clears and never ends a silence, for what it shows is over.
* *stale*: the newest, older still. It may only break a wait.

A node whose clock cannot be trusted says nothing of when: its newest reading counts as taken when it arrived. An
observed time ahead of us counts as now. Readings flagged suspect, fail or missing, and values that are absent or not
finite, neither raise nor clear nor break a wait: they are no information about the water. (A sensor that gives
nothing else for `no_data_for` is silent, however much it talks.) Unknown (2) is a sensor without checks and is judged.

An epoch is opaque: one never seen before supersedes, one that was superseded is old.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any, NamedTuple

from alerts.rules import Rule
from alerts.samples import Sample
from contract import incident as life
from contract.clock import MINUTE_US, SECOND_US
from contract.incident import Change, Incident, State
from contract.levels import Level

LIVE_AT_LEAST_US = 5 * MINUTE_US
_EPOCHS_KEPT = 8
USABLE = frozenset({1, 2})
"""The quality flags of a reading that is judged."""


@lru_cache(maxsize=4096)
def in_us(seconds: float) -> int:
    """A rule's duration in microseconds, one object for its hundred thousand streams."""
    return round(seconds * SECOND_US)


Step = tuple[Incident, Change]
NOTHING: tuple[Step, ...] = ()


class Beyond(NamedTuple):
    """Since when every good reading of a gauge has been at or beyond the mark of its highest level, and when the last
    of them was taken."""

    since_us: int
    read_us: int


class Use(IntEnum):
    """How a stream's newest reading may be used (see above)."""

    LIVE = 0
    LATE = 1
    STALE = 2


@dataclass(frozen=True, slots=True)
class Onset:
    """What the engine must know to open an incident: when it began, when it was sure, how bad, of what value; of what
    was announced also from when until when."""

    crossed_us: int
    opened_us: int
    level: Level | None
    value: float | None
    no_data: bool
    begins_us: int | None = None
    until_us: int | None = None


class Stream(ABC):
    """What every watched stream keeps: its newest reading's place, its open incident, and when it was last heard."""

    __slots__ = (
        "armed_us",
        "entity",
        "epoch",
        "heard_us",
        "incident",
        "last_us",
        "late_us",
        "live_us",
        "muted_us",
        "no_data_us",
        "node",
        "past",
        "rule",
        "seq",
        "told_us",
    )

    quiet: bool = False
    """nothing is open and nothing runs, so that no silence is waited for"""

    def __init__(self, rule: Rule, node: str, entity: str, period_s: float) -> None:
        self.rule = rule
        self.node = node
        self.entity = entity
        self.epoch = ""
        self.seq = 0
        self.past: tuple[str, ...] = ()
        self.last_us = 0
        self.heard_us = 0
        self.told_us = 0
        self.muted_us = 0
        self.armed_us = 0
        self.incident: Incident | None = None
        self.live_us = self.late_us = self.no_data_us = 0
        self.set_silence(rule.no_data_for_s, 0)
        self.set_period(period_s)

    def set_rule(self, rule: Rule) -> None:
        """The pack has changed and this rule is still alike: what runs goes on under its new figures."""
        self.rule = rule

    def set_silence(self, silence_s: float, travel_us: int) -> None:
        """How long it may be silent, and how long a sound reading may be under way besides."""
        self.late_us = in_us(silence_s)
        self.no_data_us = in_us(silence_s + travel_us / SECOND_US)

    def set_period(self, period_s: float) -> None:
        """How often the sensor is due says how long its newest reading is live."""
        self.live_us = max(LIVE_AT_LEAST_US, in_us(2 * period_s))

    @abstractmethod
    def judge(self, sample: Sample, now_us: int, said_us: int) -> tuple[Step, ...] | Onset:
        """Take one reading: changes of the open incident, or the onset of one, or nothing."""

    def spoke_us(self) -> int:
        """When it last said something, as far as it keeps that."""
        return max(self.heard_us, self.last_us)

    @abstractmethod
    def due_us(self, floor_us: int) -> int:
        """When silence is over its time, 0 where none is being waited for. `floor_us`: we could not hear before."""

    @abstractmethod
    def expire(self, at_us: int, said_us: int) -> tuple[Step, ...] | Onset:
        """The silence is over its time."""

    @abstractmethod
    def adopt(self, incident: Incident) -> None:
        """Take over what the store knows of this stream's newest incident. What is read again up to its last change
        is not told again."""

    def _newest(self, epoch: str, seq: int) -> bool:
        if epoch == self.epoch:
            if seq <= self.seq:
                return False
        elif epoch in self.past:
            return False
        else:
            if self.epoch:
                self.past = (*self.past[1 - _EPOCHS_KEPT :], self.epoch)
            self.epoch = epoch
        self.seq = seq
        return True

    def _place(self, sample: Sample, now_us: int) -> tuple[int, Use]:
        """(when it counts as taken, how it may be used). Time never runs backwards within a stream."""
        at_us = sample.observed_us
        if sample.trust == "untrusted" or at_us > now_us:
            at_us = now_us
        age_us = now_us - at_us
        use = Use.LIVE if age_us <= self.live_us else Use.LATE if age_us <= self.late_us else Use.STALE
        at_us = max(at_us, self.last_us)
        self.last_us = at_us
        return at_us, use

    def _keep(self, steps: list[Step]) -> tuple[Step, ...]:
        """Remember where the incident stands after these changes; a resolved one is let go."""
        if not steps:
            return NOTHING
        last = steps[-1][0]
        self.told_us = max(self.told_us, last.changed_us)
        self.incident = last if last.open else None
        return tuple(steps)

    def opened(self, incident: Incident) -> None:
        """The engine opened an incident for the onset that this stream reported."""
        self.incident = incident
        self.told_us = max(self.told_us, incident.changed_us)
        if not incident.no_data:
            self.heard_us = max(self.heard_us, incident.opened_us)

    def _behind(self, incident: Incident) -> bool:
        """Whether the store knows more than this stream does: its snapshot is older than the last commit."""
        mine = self.incident
        if mine is not None and mine.id == incident.id:
            return mine.changes < incident.changes
        return incident.changed_us > self.told_us

    def rewind(self, now_us: int) -> None:
        """Our clock was ahead and is right now: nothing can have happened later than this."""
        self.last_us = min(self.last_us, now_us)
        self.heard_us = min(self.heard_us, now_us)
        self.muted_us = min(self.muted_us, now_us)

    def state(self) -> list[Any]:
        """For the snapshot: plain values only."""
        return [self.epoch, self.seq, list(self.past), self.last_us, self.heard_us, self.told_us]

    def restore(self, state: list[Any]) -> None:
        """Back from a snapshot."""
        self.epoch, self.seq, past, self.last_us, self.heard_us, self.told_us = state[:6]
        self.past = tuple(past)


def open_incident(city: str, rule: Rule, stream: Stream, onset: Onset, event: str, audience: life.Audience) -> Incident:
    """A new incident, FIRING, its first change counted. The same onset gives the same id."""
    return Incident(
        id=life.incident_id(city, rule.id, stream.entity, onset.crossed_us),
        city=city,
        rule=rule.id,
        rule_version=rule.version,
        entity=stream.entity,
        node=stream.node,
        subject=rule.subject,
        audience=audience,
        event=event,
        state=State.FIRING,
        no_data=onset.no_data,
        level=onset.level,
        peak=onset.level,
        value=onset.value,
        peak_value=onset.value,
        crossed_us=onset.crossed_us,
        opened_us=onset.opened_us,
        changed_us=onset.opened_us,
        resolved_us=None,
        changes=1,
        begins_us=onset.begins_us,
        until_us=onset.until_us,
    )
