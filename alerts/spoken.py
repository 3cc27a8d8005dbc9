"""Figures as a voice says them, and how long a voice needs for a text. Pure.

Broadcasters time a script at three words a second and call two and a half ultra-slow (Stewart and Alexander, Broadcast
Journalism, "Newsreading mechanics"). Over the loudspeaker of a mosque, with its echo, the slow pace is taken; every
figure counts as the words that it is spoken in, and an abbreviation as its letters.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import floor
from zoneinfo import ZoneInfo

from contract.clock import from_us

WORDS_PER_S = 2.5
LONGEST_S = 20.0
_ID = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_EN = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_FIGURES = re.compile(r"\d+")
_WORD = re.compile(r"[^\s–—/-]+")
_LETTERS = re.compile(r"[B-DF-HJ-NP-TV-Z]{2,5}")
_COUNTED_MOST = 4
"""a longer figure in a name is a number plate or a code, and read digit by digit"""


def seconds(text: str) -> float:
    """How long the text takes, read clearly."""
    return sum(_weight(word) for word in _WORD.findall(text)) / WORDS_PER_S


def cardinal(value: float, language: str) -> str:
    """A number below a million, to the nearest whole one, in words."""
    whole = floor(abs(value) + 0.5)
    sign = "minus " if value < 0 and whole else ""
    return sign + (_english(whole) if language == "en" else _indonesian(whole))


def digits(text: str, language: str) -> str:
    """The digits of a telephone number, one by one; its plus sign is said too."""
    names = _EN if language == "en" else _ID
    said = ["plus"] if text.lstrip().startswith("+") else []
    return " ".join([*said, *(names[int(one)] for one in text if one.isascii() and one.isdigit())])


def clock(us: int, zone: ZoneInfo, language: str) -> str:
    """`dua lewat lima`, `two oh five`: the time of day without its zone, which the listener is in."""
    moment = from_us(us).astimezone(zone)
    hour, minute = (cardinal(one, language) for one in (moment.hour, moment.minute))
    if language != "en":
        return f"{hour} lewat {minute}" if moment.minute else f"{hour} tepat"
    if not moment.minute:
        return f"{hour} o'clock"
    return f"{hour} oh {minute}" if moment.minute < 10 else f"{hour} {minute}"


def name(text: str, language: str) -> str:
    """A name with its figures in words: RW 04 is "RW empat"."""
    return " ".join(_FIGURES.sub(lambda found: f" {_figure(found[0], language)} ", text).split())


def _figure(figures: str, language: str) -> str:
    return cardinal(int(figures), language) if len(figures) <= _COUNTED_MOST else digits(figures, language)


@lru_cache(4_096)
def _weight(word: str) -> int:
    """How many words a word counts as."""
    bare = word.strip(".,:;!?()\"'")
    figures = sum(len(_indonesian(int(one)).split()) for one in _FIGURES.findall(bare) if len(one) <= _COUNTED_MOST)
    codes = sum(len(one) for one in _FIGURES.findall(bare) if len(one) > _COUNTED_MOST)
    return figures + codes or (len(bare) if _LETTERS.fullmatch(bare) else 1)


def _indonesian(value: int) -> str:
    for unit, word in ((1_000, "ribu"), (100, "ratus")):
        if value >= unit:
            count = "se" if value // unit == 1 else f"{_indonesian(value // unit)} "
            return f"{count}{word} {_indonesian(value % unit)}" if value % unit else f"{count}{word}"
    if value >= 20:
        tens = f"{_ID[value // 10]} puluh"
        return f"{tens} {_ID[value % 10]}" if value % 10 else tens
    if value < 10:
        return _ID[value]
    return {10: "sepuluh", 11: "sebelas"}.get(value) or f"{_ID[value - 10]} belas"


def _english(value: int) -> str:
    for unit, word, joint in ((1_000, "thousand", " "), (100, "hundred", " and ")):
        if value >= unit:
            head, rest = f"{_english(value // unit)} {word}", value % unit
            return f"{head}{joint if rest else ''}{_english(rest) if rest else ''}"
    if value < 20:
        return _EN[value]
    return f"{_TENS[value // 10]}-{_EN[value % 10]}" if value % 10 else _TENS[value // 10]
