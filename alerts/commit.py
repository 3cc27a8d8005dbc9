"""Transitions to one transaction: the incidents, their changes, the events and everything to be said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from alerts.engine import Transition
from alerts.events import recurring
from alerts.outbox import filing, noting
from alerts.webhooks import Webhooks
from alerts.words import Words
from contract.incident import Incident
from store.ports import CityStore, EngineCommit, Event, Outgoing, Placement


def remembered(transition: Transition, cities: CityStore) -> Transition:
    """A new event points to the group's last one, also where this engine never saw that one. Raises Unavailable."""
    event = transition.event
    if not transition.begins or event.recurs is not None:
        return transition
    last = cities.last_event(event.city, event.rule, event.group)
    if last is None or last.id == event.id:
        return transition
    return replace(transition, event=replace(event, recurs=recurring(transition.rule, last, event.opened_us)))


def gather(
    transitions: Sequence[Transition],
    places: Mapping[str, Placement],
    words: Words,
    now_us: int,
    webhooks: Webhooks | None = None,
) -> EngineCommit:
    """What these transitions leave behind. Incidents in shadow are kept and said to nobody."""
    incidents: dict[str, Incident] = {}
    events: dict[str, Event] = {}
    outgoing: list[Outgoing] = []
    for transition in transitions:
        incidents[transition.incident.id] = transition.incident
        if transition.begins or transition.ends or transition.event.id not in events:
            known = events.get(transition.event.id)
            recurs = known.recurs if known else transition.event.recurs
            events[transition.event.id] = replace(transition.event, recurs=recurs)
        place = places.get(transition.incident.node)
        if place is not None and transition.incident.audience != "shadow":
            outgoing += _said(transition, place, words, now_us)
            if webhooks is not None:
                outgoing += webhooks.rows(transition, place, words, now_us)
    return EngineCommit(
        incidents=tuple(incidents.values()),
        changes=tuple(transition.change for transition in transitions),
        events=tuple(events.values()),
        outgoing=tuple(outgoing),
    )


def _said(transition: Transition, place: Placement, words: Words, now_us: int) -> list[Outgoing]:
    if transition.begins:
        return [filing(words.report(transition, place), now_us)]
    note = words.note(transition, place)
    return [] if note is None else [noting(note, transition.event.city, now_us)]
