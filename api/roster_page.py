"""`/jaga/jadwal`: who is on duty in a week, when nobody is, and by which ways each is reached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.alarms import Board
from api.context import Context
from api.duty import Duty, span_words
from api.form import fields_of
from api.page import Pages
from api.policy import caller_of
from api.roster import (
    REPEATS,
    TIMES_MOST,
    Day,
    answer_trial,
    deed,
    moment_us,
    monday_of,
    shifts_in,
    try_ways,
    way_in,
)
from contract.clock import from_us
from contract.duty import RUNGS, gaps, wakes
from contract.errors import Rejected
from store.people import Person

TOLD = {
    "tambah": "duty_planned",
    "sama": "duty_same",
    "hapus": "duty_removed",
    "cara": "duty_way_kept",
    "lepas": "duty_way_gone",
    "uji": "duty_trial_sent",
    "cocok": "duty_trial_good",
}


class Book:
    """The page, and what each of its forms brings about."""

    def __init__(self, context: Context, pages: Pages, board: Board) -> None:
        self._context = context
        self._pages = pages
        self._duty = Duty(context, board)

    def shown(
        self,
        request: Request,
        *,
        status: int = 200,
        said: str = "",
        good: bool = False,
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        caller, speech = caller_of(request), self._pages.speech(request)
        now_us = self._context.clock.now_us()
        zone = ZoneInfo(self._context.profile.zone)
        today = from_us(now_us).astimezone(zone).date()
        monday = monday_of(request.query_params.get("minggu", ""), today)
        begin_us, end_us = (
            moment_us(self._context.profile, monday),
            moment_us(self._context.profile, monday + timedelta(days=7)),
        )
        shifts = self._context.cities.shifts(self._context.city, begin_us, end_us)
        office = self._duty.is_office(caller)
        ways = self._duty.ways()
        people = [one for one in self._context.people.people(self._context.city) if one.disabled_us is None]
        mates = self.colleagues(people)
        names = {one.id: one.name or one.account for one in people}
        on_roster = {one.person for one in shifts}
        values = {
            "days": [
                Day(
                    day,
                    [one for one in shifts if from_us(one.from_us).astimezone(zone).date() == day],
                    day == today,
                )
                for day in (monday + timedelta(days=number) for number in range(7))
            ],
            "carried": [one for one in shifts if one.from_us < begin_us],
            "gap_words": [span_words(speech, one) for one in gaps(shifts, max(begin_us, now_us), end_us)],
            "past": end_us <= now_us,
            "monday": monday,
            "before": (monday - timedelta(days=7)).isoformat(),
            "after": (monday + timedelta(days=7)).isoformat(),
            "today": today,
            "names": names,
            "people": mates,
            "office_member": office,
            "ways": ways if office else {caller.person: ways.get(caller.person, ())},
            "shown_ways": [one for one in mates if office or one.id == caller.person],
            "bare": [names.get(one, one[:8]) for one in sorted(on_roster) if not wakes(ways.get(one, ()))],
            "channels": self._context.channels,
            "kinds": {one.name: one.kind for one in self._context.channels},
            "rungs": RUNGS,
            "repeats": tuple(REPEATS),
            "times_most": TIMES_MOST,
            "typed": typed or {},
            "said": said,
            "good": good,
        }
        at = "/jaga/jadwal" if request.method == "POST" else None
        return self._pages.render(request, "jaga_jadwal.html", values, status=status, private=True, at=at)

    def colleagues(self, people: list[Person]) -> list[Person]:
        """Who may be on duty: the agency that signs, and who administers."""
        agency = self._context.profile.warnings.agency
        able = [one for one in people if one.role in {"officer", "admin", "operator"}]
        return [one for one in able if not agency or one.agency == agency or one.role != "officer"]

    def back(self, request: Request, told: str) -> Response:
        week = request.query_params.get("minggu", "")
        kept = f"minggu={week}&" if week[:10].replace("-", "").isdecimal() else ""
        return RedirectResponse(f"/jaga/jadwal?{kept}kabar={told}", status_code=303)

    def only_the_office(self, request: Request) -> None:
        if not self._duty.is_office(caller_of(request)):
            raise HTTPException(403)

    def planned(self, request: Request, form: Mapping[str, str]) -> Response:
        self.only_the_office(request)
        people = [one for one in self._context.people.people(self._context.city) if one.disabled_us is None]
        new = shifts_in(form, self._context.profile, self.colleagues(people))
        if isinstance(new, str):
            return self.shown(request, status=400, said=new, typed=form)
        about = deed(caller_of(request), "duty.planned", new[0].person, self._context.clock.now_us())
        try:
            count = self._context.cities.put_shifts(self._context.city, new, about)
        except Rejected as refused:
            said = "duty_too_many" if refused.reason == "too_many" else "duty_no_person"
            return self.shown(request, status=409, said=said, typed=form)
        return self.back(request, "tambah" if count else "sama")

    def removed(self, request: Request, form: Mapping[str, str]) -> Response:
        self.only_the_office(request)
        name = form.get("giliran", "")
        about = deed(caller_of(request), "duty.removed", name, self._context.clock.now_us())
        if not self._context.cities.remove_shift(self._context.city, name, about):
            raise HTTPException(404)
        return self.back(request, "hapus")

    def reached(self, request: Request, form: Mapping[str, str]) -> Response:
        caller = caller_of(request)
        person = form.get("orang", "") or caller.person
        if person != caller.person:
            self.only_the_office(request)
        now_us = self._context.clock.now_us()
        if form.get("lepas"):
            gone = self._context.cities.remove_way(
                self._context.city, person, form["lepas"], deed(caller, "duty.way_gone", person, now_us)
            )
            if not gone:
                raise HTTPException(404)
            return self.back(request, "lepas")
        way = way_in(form, self._context.city, self._context.channels, person)
        if isinstance(way, str):
            return self.shown(request, status=400, said=way, typed=form)
        try:
            self._context.cities.put_way(way, deed(caller, "duty.way", person, now_us))
        except Rejected:
            return self.shown(request, status=409, said="duty_no_person", typed=form)
        return self.back(request, "cara")

    def trial(self, request: Request) -> Response:
        if not try_ways(self._context, caller_of(request)):
            return self.shown(request, status=409, said="duty_no_ways")
        return self.back(request, "uji")

    def answered(self, request: Request, form: Mapping[str, str]) -> Response:
        if not answer_trial(self._context, caller_of(request), form.get("kata", "")):
            return self.shown(request, status=400, said="duty_trial_wrong", typed=form)
        return self.back(request, "cocok")


def router(context: Context, pages: Pages, board: Board) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    book = Book(context, pages, board)

    @routes.get("/jaga/jadwal", include_in_schema=False)
    def week(request: Request, kabar: str = "") -> Response:
        return book.shown(request, said=TOLD.get(kabar, ""), good=True)

    @routes.post("/jaga/jadwal", include_in_schema=False)
    async def plan(request: Request) -> Response:
        return await run_in_threadpool(book.planned, request, await fields_of(request))

    @routes.post("/jaga/jadwal/hapus", include_in_schema=False)
    async def remove(request: Request) -> Response:
        return await run_in_threadpool(book.removed, request, await fields_of(request))

    @routes.post("/jaga/cara", include_in_schema=False)
    async def reach(request: Request) -> Response:
        return await run_in_threadpool(book.reached, request, await fields_of(request))

    @routes.post("/jaga/uji", include_in_schema=False)
    def trial(request: Request) -> Response:
        return book.trial(request)

    @routes.post("/jaga/uji/jawab", include_in_schema=False)
    async def answer(request: Request) -> Response:
        return await run_in_threadpool(book.answered, request, await fields_of(request))

    return routes
