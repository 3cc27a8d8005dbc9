"""`/lapor`: what a resident sees that no sensor sees; and the same form for whoever takes it down on the telephone.

Nothing needs a script or an account. The form carries a key of its own: sent again, it is the same report. The page
after it, behind that key, is the reporter's own (`api/report_own.py`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isfinite
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.context import Context
from api.elsewhere import desk_of
from api.following import Following
from api.form import ANSWERS_MOST, FILES_MOST, answers_of, chosen_of, texts_of
from api.map import Cells
from api.page import Pages
from api.policy import caller_of
from api.sign_in import with_its_form
from api.throttle import Throttle
from api.tokens import digest
from cities.cells import region_of
from complaints.attributes import LONGEST as ANSWER_MOST
from complaints.attributes import answered
from complaints.intake import LONGEST, NAME_MOST, Intake, Said
from complaints.photos.decoding import BYTES_MOST, Picture, Unfit
from complaints.photos.keeping import MOST, Photos, Place
from contract.distance import distance_m
from contract.errors import BadInput
from store.cases import Around, Case, CitizenReport
from store.people import Deed

PATH = "/lapor"
STAFF = ("officer", "operator", "admin")
KNOWN_SHOWN = 8
NEAR_M = 2_000.0
"""how far from the place that a caller names a case is offered"""
NEAR_LOOKED = 200
FARTHEST_M = 60_000.0
_KEY = re.compile(r"[0-9a-f]{32}")
WRONG = ("category", "place", "far", "text", "answer", "answer_missing")


ASKED = "tanya"
"""the button of a browser without scripts: show what this category asks, and take nothing yet"""


class Wrong(Exception):
    """What of the form cannot be taken; `report_wrong_…` says it. `question`: at which of a category's."""

    def __init__(self, what: str, question: str = "") -> None:
        super().__init__(what)
        self.question = question


class ReportPage:
    """The form, and the page after it."""

    def __init__(self, context: Context, pages: Pages, cells: Cells, photos: Photos) -> None:
        self._context = context
        self._pages = pages
        self._cells = cells
        self._photos = photos
        self._intake = Intake(context.cities, context.profile)
        self._places = Following(context)
        self._throttle = Throttle(context.city, context.people, context.clock)
        self._categories = {one.code: one for one in context.profile.categories}
        self._regions = {one.code: one for one in context.profile.regions}
        self._zone = ZoneInfo(context.profile.zone)
        inspectorate = context.profile.inspectorate
        self._inspectorate = next((one.name for one in context.profile.agencies if one.code == inspectorate), None)

    def form(
        self,
        request: Request,
        typed: Mapping[str, str] | None = None,
        said: str = "",
        answers: Mapping[str, Sequence[str]] | None = None,
        question: str = "",
    ) -> Response:
        """`typed`, `answers`: what was sent and could not be taken; `question`: whose answer that is."""
        asked = request.query_params
        staff = caller_of(request).role in STAFF
        fields = {"jenis": asked.get("jenis", ""), "tempat": f"r:{asked.get('wilayah', '')}", **(typed or {})}
        place = self._chosen(fields) if staff else None
        values = {
            "categories": self._categories,
            "asking": [one for one in self._categories.values() if one.attributes],
            "answers": answers or {},
            "regions": self._places.regions(),
            "typed": {
                name: fields.get(name, "") for name in ("jenis", "tempat", "lat", "lon", "cerita", "nama", "kontak")
            },
            "anonymous": "anonim" in fields,
            "secret": "rahasia" in fields,
            "about_office": "tentang-dinas" in fields,
            "inspectorate": self._inspectorate,
            "desk": desk_of(self._context),
            "key": secrets.token_hex(16),
            "staff": staff,
            "known": self._known(place) if staff else (),
            "near": place is not None,
            "same": fields.get("sama", ""),
            "region_names": {code: one.name for code, one in self._regions.items()},
            "text_most": LONGEST,
            "answer_most": ANSWER_MOST,
            "links": () if staff else self._context.profile.links,
            "name_most": NAME_MOST,
            "photos_most": MOST,
            "said": said,
            "good": False,
        }
        if question:
            values["wrong_fields"] = (f"{fields['jenis']}-{question}",)
        return self._shown(request, "lapor.html", values, status=400 if said else 200)

    def take(
        self,
        request: Request,
        fields: Mapping[str, str],
        files: Sequence[bytes] = (),
        answers: Mapping[str, Sequence[str]] | None = None,
    ) -> Response:
        """Somebody reports. A photo that cannot be kept is said before anything is kept, and nothing typed is lost."""
        answers = answers or {}
        caller = caller_of(request)
        staff = caller.role in STAFF
        key = fields.get("kunci", "")
        if not _KEY.fullmatch(key):
            key = secrets.token_hex(16)
        if not staff:
            wait_s = self._throttle.report(caller.address)
            if wait_s is not None:
                response = self._pages.trouble(
                    request, 429, "error_429_title", "error_429_wait", wait_s=wait_s, back=PATH
                )
                response.headers["Retry-After"] = str(round(wait_s))
                return response
        contact = fields.get("kontak", "").strip()
        now_us = self._context.clock.now_us()
        try:
            category, lat, lon, region = self._where(fields)
            attributes = {} if fields.get("sama") else self._answered(category, answers)
            said = Said(
                key=f"web/{key}",
                source="phone" if staff else "web",
                category=category,
                lat=lat,
                lon=lon,
                region=region,
                text=fields.get("cerita", ""),
                language=self._pages.speech(request).language,
                name=fields.get("nama", ""),
                contact=contact,
                # An officer at the telephone answers for what they take down.
                account="" if staff else digest(f"report/{contact.casefold() or caller.address}"),
                anonymous="anonim" in fields,
                secret="rahasia" in fields,
                about_office="tentang-dinas" in fields,
                attributes=attributes,
            )
            pictures = self._looked_at(files)
            taken = self._intake.take(said, now_us)
            for raw, picture in pictures:
                self._keep(raw, picture, taken.report, now_us)
        except Wrong as wrong:
            return self.form(request, fields, f"report_wrong_{wrong}", answers, wrong.question)
        except Unfit as wrong:
            return self.form(request, fields, f"photo_wrong_{wrong.code}", answers)
        except BadInput as wrong:
            what = "text" if wrong.where == "description" else "category"
            return self.form(request, fields, f"report_wrong_{what}", answers)
        what = taken.case.number if taken.case is not None else taken.report.id
        self._context.security.record(Deed(caller.actor, "case.reported", what, now_us))
        if staff and taken.case is not None:
            return RedirectResponse(f"/petugas/{taken.case.number}", status_code=303)
        return RedirectResponse(f"{PATH}/{key}", status_code=303)

    def _answered(self, code: str, answers: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
        """What the category asked, as it is kept. A browser gives a time without its zone: it is the city's."""
        category = self._categories[code]
        dated = {one.code for one in category.attributes if one.datatype == "datetime"}
        given = {
            name: [self._zoned(text) for text in texts] if name in dated else texts for name, texts in answers.items()
        }
        taken, faults = answered(category, given)
        for fault in faults:
            raise Wrong("answer_missing" if fault.missing else "answer", fault.code)
        return taken

    def _zoned(self, text: str) -> str:
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError:
            return text
        return (moment if moment.tzinfo else moment.replace(tzinfo=self._zone)).isoformat()

    def _looked_at(self, files: Sequence[bytes]) -> list[tuple[bytes, Picture]]:
        if len(files) > MOST:
            raise Unfit("many")
        return [(raw, self._photos.look(raw)) for raw in files]

    def _keep(self, raw: bytes, picture: Picture, report: CitizenReport, now_us: int) -> None:
        place = Place(report.lat, report.lon)
        self._photos.keep(
            raw, case=report.number, report=report.id, kind="report", now_us=now_us, place=place, picture=picture
        )

    def _where(self, fields: Mapping[str, str]) -> tuple[str, float, float, str]:
        """Category, place and region. Who says that it is a case that is known means its place and its category."""
        same = fields.get("sama", "")
        known = self._context.cities.case(same) if same else None
        if known is not None and known.city == self._context.city and known.public and known.closed_us is None:
            return known.category, known.lat, known.lon, known.region
        category = fields.get("jenis", "")
        if category not in self._categories:
            raise Wrong("category")
        profile = self._context.profile
        try:
            lat, lon = float(fields.get("lat", "")), float(fields.get("lon", ""))
        except ValueError:
            found = self._regions.get(fields.get("tempat", "").removeprefix("r:"))
            if found is None:
                raise Wrong("place") from None
            return category, found.lat, found.lon, found.code
        if not distance_m(lat, lon, profile.lat, profile.lon) <= FARTHEST_M:
            raise Wrong("far")
        return category, lat, lon, region_of(profile, self._cells.now()[0], lat, lon)

    def _chosen(self, fields: Mapping[str, str]) -> tuple[float, float] | None:
        """Where the form says that it is; None where nothing was chosen yet."""
        try:
            lat, lon = float(fields.get("lat", "")), float(fields.get("lon", ""))
        except ValueError:
            found = self._regions.get(fields.get("tempat", "").removeprefix("r:"))
            return None if found is None else (found.lat, found.lon)
        return (lat, lon) if isfinite(lat) and isfinite(lon) else None

    def _known(self, place: tuple[float, float] | None) -> Sequence[tuple[Case, int | None]]:
        """Open cases for who hears of one of them once more, the sensors' too: the nearest to the place, with metres;
        before there is one, the newest."""
        cities, city = self._context.cities, self._context.city
        if place is None:
            return [(one, None) for one in cities.find_cases(city, open_=True, limit=KNOWN_SHOWN, counted=False).cases]
        around = Around(*place, NEAR_M)
        found = cities.find_cases(city, open_=True, limit=NEAR_LOOKED, within=around, counted=False).cases
        away = sorted((distance_m(*place, one.lat, one.lon), one.number, one) for one in found)
        return [(one, int(round(metres, -1))) for metres, _, one in away[:KNOWN_SHOWN]]

    def _shown(self, request: Request, template: str, values: Mapping[str, object], status: int = 200) -> Response:
        return with_its_form(self._context, self._pages, request, template, values, back=PATH, status=status)


def router(context: Context, pages: Pages, cells: Cells, photos: Photos) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    page = ReportPage(context, pages, cells, photos)

    @routes.get(PATH, include_in_schema=False)
    def form(request: Request) -> Response:
        return page.form(request)

    @routes.post(PATH, include_in_schema=False)
    async def take(request: Request) -> Response:
        async with request.form(max_files=FILES_MOST, max_fields=ANSWERS_MOST) as form:
            files = await chosen_of(form, "foto", BYTES_MOST)
            fields, answers = texts_of(form), answers_of(form)
            if ASKED in fields:
                return await run_in_threadpool(page.form, request, fields, "", answers)
            return await run_in_threadpool(page.take, request, fields, files, answers)

    return routes
