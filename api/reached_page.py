"""`/jangkauan`, `/api/v1/reached`: what was told, whom it reached, how each channel stands. Counts, never addresses."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.chain import Passing
from api.context import Context
from api.page import PRIVATE, Pages
from api.policy import caller_of, reach_of
from api.reached import SHOWN, Channel, Delivery, Shown, Story, shown
from contract.clock import rfc3339
from contract.reach import SendState
from contract.reach_shown import Budget
from contract.subscription import ReachKind, SubscriptionState, Topic

SKIP_MOST = 1_000_000
NAME_MOST = 200


class ChannelOut(BaseModel):
    """How a channel stands. `carried`: it has a provider. `swallows`: its provider seems to say yes and to deliver
    nothing; of channels whose phones say nothing that is never known."""

    kind: ReachKind
    carried: bool
    rate_per_s: float | None
    budget_day: int | None
    spent_today: int
    budget: Budget
    waiting: int
    followers: dict[SubscriptionState, int]
    swallows: bool


class CountOut(BaseModel):
    """How many sends of a telling stand there. `taken`: when the channel's provider last took one."""

    kind: ReachKind
    counts: dict[SendState, int]
    taken: str | None


class ToldOut(BaseModel):
    """What was told, and what became of it. `done`: it has come past all who follow."""

    id: str
    topic: Topic
    level: str
    order: bool
    closing: bool
    text: dict[str, str]
    link: str
    at: str
    begun: str
    done: bool
    channels: list[CountOut]


class ReachedOut(BaseModel):
    """The newest first. `skip` for the next page is `after`, null on the last."""

    delivery: Annotated[Delivery, Field(description="whether the stage that sends is there")]
    channels: list[ChannelOut]
    items: list[ToldOut]
    after: int | None


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    passing = Passing(context)

    def may(request: Request) -> None:
        if not passing.may(caller_of(request), reach_of(request)):
            raise HTTPException(403)

    @routes.get("/jangkauan", include_in_schema=False)
    def page(request: Request, lanjut: int = 0, siaran: str = "") -> Response:
        may(request)
        skip = min(max(lanjut, 0), SKIP_MOST)
        found = shown(context, skip=skip, only=siaran[:NAME_MOST])
        values = {
            "shown": found,
            "states": SHOWN,
            "carried": bool(context.providers),
            "skip": skip,
            "only": siaran[:NAME_MOST],
        }
        return pages.render(request, "jangkauan.html", values, private=True)

    @routes.get("/api/v1/reached", response_model=ReachedOut, tags=["subscriptions"], summary="What reached whom")
    def reached(request: Request, skip: Annotated[int, Query(ge=0, le=SKIP_MOST)] = 0) -> Response:
        may(request)
        told = reached_out(shown(context, skip=skip))
        return JSONResponse(told.model_dump(), headers={"Cache-Control": PRIVATE})

    return routes


def reached_out(found: Shown) -> ReachedOut:
    """As programs read it."""
    return ReachedOut(
        delivery=found.delivery,
        channels=[_channel(one) for one in found.channels],
        items=[_told(one) for one in found.stories],
        after=found.after or None,
    )


def _channel(one: Channel) -> ChannelOut:
    return ChannelOut(
        kind=one.kind,
        carried=one.provider is not None,
        rate_per_s=one.provider.rate_per_s if one.provider else None,
        budget_day=one.provider.budget_day if one.provider else None,
        spent_today=one.spent,
        budget=one.budget,
        waiting=one.waiting,
        followers=dict(one.followers),
        swallows=one.swallows,
    )


def _told(one: Story) -> ToldOut:
    telling = one.telling
    return ToldOut(
        id=telling.id,
        topic=telling.topic,
        level=telling.level.name,
        order=telling.order,
        closing=telling.closing,
        text=dict(telling.text),
        link=telling.link,
        at=rfc3339(telling.at_us),
        begun=rfc3339(one.begun_us),
        done=one.done,
        channels=[CountOut(kind=row.kind, counts=dict(row.counts), taken=_when(row.taken_us)) for row in one.rows],
    )


def _when(us: int | None) -> str | None:
    return None if us is None else rfc3339(us)
