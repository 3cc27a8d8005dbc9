"""`/luput`: water that reached a level without a word of the city. For those who answer for alarms."""

from __future__ import annotations

import secrets

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.context import Context
from api.form import fields_of
from api.judging import MISSED_LEVELS, Judging, TypedMiss
from api.judging_page import drawn, sentence_of, trouble
from api.page import Pages
from api.policy import Reach, caller_of, reach_of
from contract.errors import BadInput, Rejected
from contract.judgement import PLACE_MOST, SOURCE_MOST

TOLD = {"catat": "miss_kept", "tarik": "miss_withdrawn"}


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    judging = Judging(context)

    def miss_page(
        request: Request, typed: TypedMiss, status: int = 200, said: str = "", *, good: bool = False
    ) -> Response:
        caller, reach = caller_of(request), reach_of(request)
        values = {
            "misses": judging.misses(caller, reach),
            "found": judging.found(caller, reach),
            "titles": {one.id: one.title for one in context.cities.pack_rules(context.city)},
            "rules": judging.rules_for(reach),
            "gauges": judging.gauges(caller, reach),
            "anywhere": judging.may_enter_at(caller, reach, ""),
            "levels": MISSED_LEVELS,
            "typed": typed,
            "place_most": PLACE_MOST,
            "source_most": SOURCE_MOST,
            "latest": judging.local(context.clock.now_us()),
            "names": {one.node: one.name for one in context.cities.placements(context.city)},
            "accounts": {one.id: one.account for one in context.people.people(context.city) if one.account},
            "may_withdraw": reach is Reach.ANY,
            "said": said,
            "good": good,
        }
        return pages.render(request, "luput.html", values, status=status, private=True, at="/luput")

    @routes.get("/luput", include_in_schema=False)
    def misses(request: Request, kabar: str = "") -> Response:
        return miss_page(request, TypedMiss(secrets.token_hex(16)), said=TOLD.get(kabar, ""), good=True)

    @routes.post("/luput", include_in_schema=False)
    async def enter(request: Request) -> Response:
        form = await fields_of(request)
        typed = TypedMiss(
            drawn(form.get("kunci", "")),
            form.get("aturan", ""),
            form.get("simpul", ""),
            form.get("tempat", ""),
            form.get("tingkat", ""),
            form.get("waktu", ""),
            form.get("sumber", ""),
        )
        return await run_in_threadpool(entered, request, typed)

    def entered(request: Request, typed: TypedMiss) -> Response:
        try:
            judging.enter_miss(caller_of(request), reach_of(request), typed)
        except BadInput as error:
            return miss_page(request, typed, 400, sentence_of(error))
        except Rejected as refused:
            return trouble(pages, request, refused, "/luput")
        return RedirectResponse("/luput?kabar=catat", status_code=303)

    @routes.post("/luput/{miss_id}/tarik", include_in_schema=False)
    def withdraw(request: Request, miss_id: str) -> Response:
        caller, reach = caller_of(request), reach_of(request)
        found = next((one for one in judging.misses(caller, reach) if one.id == miss_id), None)
        if found is None or (reach is not Reach.ANY and found.by != caller.actor):
            raise HTTPException(404)
        judging.withdraw_miss(caller, miss_id)
        return RedirectResponse("/luput?kabar=tarik", status_code=303)

    return routes
