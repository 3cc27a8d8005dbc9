"""Photos at `/lapor`, `/petugas`, `/kasus` and `/foto`: sent, seen by whom they are for, doubted, made unreadable."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import httpx
from PIL import Image, ImageDraw, ImageOps
from support.at_desk import GOOD, KEY, ask, officer_of, post, reported, send, words
from support.photographs import photograph, scene
from support.seed import Town
from support.visitors import person, signed_in, stranger

Serve = Callable[..., httpx.Client]


def test_a_reporter_takes_their_photos_along(made: Town, serve: Serve) -> None:
    """Behind the key of their page, before an officer lets anybody see them; nobody else's, and none once erased."""
    client = serve(made)
    _, (photo,) = reported(made, client, photograph(place=(-7.78, 110.37)))
    send(client, stranger(), "/lapor", **{**GOOD, "kunci": "e" * 32})
    page = client.get(f"/lapor/{KEY}").text
    assert f'href="/lapor/{KEY}/foto/{photo.id}.jpg"' in page
    (told,) = client.get(f"/lapor/{KEY}/data.json").json()["photos"]
    assert told["file"].endswith(f"/lapor/{KEY}/foto/{photo.id}.jpg")
    mine = client.get(f"/lapor/{KEY}/foto/{photo.id}.jpg")
    assert (mine.status_code, mine.headers["cache-control"]) == (200, "private, no-store")
    with Image.open(io.BytesIO(mine.content)) as picture:
        assert (picture.width, picture.height) == (told["width"], told["height"])
        assert not picture.getexif()
    assert client.get(f"/lapor/{'e' * 32}/foto/{photo.id}.jpg").status_code == 404
    post(client, stranger(), f"/lapor/{KEY}/hapus")
    assert client.get(f"/lapor/{KEY}/foto/{photo.id}.jpg").status_code == 404


def test_a_residents_photo_is_seen_when_an_officer_lets_it(made: Town, serve: Serve) -> None:
    """Its office sees it at once; the public sees it from the officer's word on, until the officer takes that back."""
    client = serve(made)
    case, (photo,) = reported(made, client, photograph(place=(-7.78, 110.37)))
    assert "1 foto tersimpan" in words(client.get(f"/lapor/{KEY}"))
    officer, public = officer_of(made, case), stranger()
    large, small = f"/foto/{photo.id}.jpg", f"/foto/{photo.id}/kecil.jpg"
    for path in (large, small):
        assert ask(client, public, path).status_code == 404
        seen = ask(client, officer, path)
        assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
        assert seen.headers["cache-control"] == "private, no-store"
        assert "sandbox" in seen.headers["content-security-policy"]
        assert not Image.open(io.BytesIO(seen.content)).getexif()
    assert small not in ask(client, public, f"/kasus/{case.number}").text
    assert "belum terlihat umum" in words(ask(client, officer, f"/petugas/{case.number}"))

    page = f"/petugas/{case.number}/foto/{photo.id}"
    assert send(client, officer, page, aksi="tampilkan").status_code == 303
    assert ask(client, public, large).status_code == 200
    etag = ask(client, public, small).headers["etag"]
    again = client.get(small, headers={**public.sent, "if-none-match": etag})
    assert again.status_code == 304
    assert small in ask(client, public, f"/kasus/{case.number}").text
    send(client, officer, page, aksi="tutup")
    assert ask(client, public, large).status_code == 404
    deeds = [row.details["what"] for row in made.cities.audit(made.profile.code) if row.what == "case.photo"]
    assert sorted(deeds) == ["tampilkan", "tutup"]


def test_the_same_form_is_the_same_photo(made: Town, serve: Serve) -> None:
    """A poor link sends it twice; a photo that cannot be kept is said before anything is, and the words stay."""
    client, who = serve(made), stranger()
    for files, says in (((b"GIF89a",), "bukan foto JPEG"), ((b"",), "kosong"), ((photograph(),) * 4, "Terlalu banyak")):
        wrong = send(client, who, "/lapor", *files, **GOOD)
        assert wrong.status_code == 400
        assert says in words(wrong)
        assert "depan masjid" in wrong.text
    assert made.cities.find_cases(made.profile.code).total == 0
    for _ in range(2):
        case, photos = reported(made, client, photograph(), photograph(scene(2)))
    assert len(photos) == 2
    assert (
        client.post(
            f"/lapor/{KEY}/hapus",
            headers={**who.sent, "origin": str(client.base_url).rstrip("/")},
            data={"csrf": who.csrf},
        ).status_code
        == 303
    )
    assert made.cities.photos_of(case.number) == []


def test_a_proof_that_does_not_fit_is_doubted(made: Town, serve: Serve) -> None:
    """One photo for two repairs, from another day and another place: the officer reads all three. It is public."""
    client = serve(made)
    first, _ = reported(made, client)
    second, _ = reported(made, client, kunci="f" * 32, jenis="banjir", kontak="0813")
    officer = signed_in(made, person(made, "pusat", "operator"))
    place = (first.lat + 0.0216, first.lon)
    raw = photograph(scene(5), taken="2024:01:01 10:00:00", place=place)
    assert send(client, officer, f"/petugas/{first.number}/foto", raw).status_code == 303
    sent_on = photograph(scene(5, (640, 480)), quality=40, place=place)
    done = send(client, officer, f"/petugas/{second.number}/foto", sent_on)
    told = words(ask(client, officer, done.headers["location"].partition("?")[0]))
    assert f"Periksa ulang: gambar yang sama dengan foto pada kasus {first.number}" in told
    assert "2,4 km dari tempat kasus" in told
    assert "hari sebelum kasus dibuka" in words(ask(client, officer, f"/petugas/{first.number}"))
    (proof,) = made.cities.photos_of(second.number)
    assert ask(client, stranger(), f"/foto/{proof.id}.jpg").status_code == 200
    english = words(ask(client, officer, f"/petugas/{second.number}?lang=en"))
    assert f"Check again: the same picture as a photo of case {first.number}" in english
    assert "Pilih fotonya dahulu" in words(send(client, officer, f"/petugas/{second.number}/foto"))


def test_before_and_after_are_compared_and_not_doubted(made: Town, serve: Serve) -> None:
    """A hole in the road, and the road: the officer is led to the first photo. The hole sent again in a mirror is the
    same picture, though the other one's fingerprint is nearer."""
    client = serve(made)
    hole = scene(5)
    ImageDraw.Draw(hole).ellipse((370, 220, 450, 290), fill="saddlebrown")
    first, _ = reported(made, client, photograph(hole))
    officer = signed_in(made, person(made, "pusat", "operator"))
    assert send(client, officer, f"/petugas/{first.number}/foto", photograph(scene(5))).status_code == 303
    told = words(ask(client, officer, f"/petugas/{first.number}"))
    assert "Bandingkan: sudutnya seperti foto lain pada kasus ini, isinya berbeda" in told
    assert "Periksa ulang" not in told
    assert "Compare: the angle is that of" in words(ask(client, officer, f"/petugas/{first.number}?lang=en"))
    done = send(client, officer, f"/petugas/{first.number}/foto", photograph(ImageOps.mirror(hole)))
    told = words(ask(client, officer, done.headers["location"].partition("?")[0]))
    assert "Periksa ulang: gambar yang sama dengan foto lain pada kasus ini" in told
    (*_, copy) = made.cities.photos_of(first.number)
    made.cities.say_twin(replace(copy, alike="", twin="", twin_bits=0))
    send(client, officer, f"/petugas/{first.number}/foto", photograph(ImageOps.mirror(hole)))
    assert made.cities.photo(copy.city, copy.id) == copy, (
        "whoever was cut off before the second look has it at the next"
    )


def test_an_officer_makes_squares_unreadable(made: Town, serve: Serve) -> None:
    """The marked ones, for good; nothing marked is said; and the photo can be erased altogether."""
    client = serve(made)
    case, (photo,) = reported(made, client, photograph(scene(9, (1200, 900))))
    officer = officer_of(made, case)
    page = f"/petugas/{case.number}/foto/{photo.id}"
    none = send(client, officer, page, aksi="samarkan")
    assert (none.status_code, "Belum ada petak" in words(none)) == (400, True)
    assert send(client, officer, page, aksi="samarkan", petak=["12-0", "x"]).status_code == 400
    before = made.cities.photo_picture(made.profile.code, photo.id)
    assert send(client, officer, page, aksi="samarkan", petak=["5-4", "6-4"]).status_code == 303
    after = made.cities.photo_picture(made.profile.code, photo.id)
    assert after is not None
    assert after != before
    square = Image.open(io.BytesIO(after)).convert("RGB").crop((520, 420, 580, 480))
    assert max(high - low for low, high in square.getextrema()) <= 4
    assert "disamarkan" in words(ask(client, officer, page))
    assert send(client, officer, page, aksi="hapus").headers["location"] == f"/petugas/{case.number}?kabar=foto"
    assert ask(client, officer, page).status_code == 404
    assert send(client, officer, page, aksi="jual").status_code == 404


def test_what_waits_aside_is_for_operators_alone(made: Town, serve: Serve) -> None:
    """Its photo comes with it, and joins the case when it is released."""
    client = serve(made)
    case, _ = reported(made, client)
    send(client, stranger(), "/lapor", photograph(scene(4)), **{**GOOD, "kunci": "e" * 32, "tempat": "r:34.71.02.1001"})
    (aside,) = made.cities.aside(made.profile.code)
    (photo,) = made.cities.photos_of_reports([aside.id])
    operator = signed_in(made, person(made, "pusat", "operator"))
    assert ask(client, officer_of(made, case), f"/foto/{photo.id}.jpg").status_code == 404
    assert ask(client, operator, f"/foto/{photo.id}.jpg").status_code == 200
    assert f"/foto/{photo.id}/kecil.jpg" in ask(client, operator, "/petugas/samping").text
    released = post(client, operator, "/petugas/samping", aksi="lepas", laporan=aside.id)
    number = released.headers["location"].rsplit("/", 1)[1]
    assert [one.id for one in made.cities.photos_of(number)] == [photo.id]
