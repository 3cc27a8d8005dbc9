"""`/api/v1/subscriptions`, `/api/v1/vapid-key`: for the city's own apps to let residents follow, and how many do."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.context import Context
from api.following import CITY, Following, Wish
from api.policy import caller_of
from contract.errors import BadInput, Rejected
from contract.following import ADDRESS_LONGEST
from contract.subscription import LABEL_MOST, ReachKind, SubscriptionState, Topic


class WishIn(BaseModel):
    """One of `gauge`, `region` and `whole_city`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: ReachKind
    address: Annotated[
        str,
        Field(
            max_length=ADDRESS_LONGEST,
            description="e-mail, number, ntfy topic, a PushSubscription as JSON; of Telegram none",
        ),
    ]
    gauge: Annotated[str, Field(max_length=64)] = ""
    region: Annotated[str, Field(max_length=16, description="adm3 or adm4 code")] = ""
    whole_city: bool = False
    language: Literal["id", "en"] = "id"
    topics: Annotated[list[Topic], Field(min_length=1, max_length=3)] = ["flood"]
    from_level: Literal["WASPADA", "SIAGA", "AWAS"] = "WASPADA"
    quiet: Annotated[bool, Field(description="updates that are not urgent wait from 22 to 5 o'clock")] = True
    label: Annotated[str, Field(max_length=LABEL_MOST)] = ""


class WishOut(BaseModel):
    """A browser's is active and has a link; of Telegram `page` is the link by which the chat begins that confirms
    it; of any other the address is sent a code, which `page` asks for."""

    id: str
    state: Literal["pending", "active"]
    page: str


class CountOut(BaseModel):
    """How many subscriptions of a kind are in a state."""

    kind: ReachKind
    state: SubscriptionState
    count: int


class CountList(BaseModel):
    """No address is told."""

    items: list[CountOut]


class VapidKey(BaseModel):
    """What `pushManager.subscribe` wants as `applicationServerKey`, base64url."""

    key: str


def router(context: Context) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter(prefix="/api/v1", tags=["subscriptions"])
    following = Following(context)

    @routes.get("/vapid-key", response_model=VapidKey, summary="The key with which a browser asks for Web Push")
    def vapid_key() -> Response:
        if not context.ways.vapid_key:
            raise HTTPException(404, "Web Push is not set up here.")
        return JSONResponse({"key": context.ways.vapid_key})

    @routes.get("/subscriptions", response_model=CountList, summary="How many follow, by channel and state")
    def counts() -> Response:
        found = context.cities.subscription_counts(context.city)
        items = [{"kind": kind, "state": state, "count": count} for (kind, state), count in sorted(found.items())]
        return JSONResponse({"items": items})

    @routes.post(
        "/subscriptions",
        response_model=WishOut,
        status_code=201,
        summary="Follow a place",
        responses={409: {"description": "the address follows too much"}, 429: {"description": "too often"}},
    )
    def ask(request: Request, wish: WishIn) -> Response:
        chosen = [one for one in (_gauge(wish), _region(wish), CITY if wish.whole_city else "") if one]
        if len(chosen) != 1:
            raise HTTPException(400, "Name one of gauge, region and whole_city.")
        asked = Wish(
            place=chosen[0],
            kind=wish.kind,
            address=wish.address,
            language=wish.language,
            topics=wish.topics,
            level=wish.from_level,
            quiet=wish.quiet,
            label=wish.label,
        )
        try:
            came = following.ask(asked, caller_of(request).address)
        except BadInput as wrong:
            raise HTTPException(400, str(wrong)) from None
        except Rejected as refused:
            raise HTTPException(409, str(refused)) from None
        if came.wait_s is not None:
            raise HTTPException(429, headers={"Retry-After": str(round(came.wait_s))})
        path = f"/ikuti/{came.secret}" if came.secret else f"/ikuti/kode/{came.id}"
        page = came.start or f"{context.base_url}{path}"
        state = "active" if came.secret else "pending"
        told = {"id": came.id, "state": state, "page": page}
        return JSONResponse(told, status_code=201)

    return routes


def _gauge(wish: WishIn) -> str:
    return f"g:{wish.gauge}" if wish.gauge else ""


def _region(wish: WishIn) -> str:
    return f"r:{wish.region}" if wish.region else ""
