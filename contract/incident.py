"""An incident: one entity's trouble, as an immutable value with pure transitions.

An incident is one entity's (a gauge, a node); an event groups incidents; a case is what people see, one per event.
Silence is a state of its own: `no_data` stands beside the state and never resolves anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal
from uuid import UUID, uuid5

from contract.levels import Level

_SPACE = UUID("6f2a0a52-6d1c-5d0e-9a53-3a1f1d5a6c01")

Subject = Literal["flood", "outage", "rise", "notice"]
WATER: frozenset[Subject] = frozenset({"flood", "rise"})
"""of a river: what nobody sees of it may be dangerous"""
Audience = Literal["shadow", "staff", "public"]
Source = Literal["sensor", "on_site", "people"]
"""whose word a change rests on: the sensor's (or its silence), somebody's who read the staff on site, or two people's
who ended it without a measurement"""


class State(StrEnum):
    """Where an open incident stands. (Before it there are normal and pending, which are nobody's business yet.)"""

    FIRING = "firing"
    RECOVERING = "recovering"
    RESOLVED = "resolved"


class What(StrEnum):
    """What a change of an incident was."""

    OPENED = "opened"
    LEVEL = "level"
    RECOVERING = "recovering"
    RELAPSED = "relapsed"
    NO_DATA = "no_data"
    DATA_BACK = "data_back"
    UPDATED = "updated"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of an incident's history. `at_us` is event time: when the sample that caused it was observed, or when
    the deadline passed. `said_us` is when the engine judged it. `held` is the id of the silence or window that kept it
    from being said, "" where it was said, then or later. (What was overtaken by something newer keeps it.)"""

    incident: str
    number: int
    what: What
    at_us: int
    said_us: int
    level: Level | None
    value: float | None
    source: Source = "sensor"
    held: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """The state of one incident.

    `entity` is `{node}/{sensor}` or `{node}`; `value` is the good value at its last change, or at its peak since, in
    the rule's unit (cm for a river, cm risen within the rule's window for a rise, s of silence for an outage, for a
    notice what its rule counts). `crossed_us` is when the first sample of the run that opened it was observed,
    `opened_us` when the condition had held for the rule's `for`. Of what was announced `begins_us` and `until_us` say
    from when until when; None where nobody has said.

    Of one that nobody was told of, for its readings came when it was over, `found_us` is when it was found, `came_us`
    when the last reading that it opened with had come, and `owed` who should have been told; None of every other.
    """

    id: str
    city: str
    rule: str
    rule_version: str
    entity: str
    node: str
    subject: Subject
    audience: Audience
    event: str
    state: State
    no_data: bool
    level: Level | None
    peak: Level | None
    value: float | None
    peak_value: float | None
    crossed_us: int
    opened_us: int
    changed_us: int
    resolved_us: int | None
    changes: int
    begins_us: int | None = None
    until_us: int | None = None
    found_us: int | None = None
    came_us: int | None = None
    owed: Audience | None = None

    @property
    def open(self) -> bool:
        return self.state is not State.RESOLVED

    @property
    def announced(self) -> bool:
        """Whether it is what somebody announced, and nothing was measured."""
        return self.begins_us is not None

    @property
    def outlives_its_watch(self) -> bool:
        """Whether it stays open where nobody watches it any more: that a gauge or a post left a list ends no water."""
        return self.subject in WATER or self.announced

    @property
    def dangerous(self) -> bool:
        """A gauge that fell silent while its level was not normal or rising: shown as danger, never as grey."""
        return self.open and self.no_data and self.subject in WATER


def incident_id(city: str, rule: str, entity: str, crossed_us: int) -> str:
    """The same onset always has the same id, so that judging it twice opens it once."""
    return str(uuid5(_SPACE, f"{city}/{rule}/{entity}/{crossed_us}"))


def found_id(city: str, rule: str, entity: str, crossed_us: int) -> str:
    """The id of one that was found afterwards: the same onset, and never the id of one that was told."""
    return str(uuid5(_SPACE, f"found afterwards/{city}/{rule}/{entity}/{crossed_us}"))


def event_id(city: str, rule: str, group: str, crossed_us: int) -> str:
    """The id of the event that an incident begins when no open one fits."""
    return str(uuid5(_SPACE, f"event/{city}/{rule}/{group}/{crossed_us}"))


def _worst(one: Level | None, other: Level | None) -> Level | None:
    if one is None or other is None:
        return one or other
    return one if one.worse_than(other) else other


def _next(
    incident: Incident, what: What, at_us: int, said_us: int, level: Level | None, value: float | None
) -> tuple[Incident, Change]:
    if not incident.open:
        raise ValueError(f"incident {incident.id} is resolved; a recurrence is a new one")
    changed = replace(
        incident,
        level=level,
        value=value,
        changed_us=at_us,
        changes=incident.changes + 1,
        peak=_worst(incident.peak, level),
    )
    return changed, Change(
        incident=incident.id,
        number=changed.changes,
        what=what,
        at_us=at_us,
        said_us=said_us,
        level=level,
        value=value,
    )


def opened(incident: Incident, said_us: int) -> Change:
    """The first change of a new incident."""
    return Change(
        incident=incident.id,
        number=incident.changes,
        what=What.OPENED,
        at_us=incident.opened_us,
        said_us=said_us,
        level=incident.level,
        value=incident.value,
    )


def with_value(incident: Incident, value: float, *, higher_is_worse: bool = True) -> Incident:
    """A newer good value, without a change worth telling."""
    if not incident.open:
        raise ValueError(f"incident {incident.id} is resolved; a recurrence is a new one")
    peak = incident.peak_value
    if peak is None or (value > peak) == higher_is_worse:
        peak = value
    return replace(incident, value=value, peak_value=peak)


def level_changed(incident: Incident, level: Level, value: float, at_us: int, said_us: int) -> tuple[Incident, Change]:
    """Worse or milder, still open."""
    return _next(incident, What.LEVEL, at_us, said_us, level, value)


def recovering(incident: Incident, value: float | None, at_us: int, said_us: int) -> tuple[Incident, Change]:
    """The clear condition holds; the clear time runs."""
    changed, change = _next(incident, What.RECOVERING, at_us, said_us, incident.level, value)
    return replace(changed, state=State.RECOVERING), change


def relapsed(incident: Incident, value: float | None, at_us: int, said_us: int) -> tuple[Incident, Change]:
    """The clear condition broke before the clear time was over."""
    changed, change = _next(incident, What.RELAPSED, at_us, said_us, incident.level, value)
    return replace(changed, state=State.FIRING), change


def fell_silent(incident: Incident, at_us: int, said_us: int) -> tuple[Incident, Change]:
    """No reading came when one was due. The state and the level stay."""
    changed, change = _next(incident, What.NO_DATA, at_us, said_us, incident.level, incident.value)
    return replace(changed, no_data=True), change


def data_back(incident: Incident, value: float | None, at_us: int, said_us: int) -> tuple[Incident, Change]:
    """A live reading came again."""
    changed, change = _next(incident, What.DATA_BACK, at_us, said_us, incident.level, value)
    return replace(changed, no_data=False), change


def announced_anew(
    incident: Incident, value: float | None, begins_us: int, until_us: int | None, at_us: int, said_us: int
) -> tuple[Incident, Change]:
    """What was announced holds in another way: another amount, or another time."""
    changed, change = _next(incident, What.UPDATED, at_us, said_us, incident.level, value)
    peak = max((one for one in (incident.peak_value, value) if one is not None), default=None)
    return replace(changed, peak_value=peak, begins_us=begins_us, until_us=until_us), change


def resolved(incident: Incident, value: float | None, at_us: int, said_us: int) -> tuple[Incident, Change]:
    """Good readings stayed clear for the clear time. This is the only way out, and it is final."""
    changed, change = _next(
        incident, What.RESOLVED, at_us, said_us, Level.NORMAL if incident.level is not None else None, value
    )
    return replace(changed, state=State.RESOLVED, no_data=False, resolved_us=at_us), change
