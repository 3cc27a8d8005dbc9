"""`/kasus`: what was reported, by people or by sensors, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.chart import Charts
from api.context import Context
from api.gauges import gauges_of
from api.overview import confirmed
from api.page import Pages
from api.rivers import chart_between
from api.snapshot import Snapshot, Snapshots
from contract.clock import MINUTE_US, SECOND_US
from contract.incident import Change, Incident, What
from store.ports import Case, CaseState, CaseUpdate

PAGE = 50
STEPS: tuple[CaseState, ...] = ("received", "checked", "in_progress", "done")
AROUND_US = 10 * MINUTE_US
TOLD = frozenset({What.OPENED, What.LEVEL, What.NO_DATA, What.DATA_BACK, What.RECOVERING, What.RELAPSED, What.RESOLVED})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the sensors say of a case: one incident, its changes, and for a river its chart."""

    incident: Incident
    place: str
    changes: tuple[Change, ...]
    chart: Charts | None
    doubted: int


def withheld(case: Case) -> bool:
    """A resident's own words stay unseen until somebody has checked them."""
    return case.source == "citizen" and case.state == "received"


def description_of(case: Case) -> Mapping[str, str]:
    """The case's description as the public may read it: empty while it is withheld."""
    return {} if withheld(case) else case.description


def steps_of(case: Case, thread: Sequence[CaseUpdate]) -> list[tuple[CaseState, str]]:
    """The plain words in order, each `done`, `skipped`, `now` or `later`.

    A river that fell by itself is done without anybody having checked: a step that the thread does not show is not
    claimed.
    """
    seen = {update.state for update in thread} | {"received"}
    words = ("received", "checked", "not_ours") if case.state == "not_ours" else STEPS
    at = words.index(case.state)
    passed = ["done" if step in seen else "skipped" for step in words[:at]]
    return list(zip(words, [*passed, "now", *["later"] * (len(words) - at - 1)], strict=True))


def overdue(case: Case, now_us: int) -> bool:
    """Past its due time and not closed, or closed after it."""
    return (case.closed_us or now_us) > case.due_us


def _evidence(context: Context, snapshot: Snapshot, case: Case) -> list[Evidence]:
    if case.event is None:
        return []
    changes = context.cities.changes_of(case.event)
    found = []
    for incident in context.cities.incidents_of(case.event):
        if incident.audience != "public":
            continue
        own = tuple(change for change in changes if change.incident == incident.id and change.what in TOLD)
        placement = snapshot.placement(incident.node)
        chart, doubted = None, 0
        if incident.subject == "flood" and placement is not None:
            around_us = max(round(AROUND_US / context.speed), 60 * SECOND_US)
            start_us = incident.crossed_us - around_us
            end_us = min((incident.resolved_us or snapshot.now_us) + around_us, snapshot.now_us)
            rows, chart = chart_between(context, snapshot, incident.node, start_us, end_us)
            doubted = len([row for row in rows if row.quality in {3, 4, 9}])
        found.append(Evidence(incident, placement.name if placement else incident.node, own, chart, doubted))
    return found


def _recurrence(context: Context, case: Case) -> str | None:
    """The number of the case this one follows. `recurs` holds a number or the event before."""
    if case.recurs is None:
        return None
    earlier = context.cities.case(case.recurs) or context.cities.case_of_event(case.recurs)
    return earlier.number if earlier is not None and earlier.public else None


def _vetoed(case: Case, evidence: Sequence[Evidence]) -> Evidence | None:
    """The incident that still fires although the case says it is done."""
    if case.state != "done":
        return None
    return next((one for one in evidence if one.incident.open and one.incident.subject == "flood"), None)


def public_case(context: Context, number: str) -> Case:
    """Raises 404 for one that does not exist or is not public: a stranger must not learn which."""
    case = context.cities.case(number)
    if case is None or not case.public or case.city != context.city:
        raise HTTPException(404)
    return case


def thread_of(updates: Sequence[CaseUpdate]) -> list[CaseUpdate]:
    """Newest first, as a reader who comes back wants it."""
    return sorted(updates, key=lambda update: (update.at_us, update.said_us), reverse=True)


def router(context: Context, pages: Pages, snapshots: Snapshots) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    profile = context.profile
    categories = {category.code: category for category in profile.categories}
    agencies = {agency.code: agency for agency in profile.agencies}
    regions = {region.code: region.name for region in profile.regions}

    @routes.get("/kasus", include_in_schema=False)
    def cases(request: Request, kategori: str = "", keadaan: str = "", lanjut: str = "") -> Response:
        open_ = {"terbuka": True, "selesai": False}.get(keadaan)
        found = context.cities.find_cases(
            context.city,
            categories=[kategori] if kategori in categories else (),
            open_=open_,
            cursor=lanjut or None,
            limit=PAGE,
            public_only=True,
        )
        values = {
            "found": found,
            "now_us": context.clock.now_us(),
            "categories": categories,
            "regions": regions,
            "kategori": kategori if kategori in categories else "",
            "keadaan": keadaan if open_ is not None else "",
            "first_page": not lanjut,
        }
        return pages.render(request, "kasus_semua.html", values)

    @routes.get("/kasus/{number}", include_in_schema=False)
    def case_page(request: Request, number: str) -> Response:
        case = public_case(context, number)
        snapshot = snapshots.now()
        evidence = _evidence(context, snapshot, case)
        thread = thread_of(context.cities.updates(case.number))
        rivers = {gauge.node: gauge for gauge in gauges_of(profile, snapshot)}
        values = {
            "case": case,
            "description": description_of(case),
            "withheld": withheld(case),
            "steps": steps_of(case, thread),
            "thread": thread,
            "evidence": evidence,
            "gauges": [
                rivers[one.incident.node] for one in evidence if one.incident.open and one.incident.node in rivers
            ],
            "vetoed": _vetoed(case, evidence),
            "category": categories.get(case.category),
            "agency": agencies.get(case.agency),
            "region": regions.get(case.region, case.region),
            "recurs": _recurrence(context, case),
            "overdue": overdue(case, snapshot.now_us),
            "unconfirmed": case.source == "sensor" and case.closed_us is None and not confirmed(case),
            "fine_clock": True,
        }
        return pages.render(request, "kasus.html", values)

    return routes
