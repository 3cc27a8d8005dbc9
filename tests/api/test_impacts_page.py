"""`/dampak`: the impact table, and the two people it takes to change it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from support.impacts import impact
from support.seed import Town
from support.visitors import Visitor, person, signed_in

from api.impacts_page import FIELDS
from api.sheet import line
from api.surveying import OPEN_US, UPLOAD_MOST
from cities.impacts import COLUMNS, cells_of
from contract.city import NodeSpec
from contract.clock import MINUTE_US, ManualClock
from contract.impact import Impact
from store.people import Deed

WRONG = (
    ("mulai", "1.000", "Tulis tinggi dalam cm"),
    ("mulai", "5", "Di luar papan duga alat ini"),
    ("rw", " ", "Tulis nama RW"),
    ("telepon", "Pak RW", "tidak dapat ditelepon"),
    ("diperiksa", "2126-01-01", "Tanggal itu belum tiba"),
    ("banjir", "", "Banjir pembanding butuh tanggal"),
    ("lintang", "-7.8", "Isi lintang dan bujur"),
)
"""what is typed into which field, and what is said of it"""


@pytest.fixture
def client(made: Town, serve: Callable[..., httpx.Client]) -> httpx.Client:
    return serve(made, keep_s=0)


def gauge_of(city: Town) -> NodeSpec:
    return city.nodes("gauge")[4]


def row_of(city: Town, **changed: object) -> Impact:
    """A row at that gauge, as nobody ever surveyed it."""
    node = gauge_of(city).node
    scale = city.profile.scale_of(node)
    assert scale is not None
    return impact(gauge=node, datum=scale.datum, muster_lat=None, muster_lon=None, **changed)


def operator(city: Town, account: str = "jaga-satu") -> Visitor:
    return signed_in(city, person(city, account, "operator"))


def get(client: httpx.Client, who: Visitor, path: str = "/dampak") -> httpx.Response:
    client.cookies.clear()
    return client.get(path, headers=who.sent)


def post(client: httpx.Client, who: Visitor, path: str = "/dampak", **fields: object) -> httpx.Response:
    client.cookies.clear()
    headers = {**who.sent, "origin": str(client.base_url).rstrip("/")}
    return client.post(path, headers=headers, data={"csrf": who.csrf, **fields})


def typed(one: Impact) -> dict[str, str]:
    return dict(zip(FIELDS.values(), cells_of(one), strict=True))


def table(*rows: Impact) -> str:
    return line(COLUMNS) + "".join(line(cells_of(one)) for one in rows)


def waiting(city: Town) -> list[str]:
    return [one.id for one in city.cities.impact_proposals(city.profile.code, city.now_us)]


def rows(city: Town) -> list[Impact]:
    return [one.impact for one in city.cities.impacts(city.profile.code)]


def test_two_people_add_alter_and_withdraw_a_row(made: Town, client: httpx.Client) -> None:
    """The first cannot agree to it; after the second the river's page says it; what changes is shown before and after;
    each step is a deed, and both names stand with the row."""
    first, second = operator(made), operator(made, "jaga-dua")
    river = f"/sungai/{gauge_of(made).node}"
    answer = post(client, first, **typed(row_of(made)))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/dampak?pos={gauge_of(made).node}&kabar=usul")
    (number,) = waiting(made)
    assert f'name="usulan" value="{number}"' not in get(client, first).text
    assert f'name="usulan" value="{number}"' in get(client, second).text
    own = post(client, first, "/dampak/usulan", usulan=number, jawab="setuju")
    assert own.status_code == 409
    assert "tidak dapat disetujui sendiri" in own.text
    assert "RW 04 Contoh" not in client.get(river).text
    answer = post(client, second, "/dampak/usulan", usulan=number, jawab="setuju")
    assert (answer.status_code, answer.headers["location"]) == (303, "/dampak?kabar=setuju")
    assert "RW 04 Contoh" in client.get(river).text
    assert post(client, second, "/dampak/usulan", usulan=number, jawab="setuju").status_code == 404
    (kept,) = made.cities.impacts(made.profile.code)
    page = get(client, first, f"/dampak?pos={gauge_of(made).node}").text
    assert "jaga-satu, jaga-dua" in page
    form = get(client, second, f"/dampak?ubah={kept.id}").text
    assert 'value="Balai RW 04"' in form
    changed = {**typed(row_of(made, depth="waist", muster="SD Contoh")), "ubah": kept.id}
    assert post(client, second, **changed).status_code == 303
    told = get(client, first).text
    assert "<del>Balai RW 04</del> → <ins>SD Contoh</ins>" in told
    assert "<del>air setinggi lutut</del> → <ins>air setinggi pinggang</ins>" in told
    assert told.count("<del>") == 2
    assert post(client, first, "/dampak/usulan", usulan=waiting(made), jawab="setuju").status_code == 303
    assert rows(made) == [row_of(made, depth="waist", muster="SD Contoh")]
    (kept,) = made.cities.impacts(made.profile.code)
    assert post(client, first, "/dampak/tarik", baris=kept.id).status_code == 303
    assert post(client, second, "/dampak/usulan", usulan=waiting(made), jawab="setuju").status_code == 303
    assert rows(made) == []
    deeds = [row for row in made.cities.audit(made.profile.code) if row.what.startswith("impact.")]
    assert [row.what for row in deeds] == ["impact.proposed", "impact.agreed"] * 3
    assert deeds[1].details == {"impact": "add", "rw": "RW 04 Contoh", "cm": "180", "proposed_by": deeds[0].actor}


def test_a_refusal_says_why_and_who_proposed_it_reads_it(made: Town, client: httpx.Client) -> None:
    """Without a reason nothing is refused; nothing chosen is nothing done; one's own is called off without one."""
    first, second = operator(made), operator(made, "jaga-dua")
    post(client, first, **typed(row_of(made)))
    bare = post(client, second, "/dampak/usulan", usulan=waiting(made), jawab="tolak", alasan=" ")
    assert bare.status_code == 400
    assert 'href="#alasan">Tulis alasan penolakan.' in bare.text
    assert "Pilih dahulu" in post(client, second, "/dampak/usulan", jawab="setuju").text
    answer = post(client, second, "/dampak/usulan", usulan=waiting(made), jawab="tolak", alasan="Belum <diukur>.")
    assert answer.headers["location"] == "/dampak?kabar=tolak"
    told = get(client, first, "/dampak?lang=en").text
    assert re.search(r"Refused: jaga-dua, [^<]*<i>Belum &lt;diukur&gt;\.</i>", told)
    post(client, first, **typed(row_of(made)))
    (number,) = waiting(made)
    assert post(client, second, "/dampak/usulan", batal=number).status_code == 404
    assert post(client, first, "/dampak/usulan", batal=number).headers["location"] == "/dampak?kabar=batal"
    assert (waiting(made), rows(made)) == ([], [])
    log = [row for row in made.cities.audit(made.profile.code) if row.what.startswith("impact.")]
    assert [row.what.removeprefix("impact.") for row in log] == ["proposed", "refused", "proposed", "withdrawn"]
    assert "diukur" not in str([row.details for row in log])


def test_an_officer_speaks_for_the_gauges_of_their_area(made: Town, client: httpx.Client) -> None:
    """Of others they see nothing, propose nothing, and agree to nothing, also by hand; who is shut out is no first."""
    place = made.profile.site_of(gauge_of(made).node)
    assert place is not None
    area = place.region.rsplit(".", 1)[0]
    elsewhere = next(one.code for one in made.profile.regions if not one.code.startswith(area))
    own = person(made, "petugas-sini", "officer", agency="damkar", regions=(area,))
    mine = signed_in(made, own)
    theirs = signed_in(made, person(made, "petugas-sana", "officer", agency="bpbd", regions=(elsewhere,)))
    assert gauge_of(made).node not in get(client, theirs).text
    answer = post(client, theirs, **typed(row_of(made)))
    assert answer.status_code == 400
    assert "Bukan alat ukur di wilayah Anda" in answer.text
    assert post(client, mine, **typed(row_of(made))).status_code == 303
    assert "RW 04 Contoh" not in get(client, theirs).text
    (number,) = waiting(made)
    assert post(client, theirs, "/dampak/usulan", usulan=number, jawab="setuju").status_code == 404
    assert "RW 04 Contoh" not in post(client, theirs, "/dampak/unggah", tabel=table(row_of(made))).text
    made.cities.put_person(replace(own, disabled_us=made.now_us), Deed("system", "person.disabled", own.id, 0))
    late = post(client, operator(made), "/dampak/usulan", usulan=number, jawab="setuju")
    assert "sudah tidak berwenang" in late.text
    assert rows(made) == []


def test_a_form_that_is_wrong_comes_back_with_what_was_typed(made: Town, client: httpx.Client) -> None:
    """The sentence leads to the field; the rest is there again; nothing is proposed."""
    who = operator(made)
    for field, text, sentence in WRONG:
        answer = post(client, who, **{**typed(row_of(made)), field: text})
        assert answer.status_code == 400, field
        assert sentence in answer.text
        assert f'id="{field}-salah"' in answer.text
        assert 'value="Balai RW 04"' in answer.text
    assert waiting(made) == []


def test_a_table_is_proposed_line_by_line(made: Town, client: httpx.Client) -> None:
    """Lines in order become proposals, those that say nothing new are left, and each that is wrong is named with its
    line, its column and why; what is given out can be sent in again."""
    first, second = operator(made), operator(made, "jaga-dua")
    good = [row_of(made, rw="=RW 1"), row_of(made, rw="RW 2", phone="+62 274 555")]
    bad = [row_of(made, rw="RW 3", phone="x"), row_of(made, rw="RW 2", from_cm=250.0, depth="ankle")]
    answer = post(client, first, "/dampak/unggah", tabel=table(*good, *bad))
    assert answer.status_code == 400
    assert "2 baris diusulkan, 0 tidak berubah, 2 salah." in answer.text
    assert re.search(r"Baris 4</b> \(<code>phone</code>\): Nomor ini tidak dapat ditelepon", answer.text)
    assert re.search(r"Baris 5</b> \(<code>depth</code>\): Air di RW ini jadi lebih dangkal", answer.text)
    assert post(client, second, "/dampak/usulan", usulan=waiting(made), jawab="setuju").status_code == 303
    assert sorted(one.rw for one in rows(made)) == ["=RW 1", "RW 2"]
    sheet = get(client, second, "/dampak.csv")
    assert [one[2] for one in csv.reader(io.StringIO(sheet.text))] == ["rw", "'=RW 1", "RW 2"]
    again = post(client, second, "/dampak/unggah", tabel=sheet.text)
    assert "0 baris diusulkan, 2 tidak berubah, 0 salah." in again.text
    changed = sheet.text.replace("'+62 274 555", "112")
    assert "1 baris diusulkan, 1 tidak berubah, 0 salah." in post(client, second, "/dampak/unggah", tabel=changed).text
    assert post(client, second, "/dampak/usulan", batal=waiting(made)[0]).status_code == 303
    brief = "gauge;from_cm;rw;depth;muster;phone;checked_by;checked_on\n"
    brief += "".join(f"{gauge_of(made).node};180;RW {n};lutut;B;112;B;2026-01-12\n" for n in range(UPLOAD_MOST + 1))
    told = post(client, first, "/dampak/unggah", tabel=brief).text
    assert "Terlalu banyak baris" in told
    assert f"Baris {UPLOAD_MOST + 2}</b>" in told
    assert waiting(made) == []


def test_what_only_another_of_the_same_answer_makes_possible_is_done_with_it(made: Town, client: httpx.Client) -> None:
    """A table that lowers a row and adds one above it holds whole, in whichever order its lines stand."""
    first, second = operator(made), operator(made, "jaga-dua")
    made.cities.put_profile(replace(made.profile, impacts=(row_of(made, depth="waist"),)), made.now_us)
    wanted = [row_of(made, from_cm=200.0, depth="knee"), row_of(made, depth="ankle")]
    assert "2 baris diusulkan" in post(client, first, "/dampak/unggah", tabel=table(*wanted)).text
    assert post(client, second, "/dampak/usulan", usulan=waiting(made), jawab="setuju").status_code == 303
    assert sorted(one.depth for one in rows(made)) == ["ankle", "knee"]


def test_the_page_says_what_is_empty_what_differs_and_what_is_over(
    made: Town, serve: Callable[..., httpx.Client]
) -> None:
    """In both languages: no rows, the city's file against the table, an earlier zero, a proposal after seven days."""
    moved = row_of(made, rw="RW 9")
    made.cities.put_profile(replace(made.profile, impacts=(replace(moved, datum="nol lama"),)), made.now_us)
    client = serve(replace(made, profile=replace(made.profile, impacts=(moved,))))
    who = operator(made)
    page = get(client, who).text
    assert "belum disurvei" in page
    assert "Berkas kota berbeda" in page
    assert "not surveyed yet" in get(client, who, "/dampak?lang=en").text
    here = get(client, who, f"/dampak?lang=id&pos={gauge_of(made).node}").text
    assert "1 baris disurvei dengan titik nol yang lama" in here
    assert "diberlakukan oleh berkas kota, " in here
    english = get(client, who, f"/dampak?lang=en&pos={gauge_of(made).node}").text
    assert "in force by the city&#39;s file, " in english
    (old,) = made.cities.impacts(made.profile.code)
    post(client, who, **typed(moved), ubah=old.id)
    assert f"<del>nol lama</del> → <ins>{moved.datum}</ins>" in get(client, who, "/dampak?lang=id").text
    post(client, who, "/dampak/usulan", batal=waiting(made)[0])
    other = made.nodes("gauge")[0].node
    assert "Belum ada baris untuk alat ini." in get(client, who, f"/dampak?pos={other}").text
    post(client, who, **typed(row_of(made)))
    (number,) = waiting(made)
    assert isinstance(made.clock, ManualClock)
    made.clock.advance((OPEN_US + MINUTE_US) / 1e6)
    late = operator(made, "jaga-dua")
    assert number not in get(client, late).text
    assert post(client, late, "/dampak/usulan", usulan=number, jawab="setuju").status_code == 404
