"""Two clients of Open311 that others wrote, each as it is, against our server."""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from georeport import GeoReport
from support.seed import Town
from support.web_server import KEY

Serve = Callable[..., httpx.Client]


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Code for America's client. It is of Python 2, whose `ifilter` is the `filter` of today."""
    monkeypatch.setattr(itertools, "ifilter", filter, raising=False)
    return importlib.import_module("three.core")


@pytest.mark.parametrize("fmt", ["json", "xml"])
def test_georeport_reads_services_and_cases(city_in: Callable[[str], Town], serve: Serve, fmt: str) -> None:
    """The list, a definition, requests by each of its filters, and one request."""
    made = city_in("few")
    case = made.cities.find_cases(made.profile.code).cases[7]
    client = GeoReport(f"{serve(made).base_url}/open311/v2", jurisdiction=made.profile.code, output_format=fmt)
    assert {one["service_code"] for one in client.get_service_list()} == {one.code for one in made.profile.categories}
    asked = client.get_service_definition("banjir")["attributes"]
    assert (asked[0] if fmt == "json" else asked["attribute"])["code"] == "kedalaman"
    everything = client.get_service_requests()
    assert len(everything) == made.cities.find_cases(made.profile.code).total
    floods = client.get_service_requests(service_code="banjir,lampu-jalan", status="open")
    assert 0 < len(floods) < len(everything)
    (told,) = [client.get_service_request(case.number)]
    assert (told["service_request_id"], told["service_code"]) == (case.number, case.category)


def test_three_reports_and_follows_what_it_reported(made: Town, serve: Serve, three: Any) -> None:
    """It finds the service, files with its key, reads its case again, and asks after a report that had to wait."""
    client = three.Three(f"{serve(made).base_url}/open311/v2", api_key=KEY, jurisdiction=made.profile.code)
    assert client.discovery()["endpoints"][0]["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert client.services("banjir")["attributes"][0]["code"] == "kedalaman"
    place = {"lat": "-7.7828", "long": "110.3671"}
    (filed,) = client.post("lampu-jalan", name="Sri Wahyuni", phone="0812", description="Lampu padam", **place)
    (read,) = client.request(filed["service_request_id"])
    assert (read["service_code"], read["status"]) == ("lampu-jalan", "open")
    assert client.requests("lampu-jalan", count=5)[0]["service_request_id"] == filed["service_request_id"]
    (waits,) = client.post("lampu-jalan", phone="0812", description="Satu lagi", **{**place, "lat": "-7.81"})
    assert client.token(waits["token"]) == [{"service_request_id": None, "token": waits["token"]}]
    (wrong,) = client.post("naga", **place)
    assert (wrong["code"], client.post_response.status_code) == (404, 404)
