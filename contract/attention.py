"""Who is on an open incident, and what holds it back, worked out from people's decisions. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contract.decision import Decision, DecisionKind, Facts, covers, holds
from contract.incident import Change, Incident
from contract.levels import Level


@dataclass(frozen=True, slots=True)
class Attention:
    """How one open incident is seen to.

    `owner` is who is on it: whom it is assigned to, else who acknowledged it. An acknowledgement shows only while it
    holds; `lapsed_us` is when the last one ended by its expiry or because the water came to a worse level than was
    acknowledged, None where one holds, was released, or never was. `comments` is how many there are.
    `silenced_by` is the id of a silence that keeps it from being said now (one that may not stop the public's flood
    warning is none), `window` of a window that it stands in.
    """

    owner: str = ""
    acknowledged_by: str = ""
    acknowledged_until_us: int | None = None
    assigned_to: str = ""
    comments: int = 0
    silenced_by: str | None = None
    window: str | None = None
    lapsed_us: int | None = None


NOBODY = Attention()


def standing(decisions: Iterable[Decision], now_us: int) -> list[Decision]:
    """The silences and windows that hold at `now_us`, in the order in which they were made."""
    rows = sorted(decisions, key=lambda one: one.number)
    ended = {(_ENDED_BY[one.kind], one.body["ends"]) for one in rows if one.kind in _ENDED_BY}
    return [
        one
        for one in rows
        if one.kind in {"silence", "window"}
        and one.start_us <= now_us < (one.until_us or 0)
        and (one.kind, one.id) not in ended
    ]


_ENDED_BY: Mapping[DecisionKind, DecisionKind] = {"unsilence": "silence", "end_window": "window"}


def attention(
    incidents: Sequence[Incident],
    facts: Mapping[str, Facts],
    decisions: Sequence[Decision],
    changes: Mapping[str, Sequence[Change]],
    now_us: int,
) -> Mapping[str, Attention]:
    """Incident id -> how it is seen to, for each of these open incidents.

    `facts` by incident; `decisions` are those about these incidents and their events, and all standing silences and
    windows with what ended them; `changes` are those of the acknowledged ones.
    """
    rows = sorted(decisions, key=lambda one: one.number)
    of_incident: dict[str, list[Decision]] = {}
    of_event: dict[str, list[Decision]] = {}
    for row in rows:
        if row.incident:
            of_incident.setdefault(row.incident, []).append(row)
        elif row.event:
            of_event.setdefault(row.event, []).append(row)
    holding = standing(rows, now_us)
    found: dict[str, Attention] = {}
    for incident in incidents:
        own = [*of_incident.get(incident.id, ()), *_known_then(incident, of_event.get(incident.event, ()))]
        own.sort(key=lambda one: one.number)
        seen = facts.get(incident.id)
        covering = [] if seen is None else [one for one in holding if _concerns(one, seen)]
        found[incident.id] = _attention(incident, own, covering, changes.get(incident.id, ()), now_us)
    return found


def _concerns(decision: Decision, facts: Facts) -> bool:
    return holds(decision, facts) if decision.kind == "silence" else covers(decision, facts)


def _known_then(incident: Incident, rows: Iterable[Decision]) -> list[Decision]:
    """Who took on an event took on what was open of it then, and not what joins it later."""
    return [row for row in rows if row.kind == "comment" or incident.opened_us <= row.at_us]


def _attention(
    incident: Incident, own: Sequence[Decision], covering: Sequence[Decision], changes: Sequence[Change], now_us: int
) -> Attention:
    acknowledged: Decision | None = None
    assigned = ""
    for row in own:
        if row.kind == "acknowledge":
            acknowledged = row
        elif row.kind == "assign":
            assigned = row.body["to"]
        elif row.kind == "release":
            acknowledged, assigned = None, ""
    lapsed_us = None if acknowledged is None else _lapsed_us(acknowledged, incident, changes, now_us)
    holds = acknowledged is not None and lapsed_us is None
    by = acknowledged.by if acknowledged is not None and holds else ""
    return Attention(
        owner=assigned or by,
        acknowledged_by=by,
        acknowledged_until_us=acknowledged.until_us if acknowledged is not None and holds else None,
        assigned_to=assigned,
        comments=sum(1 for row in own if row.kind == "comment"),
        silenced_by=next((one.id for one in covering if one.kind == "silence"), None),
        window=next((one.id for one in covering if one.kind == "window"), None),
        lapsed_us=lapsed_us,
    )


def _lapsed_us(acknowledged: Decision, incident: Incident, changes: Iterable[Change], now_us: int) -> int | None:
    """When an acknowledgement ended of itself, None while it holds."""
    ends = [acknowledged.until_us] if acknowledged.until_us is not None and acknowledged.until_us <= now_us else []
    level = acknowledged.body.get("level")
    if level is not None:
        shown = Level(level)
        ends += [
            change.said_us
            for change in changes
            if change.said_us > acknowledged.at_us and change.level is not None and change.level.worse_than(shown)
        ]
        if incident.level is not None and incident.level.worse_than(shown):
            # The page it was decided on was older than the engine's word.
            ends.append(max(incident.changed_us, acknowledged.at_us))
    return min(ends, default=None)
