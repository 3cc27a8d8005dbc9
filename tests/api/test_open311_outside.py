"""Open311 as clients that nobody knows ask it: odd, broken and hostile requests get an answer in the error body."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from support.web_server import KEY

ROOT = "/open311/v2"
FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
GOOD = {"api_key": KEY, "service_code": "lampu-jalan", "description": "Lampu padam"}
NAMES = (
    "jurisdiction_id",
    "service_request_id",
    "service_code",
    "start_date",
    "end_date",
    "status",
    "page",
    "page_size",
    "extensions",
    "lang",
    "api_key",
    "lat",
    "long",
    "address_id",
    "description",
    "attribute[A][]",
)
ODD = (
    "",
    "yogyakarta",
    "banjir",
    "open,closed",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "2026-01-24T10:00:00Z",
    "2026-01-24T10:00:00 07:00",
    "9" * 5000,
    "-1",
    "1e309",
    "nan",
    "\x00",
    "'; drop table cases; --",
    "<b>&amp;</b>",
    KEY,
)
VALUES = st.sampled_from(ODD) | st.text(max_size=12)
PATHS = st.sampled_from(["discovery", "services", "services/banjir", "requests", "tokens/a"]) | st.text(
    "abc/.%-_é\x00", max_size=8
).map(lambda text: f"requests/{text}")


@pytest.fixture
def asked(made, serve):
    """A client of a fresh city."""
    return serve(made)


def understood(answer, fmt: str) -> None:
    """Never a fault of ours; and whatever is not a success is the specification's error body."""
    assert answer.status_code < 500, (answer.status_code, answer.text)
    if answer.status_code == 405:
        return
    if fmt == "json":
        told = json.loads(answer.content)
        if answer.status_code >= 400:
            assert told[0]["code"] == answer.status_code
            assert told[0]["description"]
    else:
        root = etree.fromstring(answer.content)
        if answer.status_code >= 400:
            assert (root.tag, root.findtext("error/code")) == ("errors", str(answer.status_code))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PATHS, st.sampled_from(["xml", "json"]), st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4))
def test_no_reading_request_breaks_it(asked, path, fmt, params):
    """Any path and any parameters."""
    understood(asked.get(f"{ROOT}/{path.replace(chr(0), '%00')}.{fmt}", params=params), fmt)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["xml", "json"]), st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6))
def test_no_report_breaks_it(asked, fmt, fields):
    """Any form, with a valid key or without."""
    understood(asked.post(f"{ROOT}/requests.{fmt}", data={**GOOD, **fields}), fmt)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"%ED%A0%80=%00", b"&&&===", b"a=" * 200, b"{}"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "application/json", "x"])
def test_no_body_breaks_it(asked, body, kind):
    """Bytes that are no form, under any content type."""
    understood(asked.post(f"{ROOT}/requests.json", content=body, headers={"content-type": kind}), "json")


def test_attributes_are_taken_with_a_report(asked):
    """`attribute[…]` and `attribute[…][]` come with every client's form; a service without attributes lets them be."""
    fields = {**GOOD, "lat": "-7.7828", "long": "110.3671", "attribute[KIND]": "x", "attribute[MANY][]": ["a", "b"]}
    assert asked.post(f"{ROOT}/requests.json", data=fields).status_code == 201


def test_a_regions_code_is_a_place(asked, made):
    """`address_id`, as our own answers give it, is enough to say where; an unknown one is not."""
    told = asked.post(f"{ROOT}/requests.json", data={**GOOD, "address_id": "34.71.01.1001"})
    assert told.status_code == 201
    case = made.cities.case(told.json()[0]["service_request_id"])
    assert case is not None
    assert case.region == "34.71.01.1001"
    unknown = asked.post(f"{ROOT}/requests.json", data={**GOOD, "address_id": "99"})
    assert unknown.status_code == 400
    assert "address_id is a region's code" in unknown.json()[0]["description"]


def test_changeset_is_a_date_that_can_be_compared(asked):
    """A client asks whether what is offered has changed since it last looked."""
    told = asked.get(f"{ROOT}/discovery.json").json()
    assert told["changeset"] == told["endpoints"][0]["changeset"] >= "2026-01-01T00:00:00+07:00"


def test_a_page_with_a_nul_in_its_address_is_no_fault(asked):
    """PostgreSQL takes no NUL in a text; it never gets that far."""
    for path in ("/kasus/%00", "/sungai/%00", "/s/a%00b", "/api/v1/incidents/%00"):
        assert asked.get(path).status_code == 404, path
    assert asked.get("/kasus?lanjut=%00").status_code == 400
    assert "\ufffd" in asked.get("/simpul?cari=a%00b").text
