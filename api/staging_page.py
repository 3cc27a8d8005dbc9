"""`/tahap`: how far each rule and gauge is told, and what waits for a second person. For operators."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.context import Context
from api.form import fields_of
from api.page import Pages, json_etag
from api.policy import caller_of
from api.staging import REFUSALS, Line, Staging, lines_of
from contract.clock import rfc3339
from contract.errors import Rejected
from contract.staging import BREADTH

PAGE = 100
TOLD = {
    "usul": "stage_waits",
    "turun": "stage_lowered",
    "setuju": "stage_done",
    "batal": "stage_gone",
}


class StageOut(BaseModel):
    """How far one rule or node is told: the narrowest of its file and what two people promoted."""

    what: Literal["rule", "node"]
    name: str
    widest: Annotated[Literal["shadow", "staff", "public"], Field(description="as far as the city's files allow")]
    stage: Literal["shadow", "staff", "public"]
    changed: Annotated[bool, Field(description="judges otherwise than what was promoted; for staff at most")]
    since: str | None


class StagesOut(BaseModel):
    """All of the city's, rules first."""

    items: list[StageOut]


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    staging = Staging(context)

    @routes.get("/tahap", include_in_schema=False)
    def stages(request: Request, cari: str = "", tahap: str = "", lanjut: int = 0, kabar: str = "") -> Response:
        lines = lines_of(context)
        wanted = cari.strip().lower()
        found = [one for one in lines if _fits(one, wanted, tahap if tahap in BREADTH else "")]
        start = max(lanjut, 0)
        values = {
            "found": found[start : start + PAGE],
            "count": len(found),
            "next": start + PAGE if start + PAGE < len(found) else 0,
            "first_page": not start,
            "search": cari,
            "wanted_stage": tahap if tahap in BREADTH else "",
            "stages": BREADTH,
            "proposals": staging.waiting(),
            "titles": {(one.what, one.name): one.title for one in lines},
            "accounts": {one.id: one.account for one in context.people.people(context.city) if one.account},
            "said": TOLD.get(kabar, ""),
            "good": True,
        }
        return pages.render(request, "tahap.html", values, private=True)

    @routes.get("/api/v1/stages", response_model=StagesOut, tags=["v1"], summary="How far rules and nodes are told")
    def programs(request: Request) -> Response:
        """For operators and administrators."""
        found = StagesOut(items=[_out(one) for one in lines_of(context)])
        return json_etag(request, found.model_dump(mode="json"))

    @routes.post("/tahap", include_in_schema=False)
    async def ask(request: Request) -> Response:
        form = await fields_of(request)
        return await run_in_threadpool(
            asked, request, form.get("jenis", ""), form.get("nama", ""), form.get("tahap", "")
        )

    def asked(request: Request, what: str, name: str, stage: str) -> Response:
        try:
            outcome = staging.ask(caller_of(request), what, name, stage)
        except Rejected as refused:
            return trouble(request, refused)
        return RedirectResponse(f"/tahap?kabar={'usul' if outcome == 'waiting' else 'turun'}", status_code=303)

    @routes.post("/tahap/usulan/{proposal_id}", include_in_schema=False)
    async def decide(request: Request, proposal_id: str) -> Response:
        form = await fields_of(request)
        return await run_in_threadpool(decided, request, proposal_id, form.get("jawab", ""))

    def decided(request: Request, proposal_id: str, answer: str) -> Response:
        caller = caller_of(request)
        try:
            agreed = answer == "setuju"
            done = staging.agree(caller, proposal_id) if agreed else staging.withdraw(caller, proposal_id)
        except Rejected as refused:
            return trouble(request, refused)
        if not done:
            raise HTTPException(404)
        return RedirectResponse(f"/tahap?kabar={'setuju' if agreed else 'batal'}", status_code=303)

    def trouble(request: Request, refused: Rejected) -> Response:
        if refused.reason not in REFUSALS:
            raise refused
        return pages.trouble(request, 409, "refused_title", f"stage_refused_{refused.reason}", back="/tahap")

    return routes


def _fits(line: Line, wanted: str, stage: str) -> bool:
    words = f"{line.name} {line.title.id} {line.title.en}".lower()
    return (not wanted or wanted in words) and (not stage or line.told == stage)


def _out(line: Line) -> StageOut:
    return StageOut(
        what=line.what,
        name=line.name,
        widest=line.widest,
        stage=line.told,
        changed=line.changed,
        since=rfc3339(line.stage.at_us) if line.stage is not None and line.stage.at_us else None,
    )
