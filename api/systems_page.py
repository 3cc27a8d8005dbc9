"""`/petugas/sistem`: how the city's own complaint systems do, and what a person has to do where programs cannot.

What waits to be filed by hand stands there with its ready text; what was sent and never answered waits for somebody who
looks; and a system's export of statuses is taken over as it comes from its spreadsheet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.context import Context
from api.form import fields_of, upload_of
from api.page import Pages
from api.policy import caller_of
from complaints.casework import Casework
from complaints.systems import by_hand
from complaints.systems.letter import letter, mailto, outgoing
from complaints.systems.port import SystemInfo
from contract.errors import BadInput
from store.cases import Case
from store.filings import FILING_STATES, Feed, Filing, FilingState
from store.people import Deed as Recorded

SHOWN = 50
FIELDS = ("sistem", "kasus", "nomor", "tabel")
LARGER = ((re.compile(r"/petugas/sistem/unggah"), by_hand.CSV_MOST + 16 * 1024),)
_UNKNOWN: tuple[FilingState, ...] = ("unknown",)
_REFUSED: tuple[FilingState, ...] = ("refused",)
_WAITING: tuple[FilingState, ...] = ("waiting",)
ACTIONS: Mapping[str, tuple[FilingState, ...]] = {
    "nomor": ("waiting", "unknown", "refused"),
    "belum": ("unknown", "refused"),
    "lewati": ("waiting", "unknown", "refused"),
}
"""what may be said of a filing in which state"""
TOLD = ("system_changed", "system_wrong_number", "system_wrong_table", "system_table_taken")


@dataclass(frozen=True, slots=True)
class Slip:
    """A filing as a person has to deal with it."""

    filing: Filing
    case: Case
    letter: str
    mailto: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A system on the page; `hands` wait to be filed by a person, None where a program does."""

    info: SystemInfo
    feed: Feed | None
    counts: Mapping[str, int]
    unknown: list[Slip]
    refused: list[Slip]
    hands: list[Slip]


class Counter:
    """The page, and what its forms bring about."""

    def __init__(self, context: Context, pages: Pages) -> None:
        self._context = context
        self._pages = pages
        self._work = Casework(context.cities, context.profile)

    def page(
        self,
        request: Request,
        *,
        said: str = "",
        good: bool = False,
        status: int = 200,
        trouble: str = "",
        typed: Mapping[str, str] | None = None,
        taken: tuple[SystemInfo, by_hand.Taken] | None = None,
    ) -> Response:
        """Every system with what waits there."""
        cities, city = self._context.cities, self._context.city
        feeds = {one.system: one for one in cities.feeds(city)}
        counts = cities.filing_counts(city)
        systems = [
            Shown(
                info,
                feeds.get(info.name),
                {state: counts.get((info.name, state), 0) for state in FILING_STATES},
                self._slips(info, _UNKNOWN),
                self._slips(info, _REFUSED),
                self._slips(info, _WAITING) if info.kind == "manual" else [],
            )
            for info in self._context.systems
        ]
        values = {
            "systems": systems,
            "shown": SHOWN,
            "number_most": by_hand.NUMBER_MOST,
            "trouble": trouble,
            "typed": {name: (typed or {}).get(name, "") for name in FIELDS},
            "taken": taken,
            "said": said,
            "good": good,
        }
        at = "/petugas/sistem" if request.method == "POST" else None
        return self._pages.render(request, "petugas_sistem.html", values, status=status, private=True, at=at)

    def act(self, request: Request, form: Mapping[str, str]) -> Response:
        """A number is keyed in, or it is said what became of what was sent."""
        info, filing = self._known(form)
        action = form.get("aksi", "")
        if filing.state not in ACTIONS.get(action, ()):
            return self.page(request, said="system_changed", status=409)
        cities, now_us = self._context.cities, self._context.clock.now_us()
        try:
            if action == "nomor":
                by_hand.numbered(cities, info, filing, form.get("nomor", ""), now_us)
            elif action == "belum":
                by_hand.not_there(cities, filing, now_us)
            else:
                by_hand.left_out(cities, filing)
        except BadInput as wrong:
            said = "system_changed" if wrong.where == "filing" else "system_wrong_number"
            return self.page(request, said=said, status=400, typed=form)
        actor = caller_of(request).actor
        deed = Recorded(actor, "case.worked", filing.number, now_us, {"what": f"sistem {action}", "system": info.name})
        self._context.security.record(deed)
        return RedirectResponse(f"/petugas/sistem?kabar={action}", status_code=303)

    def upload(self, request: Request, form: Mapping[str, str], raw: bytes) -> Response:
        """A system's export of statuses."""
        info = self._system(form)
        now_us = self._context.clock.now_us()
        try:
            rows = by_hand.read_export(raw or form.get("tabel", "").encode())
        except BadInput as wrong:
            return self.page(request, said="system_wrong_table", trouble=str(wrong), status=400, typed=form)
        taken = by_hand.take_export(self._context.cities, self._work, self._context.city, info, rows, now_us)
        facts = {"what": "sistem csv", "system": info.name, "told": str(taken.told)}
        self._context.security.record(Recorded(caller_of(request).actor, "case.worked", info.name, now_us, facts))
        return self.page(request, said="system_table_taken", good=True, taken=(info, taken))

    def _slips(self, info: SystemInfo, states: tuple[FilingState, ...]) -> list[Slip]:
        cities, profile = self._context.cities, self._context.profile
        found = []
        for filing in cities.filings(self._context.city, info.name, states, limit=SHOWN):
            case = cities.case(filing.number)
            if case is None:
                continue
            told = outgoing(case, list(cities.reports(case.number)), profile, "", self._context.base_url)
            found.append(Slip(filing, case, letter(told), mailto(info, told)))
        return found

    def _system(self, form: Mapping[str, str]) -> SystemInfo:
        found = next((one for one in self._context.systems if one.name == form.get("sistem")), None)
        if found is None:
            raise HTTPException(404)
        return found

    def _known(self, form: Mapping[str, str]) -> tuple[SystemInfo, Filing]:
        info = self._system(form)
        filings = self._context.cities.filings_of(form.get("kasus", ""))
        found = next((one for one in filings if one.system == info.name and one.city == self._context.city), None)
        if found is None:
            raise HTTPException(404)
        # Whoever looked at the page saw this version, and says something about that one.
        version = form.get("versi", "")
        return info, replace(found, version=int(version)) if version.isdecimal() and len(version) < 9 else found


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    counter = Counter(context, pages)

    @routes.get("/petugas/sistem", include_in_schema=False)
    def page(request: Request, kabar: str = "") -> Response:
        return counter.page(request, said=f"system_done_{kabar}" if kabar in ACTIONS else "", good=True)

    @routes.post("/petugas/sistem", include_in_schema=False)
    async def act(request: Request) -> Response:
        return await run_in_threadpool(counter.act, request, await fields_of(request))

    @routes.post("/petugas/sistem/unggah", include_in_schema=False)
    async def upload(request: Request) -> Response:
        form, raw = await upload_of(request, "berkas", by_hand.CSV_MOST)
        return await run_in_threadpool(counter.upload, request, form, raw)

    return routes
