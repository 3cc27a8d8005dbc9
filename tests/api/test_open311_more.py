"""Open311 beyond the plain list: what a service asks, reports that wait, words on a case, what has changed."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import httpx
import pytest
from lxml import etree
from PIL import Image
from support.seed import NOON_US, Town, flood_case
from support.web_server import KEY

from complaints.intake import Intake
from contract.clock import DAY_US, MINUTE_US, from_us
from store.cases import Case

Serve = Callable[..., httpx.Client]
ROOT = "/open311/v2"
GOOD = {
    "api_key": KEY,
    "service_code": "lampu-jalan",
    "lat": "-7.7828",
    "long": "110.3671",
    "description": "Lampu padam",
}


def file(client: httpx.Client, **changed: Any) -> dict[str, Any]:
    answer = client.post(f"{ROOT}/requests.json", data={**GOOD, **changed})
    assert answer.status_code == 201, answer.text
    (told,) = answer.json()
    assert isinstance(told, dict)
    return told


def case_of(made: Town, told: dict[str, Any]) -> Case:
    case = made.cities.case(told["service_request_id"])
    assert case is not None
    return case


def test_a_service_says_what_it_asks(made: Town, serve: Serve) -> None:
    """Every element of the specification's definition, in both formats and languages."""
    client = serve(made)
    services = {one["service_code"]: one for one in client.get(f"{ROOT}/services.json").json()}
    assert services["banjir"]["metadata"] is True
    assert services["pohon-tumbang"]["metadata"] is False
    assert client.get(f"{ROOT}/services/pohon-tumbang.json").json()["attributes"] == []
    (asked,) = client.get(f"{ROOT}/services/banjir.json?lang=en").json()["attributes"]
    assert set(asked) == {
        "variable",
        "code",
        "datatype",
        "required",
        "datatype_description",
        "order",
        "description",
        "values",
    }
    assert (asked["code"], asked["datatype"], asked["order"]) == ("kedalaman", "singlevaluelist", 1)
    assert asked["values"][1] == {"key": "lutut", "name": "Knee"}
    root = etree.fromstring(client.get(f"{ROOT}/services/banjir.xml").content)
    assert root.findtext("attributes/attribute/variable") == "true"
    assert root.findtext("attributes/attribute/values/value/key") == "mata-kaki"


def test_what_a_service_asks_is_kept_with_the_report(made: Town, serve: Serve) -> None:
    """Checked against the city's list, and read by officers beside the words."""
    client = serve(made)
    told = file(client, service_code="banjir", **{"attribute[kedalaman]": "lutut"})
    (report,) = made.cities.reports(told["service_request_id"])
    assert report.attributes == {"kedalaman": ["lutut"]}
    refused = client.post(
        f"{ROOT}/requests.json", data={**GOOD, "service_code": "banjir", "attribute[kedalaman]": "ubun-ubun"}
    )
    assert refused.status_code == 400
    assert "one of: mata-kaki, lutut" in refused.json()[0]["description"]
    assert made.cities.erase_report(report.city, report.key, NOON_US)
    assert made.cities.reports(told["service_request_id"])[0].attributes == {}


def test_who_reports_is_kept_and_told_to_nobody(made: Town, serve: Serve) -> None:
    """Name and contact are for officers; a picture's address is words that nobody fetches."""
    client = serve(made)
    told = file(
        client, first_name="Sri", last_name="Wahyuni", email="sri@warga.example", media_url="https://foto.example/1.jpg"
    )
    (report,) = made.cities.reports(told["service_request_id"])
    assert (report.name, report.contact) == ("Sri Wahyuni", "sri@warga.example")
    assert report.text == "Lampu padam\nhttps://foto.example/1.jpg"
    for path in (f"requests/{told['service_request_id']}.json?extensions=true", "requests.xml"):
        answer = client.get(f"{ROOT}/{path}").text
        assert not any(word in answer for word in ("Sri", "warga.example", "foto.example", "padam"))


def test_a_report_that_waits_has_a_token_until_it_has_a_number(made: Town, serve: Serve) -> None:
    """A person of whom nothing was looked at has one report in the queue; a token is never given beside a number."""
    client = serve(made)
    assert "token" not in file(client, device_id="hp-1")
    waits = file(client, device_id="hp-1", lat="-7.81")
    assert "service_request_id" not in waits
    address = f"{ROOT}/tokens/{waits['token']}"
    assert client.get(f"{address}.json").json() == [{"service_request_id": None, "token": waits["token"]}]
    report = made.cities.report(waits["token"])
    assert report is not None
    released = Intake(made.cities, made.profile).release(report, made.now_us).case
    assert released is not None
    root = etree.fromstring(client.get(f"{address}.xml").content)
    assert (root.tag, root.findtext("request/service_request_id")) == ("service_requests", released.number)
    assert client.get(f"{ROOT}/tokens/abc.json").status_code == 404


def test_an_address_that_names_one_kelurahan_is_a_place(made: Town, serve: Serve) -> None:
    """Anything vaguer is asked for anew rather than guessed."""
    client = serve(made)
    region = next(one for one in made.profile.regions if one.name == "Terban")
    told = file(client, lat="", long="", address_string="Jl. C. Simanjuntak 12, Terban")
    assert case_of(made, told).region == region.code
    for address in ("Jalan Mawar 3", "antara Terban dan Kotabaru"):
        vague = client.post(f"{ROOT}/requests.json", data={**GOOD, "lat": "", "long": "", "address_string": address})
        assert vague.status_code == 400
        assert "must name one kelurahan" in vague.json()[0]["description"]


def test_a_word_on_a_case_moves_it_and_is_read_by_staff_alone(made: Town, serve: Serve) -> None:
    """FixMyStreet's extension: done, and not done after all; the sender's `update_id` sent again is the same word."""
    client = serve(made)
    number = file(client)["service_request_id"]

    def say(status: str, words: str, update_id: str) -> httpx.Response:
        data = {"api_key": KEY, "service_request_id": number, "status": status, "description": words}
        return client.post(f"{ROOT}/servicerequestupdates.xml", data={**data, "update_id": update_id})

    first = say("FIXED", "Sudah menyala, telepon saya 0812", "7")
    assert first.status_code == 201
    root = etree.fromstring(first.content)
    assert (root.tag, root.findtext("request_update/status")) == ("service_request_updates", "FIXED")
    assert say("FIXED", "Sudah menyala", "7").content == first.content
    assert client.get(f"{ROOT}/requests/{number}.json").json()[0]["status"] == "closed"
    say("OPEN", "Padam lagi", "8")
    told = client.get(f"{ROOT}/servicerequestupdates.json").json()
    assert [one["status"] for one in told] == ["OPEN", "FIXED", "INVESTIGATING"]
    assert set(told[0]) == {
        "update_id",
        "service_request_id",
        "status",
        "updated_datetime",
        "description",
        "media_url",
    }
    assert not any("0812" in one["description"] or "Padam" in one["description"] for one in told)
    assert len({one["update_id"] for one in told}) == 3
    assert [row.what for row in made.cities.audit(made.profile.code)].count("case.heard") == 3


@pytest.mark.parametrize(
    ("changed", "code", "said"),
    [
        ({"api_key": ""}, 403, "api_key was not provided"),
        ({"service_request_id": ""}, 400, "service_request_id was not provided"),
        ({"service_request_id": "YOG-1999-000001"}, 404, "not found"),
        ({"description": ""}, 400, "text has 0 characters"),
        ({"description": "x" * 2_001}, 400, "2001 characters"),
        ({"status": "CLOSED"}, 400, "the sensors still see it"),
    ],
)
def test_a_word_that_cannot_be_taken_says_why(
    city_in: Callable[[str], Town], serve: Serve, changed: dict[str, str], code: int, said: str
) -> None:
    """In the error body, and nothing is written."""
    made = city_in("flood")
    case = flood_case(made)
    before = len(made.cities.updates(case.number, inner=True))
    good = {"api_key": KEY, "service_request_id": case.number, "description": "Air masuk"}
    told = serve(made).post(f"{ROOT}/servicerequestupdates.json", data={**good, **changed})
    assert (told.status_code, told.json()[0]["code"]) == (code, code)
    assert said in told.json()[0]["description"]
    assert len(made.cities.updates(case.number, inner=True)) == before


def test_a_case_takes_twenty_words_a_day(made: Town, serve: Serve) -> None:
    """More is for tomorrow, and says so; a word that is known is known."""
    client = serve(made)
    number = file(client)["service_request_id"]
    data = {"api_key": KEY, "service_request_id": number, "description": "Masih padam"}
    answers = [
        client.post(f"{ROOT}/servicerequestupdates.json", data={**data, "update_id": str(one)}).status_code
        for one in [*range(20), 20, 3]
    ]
    assert answers == [201] * 20 + [429, 201]


def test_who_polls_asks_for_what_has_changed(city_in: Callable[[str], Town], serve: Serve) -> None:
    """However old the case is; and for what is near a place."""
    made = city_in("few")
    client = serve(made)

    def ids(**params: object) -> set[str]:
        told = client.get(f"{ROOT}/requests.json", params={key: str(value) for key, value in params.items()}).json()
        return {one["service_request_id"] for one in told}

    everything = made.cities.find_cases(made.profile.code, limit=1_000).cases
    newest = max(one.updated_us for one in everything)
    after, before = (from_us(newest - ago).isoformat() for ago in (5 * DAY_US, MINUTE_US))
    changed = {one.number for one in everything if one.updated_us >= newest - 5 * DAY_US}
    assert ids(updated_after=after) == changed
    assert ids(updated_before=before) == {one.number for one in everything if one.updated_us <= newest - MINUTE_US}
    assert 0 < len(changed) < len(everything)
    place = everything[0]
    near = ids(lat=place.lat, long=place.lon, radius=300)
    assert place.number in near
    assert len(near) < len(everything)
    for params in ({"lat": 1}, {"lat": 1, "long": 1, "radius": -3}, {"updated_after": "kemarin"}):
        assert client.get(f"{ROOT}/requests.json", params=params).status_code == 400


def test_extensions_tell_more_to_who_asks(city_in: Callable[[str], Town], serve: Serve) -> None:
    """The title, the status as FixMyStreet has it, how many have reported; a strict client never sees them."""
    made = city_in("flood")
    number = flood_case(made).number
    client = serve(made)
    (told,) = client.get(f"{ROOT}/requests/{number}.json?extensions=true").json()
    assert told["extended_attributes"]["detailed_status"] == "OPEN"
    assert told["extended_attributes"]["reports"] == 0
    assert "extended_attributes" not in client.get(f"{ROOT}/requests/{number}.json").json()[0]


def test_a_photo_comes_with_a_report_and_is_seen_by_an_officers_word(made: Town, serve: Serve) -> None:
    """As `media` in a multipart form; what is no photo is refused with the whole report, and nothing is half kept."""
    client = serve(made, base_url="http://kota.test/")
    bad = client.post(f"{ROOT}/requests.json", data=GOOD, files={"media": ("a.jpg", b"GIF89a", "image/jpeg")})
    assert (bad.status_code, made.cities.find_cases(made.profile.code).total) == (400, 0)
    raw = BytesIO()
    Image.new("RGB", (64, 48), "green").save(raw, "JPEG")
    sent = client.post(f"{ROOT}/requests.json", data=GOOD, files={"media": ("a.jpg", raw.getvalue(), "image/jpeg")})
    number = sent.json()[0]["service_request_id"]
    (photo,) = made.cities.photos_of(number)

    def media_url() -> object:
        (one,) = client.get(f"{ROOT}/requests/{number}.json").json()
        (listed,) = client.get(f"{ROOT}/requests.json").json()
        assert one["media_url"] == listed["media_url"]
        return one["media_url"]

    assert media_url() is None
    assert made.cities.show_photo(made.profile.code, photo.id, made.now_us)
    assert media_url() == f"http://kota.test/foto/{photo.id}.jpg"
