"""What people do for systems that no program speaks to, and the file that names systems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import watch

from complaints.casework import Casework
from complaints.intake import Intake, Said
from complaints.outward import Outward
from complaints.systems.by_hand import left_out, not_there, numbered, read_export, take_export
from complaints.systems.courier import LONGEST_US, Courier, Linked, pause_us
from complaints.systems.port import SystemInfo
from complaints.systems.systemsfile import SystemsFile
from complaints.systems.webhook import filled, signature
from contract.clock import SECOND_US, ManualClock
from contract.errors import BadInput
from store import open_city
from store.filings import Filing
from store.ports import CityStore

NOW_US = 1_780_000_000 * SECOND_US
KNOWN = [one.code for one in watch.profile().categories]
INFO = SystemInfo(
    "lapor", "manual", "SP4N-LAPOR!", unchecked=True, page="https://lapor.example/{foreign}",
    states=(("Diproses", "in_progress"), ("Selesai", "fixed"), ("Menunggu", "same")),
)  # fmt: skip


class Room:
    """A desk with two cases that wait to be filed by hand."""

    def __init__(self, cities: CityStore) -> None:
        self.cities = cities
        self.work = Casework(cities, watch.profile())
        courier = Courier(cities, watch.profile(), [Linked(INFO, None, {})], ManualClock(NOW_US), "https://s.example")
        courier.turn(NOW_US - 1)
        for key, lat in (("a", -7.79), ("b", -7.70)):
            said = Said(key, "web", "banjir", lat, 110.36, "34.71.02.1002", "Air masuk", account=key)
            Intake(cities, watch.profile()).take(said, NOW_US)
        courier.turn(NOW_US)
        self.first, self.second = cities.filings(watch.CITY, "lapor", ("waiting",))

    def filing(self, number: str) -> Filing:
        (found,) = self.cities.filings_of(number)
        return found

    def take(self, text: str) -> tuple[int, int, int, int]:
        rows = read_export(text.encode())
        taken = take_export(self.cities, self.work, watch.CITY, INFO, rows, NOW_US + SECOND_US)
        return taken.told, taken.known, len(taken.strangers), len(taken.untranslated)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    cities = open_city(f"sqlite:///{tmp_path}/city.db")
    cities.put_profile(watch.profile(), NOW_US)
    yield Room(cities)
    cities.close()


def test_a_number_is_keyed_in_once(room: Room) -> None:
    """With the system's page; no number, another case's, and an older look at the list are each a sentence."""
    filed = numbered(room.cities, INFO, room.first, " L 17 ", NOW_US)
    assert (filed.state, filed.foreign, filed.url) == ("filed", "L 17", "https://lapor.example/L%2017")
    for filing, number, says in ((room.second, " ", "no number"), (room.second, "L 17", "another case")):
        with pytest.raises(BadInput, match=says):
            numbered(room.cities, INFO, filing, number, NOW_US)
    with pytest.raises(BadInput, match="faster"):
        not_there(room.cities, room.first, NOW_US)
    assert left_out(room.cities, room.second).state == "closed"


def test_an_export_moves_our_cases(room: Room) -> None:
    """Once however often it is taken; numbers and words that nobody knows are named, and nothing is guessed."""
    numbered(room.cities, INFO, room.first, "L-1", NOW_US)
    numbered(room.cities, INFO, room.second, "L-2", NOW_US)
    table = "nomor;status;keterangan\nL-1;selesai;Sudah dikeruk 0812 3456 7890\nL-2;Entah;\nL-9;Selesai;\n;;\n"
    assert room.take(table) == (2, 0, 1, 1)
    assert room.take(table) == (0, 2, 1, 1)
    first, second = (room.cities.case(one.number) for one in (room.first, room.second))
    assert first is not None
    assert second is not None
    assert (first.status, second.status) == ("fixed", "submitted")
    assert room.filing(first.number).state == "closed"
    (line,) = [one for one in room.cities.updates(first.number) if one.author == "SP4N-LAPOR!"]
    assert "dikeruk" in line.text["id"]
    assert "0812" not in line.text["id"]


@pytest.mark.parametrize(
    "raw",
    [
        "Nomor;Status;Catatan\nL-1;Selesai;\u201csudah\u201d".encode("cp1252"),
        "\ufeffnomor,status,tanggapan\nL-1,Selesai,\u201csudah\u201d".encode(),
        "sep=;\r\nNOMOR;STATUS;KETERANGAN\r\nL-1;Selesai;\u201csudah\u201d\r\n".encode(),
        "nomor\tstatus\tketerangan\nL-1\tSelesai\t\u201csudah\u201d".encode("utf-16"),
        'Tracking ID,Status,Tanggapan\nL-1,Selesai,"\u201csudah\u201d"'.encode(),
    ],
)
def test_a_table_comes_as_people_have_it(raw: bytes) -> None:
    """Excel's letters, marks, semicolons and tabs, and either's words for the columns."""
    (row,) = read_export(raw)
    assert (row.foreign, row.word, row.text) == ("L-1", "Selesai", "\u201csudah\u201d")


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "empty"),
        (b"nomor;catatan\n1;x", "no column status"),
        (b"PK\x03\x04\x00\x00xl/workbook", "no text"),
        (b"x" * (2 * 1024 * 1024 + 1), "more than"),
        (b"nomor;status\n" + b"1;x\n" * 20_001, "more than 20000"),
    ],
)
def test_a_table_that_is_none_is_a_sentence(raw: bytes, says: str) -> None:
    """What, where, and how to mend it."""
    with pytest.raises(BadInput, match=says) as told:
        read_export(raw)
    assert told.value.where == "csv"
    assert told.value.remedy


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('kind = "fax"', "kind: 'fax' is no kind"),
        ('preset = "jss2"', "preset: 'jss2' is none"),
        ('kind = "manual"\nurl = "https://x.id"', "url: this field is not known"),
        ('kind = "open311"', "url: it is missing"),
        ('kind = "manual"\ncategories = ["ufo"]', "no category 'ufo'"),
        ('kind = "manual"\nemail = "x?y@z.id"', "email: this is no address"),
        ('kind = "manual"\npage = "http://x.id"', "page: .*https"),
        ('kind = "manual"\nstates = { Beres = "done" }', "Beres = 'done' is no state"),
        ('kind = "open311"\nurl = "https://x.id"\nformat = "csv"', "format: 'csv' is not one of them"),
        ('kind = "open311"\nurl = "https://x.id"\npoll_s = 1', "poll_s: 1 is out of bounds"),
        ('kind = "webhook"\nurl = "https://x.id"', "it signs with a secret"),
        ('kind = "webhook"\nurl = "https://x.id"\nsecret_env = "K"\nfields = { a = "{nik}" }', r"a names \{nik\}"),
        ('kind = "webhook"\nurl = "https://x.id"\nsecret_env = "K"\nfind_url = "https://x.id"', r"it has no \{ref\}"),
        (
            'kind = "webhook"\nurl = "https://x.id"\nsecret_env = "K"\nupdate_fields = { a = "x", "a.b" = "y" }',
            "update_fields: a path lies within another",
        ),
        ('kind = "manual"\nunchecked = "yes"', "unchecked: this is no value"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_line(tmp_path: Path, lines: str, says: str) -> None:
    """File, line, field and remedy."""
    path = tmp_path / "systems.toml"
    path.write_text(f'[[system]]\nname = "kota"\nlabel = "Kota"\n{lines}\n')
    with pytest.raises(BadInput, match=says) as told:
        SystemsFile(path, KNOWN)
    assert "systems.toml, line" in told.value.where
    assert told.value.remedy


def test_a_system_inside_needs_the_citys_word(tmp_path: Path) -> None:
    """An address in the machine's own network is not spoken to, and a secret that is not set is named."""
    path = tmp_path / "systems.toml"
    path.write_text('[[system]]\nname = "kota"\nlabel = "Kota"\npreset = "open311"\nurl = "http://127.0.0.1/v2"\n')
    with pytest.raises(BadInput, match="url: "):
        SystemsFile(path, KNOWN).open(Outward(), ManualClock(), {})
    path.write_text(path.read_text().replace("http://127.0.0.1", "https://x.example") + 'secret_env = "KEY"\n')
    with pytest.raises(BadInput, match="KEY is not set"):
        SystemsFile(path, KNOWN).open(Outward(), ManualClock(), {})


def test_the_citys_only_desk_takes_every_case(tmp_path: Path) -> None:
    """At once and with its number first, whatever its section says of that; one that takes some alone, or is none of
    the file's, is named."""
    path = tmp_path / "systems.toml"
    path.write_text('[[system]]\nname = "lapor"\npreset = "lapor"\nhome = "https://lapor.example"\n')
    (info,) = SystemsFile(path, KNOWN, "lapor").infos
    assert (info.desk, info.unchecked, info.shown_first, info.home) == (True, True, True, "https://lapor.example")
    assert not SystemsFile(path, KNOWN).infos[0].desk
    with pytest.raises(BadInput, match=r"'jss' \(complaints.desk of city.toml\), which is none of them"):
        SystemsFile(path, KNOWN, "jss")
    path.write_text(path.read_text() + f'categories = ["{next(iter(KNOWN))}"]\n')
    with pytest.raises(BadInput, match="no other desk"):
        SystemsFile(path, KNOWN, "lapor")
    path.write_text('[[system]]\nname = "lapor"\npreset = "lapor"\nhome = "http://lapor.example"\n')
    with pytest.raises(BadInput, match="home: "):
        SystemsFile(path, KNOWN)


LAPOR = (
    '[[system]]\nname = "lapor"\npreset = "lapor-f01"\nsecret_env = "KEY"\nsend = "kirim"\n'
    'send_fields = { isi = "{body}" }\n'
)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("send = ", "# send = "), "the service that takes complaints is not named"),
        (("secret_env", "# secret_env"), "it wants its KEYTOKEN"),
        (("{body}", "{text}"), "send: nothing sends {body}"),
        (("{body}", "{body} {nik}"), "isi names {nik}"),
        (('"kirim"', '"kirim?x"'), "is no name of a service"),
        (("send = ", 'find_fields = { a = "{ref}" }\nsend = '), "there is no service for it"),
        (("send = ", 'ask = "keadaan"\nsend = '), "ask: nothing sends {foreign}"),
    ],
)
def test_a_mistake_about_lapor_s_services_is_named(change: tuple[str, str], said: str, tmp_path: Path) -> None:
    """What its papers say has to be written out, and nothing is guessed."""
    path = tmp_path / "systems.toml"
    path.write_text(LAPOR)
    (info,) = SystemsFile(path, KNOWN).infos
    assert (info.page_of("1916449"), info.shown_first) == ("https://www.lapor.go.id/pengaduan/1916449", True)
    words = ("Proses Verifikasi", "proses tindak lanjut", "Beri Tanggapan", "Selesai")
    assert [info.status_of(one) for one in words] == ["same", "internal_referral", "in_progress", "fixed"]
    path.write_text(LAPOR.replace(*change))
    with pytest.raises(BadInput, match=re.escape(said)):
        SystemsFile(path, KNOWN)


def test_every_preset_is_whole(tmp_path: Path) -> None:
    """With no more than a name and, for programs, an address."""
    path = tmp_path / "systems.toml"
    sections = [f'[[system]]\nname = "{one}"\npreset = "{one}"\n' for one in ("lapor", "jss", "sikesal", "crm")]
    spoken = [
        f'[[system]]\nname = "{one}"\nlabel = "L"\npreset = "{one}"\nurl = "https://x.example"\n'
        for one in ("open311", "fixmystreet")
    ]
    path.write_text("".join([*sections, *spoken]))
    file = SystemsFile(path, KNOWN)
    assert len(file.open(Outward(), ManualClock(), {})) == 6
    assert file.infos[0].shown_first
    assert file.infos[0].status_of(" sedang  DIPROSES ") == "in_progress"


def test_pauses_grow_to_a_quarter_of_an_hour() -> None:
    """And not everybody comes back at the same moment."""
    waits = [pause_us(n, "YOG-2026-000001") for n in range(12)]
    assert waits[0] < waits[2] < waits[4] <= LONGEST_US
    assert max(waits) <= LONGEST_US
    assert len({pause_us(9, f"YOG-2026-{n:06d}") for n in range(50)}) > 40


def test_a_body_is_where_the_city_puts_it() -> None:
    """A part alone keeps its type, among others it is text; and it is signed as Standard Webhooks are."""
    body = filled({"a.lat": "{lat}", "a.teks": "{title}: {lat}", "tetap": "x"}, {"lat": -7.5, "title": "Banjir"})
    assert body == {"a": {"lat": -7.5, "teks": "Banjir: -7.5"}, "tetap": "x"}
    assert signature("kunci", "id", "1", b"{}") == "v1,x75n8wWsS0Ebdl1Sv4Gfh2oXjKBl2lvHrefPfnOWDrI="
    assert signature("whsec_a3VuY2k=", "id", "1", b"{}") == signature("kunci", "id", "1", b"{}")
