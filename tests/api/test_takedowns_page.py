"""`/turunkan` and `/petugas/turunkan`: asked by anybody, answered within a day by whose case it is."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
from support.at_desk import ask, officer_of, post, reported, send, words
from support.photographs import photograph
from support.seed import Town
from support.visitors import person, signed_in, stranger

from complaints.minding import Minder
from contract.clock import DAY_US, ManualClock

Serve = Callable[..., httpx.Client]
KEYS = ("a" * 32, "b" * 32, "c" * 32)


def test_a_photo_and_words_are_taken_down_on_request(made: Town, serve: Serve) -> None:
    """Whoever asks needs no account and reads the answer behind their key; the clock is loud when it is over; nobody
    of another office answers; two answers are one."""
    client, public = serve(made, keep_s=0), stranger()
    case, (photo,) = reported(made, client, photograph())
    officer = officer_of(made, case)
    form = f"/turunkan?kasus={case.number}"
    assert "Foto ini" not in words(ask(client, public, form))
    post(client, officer, f"/petugas/{case.number}", aksi="periksa", kunci="x", isi="Lampu padam, kata Bu Sri.")
    send(client, officer, f"/petugas/{case.number}/foto/{photo.id}", aksi="tampilkan")
    page = ask(client, public, f"/kasus/{case.number}")
    assert f'href="{form}"' in page.text
    for wanted in ("Tulisan warga", "Foto ini", "Seluruh kasus"):
        assert wanted in words(ask(client, public, form))

    wrong = post(client, public, "/turunkan", kunci=KEYS[0], kasus=case.number, apa=photo.id, alasan=" ")
    assert (wrong.status_code, "Tulis mengapa" in words(wrong)) == (400, True)
    wrong = post(client, public, "/turunkan", kunci=KEYS[0], kasus=case.number, apa="none", alasan="wajah saya")
    assert (wrong.status_code, "wajah saya" in wrong.text) == (400, True)
    for key, what in ((KEYS[0], photo.id), (KEYS[0], photo.id), (KEYS[1], "words"), (KEYS[2], "case")):
        sent = post(client, public, "/turunkan", kunci=key, kasus=case.number, apa=what, alasan="itu saya")
        assert sent.headers["location"] == f"/turunkan/{key}"
    own = ask(client, public, f"/turunkan/{KEYS[0]}")
    assert "Menunggu jawaban sampai" in words(own)
    assert own.headers["cache-control"] == "private, no-store"
    assert len(made.cities.waiting_takedowns(made.profile.code)) == 3

    operator = signed_in(made, person(made, "ani", "operator"))
    other = signed_in(made, person(made, "lain", "officer", agency="none"))
    for path in ("/petugas", "/operator"):
        assert "3 permintaan penurunan menunggu" in words(ask(client, operator, path))
        assert "lewat 24 jam" not in words(ask(client, operator, path))
    assert "Tidak ada permintaan" in words(ask(client, other, "/petugas/turunkan"))
    assert isinstance(made.clock, ManualClock)
    made.clock.advance(DAY_US / 1e6 + 1)
    operator = signed_in(made, person(made, "budi", "operator"))
    officer = signed_in(made, person(made, "petugas2", "officer", agency=case.agency))
    assert "3 lewat 24 jam" in words(ask(client, operator, "/operator"))
    assert "Jawaban terlambat" in words(ask(client, public, f"/turunkan/{KEYS[0]}"))
    listed = ask(client, officer, "/petugas/turunkan")
    assert "terlambat" in words(listed)
    ids = re.findall(r'name="permintaan" value="([0-9a-f]{64})"', listed.text)
    waiting = {one.id: one.what for one in made.cities.waiting_takedowns(made.profile.code)}
    assert set(ids) == set(waiting)
    by = {what: takedown_id for takedown_id, what in waiting.items()}
    path = "/petugas/turunkan"
    other = signed_in(made, person(made, "lain2", "officer", agency="none"))
    given = {"aksi": "turunkan", "jawaban": "Benar, wajah terlihat."}
    assert post(client, other, path, permintaan=by["photo"], **given).status_code == 404
    empty = post(client, officer, path, permintaan=by["photo"], aksi="tolak", jawaban=" ")
    assert (empty.status_code, "Tulis jawaban" in words(empty)) == (400, True)
    assert ask(client, public, f"/foto/{photo.id}.jpg").status_code == 200
    assert post(client, officer, path, permintaan=by["photo"], **given).headers["location"] == f"{path}?kabar=turunkan"
    again = post(client, operator, path, permintaan=by["photo"], aksi="tolak", jawaban="tidak")
    assert (again.status_code, "baru saja dijawab" in words(again)) == (409, True)
    assert ask(client, public, f"/foto/{photo.id}.jpg").status_code == 404
    answered = words(ask(client, public, f"/turunkan/{KEYS[0]}"))
    assert "Diturunkan" in answered
    assert "Benar, wajah terlihat." in answered
    assert "Taken down" in words(ask(client, public, f"/turunkan/{KEYS[0]}?lang=en"))

    assert "Bu Sri" in ask(client, public, f"/kasus/{case.number}").text
    assert post(client, operator, path, permintaan=by["words"], **given).status_code == 303
    assert "Bu Sri" not in ask(client, public, f"/kasus/{case.number}").text
    assert post(client, operator, path, permintaan=by["case"], aksi="tolak", jawaban="Lampu umum.").status_code == 303
    assert "Tidak diturunkan" in words(ask(client, public, f"/turunkan/{KEYS[2]}"))
    assert "permintaan penurunan" not in words(ask(client, operator, "/petugas"))
    deeds = [row.what for row in made.cities.audit(made.profile.code) if row.what.startswith("case.takedown")]
    assert (deeds.count("case.takedown_asked"), deeds.count("case.takedown_answered")) == (3, 3)


def test_a_photo_that_nobody_looked_at_in_time_goes_by_itself(made: Town, serve: Serve) -> None:
    """While its request waits it stays out of sight; whoever asked reads so. The case stays, and a photo that was
    looked at in time does."""
    client, public = serve(made, keep_s=0), stranger()
    case, (photo,) = reported(made, client, photograph())
    made.cities.show_photo(made.profile.code, photo.id, made.now_us)
    post(client, officer_of(made, case), f"/petugas/{case.number}", aksi="periksa", kunci="x", isi="Lampu padam.")
    for key, what in ((KEYS[0], photo.id), (KEYS[1], "case")):
        post(client, public, "/turunkan", kunci=key, kasus=case.number, apa=what, alasan="itu saya")
    assert isinstance(made.clock, ManualClock)
    minder = Minder(made.cities, made.profile, made.clock)
    for later_s, status in ((DAY_US / 1e6, 200), (1, 404)):
        made.clock.advance(later_s)
        minder.turn(made.clock.now_us())
        assert ask(client, public, f"/foto/{photo.id}.jpg").status_code == status
    assert "tidak tampil selama menunggu" in words(ask(client, public, f"/turunkan/{KEYS[0]}"))
    assert "tidak tampil" not in words(ask(client, public, f"/turunkan/{KEYS[1]}"))
    assert ask(client, public, f"/kasus/{case.number}").status_code == 200


def test_nobody_floods_the_officers_with_requests(made: Town, serve: Serve) -> None:
    """Five an hour from one address, three for one thing; and nothing of a case that nobody sees."""
    client, public = serve(made, keep_s=0), stranger()
    case, _ = reported(made, client)
    asked = [
        post(client, public, "/turunkan", kunci=f"{n:032x}", kasus=case.number, apa="case", alasan="x").status_code
        for n in range(6)
    ]
    assert asked == [303, 303, 303, 409, 409, 429]
    officer = officer_of(made, case)
    post(client, officer, f"/petugas/{case.number}", aksi="sembunyi", kunci="x", isi="atas permintaan")
    assert ask(client, public, f"/turunkan?kasus={case.number}").status_code == 404
    assert post(client, public, "/turunkan", kunci=KEYS[0], kasus=case.number, apa="case").status_code == 404
