"""Which event an incident belongs to: one river's flood, one dead uplink, one dead point. Pure.

Incidents told to different audiences never share an event, so that a gauge in shadow cannot be seen through a case.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from alerts.rules import Rule
from contract.clock import SECOND_US
from contract.incident import Audience, Incident, event_id
from store.ports import Event, Placement

_BREADTH: tuple[Audience, ...] = ("shadow", "staff", "public")


@dataclass(slots=True)
class OpenEvent:
    """An event with an incident that is not over."""

    event: Event
    open: set[str] = field(default_factory=set)
    members: int = 0


def narrower(one: Audience, other: Audience) -> Audience:
    """The smaller of two circles of people."""
    return _BREADTH[min(_BREADTH.index(one), _BREADTH.index(other))]


def group_of(rule: Rule, place: Placement, audience: Audience, *, shared: bool) -> tuple[str, str]:
    """(group, its name for people). `shared`: more behind the same uplink are down, so that the uplink is the cause."""
    if rule.group_by == "river" and place.river:
        group, name = f"river/{place.river}", place.river
    elif rule.group_by == "uplink" and place.uplink and shared:
        group, name = f"uplink/{place.uplink}", place.uplink
    elif rule.group_by == "site":
        group, name = f"site/{place.site}", place.site_name
    else:
        group, name = f"node/{place.node}", place.site_name or place.name
    return (group if audience == "public" else f"{group}~{audience}"), name


class Events:
    """The open events of a city, and the last closed one of each group."""

    def __init__(self, city: str) -> None:
        self._city = city
        self.open: dict[tuple[str, str], OpenEvent] = {}
        self.closed: dict[tuple[str, str], Event] = {}

    def find(self, rule: Rule, group: str) -> OpenEvent | None:
        """The open event of a group."""
        return self.open.get((rule.id, group))

    def begin(self, rule: Rule, group: str, name: str, crossed_us: int, opened_us: int) -> OpenEvent:
        """A new event. It points to the group's last one where that ended within the rule's window."""
        last = self.closed.get((rule.id, group))
        fresh = OpenEvent(
            Event(
                id=event_id(self._city, rule.id, group, crossed_us),
                city=self._city,
                subject=rule.subject,
                rule=rule.id,
                group=group,
                name=name,
                opened_us=opened_us,
                recurs=recurring(rule, last, opened_us),
            )
        )
        self.open[rule.id, group] = fresh
        return fresh

    def joined(self, event: OpenEvent, incident: Incident) -> None:
        """An incident opened within the event."""
        event.open.add(incident.id)
        event.members += 1

    def left(self, rule_id: str, incident: Incident) -> tuple[Event, bool]:
        """An incident is over: (its event, whether that closed the event)."""
        found = self.of(rule_id, incident.event)
        if found is None:
            raise LookupError(f"incident {incident.id} belongs to no open event")
        found.open.discard(incident.id)
        if found.open:
            return found.event, False
        closed = replace(found.event, closed_us=incident.resolved_us)
        del self.open[rule_id, closed.group]
        self.closed[rule_id, closed.group] = closed
        return closed, True

    def of(self, rule_id: str, event: str) -> OpenEvent | None:
        """The open event with this id."""
        return next((one for (rule, _), one in self.open.items() if rule == rule_id and one.event.id == event), None)

    def adopt(self, event: Event, incident: Incident) -> None:
        """Take over what the store knows: this open incident belongs to this event."""
        found = self.open.get((event.rule, event.group))
        if found is None or found.event.id != event.id:
            found = self.open[event.rule, event.group] = OpenEvent(replace(event, closed_us=None))
        if incident.id not in found.open:
            self.joined(found, incident)

    def forget(self, event: Event, incident: Incident) -> None:
        """Take over what the store knows: this incident is over, and its event too where it says so."""
        found = self.open.get((event.rule, event.group))
        if found is not None and found.event.id == event.id:
            found.open.discard(incident.id)
            if not found.open:
                del self.open[event.rule, event.group]
        if event.closed_us is not None:
            self.closed[event.rule, event.group] = event


def recurring(rule: Rule, last: Event | None, opened_us: int) -> str | None:
    """The id of the event that a new one recurs from, None where the last is too long ago, or open."""
    if last is None or last.closed_us is None:
        return None
    return last.id if opened_us - last.closed_us <= rule.recurs_within_s * SECOND_US else None
