"""`/tahap`: how far rules and gauges are told, and the two people it takes to tell more."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from support.seed import Town
from support.visitors import Visitor, person, signed_in

from api.staging import OPEN_US
from contract.city import Text
from contract.clock import MINUTE_US, ManualClock
from contract.staging import PackRule
from store.people import Deed

FLOOD = PackRule("flood", "v1", "public", "flood", Text("Muka air tinggi", "High water"))
RATE = PackRule("rate", "r1", "staff", "flood", Text("Naik cepat", "Rising fast"))


@pytest.fixture
def client(made: Town, serve: Callable[..., httpx.Client]) -> httpx.Client:
    """A city with a rule of its first pack and one that came later, and two operators."""
    made.cities.note_rules(made.profile.code, (FLOOD,), made.now_us)
    made.cities.note_rules(made.profile.code, (FLOOD, RATE), made.now_us)
    return serve(made)


def operator(city: Town, account: str = "jaga-satu") -> Visitor:
    return signed_in(city, person(city, account, "operator"))


def get(client: httpx.Client, who: Visitor, path: str = "/tahap") -> httpx.Response:
    client.cookies.clear()
    return client.get(path, headers=who.sent)


def post(client: httpx.Client, who: Visitor, path: str = "/tahap", **fields: str) -> httpx.Response:
    client.cookies.clear()
    headers = {**who.sent, "origin": str(client.base_url).rstrip("/")}
    return client.post(path, headers=headers, data={"csrf": who.csrf, **fields})


def stage_of(client: httpx.Client, who: Visitor, name: str) -> str:
    items = get(client, who, "/api/v1/stages").json()["items"]
    return next(one["stage"] for one in items if one["name"] == name)


def propose(client: httpx.Client, who: Visitor, name: str = "rate", stage: str = "staff") -> str:
    """The proposal's address."""
    answer = post(client, who, jenis="rule", nama=name, tahap=stage)
    assert (answer.status_code, answer.headers["location"]) == (303, "/tahap?kabar=usul")
    found = re.search(r"/tahap/usulan/[0-9a-f]{32}", get(client, who).text)
    assert found is not None
    return found[0]


def test_two_operators_promote(made: Town, client: httpx.Client) -> None:
    """The first one cannot agree, also by hand; the second one can, once; each step is a deed."""
    first, second = operator(made), operator(made, "jaga-dua")
    address = propose(client, first)
    mine, theirs = get(client, first).text, get(client, second).text
    assert ("setuju" in mine.split(address)[1].split("</form>")[0], "batal" in mine) == (False, True)
    assert 'value="setuju"' in theirs
    refused = post(client, first, address, jawab="setuju")
    assert refused.status_code == 409
    assert "tidak dapat disetujui sendiri" in refused.text
    assert stage_of(client, second, "rate") == "shadow"
    assert post(client, second, address, jawab="setuju").headers["location"] == "/tahap?kabar=setuju"
    assert stage_of(client, second, "rate") == "staff"
    assert post(client, second, address, jawab="setuju").status_code == 404
    page = get(client, second).text
    assert "jaga-satu, jaga-dua" in page
    deeds = [row for row in made.cities.audit(made.profile.code) if row.what.startswith("stage.")]
    assert [row.what for row in deeds] == ["stage.proposed", "stage.promoted"]
    assert len({row.actor for row in deeds}) == 2
    assert deeds[1].details == {"kind": "rule", "stage": "staff", "proposed_by": deeds[0].actor}


def test_a_proposal_is_over_after_seven_days(made: Town, client: httpx.Client) -> None:
    """Then nobody is offered it, and nobody can agree to it."""
    address = propose(client, operator(made))
    assert isinstance(made.clock, ManualClock)
    made.clock.advance((OPEN_US + MINUTE_US) / 1e6)
    late = operator(made, "jaga-dua")
    assert address not in get(client, late).text
    assert post(client, late, address, jawab="setuju").status_code == 404
    assert stage_of(client, late, "rate") == "shadow"


def test_one_person_lowers_at_once_and_the_map_follows(made: Town, client: httpx.Client) -> None:
    """A gauge that is told to staff alone is on no public page."""
    who = operator(made)
    gauge = made.nodes("gauge")[0]
    assert gauge.node in client.get("/api/v1/gauges").text
    answer = post(client, who, jenis="node", nama=gauge.node, tahap="staff")
    assert answer.headers["location"] == "/tahap?kabar=turun"
    assert stage_of(client, who, gauge.node) == "staff"
    made.clock.advance(60)  # type: ignore[attr-defined]
    assert gauge.node not in client.get("/api/v1/gauges").text
    assert made.cities.audit(made.profile.code)[-1].what == "stage.lowered"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"jenis": "rule", "nama": "none", "tahap": "public"}, "sudah tidak ada"),
        ({"jenis": "rule", "nama": "rate", "tahap": "public"}, "tidak mengizinkan sejauh itu"),
        ({"jenis": "rule", "nama": "flood", "tahap": "public"}, "sudah diberitahukan sejauh itu"),
        ({"jenis": "rule", "nama": "flood", "tahap": "semua"}, "tidak mengizinkan sejauh itu"),
        ({}, "sudah tidak ada"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    made: Town, client: httpx.Client, fields: dict[str, str], sentence: str
) -> None:
    """And nothing is kept."""
    who = operator(made)
    head = made.cities.audit_head(made.profile.code)
    answer = post(client, who, **fields)
    assert answer.status_code == 409
    assert sentence in answer.text.lower()
    assert made.cities.audit_head(made.profile.code) == head


def test_who_proposed_and_was_shut_out_promotes_nothing(made: Town, client: httpx.Client) -> None:
    """A stolen account that proposes is no first of two."""
    address = propose(client, operator(made))
    thief = person(made, "jaga-satu", "operator")
    deed = Deed("system", "person.disabled", thief.id, made.now_us)
    made.cities.put_person(replace(thief, disabled_us=made.now_us), deed)
    answer = post(client, operator(made, "jaga-dua"), address, jawab="setuju")
    assert answer.status_code == 409
    assert "sudah tidak berwenang" in answer.text


def test_the_page_says_what_changed_and_who_signed(made: Town, client: httpx.Client) -> None:
    """In both languages; found by a word and by a stage; empty where nothing fits."""
    who = operator(made)
    made.cities.note_rules(made.profile.code, (replace(FLOOD, version="v2"), RATE), made.now_us)
    page = get(client, who, "/tahap?cari=muka&tahap=staff").text
    assert "syaratnya berubah sejak disetujui" in page
    assert "penyusun paket, pemeriksa paket" in page
    assert "Naik cepat" not in page
    assert "High water" in get(client, who, "/tahap?cari=muka&lang=en").text
    assert "Tidak ada yang cocok" in get(client, who, "/tahap?cari=tidak-ada").text
    withdrawn = propose(client, who, "flood", "public")
    assert post(client, who, withdrawn, jawab="batal").headers["location"] == "/tahap?kabar=batal"
    assert stage_of(client, who, "flood") == "staff"
