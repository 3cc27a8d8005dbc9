"""`/petugas`: an officer's inbox on the phone, and a case as those who work on it see it.

Each form carries a key of its own and what the officer saw. So a form that a poor link sends twice happens once, and
two officers at one case do not overwrite each other: whoever comes second reads what the first one did, with their own
words still in the form.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.context import Context
from api.elsewhere import WORKED_HERE, desk_of, elsewhere, on_the_way, worked_by
from api.form import fields_of
from api.inbox import Boxes, due_of, group_of, place_of
from api.language import say
from api.page import Pages
from api.photos_page import photos_by_report, worked_photos
from api.policy import Caller, Reach, answers_for, caller_of, reach_of
from api.takedowns import asked_for
from complaints.attributes import read_out
from complaints.casework import Casework, Deed, Done, Refused
from complaints.intake import Intake
from contract.case import ENDED, CaseStatus, moves
from contract.masking import masked
from contract.promise import PAUSE_REASONS
from contract.roles import within
from store.cases import Case, CitizenReport, Inbox
from store.people import Deed as Recorded

T = TypeVar("T", bound=str)
SHOWN = 200
KEY_MOST = 64
_ASIDE_MOST = 10_000
TEXT_MOST = 2_000
FIELDS = ("aksi", "isi", "kalimat", "keadaan", "dinas", "sebab", "ke")
ANSWERS: tuple[str, ...] = ("on_the_way", "scheduled", "need_more", "done", "not_found", "other_office")
"""the sentences that an office says most often, as `work_answer_…`"""
OFFERED: tuple[CaseStatus, ...] = (
    "confirmed",
    "investigating",
    "action_scheduled",
    "in_progress",
    "fixed",
    "no_further_action",
    "not_ours",
)
ACTIONS: tuple[str, ...] = ("ambil", "periksa", "jawab", "ubah", "serahkan", "jeda", "lanjut", "gabung", "sembunyi")


class Bench:
    """The pages, and what each form brings about."""

    def __init__(self, context: Context, pages: Pages) -> None:
        self._context = context
        self._pages = pages
        self._boxes = Boxes(context, pages)
        self._work = Casework(context.cities, context.profile)
        self._intake = Intake(context.cities, context.profile)
        profile = context.profile
        self._categories = {one.code: one for one in profile.categories}
        self._agencies = {one.code: one.name for one in profile.agencies}
        self._regions = {one.code: one.name for one in profile.regions}
        self._kecamatan = [one for one in profile.regions if one.level == "kecamatan"]

    def inbox(
        self, request: Request, *, mine: bool, category: str, office: str, area: str, after: str, said: str
    ) -> Response:
        """What waits, the most pressing first, from the place `after` on. `office`: one agency's alone, for whoever
        sees them all; `area`: a kecamatan, as far as it is the caller's. Raises BadInput for a place that is none."""
        caller = self._who(request)
        everything = reach_of(request) is Reach.ANY
        own = () if everything else caller.regions
        areas = {one.code: one.name for one in self._kecamatan if _shared(own, one.code)}
        area, office = area if area in areas else "", office if everything and office in self._agencies else ""
        wanted = Inbox(
            agency=office if everything else caller.agency,
            regions=_shared(own, area) if area else own,
            categories=(category,) if category in self._categories else (),
            owner=caller.person if mine else "",
            withheld=desk_of(self._context) is not None,
        )
        place = place_of(after)
        values = {
            "box": self._boxes.box(self._pages.speech(request), wanted, place),
            "first_page": place is None,
            "mine": mine,
            "kategori": category if category in self._categories else "",
            "categories": self._categories,
            "dinas": office,
            "agencies": self._agencies if everything else {},
            "wilayah": area,
            "areas": areas,
            "own_office": self._agencies.get(caller.agency) if not everything else None,
            "desk": desk_of(self._context),
            "takedowns": asked_for(self._context, request),
            "said": said,
            "good": True,
        }
        return self._pages.render(request, "petugas.html", values, private=True)

    def case(
        self,
        request: Request,
        number: str,
        *,
        typed: Mapping[str, str] | None = None,
        said: str = "",
        good: bool = False,
        status: int = 200,
    ) -> Response:
        """One case with everything that helps to decide, and what can be done."""
        caller, case = self._known(request, number)
        cities = self._context.cities
        reports = cities.reports(number)
        due_us, first = due_of(case)
        theirs = worked_by(self._context, case)
        values = {
            "case": case,
            "theirs": theirs,
            "on_the_way": on_the_way(self._context, case),
            "plain": masked(reports[0].text) if reports else "",
            "due_us": due_us,
            "first_answer": first,
            "late": group_of(case, self._context.clock.now_us()) == "late",
            "replied": number in cities.replied([number]),
            "reports": reports,
            "asked_of": {one.id: self._answered(one, request) for one in reports},
            "photos": worked_photos(self._context, self._pages.speech(request), case),
            "thread": list(reversed(cities.updates(number, inner=True))),
            "pauses": cities.pauses(number),
            "over": case.status in ENDED,
            "moves": [] if theirs else [one for one in OFFERED if one in moves(case.status, "officer")],
            "can_hide": case.event is None and case.status != "hidden",
            "can_merge": case.event is None,
            "category": self._categories.get(case.category),
            "agencies": self._agencies,
            "regions": self._regions,
            "reasons": PAUSE_REASONS,
            "answers": self._ready(case, self._pages.speech(request).language),
            "elsewhere": elsewhere(self._context, number),
            "owner": self._name(case.owner),
            "is_mine": case.owner == caller.person,
            "key": secrets.token_hex(16),
            "typed": {name: (typed or {}).get(name, "") for name in FIELDS},
            "text_most": TEXT_MOST,
            "said": said,
            "good": good,
        }
        at = f"/petugas/{number}" if request.method == "POST" else None
        return self._pages.render(request, "petugas_kasus.html", values, status=status, private=True, at=at)

    def _answered(self, report: CitizenReport, request: Request) -> list[tuple[str, str]]:
        """What the category asked, and what they answered."""
        category = self._categories.get(report.category)
        return read_out(category, report.attributes, self._pages.speech(request).language) if category else []

    def act(self, request: Request, number: str, form: Mapping[str, str]) -> Response:
        """What one of the forms asks for."""
        caller, case = self._known(request, number)
        action = form.get("aksi", "")
        key = form.get("kunci", "")
        if action not in ACTIONS or not key or len(key) > KEY_MOST:
            raise HTTPException(400)
        if action not in WORKED_HERE and worked_by(self._context, case) is not None:
            return self.case(request, number, typed=form, said="desk_not_here", status=409)
        now_us = self._context.clock.now_us()
        office = self._agencies.get(caller.agency)
        seen = form.get("dilihat", "")
        deed = Deed(
            key=f"{number}/{caller.person}/{key}",
            person=caller.person,
            office=office.id if office is not None else self._context.profile.name,
            at_us=now_us,
            seen_us=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 20 else None,
        )
        try:
            done = self._deeds(case, deed, form)[action]()
        except Refused as refused:
            wrong = 409 if refused.code == "stale" else 400
            return self.case(request, number, typed=form, said=f"work_wrong_{refused.code}", status=wrong)
        if not done.again:
            self._context.security.record(Recorded(caller.actor, "case.worked", number, now_us, {"what": action}))
        stays = answers_for(caller, reach_of(request), done.case)
        told = "veto" if done.vetoed else action
        where = f"/petugas/{number}?kabar={told}" if stays else f"/petugas?kabar={told}"
        return RedirectResponse(where, status_code=303)

    def aside(self, request: Request, *, said: str = "") -> Response:
        """What waits aside: from accounts of which nothing was looked at yet."""
        found = self._context.cities.aside(self._context.city, limit=SHOWN + 1)
        values = {
            "reports": found[:SHOWN],
            "photos": photos_by_report(self._context, found[:SHOWN]),
            "cut": len(found) > SHOWN,
            "categories": self._categories,
            "regions": self._regions,
            "said": said,
            "good": True,
        }
        return self._pages.render(request, "petugas_samping.html", values, private=True)

    def sort_out(self, request: Request, form: Mapping[str, str]) -> Response:
        """One of them becomes a case, or is thrown away with what it says."""
        cities, city = self._context.cities, self._context.city
        report = next((one for one in cities.aside(city, limit=_ASIDE_MOST) if one.id == form.get("laporan")), None)
        if report is None:
            raise HTTPException(404)
        caller, now_us = caller_of(request), self._context.clock.now_us()
        if form.get("aksi") == "buang":
            cities.erase_report(city, report.key, now_us)
            self._context.security.record(Recorded(caller.actor, "case.report_erased", report.id, now_us))
            return RedirectResponse("/petugas/samping?kabar=buang", status_code=303)
        taken = self._intake.release(report, now_us)
        number = taken.case.number if taken.case is not None else ""
        self._context.security.record(Recorded(caller.actor, "case.worked", number, now_us, {"what": "lepas"}))
        return RedirectResponse(f"/petugas/{number}", status_code=303)

    def _deeds(self, case: Case, deed: Deed, form: Mapping[str, str]) -> Mapping[str, Callable[[], Done]]:
        work, number = self._work, case.number
        text, english = self._text(case, form)
        reason = form.get("sebab", "")
        status = form.get("keadaan", "")
        return {
            "ambil": lambda: work.take(number, deed),
            "periksa": lambda: work.look_at(number, deed, form.get("isi", "")),
            "jawab": lambda: work.answer(number, deed, text, english=english, inner=form.get("dalam") == "1"),
            "ubah": lambda: work.move(number, deed, _one_of(status, OFFERED), text),
            "serahkan": lambda: work.hand_over(number, deed, form.get("dinas", ""), text),
            "jeda": lambda: work.pause(number, deed, _one_of(reason, PAUSE_REASONS), text),
            "lanjut": lambda: work.resume(number, deed),
            "gabung": lambda: work.merge(number, deed, form.get("ke", "").strip().upper()),
            "sembunyi": lambda: work.hide(number, deed, text),
        }

    def _ready(self, case: Case, language: str) -> dict[str, str]:
        """The ready answers for a case: the city's own, then those that every office says. By what the form sends."""
        category, agency = self._categories.get(case.category), self._agencies.get(case.agency)
        places = {
            "number": case.number,
            "place": self._regions.get(case.region, case.region),
            "category": category.name.in_(language) if category else case.category,
            "agency": agency.in_(language) if agency else case.agency,
            "emergency_phone": self._context.profile.emergency_phone,
        }
        own = (one for one in self._context.profile.answers if one.is_for(case.category))
        return {f"kota/{one.code}": one.said(language, places) for one in own} | {
            one: say(f"work_answer_{one}", language) for one in ANSWERS
        }

    def _text(self, case: Case, form: Mapping[str, str]) -> tuple[str, str]:
        """What was written; or the ready sentence that was chosen, and the same in English."""
        written = form.get("isi", "").strip()
        ready = form.get("kalimat", "")
        found = self._ready(case, "id")
        return (written, "") if written or ready not in found else (found[ready], self._ready(case, "en")[ready])

    def _who(self, request: Request) -> Caller:
        caller = caller_of(request)
        if reach_of(request) is Reach.AREA and not caller.agency:
            raise HTTPException(403)
        return caller

    def _known(self, request: Request, number: str) -> tuple[Caller, Case]:
        caller = self._who(request)
        case = self._context.cities.case(number)
        if case is None or case.city != self._context.city or not answers_for(caller, reach_of(request), case):
            raise HTTPException(404)
        return caller, case

    def _name(self, person: str) -> str:
        found = self._context.people.person(person) if person else None
        return found.name if found is not None else ""


def _one_of(value: str, known: Sequence[T]) -> T:
    found = next((one for one in known if one == value), None)
    if found is None:
        raise Refused("choice", f"{value!r} is none of the choices", remedy=f"Choose one of: {', '.join(known)}.")
    return found


def _shared(own: tuple[str, ...], area: str) -> tuple[str, ...]:
    """What of an area is one's own; no `own`: the whole city is."""
    return (area,) if within(own, area) else tuple(one for one in own if one.startswith(f"{area}."))


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    bench = Bench(context, pages)

    @routes.get("/petugas", include_in_schema=False)
    def inbox(
        request: Request,
        milik: str = "",
        kategori: str = "",
        dinas: str = "",
        wilayah: str = "",
        lanjut: str = "",
        kabar: str = "",
    ) -> Response:
        said = f"work_done_{kabar}" if kabar in (*ACTIONS, "veto") else ""
        return bench.inbox(
            request, mine=milik == "saya", category=kategori, office=dinas, area=wilayah, after=lanjut, said=said
        )

    @routes.get("/petugas/samping", include_in_schema=False)
    def aside(request: Request, kabar: str = "") -> Response:
        return bench.aside(request, said="work_done_buang" if kabar == "buang" else "")

    @routes.post("/petugas/samping", include_in_schema=False)
    async def sort_out(request: Request) -> Response:
        return await run_in_threadpool(bench.sort_out, request, await fields_of(request))

    @routes.get("/petugas/{number}", include_in_schema=False)
    def case(request: Request, number: str, kabar: str = "") -> Response:
        said = f"work_done_{kabar}" if kabar in (*ACTIONS, "foto", "veto") else ""
        return bench.case(request, number, said=said, good=kabar != "veto")

    @routes.post("/petugas/{number}", include_in_schema=False)
    async def act(request: Request, number: str) -> Response:
        return await run_in_threadpool(bench.act, request, number, await fields_of(request))

    return routes
