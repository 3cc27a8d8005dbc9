"""`/penilaian`: whether what was told was right. For those who answer for alarms."""

from __future__ import annotations

import re
import secrets

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.accuracy import delay_us, read_record
from api.context import Context
from api.form import fields_of
from api.judging import Judging, Line, Typed
from api.page import Pages
from api.policy import caller_of, reach_of
from contract.errors import BadInput, Rejected
from contract.judgement import REASON_MOST, Outcome, verdicts_on

PAGE = 50
TOLD = {"nilai": "judge_kept"}
WRONG = ("verdict", "reason", "flooded_us", "rule", "node", "place", "level", "happened_us", "source")
"""fields of a form that may be wrong; each has its sentence, `judge_wrong_…`"""


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    judging = Judging(context)

    @routes.get("/penilaian", include_in_schema=False)
    def waiting(request: Request, keadaan: str = "", lanjut: int = 0, kabar: str = "") -> Response:
        caller, reach = caller_of(request), reach_of(request)
        again = keadaan == "sudah"
        if again:
            outcomes = read_record(context, context.clock.now_us()).outcomes
            found = judging.judged(caller, reach, outcomes)
        else:
            found = judging.waiting(caller, reach)
        start = max(lanjut, 0)
        values = {
            "found": found[start : start + PAGE],
            "count": len(found),
            "again": again,
            "titles": {one.id: one.title for one in context.cities.pack_rules(context.city)},
            "next": start + PAGE if start + PAGE < len(found) else 0,
            "first_page": not start,
            "said": TOLD.get(kabar, ""),
            "good": True,
        }
        return pages.render(request, "penilaian.html", values, private=True)

    def known(request: Request, incident_id: str) -> Line:
        found = judging.find(caller_of(request), reach_of(request), incident_id)
        if found is None:
            raise HTTPException(404)
        return found

    def one_page(
        request: Request, line: Line, typed: Typed, status: int = 200, said: str = "", *, good: bool = False
    ) -> Response:
        outcome = _outcome(context, line)
        values = {
            "line": line,
            "outcome": outcome,
            "delay_us": delay_us(line.incident, outcome.word_us if outcome is not None else None),
            "history": context.cities.judgements(line.incident.id),
            "verdicts": verdicts_on(line.incident),
            "typed": typed,
            "reason_most": REASON_MOST,
            "latest": judging.local(context.clock.now_us()),
            "accounts": {one.id: one.account for one in context.people.people(context.city) if one.account},
            "said": said,
            "good": good,
        }
        at = f"/penilaian/{line.incident.id}"
        return pages.render(request, "penilaian_satu.html", values, status=status, private=True, at=at)

    @routes.get("/penilaian/{incident_id}", include_in_schema=False)
    def incident(request: Request, incident_id: str, kabar: str = "") -> Response:
        typed = Typed(secrets.token_hex(16))
        return one_page(request, known(request, incident_id), typed, said=TOLD.get(kabar, ""), good=True)

    @routes.post("/penilaian/{incident_id}", include_in_schema=False)
    async def judge(request: Request, incident_id: str) -> Response:
        form = await fields_of(request)
        typed = Typed(
            drawn(form.get("kunci", "")),
            form.get("putusan", ""),
            form.get("alasan", ""),
            form.get("tergenang", ""),
        )
        return await run_in_threadpool(judged, request, incident_id, typed)

    def judged(request: Request, incident_id: str, typed: Typed) -> Response:
        line = known(request, incident_id)
        try:
            judging.judge(caller_of(request), line.incident, typed)
        except BadInput as error:
            return one_page(request, line, typed, 400, sentence_of(error))
        except Rejected as refused:
            return trouble(pages, request, refused, f"/penilaian/{incident_id}")
        left = judging.waiting(caller_of(request), reach_of(request))
        # On to the next one that waits, so that a morning's list is gone through without the mouse.
        onward = f"/penilaian/{left[0].incident.id}" if left else "/penilaian"
        return RedirectResponse(f"{onward}?kabar=nilai", status_code=303)

    return routes


def trouble(pages: Pages, request: Request, refused: Rejected, back: str) -> Response:
    """Somebody whose role was taken away since they signed in; what no form of ours can bring about is raised again."""
    if refused.reason != "not_allowed":
        raise refused
    return pages.trouble(request, 409, "refused_title", "judge_refused", back=back)


def drawn(number: str) -> str:
    """The number that was drawn with the form; a new one where it is none."""
    return number if re.fullmatch("[0-9a-f]{32}", number) else secrets.token_hex(16)


def _outcome(context: Context, line: Line) -> Outcome | None:
    opened_us = line.incident.opened_us
    found = context.cities.outcomes(context.city, opened_us, until_us=opened_us + 1)
    return next((one for one in found if one.incident.id == line.incident.id), None)


def sentence_of(error: BadInput) -> str:
    """The key of what is wrong with a form; what no form of ours can send is raised again."""
    if error.where not in WRONG:
        raise error
    return f"judge_wrong_{error.where}"
