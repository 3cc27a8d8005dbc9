"""Ready answers of a city's officers: sentences with a few places that are filled in from the case. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

PLACES: tuple[str, ...] = ("number", "place", "category", "agency", "emergency_phone")
LONGEST = 1_000
"""characters, before the places are filled in"""


@dataclass(frozen=True, slots=True)
class Answer:
    """One of them. `categories`: those whose cases it is for, by code; none: every case."""

    code: str
    id: str
    en: str
    categories: tuple[str, ...] = ()

    def is_for(self, category: str) -> bool:
        """Whether it is offered at a case of this category."""
        return not self.categories or category in self.categories

    def said(self, language: str, places: Mapping[str, str]) -> str:
        """The sentence in `id` or `en` (anything else reads Indonesian) with what stands in its places."""
        return (self.en if language == "en" else self.id).format_map(places)


def misplaced(text: str) -> str | None:
    """What in it is no place that can be filled in, in words; None for a good one."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return "a brace that does not close"
    for _, name, how, conversion in parts:
        if name is not None and (name not in PLACES or how or conversion):
            return f"{{{name}}}, which is no placeholder" if name not in PLACES else f"{{{name}}} with a format"
    return None


def places_in(text: str) -> frozenset[str]:
    """The names of its places."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)
