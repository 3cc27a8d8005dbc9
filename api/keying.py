"""What a keeper typed, as a reading: the figure, the moment, and whether to ask once more. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from api.tokens import digest
from contract.city import MANUAL, Profile
from contract.clock import MINUTE_US, from_us, to_us
from contract.levels import Scale
from contract.messages import CheckName
from contract.quality import Quality
from store.book import Entry

Unit = Literal["cm", "m"]
UNITS: tuple[Unit, ...] = ("cm", "m")
MOST_CM = 100_000.0
"""the contract's bound of a level"""
AHEAD_US = 2 * MINUTE_US
"""how far a watch may go before the server's clock"""
FIGURE_MOST = 12

# As many digits after the mark as a staff has: 1.234 is then never a thousand and never a millimetre.
_FIGURE = {"cm": re.compile(r"(-?[0-9]{1,6})(?:[.,]([0-9]))?"), "m": re.compile(r"(-?[0-9]{1,4})(?:[.,]([0-9]{1,2}))?")}
CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[.:]([0-5][0-9])")
SLIP = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was sent: the number of its slip, the figure, its unit, and the time of day, "" for now."""

    slip: str
    figure: str
    unit: Unit = "cm"
    clock: str = ""

    @classmethod
    def read(cls, fields: dict[str, str]) -> Typed:
        unit: Unit = "m" if fields.get("satuan") == "m" else "cm"
        figure = fields.get("angka", "").replace(" ", "")[:FIGURE_MOST]
        return cls(fields.get("lembar", ""), figure, unit, fields.get("pukul", "").strip()[:FIGURE_MOST])

    def pressed(self, key: str) -> str:
        """The figure after a key, for a page without a script."""
        if key == "hapus":
            return self.figure[:-1]
        return (self.figure + key)[:FIGURE_MOST] if key in {",", *"0123456789"} else self.figure


@dataclass(frozen=True, slots=True)
class Reading:
    """What the form says, understood."""

    slip: str
    level_cm: float
    observed_us: int


def understood(typed: Typed, now_us: int, profile: Profile) -> Reading | str:
    """The reading, or the key of the sentence that says what is wrong.

    The slip's number is of the form and of what stands on it: the same form sent twice is one reading, and one that
    was gone back to and changed is another.
    """
    if not SLIP.fullmatch(typed.slip):
        return "post_slip"
    level_cm = level_of(typed.figure, typed.unit)
    if level_cm is None:
        return "post_figure"
    observed_us = moment_of(typed.clock, now_us, profile.zone)
    if observed_us is None:
        return "post_clock"
    return Reading(digest(f"{typed.slip} {level_cm} {typed.clock}")[:32], level_cm, observed_us)


def level_of(figure: str, unit: Unit) -> float | None:
    """Centimetres; None for what is no figure of that unit or beyond any staff."""
    found = _FIGURE[unit].fullmatch(figure)
    if found is None:
        return None
    value = float(f"{found[1]}.{found[2] or 0}")
    level_cm = round(value * 100 if unit == "m" else value, 1)
    return level_cm if abs(level_cm) <= MOST_CM else None


def moment_of(clock: str, now_us: int, zone: str) -> int | None:
    """The last time that a clock showed this, so at most a day ago; now for "", None for what is no time."""
    if not clock:
        return now_us
    then = clock_on(clock, now_us, zone)
    if then is None:
        return None
    if to_us(then) > now_us + AHEAD_US:
        then -= timedelta(days=1)
    return min(to_us(then), now_us)


def clock_on(clock: str, now_us: int, zone: str) -> datetime | None:
    """The moment of the zone's present day at which a clock shows this; None for what is no time."""
    found = CLOCK.fullmatch(clock)
    if found is None:
        return None
    now = from_us(now_us).astimezone(ZoneInfo(zone))
    return now.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)


def is_doubtful(level_cm: float, last: Entry | None, scale: Scale | None) -> bool:
    """Whether the water of this gauge does not move so far from one reading to the next: then the keeper is asked."""
    if last is None or scale is None or scale.jump_cm is None:
        return False
    return abs(level_cm - cm_of(last)) > scale.jump_cm


def entry_of(reading: Reading, node: str, now_us: int, *, keeper: str, name: str, doubtful: bool) -> Entry:
    """The line of the book. What is doubtful is kept as such until it is confirmed, and stays in the record after."""
    checks: dict[CheckName, int] = {"spike": int(Quality.SUSPECT)} if doubtful else {}
    return Entry(
        slip=reading.slip,
        node=node,
        sensor=MANUAL,
        kind="flood",
        observed_us=reading.observed_us,
        keyed_us=now_us,
        quality=Quality.SUSPECT if doubtful else Quality.GOOD,
        checks={str(name): flag for name, flag in checks.items()},
        values={"level_cm": reading.level_cm, "source": "manual"},
        keeper=keeper,
        name=name,
    )


def confirmed(doubted: Entry, now_us: int, *, keeper: str, name: str) -> Entry:
    """The same reading, borne out by somebody who looked again. A microsecond later, for both are kept."""
    return Entry(
        slip=digest(f"{doubted.slip} confirmed")[:32],
        node=doubted.node,
        sensor=doubted.sensor,
        kind=doubted.kind,
        observed_us=doubted.observed_us + 1,
        keyed_us=now_us,
        quality=Quality.GOOD,
        checks={},
        values=doubted.values,
        keeper=keeper,
        name=name,
        confirms=doubted.slip,
    )


def cm_of(entry: Entry) -> float:
    """The level that was keyed in."""
    return float(entry.values["level_cm"])
