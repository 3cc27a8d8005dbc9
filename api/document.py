"""/openapi.json as it is true: every answer that can come, in the form in which it comes.

FastAPI writes down the answers of the handlers alone, and a 422 that nobody here ever gives. What the gate, the limits
and the outages answer is added in one place, for every operation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from api.errors import PROBLEM

_ANSWERS: Mapping[str, str] = {
    "400": "The question cannot be read; `detail` says what is wrong",
    "401": "Nobody in particular may do this: show a key",
    "403": "This key or person may not do this",
    "404": "There is no such thing, or not for this caller",
    "405": "The address knows other methods",
    "409": "It is over, or has changed meanwhile",
    "413": "More was sent than is taken: 64 KiB, or what photos need",
    "429": "Too often; wait as `Retry-After` says",
    "503": "A database is away; try again after `Retry-After` seconds",
}
_PROBLEM: Mapping[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457",
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "title_id": {"type": "string"},
        "title_en": {"type": "string"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
    },
    "required": ["type", "status", "title", "detail"],
}
_OPEN311_QUERY = (
    "service_request_id", "service_code", "start_date", "end_date", "status", "extensions",
    "page", "page_size", "updated_after", "updated_before", "jurisdiction_id", "lat", "long", "radius",
)  # fmt: skip
_OPEN311_FORM = (
    "api_key", "jurisdiction_id", "service_code", "lat", "long", "address_string", "address_id", "description", "email",
    "first_name", "last_name", "phone", "device_id", "account_id", "media_url",
)  # fmt: skip
_OPEN311_UPDATE = (
    "api_key", "jurisdiction_id", "service_request_id", "update_id", "status", "description", "media_url"
)  # fmt: skip
_REQUESTS = "/open311/v2/requests.{fmt}"


def describe(app: FastAPI) -> None:
    """Complete the application's document when it is first asked for."""
    plain = app.openapi

    def complete() -> dict[str, Any]:
        if app.openapi_schema is None:
            _complete(plain())
        return plain()

    app.openapi = complete  # type: ignore[method-assign]


def _complete(document: dict[str, Any]) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = dict(_PROBLEM)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            operation["responses"].pop("422", None)
            if path.startswith("/open311/"):
                _as_open311(path, method, operation)
            else:
                for status, text in _ANSWERS.items():
                    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
                    operation["responses"].setdefault(status, {"description": text, "content": content})


def _as_open311(path: str, method: str, operation: dict[str, Any]) -> None:
    """GeoReport v2 answers in the format that the address names, failures too."""
    content = {"application/json": {"schema": {}}, "text/xml": {"schema": {"type": "string"}}}
    good = {"201": "Filed"} if method == "post" else {"200": "As GeoReport v2 has it"}
    operation["responses"] = {
        status: {"description": text, "content": content} for status, text in {**good, **_ANSWERS}.items()
    }
    if path == _REQUESTS and method == "get":
        operation.setdefault("parameters", []).extend(
            {"name": name, "in": "query", "required": False, "schema": {"type": "string"}} for name in _OPEN311_QUERY
        )
    if method == "post":
        names = _OPEN311_FORM if path == _REQUESTS else _OPEN311_UPDATE
        fields: dict[str, Any] = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
        operation["requestBody"] = {"content": {"application/x-www-form-urlencoded": {"schema": fields}}}
        if path == _REQUESTS:
            files = {"type": "array", "items": {"type": "string", "format": "binary"}}
            with_photos = {"type": "object", "properties": {**fields["properties"], "media": files}}
            operation["requestBody"]["content"]["multipart/form-data"] = {"schema": with_photos}
