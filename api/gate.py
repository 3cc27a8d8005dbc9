"""The gate that every request goes through: which rule, who asks, whether they may, and whether a form is genuine.

It stands inside the security headers and outside the routes. What it leaves on the request is read through
`api.policy`. Three locks, each by itself enough against its own attack:

- a route is closed to every role that its rule does not name;
- an unsafe method by a browser must come from our own pages (`Sec-Fetch-Site`, `Origin`);
- and carry the token of its session or, before anybody has signed in, of its device (`csrf` in the form, or the header
  `X-CSRF-Token`). A key shown in `Authorization` needs neither: no browser sends it by itself.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from re import Pattern
from urllib.parse import parse_qs, quote, urlsplit

from fastapi.routing import iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from api.access import Access
from api.errors import Errors, for_programs
from api.form import FIELDS_MOST, FILES_MOST
from api.page import own_path
from api.policy import Caller, Rule, reached, rule_of
from api.security import Security
from api.tokens import same
from contract.errors import Unavailable

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FIELD = "csrf"
HEADER = "x-csrf-token"
REFRESH = "siaga-refresh"
"""the header with which a page says that it asks by itself and nobody has touched it"""
SIGN_IN = "/masuk"
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data"


class NoRule(Exception):
    """A route that nobody has decided about: the server does not start with it."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """A route and its rule."""

    method: str
    path: str
    pattern: Pattern[str]
    rule: Rule


class Table:
    """Every route of an application with its rule, in the router's own order. Raises NoRule where one has none."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self.lines = tuple(_ruled(routes))

    def find(self, method: str, path: str) -> Ruled | None:
        """The line that the router will take; None where it will answer 404 or 405 itself."""
        return next((line for line in self.lines if line.method == method and line.pattern.match(path)), None)


def _ruled(routes: Sequence[BaseRoute]) -> Iterable[Ruled]:
    for route in iter_route_contexts(routes):
        path = route.path or "/"
        folder = isinstance(route.original_route, Mount)
        pattern, _, _ = compile_path(f"{path}/{{path:path}}" if folder else path)
        for method in sorted(route.methods or {"GET"}):
            if method == "HEAD":
                continue  # answered as GET
            rule = rule_of(method, path)
            if rule is None:
                raise NoRule(f"api/policy.py has no rule for {method} {path}")
            yield Ruled(method, path, pattern, rule)


def let_in(request: Request) -> None:
    """The second lock, on every route itself: raises 404 where the gate has not judged this very route."""
    ruled = getattr(request.state, "ruled", None)
    route = request.scope.get("route")
    if not isinstance(ruled, Ruled) or ruled.path != getattr(route, "path", None):
        raise HTTPException(404)


class Locked:
    """A route's application behind the second lock."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        let_in(Request(scope))
        await self._app(scope, receive, send)


class Gate:
    """See the module. `base_url` is where people reach the pages."""

    def __init__(
        self, app: ASGIApp, *, table: Table, access: Access, errors: Errors, security: Security, base_url: str
    ) -> None:
        self._app = app
        self._table = table
        self._access = access
        self._errors = errors
        self._security = security
        self._origin = _origin(base_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        ruled = self._table.find(request.method, scope["path"])
        if ruled is None:
            await self._recognise(request)
            await self._app(scope, receive, send)
            return
        try:
            answer, receive = await self._judge(request, ruled)
        except Unavailable as error:
            answer = await run_in_threadpool(self._errors.unavailable, request, error)
        await (self._app if answer is None else answer)(scope, receive, send)

    async def _recognise(self, request: Request) -> None:
        """Where there is nothing to be let into. The page that says so is still one of those who have signed in; where
        the database is away it is a stranger's."""
        if self._access.shows_session(request) and not for_programs(request):
            with contextlib.suppress(Unavailable):
                request.state.caller = await run_in_threadpool(
                    self._access.of_session, request, prolong=_by_a_person(request)
                )

    async def _judge(self, request: Request, ruled: Ruled) -> tuple[Response | None, Receive]:
        """An answer that refuses, or None and the body to read on."""
        rule = ruled.rule
        caller = self._access.nobody(request)
        request.state.ruled = ruled  # also where the database is away and nobody is let in: the log names the route
        if not (rule.asks_nobody or rule.key_in_form):
            key = self._access.shown_key(request)
            if key is not None:
                shown = await run_in_threadpool(self._access.of_key, request, key)
                if shown is None:
                    await self._note(ruled, "bad_key", caller)
                    return await self._refusal(request, 401), request.receive
                caller = shown
            elif self._access.shows_session(request):
                prolong = not rule.by_itself and _by_a_person(request)
                caller = await run_in_threadpool(self._access.of_session, request, prolong=prolong)
        at_home = self._access.at_home(request)
        reach = reached(rule, caller, at_home=at_home)
        request.state.caller = caller
        request.state.reach = reach
        if reach is None and not rule.key_in_form:
            return await self._closed(request, ruled, caller), request.receive
        if request.method in SAFE or rule.key_in_form or rule.signed or caller.key:
            return None, request.receive
        return await self._genuine(request, ruled, caller)

    async def _closed(self, request: Request, ruled: Ruled, caller: Caller) -> Response:
        """404 where it must not be known; the way to sign in for people whom nobody knows yet; else a plain no."""
        if ruled.rule.hidden:
            return await self._refusal(request, 404)
        if caller.person or caller.key:
            await self._note(ruled, "denied", caller)
            return await self._refusal(request, 403)
        if request.method == "GET" and not for_programs(request):
            address = own_path(request) + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"{SIGN_IN}?lanjut={quote(address, safe='')}", status_code=303)
        return await self._refusal(request, 401)

    async def _genuine(self, request: Request, ruled: Ruled, caller: Caller) -> tuple[Response | None, Receive]:
        """Whether a browser sent this from a page of ours, and with the token that the page carried."""
        if not self._from_here(request):
            await self._note(ruled, "foreign_origin", caller)
            return await self._refusal(request, 403, "error_form"), request.receive
        given = request.headers.get(HEADER, "")
        receive = request.receive
        form = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if not given and form in {FORM, PARTS}:
            try:
                body = await request.body()
            except HTTPException as error:
                return await self._refusal(request, error.status_code), request.receive
            receive = _again(body)
            given = _field(body) if form == FORM else await _part(request, body)
        if not same(given, caller.csrf):
            await self._note(ruled, "csrf", caller)
            return await self._refusal(request, 403, "error_form"), receive
        return None, receive

    def _from_here(self, request: Request) -> bool:
        site = request.headers.get("sec-fetch-site")
        origin = request.headers.get("origin")
        if site is not None and site not in {"same-origin", "none"}:
            return False
        if origin is None:
            return site is not None
        scheme, host, port = _origin(origin)
        asked = _origin(f"{scheme}://{request.headers.get('host', '')}")
        return bool(host) and (scheme, host, port) in {self._origin, asked}

    async def _refusal(self, request: Request, status: int, text: str = "") -> Response:
        answer = await run_in_threadpool(self._errors.refuse, request, status, text)
        if status == 401:
            answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    async def _note(self, ruled: Ruled, what: str, caller: Caller) -> None:
        """By the route's own path: of addresses that somebody makes up there is no end, and each would be a row."""
        await run_in_threadpool(self._security.note, what, caller, f"{ruled.method} {ruled.path}")


def _by_a_person(request: Request) -> bool:
    return request.headers.get(REFRESH) != "1"


def _origin(address: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address; ("", "", None) for one that is none, which equals no page of ours."""
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return "", "", None
    return parts.scheme, (parts.hostname or ""), port


def _field(body: bytes) -> str:
    """The token in a form's body; empty where there is none, or more than one."""
    try:
        found = parse_qs(body.decode("utf-8"), max_num_fields=100).get(FIELD, [])
    except ValueError:
        return ""
    return found[0] if len(found) == 1 else ""


async def _part(request: Request, body: bytes) -> str:
    """The same of a form that carries a file."""
    try:
        async with Request(request.scope, _again(body)).form(max_files=FILES_MOST, max_fields=FIELDS_MOST) as form:
            found = [one for one in form.getlist(FIELD) if isinstance(one, str)]
    except HTTPException:
        return ""
    return found[0] if len(found) == 1 else ""


def _again(body: bytes) -> Receive:
    """A body that has been read, for whoever reads it next."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    return receive
