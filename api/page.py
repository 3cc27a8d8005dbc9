"""One HTML answer: template, language, ETag, the remembered choice."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from api.context import Context
from api.form import FIELDS_OF
from api.language import COOKIE, Speech, language_of
from api.policy import caller_of

HERE = Path(__file__).parent
COOKIE_AGE_S = 365 * 86_400
PRIVATE = "private, no-store"
VARY = "Cookie, Authorization"
NO_STORE = "no-cache"  # may be kept, must be asked for again: the ETag answers cheaply


@cache
def environment(static_version: str) -> Environment:
    """Templates with escaping always on and no silent undefined; compiled once for all cities of a process."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals["v"] = static_version
    return env


def etag_of(body: bytes) -> str:
    return f'W/"{blake2b(body, digest_size=12).hexdigest()}"'


def same(request: Request, etag: str) -> bool:
    """Whether the asker already holds this answer."""
    return etag in [part.strip() for part in request.headers.get("if-none-match", "").split(",")]


def with_etag(request: Request, response: Response) -> Response:
    """The answer with its ETag, or 304 where the asker has it."""
    etag = etag_of(bytes(response.body))
    caller = caller_of(request)
    response.headers["Vary"] = VARY
    if caller.signed_in or caller.key:
        response.headers["Cache-Control"] = PRIVATE
        return response
    headers = {"ETag": etag, "Cache-Control": NO_STORE, "Vary": VARY}
    if request.method == "GET" and response.status_code == 200 and same(request, etag):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response


def json_etag(request: Request, content: Any, media_type: str | None = None) -> Response:
    """JSON with an ETag."""
    return with_etag(request, JSONResponse(content, media_type=media_type))


class Pages:
    """Renders the templates of one city."""

    def __init__(self, context: Context, static_version: str) -> None:
        self._context = context
        self._env = environment(static_version)

    def speech(self, request: Request) -> Speech:
        return Speech.of(self._context.profile, language_of(request), self._context.clock.now_us())

    def render(
        self,
        request: Request,
        template: str,
        values: Mapping[str, Any],
        *,
        status: int = 200,
        media_type: str = "text/html",
        private: bool = False,
        at: str | None = None,
    ) -> Response:
        """The template in the asker's language. A `?lang=` is remembered in a cookie that holds nothing else.

        What is private, or shown to somebody who has signed in, no cache may keep. `at`: where this page is read again,
        if not at the address that was asked; "" for one that is shown once. In `values`, `said` is the key of a
        sentence about what somebody has just sent, `good` whether it went well.
        """
        speech = self.speech(request)
        caller = caller_of(request)
        here = partial(_here, _again_at(request) if at is None else (at, {}))
        said = "" if values.get("good") else values.get("said", "")
        say: Mapping[str, Any] = {
            "t": speech,
            "s": speech,
            "lang": speech.language,
            "city": self._context.profile,
            "speed": self._context.speed,
            "not_kept": self._not_kept(),
            "path": request.url.path,
            "caller": caller,
            "csrf": caller.csrf,
            "here": here,
            "other": "" if at == "" else here(lang="id" if speech.language == "en" else "en"),
            "failed": bool(said),
            "wrong_fields": FIELDS_OF.get(said, ()),
        }
        text = self._env.get_template(template).render({**say, **values})
        response: Response = HTMLResponse(text, status_code=status, media_type=media_type)
        response.headers["Content-Language"] = speech.language
        response.headers["Vary"] = VARY
        if private or caller.signed_in or caller.key:
            response.headers["Cache-Control"] = PRIVATE
        elif status == 200:
            response = with_etag(request, response)
        if request.query_params.get("lang") in {"id", "en"}:
            response.set_cookie(COOKIE, speech.language, max_age=COOKIE_AGE_S, samesite="lax", httponly=True)
        return response

    def piece(self, speech: Speech, template: str, values: Mapping[str, Any]) -> Markup:
        """A part of a page that says nothing of who asks: the same for all of one language."""
        say: Mapping[str, Any] = {"t": speech, "s": speech, "lang": speech.language}
        return Markup(self._env.get_template(template).render({**say, **values}))  # noqa: S704 - a template's escaped text

    def trouble(
        self,
        request: Request,
        status: int,
        title: str,
        text: str,
        *,
        detail: str = "",
        wait_s: float = 0,
        back: str = "",
    ) -> Response:
        """A page of what went wrong, in the words of two keys, and of where to go on: `back`, else where the form was
        sent from. `wait_s`: after how many seconds another try is worth it."""
        values = {
            "status": status,
            "title_key": title,
            "text_key": text,
            "detail": detail,
            "minutes": max(1, round(wait_s / 60)),
            "back": back or (came_from(request) if request.method == "POST" else ""),
            "asked": "" if request.method == "POST" else _here(_again_at(request), lang=None),
        }
        return self.render(request, "galat.html", values, status=status)

    def _not_kept(self) -> bool:
        """Whether new readings cannot be kept just now, by what ingest says of itself: then what is shown grows old."""
        stages = self._context.status() if self._context.status else {}
        ingest = stages.get("ingest", {})
        return bool(ingest.get("alive") and ingest.get("failing"))


def own_path(request: Request) -> str:
    """The path that was asked for, as a link: always one of ours. `//host/x` and `/\\host/x` would be another's."""
    return quote("/" + str(request.scope["path"]).lstrip("/\\"))


def came_from(request: Request) -> str:
    """The page of ours that a form was sent from, without its query; "" where the browser does not say."""
    address = request.headers.get("referer", "").partition("://")[2]
    host, _, path = address.partition("/")
    if not host or host != request.headers.get("host"):
        return ""
    return "/" + quote(path.partition("?")[0].lstrip("/\\"), safe="/%")


def _again_at(request: Request) -> tuple[str, Mapping[str, str]]:
    """The path and the query by which a page is read once more: of what was sent, the page with its form."""
    if request.method == "POST":
        return came_from(request) or "/", {}
    return own_path(request), request.query_params


def _here(at: tuple[str, Mapping[str, str]], **changes: object) -> str:
    """A page's address with some of its query changed; None takes a part away."""
    path, asked = at
    query = {key: value for key, value in asked.items() if key not in changes}
    query.update({key: str(value) for key, value in changes.items() if value is not None})
    return path + (f"?{_encoded(tuple(query.items()))}" if query else "")


@lru_cache(1_024)
def _encoded(query: tuple[tuple[str, str], ...]) -> str:
    return urlencode(query)
