"""`/penilaian` and `/luput`: what people say afterwards, on a real server."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from support.asked import Asked
from support.seed import Town
from support.visitors import Visitor, person, signed_in

from contract.city import Text
from contract.clock import MINUTE_US, from_us
from contract.incident import Incident
from contract.levels import Level
from contract.staging import PackRule
from store.ports import Event

FLOOD = PackRule("river_level", "v1", "public", "flood", Text("Muka air tinggi", "High water"))
BANJIR = {"id": "Banjir", "en": "Flood"}


@pytest.fixture
def client(made: Town, serve: Callable[..., httpx.Client]) -> httpx.Client:
    made.cities.note_rules(made.profile.code, (FLOOD,), made.now_us)
    return serve(made)


def over(city: Town, index: int, *, minutes_ago: float = 60, **how: object) -> tuple[Incident, Event]:
    """A flood of a gauge that is over."""
    return city.open_flood(city.nodes("gauge")[index], Level.SIAGA, 120.0, minutes_ago=minutes_ago, over=True, **how)  # type: ignore[arg-type]


def staff(city: Town, role: str = "operator", **how: object) -> Visitor:
    return signed_in(city, person(city, f"{role}-satu", role, **how))  # type: ignore[arg-type]


def get(client: httpx.Client, who: Visitor, path: str = "/penilaian") -> httpx.Response:
    client.cookies.clear()
    return client.get(path, headers=who.sent)


def post(client: httpx.Client, who: Visitor, path: str, **fields: str) -> httpx.Response:
    client.cookies.clear()
    headers = {**who.sent, "origin": str(client.base_url).rstrip("/")}
    return client.post(path, headers=headers, data={"csrf": who.csrf, **fields})


def drawn(page: str) -> str:
    found = re.search(r'name="kunci" value="([0-9a-f]{32})"', page)
    assert found is not None
    return found[1]


def local(city: Town, us: int) -> str:
    """As a browser sends a local date and time of Yogyakarta."""
    return from_us(us + 7 * 60 * MINUTE_US).strftime("%Y-%m-%dT%H:%M")


def test_a_list_is_gone_through_from_the_oldest_end(made: Town, client: httpx.Client) -> None:
    """Each verdict leads on to the next that waits, and at the end back to the empty list; open ones are not in it."""
    who = staff(made)
    first, _ = over(made, 0)
    second, _ = over(made, 5, minutes_ago=40)
    made.open_flood(made.nodes("gauge")[8], Level.AWAS, 200.0)
    listed = re.findall(r"/penilaian/([0-9a-f-]{36})", get(client, who).text)
    assert sorted(listed) == sorted({first.id, second.id})
    page = get(client, who, f"/penilaian/{listed[0]}").text
    assert page.count("autofocus") == 1
    fields = {"kunci": drawn(page), "putusan": "right", "alasan": "Foto dari lurah"}
    answer = post(client, who, f"/penilaian/{listed[0]}", **fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/penilaian/{listed[1]}?kabar=nilai")
    assert post(client, who, f"/penilaian/{listed[0]}", **fields).status_code == 303
    assert len(made.cities.judgements(listed[0])) == 1, "the same form sent twice is one verdict"
    answer = post(client, who, f"/penilaian/{listed[1]}", putusan="wrong", alasan="Ranting di sensor")
    assert answer.headers["location"] == "/penilaian?kabar=nilai"
    assert "Semua kejadian yang berakhir sudah dinilai" in get(client, who, "/penilaian").text
    again = get(client, who, "/penilaian?keadaan=sudah").text
    assert all(one in again for one in listed)
    assert [row.what for row in made.cities.audit(made.profile.code)].count("verdict.given") == 2


def test_a_verdict_is_changed_by_another_and_both_are_shown(made: Town, client: httpx.Client) -> None:
    """Who, when and why; the newest counts."""
    who = staff(made)
    incident, _ = over(made, 0)
    address = f"/penilaian/{incident.id}"
    post(client, who, address, putusan="right", alasan="Air masuk")
    made.clock.advance(60)  # type: ignore[attr-defined]
    flooded_us = made.now_us - 30 * MINUTE_US
    post(client, who, address, putusan="late", alasan="Warga tahu sendiri", tergenang=local(made, flooded_us))
    newest, oldest = made.cities.judgements(incident.id)
    assert (newest.verdict, oldest.verdict) == ("late", "right")
    assert newest.flooded_us == flooded_us - flooded_us % MINUTE_US
    page = get(client, who, address).text
    assert page.index("Warga tahu sendiri") < page.index("Air masuk")
    assert "operator-satu" in page
    assert "Under water since" in get(client, who, f"{address}?lang=en").text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"alasan": "x"}, "putusan"),
        ({"putusan": "right"}, "alasan"),
        ({"putusan": "right", "alasan": "x", "tergenang": "kemarin"}, "tergenang"),
        ({"putusan": "wrong", "alasan": "x", "tergenang": "2026-01-24T09:30"}, "tergenang"),
        ({"putusan": "right", "alasan": "x", "tergenang": "2027-01-24T09:30"}, "tergenang"),
    ],
)
def test_a_form_that_went_wrong_says_where_and_keeps_what_was_typed(
    made: Town, client: httpx.Client, fields: dict[str, str], field: str
) -> None:
    """And nothing is kept of it."""
    incident, _ = over(made, 0)
    answer = post(client, staff(made), f"/penilaian/{incident.id}", **fields)
    assert answer.status_code == 400
    assert f'href="#{field}"' in answer.text
    assert 'value="' + fields.get("tergenang", "") in answer.text
    assert list(made.cities.judgements(incident.id)) == []


def test_water_that_came_up_fast_is_called_so(made: Town, client: httpx.Client) -> None:
    """In the list, at the verdict and in the table of all: it has no level, and is no outage."""
    flood, event = over(made, 0)
    rise = replace(flood, id=f"{flood.id[:-1]}x", rule="rise", subject="rise", level=None, peak=None)
    made.commit(rise, event, [])
    who = staff(made)
    for path in ("/penilaian", f"/penilaian/{rise.id}", "/ketepatan"):
        page = get(client, who, path).text
        assert "Naik cepat · " in page, path
        assert "Gangguan · " not in page, path


def test_an_officer_judges_their_own_work_alone(made: Town, client: httpx.Client) -> None:
    """What is another agency's is neither listed nor there, also where it was public."""
    mine, event = over(made, 0)
    case = made.file(event, made.nodes("gauge")[0], "banjir", BANJIR)
    theirs, _ = over(made, 5)
    officer = staff(made, "officer", agency=case.agency)
    page = get(client, officer).text
    assert mine.id in page
    assert theirs.id not in page
    assert get(client, officer, f"/penilaian/{theirs.id}").status_code == 404
    assert post(client, officer, f"/penilaian/{theirs.id}", putusan="right", alasan="x").status_code == 404
    assert post(client, officer, f"/penilaian/{mine.id}", putusan="right", alasan="x").status_code == 303


def test_what_was_missed_is_entered_once_and_withdrawn(made: Town, client: httpx.Client) -> None:
    """With its gauge, its level and its source; whoever entered it may take it back."""
    who = staff(made)
    gauge = made.nodes("gauge")[0]
    fields = {
        "kunci": drawn(get(client, who, "/luput").text),
        "aturan": FLOOD.id,
        "simpul": gauge.node,
        "tempat": "Kampung Kricak",
        "tingkat": "AWAS",
        "waktu": local(made, made.now_us - 60 * MINUTE_US),
        "sumber": "Foto warga",
    }
    for _ in range(2):
        assert post(client, who, "/luput", **fields).headers["location"] == "/luput?kabar=catat"
    (miss,) = made.cities.misses(made.profile.code, 0)
    assert (miss.node, miss.level, miss.audience, miss.place) == (gauge.node, Level.AWAS, "public", "Kampung Kricak")
    page = get(client, who, "/luput").text
    assert "Kampung Kricak" in page
    other = signed_in(made, person(made, "petugas-lain", "officer", agency="bpbd"))
    assert post(client, other, f"/luput/{miss.id}/tarik").status_code == 404
    assert post(client, who, f"/luput/{miss.id}/tarik").headers["location"] == "/luput?kabar=tarik"
    assert made.cities.misses(made.profile.code, 0)[0].withdrawn_us is not None


def test_an_officer_reads_what_was_missed_in_their_own_area(made: Town, client: httpx.Client) -> None:
    """Not another area's, nor what has no gauge; rules in shadow are neither offered nor taken."""
    shadow = PackRule("rate", "r1", "public", "flood", Text("Naik cepat", "Rising fast"))
    made.cities.note_rules(made.profile.code, (FLOOD, shadow), made.now_us)
    mine, theirs = made.nodes("gauge")[0], made.nodes("gauge")[8]
    site = made.profile.site_of(mine.node)
    assert site is not None
    chief, officer = staff(made), staff(made, "officer", agency="bpbd", regions=(site.region,))

    def enter(who: Visitor, node: str, place: str, rule: str = FLOOD.id) -> int:
        fields = {"aturan": rule, "simpul": node, "tempat": place, "tingkat": "AWAS", "waktu": "2026-01-24T08:00"}
        return post(client, who, "/luput", **fields, sumber="Foto").status_code

    assert [enter(chief, theirs.node, "Jauh"), enter(chief, "", "Entah"), enter(chief, mine.node, "Dekat")] == [303] * 3
    assert [enter(officer, theirs.node, "Bukan"), enter(officer, mine.node, "Sendiri", shadow.id)] == [400] * 2
    assert enter(officer, mine.node, "Sendiri") == 303
    seen, whole = get(client, officer, "/luput").text, get(client, chief, "/luput").text
    places = ("Jauh", "Entah", "Dekat", "Sendiri")
    assert [word for word in places if f">{word}<" in seen] == ["Dekat", "Sendiri"]
    assert [word for word in places if f">{word}<" in whole] == list(places)
    assert ("Naik cepat" in seen, "Naik cepat" in whole) == (False, True)


def test_the_list_of_misses_reads_no_incident(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """A year of them is not read for a few lines that are none of them."""
    made.cities.note_rules(made.profile.code, (FLOOD,), made.now_us)
    cities = Asked(made.cities)
    who = staff(made)
    get(serve(replace(made, cities=cities)), who, "/luput")  # type: ignore[arg-type]
    assert (cities.times["misses"], cities.times["outcomes"]) == (1, 0)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"aturan": "none"}, "aturan"),
        ({"simpul": "none"}, "simpul"),
        ({"tempat": " "}, "tempat"),
        ({"tingkat": "NORMAL"}, "tingkat"),
        ({"waktu": "2027-01-24T09:30"}, "waktu"),
        ({"sumber": ""}, "sumber"),
    ],
)
def test_a_miss_that_cannot_be_is_refused(made: Town, client: httpx.Client, wrong: dict[str, str], field: str) -> None:
    """The field is named, and what was typed stays."""
    fields = {
        "aturan": FLOOD.id, "simpul": "", "tempat": "Kricak", "tingkat": "SIAGA", "waktu": "2026-01-24T08:00",
        "sumber": "Foto", **wrong,
    }  # fmt: skip
    answer = post(client, staff(made), "/luput", **fields)
    assert answer.status_code == 400
    assert f'href="#{field}"' in answer.text
    assert list(made.cities.misses(made.profile.code, 0)) == []
