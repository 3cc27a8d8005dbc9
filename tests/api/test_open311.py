"""Open311 GeoReport v2, as a client that knows only the specification meets it."""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from support.seed import NOON_US, flood_case
from support.web_server import KEY

from api.open311_format import body
from api.open311_query import Refusal, query_of
from contract.clock import DAY_US, from_us
from contract.levels import Level

ROOT = "/open311/v2"
GOOD = {
    "api_key": KEY,
    "service_code": "lampu-jalan",
    "lat": "-7.7828",
    "long": "110.3671",
    "description": "Lampu padam",
}


def tree(answer) -> etree._Element:
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    return etree.fromstring(answer.content)


def test_discovery_in_both_formats(made, serve):
    """Where the service is: specification, address without an ending slash, formats, kind."""
    client = serve(made, base_url="http://kota.test/")
    told = client.get(f"{ROOT}/discovery.json")
    assert told.headers["content-type"] == "application/json; charset=utf-8"
    endpoint = told.json()["endpoints"][0]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"] == "http://kota.test/open311/v2"
    assert endpoint["type"] == "production"
    root = tree(client.get(f"{ROOT}/discovery.xml"))
    assert root.tag == "discovery"
    assert root.findtext("endpoints/endpoint/url") == endpoint["url"]
    assert [one.text for one in root.findall("endpoints/endpoint/formats/format")] == ["text/xml", "application/json"]


def test_a_simulated_city_is_a_test_endpoint(made, serve):
    """Nobody's dispatch system may take a demo for life."""
    assert serve(made, speed=60.0).get(f"{ROOT}/discovery.json").json()["endpoints"][0]["type"] == "test"


def test_services_and_a_definition(made, serve):
    """Every category of the city with the specification's names; an unknown one is 404 in the error body."""
    client = serve(made)
    services = client.get(f"{ROOT}/services.json").json()
    assert {one["service_code"] for one in services} == {one.code for one in made.profile.categories}
    assert set(services[0]) == {
        "service_code",
        "service_name",
        "description",
        "metadata",
        "type",
        "keywords",
        "group",
    }
    root = tree(client.get(f"{ROOT}/services.xml"))
    assert (root.tag, root[0].tag) == ("services", "service")
    assert {one.findtext("metadata") for one in root} == {"true", "false"}
    definition = tree(client.get(f"{ROOT}/services/banjir.xml"))
    assert (definition.tag, definition.findtext("service_code")) == ("service_definition", "banjir")
    assert client.get(f"{ROOT}/services/banjir.json").json()["service_code"] == "banjir"
    unknown = client.get(f"{ROOT}/services/naga.xml")
    assert unknown.status_code == 404
    assert tree(unknown).findtext("error/code") == "404"
    assert "Flood" in client.get(f"{ROOT}/services.json?lang=en").text


def test_a_case_is_readable_the_moment_it_is_filed(made, serve):
    """A flood and an outage filed by the city's sensors stand here at once, with no cache between."""
    client = serve(made)
    assert client.get(f"{ROOT}/requests.json").json() == []
    node = made.nodes("gauge")[4]
    _, event = made.open_flood(node, Level.AWAS, 196.0)
    case = made.file(event, node, "banjir", {"id": "Code AWAS", "en": "Code DANGER"})
    (told,) = client.get(f"{ROOT}/requests.json").json()
    assert told["service_request_id"] == case.number
    assert (told["status"], told["service_code"]) == ("open", "banjir")
    assert told["agency_responsible"] == "Badan Penanggulangan Bencana Daerah"
    assert told["media_url"] is None
    assert datetime.fromisoformat(told["requested_datetime"]).utcoffset().total_seconds() == 7 * 3600
    assert told["description"].startswith("Code AWAS")


def test_one_request_in_xml_and_json(city_in, serve):
    """`service_requests/request` with every element of the specification; JSON the same in a list."""
    made = city_in("flood")
    case = flood_case(made)
    client = serve(made)
    root = tree(client.get(f"{ROOT}/requests/{case.number}.xml"))
    assert (root.tag, root[0].tag) == ("service_requests", "request")
    (told,) = client.get(f"{ROOT}/requests/{case.number}.json?extensions=true").json()
    assert [element.tag for element in root[0]] == [
        name for name in told if name not in {"notes", "extended_attributes"}
    ]
    assert root.findtext("request/lat") == str(told["lat"])
    assert told["notes"][0]["type"] == "received"
    missing = client.get(f"{ROOT}/requests/YOG-1999-000001.json")
    assert missing.status_code == 404
    assert missing.json()[0]["code"] == 404


def test_filters(city_in, serve):
    """Code, status, dates, ids and pages do what the specification says."""
    made = city_in("few")
    client = serve(made)

    def ids(**params: object) -> list[str]:
        return [one["service_request_id"] for one in client.get(f"{ROOT}/requests.json", params=params).json()]

    everything = ids()
    assert len(everything) == 60
    assert len(set(ids(status="open")) | set(ids(status="closed"))) == 60
    assert not set(ids(status="open")) & set(ids(status="closed"))
    assert ids(status="open,closed") == everything
    codes = {one["service_code"] for one in client.get(f"{ROOT}/requests.json?service_code=banjir,lampu-jalan").json()}
    assert codes == {"banjir", "lampu-jalan"}
    paged = [number for page in range(1, 8) for number in ids(page=page, page_size=10)]
    assert paged == everything
    assert ids(service_request_id=f"{everything[3]},{everything[7]}", service_code="naga") == [
        everything[3],
        everything[7],
    ]
    start, end = (from_us(NOON_US - days * DAY_US).isoformat() for days in (20, 10))
    assert 0 < len(ids(start_date=start, end_date=end)) < 60
    assert ids(service_code="") == everything


@pytest.mark.parametrize(
    "query",
    [
        "start_date=2026-01-01T00:00:00",
        "start_date=kemarin",
        "start_date=2025-01-01T00:00:00Z&end_date=2025-06-01T00:00:00Z",
        "start_date=2026-01-02T00:00:00Z&end_date=2026-01-01T00:00:00Z",
        "status=half-open",
        "page=0",
        "page_size=5000",
        "page=x",
    ],
)
def test_wrong_parameters_are_400_with_a_reason(made, serve, query):
    """Each in the error body of the asked format."""
    client = serve(made)
    told = client.get(f"{ROOT}/requests.json?{query}")
    assert told.status_code == 400
    assert told.json()[0]["code"] == 400
    assert told.json()[0]["description"]
    root = tree(client.get(f"{ROOT}/requests.xml?{query}"))
    assert (root.tag, root.findtext("error/code")) == ("errors", "400")


def test_ninety_days_by_default():
    """Without dates the last 90 days; with one date the 90 days on its other side; exactly 90 days is allowed."""
    query = query_of({}, NOON_US)
    assert NOON_US + 1 - query.start_us == 90 * DAY_US
    assert query.end_us > NOON_US + DAY_US
    start = from_us(NOON_US - 300 * DAY_US).isoformat()
    late = query_of({"start_date": start}, NOON_US)
    assert late.end_us - late.start_us == 90 * DAY_US
    end = from_us(NOON_US - 210 * DAY_US).isoformat()
    assert query_of({"start_date": start, "end_date": end}, NOON_US).end_us == NOON_US - 210 * DAY_US
    beyond = from_us(NOON_US - 209 * DAY_US).isoformat()
    with pytest.raises(Refusal):
        query_of({"start_date": start, "end_date": beyond}, NOON_US)


def test_filing_a_report(made, serve):
    """A key, a kind and a place give a number; the case is found under it, in the region of the point."""
    client = serve(made)
    filed = client.post(f"{ROOT}/requests.json", data=GOOD)
    assert filed.status_code == 201
    (told,) = filed.json()
    number = told["service_request_id"]
    assert "token" not in told
    case = made.cities.case(number)
    assert case is not None
    assert (case.source, case.category, dict(case.description)) == ("citizen", "lampu-jalan", {})
    (report,) = made.cities.reports(case.number)
    assert (report.text, report.source) == ("Lampu padam", "open311")
    assert case.region.startswith("34.71.")
    assert client.get(f"{ROOT}/requests/{number}.json").json()[0]["status"] == "open"
    assert client.get(f"/kasus/{number}").status_code == 200
    root = tree(client.post(f"{ROOT}/requests.xml", data={**GOOD, "description": "", "lat": "-7.81"}))
    assert root.findtext("request/service_request_id") != number


def test_filing_again_with_the_same_idempotency_key_files_once(made, serve):
    """A phone that lost the answer may ask again."""
    client = serve(made)
    answers = [
        client.post(f"{ROOT}/requests.json", data=GOOD, headers={"idempotency-key": "a1"}).json() for _ in range(3)
    ]
    assert answers[0] == answers[1] == answers[2]
    assert made.cities.find_cases(made.profile.code).total == 1


def test_one_programs_repeat_swallows_no_report_of_another(made, serve):
    """What a program calls its reports is its own affair: the same word from another program is another report, and the
    audit log says whose each one is."""
    client = serve(made, keys=(KEY, "another-program"))
    numbers = [
        client.post(
            f"{ROOT}/requests.json", data={**GOOD, "api_key": key, "lat": lat}, headers={"idempotency-key": "1"}
        ).json()[0]["service_request_id"]
        for key, lat in ((KEY, GOOD["lat"]), ("another-program", "-7.81"))
    ]
    assert numbers[0] != numbers[1]
    told = [(row.actor, row.object) for row in made.cities.audit(made.profile.code) if row.what == "case.reported"]
    keys = {key.digest: key.id for key in made.cities.keys(made.profile.code)}
    assert told == [
        (keys[sha256(key.encode()).hexdigest()], number)
        for key, number in zip((KEY, "another-program"), numbers, strict=True)
    ]


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"api_key": ""}, 403, "api_key was not provided"),
        ({"api_key": "wrong"}, 403, "api_key is not valid"),
        ({"service_code": ""}, 400, "service_code was not provided"),
        ({"service_code": "naga"}, 404, "service_code naga not found"),
        ({"lat": ""}, 400, "lat and long were not provided"),
        ({"lat": "tujuh"}, 400, "decimal degrees"),
        ({"lat": "nan"}, 400, "lat is from -90 to 90"),
        ({"lat": "51.5", "long": "0.1"}, 400, "not in Kota Yogyakarta"),
        ({"description": "x" * 4001}, 400, "4001 characters"),
        ({"jurisdiction_id": "jambi"}, 404, "jurisdiction_id jambi not found"),
    ],
)
def test_refused_reports(made, serve, change, code, said):
    """Nothing is filed, and the error body says what is wrong in both formats."""
    client = serve(made)
    told = client.post(f"{ROOT}/requests.json", data={**GOOD, **change})
    assert told.status_code == code
    assert told.json()[0]["code"] == code
    assert said in told.json()[0]["description"]
    assert said in tree(client.post(f"{ROOT}/requests.xml", data={**GOOD, **change})).findtext("error/description")
    assert made.cities.find_cases(made.profile.code).total == 0


def test_several_mistakes_are_told_at_once(made, serve):
    """A client mends them in one go."""
    told = serve(made).post(f"{ROOT}/requests.json", data={"api_key": KEY}).json()
    assert len(told) == 2


def test_nobody_may_file_without_keys(made, serve):
    """Nothing ships with a password: no key made, no report taken."""
    assert serve(made, keys=()).post(f"{ROOT}/requests.json", data=GOOD).status_code == 403


def test_jurisdiction(made, serve):
    """The city's own id is accepted, an empty one is absent, another's is 404."""
    client = serve(made)
    city = made.profile.code
    for path in ("services", "requests"):
        assert client.get(f"{ROOT}/{path}.json?jurisdiction_id={city}").status_code == 200
        assert client.get(f"{ROOT}/{path}.json?jurisdiction_id=").status_code == 200
        assert client.get(f"{ROOT}/{path}.xml?jurisdiction_id=jambi").status_code == 404
    assert client.get(f"{ROOT}/tokens/abc.json").status_code == 404
    assert client.get(f"{ROOT}/services.yaml").status_code == 404


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=40))
def test_any_text_survives_both_formats(text):
    """Markup is escaped, JSON is whole, and what XML cannot carry is left out instead of breaking the document."""
    value = [{"description": text}]
    root = etree.fromstring(body("xml", "service_requests", "request", value))
    kept = "".join(c for c in text if c in "\t\n\r" or 0x20 <= ord(c) <= 0xD7FF or 0xE000 <= ord(c) != 0xFFFE)
    kept = kept.replace("\uffff", "")
    found = root.findtext("request/description") or ""
    assert found.replace("\r\n", "\n").replace("\r", "\n") == kept.replace("\r\n", "\n").replace("\r", "\n")
    assert json.loads(body("json", "r", "i", value))[0]["description"] == (text or None)


def test_dates_carry_the_citys_offset(city_in, serve):
    """+07:00 in Yogyakarta, whole seconds."""
    told = serve(city_in("flood")).get(f"{ROOT}/requests.json").json()
    assert all(one["requested_datetime"].endswith("+07:00") for one in told)
