"""What looks at a stranger's photo: a process of its own that has little memory, little time and nothing to write to.

It imports nothing of ours and is started by its path. Standard input is the photo; the arguments are `keep`, or `blur`
and cells as `column,row`. Standard output is one line of JSON, then the large and the small JPEG, whose lengths that
line says; or one line with `error` alone: `large`, or `broken`.
"""

from __future__ import annotations

import io
import json
import resource
import struct
import sys
import warnings
from collections.abc import Sequence
from math import isnan
from typing import Any

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_S = 8
PIXELS_MOST = 64_000_000
LARGE_PX = 1_600
SMALL_PX = 320
COLUMNS, ROWS = 12, 9
FLAT = 12
"""of 255: a picture whose eighths differ by less, such as one of a lens cap, looks like any other such"""
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


def main(arguments: Sequence[str]) -> None:
    """See above."""
    bounded()
    warnings.simplefilter("ignore")
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
