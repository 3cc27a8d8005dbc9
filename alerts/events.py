"""Which event an incident belongs to: one river's flood, one dead uplink, one dead point. Pure.

Incidents told to different audiences never share an event, so that a gauge in shadow cannot be seen through a case.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from alerts.causes import BRANCHES, Found, branch_code
from alerts.rules import Rule
from contract.clock import SECOND_US
from contract.incident import Audience, Incident, event_id
from store.ports import Cause, Event, Placement


@dataclass(slots=True)
class OpenEvent:
    """An event with an incident that is not over."""

    event: Event
    open: set[str] = field(default_factory=set)
    members: int = 0


def group_of(rule: Rule, place: Placement, audience: Audience, found: Found | None = None) -> tuple[str, str]:
    """(group, its name for people). `found`: what an outage is put down to."""
    if found is not None and found.branch is not None:
        group = f"{found.branch}/{found.code}"
        name = place.site_name if found.branch == "site" else _spoken(found.code)
    elif rule.group_by == "river" and place.river:
        group, name = f"river/{place.river}", place.river
    elif rule.group_by == "site":
        group, name = f"site/{place.site}", place.site_name
    else:
        group, name = f"node/{place.node}", place.site_name or place.name
    return told_to(group, audience), name


def told_to(group: str, audience: Audience) -> str:
    """The group as it is known within one circle of people."""
    return group if audience == "public" else f"{group}~{audience}"


def _spoken(code: str) -> str:
    """`uplink-gondokusuman` is called Gondokusuman, `feeder-jetis-2` Jetis 2."""
    return code.removeprefix("uplink-").removeprefix("feeder-").replace("-", " ").title()


class Events:
    """The open events of a city, and the last closed one of each group."""

    def __init__(self, city: str) -> None:
        self._city = city
        self.open: dict[tuple[str, str], OpenEvent] = {}
        self._by_id: dict[str, OpenEvent] = {}
        self.closed: dict[tuple[str, str], Event] = {}

    def find(self, rule: Rule, group: str) -> OpenEvent | None:
        """The open event of a group."""
        return self.open.get((rule.id, group))

    def over(self, rule: Rule, place: Placement, audience: Audience) -> OpenEvent | None:
        """The open event that a point belongs to whatever its own silence proves: that of what it hangs on, the widest
        first."""
        for branch in reversed(BRANCHES.get(rule.group_by, ())):
            code = branch_code(place, branch)
            found = self.find(rule, told_to(f"{branch}/{code}", audience)) if code else None
            if found is not None:
                return found
        return self.find(rule, told_to(f"node/{place.node}", audience))

    def grow(self, opened: OpenEvent, group: str, name: str, cause: Cause) -> None:
        """What it is put down to has become wider, or is known now. It stays the same event; another of that group is
        replaced."""
        del self.open[opened.event.rule, opened.event.group]
        opened.event = replace(opened.event, group=group, name=name, cause=cause)
        self.put(opened)

    def begin(self, rule: Rule, group: str, name: str, crossed_us: int, opened_us: int, cause: Cause = "") -> OpenEvent:
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
                cause=cause,
            )
        )
        return self.put(fresh)

    def put(self, opened: OpenEvent) -> OpenEvent:
        """Hold an open event; it replaces another of its group."""
        key = (opened.event.rule, opened.event.group)
        replaced = self.open.get(key)
        if replaced is not None:
            del self._by_id[replaced.event.id]
        self.open[key] = self._by_id[opened.event.id] = opened
        return opened

    def joined(self, event: OpenEvent, incident: Incident) -> None:
        """An incident opened within the event."""
        event.open.add(incident.id)
        event.members += 1

    def left(self, incident: Incident) -> tuple[Event, bool]:
        """An incident is over: (its event, whether that closed the event)."""
        found = self.of(incident)
        found.open.discard(incident.id)
        if found.open:
            return found.event, False
        closed = replace(found.event, closed_us=incident.resolved_us)
        self._close(found, closed)
        return closed, True

    def of(self, incident: Incident) -> OpenEvent:
        """The open event of an open incident. Raises LookupError for one that was never opened here."""
        return self._by_id[incident.event]

    def adopt(self, event: Event, incident: Incident) -> None:
        """Take over what the store knows: this open incident belongs to this event."""
        found = self._by_id.get(event.id)
        if found is None:
            found = self.put(OpenEvent(replace(event, closed_us=None)))
        elif found.event.group != event.group:
            self.grow(found, event.group, event.name, event.cause)
        if incident.id not in found.open:
            self.joined(found, incident)

    def drop(self, incident: Incident) -> None:
        """Nobody watches this open incident any more; an event without another is let go, without being closed."""
        found = self._by_id.get(incident.event)
        if found is not None:
            found.open.discard(incident.id)
            if not found.open:
                self._close(found, found.event)

    def forget(self, event: Event, incident: Incident) -> None:
        """Take over what the store knows: this incident is over, and its event too where it says so."""
        found = self._by_id.get(event.id)
        if found is not None:
            found.open.discard(incident.id)
            if not found.open:
                self._close(found, event)
        elif event.closed_us is not None:
            self.closed[event.rule, event.group] = event

    def _close(self, opened: OpenEvent, closed: Event) -> None:
        del self.open[opened.event.rule, opened.event.group]
        del self._by_id[opened.event.id]
        if closed.closed_us is not None:
            self.closed[closed.rule, closed.group] = closed


def recurring(rule: Rule, last: Event | None, opened_us: int) -> str | None:
    """The id of the event that a new one recurs from, None where the last is too long ago, or open."""
    if last is None or last.closed_us is None:
        return None
    return last.id if opened_us - last.closed_us <= rule.recurs_within_s * SECOND_US else None
