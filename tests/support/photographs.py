"""Photos as telephones take them, made here: with a scene, and with what a camera says of time and place."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw


def scene(seed: int = 1, size: tuple[int, int] = (800, 600)) -> Image.Image:
    """Something to see: another seed is another place."""
    rng = random.Random(seed)
    tiles = Image.new("RGB", (12, 9))
    tiles.putdata([(rng.randrange(256), rng.randrange(256), rng.randrange(256)) for _ in range(108)])
    return tiles.resize(size, Image.Resampling.BICUBIC)


def photograph(
    image: Image.Image | None = None,
    *,
    taken: str = "",
    offset: str = "",
    place: tuple[float, float] | None = None,
    turned: int = 1,
    kind: str = "JPEG",
    quality: int = 90,
) -> bytes:
    """A file. `taken` as cameras write it (`2026:01:24 10:00:00`), `place` in degrees, `turned` as
    cameras say how they were held (1: upright, 6: on the side)."""
    exif = Image.Exif()
    exif[271] = "Kamera Bu Sri"
    if turned != 1:
        exif[274] = turned
    if taken:
        told = exif.get_ifd(0x8769)
        told[36867] = taken
        if offset:
            told[36881] = offset
    if place is not None:
        where = exif.get_ifd(0x8825)
        for number, degrees, sides in ((1, place[0], "NS"), (3, place[1], "EW")):
            where[number] = sides[degrees < 0]
            where[number + 1] = (abs(degrees), 0.0, 0.0)
    out = io.BytesIO()
    (image or scene()).save(out, kind, quality=quality, exif=exif)
    return out.getvalue()


def bomb() -> bytes:
    """A picture of nothing: a few kilobytes that would take gigabytes to open."""
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    return out.getvalue()


def marked(image: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    """The same with a sign on it."""
    ImageDraw.Draw(image).rectangle(box, fill="white")
    ImageDraw.Draw(image).text((box[0] + 4, box[1] + 4), "AB 1234 CD", fill="black")
    return image
