"""Open311 GeoReport v2 at `/open311/v2/`: the city's cases for any client that speaks it, and reports from them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from api.context import Context
from api.form import chosen_of, form_of
from api.language import language_of, say
from api.map import Cells
from api.open311_desk import Desk
from api.open311_format import Format, answer, errors
from api.open311_list import Lists
from api.open311_query import Refusal, listed, said_within
from api.open311_report import Reports
from complaints.photos.decoding import BYTES_MOST
from complaints.photos.keeping import MOST, Photos

ROOT = "/open311/v2"
FIELDS_MOST = 60
LARGER = ((re.compile(ROOT + r"/requests\.(xml|json)"), MOST * BYTES_MOST + 64 * 1024),)
CHANGESET = "2026-11-24T00:00:00+07:00"  # when what this endpoint offers last changed; raise it with every such change
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"


async def _form(request: Request) -> FormData:
    return await form_of(request, FIELDS_MOST)


class Sent(NamedTuple):
    """A report's form, and the photos that came with it."""

    form: FormData
    media: Sequence[bytes]


async def _sent(request: Request) -> Sent:
    async with request.form(max_files=MOST, max_fields=FIELDS_MOST) as form:
        return Sent(form, await chosen_of(form, "media", BYTES_MOST))


def _format(fmt: str) -> Format:
    if fmt not in {"xml", "json"}:
        raise Refusal(404, f"format {fmt} is not served: xml, json")
    return "json" if fmt == "json" else "xml"


def router(context: Context, cells: Cells, photos: Photos) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter(prefix=ROOT, tags=["open311"], default_response_class=Response)
    desk = Desk(context)
    reports = Reports(context, cells, desk, photos)
    lists = Lists(context, desk)
    profile = context.profile

    def answered(fmt: str, root: str, item: str | None, value: Any) -> Response:
        return answer(_format(fmt), root, item, value)

    @routes.get("/discovery.{fmt}", summary="Where the service is")
    def discovery(fmt: str) -> Response:
        value = {
            "changeset": CHANGESET,
            "contact": f"{context.base_url}/",
            "key_service": f"{context.base_url}/",
            "endpoints": [
                {
                    "specification": SPECIFICATION,
                    "url": f"{context.base_url}{ROOT}",
                    "changeset": CHANGESET,
                    "type": "test" if context.speed > 1 else "production",
                    "formats": ["text/xml", "application/json"],
                }
            ],
        }
        return answered(fmt, "discovery", None, value)

    @routes.get("/services.{fmt}", summary="What can be reported")
    def services(request: Request, fmt: str, jurisdiction_id: str = "") -> Response:
        desk.jurisdiction(jurisdiction_id)
        language = language_of(request)
        return answered(fmt, "services", "service", [desk.service(one, language) for one in profile.categories])

    @routes.get("/services/{service_code}.{fmt}", summary="What a report of this kind asks for")
    def definition(request: Request, service_code: str, fmt: str, jurisdiction_id: str = "") -> Response:
        desk.jurisdiction(jurisdiction_id)
        told = desk.definition(desk.category(service_code), language_of(request))
        return answered(fmt, "service_definition", None, told)

    @routes.get("/requests.{fmt}", summary="Cases, newest first")
    def requests(request: Request, fmt: str) -> Response:
        desk.jurisdiction(request.query_params.get("jurisdiction_id"))
        return lists.answer(request, _format(fmt))

    @routes.get("/requests/{service_request_id}.{fmt}", summary="One case")
    def one(request: Request, service_request_id: str, fmt: str) -> Response:
        desk.jurisdiction(request.query_params.get("jurisdiction_id"))
        case = desk.one(service_request_id)
        extensions = request.query_params.get("extensions") == "true"
        return answered(fmt, "service_requests", "request", [desk.noted(case, language_of(request), extensions)])

    @routes.post("/requests.{fmt}", summary="Report something (needs an api_key)")
    def file(request: Request, fmt: str, sent: Annotated[Sent, Depends(_sent)]) -> Response:
        known = _format(fmt)
        taken, language = reports.file(request, sent.form, sent.media), language_of(request)
        if taken.case is None:
            waits = {"token": taken.report.id, "service_notice": say("open311_waits", language), "account_id": ""}
            return answer(known, "service_requests", "request", [waits], status=201)
        notice = say("follow_at", language, url=f"{context.base_url}/kasus/{taken.case.number}")
        value = [{"service_request_id": taken.case.number, "service_notice": notice, "account_id": ""}]
        return answer(known, "service_requests", "request", value, status=201)

    @routes.get("/tokens/{token}.{fmt}", summary="The number of a report that had to wait")
    def token(token: str, fmt: str, jurisdiction_id: str = "") -> Response:
        desk.jurisdiction(jurisdiction_id)
        return answered(fmt, "service_requests", "request", [desk.token(token)])

    @routes.get("/servicerequestupdates.{fmt}", summary="What was said of cases, oldest first")
    def updates(request: Request, fmt: str) -> Response:
        asked = request.query_params
        desk.jurisdiction(asked.get("jurisdiction_id"))
        start_us, end_us = said_within(asked, context.clock.now_us())
        told = desk.updates(listed(asked.get("service_request_id")), start_us, end_us, language_of(request))
        return answered(fmt, "service_request_updates", "request_update", told)

    @routes.post("/servicerequestupdates.{fmt}", summary="Say something of a case (needs an api_key)")
    def hear(request: Request, fmt: str, form: Annotated[FormData, Depends(_form)]) -> Response:
        known = _format(fmt)
        told = desk.update(reports.hear(request, form), language_of(request))
        return answer(known, "service_request_updates", "request_update", [told], status=201)

    return routes


def refused(request: Request, error: Exception) -> Response:
    """A Refusal as the specification's error body."""
    if not isinstance(error, Refusal):
        raise error
    fmt: Format = "json" if request.url.path.endswith(".json") else "xml"
    return errors(fmt, error.code, error.descriptions)
