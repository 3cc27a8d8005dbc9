"""`/api/v1/drills`: exercises, begun and ended by people; what they told stands in `/api/v1/bulletins?drill=true`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from api.context import Context
from api.deciding import Deciding, Word
from api.decisions_v1 import MADE, Said, kept
from api.drill_page import drills_of
from api.policy import caller_of
from api.v1 import LEVELS, LevelName, When
from contract.clock import DAY_US, rfc3339
from contract.levels import Level


class Begin(Said):
    """Everybody hears that it is an exercise; at AWAS also the order to leave, as an exercise."""

    node: Annotated[str, Field(max_length=64, description="the gauge")]
    level: Annotated[LevelName, Field(description="AWAS, SIAGA or WASPADA")]
    value_cm: Annotated[float, Field(allow_inf_nan=False, description="what the gauge is said to read, cm")]


class DrillOut(BaseModel):
    """One exercise as it was told."""

    id: str
    node: str
    level: LevelName
    value_cm: float | None
    begun: When
    running: bool
    bulletins: Annotated[list[str], Field(description="ids, the oldest first")]


class DrillList(BaseModel):
    """Those of the last day, the newest first."""

    items: list[DrillOut]


def router(context: Context, deciding: Deciding) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter(prefix="/api/v1", tags=["drills"])

    @routes.get("/drills", response_model=DrillList, summary="Exercises of the last day")
    def drills() -> DrillList:
        now_us = context.clock.now_us()
        told = tuple(context.cities.bulletins(context.city, since_us=now_us - DAY_US, drill=True))
        found = [
            DrillOut(
                id=one.id,
                node=one.bulletins[-1].node,
                level=LEVELS[one.bulletins[-1].level],
                value_cm=one.bulletins[-1].value_cm,
                begun=rfc3339(one.bulletins[-1].crossed_us),
                running=one.running,
                bulletins=[bulletin.id for bulletin in reversed(one.bulletins)],
            )
            for one in drills_of(told, now_us)
        ]
        return DrillList(items=found)

    @routes.post("/drills", **MADE, summary="Begin an exercise")
    def begin(request: Request, asked: Begin) -> Response:
        body = {"node": asked.node, "level": int(Level[asked.level]), "value_cm": asked.value_cm}
        return kept(request, lambda: deciding.about_nothing(caller_of(request), Word("drill", body, once=asked.once)))

    @routes.delete("/drills/{drill_id}", **(MADE | {"status_code": 200}), summary="End an exercise")
    def end(request: Request, drill_id: str) -> Response:
        word = Word("end_drill", {"ends": drill_id})
        return kept(request, lambda: deciding.about_nothing(caller_of(request), word), 200)

    return routes
