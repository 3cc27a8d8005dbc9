"""`/petugas`: an officer's inbox, and a case as those who work on it see it."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from support.seed import Town
from support.visitors import Visitor, person, signed_in

from complaints.intake import Intake, Said
from contract.clock import DAY_US, HOUR_US
from contract.levels import Level
from store.cases import Case

Serve = Callable[..., httpx.Client]
HERE = "34.71.05.1001"


def reported(
    made: Town, key: str, *, ago_us: int = 0, category: str = "banjir", lat: float = -7.78, **more: str
) -> Case:
    """A case that a resident made."""
    said = Said(
        key, "web", category, lat, 110.37, HERE, f"Air masuk rumah {key}", name="Bu Sri", contact="0812", **more
    )
    taken = Intake(made.cities, made.profile).take(said, made.now_us - ago_us)
    assert taken.case is not None
    return taken.case


@pytest.fixture
def agency(made: Town) -> str:
    return reported(made, "first").agency


@pytest.fixture
def officer(made: Town, agency: str) -> Visitor:
    return signed_in(made, person(made, "petugas", "officer", agency=agency))


def words(page: httpx.Response) -> str:
    """What a reader reads."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2].partition("</main>")[0]).split())


def ask(client: httpx.Client, who: Visitor, path: str = "/petugas") -> httpx.Response:
    client.cookies.clear()
    return client.get(path, headers=who.sent)


def do(client: httpx.Client, who: Visitor, number: str, action: str, **more: str) -> httpx.Response:
    client.cookies.clear()
    data = {"csrf": who.csrf, "aksi": action, "kunci": more.pop("kunci", action), **more}
    headers = {**who.sent, "origin": str(client.base_url).rstrip("/")}
    return client.post(f"/petugas/{number}", headers=headers, data=data)


def test_what_presses_stands_on_top(made: Town, serve: Serve, officer: Visitor) -> None:
    """Overdue first, then what is due today; each with its place, its age against the promise, and who has it."""
    late = reported(made, "late", ago_us=2 * DAY_US, lat=-7.80)
    page = ask(serve(made), officer)
    text = words(page)
    assert text.index("Lewat tenggat") < text.index("Dalam 24 jam")
    assert page.text.index(late.number) < page.text.index("-000001")
    assert "1 laporan warga" in text
    assert "belum diambil" in text
    assert "2 kasus menunggu" in text


def test_an_inbox_without_cases_says_so(made: Town, serve: Serve, officer: Visitor) -> None:
    """Nothing of one's own is no empty table, and leads back to everything."""
    page = ask(serve(made), officer, "/petugas?milik=saya")
    assert "Belum ada kasus yang Anda ambil." in words(page)
    other = signed_in(made, person(made, "lain", "officer", agency="damkar"))
    assert "Tidak ada kasus yang menunggu." in words(ask(serve(made), other))
    homeless = signed_in(made, person(made, "tanpa-dinas", "officer"))
    assert ask(serve(made), homeless).status_code == 403


def test_who_works_on_it_reads_what_residents_said(made: Town, serve: Serve, officer: Visitor) -> None:
    """The words and the contact; of somebody who wants to be nobody only the words. The public reads neither."""
    case = reported(made, "named", lat=-7.81)
    client = serve(made)
    assert "Air masuk rumah named" in words(ask(client, officer, f"/petugas/{case.number}"))
    assert "Bu Sri · 0812" in words(ask(client, officer, f"/petugas/{case.number}"))
    hushed = Said("hush", "web", "banjir", -7.82, 110.37, HERE, "Diam", name="Pak Joko", contact="0813", anonymous=True)
    nobody = Intake(made.cities, made.profile).take(hushed, made.now_us).case
    assert nobody is not None
    text = words(ask(client, officer, f"/petugas/{nobody.number}"))
    assert "tanpa nama" in text
    assert "0813" not in text
    client.cookies.clear()
    public = client.get(f"/kasus/{case.number}").text
    assert "Air masuk" not in public
    assert "0812" not in public


def test_a_case_is_worked_on_from_the_phone(made: Town, serve: Serve, officer: Visitor) -> None:
    """Taken, answered with a ready sentence, noted for staff, done: each is a line; staff's own are not public."""
    case = reported(made, "work", lat=-7.81)
    client = serve(made)
    took = do(client, officer, case.number, "ambil")
    assert took.status_code == 303
    assert "Kasus ini milik Anda sekarang." in words(ask(client, officer, took.headers["location"]))
    do(client, officer, case.number, "jawab", kalimat="on_the_way")
    do(client, officer, case.number, "jawab", kunci="b", isi="Telepon dulu", dalam="1")
    do(client, officer, case.number, "ubah", keadaan="fixed", isi="Sudah kering.")
    kept = made.cities.case(case.number)
    assert kept is not None
    assert (kept.state, kept.answered_us) == ("done", made.now_us)
    lines = [line.text["id"] for line in made.cities.updates(case.number, inner=True)]
    assert lines[1:] == ["Sedang diperiksa petugas.", "Petugas menuju lokasi.", "Telepon dulu", "Sudah kering."]
    client.cookies.clear()
    public = client.get(f"/kasus/{case.number}").text
    assert "Petugas menuju lokasi." in public
    assert "Telepon dulu" not in public
    client.cookies.clear()
    assert "Telepon dulu" not in client.get(f"/api/v1/cases/{case.number}").text
    deeds = [(row.what, row.object) for row in made.cities.audit(made.profile.code) if row.what == "case.worked"]
    assert deeds == [("case.worked", case.number)] * 4


def test_a_form_that_is_sent_twice_happens_once(made: Town, serve: Serve, officer: Visitor) -> None:
    """A phone that does not know whether it arrived sends again; the thread has one line."""
    case = reported(made, "twice", lat=-7.81)
    client = serve(made)
    for _ in range(3):
        assert do(client, officer, case.number, "jawab", kunci="same", isi="Ya").status_code == 303
    assert len(made.cities.updates(case.number)) == 2


def test_a_colleague_was_faster(made: Town, serve: Serve, officer: Visitor) -> None:
    """What they did is read, what one wrote is still in the form."""
    case = reported(made, "race", lat=-7.81)
    client = serve(made)
    seen = str(case.updated_us)
    assert do(client, officer, case.number, "ubah", keadaan="fixed", isi="Beres.", dilihat=seen).status_code == 303
    late = do(client, officer, case.number, "jawab", isi="Kami tidak menemukannya", dilihat=seen)
    assert late.status_code == 409
    assert "Orang lain baru saja mengubah kasus ini." in words(late)
    assert len(made.cities.updates(case.number)) == 2


def test_a_done_under_high_water_is_opened_again(made: Town, serve: Serve) -> None:
    """The officer is told at once that the sensors do not agree."""
    node = made.nodes("gauge")[0]
    _, event = made.open_flood(node, Level.SIAGA, 200.0)
    case = made.file(event, node, "banjir", {"id": "Banjir", "en": "Flood"})
    officer = signed_in(made, person(made, "petugas", "officer", agency=case.agency))
    client = serve(made)
    done = do(client, officer, case.number, "ubah", keadaan="fixed", isi="Sudah surut.")
    assert "sensor belum aman" in words(ask(client, officer, done.headers["location"]))
    kept = made.cities.case(case.number)
    assert kept is not None
    assert (kept.state, kept.escalated) == ("checked", 1)


def test_the_citys_own_answers_are_said_in_the_readers_language(made: Town, serve: Serve) -> None:
    """Offered at the cases that they are for, filled in from the case, read by residents in Indonesian or English."""
    case = reported(made, "hole", category="jalan", lat=-7.81)
    officer = signed_in(made, person(made, "petugas", "officer", agency=case.agency))
    client = serve(made)
    form = ask(client, officer, f"/petugas/{case.number}").text
    assert 'value="kota/tambal-sementara"' in form
    assert 'value="kota/dahan"' not in form
    do(client, officer, case.number, "jawab", kunci="r", kalimat="kota/ke-lokasi-hari-ini")
    *_, line = made.cities.updates(case.number)
    assert line.text["id"].startswith("Terima kasih. Petugas Dinas Pekerjaan Umum")
    assert line.text["id"].endswith(f"ke Sosromenduran hari ini; kabar berikutnya di kasus {case.number}.")
    assert f"today; more in case {case.number}." in line.text["en"]
    client.cookies.clear()
    assert "today; more in case" in words(client.get(f"/kasus/{case.number}?lang=en"))
    assert do(client, officer, case.number, "jawab", kunci="s", kalimat="kota/dahan").status_code == 400


def test_what_is_handed_over_is_no_longer_ones_own(made: Town, serve: Serve, officer: Visitor, agency: str) -> None:
    """It leads back to the inbox, and the other office has it with the same due time."""
    case = reported(made, "over", lat=-7.81)
    other = next(one.code for one in made.profile.agencies if one.code != agency)
    client = serve(made)
    answer = do(client, officer, case.number, "serahkan", dinas=other, isi="Bukan kami.")
    assert answer.headers["location"] == "/petugas?kabar=serahkan"
    assert ask(client, officer, f"/petugas/{case.number}").status_code == 404
    theirs = signed_in(made, person(made, "lain", "officer", agency=other))
    assert case.number in ask(client, theirs).text
    kept = made.cities.case(case.number)
    assert kept is not None
    assert kept.finish_due_us == case.finish_due_us


@pytest.mark.parametrize(
    ("action", "form", "says"),
    [
        ("ubah", {"keadaan": "hidden", "isi": "x"}, "Pilih salah satu"),
        ("ubah", {"keadaan": "fixed", "isi": " "}, "1 sampai 2.000 huruf"),
        ("serahkan", {"dinas": "ufo", "isi": "x"}, "Pilih instansi"),
        ("jeda", {"sebab": "malas", "isi": "x"}, "Pilih salah satu"),
        ("lanjut", {}, "sedang berjalan"),
        ("gabung", {"ke": "YOG-1999-000001"}, "Tidak ada kasus lain"),
    ],
)
def test_what_cannot_be_is_said_in_words(
    made: Town, serve: Serve, officer: Visitor, action: str, form: dict[str, str], says: str
) -> None:
    """One sentence, and nothing of what was typed is lost."""
    case = reported(made, "wrong", lat=-7.81)
    answer = do(serve(made), officer, case.number, action, **form)
    assert answer.status_code == 400
    assert says in words(answer)
    assert len(made.cities.updates(case.number)) == 1


def test_a_form_of_another_page_does_nothing(made: Town, serve: Serve, officer: Visitor) -> None:
    """No action that there is not, and none without its key."""
    case = reported(made, "odd", lat=-7.81)
    client = serve(made)
    assert do(client, officer, case.number, "hapus").status_code == 400
    assert do(client, officer, case.number, "ambil", kunci="").status_code == 400


def test_a_standing_clock_says_since_when(made: Town, serve: Serve, officer: Visitor) -> None:
    """In the inbox under its own heading, on the page with the reason."""
    case = reported(made, "pause", ago_us=HOUR_US, lat=-7.81)
    client = serve(made)
    do(client, officer, case.number, "jeda", sebab="other_party", isi="Menunggu PLN.")
    assert "Jam berhenti" in words(ask(client, officer))
    text = words(ask(client, officer, f"/petugas/{case.number}"))
    assert "menunggu pihak lain" in text
    assert "Jalankan jam lagi" in text
