"""Level words, figures and times as every text of the city writes them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from contract.clock import from_us
from contract.levels import Level

LEVEL_WORDS: Mapping[Level, Mapping[str, str]] = {
    Level.AWAS: {"id": "AWAS", "en": "DANGER"},
    Level.SIAGA: {"id": "SIAGA", "en": "ALERT"},
    Level.WASPADA: {"id": "WASPADA", "en": "WATCH"},
    Level.NORMAL: {"id": "NORMAL", "en": "NORMAL"},
}
_MONTHS = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


def clock_words(us: int, near_us: int, language: str, zone: ZoneInfo, zone_word: str) -> str:
    """`14.32 WIB`, with the day where it is not the day of `near_us`."""
    moment, near = (from_us(one).astimezone(zone) for one in (us, near_us))
    clock = f"{moment:%H.%M} {zone_word}"
    if moment.date() == near.date():
        return clock
    return f"{moment.day} {_MONTHS[language][moment.month - 1]} {clock}"


def number(value: float | None, language: str) -> str:
    """A figure with the language's separators, at most one decimal: 1.234,5 in Indonesian, 1,234.5 in English."""
    if value is None:
        return "?"
    rounded = round(value, 1)
    text = f"{rounded:,.0f}" if rounded == int(rounded) else f"{rounded:,.1f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "id" else text
