"""`/probe`: the answer by which a WiFi point tells the internet from a captive portal. See `contract.probe`."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import PlainTextResponse

from contract.errors import BadInput
from contract.probe import PROBE_PATH, probe_answer, valid_nonce


def router() -> APIRouter:
    """Routes of this resource. It asks no store: a point must learn that its uplink works also while those are away."""
    routes = APIRouter(tags=["probe"])

    @routes.get(PROBE_PATH, summary="What a WiFi point asks to know the internet", response_class=PlainTextResponse)
    async def probe(nonce: str = "") -> PlainTextResponse:
        # On the loop itself: a point never waits for a thread of a busy pool.
        if not valid_nonce(nonce):
            raise BadInput("the nonce is not one", where="nonce", remedy="Send 32 lower-case hexadecimal digits.")
        return PlainTextResponse(probe_answer(nonce), headers={"Cache-Control": "no-store"})

    return routes
