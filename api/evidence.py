"""What the sensors say of a case: for a river each gauge's curve and changes, for an outage points and cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from api.chart import Charts
from api.context import Context
from api.gauges import believed, level_cm_of, place_on
from api.history import history_of
from api.releases import Release, on_river
from api.snapshot import Snapshot
from contract.clock import MINUTE_US, SECOND_US
from contract.incident import Change, Incident, What
from contract.levels import Level
from contract.quality import Quality
from store.cases import Case
from store.ports import Cause, Event, Row

AROUND_US = 10 * MINUTE_US
AROUND_LEAST_US = 60 * SECOND_US
DOUBTED = frozenset({Quality.SUSPECT, Quality.FAIL, Quality.MISSING})
TOLD = frozenset({What.OPENED, What.LEVEL, What.NO_DATA, What.DATA_BACK, What.RECOVERING, What.RELAPSED, What.RESOLVED})
EVENTS_MOST = 50


@dataclass(frozen=True, slots=True)
class Proof:
    """One gauge's part in an event. `flags` counts the readings that a check doubted, by the check's name."""

    node: str
    place: str
    open: bool
    peak: Level | None
    peak_cm: float | None
    changes: tuple[Change, ...]
    chart: Charts | None
    flags: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class OutPoint:
    """One point of an outage. `until_us` None: still out."""

    node: str
    name: str
    since_us: int
    until_us: int | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All of it. `rules` are (rule, version) as they judged; `shared` is what its points hang on, `cause` what of it is
    proved, both empty for a single point. `by_people`: two people ended one of its incidents without a measurement."""

    rules: tuple[tuple[str, str], ...] = ()
    proofs: tuple[Proof, ...] = ()
    points: tuple[OutPoint, ...] = ()
    shared: str = ""
    cause: Cause = ""
    vetoing: Incident | None = None
    all_resolved: bool = False
    by_people: bool = False
    releases: tuple[Release, ...] = ()


def evidence_of(context: Context, snapshot: Snapshot, case: Case) -> Evidence:
    """Read it from the store; nothing for a case that no sensor opened."""
    if case.event is None:
        return Evidence()
    # Whoever is shown a case that is not public is shown what opened it, too.
    incidents = [one for one in context.cities.incidents_of(case.event) if one.audience == "public" or not case.public]
    floods = [one for one in incidents if one.subject == "flood"]
    changes = context.cities.changes_of(case.event) if floods else ()
    gauges: dict[str, list[Incident]] = {}
    for incident in floods:
        gauges.setdefault(incident.node, []).append(incident)
    proofs = [_proof(context, snapshot, own, changes) for own in gauges.values()]
    event = context.cities.event(case.event) if incidents else None
    of_rivers = [*floods, *(one for one in incidents if one.begins_us is not None)]
    started_us = min((one.crossed_us for one in of_rivers), default=0)
    ended_us = case.closed_us or snapshot.now_us
    rivers = {place.river for one in of_rivers if (place := snapshot.placement(one.node)) is not None}
    return Evidence(
        rules=tuple(sorted({(one.rule, one.rule_version) for one in incidents})),
        proofs=tuple(sorted(proofs, key=lambda proof: _km(snapshot, proof.node))),
        points=tuple(_points(snapshot, [one for one in incidents if one.subject == "outage"])),
        shared=event.name if event is not None and event.shared else "",
        cause=(event.cause or "unknown") if event is not None and event.shared else "",
        vetoing=next((one for one in floods if one.open), None) if case.state == "done" else None,
        all_resolved=bool(incidents) and not any(one.open for one in incidents),
        by_people=any(change.what is What.RESOLVED and change.source == "people" for change in changes),
        releases=tuple(
            one for river in sorted(rivers) for one in on_river(context, snapshot, river, started_us, ended_us)
        ),
    )


def _km(snapshot: Snapshot, node: str) -> float:
    placement = snapshot.placement(node)
    return placement.river_km if placement else 0.0


def _proof(context: Context, snapshot: Snapshot, own: Sequence[Incident], changes: Sequence[Change]) -> Proof:
    """One gauge, over all its incidents of the event."""
    node = own[0].node
    ids = {one.id for one in own}
    placement = snapshot.placement(node)
    around_us = max(round(AROUND_US / context.speed), AROUND_LEAST_US)
    open_now = any(one.open for one in own)
    last_us = snapshot.now_us if open_now else max(one.resolved_us or one.changed_us for one in own)
    end_us = min(last_us + around_us, snapshot.now_us)
    history = history_of(context, snapshot, node, min(one.crossed_us for one in own) - around_us, end_us)
    worst = min(own, key=lambda one: one.peak or Level.NORMAL)
    return Proof(
        node=node,
        place=place_on(placement) if placement else node,
        open=open_now,
        peak=worst.peak,
        peak_cm=_peak_cm(context, node, own, history.rows),
        changes=tuple(change for change in changes if change.incident in ids and change.what in TOLD),
        chart=history.chart if history.rows else None,
        flags=flags_of(history.rows),
    )


def _peak_cm(context: Context, node: str, own: Sequence[Incident], rows: Sequence[Row]) -> float | None:
    """The worst believed level: the engine tells a peak only with a change, the readings know it at once."""
    told = [one.peak_value for one in own if one.peak_value is not None]
    scale = context.profile.scale_of(node)
    read = [cm for row in believed(rows, scale) if (cm := level_cm_of(row)) is not None]
    worst = min if scale is not None and scale.direction == "falling" else max
    return worst([*told, *read], default=None)


def flags_of(rows: Sequence[Row]) -> tuple[tuple[str, int], ...]:
    """How many readings each check doubted, the most frequent first. One without a named check counts as missing."""
    counts: Counter[str] = Counter()
    for row in rows:
        if row.quality in DOUBTED:
            counts.update([name for name, flag in row.checks.items() if flag in DOUBTED] or ["missing"])
    return tuple(counts.most_common())


def _points(snapshot: Snapshot, outages: Sequence[Incident]) -> list[OutPoint]:
    """Still out first, then by when they went."""
    found = []
    for one in outages:
        placement = snapshot.placement(one.node)
        found.append(OutPoint(one.node, placement.name if placement else one.node, one.crossed_us, one.resolved_us))
    return sorted(found, key=lambda point: (point.until_us is not None, point.since_us, point.name))


def came_before(context: Context, case: Case) -> str | None:
    """The number of the case that this one recurs from; None where there is none that the public may see."""
    return _public_number(context.cities.case(case.recurs)) if case.recurs is not None else None


def came_after(context: Context, case: Case) -> str | None:
    """The number of the case that recurs from this one, found from the newest event of the same group backwards."""
    event = context.cities.event(case.event) if case.event is not None else None
    if event is None:
        return None
    later: Event | None = context.cities.last_event(event.city, event.rule, event.group)
    for _ in range(EVENTS_MOST):
        if later is None or later.recurs is None or later.id == event.id:
            return None
        if later.recurs == event.id:
            return _public_number(context.cities.case_of_event(later.id))
        later = context.cities.event(later.recurs)
    return None


def _public_number(case: Case | None) -> str | None:
    return case.number if case is not None and case.public else None
