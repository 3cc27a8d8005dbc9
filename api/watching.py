"""`/api/v1/watchers/{name}`: whoever watches from outside says so, and is told whether this city is judged."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api.context import Context
from contract.clock import SECOND_US
from contract.errors import Unavailable
from store.duty import Watcher

Wrong = Literal["engine_silent", "engine_deaf", "readings_away", "ingest_silent"]
"""nobody judges · the engine has lost its broker · readings cannot be read · nobody keeps what comes"""
WRONG: tuple[Wrong, ...] = get_args(Wrong)
NAME_MOST = 60


class Watched(BaseModel):
    """What a watcher needs to know. A server that does not answer, or not this, is no well one."""

    well: bool
    wrong: list[Wrong]
    paused_s: Annotated[float, Field(description="for so long somebody works on the server, as was announced; 0: no")]


def router(context: Context) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter(tags=["health"])

    @routes.post("/api/v1/watchers/{name}", summary="A watcher outside says that it watches")
    def watches(name: str) -> Watched:
        """With a program's key. The duty room shows when each watcher last asked."""
        if not name.isprintable() or len(name) > NAME_MOST:
            raise HTTPException(400)
        now_us = context.clock.now_us()
        context.cities.watcher_seen(Watcher(city=context.city, name=name, seen_us=now_us))
        wrong = wrong_with(context, now_us)
        left_us = context.cities.paused_until_us(context.city) - now_us
        return Watched(well=not wrong, wrong=wrong, paused_s=max(0.0, left_us / SECOND_US))

    return routes


def wrong_with(context: Context, now_us: int) -> list[Wrong]:
    """The engine is known by its lease, which it prolongs as it turns, on whatever machine it runs; its broker by what
    the stages on this machine last said."""
    found: list[Wrong] = []
    stages = context.status() if context.status else {}
    if context.cities.engine_until_us(context.city) <= now_us:
        found.append("engine_silent")
    elif stages.get("alerts", {}).get("connected") is False:
        found.append("engine_deaf")
    try:
        context.readings.ping()
    except Unavailable:
        found.append("readings_away")
    if stages.get("ingest", {}).get("alive") is False:
        found.append("ingest_silent")
    return found
