"""`/lapor/{key}`: the reporter's own page: the thread, writing back, their data."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import httpx
from support.seed import Town
from support.visitors import Visitor, person, signed_in, stranger

from complaints.casework import REPLIES_A_DAY
from contract.clock import HOUR_US
from store.cases import Case

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


def reported(made: Town, client: httpx.Client, **more: str) -> Case:
    """Somebody has reported a lamp."""
    send(client, stranger(), **GOOD, **more)
    (case,) = made.cities.find_cases(made.profile.code, public_only=False).cases
    return case


def officer_of(made: Town, case: Case) -> Visitor:
    return signed_in(made, person(made, "budi", "officer", agency=case.agency))


def ask(client: httpx.Client, who: Visitor, path: str) -> httpx.Response:
    client.cookies.clear()
    return client.get(path, headers=who.sent)


def test_the_reporter_answers_in_the_thread(made: Town, serve: Serve) -> None:
    """The office asks, they answer on their page: masked, for the officers alone, who see that there is an answer until
    they have done something themselves."""
    client, who = serve(made), stranger()
    case = reported(made, client)
    officer = officer_of(made, case)
    send(client, officer, f"/petugas/{case.number}", aksi="jawab", kunci="a", isi="Di tiang yang mana?")
    client.cookies.clear()
    assert "Di tiang yang mana?" in words(client.get(f"/lapor/{KEY}"))
    made.clock.advance(1)  # type: ignore[attr-defined]
    answer = {"kunci": "b" * 32, "balasan": "Tiang ketiga, telepon 0812-3456-7890"}
    went = send(client, who, f"/lapor/{KEY}/balas", **answer)
    assert went.headers["location"] == f"/lapor/{KEY}?kabar=balas"
    send(client, who, f"/lapor/{KEY}/balas", **answer)
    own = words(client.get(went.headers["location"]))
    assert "Balasan Anda tersimpan" in own
    assert own.count("Tiang ketiga, telepon ▇▇▇") == 1
    assert "Tiang ketiga" not in client.get(f"/kasus/{case.number}").text
    assert "ada balasan warga" in words(ask(client, officer, "/petugas"))
    seen = words(ask(client, officer, f"/petugas/{case.number}"))
    assert "ada balasan warga" in seen
    assert "Tiang ketiga, telepon ▇▇▇ warga · hanya petugas" in seen
    made.clock.advance(1)  # type: ignore[attr-defined]
    send(client, officer, f"/petugas/{case.number}", aksi="jawab", kunci="c", isi="Terima kasih.")
    assert "ada balasan" not in words(ask(client, officer, "/petugas"))


def test_what_cannot_be_answered_says_so_and_keeps_the_words(made: Town, serve: Serve) -> None:
    """Nothing written, too much in a day, a case that is over: each its sentence; the words stay in the form."""
    client, who = serve(made), stranger()
    case = reported(made, client)
    nothing = send(client, who, f"/lapor/{KEY}/balas", kunci="0" * 32, balasan="  ")
    assert nothing.status_code == 400
    assert "1 sampai 2.000 huruf" in words(nothing)
    for n in range(REPLIES_A_DAY):
        assert send(client, who, f"/lapor/{KEY}/balas", kunci=f"{n + 1:032x}", balasan=f"ke-{n}").status_code == 303
    much = send(client, who, f"/lapor/{KEY}/balas", kunci="9" * 32, balasan="sekali lagi")
    assert much.status_code == 429
    assert ">sekali lagi</textarea>" in much.text
    send(
        client, officer_of(made, case), f"/petugas/{case.number}", aksi="ubah", kunci="z", keadaan="fixed", isi="Nyala"
    )
    over = send(client, who, f"/lapor/{KEY}/balas", kunci="8" * 32, balasan="belum")
    assert over.status_code == 409
    assert "laporkan lagi" in words(over)
    assert 'name="balasan"' not in client.get(f"/lapor/{KEY}").text


def test_a_clock_that_waits_for_the_reporter_runs_again(made: Town, serve: Serve) -> None:
    """Their answer is what it waited for. An officer at the case is not overtaken by an answer otherwise."""
    client, who = serve(made), stranger()
    case = reported(made, client)
    officer = officer_of(made, case)
    send(client, officer, f"/petugas/{case.number}", aksi="jeda", kunci="p", sebab="reporter", isi="Tiang mana?")
    made.clock.advance(HOUR_US / 1_000_000)  # type: ignore[attr-defined]
    send(client, who, f"/lapor/{KEY}/balas", kunci="b" * 32, balasan="Yang ketiga")
    running = made.cities.case(case.number)
    assert running is not None
    assert running.paused_us is None
    assert running.finish_due_us == (case.finish_due_us or 0) + HOUR_US
    send(client, who, f"/lapor/{KEY}/balas", kunci="c" * 32, balasan="Dekat pos ronda")
    seen = str(running.updated_us)
    took = send(client, officer, f"/petugas/{case.number}", aksi="ambil", kunci="t", dilihat=seen)
    assert took.status_code == 303


def test_the_reporter_takes_their_data_with_them(made: Town, serve: Serve) -> None:
    """One file with all that is kept of them, and what was said; nobody without the key has it."""
    client, who = serve(made), stranger()
    case = reported(made, client)
    send(client, who, f"/lapor/{KEY}/balas", kunci="b" * 32, balasan="Yang ketiga")
    file = client.get(f"/lapor/{KEY}/data.json")
    assert file.headers["content-disposition"] == f'attachment; filename="laporan-{case.number}.json"'
    assert file.headers["cache-control"] == "private, no-store"
    kept = json.loads(file.text)
    assert (kept["case"], kept["text"], kept["name"]) == (case.number, GOOD["cerita"], "Bu Sri")
    assert [(line["text"]["id"], line["yours"]) for line in kept["thread"]][-1] == ("Yang ketiga", True)
    assert client.get(f"/lapor/{'a' * 32}/data.json").status_code == 404


def test_data_is_erased_on_the_reporters_word(made: Town, serve: Serve) -> None:
    """Name, contact and words are gone at once; the case goes on, and the deed is on record."""
    client, who = serve(made), stranger()
    send(client, who, **GOOD)
    send(client, who, f"/lapor/{KEY}/balas", kunci="b" * 32, balasan="Dekat masjid, kata Bu Sri")
    gone = send(client, who, f"/lapor/{KEY}/hapus")
    page = client.get(gone.headers["location"])
    assert "Data Anda sudah dihapus." in words(page)
    assert "masjid" not in page.text
    assert "Bu Sri" not in page.text
    (case,) = made.cities.find_cases(made.profile.code).cases
    (report,) = made.cities.reports(case.number)
    assert (report.name, report.contact, report.text) == ("", "", "")
    assert all("masjid" not in line.text["id"] for line in made.cities.updates(case.number, inner=True))
    assert send(client, who, f"/lapor/{KEY}/balas", kunci="c" * 32, balasan="lagi").status_code == 409
    assert "case.report_erased" in [row.what for row in made.cities.audit(made.profile.code)]
    assert client.get(f"/lapor/{'a' * 32}").status_code == 404
