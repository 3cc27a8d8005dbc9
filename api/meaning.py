"""What a gauge's water means where people live, for the pages: as far as the level is known, and no further. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from api.gauges import Gauge
from contract.city import Profile, Text
from contract.impact import Impact, Meaning, dialled, fits, meaning
from contract.impact_check import DIGITS_LEAST
from contract.levels import Scale

FLOODS = "banjir"
"""the category under which sensors file floods"""
ROW_BYTES = 110
"""what stands round the words of a row on the text page"""
Known = Literal["now", "at_least", "unknown"]
"""of the level: it is measured; it was at least this when the gauge fell silent, or its number is in doubt; nobody
knows"""


@dataclass(frozen=True, slots=True)
class Doorstep:
    """What the rows of one gauge say now. `outdated`: how many were surveyed with another zero of the staff; they are
    shown to nobody until they are surveyed anew."""

    known: Known
    level_cm: float | None
    meaning: Meaning
    outdated: int

    @property
    def surveyed(self) -> bool:
        """Whether there is a row to go by."""
        return bool(self.meaning.all)


def doorstep_of(gauge: Gauge, scale: Scale | None, impacts: Sequence[Impact]) -> Doorstep:
    """By `impacts`, the rows of this gauge. Where the level is not known nothing is called reached, nothing safe; where
    it was at least so high nothing is called next or missing, for it may be reached by now."""
    usable = [one for one in impacts if scale is not None and fits(one, scale)]
    known = _known(gauge)
    level_cm = None if known == "unknown" else gauge.level_cm
    found = meaning(usable, level_cm)
    if known == "at_least":
        if usable and not found.reached:
            known, level_cm, found = "unknown", None, meaning(usable, None)
        above = [one for one in meaning(usable, None).all if one not in found.reached]
        found = Meaning(found.reached, (), None, tuple(above))
    return Doorstep(known, level_cm, found, len(impacts) - len(usable))


def _known(gauge: Gauge) -> Known:
    if gauge.level_cm is None or gauge.voice in {"silent", "never"}:
        return "unknown"
    return "at_least" if gauge.voice == "dangerous" or gauge.flat_us is not None else "now"


def within_bytes(impacts: Sequence[Impact], most: int) -> Sequence[Impact]:
    """As many from the first on as a page of a few kilobytes can hold; one at least."""
    used, shown = 0, list[Impact]()
    for one in impacts:
        used += ROW_BYTES + sum(len(escape(text).encode()) for text in (one.rw, one.muster, one.phone, one.dial))
        if shown and used > most:
            break
        shown.append(one)
    return shown


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom to ask where nobody has surveyed what a level means."""

    name: Text
    phone: str

    @property
    def dial(self) -> str:
        return dialled(self.phone)


def asked_of(profile: Profile) -> Asked:
    """The office that answers for floods, by its own number or the city's emergency number."""
    of_floods = next((one.agency for one in profile.categories if one.code == FLOODS), "")
    agency = next((one for one in profile.agencies if one.code == of_floods), None)
    name = agency.name if agency is not None else Text(profile.name, profile.name)
    own = agency.phone if agency is not None else ""
    return Asked(name, own if len(dialled(own)) >= DIGITS_LEAST else profile.emergency_phone)
