"""`/kunci`: the keys of programs. For administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.area import Area, area_in, offered, typed_in
from api.context import Context
from api.form import form_of, text_of
from api.page import Pages
from api.policy import caller_of
from api.programs import DAYS, FOR_PROGRAMS, LABEL_MOST, make, revoke, state_of

PAGE = 100
NO_END = "tanpa"


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    profile = context.profile
    choices = {**offered(profile, FOR_PROGRAMS), "days": DAYS, "label_most": LABEL_MOST}
    fresh: Mapping[str, Any] = {"label": "", "area": Area("service"), "wanted_days": "365"}

    def page(
        request: Request, status: int = 200, said: str = "", *, good: bool = False, typed: Mapping[str, Any] = fresh
    ) -> Response:
        now_us = context.clock.now_us()
        every = context.people.keys(context.city)
        before = request.query_params.get("lanjut", "")
        ids = [one.id for one in every]
        start = ids.index(before) + 1 if before in ids else 0
        shown = every[start : start + PAGE]
        values = {
            **choices,
            **typed,
            "keys": [(one, state_of(one, now_us)) for one in shown],
            "count": len(every),
            "next": shown[-1].id if start + PAGE < len(every) else "",
            "first_page": start == 0,
            "said": said,
            "good": good,
        }
        return pages.render(request, "kunci.html", values, status=status, private=True)

    @routes.get("/kunci", include_in_schema=False)
    def keys(request: Request, kabar: str = "") -> Response:
        return page(request, said="key_revoked" if kabar == "cabut" else "", good=True)

    @routes.post("/kunci", include_in_schema=False)
    async def new_key(request: Request) -> Response:
        form = await form_of(request)
        label, days = text_of(form, "label").strip(), text_of(form, "hari")
        typed = typed_in(profile, form, FOR_PROGRAMS, Area("service"))
        return await run_in_threadpool(made, request, label, days, area_in(profile, form, FOR_PROGRAMS), typed)

    def made(request: Request, label: str, days: str, area: Area | str, typed: Area) -> Response:
        wrong = area if isinstance(area, str) else ""
        if not label:
            wrong = "key_label_missing"
        elif days not in {NO_END, *map(str, DAYS)}:
            wrong = "key_days"
        if wrong or isinstance(area, str):
            return page(request, 400, wrong, typed={"label": label, "area": typed, "wanted_days": days})
        key = make(
            context.people,
            city=context.city,
            label=label,
            role=area.role,
            agency=area.agency,
            regions=area.regions,
            days=None if days == NO_END else int(days),
            now_us=context.clock.now_us(),
            actor=caller_of(request).actor,
        )
        return pages.render(request, "kunci_baru.html", {"key": key.key, "text": key.text}, private=True, at="")

    @routes.post("/kunci/{key_id}/cabut", include_in_schema=False)
    def revoke_key(request: Request, key_id: str) -> Response:
        now_us, actor = context.clock.now_us(), caller_of(request).actor
        if revoke(context.people, city=context.city, key_id=key_id, now_us=now_us, actor=actor) is None:
            raise HTTPException(404)
        return RedirectResponse("/kunci?kabar=cabut", status_code=303)

    return routes
