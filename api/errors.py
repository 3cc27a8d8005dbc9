"""What people and programs read when something is wrong: a page in words, or RFC 9457 problem+json."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api import open311_format
from api.language import language_of, say
from api.page import Pages
from contract.errors import BadInput, Rejected, Unavailable
from contract.probe import PROBE_PATH

PROBLEM = "application/problem+json"
RETRY_AFTER_S = 5
WORDED = {400, 401, 403, 404, 405, 409, 413, 429, 500, 503}

log = structlog.get_logger("api")


def for_programs(request: Request) -> bool:
    """Whether the asker wants JSON: an API path, or a client that asks for JSON and not for HTML."""
    accept = request.headers.get("accept", "")
    return request.url.path.startswith(("/api/", "/health", "/metrics", "/peta.", PROBE_PATH)) or (
        "json" in accept and "html" not in accept
    )


def problem(status: int, request: Request, detail: str = "", **more: Any) -> Response:
    """RFC 9457, the title in the asker's language and in the other one beside it."""
    key = f"error_{status if status in WORDED else 400}_title"
    language = language_of(request)
    content = {
        "type": "about:blank",
        "status": status,
        "title": say(key, language),
        "title_id": say(key, "id"),
        "title_en": say(key, "en"),
        "detail": detail or say("error_401_program" if status == 401 else key.replace("_title", "_text"), language),
        "instance": request.url.path,
        **more,
    }
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status == 503 else {}
    return JSONResponse(content, status_code=status, media_type=PROBLEM, headers=headers)


class Outage:
    """Says once that a store is away, and once that it answers again."""

    def __init__(self) -> None:
        self._away = False

    def broke(self, path: str, why: str) -> None:
        if not self._away:
            self._away = True
            log.warning("store unavailable", path=path, why=why)

    def healed(self) -> None:
        if self._away:
            self._away = False
            log.info("store answers again")


class Errors:
    """Answers in the form the asker can read."""

    def __init__(self, pages: Pages, outage: Outage) -> None:
        self._pages = pages
        self._outage = outage

    def answer(self, request: Request, status: int, detail: str = "", **more: Any) -> Response:
        if request.url.path.startswith("/open311/"):
            return open311_format.error(request.url.path, status, detail or HTTPStatus(status).phrase)
        if for_programs(request):
            return problem(status, request, detail, **more)
        # The details of frameworks and stores are for programs: English, and about fields that no person has named.
        key = f"error_{status if status in WORDED else 400}"
        unsure = say("error_503_sent", language_of(request)) if status == 503 and request.method == "POST" else ""
        response = self._pages.trouble(request, status, f"{key}_title", f"{key}_text", detail=unsure)
        if status == 503:
            response.headers["Retry-After"] = str(RETRY_AFTER_S)
        return response

    def refuse(self, request: Request, status: int, text: str = "") -> Response:
        """For the gate. `text` is the key of a sentence that says more than the status does, and with `_title` of its
        heading."""
        if text and not (for_programs(request) or request.url.path.startswith("/open311/")):
            return self._pages.trouble(request, status, f"{text}_title", text)
        return self.answer(request, status, say(text, language_of(request)) if text else "")

    def http(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        # Starlette's own details are English phrases of the status; ours are sentences for the asker.
        detail = error.detail if error.detail and " " in error.detail and error.status_code == 400 else ""
        response = self.answer(request, error.status_code, detail)
        response.headers.update(error.headers or {})
        return response

    def invalid(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        errors = [{"field": ".".join(str(part) for part in e["loc"]), "what": e["msg"]} for e in error.errors()]
        if request.url.path.startswith("/open311/"):
            detail = "; ".join(f"{e['field']}: {e['what']}" for e in errors)
        else:
            fields = ", ".join(sorted({e["field"] for e in errors}))
            detail = say("error_fields", language_of(request), fields=fields)
        return self.answer(request, 400, detail, errors=errors)

    def bad_input(self, request: Request, error: Exception) -> Response:
        return self.answer(request, 400, str(error))

    def unavailable(self, request: Request, error: Exception) -> Response:
        self._outage.broke(_logged(request), str(error))
        return self.answer(request, 503)

    def crash(self, request: Request, error: Exception) -> Response:
        log.error("page failed", path=_logged(request), why=repr(error))
        return self.answer(request, 500)


def _logged(request: Request) -> str:
    """The route as it is declared: an address may hold a token, and a log is read by many."""
    return getattr(getattr(request.state, "ruled", None), "path", "") or "an address of no route"


def install(app: FastAPI, pages: Pages, outage: Outage) -> Errors:
    """Make every failure an answer in words."""
    errors = Errors(pages, outage)
    app.add_exception_handler(HTTPException, errors.http)
    app.add_exception_handler(RequestValidationError, errors.invalid)
    app.add_exception_handler(BadInput, errors.bad_input)
    app.add_exception_handler(Rejected, errors.bad_input)
    app.add_exception_handler(Unavailable, errors.unavailable)
    app.add_exception_handler(Exception, errors.crash)
    return errors
