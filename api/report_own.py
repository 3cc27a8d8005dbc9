"""`/lapor/{key}`: the page of whoever reported. Where it stands, what was said to them, how to write back, and how to
take their data with them or have it erased."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.context import Context
from api.elsewhere import first_of, on_the_way, worked_by
from api.form import fields_of
from api.page import PRIVATE, Pages
from api.photos_page import SEALED
from api.policy import caller_of
from api.sign_in import with_its_form
from complaints.attributes import read_out
from complaints.casework import LONGEST, Casework, Refused
from contract.case import ENDED
from contract.clock import rfc3339
from store.cases import Case, CaseUpdate, CitizenReport
from store.people import Deed
from store.photos import Photo

LAPOR = "/lapor"
PATH = LAPOR + "/{key}"
SAID = {"hapus": "report_erased", "balas": "report_replied"}
_KEY = re.compile(r"[0-9a-f]{32}")


def report_behind(context: Context, key: str) -> CitizenReport | None:
    """The report of a page's key."""
    return context.cities.report_of(context.city, f"web/{key}") if _KEY.fullmatch(key) else None


@dataclass(frozen=True, slots=True)
class Own:
    """What of a case its reporter reads: the public thread and their own lines, the newest first. `why_not`: why they
    cannot write back, as `report_closed_…`, "" where they can."""

    thread: Sequence[CaseUpdate]
    why_not: str
    form_key: str
    text_most: int = LONGEST


def own_of(context: Context, report: CitizenReport, case: Case | None) -> Own:
    """See `Own`."""
    lines = context.cities.updates(case.number, inner=True) if case is not None else ()
    theirs = [one for one in reversed(lines) if not one.inner or one.person == report.id]
    if report.erased_us is not None:
        why_not = "erased"
    elif case is not None and worked_by(context, case) is not None:
        why_not = "elsewhere"
    elif case is None:
        why_not = "waits"
    else:
        why_not = "over" if case.status in ENDED else ""
    return Own(theirs, why_not, secrets.token_hex(16))


def data_of(report: CitizenReport, own: Own, photos: Sequence[Photo], address: str) -> Mapping[str, object]:
    """All that is kept of a reporter, and what was said to them, for their own use. Times are UTC, places WGS 84.
    `photos` are theirs, each to be fetched below the page's `address`."""
    return {
        "report": report.id,
        "case": report.number or None,
        "at": rfc3339(report.at_us),
        "way": report.source,
        "category": report.category,
        "region": report.region,
        "lat": report.lat,
        "lon": report.lon,
        "text": report.text,
        "answers": {code: list(values) for code, values in report.attributes.items()},
        "photos": [
            {"at": rfc3339(one.at_us), "file": f"{address}/foto/{one.id}.jpg", "width": one.width, "height": one.height}
            for one in photos
        ],
        "language": report.language,
        "name": report.name,
        "contact": report.contact,
        "account_digest": report.account,
        "anonymous": report.anonymous,
        "secret": report.secret,
        "about_the_office": report.about_office,
        "erased": rfc3339(report.erased_us) if report.erased_us is not None else None,
        "thread": [
            {
                "at": rfc3339(one.at_us),
                "state": one.state,
                "author": one.author,
                "text": dict(one.text),
                "yours": one.person == report.id,
            }
            for one in reversed(own.thread)
        ],
    }


class OwnPage:
    """The page, and what its forms bring about."""

    def __init__(self, context: Context, pages: Pages) -> None:
        self._context = context
        self._pages = pages
        self._work = Casework(context.cities, context.profile)
        self._categories = {one.code: one for one in context.profile.categories}
        self._regions = {one.code: one.name for one in context.profile.regions}

    def own(
        self, request: Request, key: str, *, said: str = "", good: bool = True, typed: str = "", status: int = 200
    ) -> Response:
        """The page. `typed`: what was written and could not be taken."""
        report = report_behind(self._context, key)
        if report is None:
            return self._gone(request)
        cities = self._context.cities
        case = cities.case(report.number) if report.number else None
        category = self._categories.get(report.category)
        values = {
            "report": report,
            "case": case,
            "key": key,
            "own": own_of(self._context, report, case),
            "first": first_of(self._context, case.number) if case is not None and case.public else ("", ""),
            "theirs": worked_by(self._context, case) if case is not None else None,
            "on_the_way": on_the_way(self._context, case) if case is not None else "",
            "typed": typed,
            "others": max(0, cities.report_counts([case.number]).get(case.number, 0) - 1) if case else 0,
            "category": category,
            "answers": read_out(category, report.attributes, self._pages.speech(request).language) if category else (),
            "photos": self._context.cities.photos_of_reports([report.id]),
            "region": self._regions.get(report.region, report.region),
            "said": said,
            "good": good,
        }
        return with_its_form(self._context, self._pages, request, "lapor_satu.html", values, back=LAPOR, status=status)

    def erase(self, request: Request, key: str) -> Response:
        """Their data goes; that somebody reported stays."""
        report = report_behind(self._context, key)
        if report is None:
            return self._gone(request)
        now_us = self._context.clock.now_us()
        if self._context.cities.erase_report(report.city, report.key, now_us):
            self._context.security.record(Deed(caller_of(request).actor, "case.report_erased", report.id, now_us))
        return RedirectResponse(f"{LAPOR}/{key}?kabar=hapus", status_code=303)

    def reply(self, request: Request, key: str, form: Mapping[str, str]) -> Response:
        """They write back. The form's own key makes it happen once."""
        report = report_behind(self._context, key)
        if report is None:
            return self._gone(request)
        written = form.get("balasan", "")
        form_key = form.get("kunci", "")
        if not _KEY.fullmatch(form_key):
            form_key = secrets.token_hex(16)
        case = self._context.cities.case(report.number) if report.number else None
        if own_of(self._context, report, case).why_not:
            return self.own(request, key, said="report_reply_over", good=False, typed=written, status=409)
        now_us = self._context.clock.now_us()
        try:
            done = self._work.reply(report, form_key, written, now_us)
        except Refused as refused:
            status = 429 if refused.code == "replies" else 400
            return self.own(request, key, said=f"work_wrong_{refused.code}", good=False, typed=written, status=status)
        if not done.again:
            deed = Deed(caller_of(request).actor, "case.replied", report.number, now_us)
            self._context.security.record(deed)
        return RedirectResponse(f"{LAPOR}/{key}?kabar=balas", status_code=303)

    def data(self, request: Request, key: str) -> Response:
        """All of it as a file."""
        report = report_behind(self._context, key)
        if report is None:
            return self._gone(request)
        case = self._context.cities.case(report.number) if report.number else None
        photos = self._context.cities.photos_of_reports([report.id])
        told = data_of(report, own_of(self._context, report, case), photos, f"{self._context.base_url}{LAPOR}/{key}")
        body = json.dumps(told, ensure_ascii=False, indent=2)
        headers = {
            "Content-Disposition": f'attachment; filename="laporan-{report.number or report.id}.json"',
            "Cache-Control": PRIVATE,
        }
        return Response(body + "\n", media_type="application/json", headers=headers)

    def photo(self, request: Request, key: str, photo_id: str) -> Response:
        """One of their own photos, as it is kept: drawn anew, without camera, place and time."""
        report = report_behind(self._context, key)
        own = () if report is None else self._context.cities.photos_of_reports([report.id])
        if all(one.id != photo_id for one in own):
            return self._gone(request)
        picture = self._context.cities.photo_picture(self._context.city, photo_id)
        if picture is None:
            return self._gone(request)
        headers = {"Cache-Control": PRIVATE, "Content-Security-Policy": SEALED}
        return Response(picture, media_type="image/jpeg", headers=headers)

    def _gone(self, request: Request) -> Response:
        return self._pages.trouble(request, 404, "report_gone_title", "report_gone", back=LAPOR)


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    page = OwnPage(context, pages)

    @routes.get(PATH, include_in_schema=False)
    def own(request: Request, key: str, kabar: str = "") -> Response:
        return page.own(request, key, said=SAID.get(kabar, ""))

    @routes.get(PATH + "/data.json", include_in_schema=False)
    def data(request: Request, key: str) -> Response:
        return page.data(request, key)

    @routes.get(PATH + "/foto/{photo_id}.jpg", include_in_schema=False)
    def photo(request: Request, key: str, photo_id: str) -> Response:
        return page.photo(request, key, photo_id)

    @routes.post(PATH + "/balas", include_in_schema=False)
    async def reply(request: Request, key: str) -> Response:
        return await run_in_threadpool(page.reply, request, key, await fields_of(request))

    @routes.post(PATH + "/hapus", include_in_schema=False)
    def erase(request: Request, key: str) -> Response:
        return page.erase(request, key)

    return routes
