"""A real web server on a free port of this machine, of a seeded city or of another, for as long as a test needs it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp
from support.routes import remember
from support.seed import Town

from api.app import create_app
from contract.roles import Role
from store.people import ApiKey, Deed

KEY = "kunci-uji"


def give_key(
    city: Town, text: str, role: Role = "service", *, agency: str = "", regions: tuple[str, ...] = ()
) -> ApiKey:
    """A program's key for the city."""
    digest = sha256(text.encode()).hexdigest()
    code = city.profile.code
    key = ApiKey(digest[:32], digest, code, "uji", role, agency, regions, created_us=city.now_us)
    if city.cities.key(digest, city.now_us) is None:
        city.cities.put_key(key, Deed("system", "key.made", key.id, city.now_us))
    return key


class _Prompt(uvicorn.Server):
    """Looks ten times as often whether it should go: a hundred tests each wait for that."""

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            await asyncio.sleep(0.01)


@contextmanager
def listening() -> Iterator[tuple[socket.socket, str]]:
    """A socket on a free port, and its address. It listens before a server runs: who connects early waits in its
    queue instead of being refused."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # asyncio does so only for sockets it made itself; without it every small answer waits 40 ms for an ACK.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def running(app: ASGIApp, listener: socket.socket) -> Iterator[None]:
    """The application answers; the server is gone when the block ends."""
    # As `siaga api` starts it: uvicorn itself believes no proxy.
    config = uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=2, proxy_headers=False)
    server = _Prompt(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def serving(city: Town, *, keys: Sequence[str] = (KEY,), app: FastAPI | None = None, **more: object) -> Iterator[str]:
    """The address of a running server; it is gone when the block ends. `more` goes to `create_app`.

    `keys` may file by Open311. `app`: that application instead of the city's own.
    """
    remember()
    for key in keys:
        give_key(city, key)
    with listening() as (listener, address):
        options: dict[str, object] = {
            "base_url": address,
            "keep_s": 0.0,
            **more,
        }
        app = app or create_app(
            profile=city.profile,
            readings=city.readings,
            cities=city.cities,
            people=city.cities,
            clock=city.clock,
            **options,  # type: ignore[arg-type]
        )
        with running(app, listener):
            yield address
