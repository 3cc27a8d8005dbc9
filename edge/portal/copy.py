"""The page as it was fetched, what a visitor is shown of it, and its file on the card. Pure but for the file."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Literal, get_args

from contract.clock import MINUTE_US
from contract.errors import Rejected

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
MARK = "<!--siaga-copy-->"
"""where the city's page lets the node say how old its copy is"""
MOST_BYTES = 24 * 1024
_TAKEN = re.compile(r'<meta name="siaga-at" content="([^"<>]{1,60})">')

# `{taken}` is the city's own word for when, with its zone.
_LOST: Mapping[Language, str] = {
    "id": "Sambungan ke kota terputus{since}. Angka di bawah dari {taken}. Air bisa sudah berubah.",
    "en": "Connection to the city lost{since}. Figures below are from {taken}. The water may have changed.",
}
_SINCE: Mapping[Language, str] = {"id": " {minutes} menit", "en": " for {minutes} min"}
_NOTHING: Mapping[Language, tuple[str, str, str, str]] = {
    "id": (
        "Belum ada kabar dari kota di titik ini",
        "Tidak diketahui apakah ada peringatan sekarang.",
        "Kalau air naik, jauhi sungai dan pergi ke tempat tinggi. Ikuti ketua RT dan RW.",
        "Darurat, telepon",
    ),
    "en": (
        "No word from the city has reached this point yet",
        "It is not known whether there is a warning now.",
        "If the water rises, leave the river for high ground. Follow the wardens of your RT and RW.",
        "Emergency, call",
    ),
}


@dataclass(frozen=True, slots=True)
class Copy:
    """One language's page as the city gave it. `taken` is when its figures were read, in the city's words; `got_us` the
    node's wall time when it came, for after a restart."""

    page: str
    etag: str
    taken: str
    got_us: int


def copy_of(body: bytes, etag: str, now_us: int) -> Copy:
    """Raises Rejected for what is no portal page of ours: somebody else at the door must not be kept for the city."""
    if len(body) > MOST_BYTES:
        raise Rejected(f"the page has over {MOST_BYTES} bytes", reason="too_large")
    try:
        page = body.decode()
    except UnicodeDecodeError:
        raise Rejected("the page is no UTF-8", reason="malformed") from None
    taken = _TAKEN.search(page)
    if taken is None or page.count(MARK) != 1:
        raise Rejected("this is not the city's portal page", reason="malformed")
    return Copy(page, etag, taken[1], now_us)


def shown(copy: Copy, language: Language, *, fresh: bool, lost_us: int | None) -> str:
    """What a visitor reads: the page, and above it how old it is once the city has not been heard. `lost_us`: for how
    long, None where the node does not know the time."""
    if fresh:
        return copy.page
    since = "" if lost_us is None else _SINCE[language].format(minutes=max(1, lost_us // MINUTE_US))
    said = _LOST[language].format(since=since, taken=copy.taken)
    return copy.page.replace(MARK, f'<p class="lost" role="status">{said}</p>')


def nothing(language: Language, phone: str) -> str:
    """What a visitor reads before the first copy came. Nothing unknown is called safe."""
    title, unknown, what, call = (escape(one) for one in _NOTHING[language])
    other = "en" if language == "id" else "id"
    name = "English" if other == "en" else "Indonesia"
    dial = "".join(one for one in phone if one.isdigit() or one == "+")
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>Siaga</title></head>\n<body><main><h1>{title}</h1>\n'
        f"<p><strong>{unknown}</strong> {what}</p>\n"
        f'<p>{call} <a href="tel:{dial}">{escape(phone)}</a></p>\n'
        f'<p><a href="?lang={other}" lang="{other}">{name}</a></p></main></body></html>\n'
    )


class Card:
    """The copies' files. A half-written one is never found: it is written beside and takes the other's place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, language: Language) -> Copy | None:
        """The copy of before, None where there is none that can be used."""
        try:
            found = json.loads(self._path(language).read_text("utf-8"))
            kept = Copy(str(found["page"]), str(found["etag"]), str(found["taken"]), int(found["got_us"]))
            return copy_of(kept.page.encode(), kept.etag, kept.got_us)
        except (OSError, ValueError, KeyError, TypeError, Rejected):
            return None

    def write(self, language: Language, copy: Copy) -> None:
        """Raises OSError where the card takes nothing."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(language)
        beside = path.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as file:
            json.dump(asdict(copy), file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    def _path(self, language: Language) -> Path:
        return self._folder / f"portal-{language}.json"
