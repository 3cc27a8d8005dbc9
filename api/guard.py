"""Headers and limits for every answer, as a plain ASGI layer outside the application."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from typing import Any

from starlette.exceptions import HTTPException
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


class Guard:
    """Adds the security headers, refuses a body over 64 KiB, also one that hides its length, and lets no NUL in."""

    def __init__(self, app: ASGIApp, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._max = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _guarded(message)
            await send(message)

        if _declared(scope) > self._max:
            await _refuse(send_guarded, self._max)
            return
        seen = 0

        async def receive_bounded() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > self._max:
                    # Raised where the body is read, so that it is answered in the asker's own form.
                    raise HTTPException(413)
            return message

        await self._app(_without_nul(scope), receive_bounded, send_guarded)


class Head:
    """Answers HEAD wherever GET is served: the same status and headers, no body."""

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

        await self._app({**scope, "method": "GET"}, receive, send_bare)


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
    return [*headers, *HEADERS, (b"content-security-policy", policy.encode())]


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
