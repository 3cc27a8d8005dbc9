"""The city's own recordings: who may bring one, where it is heard, and that nothing else is taken for one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from support.bulletins import bulletin
from support.contacts import contact
from support.seed import Town
from support.sounds import MP3, OPUS, wav
from support.visitors import Visitor, person, signed_in

from api.tokens import digest
from cities.phrases import phrases
from contract.bulletin import Bulletin
from contract.city import Warnings
from contract.sound import BYTES_MOST, sound_of
from store.people import Deed
from store.ports import EngineCommit

LEAVE = phrases().texts["id", "leave_now"]
JAVANESE = phrases().texts["jv", "leave_now"]


@pytest.fixture
def client(made: Town, serve: Callable[..., httpx.Client]) -> httpx.Client:
    made.profile = replace(made.profile, warnings=Warnings(agency="bpbd"))
    return serve(made, keep_s=0)


def officer(city: Town) -> Visitor:
    return signed_in(city, person(city, "siti", "officer", agency="bpbd"))


def upload(client: httpx.Client, who: Visitor, data: bytes, language: str = "id", **changed: str) -> httpx.Response:
    client.cookies.clear()
    text = {"id": LEAVE, "jv": JAVANESE}[language]
    form = {"csrf": who.csrf, "teks": text, "penutur": "Bu Sri, Terban", **changed}
    headers = {**who.sent, "origin": str(client.base_url).rstrip("/")}
    path = f"/suara/naskah/{language}/leave_now/rekaman"
    return client.post(path, headers=headers, data=form, files={"rekaman": ("suara.txt", data, "text/plain")})


def page(client: httpx.Client, path: str, who: Visitor | None = None) -> str:
    client.cookies.clear()
    answer = client.get(path, headers=who.sent if who else {})
    assert answer.status_code == 200, answer.text
    return answer.text


def source(text: str) -> str:
    (found,) = re.findall(r'<audio [^>]*src="([^"]+)"', text)
    return found


def ordered(city: Town, **how: object) -> Bulletin:
    said = bulletin(
        1, of="incident-1", city=city.profile.code, node="jog-gauge-05", at_us=city.now_us, kind="order",
        regions=("RW 04 Terban",), **how,
    )  # fmt: skip
    lease = city.cities.lease(city.profile.code, "seed", city.now_us, 3600.0)
    assert lease is not None
    city.cities.commit(lease, EngineCommit(bulletins=[said]))
    return said


def test_without_a_recording_there_is_nothing_to_press(made: Town, client: httpx.Client) -> None:
    """Neither on the phrases nor on a warning."""
    order = ordered(made)
    for path in ("/suara", f"/siaran/{order.id}"):
        assert "<audio" not in page(client, path)
        assert "Dengarkan" not in page(client, path)


def test_a_recording_is_heard_wherever_its_sentence_is_said(made: Town, client: httpx.Client) -> None:
    """On the phrases with who spoke and when, on a warning, and on the page of an RW; by parts as a player asks."""
    order = ordered(made)
    one = contact(city=made.profile.code, rw="RW 04 Terban", region="34.71.03.1005")
    deed = Deed("system", "contact.added", one.id, made.now_us)
    made.cities.put_contacts(one.city, [one], [deed])
    made.cities.link_contact(one.city, one.id, digest("tautan"), deed)
    answer = upload(client, officer(made), b"ID3\x04\0\0\0\0\0\x04rumah"[:14] + MP3)
    assert answer.status_code == 303, answer.text
    text = page(client, "/suara")
    assert "Suara Bu Sri, Terban, direkam" in text
    address = source(text)
    assert source(page(client, f"/siaran/{order.id}")) == address
    assert source(page(client, "/rw/tautan")) == address
    heard = client.get(address)
    assert heard.headers["content-type"] == "audio/mpeg"
    assert heard.content == sound_of(MP3).body
    part = client.get(address, headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, heard.content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(heard.content)}"
    assert client.get(address, headers={"range": "bytes=-5"}).content == heard.content[-5:]
    assert client.get(address, headers={"range": "bytes=9999999-"}).status_code == 416
    assert client.get(address, headers={"if-none-match": heard.headers["etag"]}).status_code == 304


def test_a_speakers_language_is_played_with_a_warning_once_it_is_signed(made: Town, client: httpx.Client) -> None:
    """On the phrases it is heard at once, marked; who reads a warning hears only what was checked."""
    order, who = ordered(made), officer(made)
    assert upload(client, who, OPUS, "jv").status_code == 303
    assert "<audio" in page(client, "/suara?bahasa=jv")
    assert "<audio" not in page(client, f"/siaran/{order.id}")
    headers = {**who.sent, "origin": str(client.base_url).rstrip("/")}
    form = {"csrf": who.csrf, "kata": "tanda", "teks": JAVANESE, "penutur": "Bu Sri"}
    client.post("/suara/naskah/jv/leave_now", headers=headers, data=form)
    assert "<audio" in page(client, f"/siaran/{order.id}")


def test_another_sentence_is_not_spoken_for(made: Town, client: httpx.Client) -> None:
    """A changed sentence falls silent; whoever looks after them sees the old recording and can remove it for good."""
    who = officer(made)
    upload(client, who, wav(), "jv")
    address = source(page(client, "/suara?bahasa=jv"))
    headers = {**who.sent, "origin": str(client.base_url).rstrip("/")}
    form = {"csrf": who.csrf, "kata": "kalimat", "kalimat": "Ayo lunga saiki!"}
    client.post("/suara/naskah/jv/leave_now", headers=headers, data=form)
    assert "<audio" not in page(client, "/suara?bahasa=jv")
    assert "Rekaman ini mengucapkan kalimat lama" in page(client, "/suara/naskah?bahasa=jv", who)
    recording = address.rsplit("/", 1)[1]
    client.post(f"/suara/rekaman/{recording}/hapus", headers=headers, data={"csrf": who.csrf})
    assert client.get(address).status_code == 404
    assert [one.what for one in made.cities.audit(made.profile.code)][-3:] == [
        "recording.kept", "phrase.worded", "recording.removed",
    ]  # fmt: skip


def test_what_is_no_recording_is_said_and_not_kept(made: Town, client: httpx.Client) -> None:
    """Whatever its name says; each with its reason, and a stranger with none at all."""
    who = officer(made)
    wrong = {
        "bukan WAV, OGG, atau MP3": b"<html><script>alert(1)</script>",
        "lebih dari 30 detik": wav(31),
        "rusak atau terpotong": OPUS[:-9],
        "lebih dari 1 MB": wav() + bytes(BYTES_MOST - len(wav()) + 1),
    }
    for said, data in wrong.items():
        answer = upload(client, who, data)
        assert answer.status_code == 400, said
        assert said in answer.text
    assert upload(client, who, MP3, penutur=" ").status_code == 400
    assert upload(client, who, MP3, teks="lama").status_code == 409
    assert upload(client, who, MP3, csrf="x").status_code == 403
    assert upload(client, who, bytes(2 * BYTES_MOST)).status_code == 413
    assert upload(client, signed_in(made, person(made, "jauh", "technician")), MP3).status_code == 403
    assert made.cities.recordings(made.profile.code) == []
