"""`/latihan`: drills are begun, seen and ended here and nowhere else; no live page shows one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.console_forms import CENTIMETRES
from api.context import Context
from api.deciding import Deciding, Word
from api.form import fields_of
from api.page import Pages
from api.policy import caller_of
from contract.bulletin import Bulletin
from contract.clock import DAY_US, HOUR_US
from contract.decision import Decision, may_decide
from contract.errors import BadInput, Rejected
from contract.levels import Level

LASTS_US = 2 * HOUR_US
LEVELS = (Level.AWAS, Level.SIAGA, Level.WASPADA)
TOLD = {"mulai": "done_drill", "akhiri": "done_end_drill"}
WORDED = ("not_allowed", "unknown_decision", "unknown_node")


@dataclass(frozen=True, slots=True)
class Drill:
    """One drill as it was told, the newest bulletin first."""

    id: str
    bulletins: tuple[Bulletin, ...]
    running: bool


def drills_of(bulletins: tuple[Bulletin, ...], now_us: int) -> list[Drill]:
    """Of bulletins of drills, the newest first."""
    found: dict[str, list[Bulletin]] = {}
    for one in bulletins:
        found.setdefault(one.incident, []).append(one)
    return [
        Drill(
            name,
            tuple(told),
            all(one.kind != "all_clear" for one in told) and now_us - told[-1].crossed_us < LASTS_US,
        )
        for name, told in found.items()
    ]


def router(context: Context, pages: Pages, deciding: Deciding) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()

    def shown(
        request: Request,
        *,
        status: int = 200,
        said: str = "",
        good: bool = False,
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        now_us, caller = context.clock.now_us(), caller_of(request)
        asked = Decision(id="", city="", kind="drill", by="", at_us=0)
        told = tuple(context.cities.bulletins(context.city, since_us=now_us - DAY_US, drill=True))
        values: dict[str, Any] = {
            "drills": drills_of(told, now_us),
            "gauges": [one for one in context.cities.placements(context.city) if one.kind == "gauge"],
            "levels": LEVELS,
            "may": may_decide(asked, caller.role, signs=context.profile.warnings.agency == caller.agency != ""),
            "once": secrets.token_hex(8),
            "typed": typed or {},
            "said": said,
            "good": good,
        }
        return pages.render(request, "latihan.html", values, status=status, private=True, at="/latihan")

    @routes.get("/latihan", include_in_schema=False)
    def page(request: Request, kabar: str = "") -> Response:
        return shown(request, said=TOLD.get(kabar, ""), good=True)

    @routes.post("/latihan", include_in_schema=False)
    async def begin(request: Request) -> Response:
        return await run_in_threadpool(begun, request, await fields_of(request))

    def begun(request: Request, form: Mapping[str, str]) -> Response:
        value = form.get("cm", "").strip().replace(",", ".")
        level = form.get("tingkat", "")
        if not CENTIMETRES.fullmatch(value):
            return shown(request, status=400, said="no_level", typed=form)
        if level not in {str(int(one)) for one in LEVELS}:
            return shown(request, status=400, said="decision_wrong", typed=form)
        body = {"node": form.get("simpul", ""), "level": int(level), "value_cm": float(value)}
        return said(request, Word("drill", body, once=form.get("nomor", "")), "mulai", form)

    @routes.post("/latihan/{drill_id}/akhiri", include_in_schema=False)
    async def end(request: Request, drill_id: str) -> Response:
        form = await fields_of(request)
        word = Word("end_drill", {"ends": drill_id}, once=form.get("nomor", ""))
        return await run_in_threadpool(said, request, word, "akhiri", form)

    def said(request: Request, word: Word, done: str, form: Mapping[str, str]) -> Response:
        try:
            deciding.about_nothing(caller_of(request), word)
        except Rejected as refused:
            known = f"decided_{refused.reason}" if refused.reason in WORDED else "decision_wrong"
            return shown(request, status=409, said=known, typed=form)
        except BadInput:
            return shown(request, status=400, said="decision_wrong", typed=form)
        return RedirectResponse(f"/latihan?kabar={done}", status_code=303)

    return routes
