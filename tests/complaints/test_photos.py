"""Photos: opened in a process of their own, made anew, compared, and kept without a word about whoever took them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageOps
from support.photographs import bomb, marked, photograph, scene

from complaints.photos import worker
from complaints.photos.decoding import BYTES_MOST, Decoder, Unfit
from complaints.photos.doubts import doubts_of
from complaints.photos.keeping import TWIN_BITS, taken_us
from contract.clock import DAY_US, HOUR_US
from store.photos import Photo

WIB = ZoneInfo("Asia/Jakarta")
HELD = Photo("p", "yogyakarta", "YOG-1", "r", "report", 10 * DAY_US, 800, 600)


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    return Decoder()


def test_a_photo_is_made_anew(decoder: Decoder) -> None:
    """Smaller, and without camera, place, time, or what somebody hung behind it; what the camera said is told apart."""
    raw = photograph(scene(size=(2400, 1800)), taken="2026:01:24 10:00:00", offset="+07:00", place=(-7.8, 110.4))
    found = decoder.picture(raw + b"<script>alert(1)</script>PK\x03\x04")
    large, small = Image.open(io.BytesIO(found.large)), Image.open(io.BytesIO(found.small))
    assert (large.size, small.size) == ((1600, 1200), (320, 240))
    assert (found.width, found.height) == (1600, 1200)
    for picture, raw_jpeg in ((large, found.large), (small, found.small)):
        assert not picture.getexif()
        assert b"Bu Sri" not in raw_jpeg
        assert b"script" not in raw_jpeg
    assert (found.taken, found.offset, found.lat, found.lon) == ("2026:01:24 10:00:00", "+07:00", -7.8, 110.4)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(bomb(), "large", id="bomb"),
        pytest.param(b"\xff\xd8\xff" + b"\0" * BYTES_MOST, "big", id="30 MB"),
        pytest.param(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic", id="HEIC"),
        pytest.param(b"GIF89a\x01\0\x01\0", "kind", id="GIF"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind", id="SVG"),
        pytest.param(b"\xff\xd8\xff\xe0<html><script>alert(1)</script></html>", "broken", id="polyglot"),
        pytest.param(photograph()[:2000], "broken", id="cut off"),
    ],
)
def test_what_is_no_photo_is_said(decoder: Decoder, raw: bytes, code: str) -> None:
    """Each by its own sentence, with what to do."""
    with pytest.raises(Unfit) as caught:
        decoder.picture(raw)
    assert caught.value.code == code
    assert caught.value.remedy


def test_a_photo_that_takes_for_ever_is_given_up() -> None:
    """After its deadline the process is gone, and it is a photo that cannot be opened."""
    with pytest.raises(Unfit) as caught:
        Decoder(deadline_s=0.001).picture(photograph())
    assert caught.value.code == "broken"


def test_it_stands_upright_on_white(decoder: Decoder) -> None:
    """What a telephone turned is turned back; what is seen through is white and not black."""
    image = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    out = io.BytesIO()
    exif = Image.Exif()
    exif[274] = 6
    image.save(out, "PNG", exif=exif)
    found = decoder.picture(out.getvalue())
    large = Image.open(io.BytesIO(found.large))
    assert large.size == (300, 400)
    assert large.getpixel((5, 5)) == (255, 255, 255)
    assert found.hash is None


def test_a_copy_is_known_again_and_another_place_is_not() -> None:
    """Sent on, made brighter or cut by a fiftieth it stays within the limit; fifty other places do not."""
    first = scene(7)
    this = worker.fingerprint(first)
    sent_on = Image.open(io.BytesIO(photograph(first.resize((320, 240)), quality=35)))
    others = [sent_on, ImageEnhance.Brightness(first).enhance(1.2), first.crop((8, 6, 792, 594))]
    assert this is not None
    for one in others:
        assert _apart(this, worker.fingerprint(one)) <= TWIN_BITS
    assert min(_apart(this, worker.fingerprint(scene(seed))) for seed in range(100, 150)) > TWIN_BITS


@pytest.mark.parametrize(
    ("changed", "mirrored"),
    [
        pytest.param(
            lambda one: Image.open(io.BytesIO(photograph(one.resize((480, 360)), quality=30))), False, id="sent"
        ),
        pytest.param(lambda one: ImageEnhance.Brightness(one).enhance(1.3), False, id="brightened"),
        pytest.param(lambda one: one.crop((64, 0, 800, 552)), False, id="cut"),
        pytest.param(lambda one: ImageOps.expand(one.crop((16, 30, 790, 510)), (0, 0, 0, 80)), False, id="written on"),
        pytest.param(ImageOps.mirror, True, id="mirrored"),
    ],
)
def test_a_picture_changed_is_that_picture(
    decoder: Decoder, changed: Callable[[Image.Image], Image.Image], mirrored: bool
) -> None:
    """Two moments at one place are told apart by what has come or gone, in the same look."""
    first, after = (ImageEnhance.Brightness(scene(7)).enhance(0.75) for _ in range(2))
    ImageDraw.Draw(after).ellipse((370, 220, 450, 290), fill="saddlebrown")
    new = photograph(changed(first))
    assert decoder.same_as(new, [(photograph(after), mirrored), (photograph(first), mirrored)]) == [False, True]


def test_nothing_is_said_of_what_is_cut_off() -> None:
    """Two nights with one lamp each are not one picture because the rest is black."""
    nights = [Image.new("RGB", (800, 600)) for _ in range(2)]
    for night, x in zip(nights, (380, 384), strict=True):
        ImageDraw.Draw(night).ellipse((x, 20, x + 60, 80), fill="white")
    assert not worker.same_picture(*nights)


def test_what_is_blurred_cannot_be_read_out_again(decoder: Decoder) -> None:
    """A marked square is one colour, that of nothing else; beside it the picture is as it was."""
    image = marked(scene(3, (1200, 900)), (500, 400, 600, 500))
    found = decoder.blurred(photograph(image), [(5, 4)])
    made = Image.open(io.BytesIO(found.large)).convert("RGB")
    square = made.crop((516, 416, 584, 484))
    assert max(high - low for low, high in square.getextrema()) <= 2
    assert made.getpixel((100, 100)) == pytest.approx(image.getpixel((100, 100)), abs=12)


@pytest.mark.parametrize(
    ("taken", "offset", "us"),
    [
        ("2026:01:24 10:00:00", "", 1_769_223_600_000_000),
        ("2026:01:24 10:00:00", "+00:00", 1_769_248_800_000_000),
        ("0000:00:00 00:00:00", "", None),
        ("1980:01:01 00:00:00", "", None),
        ("kemarin", "", None),
        ("", "", None),
    ],
)
def test_a_cameras_clock_is_read(taken: str, offset: str, us: int | None) -> None:
    """In the city's zone where it names none; a clock that was never set says nothing."""
    assert taken_us(taken, offset, WIB) == us


@pytest.mark.parametrize(
    ("changes", "opened_us", "says"),
    [
        ({}, 0, []),
        ({"taken_us": 10 * DAY_US - HOUR_US, "away_m": 80.0}, 0, []),
        ({"taken_us": 7 * DAY_US}, 0, [("old", 3 * DAY_US)]),
        ({"taken_us": 11 * DAY_US}, 0, [("ahead", DAY_US)]),
        ({"away_m": 2400.0}, 0, [("far", 2400.0)]),
        ({"kind": "proof", "taken_us": 9 * DAY_US}, 9 * DAY_US + 2 * HOUR_US, [("before", 2 * HOUR_US)]),
        ({"twin": "q", "taken_us": 7 * DAY_US}, 0, [("twin", "q"), ("old", 3 * DAY_US)]),
        ({"twin": "q", "alike": "same"}, 0, [("same", "q")]),
        ({"twin": "q", "alike": "spot"}, 0, [("spot", "q")]),
    ],
)
def test_what_does_not_fit_is_doubted(
    changes: dict[str, object], opened_us: int, says: list[tuple[str, object]]
) -> None:
    """A camera that says nothing is believed; a proof from before the case is not."""
    found = doubts_of(replace(HELD, **changes), opened_us)
    assert [(one.what, one.us or one.m or one.photo) for one in found] == says


def _apart(one: int, other: int | None) -> int:
    assert other is not None
    return ((one ^ other) & (2**64 - 1)).bit_count()
