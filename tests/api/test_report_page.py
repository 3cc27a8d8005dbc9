"""`/lapor`: a resident reports without an account, and the telephone is taken down on the same form."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from support.seed import Town
from support.visitors import Visitor, person, signed_in, stranger

from complaints.intake import Intake, Said
from contract.city import Attribute, Choice, Datatype, Text

Serve = Callable[..., httpx.Client]
KEY = "0123456789abcdef" * 2
GOOD = {
    "kunci": KEY,
    "jenis": "lampu-jalan",
    "tempat": "r:34.71.05.1001",
    "cerita": "Lampu padam di depan masjid. Hubungi 0812-3456-7890, mobil AB 1234 CD menabrak tiang.",
    "nama": "Bu Sri",
    "kontak": "0812 3456 7890",
}


def words(page: httpx.Response) -> str:
    """What a reader reads."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2].partition("</main>")[0]).split())


def send(client: httpx.Client, who: Visitor, path: str = "/lapor", **data: str) -> httpx.Response:
    client.cookies.clear()
    headers = {**who.sent, "origin": str(client.base_url).rstrip("/")}
    return client.post(path, headers=headers, data={"csrf": who.csrf, **data})


def test_a_resident_reports_without_an_account(made: Town, serve: Serve) -> None:
    """One form, one number, a page of their own; the public reads neither who it was nor what they wrote."""
    client, who = serve(made), stranger()
    sent = send(client, who, **GOOD)
    assert sent.status_code == 303
    assert sent.headers["location"] == f"/lapor/{KEY}"
    (case,) = made.cities.find_cases(made.profile.code).cases
    own = client.get(sent.headers["location"])
    assert case.number in words(own)
    assert "depan masjid" in words(own)
    assert own.headers["cache-control"] == "private, no-store"
    public = client.get(f"/kasus/{case.number}").text
    assert "masjid" not in public
    assert "Bu Sri" not in public
    assert send(client, who, **GOOD).headers["location"] == f"/lapor/{KEY}"
    assert len(made.cities.reports(case.number)) == 1


def test_neighbours_are_told_that_it_is_known(made: Town, serve: Serve) -> None:
    """It is one case, and the second one reads so."""
    client, who = serve(made), stranger()
    send(client, who, **GOOD)
    send(client, who, **{**GOOD, "kunci": "f" * 32, "kontak": "0813"})
    assert "1 orang lain melaporkan hal yang sama" in words(client.get(f"/lapor/{'f' * 32}"))
    assert made.cities.find_cases(made.profile.code).total == 1


def test_who_reports_a_second_place_at_once_waits(made: Town, serve: Serve) -> None:
    """It is kept, its page says that an officer reads it first, and no number is claimed."""
    client, who = serve(made), stranger()
    send(client, who, **GOOD)
    send(client, who, **{**GOOD, "kunci": "e" * 32, "tempat": "r:34.71.02.1001"})
    assert "menunggu dibaca petugas" in words(client.get(f"/lapor/{'e' * 32}"))
    assert [one.text for one in made.cities.aside(made.profile.code)] == [GOOD["cerita"]]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"jenis": ""}, "Pilih tentang apa"),
        ({"tempat": ""}, "Pilih kelurahan, atau"),
        ({"lat": "3.59", "lon": "98.67"}, "di luar kota ini"),
        ({"lat": "nan", "lon": "nan"}, "di luar kota ini"),
        ({"cerita": "   "}, "Tulis apa yang terjadi"),
        ({"cerita": "x" * 4_001}, "Tulis apa yang terjadi"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(
    made: Town, serve: Serve, changed: dict[str, str], says: str
) -> None:
    """One sentence at its field, and what was typed stands in the form."""
    answer = send(serve(made), stranger(), **{**GOOD, **changed})
    assert answer.status_code == 400
    assert says in words(answer)
    assert 'value="Bu Sri"' in answer.text
    assert made.cities.find_cases(made.profile.code, public_only=False).total == 0


def test_a_category_asks_what_its_officers_need(made: Town, serve: Serve) -> None:
    """Shown for the category that is chosen, also by a browser without scripts; kept, and shown to who answered."""
    client, who = serve(made), stranger()
    flood = {**GOOD, "jenis": "banjir"}
    asked = send(client, who, **flood, tanya="1")
    assert asked.status_code == 200
    assert re.search(r'<fieldset data-jenis="banjir"><legend class="sr">Tentang', asked.text)
    assert re.search(r'<fieldset data-jenis="lampu-jalan" hidden disabled>', asked.text)
    assert made.cities.find_cases(made.profile.code).total == 0
    wrong = send(client, who, **flood, **{"attribute[kedalaman]": "setinggi rumah"})
    assert wrong.status_code == 400
    assert "Jawaban ini belum bisa dipakai" in words(wrong)
    assert 'href="#banjir-kedalaman"' in wrong.text
    sent = send(client, who, **flood, **{"attribute[kedalaman]": "lutut", "attribute[nomor-tiang]": "7"})
    (case,) = made.cities.find_cases(made.profile.code).cases
    (report,) = made.cities.reports(case.number)
    assert report.attributes == {"kedalaman": ["lutut"]}
    assert "Sedalam apa airnya? Lutut" in words(client.get(sent.headers["location"]))


def test_a_question_that_must_be_answered_is_asked_again(city_in: Callable[[str], Town], serve: Serve) -> None:
    """And one of each kind is taken as Open311 takes it; a time without a zone is the city's."""
    made = city_in("nothing")
    text = Text("Apa?", "What?")
    several = (Choice("a", text), Choice("b", text))
    kinds: list[tuple[str, Datatype, bool]] = [
        ("satu", "string", True), ("angka", "number", False), ("kapan", "datetime", False),
        ("uraian", "text", False), ("beberapa", "multivaluelist", False),
    ]  # fmt: skip
    asked = tuple(
        Attribute(code, kind, text, required, order, several if kind.endswith("list") else ())
        for order, (code, kind, required) in enumerate(kinds)
    )
    categories = tuple(
        replace(one, attributes=asked) if one.code == GOOD["jenis"] else one for one in made.profile.categories
    )
    client, who = serve(replace(made, profile=replace(made.profile, categories=categories))), stranger()
    again = send(client, who, **GOOD, **{"attribute[uraian]": "tetap <di sini>"})
    assert again.status_code == 400
    assert "Jawab juga pertanyaan ini" in words(again)
    assert 'href="#lampu-jalan-satu"' in again.text
    assert "tetap &lt;di sini&gt;</textarea>" in again.text
    answers = {"satu": "x", "angka": "3", "kapan": "2026-01-24T10:00", "beberapa": ["a", "b"]}
    data = {"csrf": who.csrf, **GOOD, **{f"attribute[{code}]": said for code, said in answers.items()}}
    client.cookies.clear()
    headers = {**who.sent, "origin": str(client.base_url).rstrip("/")}
    assert client.post("/lapor", headers=headers, data=data).status_code == 303
    (case,) = made.cities.find_cases(made.profile.code).cases
    (report,) = made.cities.reports(case.number)
    assert report.attributes == {
        "satu": ["x"], "angka": ["3"], "kapan": ["2026-01-24T10:00:00+07:00"], "beberapa": ["a", "b"],
    }  # fmt: skip


def test_the_place_of_a_phone_is_closer_than_a_kelurahan(made: Town, serve: Serve) -> None:
    """The region is found from it."""
    site = made.profile.site_of(made.nodes("gauge")[0].node)
    assert site is not None
    send(serve(made), stranger(), **{**GOOD, "lat": f"{site.lat:.5f}", "lon": f"{site.lon:.5f}"})
    (case,) = made.cities.find_cases(made.profile.code).cases
    assert (round(case.lat, 5), case.region) == (round(site.lat, 5), site.region)


def test_emoji_and_right_to_left_names_arrive_as_they_were_written(made: Town, serve: Serve) -> None:
    """Whatever people call themselves."""
    name, text = "\u0645\u062d\u0645\u062f \U0001f30a\u200f", "\U0001f30a\U0001f30a banjir \U0001d525"
    client = serve(made)
    send(client, stranger(), **{**GOOD, "nama": name, "cerita": text})
    (case,) = made.cities.find_cases(made.profile.code).cases
    (report,) = made.cities.reports(case.number)
    assert (report.name, report.text) == (name, text)
    assert text in words(client.get(f"/lapor/{KEY}"))


def test_a_secret_report_is_seen_by_its_office_alone(made: Town, serve: Serve) -> None:
    """The reporter's page says where it stands and links nowhere; nobody else finds it."""
    client = serve(made)
    send(client, stranger(), **{**GOOD, "rahasia": "1"})
    assert made.cities.find_cases(made.profile.code).total == 0
    (case,) = made.cities.find_cases(made.profile.code, public_only=False).cases
    assert f"/kasus/{case.number}" not in client.get(f"/lapor/{KEY}").text
    assert client.get(f"/kasus/{case.number}").status_code == 404


def test_what_is_about_an_office_is_not_seen_by_it(made: Town, serve: Serve) -> None:
    """It goes to the inspectorate at once, a case of its own also beside one that is known; the office neither finds it
    nor is handed it, and what waited aside takes the same road when it is let go."""
    client, who = serve(made), stranger()
    send(client, who, **GOOD)
    (known,) = made.cities.find_cases(made.profile.code).cases
    about = {**GOOD, "kunci": "f" * 32, "kontak": "0899", "tentang-dinas": "1", "cerita": "Petugasnya minta uang."}
    send(client, who, **about)
    (case,) = [one for one in made.cities.find_cases(made.profile.code, public_only=False).cases if not one.public]
    assert case.agency == made.profile.inspectorate != known.agency
    office = signed_in(made, person(made, "dinas", "officer", agency=known.agency))
    for path in (f"/petugas/{case.number}", f"/kasus/{case.number}", f"/api/v1/cases/{case.number}"):
        client.cookies.clear()
        assert client.get(path, headers=office.sent).status_code == 404
    client.cookies.clear()
    assert case.number not in client.get("/petugas", headers=office.sent).text
    inspector = signed_in(made, person(made, "inspektur", "officer", agency=case.agency))
    client.cookies.clear()
    assert "tentang dinasnya sendiri" in words(client.get(f"/petugas/{case.number}", headers=inspector.sent))
    back = {"aksi": "serahkan", "kunci": "b", "dinas": known.agency, "isi": "Urusan Anda."}
    refused = send(client, inspector, f"/petugas/{case.number}", **back)
    assert refused.status_code == 400
    assert "melaporkan dinas itu sendiri" in words(refused)
    send(client, who, **{**about, "kunci": "e" * 32, "tempat": "r:34.71.02.1001"})
    (waits,) = made.cities.aside(made.profile.code)
    let_go = Intake(made.cities, made.profile).release(waits, made.now_us).case
    assert let_go is not None
    assert (let_go.agency, let_go.public) == (made.profile.inspectorate, False)


def test_a_call_is_taken_down_and_the_known_case_is_offered(made: Town, serve: Serve) -> None:
    """The operator chooses what is known, and it is a report of that case; else it is a new one, and opens at once."""
    operator = signed_in(made, person(made, "siti", "operator"))
    client = serve(made)
    first = send(client, operator, **GOOD)
    assert first.headers["location"].startswith("/petugas/")
    number = first.headers["location"].rpartition("/")[2]
    client.cookies.clear()
    form = client.get("/lapor", headers=operator.sent)
    offered = f'<input type="radio" name="sama" value="{number}">'
    assert offered in form.text
    near = client.get(f"/lapor?wilayah={GOOD['tempat'][2:]}", headers=operator.sent).text
    assert offered in near
    assert "gabungkan?" in near
    client.cookies.clear()
    assert 'name="sama"' not in client.get(f"/lapor?wilayah={GOOD['tempat'][2:]}").text, "residents are told nothing"
    far = client.get("/lapor?wilayah=34.71.14", headers=operator.sent).text
    assert offered not in far
    again = send(client, operator, kunci="c" * 32, sama=number, cerita="Penelepon lain: masih padam.")
    assert again.headers["location"].endswith(number)
    assert [one.source for one in made.cities.reports(number)] == ["phone", "phone"]
    for n in range(6):
        send(client, operator, **{**GOOD, "kunci": f"{n:032x}", "tempat": f"r:34.71.0{n + 1}"})
    assert made.cities.aside(made.profile.code) == []


def test_what_everybody_may_read_names_nobody(made: Town, serve: Serve) -> None:
    """The officer finds the words without numbers and plates, and even what they leave in is masked."""
    send(serve(made), stranger(), **GOOD)
    (case,) = made.cities.find_cases(made.profile.code).cases
    officer = signed_in(made, person(made, "budi", "officer", agency=case.agency))
    client = serve(made)
    client.cookies.clear()
    form = client.get(f"/petugas/{case.number}", headers=officer.sent).text
    prefilled = re.search(r'id="isi-periksa"[^>]*>([^<]*)', form)
    assert prefilled is not None
    assert "masjid" in prefilled[1]
    assert "0812" not in prefilled[1]
    send(client, officer, f"/petugas/{case.number}", aksi="periksa", kunci="t", isi=GOOD["cerita"])
    kept = made.cities.case(case.number)
    assert kept is not None
    assert "masjid" in kept.description["id"]
    assert not re.search("0812|1234", kept.description["id"])


def test_fifty_accounts_fill_no_queue(made: Town, serve: Serve) -> None:
    """Each of them sends four; an officer has fifty to look at, and no warning came of it."""
    intake = Intake(made.cities, made.profile)
    for account in range(50):
        for n in range(4):
            said = Said(
                f"{account}/{n}", "web", "banjir", -7.70 - account * 0.003, 110.30 + n * 0.02, "34.71.05.1001",
                f"BANJIR BESAR {n}", account=f"spam-{account}",
            )  # fmt: skip
            intake.take(said, made.now_us + n)
    assert made.cities.find_cases(made.profile.code).total <= 50
    assert list(made.cities.bulletins_since(made.profile.code, 0)) == []


def test_what_waits_aside_is_let_go_or_thrown_away(made: Town, serve: Serve) -> None:
    """By the command centre: what is true becomes a case under the reporter's own address, the rest is emptied."""
    client, who = serve(made), stranger()
    send(client, who, **GOOD)
    for n, key in enumerate(("e" * 32, "d" * 32)):
        send(client, who, **{**GOOD, "kunci": key, "tempat": f"r:34.71.0{n + 2}.1001", "cerita": f"Lampu lain {n}"})
    operator = signed_in(made, person(made, "siti", "operator"))
    client.cookies.clear()
    page = client.get("/petugas/samping", headers=operator.sent)
    assert "Lampu lain 0" in words(page)
    later, earlier = made.cities.aside(made.profile.code)
    gone = send(client, operator, "/petugas/samping", laporan=later.id, aksi="buang")
    assert gone.headers["location"] == "/petugas/samping?kabar=buang"
    let_go = send(client, operator, "/petugas/samping", laporan=earlier.id, aksi="lepas")
    assert let_go.headers["location"].startswith("/petugas/YOG-")
    assert made.cities.aside(made.profile.code) == []
    assert made.cities.find_cases(made.profile.code).total == 2
    assert let_go.headers["location"].rpartition("/")[2] in words(client.get(f"/lapor/{earlier.key[4:]}"))


def test_who_looks_for_something_else_is_shown_the_way(made: Town, serve: Serve) -> None:
    """The city's own links, below the form; the only addresses of another house on the page."""
    page = serve(made).get("/lapor?lang=en").text
    assert [("Business licences (OSS)" in page), ("JSS" in page)] == [True, True]
    assert re.findall(r'(?:src|href)="(https?://[^"]+)', page) == [one.url for one in made.profile.links]
