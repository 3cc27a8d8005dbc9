"""A photo that came before, changed and sent again, and two moments at one place: which of them Siaga tells apart.

    python -m benchmarks.photos DIR   # DIR/*.jpg and DIR/video, frames of cameras that stand still

Frames are changed in each of the ways below and looked for by their fingerprint and by the look at both, as a new
photo is. Pairs of frames of one camera at other moments must not be taken for the same picture. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import io
import itertools
import random
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

from benchmarks.machine import tell
from complaints.photos import worker
from complaints.photos.keeping import LIKE_BITS, TWIN_BITS

SEED = 20260124
VIDEOS = (("pets2009-s2l1.avi", 37), ("one-by-one.mp4", 53))
"""and every how manieth frame is taken"""
PAIRS_A_CAMERA = 60
MASK = 2**64 - 1


def _jpeg(image: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=quality)
    return Image.open(out)


def _scaled(image: Image.Image, part: float) -> Image.Image:
    return image.resize((round(image.width * part), round(image.height * part)))


def _cut(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    wide, high = image.size
    return image.crop((round(wide * left), round(high * top), round(wide * (1 - right)), round(high * (1 - bottom))))


def _written(image: Image.Image, at: tuple[float, float], bar: float = 0.0) -> Image.Image:
    """A sentence, on a black bar of so much of the height at the lower edge."""
    made = image.convert("RGB")
    draw = ImageDraw.Draw(made)
    if bar:
        draw.rectangle((0, made.height * (1 - bar), made.width, made.height), fill="black")
    place = (made.width * at[0], made.height * at[1])
    draw.text(place, "24-01-2026 08.14 Kel. Danurejan", "white", ImageFont.load_default(made.height // 18))
    return made


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "quality 30": lambda one: _jpeg(one, 30),
    "quality 12": lambda one: _jpeg(one, 12),
    "two fifths of the size": lambda one: _jpeg(_scaled(one, 0.4), 60),
    "a quarter of the size": lambda one: _jpeg(_scaled(one, 0.25), 70),
    "1.3 times as bright": lambda one: ImageEnhance.Brightness(one).enhance(1.3),
    "0.6 times as bright": lambda one: ImageEnhance.Brightness(one).enhance(0.6),
    "1.4 times the contrast": lambda one: ImageEnhance.Contrast(one).enhance(1.4),
    "grey": lambda one: ImageEnhance.Color(one).enhance(0.0),
    "cut by 0.02": lambda one: _cut(one, 0.02, 0.02, 0.02, 0.02),
    "cut by 0.05": lambda one: _cut(one, 0.05, 0.05, 0.05, 0.05),
    "cut by 0.05 at a corner": lambda one: _cut(one, 0.05, 0.05, 0, 0),
    "cut by 0.1 at a corner": lambda one: _cut(one, 0, 0, 0.1, 0.1),
    "mirrored": ImageOps.mirror,
    "date below": lambda one: _written(one, (0.04, 0.9)),
    "date on a bar": lambda one: _written(one, (0.04, 0.82), bar=0.2),
    "date above": lambda one: _written(one, (0.3, 0.03)),
    "date in the middle": lambda one: _written(one, (0.2, 0.45)),
    "cut, brighter, dated, sent on": lambda one: _jpeg(
        _scaled(_written(ImageEnhance.Brightness(_cut(one, 0.02, 0.03, 0, 0.02)).enhance(1.15), (0.05, 0.9)), 0.6), 40
    ),
}


def kept(image: Image.Image) -> Image.Image:
    """As the desk keeps it."""
    return Image.open(io.BytesIO(worker.jpeg(worker.made_anew(image), worker.LARGE_PX, 82)))


def apart(one: Image.Image, other: Image.Image) -> int:
    """Bits between fingerprints; 64 where one is a picture of nothing."""
    first, second = worker.fingerprint(one), worker.fingerprint(other)
    return 64 if first is None or second is None else ((first ^ second) & MASK).bit_count()


def known(one: Image.Image, other: Image.Image) -> bool:
    """Whether `other`, sent after `one`, is said to be the same picture."""
    mirrored = ImageOps.mirror(other)
    return any(apart(one, seen) <= LIKE_BITS and worker.same_picture(one, seen) for seen in (other, mirrored))


def frames(folder: Path) -> dict[str, list[Image.Image]]:
    """Of each camera, as far as files and `cv2` are there."""
    found: dict[str, list[Image.Image]] = {}
    for file in sorted(folder.glob("*.jpg")):
        camera = re.sub(r"_?\d+$", "", file.stem)
        found.setdefault(camera, []).append(kept(Image.open(file)))
    for name, every in VIDEOS:
        if (folder / "video" / name).exists():
            found[name] = _of_video(folder / "video" / name, every)
    return found


def _of_video(file: Path, every: int) -> list[Image.Image]:
    import cv2

    video: Any = cv2.VideoCapture(str(file))
    found = []
    for number in itertools.count():
        there, frame = video.read()
        if not there:
            return found
        if number % every == 0:
            found.append(kept(Image.fromarray(frame[:, :, ::-1])))
    raise AssertionError


def main() -> None:
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--moving", nargs="*", default=("coco", "jet_humans"), help="cameras whose frames are of places"
    )
    asked = parser.parse_args()
    rng = random.Random(SEED)
    cameras = frames(asked.folder)
    started = time.process_time()
    looks = 0
    found: dict[str, str] = {}
    hits = tried = hits_before = 0
    for name, change in CHANGES.items():
        some = [rng.choice(pictures) for pictures in cameras.values() for _ in range(2)]
        changed = [(one, kept(change(one))) for one in some]
        right = sum(known(one, other) for one, other in changed)
        hits_before += sum(apart(one, other) <= TWIN_BITS for one, other in changed)
        found[name] = f"{right} of {len(changed)}"
        hits, tried, looks = hits + right, tried + len(changed), looks + len(changed)
    wrong = pairs = wrong_before = 0
    by_camera: dict[str, str] = {}
    for name, pictures in cameras.items():
        if name in asked.moving:
            continue
        both = list(itertools.combinations(pictures, 2))
        both = rng.sample(both, min(len(both), PAIRS_A_CAMERA))
        taken = sum(known(one, other) for one, other in both)
        wrong_before += sum(apart(one, other) <= TWIN_BITS for one, other in both)
        by_camera[name] = f"{taken} of {len(both)}"
        wrong, pairs, looks = wrong + taken, pairs + len(both), looks + len(both)
    tell(
        "photos",
        {
            "changed_known": found,
            "other_moment_taken_for_the_same": by_camera,
            "recall": round(hits / tried, 4),
            "precision": round(hits / (hits + wrong), 4),
            "by_fingerprint_alone_recall": round(hits_before / tried, 4),
            "by_fingerprint_alone_precision": round(hits_before / (hits_before + wrong_before), 4),
            "changed": tried,
            "pairs": pairs,
            "cpu_s_a_pair": round((time.process_time() - started) / looks, 3),
        },
    )


if __name__ == "__main__":
    main()
