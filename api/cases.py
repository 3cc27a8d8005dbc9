"""`/kasus`: what was reported, by people or by sensors, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.context import Context
from api.elsewhere import case_under, elsewhere, on_the_way, shown_first, worked_by
from api.evidence import Evidence, came_after, came_before, evidence_of
from api.gauges import gauges_of
from api.overview import confirmed
from api.page import Pages
from api.photos_page import public_photos
from api.policy import Reach, caller_of, own_cases, reach_of, sees_case
from api.snapshot import Snapshots
from api.takedowns import things_of
from contract.case import CaseWord
from store.cases import Case, CaseUpdate

PAGE = 50
STEPS: tuple[CaseWord, ...] = ("received", "checked", "in_progress", "done")
SENSOR = "sensor"
PEOPLE = "people"


def withheld(case: Case) -> bool:
    """A resident's own words stay unseen until somebody has checked them."""
    return case.triaged_us is None


def description_of(case: Case) -> Mapping[str, str]:
    """The case's description as the public may read it: empty while it is withheld."""
    return {} if withheld(case) else case.description


def lead_of(case: Case, thread: Sequence[CaseUpdate]) -> Mapping[str, str]:
    """What stands first on the page: a resident's own words, or the newest that the sensors said."""
    newest = next((update for update in thread if update.author == SENSOR), None)
    return newest.text if case.source == SENSOR and newest is not None else description_of(case)


def steps_of(case: Case, thread: Sequence[CaseUpdate]) -> list[tuple[CaseWord, str]]:
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
    due_us = case.finish_due_us
    return due_us is not None and (case.closed_us or case.paused_us or now_us) > due_us


def closing(case: Case, thread: Sequence[CaseUpdate], evidence: Evidence) -> str:
    """Who closed it: `sensor` where the readings did, `people` where two ended it without one, the author's name where
    a person closed the case, empty while it is open."""
    if case.closed_us is None:
        return ""
    last = next((update for update in thread if update.state == case.state), None)
    by_sensor = case.source == "sensor" and evidence.all_resolved and (last is None or last.author == SENSOR)
    if by_sensor:
        return PEOPLE if evidence.by_people else SENSOR
    return last.author if last else ""


@dataclass(frozen=True, slots=True)
class SaidBy:
    """Who says that it is so: how many sensors, how many residents, and whether BMKG warned there of rain meanwhile,
    None where the city does not ask it or the case is of no water."""

    sensors: int
    residents: int
    bmkg: bool | None


def said_by(context: Context, case: Case, evidence: Evidence, now_us: int) -> SaidBy:
    """One event, one case, everybody who says it."""
    cities = context.cities
    bmkg = None
    feed = cities.weather_feed(case.city) if evidence.proofs else None
    if feed is not None and not feed.left(now_us):
        end_us = case.closed_us or now_us
        bmkg = any(
            one.covers(case.region) and one.onset_us <= end_us and (one.ended_us or one.expires_us) >= case.opened_us
            for one in cities.weather(case.city, case.opened_us)
        )
    residents = cities.report_counts([case.number]).get(case.number, 0)
    return SaidBy(len(evidence.proofs) + len(evidence.points), residents, bmkg)


def seen_case(context: Context, request: Request, number: str) -> Case:
    """Raises 404 for one that does not exist or is not for this caller: who must not see it must not learn which."""
    case = case_under(context, number)
    if case is None or case.city != context.city or not sees_case(caller_of(request), reach_of(request), case):
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
            public_only=reach_of(request) is not Reach.ANY,
            also=own_cases(caller_of(request), reach_of(request)),
        )
        now_us = context.clock.now_us()
        values = {
            "found": found,
            "late": {case.number for case in found.cases if case.closed_us is None and overdue(case, now_us)},
            "categories": categories,
            "regions": regions,
            "kategori": kategori if kategori in categories else "",
            "keadaan": keadaan if open_ is not None else "",
            "first_page": not lanjut,
        }
        return pages.render(request, "kasus_semua.html", values)

    @routes.get("/kasus/{number}", include_in_schema=False)
    def case_page(request: Request, number: str) -> Response:
        case = seen_case(context, request, number)
        snapshot, still = snapshots.now(), context.still()
        evidence = evidence_of(still, snapshot, case)
        thread = thread_of(context.cities.updates(case.number))
        rivers = {gauge.node: gauge for gauge in gauges_of(still.profile, snapshot)}
        shown = [rivers[one.node] for one in evidence.proofs if one.open and one.node in rivers]
        values = {
            "case": case,
            "lead": lead_of(case, thread),
            "withheld": withheld(case),
            "steps": steps_of(case, thread),
            "thread": thread,
            "photos": public_photos(context, case),
            "takes_down": things_of(context, case),
            "evidence": evidence,
            "gauges": shown,
            "pauses": context.cities.pauses(case.number) if case.paused_us is not None else (),
            "said_by": said_by(context, case, evidence, snapshot.now_us),
            "closing": closing(case, thread, evidence),
            "category": categories.get(case.category),
            "agency": agencies.get(case.agency),
            "region": regions.get(case.region, case.region),
            "elsewhere": elsewhere(context, case.number),
            "shown_number": shown_first(context, case.number),
            "theirs": worked_by(context, case),
            "on_the_way": on_the_way(context, case),
            "before": came_before(context, case),
            "after": came_after(context, case),
            "overdue": overdue(case, snapshot.now_us),
            "unconfirmed": case.source == "sensor"
            and case.closed_us is None
            and not (confirmed(case) or any(one.stance.said for one in shown)),
            "fine_clock": context.speed > 1,
        }
        return pages.render(request, "kasus.html", values)

    return routes
