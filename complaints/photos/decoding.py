"""Between us and what strangers send: the first look at its bytes, and the process that opens it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from complaints.photos import worker
from contract.errors import BadInput, Unavailable

BYTES_MOST = 12 * 1024 * 1024
DEADLINE_S = 20.0
AT_ONCE = 2
WAIT_S = 20.0
Cell = tuple[int, int]
_HEIC = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"heim", b"heis")
_WHAT = {
    "empty": ("the file is empty", "Choose the photo again."),
    "big": (f"the photo has more than {BYTES_MOST // 1024 // 1024} MB", "Send a smaller one, or a screenshot of it."),
    "heic": ("the photo is in Apple's HEIC or AVIF format", "Send it as JPEG: a screenshot of it is enough."),
    "kind": ("the file is no JPEG, PNG or WebP photo", "Choose a photo that your telephone has taken."),
    "large": (
        f"the photo has more than {worker.PIXELS_MOST // 1_000_000} million pixels, or takes too much memory",
        "Send a smaller one, or a screenshot of it.",
    ),
    "broken": ("the photo cannot be opened; the file is damaged or is no photo", "Take it again, or send another."),
    "many": ("there are three photos already", "Send the three that show it best."),
}
WRONG = tuple(_WHAT)


class Unfit(BadInput):
    """A photo that cannot be kept. `code` is one of `WRONG`, for pages that speak two languages."""

    def __init__(self, code: str) -> None:
        what, remedy = _WHAT[code]
        super().__init__(what, where="photo", remedy=remedy)
        self.code = code


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo made anew: two JPEGs without a word about themselves, and what the camera had said. `taken` is its clock
    (`2026:01:24 10:00:00`) and `offset` that clock's zone (`+07:00`), "" where it did not say; `hash` is signed."""

    large: bytes
    small: bytes
    width: int
    height: int
    hash: int | None
    taken: str = ""
    offset: str = ""
    lat: float | None = None
    lon: float | None = None


def check(raw: bytes) -> None:
    """By its first bytes alone. Raises Unfit."""
    if not raw:
        raise Unfit("empty")
    if len(raw) > BYTES_MOST:
        raise Unfit("big")
    if raw[4:8] == b"ftyp" and raw[8:12] in _HEIC:
        raise Unfit("heic")
    known = raw.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (raw[:4] == b"RIFF" and raw[8:12] == b"WEBP")
    if not known:
        raise Unfit("kind")


class Decoder:
    """Opens photos, `AT_ONCE` at a time. Safe to share between threads."""

    def __init__(self, *, deadline_s: float = DEADLINE_S, at_once: int = AT_ONCE, wait_s: float = WAIT_S) -> None:
        self._deadline_s = deadline_s
        self._wait_s = wait_s
        self._turns = threading.BoundedSemaphore(at_once)

    def picture(self, raw: bytes) -> Picture:
        """A stranger's photo made anew. Raises Unfit, and Unavailable where too many wait."""
        check(raw)
        return self._asked(raw, "keep")

    def blurred(self, jpeg: bytes, cells: Collection[Cell]) -> Picture:
        """The same with these cells of the grid each in one colour."""
        return self._asked(jpeg, "blur", *(f"{column},{row}" for column, row in sorted(cells)))

    def same_as(self, jpeg: bytes, others: Sequence[tuple[bytes, bool]]) -> list[bool]:
        """Of pictures made here whether each is this one, sent on or changed; each a JPEG and whether to look at it
        in a mirror. Those after the first that is are not looked at, and not answered. Raises Unfit and Unavailable."""
        lengths = [str(len(jpeg)), *(f"{len(other)}{'m' if mirrored else ''}" for other, mirrored in others)]
        out = self._run(b"".join([jpeg, *(other for other, _ in others)]), "alike", *lengths)
        return list(map(bool, json.loads(out)["same"]))

    def _asked(self, raw: bytes, *how: str) -> Picture:
        return _read(self._run(raw, *how))

    def _run(self, raw: bytes, *how: str) -> bytes:
        if not self._turns.acquire(timeout=self._wait_s):
            raise Unavailable("too many photos are being opened; try again in a minute", retry_after_s=60.0)
        try:
            done = subprocess.run(
                # -I: neither the environment nor the folder says what is imported.
                [sys.executable, "-I", str(Path(worker.__file__)), *how],
                input=raw,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self._deadline_s,
                env={"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
                cwd="/",
                close_fds=True,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Unfit("broken") from None
        finally:
            self._turns.release()
        if done.returncode:
            raise Unfit("broken")
        return done.stdout


def _read(out: bytes) -> Picture:
    line, _, rest = out.partition(b"\n")
    about = json.loads(line)
    if "error" in about:
        raise Unfit(about["error"])
    large, small = about.pop("large"), about.pop("small")
    return Picture(large=rest[:large], small=rest[large : large + small], **about)
