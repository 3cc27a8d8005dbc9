"""The emergency phrases as everybody reads them, and the page where speakers' signatures are kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from support.seed import Town
from support.visitors import Visitor, person, signed_in, stranger

from cities.phrases import phrases
from contract.city import Warnings

LEAVE = phrases().texts["jv", "leave_now"]


@pytest.fixture
def client(made: Town, serve: Callable[..., httpx.Client]) -> httpx.Client:
    made.profile = replace(made.profile, warnings=Warnings(agency="bpbd"))
    return serve(made, keep_s=0)


def ask(client: httpx.Client, path: str, who: Visitor | None = None, **form: str) -> httpx.Response:
    client.cookies.clear()
    visitor = who or stranger()
    if not form:
        return client.get(path, headers=visitor.sent)
    headers = {**visitor.sent, "origin": str(client.base_url).rstrip("/")}
    return client.post(path, headers=headers, data={"csrf": visitor.csrf, **form})


def officer(city: Town) -> Visitor:
    return signed_in(city, person(city, "siti", "officer", agency="bpbd"))


def sign(client: httpx.Client, who: Visitor, **changed: str) -> httpx.Response:
    form = {"kata": "tanda", "teks": LEAVE, "penutur": "Bu Sri, Terban", **changed}
    return ask(client, "/suara/naskah/jv/leave_now", who, **form)


def item(page: str, key: str) -> str:
    """One phrase's part of a page."""
    return re.split(r'<li id="\w+">', page.split(f'<li id="{key}">')[1])[0]


def test_the_readers_own_language_stands_first_and_is_not_marked(client: httpx.Client) -> None:
    """Indonesian by itself, English where the page is read in English; with the places filled."""
    page = ask(client, "/suara").text
    assert "Pergi sekarang! Jangan menunggu!" in page
    assert "Pergi ke titik kumpul!" in page
    assert "Butuh bantuan? Telepon 112!" in page
    assert "belum diperiksa" not in page
    assert page.count("<li id=") == 12
    assert "Leave now! Do not wait!" in ask(client, "/suara?lang=en").text
    assert "{muster}" not in page
    assert "{phone}" not in page


def test_what_no_speaker_has_signed_is_marked(client: httpx.Client) -> None:
    """All twelve of the four, each with what it means; a language that is none of ours is the reader's own."""
    for language in ("jv", "sas", "mak", "jax"):
        page = ask(client, f"/suara?bahasa={language}").text
        assert page.count("<b>belum diperiksa</b>") == 12
        assert page.count(f'lang="{language}"') == 12
        assert "Pergi sekarang! Jangan menunggu!" in item(page, "leave_now")
    assert "Pergi sekarang!" in ask(client, "/suara?bahasa=xx").text


def test_a_named_speaker_signs_and_the_mark_goes(made: Town, client: httpx.Client) -> None:
    """Of that sentence alone; the page names the speaker, the log who entered it."""
    who = officer(made)
    assert sign(client, who).status_code == 303
    page = ask(client, "/suara?bahasa=jv").text
    assert "belum diperiksa" not in item(page, "leave_now")
    assert "Diperiksa Bu Sri, Terban" in item(page, "leave_now")
    assert page.count("<b>belum diperiksa</b>") == 11
    (entry,) = [one for one in made.cities.audit(made.profile.code) if one.what == "phrase.signed"]
    assert entry.object == "jv/leave_now"
    assert entry.details["phrase"] == "leave_now"
    assert "Sri" not in str(entry.details)


def test_a_change_of_the_sentence_ends_the_signature(made: Town, client: httpx.Client) -> None:
    """The city's own wording is shown at once, marked; the file's, taken back, is marked as well."""
    who = officer(made)
    sign(client, who)
    path = "/suara/naskah/jv/leave_now"
    assert ask(client, path, who, kata="kalimat", kalimat="Ayo  lunga saiki!").status_code == 303
    part = item(ask(client, "/suara?bahasa=jv").text, "leave_now")
    assert "Ayo lunga saiki!" in part
    assert "belum diperiksa" in part
    assert "Bu Sri" not in part
    assert ask(client, path, who, kata="kalimat", kalimat=LEAVE).status_code == 303
    part = item(ask(client, "/suara?bahasa=jv").text, "leave_now")
    assert LEAVE in part
    assert "belum diperiksa" in part


def test_nobody_signs_a_sentence_that_they_have_not_read(made: Town, client: httpx.Client) -> None:
    """It was changed while the speaker read: nothing is signed, and the new one stands there."""
    who = officer(made)
    answer = sign(client, who, teks="Yang lama.")
    assert answer.status_code == 409
    assert "Kalimatnya baru saja berubah." in answer.text
    assert made.cities.phrase_signatures(made.profile.code) == []


def test_what_cannot_be_kept_is_said(made: Town, client: httpx.Client) -> None:
    """In the reader's language, with what was typed still there."""
    who = officer(made)
    wrong = {
        "Tulis nama penutur": {"kata": "tanda", "teks": LEAVE, "penutur": " "},
        "lebih dari 120 huruf": {"kata": "kalimat", "kalimat": "x" * 121},
        "kurung kurawal": {"kata": "kalimat", "kalimat": "Lunga {saiki}"},
        "Pilih salah satu tombol.": {"kata": "entah"},
    }
    for said, form in wrong.items():
        answer = ask(client, "/suara/naskah/jv/leave_now", who, **form)
        assert answer.status_code == 400
        assert said in answer.text
        assert form.get("kalimat", "") in answer.text
    assert made.cities.wordings(made.profile.code) == []
    assert made.cities.phrase_signatures(made.profile.code) == []


def test_a_signature_is_taken_back(made: Town, client: httpx.Client) -> None:
    """Then the sentence is marked again."""
    who = officer(made)
    sign(client, who)
    page = ask(client, "/suara/naskah?bahasa=jv", who).text
    assert "11 kalimat belum diperiksa." in page
    assert "Dicatat siti." in page
    assert ask(client, "/suara/naskah/jv/leave_now", who, kata="cabut").status_code == 303
    assert "belum diperiksa" in item(ask(client, "/suara?bahasa=jv").text, "leave_now")


def test_the_products_own_languages_are_not_signed(made: Town, client: httpx.Client) -> None:
    """Indonesian and English have no form, and no program gets round that."""
    who = officer(made)
    assert "tidak perlu ditandatangani" in ask(client, "/suara/naskah?bahasa=id", who).text
    assert ask(client, "/suara/naskah/id/leave_now", who, kata="kalimat", kalimat="Lari!").status_code == 404
    assert ask(client, "/suara/naskah/jv/nothing", who, kata="cabut").status_code == 404
