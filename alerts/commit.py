"""Transitions to one transaction: the incidents, their changes, the events and everything to be said of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from alerts.engine import Transition
from alerts.events import recurring
from alerts.notify import Notifier, is_grave
from alerts.outbox import filing, noting
from alerts.tellings import Overflow, Saying
from alerts.timing import Reason
from alerts.webhooks import Webhooks
from alerts.words import Words
from complaints.desk import Note
from contract.case import CaseWord
from contract.forecast import Forecast
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
    said: Notifier,
    places: Mapping[str, Placement],
    words: Words,
    now_us: int,
    webhooks: Webhooks | None = None,
) -> EngineCommit:
    """What these transitions leave behind, and what `said` has to say by now. Incidents in shadow are kept and said to
    nobody."""
    incidents: dict[str, Incident] = {}
    events: dict[str, Event] = {}
    for transition in transitions:
        incidents[transition.incident.id] = transition.incident
        known = events.get(transition.event.id)
        recurs = known.recurs if known else transition.event.recurs
        events[transition.event.id] = replace(transition.event, recurs=recurs)
    return EngineCommit(
        incidents=tuple(incidents.values()),
        changes=tuple(transition.change for transition in transitions),
        events=tuple(events.values()),
        outgoing=tuple(_outgoing(said, places, words, now_us, webhooks)),
        tellings=said.rows(),
        forecasts=tuple(_forecast(said, places, words, now_us)),
    )


def _forecast(said: Notifier, places: Mapping[str, Placement], words: Words, now_us: int) -> Iterator[Forecast]:
    """What people are told to expect, kept to be held against what comes."""
    for saying in said.sayings:
        place = places.get(saying.transition.incident.node)
        if place is not None:
            yield from (replace(one, told_us=now_us) for one in words.forecast(saying, place))


def _outgoing(
    said: Notifier,
    places: Mapping[str, Placement],
    words: Words,
    now_us: int,
    webhooks: Webhooks | None,
) -> Iterator[Outgoing]:
    """The rows of everything to be said, those of grave floods first."""
    grave = {one.transition.event.id for one in said.sayings if is_grave(one.transition)}
    for saying in sorted(said.sayings, key=lambda one: one.transition.event.id not in grave):
        place = places.get(saying.transition.incident.node)
        if place is not None:
            yield from _said(saying, place, words, now_us)
            if webhooks is not None:
                yield from webhooks.rows(saying, place, words, now_us)
    for overflow in said.overflows:
        place = places.get(overflow.lead.incident.node)
        if place is not None:
            yield _overflowing(overflow, place, words, now_us)
            if webhooks is not None:
                yield from webhooks.overflow(overflow, words, now_us)


def _said(saying: Saying, place: Placement, words: Words, now_us: int) -> Iterator[Outgoing]:
    transition = saying.transition
    city = transition.event.city
    if saying.reason is Reason.FIRST:
        yield filing(words.report(transition, place, saying.opened, saying.over, saying.news), now_us)
    elif saying.counted:
        if saying.reason is not Reason.REMINDER or transition.incident.audience == "staff":
            yield noting(words.digest(saying, place, now_us), city, now_us)
    elif (note := words.note(transition, place)) is not None:
        yield noting(note, city, now_us)


def _overflowing(overflow: Overflow, place: Placement, words: Words, now_us: int) -> Outgoing:
    city = overflow.lead.event.city
    if not overflow.number:
        return filing(words.overflow_report(overflow, place, now_us), now_us)
    key = f"{overflow.event}/{overflow.number}"
    state: CaseWord | None = "done" if overflow.over else None
    return noting(Note(overflow.event, key, now_us, words.overflow(overflow, now_us), state), city, now_us)
