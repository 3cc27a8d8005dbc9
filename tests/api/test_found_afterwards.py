"""What was found afterwards, as people see it: on `/luput`, `/penilaian` and `/ketepatan`, and nowhere as an alarm."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from support.seed import Town
from support.visitors import Visitor, person, signed_in, stranger

from contract.city import Text
from contract.incident import Incident
from contract.levels import Level
from contract.staging import PackRule

FLOOD = PackRule("river_level", "v1", "public", "flood", Text("Muka air tinggi", "High water"))


@pytest.fixture
def found(made: Town) -> Incident:
    """A crest at SIAGA, an hour ago, of the first gauge."""
    made.cities.note_rules(made.profile.code, (FLOOD,), made.now_us)
    return made.find_flood(made.nodes("gauge")[0], Level.SIAGA, 180.0)


@pytest.fixture
def client(made: Town, found: Incident, serve: Callable[..., httpx.Client]) -> httpx.Client:
    return serve(made)


def staff(city: Town, role: str = "operator", **how: object) -> Visitor:
    return signed_in(city, person(city, f"{role}-satu", role, **how))  # type: ignore[arg-type]


def get(client: httpx.Client, who: Visitor, path: str) -> httpx.Response:
    client.cookies.clear()
    return client.get(path, headers=who.sent)


def judge(client: httpx.Client, who: Visitor, of: Incident, verdict: str) -> int:
    client.cookies.clear()
    headers = {**who.sent, "origin": str(client.base_url).rstrip("/")}
    fields = {"csrf": who.csrf, "putusan": verdict, "alasan": "Rekaman alat"}
    return client.post(f"/penilaian/{of.id}", headers=headers, data=fields).status_code


def missed(client: httpx.Client, who: Visitor) -> list[tuple[int, int, int]]:
    """(missed, false alarms, not yet judged) of every line."""
    items = get(client, who, "/api/v1/accuracy").json()["items"]
    return [(one["missed"], one["false_alarms"], one["not_yet_judged"]) for one in items]


def test_it_is_listed_with_its_times_and_why_nobody_was_told(made: Town, client: httpx.Client, found: Incident) -> None:
    """Gauge, worst level, from when until when, when its readings came; in both languages."""
    who = staff(made)
    pages = {lang: get(client, who, f"/luput?lang={lang}").text for lang in ("id", "en")}
    for lang, (head, why) in {
        "id": ("Ditemukan kemudian", "Tidak diberitahukan: bacaannya baru tiba"),
        "en": ("Found afterwards", "It was not told: its readings came only at"),
    }.items():
        section = pages[lang][pages[lang].index(head) :]
        for word in (made.nodes("gauge")[0].name, "siaga" if lang == "id" else "", why, f"/penilaian/{found.id}"):
            assert word.lower() in section.lower(), (lang, word)
        assert re.search(r"09[.:]01.{1,40}09[.:]59", section), section
    assert "Tidak ada yang ditemukan kemudian" not in pages["id"]


def test_where_nothing_was_found_it_says_so(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """An empty list is words."""
    assert "Tidak ada yang ditemukan kemudian" in get(serve(made), staff(made), "/luput").text


def test_it_counts_as_missed_for_everybody_until_it_is_judged_wrong(
    made: Town, client: httpx.Client, found: Incident
) -> None:
    """Also before anybody has judged it; what was not so is neither a miss nor a false alarm. Late it cannot be."""
    who = staff(made)
    assert missed(client, who) == [(1, 0, 0)]
    assert missed(client, stranger()) == [(1, 0, 0)], "the public was owed the word"
    assert judge(client, who, found, "late") == 400
    assert judge(client, who, found, "right") == 303
    assert missed(client, who) == [(1, 0, 0)]
    assert "Dinilai benar, dihitung luput" in get(client, who, "/luput").text
    made.clock.advance(60)  # type: ignore[attr-defined]
    assert judge(client, who, found, "wrong") == 303
    assert missed(client, who) == []
    assert "Dinilai salah, tidak dihitung" in get(client, who, "/luput").text


def test_the_verdicts_on_it_are_other_ones(made: Town, client: httpx.Client, found: Incident) -> None:
    """It was so and was missed, or it was not so: nothing about in time or too late."""
    page = get(client, staff(made), f"/penilaian/{found.id}").text
    assert re.findall(r'name="putusan" value="(\w+)"', page) == ["right", "wrong"]
    assert "memang terjadi, dan luput" in page
    assert "bacaannya baru tiba" in page
    assert "Ditemukan kemudian" in get(client, staff(made), "/penilaian").text


def test_an_officer_judges_it_in_their_own_area_and_never_what_was_in_shadow(
    made: Town, client: httpx.Client, found: Incident
) -> None:
    """It has no case; whoever could enter a miss at that gauge may judge it."""
    hidden = made.find_flood(made.nodes("gauge")[0], Level.AWAS, 200.0, minutes_ago=500, owed="shadow")
    site, far = (made.profile.site_of(made.nodes("gauge")[i].node) for i in (0, 8))
    assert site is not None
    assert far is not None
    mine = staff(made, "officer", agency="bpbd", regions=(site.region,))
    other = signed_in(made, person(made, "jauh", "officer", agency="bpbd", regions=(far.region,)))
    for who, sees in ((mine, True), (other, False)):
        for path in ("/luput", "/penilaian"):
            page = get(client, who, path).text
            assert (found.id in page) is sees
            assert hidden.id not in page
    assert judge(client, other, found, "wrong") == 404
    assert judge(client, mine, hidden, "wrong") == 404
    assert judge(client, mine, found, "wrong") == 303


def test_it_is_no_alarm_and_says_so_among_those_that_are_over(
    made: Town, client: httpx.Client, found: Incident
) -> None:
    """Not open on the console or for programs, not on any page of the public's."""
    who = staff(made)
    assert get(client, who, "/api/v1/alarms").json()["items"] == []
    (over,) = get(client, who, "/api/v1/alarms?state=resolved").json()["items"]
    assert (over["id"], over["state"]) == (found.id, "resolved")
    assert over["found_afterwards"] is not None
    assert found.id not in get(client, who, "/operator").text
    assert "bacaannya baru tiba" in get(client, who, f"/operator?keadaan=resolved&pilih={found.id}").text
    for path in ("/", "/sungai", f"/sungai/{found.node}", "/kasus", "/api/v1/incidents"):
        assert found.id not in get(client, stranger(), path).text, path
