"""`/turunkan`: anybody asks that words, a photo or a case leave public sight, and reads the answer behind their key;
`/petugas/turunkan`: those who answer for the case hide it or refuse, with a reason."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.cases import seen_case
from api.context import Context
from api.form import fields_of
from api.page import Pages
from api.policy import Reach, answers_for, caller_of, reach_of
from api.sign_in import with_its_form
from api.takedowns import asked_for, things_of, waiting_for
from api.throttle import Throttle
from api.tokens import digest
from complaints.casework import Casework, Refused
from complaints.casework import Deed as Worked
from contract.errors import BadInput, Rejected
from contract.takedown import TEXT_MOST, Outcome, Takedown
from store.people import Deed

PATH = "/turunkan"
WORK = "/petugas/turunkan"
WRONG = ("what", "reason", "answer")
SAID = {"turunkan": "takedown_done_hidden", "tolak": "takedown_done_refused"}
OUTCOMES: Mapping[str, Outcome] = {"turunkan": "hidden", "tolak": "refused"}
SHOWN = 50
"""requests on the page, the oldest: what was asked last is shown once those are answered"""
_KEY = re.compile(r"[0-9a-f]{32}")


class TakedownPages:
    """The form, the page after it, and the list of those who answer."""

    def __init__(self, context: Context, pages: Pages) -> None:
        self._context = context
        self._pages = pages
        self._throttle = Throttle(context.city, context.people, context.clock)
        self._work = Casework(context.cities, context.profile)
        self._agencies = {one.code: one.name for one in context.profile.agencies}
        self._categories = {one.code: one.name for one in context.profile.categories}
        self._regions = {one.code: one.name for one in context.profile.regions}

    def form(
        self,
        request: Request,
        number: str,
        *,
        typed: Mapping[str, str] | None = None,
        said: str = "",
        status: int = 200,
    ) -> Response:
        """What of a case can be asked for. Raises HTTPException for a case that nobody sees."""
        case = seen_case(self._context, request, number)
        things = things_of(self._context, case)
        if not things:
            raise HTTPException(404)
        fields = typed or {}
        key = fields.get("kunci", "")
        values = {
            "case": case,
            "things": things,
            "chosen": fields.get("apa", request.query_params.get("foto", "")),
            "reason": fields.get("alasan", ""),
            "key": key if _KEY.fullmatch(key) else secrets.token_hex(16),
            "text_most": TEXT_MOST,
            "said": said,
            "good": False,
        }
        return self._shown(request, "turunkan.html", values, f"{PATH}?kasus={case.number}", status)

    def ask(self, request: Request, fields: Mapping[str, str]) -> Response:
        """Somebody asks. Sent again with its key, it is the same request."""
        key, number = fields.get("kunci", ""), fields.get("kasus", "")
        caller, city = caller_of(request), self._context.city
        if not _KEY.fullmatch(key):
            raise HTTPException(400)
        if self._context.cities.takedown(city, digest(key)) is not None:
            return RedirectResponse(f"{PATH}/{key}", status_code=303)
        case, now_us = seen_case(self._context, request, number), self._context.clock.now_us()
        thing = next((one for one in things_of(self._context, case) if one.code == fields.get("apa")), None)
        if thing is None:
            return self.form(request, number, typed=fields, said="takedown_wrong_what", status=400)
        if not 0 < len(fields.get("alasan", "").strip()) <= TEXT_MOST:
            return self.form(request, number, typed=fields, said="takedown_wrong_reason", status=400)
        wait_s = self._throttle.takedown(caller.address)
        if wait_s is not None:
            back = f"{PATH}?kasus={case.number}"
            response = self._pages.trouble(request, 429, "error_429_title", "error_429_wait", wait_s=wait_s, back=back)
            response.headers["Retry-After"] = str(round(wait_s))
            return response
        asked = Takedown(digest(key), city, case.number, thing.what, thing.photo, fields.get("alasan", ""), now_us)
        deed = Deed(caller.actor, "case.takedown_asked", case.number, now_us, {"what": thing.code})
        try:
            self._context.cities.put_takedown(asked, deed)
        except Rejected as refused:
            if refused.reason != "many":
                raise
            return self.form(request, number, typed=fields, said="takedown_many", status=409)
        return RedirectResponse(f"{PATH}/{key}", status_code=303)

    def own(self, request: Request, key: str) -> Response:
        """Where a request stands. Raises HTTPException for a key that nobody was given."""
        asked = self._context.cities.takedown(self._context.city, digest(key)) if _KEY.fullmatch(key) else None
        if asked is None:
            raise HTTPException(404)
        values = {"asked": asked, "late": asked.late(self._context.clock.now_us())}
        return self._pages.render(request, "turunkan_satu.html", values, private=True)

    def waiting(
        self,
        request: Request,
        *,
        typed: Mapping[str, str] | None = None,
        said: str = "",
        good: bool = False,
        status: int = 200,
    ) -> Response:
        """What waits for an answer by whoever asks."""
        if reach_of(request) is Reach.AREA and not caller_of(request).agency:
            raise HTTPException(403)
        found, now_us = waiting_for(self._context, request, limit=SHOWN), self._context.clock.now_us()
        values = {
            "waiting": found,
            "cut": asked_for(self._context, request).waiting > len(found),
            "late": {one.asked.id for one in found if one.asked.late(now_us)},
            "categories": self._categories,
            "regions": self._regions,
            "typed": {name: (typed or {}).get(name, "") for name in ("permintaan", "jawaban")},
            "text_most": TEXT_MOST,
            "said": said,
            "good": good,
        }
        at = WORK if request.method == "POST" else None
        return self._pages.render(request, "petugas_turunkan.html", values, status=status, private=True, at=at)

    def answer(self, request: Request, fields: Mapping[str, str]) -> Response:
        """Hidden or refused, with a reason that whoever asked reads."""
        caller, now_us = caller_of(request), self._context.clock.now_us()
        outcome = OUTCOMES.get(fields.get("aksi", ""))
        asked = self._context.cities.takedown(self._context.city, fields.get("permintaan", ""))
        case = self._context.cities.case(asked.number) if asked is not None else None
        if asked is None or not answers_for(caller, reach_of(request), case):
            raise HTTPException(404)
        if outcome is None:
            raise HTTPException(400)
        if asked.answered_us is not None:
            return self.waiting(request, typed=fields, said="takedown_answered", status=409)
        name = self._agencies.get(caller.agency)
        office, text = name.id if name is not None else self._context.profile.name, fields.get("jawaban", "").strip()
        answered = replace(asked, outcome=outcome, answer=text, answered_us=now_us, person=caller.person, office=office)
        key = f"{answered.number}/takedown/{answered.id}"
        worked = Worked(key, caller.person, office, now_us)
        decide = self._work.taken_down(answered.what, worked, text) if outcome == "hidden" else None
        facts = {"what": answered.photo or answered.what, "outcome": outcome}
        deed = Deed(caller.actor, "case.takedown_answered", answered.number, now_us, facts)
        try:
            self._context.cities.answer_takedown(answered, deed, key, decide)
        except Refused as refused:
            return self.waiting(request, typed=fields, said=f"work_wrong_{refused.code}", status=409)
        except BadInput:
            return self.waiting(request, typed=fields, said="takedown_wrong_answer", status=400)
        except Rejected as refused:
            if refused.reason != "answered":
                raise
            return self.waiting(request, typed=fields, said="takedown_answered", status=409)
        return RedirectResponse(f"{WORK}?kabar={fields['aksi']}", status_code=303)

    def _shown(self, request: Request, name: str, values: Mapping[str, object], back: str, status: int) -> Response:
        return with_its_form(self._context, self._pages, request, name, values, back=back, status=status)


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    page = TakedownPages(context, pages)

    @routes.get(PATH, include_in_schema=False)
    def form(request: Request, kasus: str = "") -> Response:
        return page.form(request, kasus)

    @routes.post(PATH, include_in_schema=False)
    async def ask(request: Request) -> Response:
        return await run_in_threadpool(page.ask, request, await fields_of(request))

    @routes.get(PATH + "/{key}", include_in_schema=False)
    def own(request: Request, key: str) -> Response:
        return page.own(request, key)

    @routes.get(WORK, include_in_schema=False)
    def waiting(request: Request, kabar: str = "") -> Response:
        return page.waiting(request, said=SAID.get(kabar, ""), good=True)

    @routes.post(WORK, include_in_schema=False)
    async def answer(request: Request) -> Response:
        return await run_in_threadpool(page.answer, request, await fields_of(request))

    return routes
