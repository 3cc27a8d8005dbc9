"""`/api/v1/`: what the pages show, for programs. Documented in /openapi.json."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.cases import description_of, seen_case
from api.context import Context
from api.crests import Coming, coming_to
from api.gauges import Gauge, gauges_of
from api.meaning import Doorstep, Known, doorstep_of
from api.nodes import NodeLine, lines_of
from api.page import with_etag
from api.policy import Reach, caller_of, own_cases, reach_of, sees_case, sees_incident
from api.snapshot import Snapshot, Snapshots
from api.status import NodeState
from contract.case import CaseWord
from contract.clock import rfc3339
from contract.impact import Impact
from contract.incident import Incident, Subject
from contract.levels import Level
from store.cases import Case, CaseUpdate

MOST = 200
When = Annotated[str, Field(description="RFC 3339, UTC", examples=["2026-01-24T03:00:00.000000Z"])]
LevelName = Literal["AWAS", "SIAGA", "WASPADA", "NORMAL"]
LEVELS: dict[Level, LevelName] = {
    Level.AWAS: "AWAS",
    Level.SIAGA: "SIAGA",
    Level.WASPADA: "WASPADA",
    Level.NORMAL: "NORMAL",
}


class Place(BaseModel):
    """WGS 84 degrees and the adm4 region code."""

    lat: Annotated[float, Field(examples=[-7.7828])]
    lon: Annotated[float, Field(examples=[110.3692])]
    region: Annotated[str, Field(examples=["34.71.06.1001"])]


class NodeOut(BaseModel):
    """A node of the network."""

    node: Annotated[str, Field(examples=["wifi-malioboro-01"])]
    kind: Literal["wifi", "camera", "gauge"]
    name: str
    place: Place
    state: NodeState
    why: Annotated[str, Field(examples=["offline"])]
    since: When | None
    last_reading: When | None
    case: Annotated[str | None, Field(examples=["JOG-2026-000123"])]


class ComingOut(BaseModel):
    """What is expected from a gauge upstream. `between` null: nothing is, and `why` says why not. Never an order."""

    upstream: Annotated[str, Field(examples=["gauge-code-01"])]
    why: Annotated[
        Literal["expected", "silent", "quiet", "passed", "pending"],
        Field(description="silent: that gauge sends nothing, and nothing is forecast from it"),
    ]
    between: tuple[When, When] | None
    rising: Annotated[bool, Field(description="the water upstream still rises: the crest comes later than that")]
    learned: Annotated[bool, Field(description="from the city's own history, not from its keepers' experience")]
    error_minutes: Annotated[int | None, Field(description="how far out forecasts have been on average; null: untried")]
    forecasts: Annotated[int, Field(description="how many that is the average of")]
    told: Annotated[bool, Field(description="of forecasts that people were told, not of what history would have said")]


class MusterOut(BaseModel):
    """Where to go. Both degrees or neither."""

    name: str
    lat: float | None
    lon: float | None


class ImpactOut(BaseModel):
    """What a level means in one RW, as it was surveyed; nothing is known of an RW without one."""

    from_cm: Annotated[float, Field(description="on the gauge's staff, cm", examples=[180.0])]
    rw: Annotated[str, Field(examples=["RW 04"])]
    depth: Annotated[
        Literal["cut_off", "ankle", "knee", "waist", "chest", "over_head"],
        Field(description="cut_off: dry, but nobody comes out; ankle: 15 cm at most; knee: 50; waist: 100; chest: 140"),
    ]
    muster: MusterOut
    phone: str
    checked_by: str
    checked_on: date
    compared_on: Annotated[date | None, Field(description="the flood that it was compared with; null: none yet")]
    compared: str
    reached: Annotated[bool | None, Field(description="null: nobody knows where the water stands, which is not safe")]
    missing_cm: Annotated[float | None, Field(description="so far below it the water stands; null: reached or unknown")]


class GaugeOut(BaseModel):
    """A river gauge. `level` null: nothing is known, which is not NORMAL. `voice` says how far to believe it now."""

    gauge: Annotated[str, Field(examples=["gauge-code-01"])]
    name: str
    river: str
    river_km: Annotated[float, Field(description="from the source, km")]
    place: Place
    level: LevelName | None
    local_name: Annotated[str, Field(description="the city's own name of the level", examples=["Siaga 1"])]
    level_cm: Annotated[float | None, Field(description="above the gauge's datum, cm")]
    trend: Literal["rising", "falling", "steady"] | None
    observed: When | None
    pending: Annotated[bool, Field(description="one reading alone says so; the next one must bear it out")]
    flat_since: Annotated[
        When | None, Field(description="in doubt: in a flood it stands still since then, though the water moves")
    ]
    stance: Annotated[
        Literal["confirmed", "wrong"] | None,
        Field(description="what an officer has said of its flood"),
    ]
    stance_at: When | None
    voice: Annotated[
        Literal["live", "silent", "dangerous", "never"],
        Field(description="dangerous: fell silent while high or rising"),
    ]
    case: str | None
    coming: Annotated[list[ComingOut], Field(description="from the gauges above, the nearest first")]
    impacts: Annotated[
        list[ImpactOut],
        Field(description="what its levels mean where people live, the lowest first; empty: nobody has surveyed it"),
    ]
    impacts_known: Annotated[
        Literal["now", "at_least", "unknown"],
        Field(description="of the level that `reached` goes by; at_least: it fell silent or is in doubt"),
    ]


class IncidentOut(BaseModel):
    """One entity's open trouble."""

    id: str
    event: str
    subject: Subject
    node: str
    rule: str
    rule_version: str
    state: Literal["firing", "recovering", "resolved"]
    silent: Annotated[bool, Field(description="no reading comes at the moment")]
    level: LevelName | None
    peak: LevelName | None
    value: Annotated[float | None, Field(description="cm for a flood, cm risen for a rise, s of silence for an outage")]
    crossed: When
    opened: When
    changed: When
    resolved: When | None
    case: str | None


class UpdateOut(BaseModel):
    """A line of a case's thread."""

    at: When
    state: CaseWord
    text: dict[str, str]
    author: str


class CaseOut(BaseModel):
    """A case as citizens follow it."""

    number: Annotated[str, Field(examples=["JOG-2026-000123"])]
    url: str
    category: str
    agency: str
    place: Place
    title: dict[str, str]
    description: dict[str, str]
    state: CaseWord
    source: Literal["sensor", "citizen"]
    opened: When
    updated: When
    due: When | None
    closed: When | None
    recurs: str | None


class CaseWithThread(CaseOut):
    """A case and everything said of it."""

    updates: list[UpdateOut]


class NodePage(BaseModel):
    """`next` is the cursor of the next page, null at the end."""

    items: list[NodeOut]
    next: str | None
    total: int


class GaugePage(BaseModel):
    """All gauges, river by river from the source down."""

    items: list[GaugeOut]
    next: None = None
    total: int


class IncidentPage(BaseModel):
    """Newest opened first."""

    items: list[IncidentOut]
    next: str | None
    total: int


class CasePage(BaseModel):
    """Newest opened first."""

    items: list[CaseOut]
    next: str | None
    total: int


Limit = Annotated[int, Query(ge=1, le=MOST, description="items on a page")]
Cursor = Annotated[str | None, Query(description="`next` of the page before")]


def _when(us: int | None) -> str | None:
    return None if us is None else rfc3339(us)


def node_out(line: NodeLine) -> NodeOut:
    one = line.placement
    return NodeOut(
        node=one.node,
        kind=one.kind,
        name=one.name,
        place=Place(lat=one.lat, lon=one.lon, region=one.region),
        state=line.status.state,
        why=line.status.why,
        since=_when(line.status.since_us),
        last_reading=_when(line.status.last_us),
        case=line.case.number if line.case else None,
    )


def coming_out(coming: Coming) -> ComingOut:
    expected = coming.window
    return ComingOut(
        upstream=coming.gauge.node,
        why=coming.why,
        between=None if expected is None else (rfc3339(expected.from_us), rfc3339(expected.until_us)),
        rising=coming.rising,
        learned=coming.travel.learned,
        error_minutes=coming.error_min,
        forecasts=coming.travel.forecasts,
        told=coming.travel.told,
    )


def impact_out(impact: Impact, level_cm: float | None, known: Known) -> ImpactOut:
    over = level_cm is not None and impact.from_cm <= level_cm
    reached = over if over or known == "now" else None
    return ImpactOut(
        from_cm=impact.from_cm,
        rw=impact.rw,
        depth=impact.depth,
        muster=MusterOut(name=impact.muster, lat=impact.muster_lat, lon=impact.muster_lon),
        phone=impact.phone,
        checked_by=impact.checked_by,
        checked_on=impact.checked_on,
        compared_on=impact.compared_on,
        compared=impact.compared,
        reached=reached,
        missing_cm=round(impact.from_cm - level_cm, 1) if level_cm is not None and reached is False else None,
    )


def gauge_out(gauge: Gauge, region: str, coming: Sequence[Coming], doorstep: Doorstep) -> GaugeOut:
    return GaugeOut(
        gauge=gauge.node,
        name=gauge.name,
        river=gauge.river,
        river_km=gauge.river_km,
        place=Place(lat=gauge.lat, lon=gauge.lon, region=region),
        level=LEVELS[gauge.level] if gauge.level is not None else None,
        local_name=gauge.local_name,
        level_cm=gauge.level_cm,
        trend=gauge.trend,
        observed=_when(gauge.observed_us),
        pending=gauge.pending,
        flat_since=_when(gauge.flat_us),
        stance=gauge.stance.said or None,
        stance_at=_when(gauge.stance.at_us or None),
        voice=gauge.voice,
        case=gauge.case.number if gauge.case else None,
        coming=[coming_out(one) for one in coming],
        impacts=[
            impact_out(one, doorstep.level_cm, doorstep.known)
            for one in sorted(doorstep.meaning.all, key=lambda one: (one.from_cm, one.rw))
        ],
        impacts_known=doorstep.known,
    )


def incident_out(incident: Incident, case: Case | None) -> IncidentOut:
    """`case` None: there is none, or not for this caller."""
    return IncidentOut(
        id=incident.id,
        event=incident.event,
        subject=incident.subject,
        node=incident.node,
        rule=incident.rule,
        rule_version=incident.rule_version,
        state=incident.state.value,
        silent=incident.no_data,
        level=LEVELS[incident.level] if incident.level is not None else None,
        peak=LEVELS[incident.peak] if incident.peak is not None else None,
        value=incident.value,
        crossed=rfc3339(incident.crossed_us),
        opened=rfc3339(incident.opened_us),
        changed=rfc3339(incident.changed_us),
        resolved=_when(incident.resolved_us),
        case=case.number if case is not None else None,
    )


def case_out(case: Case, base_url: str, recurs: Case | None) -> CaseOut:
    """`recurs` None: it recurs from none, or from one that is not for this caller."""
    return CaseOut(
        number=case.number,
        url=f"{base_url}/kasus/{case.number}",
        category=case.category,
        agency=case.agency,
        place=Place(lat=case.lat, lon=case.lon, region=case.region),
        title=dict(case.title),
        description=dict(description_of(case)),
        state=case.state,
        source=case.source,
        opened=rfc3339(case.opened_us),
        updated=rfc3339(case.updated_us),
        due=None if case.finish_due_us is None else rfc3339(case.finish_due_us),
        closed=_when(case.closed_us),
        recurs=recurs.number if recurs is not None else None,
    )


def update_out(update: CaseUpdate) -> UpdateOut:
    return UpdateOut(at=rfc3339(update.at_us), state=update.state, text=dict(update.text), author=update.author)


def _answer(request: Request, model: BaseModel) -> Response:
    body = model.model_dump_json().encode()
    return with_etag(request, Response(body, media_type="application/json"))


def router(context: Context, snapshots: Snapshots) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter(prefix="/api/v1", tags=["v1"])

    def _before(request: Request, case: Case) -> Case | None:
        return _shown(request, context.cities.case(case.recurs)) if case.recurs is not None else None

    def _seen(request: Request, snapshot: Snapshot) -> dict[str, tuple[Incident, Case | None]]:
        """The open incidents that this caller sees, by id, each with its case: the public ones everybody."""
        seen = {one.id: (one, snapshot.cases.get(one.event)) for one in snapshot.incidents}
        caller, reach = caller_of(request), reach_of(request)
        if reach is not Reach.PUBLIC:
            for one in context.cities.open_incidents(context.city):
                if one.id not in seen:
                    case = context.cities.case_of_event(one.event)
                    if sees_incident(caller, reach, one, case):
                        seen[one.id] = (one, case)
        return seen

    @routes.get("/nodes", response_model=NodePage, summary="Nodes and whether they are up")
    def nodes(request: Request, limit: Limit = 100, cursor: Cursor = None) -> Response:
        lines = sorted(lines_of(snapshots.now()), key=lambda line: line.placement.node)
        # The cursor is the last name of the page before: a node that comes or goes meanwhile shifts nothing.
        rest = [line for line in lines if cursor is None or line.placement.node > cursor]
        page = rest[:limit]
        following = page[-1].placement.node if len(rest) > limit else None
        return _answer(request, NodePage(items=[node_out(one) for one in page], next=following, total=len(lines)))

    @routes.get("/gauges", response_model=GaugePage, summary="River gauges")
    def gauges(request: Request) -> Response:
        snapshot = snapshots.now()
        regions = {one.node: one.region for one in snapshot.placements}
        profile = context.profile
        found = gauges_of(profile, snapshot)
        items = [
            gauge_out(
                gauge,
                regions.get(gauge.node, ""),
                coming_to(gauge.node, found, snapshot),
                doorstep_of(gauge, profile.scale_of(gauge.node), snapshot.impacts.get(gauge.node, ())),
            )
            for gauge in found
        ]
        return _answer(request, GaugePage(items=items, total=len(items)))

    @routes.get("/incidents", response_model=IncidentPage, summary="Open incidents")
    def incidents(request: Request, limit: Limit = 100, cursor: Cursor = None) -> Response:
        snapshot = snapshots.now()
        known = _seen(request, snapshot)
        ordered = sorted((one for one, _ in known.values()), key=_incident_key, reverse=True)
        rest = [one for one in ordered if cursor is None or _incident_key(one) < cursor]
        page = rest[:limit]
        following = _incident_key(page[-1]) if len(rest) > limit else None
        items = [incident_out(one, _shown(request, known[one.id][1])) for one in page]
        return _answer(request, IncidentPage(items=items, next=following, total=len(ordered)))

    @routes.get("/incidents/{incident_id}", response_model=IncidentOut, summary="One incident, open or resolved")
    def incident(request: Request, incident_id: str) -> Response:
        found = context.cities.incident(incident_id)
        if found is None or found.city != context.city:
            raise HTTPException(404)
        case = context.cities.case_of_event(found.event)
        if not sees_incident(caller_of(request), reach_of(request), found, case):
            raise HTTPException(404)
        return _answer(request, incident_out(found, _shown(request, case)))

    @routes.get("/cases", response_model=CasePage, summary="Public cases")
    def cases(
        request: Request,
        limit: Limit = 100,
        cursor: Cursor = None,
        category: Annotated[list[str] | None, Query(description="only these categories")] = None,
        state: Annotated[Literal["open", "closed"] | None, Query()] = None,
    ) -> Response:
        found = context.cities.find_cases(
            context.city,
            categories=category or (),
            open_=None if state is None else state == "open",
            cursor=cursor,
            limit=limit,
            public_only=reach_of(request) is not Reach.ANY,
            also=own_cases(caller_of(request), reach_of(request)),
        )
        items = [case_out(case, context.base_url, _before(request, case)) for case in found.cases]
        return _answer(request, CasePage(items=items, next=found.next_cursor, total=found.total))

    @routes.get("/cases/{number}", response_model=CaseWithThread, summary="One case and its thread")
    def case(request: Request, number: str) -> Response:
        found = seen_case(context, request, number)
        updates = [update_out(update) for update in context.cities.updates(number)]
        out = CaseWithThread(**case_out(found, context.base_url, _before(request, found)).model_dump(), updates=updates)
        return _answer(request, out)

    return routes


def _shown(request: Request, case: Case | None) -> Case | None:
    """None where the caller must not know of it."""
    return case if case is not None and sees_case(caller_of(request), reach_of(request), case) else None


def _incident_key(incident: Incident) -> str:
    """Sorts as (opened, id) does."""
    return f"{incident.opened_us:020d}-{incident.id}"
