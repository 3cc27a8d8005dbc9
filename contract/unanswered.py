"""Which alarms wait for a person's answer, and since when: from what the engine said and people decided. Pure.

How grave an incident is, is one number: 4 for AWAS, 3 for SIAGA, 2 for WASPADA. A gauge that is silent in danger and
whatever a critical rule found without a level stand beside SIAGA. An answer is good for what was on the screen when it
was given, and for anything milder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from contract.decision import ACKNOWLEDGE_S, Decision, acknowledged_until_us
from contract.incident import WATER, Change, Incident, What
from contract.levels import Level

GRAVE = 3
"""from here on somebody must answer"""
_ANSWERS = frozenset({"acknowledge", "confirm", "order", "wrong"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One event that waits for an answer.

    `begun_us` is when the ladder for it began: it names this call, whoever works it out and however often. `incident`
    is the gravest that waits, `waiting` are all of them. `handed_to`: who was asked to take it on, "" for nobody.
    """

    event: str
    incident: str
    waiting: tuple[str, ...]
    grave: int
    level: Level | None
    silent: bool
    begun_us: int
    handed_to: str = ""
    drill: bool = False


def calls(
    incidents: Iterable[Incident],
    changes: Mapping[str, Sequence[Change]],
    decisions: Sequence[Decision],
    severities: Mapping[str, str],
    now_us: int,
    *,
    held: frozenset[str] = frozenset(),
    drills: frozenset[str] = frozenset(),
) -> Sequence[Call]:
    """The calls that stand, the gravest first, among these open incidents.

    `changes` by incident; `severities` by rule; `held` are incidents that a silence keeps from being said, `drills`
    those of drills. `decisions` are about these incidents or their events.
    """
    rows = sorted(decisions, key=lambda one: one.number)
    by_event: dict[str, list[tuple[_Standing, Incident]]] = {}
    for incident in incidents:
        if not incident.open or incident.id in held:
            continue
        own = [row for row in rows if _is_about(row, incident)]
        critical = severities.get(incident.rule) == "critical"
        standing = _standing(incident, changes.get(incident.id, ()), own, now_us, critical=critical)
        if standing.since_us is not None:
            by_event.setdefault(incident.event, []).append((standing, incident))
    found = [_call(event, waiting, drills) for event, waiting in by_event.items()]
    return sorted(found, key=lambda one: (one.drill, -one.grave, one.begun_us, one.event))


def may_call(incident: Incident, *, critical: bool) -> bool:
    """Whether it can need an answer at all: only then are its changes worth reading."""
    if incident.audience == "shadow" or not incident.open:
        return False
    return incident.subject in WATER or critical


def _call(event: str, waiting: Sequence[tuple[_Standing, Incident]], drills: frozenset[str]) -> Call:
    lead, gravest = max(waiting, key=lambda pair: (pair[0].grave, -(pair[0].since_us or 0), pair[1].id))
    return Call(
        event=event,
        incident=gravest.id,
        waiting=tuple(sorted(incident.id for _, incident in waiting)),
        grave=lead.grave,
        level=gravest.level,
        silent=gravest.dangerous,
        begun_us=min(standing.since_us for standing, _ in waiting if standing.since_us is not None),
        handed_to=next((standing.handed_to for standing, _ in waiting if standing.handed_to), ""),
        drill=all(incident.id in drills for _, incident in waiting),
    )


def _is_about(row: Decision, incident: Incident) -> bool:
    """Who takes on an event takes on what was open of it then, and not what joins it later."""
    if row.incident:
        return row.incident == incident.id
    return row.event == incident.event and incident.opened_us <= row.at_us


# ------------------------------------------------------------ one incident through its life


class _Moment(NamedTuple):
    at_us: int
    order: int
    change: Change | None = None
    decision: Decision | None = None
    lapses: str = ""


@dataclass(slots=True)
class _Standing:
    """Where one incident stands. `answered` is how grave it was when somebody answered, 0 where nobody did."""

    grave: int = 0
    level: Level | None = None
    silent: bool = False
    answered: int = 0
    answer: str = ""
    handed_to: str = ""
    since_us: int | None = None


def _standing(
    incident: Incident, changes: Sequence[Change], decisions: Sequence[Decision], now_us: int, *, critical: bool
) -> _Standing:
    standing = _Standing()
    if not may_call(incident, critical=critical):
        return standing
    for moment in _moments(incident, changes, decisions, now_us):
        if moment.change is not None:
            _hear(standing, incident, moment.change, critical=critical)
        elif moment.decision is not None:
            _obey(standing, moment.decision)
        elif moment.lapses == standing.answer:
            standing.answered = 0
        if standing.grave < GRAVE or standing.grave <= standing.answered:
            standing.since_us = None
        elif standing.since_us is None:
            standing.since_us = moment.at_us
    return standing


def _moments(
    incident: Incident, changes: Sequence[Change], decisions: Sequence[Decision], now_us: int
) -> Sequence[_Moment]:
    """All that happened to it by now, in order; what the engine said before what people decided at the same moment."""
    said = sorted(changes, key=lambda one: one.number)
    silent_first = _opened_silent(incident, said)
    found: list[_Moment] = []
    for order, change in enumerate(said):
        found.append(_Moment(change.said_us, order, change=change))
        if order == 0 and silent_first:
            found.append(_Moment(change.said_us, order, change=_silence(change)))
    for number, row in enumerate(decisions, len(said)):
        found.append(_Moment(row.at_us, number, decision=row))
        until_us = _until_us(row)
        if until_us is not None and until_us <= now_us:
            found.append(_Moment(until_us, number, lapses=row.id))
    return sorted(found, key=lambda one: (one.at_us, one.order))


def _until_us(row: Decision) -> int | None:
    """How long an answer is good for."""
    if row.kind not in _ANSWERS:
        return None
    return row.until_us if row.until_us is not None else acknowledged_until_us(row.at_us, ACKNOWLEDGE_S)


def _opened_silent(incident: Incident, said: Sequence[Change]) -> bool:
    """A gauge that opened by its silence says so in no change of its own."""
    turns = [one.what for one in said if one.what in {What.NO_DATA, What.DATA_BACK}]
    return turns[0] is What.DATA_BACK if turns else incident.no_data


def _silence(change: Change) -> Change:
    return Change(
        incident=change.incident, number=change.number, what=What.NO_DATA, at_us=change.at_us,
        said_us=change.said_us, level=change.level, value=change.value,
    )  # fmt: skip


def _hear(standing: _Standing, incident: Incident, change: Change, *, critical: bool) -> None:
    standing.level = change.level
    if change.what is What.NO_DATA:
        standing.silent = True
    elif change.what in {What.DATA_BACK, What.RESOLVED}:
        standing.silent = False
    standing.grave = _grave(standing, incident, critical=critical)


def _grave(standing: _Standing, incident: Incident, *, critical: bool) -> int:
    dangerous = standing.silent and incident.subject in WATER
    if standing.level is None:
        return GRAVE if critical or dangerous else 0
    by_level = _of_level(standing.level) if incident.audience == "public" else 0
    return max(by_level, GRAVE) if dangerous else by_level


def _of_level(level: Level) -> int:
    return 5 - int(level)


def _obey(standing: _Standing, row: Decision) -> None:
    if row.kind in _ANSWERS:
        seen = row.body.get("level")
        # Who looks at a silent gauge sees that it is silent.
        shown = standing.grave if seen is None else max(_of_level(Level(seen)), GRAVE if standing.silent else 0)
        if shown >= standing.answered:
            standing.answered, standing.answer, standing.handed_to = max(shown, 1), row.id, ""
    elif row.kind == "release":
        standing.answered, standing.answer, standing.handed_to = 0, "", ""
    elif row.kind == "assign" and row.body["to"] != row.by:
        standing.answered, standing.answer, standing.handed_to = 0, "", row.body["to"]
