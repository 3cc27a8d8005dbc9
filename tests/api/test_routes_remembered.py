"""What is read once from a handler's signature is what FastAPI reads there each time."""

from __future__ import annotations

from dataclasses import replace

import httpx
from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from support.apart import apart
from support.routes import ANALYSE, remember
from support.seed import Town
from support.web_server import serving

from api.app import create_app


def _read(found: Dependant) -> list[object]:
    """Everything that decides how a request becomes arguments."""
    lists = (found.path_params, found.query_params, found.header_params, found.cookie_params, found.body_params)
    return [
        [[(one.name, one.alias, repr(one.field_info)) for one in fields] for fields in lists],
        [(one.name, one.call, _read(one)) for one in found.dependencies],
        (found.request_param_name, found.response_param_name, found.background_tasks_param_name, found.path),
    ]


def test_every_handler_is_read_as_it_is(made: Town) -> None:
    """Of an application that is not the first: the handler is its own, and its arguments are those it asks for."""
    with serving(made) as address:
        app = create_app(
            profile=made.profile,
            readings=made.readings,
            cities=made.cities,
            people=made.cities,
            clock=made.clock,
            base_url=address,
        )
    routes = [route for route in app.routes if isinstance(route, APIRoute)]
    assert len(routes) > 150
    for route in routes:
        assert route.dependant.call is route.endpoint
        fresh = ANALYSE(path=route.path_format, call=route.endpoint, scope="function")
        own = route.dependant.dependencies[len(route.dependencies) :]  # those before it are the router's
        assert _read(replace(route.dependant, dependencies=own)) == _read(fresh), route.path


def _app(answer: str, usual: str) -> FastAPI:
    router = APIRouter()

    @router.get("/{place}")
    def say(place: str, word: str = usual) -> str:
        return f"{answer} {place} {word}"

    app = FastAPI()
    app.include_router(router)
    return app


def test_each_application_answers_for_itself() -> None:
    """Two handlers of the same lines: neither what they close over nor their defaults are mistaken for the other's."""
    remember()

    async def asked(app: FastAPI) -> str:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://kota.test") as client:
            return str((await client.get("/hulu")).json())

    said = [apart(asked(app)) for app in (_app("a", "x"), _app("b", "x"), _app("b", "y"))]
    assert said == ["a hulu x", "b hulu x", "b hulu y"]
