"""An RW's page, the warnings told, and the contacts who pass them on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from support.bulletins import bulletin
from support.contacts import contact
from support.seed import Town
from support.visitors import Visitor, person, signed_in, stranger

from api.tokens import digest
from contract.bulletin import Bulletin, bulletin_id
from contract.chain import Contact
from contract.city import Warnings
from contract.clock import MINUTE_US, SECOND_US, ManualClock
from contract.levels import Level
from contract.siren import SirenInfo
from store.people import Deed
from store.ports import EngineCommit

TOKEN = "tautan-rahasia-bu-wiji"
GAUGE = "jog-gauge-05"
REGION = "34.71.03.1005"
TEXT = {"id": "AWAS Sungai Code di Gondolayu: 177 cm.", "en": "DANGER: Code River at Gondolayu 177 cm."}
SMS = {"id": "AWAS banjir K.Code Gondolayu 177 cm. Pergi SEKARANG ke SD Terban.", "en": "DANGER flood Code. Go NOW."}
SCRIPT = {"id": "Perhatian. AWAS banjir. Pergi sekarang ke SD Terban.", "en": "Attention. Go now to SD Terban."}


@pytest.fixture
def client(made: Town, serve: Callable[..., httpx.Client]) -> httpx.Client:
    made.profile = replace(made.profile, warnings=Warnings(agency="bpbd"))
    return serve(made, keep_s=0)


def told(city: Town, number: int = 1, *, of: str = "incident-1", **how: Any) -> Bulletin:
    """A bulletin of Kali Code as the engine commits it, said now."""
    said = bulletin(
        number, of=of, **{
            "city": city.profile.code, "node": GAUGE, "at_us": city.now_us, "level": Level.AWAS, "text": TEXT,
            "sms": SMS, "script": SCRIPT, "regions": ("RW 04 Terban",), "kind": "order", **how,
        },
    )  # fmt: skip
    lease = city.cities.lease(city.profile.code, "seed", city.now_us, 3600.0)
    assert lease is not None
    city.cities.commit(lease, EngineCommit(bulletins=[said]))
    return said


def keeps(city: Town, **changed: Any) -> Contact:
    """Somebody of RW 04 Terban, with a link."""
    one = contact(**{"city": city.profile.code, "rw": "RW 04 Terban", "region": REGION, **changed})
    deed = Deed("system", "contact.added", one.id, city.now_us)
    city.cities.put_contacts(one.city, [one], [deed])
    city.cities.link_contact(one.city, one.id, digest(f"{TOKEN}-{one.id}"), deed)
    return one


def ask(client: httpx.Client, path: str, who: Visitor | None = None, **form: str) -> httpx.Response:
    client.cookies.clear()
    visitor = who or stranger()
    if not form:
        return client.get(path, headers=visitor.sent)
    headers = {**visitor.sent, "origin": str(client.base_url).rstrip("/")}
    return client.post(path, headers=headers, data={"csrf": visitor.csrf, **form})


def page(client: httpx.Client, one: Contact, query: str = "") -> str:
    answer = ask(client, f"/rw/{TOKEN}-{one.id}{query}")
    assert answer.status_code == 200, answer.text
    return answer.text


def officer(city: Town) -> Visitor:
    return signed_in(city, person(city, "siti", "officer", agency="bpbd"))


def operator(city: Town) -> Visitor:
    return signed_in(city, person(city, "pusat", "operator"))


def later(city: Town, us: int) -> None:
    assert isinstance(city.clock, ManualClock)
    city.clock.advance(us / SECOND_US)


def test_an_rw_reads_the_one_warning_that_matters(made: Town, client: httpx.Client) -> None:
    """Order over fact, with the script in full, the text, and a share link to the public page and never to this one."""
    one = keeps(made)
    told(made, 1, of="b", kind="fact", level=Level.SIAGA, text={"id": "SIAGA Winongo", "en": "ALERT Winongo"})
    order = told(made)
    text = page(client, one)
    assert text.index(TEXT["id"]) < text.index(SCRIPT["id"]) < text.index(SMS["id"])
    assert "Sudah saya umumkan" in text
    (share,) = re.findall(r'href="https://wa\.me/\?text=([^"]+)"', text)
    assert unquote(share) == f"{SMS['id']} {client.base_url}/siaran/{order.id}"
    assert TOKEN not in unquote(share)
    assert "SIAGA Winongo" in text.split("Peringatan lain")[1]
    assert len(text.encode()) <= 15_000
    assert "<script" not in text


def test_nothing_now_is_said_calmly_and_with_the_time(made: Town, client: httpx.Client) -> None:
    """So that nobody wonders whether the page works."""
    text = page(client, keeps(made))
    assert "Tidak ada peringatan untuk RW Anda sekarang." in text
    assert re.search(r"Diperiksa \d\d\.\d\d WIB", text)
    assert "umumkan" not in text


def test_the_citys_page_of_warnings_is_nobodys_rw(made: Town, client: httpx.Client) -> None:
    """Whoever reads it on a quiet day is told of the city."""
    text = ask(client, "/siaran").text
    assert "Tidak ada peringatan yang berlaku sekarang. Diperiksa" in text
    assert "RW Anda" not in text


def test_a_drill_stands_in_its_own_frame(made: Town, client: httpx.Client) -> None:
    """Beside the real warning, after it, and it says at its top what it is."""
    one = keeps(made)
    told(made, 1, of="latihan", drill=True, text={"id": "AWAS latihan", "en": "DRILL"})
    text = page(client, one)
    assert "Tidak ada peringatan untuk RW Anda sekarang." in text
    drill = text.split('<article class="drill')[1]
    assert drill.index("LATIHAN, bukan kejadian nyata") < drill.index("AWAS latihan")
    told(made)
    both = page(client, one)
    assert both.index('<article class="live') < both.index('<article class="drill')


def test_one_tap_says_that_it_was_announced(made: Town, client: httpx.Client) -> None:
    """Twice is once; it may be taken back for five minutes."""
    one, order = keeps(made), told(made)
    way = f"/rw/{TOKEN}-{one.id}"
    for _ in range(2):
        assert ask(client, way, siaran=order.id, kata="sudah").status_code == 303
    (relay,) = made.cities.relays(one.city, order.id)
    assert (relay.contact, relay.done, relay.at_us) == (one.id, True, made.now_us)
    assert "Anda mengumumkannya" in page(client, one)
    assert "Batalkan" in page(client, one)
    assert ask(client, way, siaran=order.id, kata="batal").status_code == 303
    assert made.cities.relays(one.city, order.id) == []
    ask(client, way, siaran=order.id, kata="sudah")
    later(made, 5 * MINUTE_US + SECOND_US)
    assert "Batalkan" not in page(client, one)
    ask(client, way, siaran=order.id, kata="batal")
    assert len(made.cities.relays(one.city, order.id)) == 1
    deeds = [row.what for row in made.cities.audit(one.city) if row.what.startswith("relay.")]
    assert deeds == ["relay.done", "relay.undo", "relay.done"]


def test_who_cannot_says_why(made: Town, client: httpx.Client) -> None:
    """Without a reason the office does not know what to send."""
    one, order = keeps(made), told(made)
    way = f"/rw/{TOKEN}-{one.id}"
    wrong = ask(client, way, siaran=order.id, kata="tidak", alasan=" ")
    assert wrong.status_code == 400
    assert "Tulis alasannya" in wrong.text
    assert ask(client, way, siaran=order.id, kata="tidak", alasan="toa rusak").status_code == 303
    assert "toa rusak" in page(client, one)
    assert "Sudah saya umumkan" in page(client, one), "who finds a way after all says so"


def test_nobody_speaks_for_another(made: Town, client: httpx.Client) -> None:
    """Not of a warning of others, not by a link that is none, not by one that was replaced or ended."""
    one = keeps(made)
    elsewhere = told(made, node="jog-gauge-01", regions=("RW 01 Kricak",))
    assert ask(client, f"/rw/{TOKEN}-{one.id}", siaran=elsewhere.id, kata="sudah").status_code == 400
    assert made.cities.relays(one.city, elsewhere.id) == []
    assert ask(client, "/rw/tebakan").status_code == 404
    made.cities.end_contact(one.city, one.id, Deed("system", "contact.ended", one.id, made.now_us))
    assert ask(client, f"/rw/{TOKEN}-{one.id}").status_code == 404


def test_guessing_links_is_slowed(made: Town, client: httpx.Client) -> None:
    """Thirty tries from one address, then it waits."""
    answers = [ask(client, f"/rw/tebakan-{number}").status_code for number in range(31)]
    assert answers[:30] == [404] * 30
    assert answers[30] == 429


def test_the_page_speaks_the_contacts_language(made: Town, client: httpx.Client) -> None:
    """Until somebody chooses another on this phone."""
    one = keeps(made, language="en")
    told(made)
    answer = ask(client, f"/rw/{TOKEN}-{one.id}")
    assert answer.status_code == 303
    assert SCRIPT["en"] in ask(client, answer.headers["location"]).text


def test_everybody_reads_what_was_told_and_what_came_after(made: Town, client: httpx.Client) -> None:
    """As it was said, with its length, who answers for it, and whether it was corrected since."""
    order = told(made, signed_by="Siti, BPBD", signature="c2ln", key="k1")
    later(made, MINUTE_US)
    correction = told(made, 2, kind="correction", corrects=order.id, text={"id": "RALAT.", "en": "CORRECTION."})
    text = ask(client, f"/siaran/{order.id}").text
    assert f"{len(SMS['id'])} dari 160 huruf" in text
    assert "Siti, BPBD" in text
    assert "kunci k1" in text
    assert f'<a href="/siaran/{correction.id}">Ralat' in text
    assert f'<a href="/siaran/{order.id}">Meralat siaran' in ask(client, f"/siaran/{correction.id}").text
    assert "Siapa yang sudah meneruskan" not in text
    every = ask(client, "/siaran").text
    assert "Tidak ada peringatan" in every.split("Sebelumnya")[0]
    assert ask(client, f"/siaran/{bulletin_id('none', 1)}").status_code == 404


def test_everything_that_was_told_is_one_link_away(made: Town, client: httpx.Client) -> None:
    """From every page; from the duty room to each bulletin's chain; from a bulletin to what proves it."""
    incident, _ = made.open_flood(made.nodes("gauge")[4], Level.AWAS, 177.0)
    order = told(made, of=incident.id, signature="c2ln", key="k1")
    assert 'href="/siaran"' in ask(client, "/").text
    assert f'href="/siaran/{order.id}#rantai"' in ask(client, f"/jaga?alarm={incident.id}", operator(made)).text
    text = ask(client, f"/siaran/{order.id}").text
    for address in (f"/api/v1/bulletins/{order.id}", "/api/v1/signing-keys"):
        assert f'href="{address}"' in text
        assert client.get(address).status_code == 200


def test_the_silent_are_shown_with_their_numbers_after_five_minutes(made: Town, client: httpx.Client) -> None:
    """First in the list, to be dialled in one tap; each such look is a deed; nobody else sees a number."""
    one, other = keeps(made), keeps(made, id="contact-2", rw="RW 05 Terban", phone="0812 222", name="Pak Kaum")
    order = told(made, regions=("RW 05 Terban", "RW 04 Terban"))
    ask(client, f"/rw/{TOKEN}-{one.id}", siaran=order.id, kata="sudah")
    who = officer(made)
    soon = ask(client, f"/siaran/{order.id}", who).text
    assert "1 dari 2 kontak sudah mengumumkan." in soon
    assert other.phone not in soon
    later(made, 5 * MINUTE_US)
    late = ask(client, f"/siaran/{order.id}", who).text
    assert late.index('href="tel:0812222"') < late.index("Sudah mengumumkan")
    assert one.phone not in late
    told_json = ask(client, f"/api/v1/bulletins/{order.id}/relays", who).json()
    assert [row["phone"] for row in told_json["silent"]] == [other.phone]
    assert told_json["late"] is True
    assert made.cities.audit(one.city)[-1].what == "contact.looked"
    foreign = signed_in(made, person(made, "damkar", "officer", agency="damkar"))
    for outsider in (stranger(), foreign):
        assert "Pak Kaum" not in ask(client, f"/siaran/{order.id}", outsider).text
        assert ask(client, f"/api/v1/bulletins/{order.id}/relays", outsider).status_code in {303, 401, 403}


def test_whoever_signs_sounds_the_sirens(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """Of an order that stands; a drill's by another word; what came of it is shown. Never by the command centre."""
    made.profile = replace(made.profile, warnings=Warnings(agency="bpbd"))
    client = serve(made, keep_s=0, sirens=(SirenInfo("masjid", "Masjid Terban", (GAUGE,), 60.0),))
    order, fact = told(made), told(made, 1, of="b", kind="fact")
    drill = told(made, 1, of="latihan", drill=True)
    who = officer(made)
    shown = ask(client, f"/siaran/{order.id}", who).text
    assert "Masjid Terban" in shown
    assert "Bunyikan sirene<" in shown
    assert "Bunyikan sirene untuk LATIHAN" in ask(client, f"/siaran/{drill.id}", who).text
    assert "Bunyikan" not in ask(client, f"/siaran/{fact.id}", who).text
    centre = signed_in(made, person(made, "jaga", "operator"))
    assert "Bunyikan" not in ask(client, f"/siaran/{order.id}", centre).text
    assert ask(client, f"/siaran/{order.id}/sirene", centre, kata="bunyi").status_code == 403
    assert ask(client, f"/siaran/{fact.id}/sirene", who, kata="bunyi").status_code == 409
    assert ask(client, f"/siaran/{order.id}/sirene", who, kata="bunyi").status_code == 303
    assert ask(client, f"/siaran/{order.id}/sirene", who, kata="bunyi").status_code == 303
    assert [one.do for one in made.cities.sirens_asked(order.city, order.id)] == ["sound"]
    assert "bunyikan, <b>menunggu jawaban</b>" in ask(client, f"/siaran/{order.id}", who).text
    ask(client, f"/siaran/{order.id}/sirene", who, kata="henti")
    assert [one.do for one in made.cities.sirens_asked(order.city, order.id)] == ["stop", "sound"]
    later(made, MINUTE_US)
    told(made, 2, kind="correction", corrects=order.id)
    assert ask(client, f"/siaran/{order.id}/sirene", who, kata="bunyi").status_code == 409
    assert "Masjid" not in ask(client, f"/siaran/{order.id}").text


def test_a_contact_is_added_changed_and_ended(made: Town, client: httpx.Client) -> None:
    """Each a deed; the link is shown once, and the number is gone in the end."""
    who = officer(made)
    form = {"rw": "RW 04 Terban", "kelurahan": REGION, "nama": "Bu Wiji", "peran": "rw", "telepon": "0812 000111"}
    assert "Belum ada kontak" in ask(client, "/kontak", who).text
    assert ask(client, "/kontak", who, **form, bahasa="id").headers["location"] == "/kontak?kabar=simpan"
    (one,) = made.cities.contacts(made.profile.code)
    shown = ask(client, f"/kontak/{one.id}/tautan", who, x="").text
    (address,) = re.findall(r'value="http://127\.0\.0\.1:\d+(/rw/[^"]+)"', shown)
    assert ask(client, address).status_code == 200
    ask(client, "/kontak", who, **{**form, "telepon": "0813 1"}, bahasa="en", ubah=one.id)
    (altered,) = made.cities.contacts(made.profile.code)
    assert (altered.id, altered.phone, altered.language) == (one.id, "0813 1", "en")
    assert ask(client, f"/kontak/{one.id}/tutup", who, x="").status_code == 303
    assert made.cities.contacts(made.profile.code) == []
    assert ask(client, address).status_code == 404
    deeds = [row.what for row in made.cities.audit(made.profile.code) if row.what.startswith("contact.")]
    assert deeds == ["contact.added", "contact.linked", "contact.altered", "contact.ended"]


def test_every_look_at_numbers_is_recorded(made: Town, client: httpx.Client) -> None:
    """With who looked and how many they saw."""
    keeps(made)
    one = person(made, "siti", "officer", agency="bpbd")
    assert "0812 000-111" in ask(client, "/kontak", signed_in(made, one)).text
    row = made.cities.audit(made.profile.code)[-1]
    assert (row.actor, row.what, row.details) == (one.id, "contact.looked", {"contacts": 1})


def test_officers_see_their_own_area_alone(made: Town, client: httpx.Client) -> None:
    """Another agency sees no number at all; another area's officer neither sees nor changes this one's."""
    one = keeps(made)
    foreign = signed_in(made, person(made, "damkar", "officer", agency="damkar"))
    assert ask(client, "/kontak", foreign).status_code == 403
    far = signed_in(made, person(made, "jauh", "officer", agency="bpbd", regions=("34.71.13",)))
    assert one.phone not in ask(client, "/kontak", far).text
    assert ask(client, f"/kontak/{one.id}/tutup", far, x="").status_code == 404
    form = {"rw": "RW 01", "kelurahan": REGION, "nama": "X", "peran": "rw", "telepon": "0812", "bahasa": "id"}
    assert "Bukan kelurahan Anda" in ask(client, "/kontak", far, **form).text


def test_a_table_is_taken_in_whole_or_not_at_all(made: Town, client: httpx.Client) -> None:
    """With each wrong line by its number, what stands there, and how to mend it; twice is once."""
    who = officer(made)
    head = "rw;region;name;role;phone"
    lines = [
        "RW 01 Terban;Terban;Bu Wiji;rw;0812 1",
        "RW 02 Terban;Atlantis;Pak;rw;0812 2",
        "RW 03;Terban;Pak;rw;telepon",
        "RW 01;Terban",
    ]
    wrong = "\n".join([head, *lines])
    answer = ask(client, "/kontak/unggah", who, tabel=wrong)
    assert answer.status_code == 400
    assert made.cities.contacts(made.profile.code) == []
    for line in ("Baris 3</b> “Atlantis”", "Baris 4</b> “telepon”: Nomor ini tidak dapat ditelepon", "Baris 5</b> “2”"):
        assert line in answer.text, line
    right = f"{head}\n# ketua\nRW 01 Terban;Terban;Bu Wiji;masjid;0812 1\n"
    for _ in range(2):
        assert ask(client, "/kontak/unggah", who, tabel=right).headers["location"] == "/kontak?kabar=unggah"
    (one,) = made.cities.contacts(made.profile.code)
    assert (one.region, one.role, one.language) == (REGION, "mosque", "id")
    assert "region, name" in ask(client, "/kontak/unggah", who, tabel="rw,role,phone\n1,2,3").text


def test_a_thousand_contacts_are_found_and_paged(made: Town, client: httpx.Client) -> None:
    """Two hundred a page, found by RW, name or kelurahan."""
    many = [
        contact(
            id=f"c-{n}",
            city=made.profile.code,
            rw=f"RW {n:04}",
            region=REGION,
            phone=f"0812{n:05}",
            name=f"Orang {n}",
        )
        for n in range(1_000)
    ]
    deeds = [Deed("system", "contact.added", one.id, made.now_us) for one in many]
    made.cities.put_contacts(made.profile.code, many, deeds)
    who = officer(made)
    first = ask(client, "/kontak", who).text
    assert first.count('href="tel:') == 201, "two hundred, and the city's own"
    assert "Halaman 1 dari 5" in first
    assert "RW 0999" in ask(client, "/kontak?hal=99", who).text
    found = ask(client, "/kontak?cari=orang+77+terban", who).text
    assert "RW 0077" in found
