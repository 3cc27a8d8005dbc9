"""`/health`, `/health/ready` and `/metrics`: for supervisors and monitoring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from fastapi import APIRouter
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0, generate_latest
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.context import Context
from api.metrics import CityCollector
from api.policy import Reach, reach_of
from contract.errors import Unavailable


class Health(BaseModel):
    """This process answers."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """Whether the stores answer. Why not, and what the other stages say of themselves, is for staff and for programs on
    the same machine."""

    status: Literal["ok", "unavailable"]
    stores: dict[str, str]
    stages: dict[str, Any]


def _ask(ping: Callable[[], None]) -> str:
    try:
        ping()
    except Unavailable as error:
        return str(error) or "unavailable"
    return "ok"


def _bare(word: str) -> str:
    """An address of the inside stands in the reasons: strangers read none."""
    return "ok" if word == "ok" else "unavailable"


def router(context: Context) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter(tags=["health"])
    registry = CollectorRegistry()
    registry.register(CityCollector(context))

    @routes.get("/health", summary="The process answers")
    def health() -> Health:
        return Health()

    @routes.get("/health/ready", summary="The stores answer", responses={503: {"model": Ready}})
    def ready(request: Request) -> Ready:
        stores = {"readings": _ask(context.readings.ping), "city": _ask(context.cities.ping)}
        fine = all(word == "ok" for word in stores.values())
        told = reach_of(request) is Reach.ANY
        body = Ready(
            status="ok" if fine else "unavailable",
            stores=stores if told else {name: _bare(word) for name, word in stores.items()},
            stages=dict(context.status()) if told and context.status else {},
        )
        # A response object, so that 503 carries the same body.
        return body if fine else JSONResponse(body.model_dump(), status_code=503)  # type: ignore[return-value]

    @routes.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_1_0_0)

    return routes
