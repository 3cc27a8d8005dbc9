"""`/keadaan`: notes of the command centre, read by everybody, written and corrected by operators."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from support.at_desk import words
from support.seed import Town
from support.visitors import Visitor, person, signed_in

from contract.clock import HOUR_US, ManualClock
from contract.situation import Situation

KEY = "0123456789abcdef" * 2
NOTE = {
    "kunci": KEY, "versi": "0", "macam": "road", "teks": "Jl. Babaran tergenang 40 cm, lewat Jl. Veteran.",
    "english": "Babaran Street is under 40 cm of water.", "wilayah": "r:34.71.05.1001", "tempat": "depan masjid",
    "umum": "1", "aksi": "simpan",
}  # fmt: skip


@pytest.fixture
def clock(made: Town) -> ManualClock:
    assert isinstance(made.clock, ManualClock)
    return made.clock


@pytest.fixture
def client(made: Town, serve: Callable[..., httpx.Client]) -> httpx.Client:
    return serve(made, keep_s=0)


def operator(city: Town, account: str = "ani") -> Visitor:
    return signed_in(city, person(city, account, "operator"))


def read(client: httpx.Client, path: str = "/keadaan", who: Visitor | None = None) -> httpx.Response:
    client.cookies.clear()
    return client.get(path, headers=who.sent if who else {})


def say(client: httpx.Client, who: Visitor, **changed: str) -> httpx.Response:
    client.cookies.clear()
    headers = {**who.sent, "origin": str(client.base_url).rstrip("/")}
    fields = {name: text for name, text in {**NOTE, **changed}.items() if text}
    return client.post("/keadaan", headers=headers, data={"csrf": who.csrf, **fields})


def kept(city: Town) -> list[Situation]:
    return list(city.cities.situations(city.profile.code, city.now_us))


def test_a_note_is_read_by_everybody_until_it_ends_by_itself(
    made: Town, client: httpx.Client, clock: ManualClock
) -> None:
    """On its page, on the first page and by programs; signed, in both languages, and afterwards among those that are
    over."""
    assert "belum ada yang ditulis" in words(read(client))
    who = operator(made)
    assert say(client, who).headers["location"] == "/keadaan?kabar=simpan"
    assert say(client, who).status_code == 303
    (note,) = kept(made)
    assert (note.until_us - note.from_us, note.name, note.version) == (6 * HOUR_US, "Ani", 1)
    for path in ("/keadaan", "/"):
        page = words(read(client, path))
        assert "Jl. Babaran tergenang 40 cm" in page
        assert "ditulis Ani" in page
    assert "under 40 cm" in words(read(client, "/keadaan?lang=en"))
    (told,) = read(client, "/keadaan.json").json()["notes"]
    assert (told["kind"], told["place"], told["region"]) == ("road", "depan masjid", "34.71.05.1001")
    assert read(client, "/peta.json").json()["notes"] == [[note.id, 1]]
    clock.advance(6 * 3600)
    page = words(read(client))
    assert "Sudah berakhir" in page
    assert "Babaran" in page
    assert "Babaran" not in words(read(client, "/"))
    assert read(client, "/keadaan.json").json()["notes"] == []


def test_a_correction_shows_what_was_said_before_and_why(made: Town, client: httpx.Client, clock: ManualClock) -> None:
    """Signed by who corrected; whoever was slower is told; a note can be ended at once."""
    first, second = operator(made), operator(made, "budi")
    say(client, first)
    clock.advance(3600)
    form = read(client, f"/keadaan?ubah={KEY}", second).text
    assert "Jl. Babaran tergenang 40 cm" in form
    assert 'name="versi" value="1"' in form
    wrong = say(client, second, versi="1", teks="Tinggal 20 cm.")
    assert wrong.status_code == 400
    assert "mengapa catatan ini diubah" in words(wrong)
    assert "Tinggal 20 cm." in wrong.text
    assert say(client, second, versi="1", teks="Tinggal 20 cm.", sebab="surut").status_code == 303
    page = words(read(client))
    assert "Tinggal 20 cm." in page
    assert "Diubah: surut" in page
    assert "Kalimat sebelumnya" in page
    assert "tergenang 40 cm" in page
    late = say(client, first, versi="1", teks="Masih 40 cm.", sebab="x")
    assert late.status_code == 409
    assert "baru saja diubah orang lain" in words(late)
    assert "Masih 40 cm." in late.text
    odd = say(client, first, versi="9" * 5_000, sebab="x")
    assert odd.status_code == 409
    ended = say(client, first, versi="2", sebab="kering", aksi="akhiri", sampai="besok", wilayah="r:99")
    assert ended.headers["location"] == "/keadaan?kabar=akhir"
    clock.advance(1)
    assert read(client, "/keadaan.json").json()["notes"] == []
    assert say(client, first, versi="3", sebab="x").status_code == 409
    deeds = [row.what for row in made.cities.audit(made.profile.code) if row.what.startswith("situation.")]
    assert deeds == ["situation.told", "situation.corrected", "situation.ended"]


def test_what_is_for_staff_no_resident_reads(made: Town, client: httpx.Client) -> None:
    """Neither on a page nor by a program; and of a public note what it said while it was staff's alone stays so."""
    who = operator(made)
    say(client, who, umum="", teks="Tim rescue di pos 3.")
    assert "Hanya untuk petugas" in words(read(client, who=who))
    for path in ("/keadaan", "/", "/keadaan.json"):
        assert "rescue" not in read(client, path).text
    say(client, who, versi="1", teks="Pos 3 dibuka.", sebab="dibuka")
    assert "Pos 3 dibuka." in words(read(client))
    assert "rescue" not in read(client).text
    assert "rescue" in read(client, who=who).text


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"teks": " "}, "Tulis 1 sampai 280 huruf"),
        ({"macam": "gosip"}, "Pilih tentang apa"),
        ({"sampai": "besok"}, "Isi waktu berakhir"),
        ({"sampai": "2020-01-01T10:00"}, "Isi waktu berakhir"),
        ({"wilayah": "r:99"}, "Pilih wilayah dari daftar"),
        ({"english": "x" * 281}, "Paling banyak 280 huruf dalam bahasa Inggris"),
    ],
)
def test_what_cannot_be_told_is_said_at_its_field(
    made: Town, client: httpx.Client, changed: dict[str, str], says: str
) -> None:
    """And what was typed stands in the form."""
    answer = say(client, operator(made), **changed)
    assert answer.status_code == 400
    assert says in words(answer)
    assert "depan masjid" in answer.text
    assert kept(made) == []
