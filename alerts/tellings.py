"""What has been told of each event and what waits to be told: plain values, and how they outlive the process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from alerts.engine import Transition
from alerts.rules import Rule
from alerts.timing import Entry, Reason
from contract.incident import Change, Incident, State, What
from store.ports import Event


class Saying(NamedTuple):
    """One thing to be said now: a change of one incident (`line`), or where the whole event stands. `news`: the changes
    that nobody was told of before and that it tells."""

    reason: Reason
    transition: Transition
    opened: int
    over: int
    number: int
    line: bool
    news: tuple[Transition, ...] = ()

    @property
    def counted(self) -> bool:
        """Whether it tells where the whole event stands."""
        return not self.line and not (self.reason is Reason.ALL_CLEAR and self.opened == 1)


class Overflow(NamedTuple):
    """How many events are held back at this moment. `number` counts the times that this was said; `event` is the case
    that it is said in; `over`: nothing is held back any more."""

    event: str
    held_back: int
    number: int
    over: bool
    lead: Transition


@dataclass(slots=True)
class Telling:
    """One event's. `told` None: not announced. `fresh`: what opened and nobody was told of. `held`: the latest change
    of an incident that waits its turn; `said`: what an incident's last line was. `number` counts its messages."""

    event: Event
    rule: Rule
    lead: Transition
    opened: int = 0
    over: int = 0
    told: Entry | None = None
    number: int = 0
    due_us: int = 0
    remind_us: int = 0
    updated_us: int = 0
    waiting: bool = False
    fresh: list[Transition] = field(default_factory=list)
    held: dict[str, Transition] = field(default_factory=dict)
    said: dict[str, What] = field(default_factory=dict)
    ended: Transition | None = None
    openings: list[Transition] = field(default_factory=list)
    """after a restart: those that are open, the oldest first"""

    def is_due(self, now_us: int) -> bool:
        return 0 < self.due_us <= now_us or 0 < self.remind_us <= now_us

    def row(self) -> dict[str, Any]:
        """What a restart cannot find out from the incidents."""
        return {
            "told": None if self.told is None else list(self.told),
            "number": self.number,
            "due_us": self.due_us,
            "updated_us": self.updated_us,
            "held": {one: str(held.change.what) for one, held in self.held.items()},
            "untold": [] if self.told is None else [one.incident.id for one in self.fresh],
            "said": {one: str(what) for one, what in self.said.items() if what in {What.RECOVERING, What.RELAPSED}},
        }


UNTOLD: Mapping[str, Any] = {
    "told": None, "number": 0, "due_us": 0, "updated_us": 0, "held": {}, "untold": [], "said": {}
}  # fmt: skip
"""The row of an event of which everything is muted."""


class Tale(NamedTuple):
    """What the store knows of an event: all of its incidents, the oldest first."""

    event: Event
    incidents: Sequence[Incident]


def telling_of(tale: Tale, rule: Rule, row: Mapping[str, Any] | None) -> Telling:
    """The telling as it was when the process ended. An open event without a row was announced, before rows were."""
    over = sum(1 for one in tale.incidents if not one.open)
    openings = [_recalled(rule, tale, one, What.OPENED) for one in tale.incidents if one.open]
    lead = openings[0] if openings else _recalled(rule, tale, tale.incidents[0], What.OPENED)
    telling = Telling(tale.event, rule, lead, len(tale.incidents), over, openings=openings)
    if row is None:
        telling.told = Entry(telling.opened, over, tale.event.opened_us)
        return telling
    telling.told = None if row["told"] is None else Entry(*row["told"])
    telling.number, telling.due_us, telling.updated_us = row["number"], row["due_us"], row["updated_us"]
    telling.said = {one: What(what) for one, what in row["said"].items()}
    held = row["held"]
    telling.held = {
        one.id: _recalled(rule, tale, one, _what_waits(held, one))
        for one in tale.incidents
        if one.open and one.id in held
    }
    untold = row.get("untold", ())
    telling.fresh = [one for one in openings if telling.told is None or one.incident.id in untold]
    if not openings:
        last = max(tale.incidents, key=lambda one: one.changed_us)
        telling.ended = _recalled(rule, tale, last, What.RESOLVED)
    return telling


def _what_waits(held: Mapping[str, str] | Sequence[str], incident: Incident) -> What:
    """Which change of the incident waited. Rows of before named the incidents alone."""
    if isinstance(held, Mapping):
        return What(held[incident.id])
    return What.RECOVERING if incident.state is State.RECOVERING else What.RELAPSED


def opening_of(tale: Tale, rule: Rule, incident: Incident) -> Transition:
    """How an incident of the event began, as the engine told it."""
    return _recalled(rule, tale, incident, What.OPENED)


def _recalled(rule: Rule, tale: Tale, incident: Incident, what: What) -> Transition:
    """A change that was committed before, as the engine told it. What nobody knows any more is left out: where the
    water went, and of an outage when the point was last heard, which is when it began."""
    opening, ends = what is What.OPENED, what is What.RESOLVED
    at_us = incident.opened_us if opening else incident.changed_us
    change = Change(
        incident=incident.id,
        number=1 if opening else incident.changes,
        what=what,
        at_us=at_us,
        said_us=at_us,
        level=incident.level,
        value=incident.value,
    )
    return Transition(
        rule=rule,
        incident=incident,
        change=change,
        event=tale.event,
        begins=opening,
        ends=ends,
        members=len(tale.incidents),
        trend=0,
        heard_us=incident.crossed_us,
        silent=incident.no_data,
    )
