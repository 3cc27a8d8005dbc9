"""`/latihan`: a drill is begun and ended there, and seen nowhere else as if it were life."""

from __future__ import annotations

import httpx
from support.bulletins import bulletin
from support.seed import Town
from support.visitors import Visitor, person, signed_in

from contract.clock import HOUR_US, MINUTE_US
from contract.levels import Level
from store.ports import EngineCommit

BAND = "LATIHAN, bukan kejadian nyata"
FORM = {"simpul": "jog-gauge-05", "tingkat": "1", "cm": "320"}


def ask(client: httpx.Client, who: Visitor, method: str, path: str, **form: str) -> httpx.Response:
    """As this person's browser asks."""
    data = {"csrf": who.csrf, **form} if method == "POST" else None
    client.cookies.clear()
    headers = {**who.sent, "origin": str(client.base_url).rstrip("/")}
    return client.request(method, path, headers=headers, data=data, follow_redirects=False)


def told(made: Town, *kinds: str, ago_us: int = MINUTE_US, drill: bool = True) -> None:
    """The engine has told this drill."""
    lease = made.cities.lease(made.profile.code, "uji", made.now_us, 60)
    assert lease is not None
    rows = [
        bulletin(
            number, of="latihan-1", city=made.profile.code, kind=kind, drill=drill, event="", node="jog-gauge-05",
            at_us=made.now_us - ago_us, crossed_us=made.now_us - ago_us, level=Level.AWAS,
            text={"id": f"{BAND}. AWAS. ({kind})", "en": f"DRILL, not a real event. DANGER. ({kind})"},
        )
        for number, kind in enumerate(kinds, start=1)
    ]  # fmt: skip
    made.cities.commit(lease, EngineCommit(bulletins=rows))
    made.cities.release(lease)


def test_a_drill_is_begun_and_ended_by_a_form(made: Town, serve) -> None:
    """By an officer of the agency that signs; the rows are the engine's to follow."""
    one = signed_in(made, person(made, "siti", "officer", agency="bpbd"))
    client = serve(made)
    page = ask(client, one, "GET", "/latihan").text
    assert BAND in page
    assert 'class="drill"' in page
    assert ask(client, one, "POST", "/latihan", **FORM).status_code == 303
    (begun,) = made.cities.decisions(made.profile.code)
    assert (begun.kind, dict(begun.body)) == ("drill", {"node": "jog-gauge-05", "level": 1, "value_cm": 320.0})
    assert ask(client, one, "POST", f"/latihan/{begun.id}/akhiri").status_code == 303
    assert [one.kind for one in made.cities.decisions(made.profile.code)] == ["drill", "end_drill"]


def test_what_will_not_do_is_said_and_kept_in_the_form(made: Town, serve) -> None:
    """A level without a figure, a gauge that is none, somebody whose agency signs nothing."""
    client = serve(made)
    operator = signed_in(made, person(made, "ani", "operator"))
    refused = ask(client, operator, "POST", "/latihan", **FORM | {"cm": "tinggi"})
    assert (refused.status_code, 'value="tinggi"' in refused.text) == (400, True)
    assert ask(client, operator, "POST", "/latihan", **FORM | {"tingkat": "4"}).status_code == 400
    assert ask(client, operator, "POST", "/latihan", **FORM | {"simpul": "entah"}).status_code == 409
    other = signed_in(made, person(made, "budi", "officer", agency="dishub"))
    page = ask(client, other, "GET", "/latihan").text
    assert "oleh petugas dinas yang menandatangani" in page
    assert ask(client, other, "POST", "/latihan", **FORM).status_code == 409
    assert made.cities.decisions(made.profile.code) == []


def test_no_live_page_shows_a_drill(made: Town, serve) -> None:
    """Only its own page does, while it goes on and after; programs must ask for it."""
    told(made, "fact", "order")
    client = serve(made)
    operator = signed_in(made, person(made, "ani", "operator"))
    page = ask(client, operator, "GET", "/latihan").text
    assert "Sedang berlangsung" in page
    for address in ("/", "/sungai", "/sungai/jog-gauge-05", "/s/jog-gauge-05", "/kasus", "/api/v1/bulletins"):
        assert BAND not in client.get(address).text, address
    assert BAND in client.get("/api/v1/bulletins?drill=true").text


def test_a_drill_that_ended_or_grew_old_is_not_going_on(made: Town, serve) -> None:
    """By its last word, or after two hours."""
    told(made, "fact", ago_us=3 * HOUR_US)
    client = serve(made)
    operator = signed_in(made, person(made, "ani", "operator"))
    page = ask(client, operator, "GET", "/latihan").text
    assert "Tidak ada latihan yang berlangsung." in page
    assert "Latihan dalam sehari terakhir" in page


def test_a_program_of_the_office_begins_and_ends_one(made: Town, serve) -> None:
    """The same rows as the form's, asked twice decided once; what it told is listed, and a wrong word is a sentence."""
    one = signed_in(made, person(made, "siti", "officer", agency="bpbd"))
    client = serve(made)
    sent = {**one.sent, "origin": str(client.base_url).rstrip("/"), "x-csrf-token": one.csrf}
    asked = {"node": "jog-gauge-05", "level": "AWAS", "value_cm": 320, "once": "a1"}
    begun = [client.post("/api/v1/drills", headers=sent, json=asked) for _ in range(2)]
    assert [answer.status_code for answer in begun] == [201, 201]
    assert begun[0].json()["id"] == begun[1].json()["id"]
    (kept,) = made.cities.decisions(made.profile.code)
    assert dict(kept.body) == {"node": "jog-gauge-05", "level": 1, "value_cm": 320.0}
    told(made, "fact", "order")
    (listed,) = client.get("/api/v1/drills").json()["items"]
    assert (listed["id"], listed["level"], listed["running"]) == ("latihan-1", "AWAS", True)
    assert len(listed["bulletins"]) == 2
    assert client.delete(f"/api/v1/drills/{kept.id}", headers=sent).status_code == 200
    assert client.delete("/api/v1/drills/nobody", headers=sent).status_code == 404
    for field, wrong in (("level", "NORMAL"), ("node", "no-gauge"), ("value_cm", "tall")):
        answer = client.post("/api/v1/drills", headers=sent, json=asked | {"once": "", field: wrong})
        assert answer.status_code in {400, 404, 409, 422}, answer.text
        assert answer.json()["detail"]
