"""Headers and limits for every answer, as a plain ASGI layer outside the application."""

from __future__ import annotations

import json
from collections.abc import MutableMapping, Sequence
from re import Pattern
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 64 * 1024

# Nothing from elsewhere, no inline script or style. `data:` is for Leaflet's one-pixel placeholder images.
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
# A picture has no script and carries its own style.
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(self)"),
)


STAY_SECURE = (b"strict-transport-security", b"max-age=31536000")
UNKEPT = (b"cache-control", b"no-store")
SMALLEST_ZIPPED = 1024


class Guard:
    """Adds the security headers, refuses a body over 64 KiB, also one that hides its length, and lets no NUL in.

    An answer that says nothing of caches is kept by none. `larger`: the paths whose bodies may have more bytes.
    `secure`: people come by https, and browsers shall not try anything else for a year.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_body_bytes: int = MAX_BODY_BYTES,
        *,
        secure: bool = False,
        larger: Sequence[tuple[Pattern[str], int]] = (),
    ) -> None:
        self._app = app
        self._usual = max_body_bytes
        self._larger = larger
        self._more = (STAY_SECURE,) if secure else ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*_guarded(message), *self._more]
            await send(message)

        most = self._most(scope["path"])
        if _declared(scope) > most:
            await _refuse(send_guarded, most)
            return
        seen = 0

        async def receive_bounded() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > most:
                    # Raised where the body is read, so that it is answered in the asker's own form.
                    raise HTTPException(413)
            return message

        await self._app(_without_nul(scope), receive_bounded, send_guarded)

    def _most(self, path: str) -> int:
        return next((most for pattern, most in self._larger if pattern.fullmatch(path)), self._usual)


class Head:
    """Answers HEAD wherever GET is served: the same status and headers, no body. `head` in the scope tells an answer
    that has no end of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_bare(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET", "head": True}, receive, send_bare)


class Slash:
    """`/kasus/` is meant as `/kasus`. The way there names no host: what a request says of that is anybody's word."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        bare = path.rstrip("/")
        if scope["type"] != "http" or scope["method"] != "GET" or bare in {"", path} or path.startswith("//"):
            await self._app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        address = quote(bare) + (f"?{quote(query, safe='%&=+;/:@!$()*,.~-_')}" if query else "")
        await RedirectResponse(address, status_code=307)(scope, receive, send)


class Zip(GZipMiddleware):
    """Makes answers smaller, but none to somebody who shows a session: beside what the address brings into the page
    stands its secret token, and the length of the answer would tell how much the two have in common (BREACH)."""

    def __init__(self, app: ASGIApp, *, session: str) -> None:
        super().__init__(app, minimum_size=SMALLEST_ZIPPED)
        self._shown = f"{session}="

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        shown = scope["type"] == "http" and self._shown in Headers(scope=scope).get("cookie", "")
        await (self.app(scope, receive, send) if shown else super().__call__(scope, receive, send))


def _without_nul(scope: Scope) -> Scope:
    """A NUL in an address becomes U+FFFD, as broken UTF-8 does: PostgreSQL cannot even be asked for one."""
    query = scope["query_string"]
    if "\0" not in scope["path"] and b"%00" not in query:
        return scope
    path = scope["path"].replace("\0", "\ufffd")
    return {**scope, "path": path, "query_string": query.replace(b"%00", b"%EF%BF%BD")}


def _declared(scope: Scope) -> int:
    text = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(text) if text.isdigit() else 0


def _guarded(message: MutableMapping[str, Any]) -> list[tuple[bytes, bytes]]:
    headers = [*message.get("headers", [])]
    kind = next((value for name, value in headers if name == b"content-type"), b"")
    policy = PICTURE_POLICY if kind.startswith(b"image/svg+xml") else POLICY
    # A page that brings its own is stricter than what holds for all.
    own = any(name == b"content-security-policy" for name, _ in headers)
    said = () if own else ((b"content-security-policy", policy.encode()),)
    unkept = () if any(name == b"cache-control" for name, _ in headers) else (UNKEPT,)
    return [*headers, *unkept, *HEADERS, *said]


async def _refuse(send: Send, limit: int) -> None:
    body = json.dumps(
        {
            "type": "about:blank",
            "status": 413,
            "title": "Kiriman terlalu besar / Content too large",
            "detail": f"At most {limit} bytes.",
        }
    ).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
