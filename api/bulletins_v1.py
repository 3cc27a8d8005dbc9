"""`/api/v1/bulletins`, `/api/v1/signing-keys`: what the public was told of the water, as it was signed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api.context import Context
from api.v1 import When
from contract.bulletin import Bulletin, BulletinKind, Ground, values_of
from contract.clock import rfc3339

PAGE_MOST = 500

Said = Annotated[dict[str, str], Field(description="`id` and `en`")]
Us = Annotated[int, Field(description="microseconds since 1970 UTC", examples=[1_780_000_000_000_000])]


class BulletinOut(BaseModel):
    """One thing that the public was told. These are the very fields that are signed: `siaga bulletins verify`."""

    id: str
    city: str
    event: str
    incident: Annotated[str, Field(description="of a drill: its decision")]
    node: str
    number: Annotated[int, Field(description="1, 2 … of its incident")]
    kind: BulletinKind
    drill: Annotated[bool, Field(description="true: an exercise, not a real event")]
    at_us: Us
    measured_us: Us
    crossed_us: Us
    level: Annotated[int, Field(description="1 AWAS, 2 SIAGA, 3 WASPADA, 4 NORMAL", ge=1, le=4)]
    text: Said
    value_cm: float | None
    trend: Annotated[int | None, Field(description="-1 falling, 0 steady or unknown, 1 rising")]
    silent: Annotated[bool, Field(description="the gauge says nothing, and the value is its last")]
    ground: Annotated[Ground, Field(description="what an order rests on")]
    witness: str
    witness_en: Annotated[str, Field(description="the same in English, empty where it is the same; signed where not")]
    by: str
    signed_by: str
    confirmed: Annotated[bool, Field(description="an officer has said that it is so")]
    expires_us: Annotated[int | None, Field(description="after this it is no news")]
    sms: Said
    script: Said
    regions: list[str]
    corrects: Annotated[str, Field(description="of a correction: the bulletin that was wrong")]
    renewal: Annotated[bool, Field(description="it says again what was told and still holds; signed where true")]
    signature: Annotated[str, Field(description="Ed25519, base64, over the other fields as canonical JSON")]
    key: str


class BulletinList(BaseModel):
    """The newest first."""

    items: list[BulletinOut]


class SigningKeyOut(BaseModel):
    """The public half of a key that signs bulletins."""

    id: str
    algorithm: str
    public: Annotated[str, Field(description="32 bytes in base64")]
    since: When


class SigningKeyList(BaseModel):
    """All that ever signed, the newest first."""

    items: list[SigningKeyOut]


def bulletin_out(bulletin: Bulletin) -> dict[str, Any]:
    return values_of(bulletin)


def router(context: Context) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter(prefix="/api/v1", tags=["bulletins"])

    @routes.get("/bulletins", response_model=BulletinList, summary="What the public was told of the water")
    def bulletins(
        event: Annotated[str | None, Query(max_length=64)] = None,
        incident: Annotated[str | None, Query(max_length=64)] = None,
        since_us: Annotated[int, Query(ge=0, le=2**62)] = 0,
        drill: Annotated[bool, Query(description="exercises instead of real events")] = False,
        limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = 100,
    ) -> Any:
        found = context.cities.bulletins(
            context.city, since_us=since_us, event=event, incident=incident, drill=drill, limit=limit
        )
        return {"items": [bulletin_out(one) for one in found]}

    @routes.get("/bulletins/{bulletin_id}", response_model=BulletinOut, summary="One bulletin")
    def bulletin(bulletin_id: str) -> Any:
        found = context.cities.bulletin(bulletin_id)
        if found is None or found.city != context.city:
            raise HTTPException(404)
        return bulletin_out(found)

    @routes.get("/signing-keys", response_model=SigningKeyList, summary="The keys that sign bulletins")
    def signing_keys() -> Any:
        found = context.cities.signing_keys(context.city)
        items = [
            {"id": one.id, "algorithm": "Ed25519", "public": one.public, "since": rfc3339(one.since_us)}
            for one in found
        ]
        return {"items": items}

    return routes
