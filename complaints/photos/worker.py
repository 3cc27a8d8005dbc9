"""What looks at a stranger's photo: a process of its own that has little memory, little time and nothing to write to.

It imports nothing of ours and is started by its path. Standard input is the photo; the arguments are `keep`, or `blur`
and cells as `column,row`. Standard output is one line of JSON, then the large and the small JPEG, whose lengths that
line says; or one line with `error` alone: `large`, or `broken`.

With `alike` standard input is several of our own JPEGs one after the other, and the arguments are their lengths in
bytes, `m` behind that of one to be looked at in a mirror. The line says of each after the first whether it is that
picture.
"""

from __future__ import annotations

import io
import json
import resource
import struct
import sys
import warnings
from collections.abc import Sequence
from functools import reduce
from math import isnan
from operator import mul
from typing import Any

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_S = 8
PIXELS_MOST = 64_000_000
LARGE_PX = 1_600
SMALL_PX = 320
COLUMNS, ROWS = 12, 9
FLAT = 12
"""of 255: a picture whose eighths differ by less, such as one of a lens cap, looks like any other such"""
FIELD = (384, 288)
"""pixels in which two pictures are laid over each other"""
BLOCK = 16
ABOVE, BELOW = 3, 5
"""rows of blocks, of 18, that are not compared: there telephones write date and place"""
LIKE = 0.5
STEADY = 58.0
"""a variance: what a JPEG does to something without texture is no change"""
DARKEST, LIGHTEST = 8, 247
"""of the strongest colour of a pixel, beyond which it may have been cut off"""
SHARE = 0.4
"""of a block's pixels that must say something"""
PATCH = 2
"""blocks side by side, of 432, that differ: a thing that came or went"""
STEPS = ((48, 0.06), (48, 0.03), (96, 0.015), (96, 0.008), (192, 0.004), (192, 0.002), (384, 0.001))
"""a width in pixels, and how far the cut is moved, as a part of the picture: from coarse to fine"""
MOVES = ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (1, 0, 1, 0), (0, 1, 0, 1), (1, 1, -1, -1))
Cut = tuple[float, float, float, float]
"""left, top, right, bottom; parts of a picture"""
_EXIF, _GPS = 0x8769, 0x8825
_TAKEN, _OFFSET = 36867, 36881
_RUBBISH = (
    ArithmeticError, AttributeError, EOFError, LookupError, OSError, RuntimeError, SyntaxError, TypeError, ValueError,
    struct.error,
)  # fmt: skip
"""what a decoder of EXIF stumbles with over what cameras write"""


def bounded() -> None:
    """From here on this process cannot take much, nor write to any file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def fingerprint(image: Any) -> int | None:
    """64 bits, of each place whether it is lighter than the one to its right (dHash); None for a picture of nothing."""
    from PIL import Image

    grey = image.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    if max(grey) - min(grey) < FLAT:
        return None
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (grey[row * 9 + column] > grey[row * 9 + column + 1])
    return bits - (1 << 64) if bits >> 63 else bits


def exif_of(image: Any) -> dict[str, Any]:
    """When and where the camera says that it was, as far as that can be read; a camera's rubbish is no failure."""
    found: dict[str, Any] = {"taken": "", "offset": "", "lat": None, "lon": None}
    try:
        exif = image.getexif()
        told = exif.get_ifd(_EXIF)
        found["taken"] = str(told.get(_TAKEN, ""))[:32]
        found["offset"] = str(told.get(_OFFSET, ""))[:8]
        place = exif.get_ifd(_GPS)
        lat, lon = _degrees(place.get(2), place.get(1), "S"), _degrees(place.get(4), place.get(3), "W")
        if lat is not None and lon is not None and abs(lat) <= 90 and abs(lon) <= 180 and (lat or lon):
            found["lat"], found["lon"] = lat, lon
    except _RUBBISH:
        return found
    return found


def _degrees(parts: Any, side: Any, negative: str) -> float | None:
    if not parts or len(parts) != 3:
        return None
    value = float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600
    return None if isnan(value) else -value if side == negative else value


def opened(raw: bytes) -> Any:
    """Raises ValueError for too many pixels."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # counted here
    image = Image.open(io.BytesIO(raw), formats=("JPEG", "PNG", "WEBP"))
    if image.width * image.height > PIXELS_MOST:
        raise ValueError("large")
    return image


def made_anew(image: Any) -> Any:
    """Upright, no larger than `LARGE_PX`, in plain colours on white, and nothing of the file but what is seen."""
    from PIL import Image, ImageOps

    image.draft("RGB", (LARGE_PX, LARGE_PX))
    image.thumbnail((LARGE_PX, LARGE_PX), Image.Resampling.BICUBIC)
    ImageOps.exif_transpose(image, in_place=True)
    over = image.convert("RGBA")
    plain = Image.new("RGB", image.size, "white")
    plain.paste(over, mask=over.getchannel("A"))
    return plain


def blurred(image: Any, cells: Sequence[tuple[int, int]]) -> Any:
    """Each cell of the grid becomes one colour, the mean of what was there: nothing can be read out of it again."""
    plain = image.convert("RGB")
    for column, row in cells:
        box = (
            column * plain.width // COLUMNS,
            row * plain.height // ROWS,
            (column + 1) * plain.width // COLUMNS,
            (row + 1) * plain.height // ROWS,
        )
        if box[0] < box[2] and box[1] < box[3]:
            plain.paste(plain.crop(box).resize((1, 1), 4).resize((box[2] - box[0], box[3] - box[1])), box)
    return plain


def jpeg(image: Any, px: int, quality: int) -> bytes:
    """Of at most so many pixels a side, with no word about itself."""
    small = image.copy()
    small.thumbnail((px, px))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def looked_at(raw: bytes, cells: Sequence[tuple[int, int]] | None) -> tuple[dict[str, Any], bytes, bytes]:
    """What is known of it, and both pictures."""
    image = opened(raw)
    about = exif_of(image)
    picture = made_anew(image) if cells is None else blurred(image, cells)
    large, small = jpeg(picture, LARGE_PX, 82), jpeg(picture, SMALL_PX, 75)
    about |= {"width": picture.width, "height": picture.height, "hash": fingerprint(picture)}
    return {**about, "large": len(large), "small": len(small)}, large, small


def same_picture(one: Any, other: Any) -> bool:
    """Whether one was made from the other: sent on, made brighter or darker, cut at its edges, written upon above or
    below. False for two moments at one place: there something has come or gone."""
    size = (2 * FIELD[0], 2 * FIELD[1])
    one, other = (each.convert("RGB").resize(size, 4) for each in (one, other))
    straight, turned = _laid(one.convert("L"), other.convert("L")), _laid(other.convert("L"), one.convert("L"))
    whole, cut_of, cut = (one, other, straight[1]) if straight[0] <= turned[0] else (other, one, turned[1])
    box = (cut[0] * size[0], cut[1] * size[1], cut[2] * size[0], cut[3] * size[1])
    changed = _changed(whole.resize(FIELD, 4), cut_of.resize(FIELD, 2, box=box))
    return changed is not None and _largest(changed) < PATCH


def _laid(whole: Any, other: Any) -> tuple[float, Cut]:
    """How far `whole` and the cut of `other` that is nearest to it lie apart, and that cut."""
    from PIL import ImageChops, ImageOps, ImageStat

    cut: Cut = (0.0, 0.0, 1.0, 1.0)
    apart = float("inf")
    for width, step in STEPS:
        size = (width, width * 3 // 4)
        this = ImageOps.autocontrast(whole.resize(size, 4), 1)
        that = ImageOps.autocontrast(other.resize((2 * size[0], 2 * size[1]), 4), 1)

        def away(cut: Cut, this: Any = this, that: Any = that) -> float:
            box = (cut[0] * that.width, cut[1] * that.height, cut[2] * that.width, cut[3] * that.height)
            return float(ImageStat.Stat(ImageChops.difference(this, that.resize(this.size, 2, box=box))).mean[0])

        apart = away(cut)
        for _ in range(3):
            before = apart
            for move in MOVES:
                for way in (step, -step):
                    left, top, right, bottom = (
                        min(1.0, max(0.0, edge + way * moved)) for edge, moved in zip(cut, move, strict=True)
                    )
                    if min(right - left, bottom - top) >= 0.5 and (found := away((left, top, right, bottom))) < apart:
                        apart, cut = found, (left, top, right, bottom)
            if apart == before:
                break
    return apart, cut


def _changed(one: Any, other: Any) -> set[tuple[int, int]] | None:
    """Blocks (column, row) whose structure (that term of SSIM) is not that of the other's; None for pictures that are
    mostly black or white, of which nothing can be said."""
    from PIL import ImageChops, ImageFilter, ImageMath

    told = ImageChops.darker(_told(one), _told(other)).convert("F")
    a, b = (each.convert("L").filter(ImageFilter.GaussianBlur(1)).convert("F") for each in (one, other))

    def mean_of(*factors: Any) -> Any:
        by = {str(n): each for n, each in enumerate((told, *factors))}
        return ImageMath.lambda_eval(lambda v: reduce(mul, (v[name] for name in by)), **by).reduce(BLOCK)

    kept = (mean_of(), mean_of(a), mean_of(b), mean_of(a, a), mean_of(b, b), mean_of(a, b))
    columns, rows = kept[0].size
    found, silent = set(), 0
    for row in range(ABOVE, rows - BELOW):
        for column in range(columns):
            share, *sums = (each.getpixel((column, row)) for each in kept)
            if share < SHARE:
                silent += 1
                continue
            a1, b1, aa, bb, ab = (one / share for one in sums)
            if (2 * (ab - a1 * b1) + STEADY) / (aa - a1 * a1 + bb - b1 * b1 + STEADY) < LIKE:
                found.add((column, row))
    return None if silent > columns * (rows - ABOVE - BELOW) // 2 else found


def _told(image: Any) -> Any:
    """1 where all colours say something, 0 where one may have been cut off."""
    from PIL import ImageChops

    red, green, blue = image.split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point([DARKEST <= one <= LIGHTEST for one in range(256)])


def _largest(blocks: set[tuple[int, int]]) -> int:
    """How many of them hang together."""
    left, most = set(blocks), 0
    while left:
        edge, size = [left.pop()], 0
        while edge:
            column, row = edge.pop()
            size += 1
            beside = {(column + 1, row), (column - 1, row), (column, row + 1), (column, row - 1)} & left
            left -= beside
            edge += beside
        most = max(most, size)
    return most


def compared(raw: bytes, lengths: Sequence[str]) -> list[bool]:
    """Of each picture after the first whether it is that one, up to the first that is."""
    from PIL import ImageOps

    at, pictures = 0, []
    for one in lengths:
        size = int(one.rstrip("m"))
        image = opened(raw[at : at + size])
        image.draft("RGB", (2 * FIELD[0], 2 * FIELD[1]))
        pictures.append(ImageOps.mirror(image) if one.endswith("m") else image)
        at += size
    found: list[bool] = []
    for picture in pictures[1:]:
        found.append(same_picture(pictures[0], picture))
        if found[-1]:
            break
    return found


def main(arguments: Sequence[str]) -> None:
    """See above."""
    bounded()
    warnings.simplefilter("ignore")
    if arguments[0] == "alike":
        sys.stdout.write(json.dumps({"same": compared(sys.stdin.buffer.read(), arguments[1:])}))
        return
    cells = None
    if arguments[0] == "blur":
        cells = [(int(x), int(y)) for x, y in (one.split(",") for one in arguments[1:])]
    try:
        about, large, small = looked_at(sys.stdin.buffer.read(), cells)
    except MemoryError:
        about, large, small = {"error": "large"}, b"", b""
    except Exception as error:  # noqa: BLE001 whatever a decoder meets in a stranger's file
        about, large, small = {"error": "large" if "large" in str(error) else "broken"}, b"", b""
    sys.stdout.buffer.write(json.dumps(about).encode() + b"\n" + large + small)


if __name__ == "__main__":
    main(sys.argv[1:])
