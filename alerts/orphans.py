"""Open incidents that nobody watches any more: their node left the registry, or their rule or scale left the city.

Taking a node off a list is no measurement. A flood stays open and is said to be unwatched, which is shown as
dangerous, until its gauge is back and its own readings end it, or two people do. So does water that was announced to be
let go, where no post of the river is left that could say more of it. An outage of a point that is no more is ended, and
the case says that nothing was measured.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from alerts.outbox import noting
from alerts.webhooks import Webhooks
from complaints.desk import Note
from contract import incident as life
from contract.incident import Change, Incident
from store.ports import EngineCommit, Event, Outgoing

_UNWATCHED = {
    "id": "Sensor ini tidak lagi dipantau. Anggap berbahaya sampai petugas memeriksa di lokasi.",
    "en": "This sensor is no longer watched. Treat it as dangerous until an officer has looked on site.",
}
_UNSPOKEN = {
    "id": "Pos yang mengumumkan pelepasan ini tidak lagi terdaftar. Anggap masih berlangsung sampai petugas memeriksa.",
    "en": "The post that announced this release is no longer listed. Take it as still going on until an officer has "
    "looked.",
}
_LEFT = {
    "id": "Aturan atau sensornya tidak lagi ada. Ditutup tanpa pengukuran.",
    "en": "Its rule or its sensors are no more. Closed without a measurement.",
}
_WITHDRAWN = {
    "id": "Titik ini tidak lagi dipantau. Gangguan ditutup tanpa pengukuran.",
    "en": "This point is no longer watched. The outage is closed without a measurement.",
}


_ENDED = {
    "id": "Diakhiri oleh dua petugas. Sensor ini tidak lagi dipantau.",
    "en": "Ended by two officers. This sensor is no longer watched.",
}
_RELEASE_ENDED = {
    "id": "Diakhiri oleh dua petugas. Pos yang mengumumkannya tidak lagi terdaftar.",
    "en": "Ended by two officers. The post that announced it is no longer listed.",
}


def ended(
    orphan: Incident,
    *,
    alone: bool,
    told: bool,
    event: Event,
    at_us: int,
    now_us: int,
    webhooks: Webhooks | None = None,
) -> EngineCommit:
    """Two people say that water which nobody watches any more is over. `alone`: no other of its event is open;
    `told`: people know of it."""
    left, change = life.resolved(orphan, orphan.value, max(at_us, orphan.changed_us), now_us)
    outgoing: list[Outgoing] = []
    text = _RELEASE_ENDED if left.announced else _ENDED
    if told and left.audience != "shadow":
        key = f"{left.id}/{change.number}"
        note = Note(event=left.event, key=key, at_us=change.at_us, text=text, state="done" if alone else None)
        outgoing.append(noting(note, left.city, now_us))
        if webhooks is not None:
            outgoing += webhooks.unwatched(left, replace(change, source="people"), event, text, now_us)
    return EngineCommit(
        incidents=(left,),
        changes=(replace(change, source="people"),),
        events=(replace(event, closed_us=change.at_us),) if alone else (),
        outgoing=tuple(outgoing),
    )


def settle(
    orphans: Sequence[Incident],
    still_open: Mapping[str, int],
    events: Mapping[str, Event],
    now_us: int,
    webhooks: Webhooks | None = None,
    told: Collection[str] | None = None,
) -> EngineCommit | None:
    """What is to be kept and said of them, None where all has been said before.

    `still_open`: how many incidents of each event are open, these among them. `events` by id. `told`: the events that
    people were told of, None for all; of others nothing is said.
    """
    remaining = dict(still_open)
    incidents: list[Incident] = []
    changes: list[Change] = []
    closed: list[Event] = []
    outgoing: list[Outgoing] = []
    for orphan in orphans:
        if orphan.outlives_its_watch:
            if orphan.no_data:
                continue
            left, change = life.fell_silent(orphan, now_us, now_us)
            text, ends = _UNSPOKEN if orphan.announced else _UNWATCHED, False
        else:
            left, change = life.resolved(orphan, orphan.value, now_us, now_us)
            remaining[orphan.event] -= 1
            text, ends = _LEFT if orphan.subject == "notice" else _WITHDRAWN, not remaining[orphan.event]
            if ends:
                closed.append(replace(events[orphan.event], closed_us=now_us))
        incidents.append(left)
        changes.append(change)
        if left.audience != "shadow" and (told is None or left.event in told):
            key = f"{left.id}/{change.number}"
            note = Note(event=left.event, key=key, at_us=now_us, text=text, state="done" if ends else None)
            outgoing.append(noting(note, left.city, now_us))
            if webhooks is not None:
                outgoing += webhooks.unwatched(left, change, events[left.event], text, now_us)
    if not incidents:
        return None
    return EngineCommit(
        incidents=tuple(incidents), changes=tuple(changes), events=tuple(closed), outgoing=tuple(outgoing)
    )
