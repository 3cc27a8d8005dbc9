"""What a river's level means where people live: from so many centimetres, which RW, how deep, where to go. Pure.

Each row was surveyed by somebody and says by whom and when. Where there is no row nothing is known, and nothing is
guessed from its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Literal, get_args

from contract.levels import Scale

Depth = Literal["cut_off", "ankle", "knee", "waist", "chest", "over_head"]
"""cut_off: dry, but nobody comes out; ankle: at most 15 cm of water; knee: 50; waist: 100; chest: 140"""
DEPTHS: tuple[Depth, ...] = get_args(Depth)
"""from the mildest to the worst"""


@dataclass(frozen=True, slots=True)
class Impact:
    """One RW at one level of one gauge.

    `from_cm` is measured on the gauge's staff, whose zero was `datum` when it was surveyed. `rw` is as people call it
    ("RW 04 Terban"). `checked_by` is an office or a role. `compared_on` is the day of the flood with which the row was
    compared and `compared` what was seen then; None and "" where it has been compared with none yet.
    """

    gauge: str
    from_cm: float
    rw: str
    depth: Depth
    muster: str
    phone: str
    checked_by: str
    checked_on: date
    datum: str
    muster_lat: float | None = None
    muster_lon: float | None = None
    compared_on: date | None = None
    compared: str = ""

    @property
    def key(self) -> tuple[str, str, float]:
        """What there is one row of: capitals and spaces make no other RW."""
        return self.gauge, rw_key(self.rw), self.from_cm

    @property
    def gravity(self) -> int:
        """0 is the mildest depth."""
        return DEPTHS.index(self.depth)

    @property
    def dial(self) -> str:
        """The phone number as a `tel:` address has it."""
        return dialled(self.phone)


@dataclass(frozen=True, slots=True)
class KeptImpact:
    """A row of the city's table. `by_one` and `by_two` agreed to it; FILE and "" where the city's file brought it.
    `ended_us`: since when it is history, by `ended_one` and `ended_two`."""

    id: str
    impact: Impact
    by_one: str
    by_two: str
    since_us: int
    ended_us: int | None = None
    ended_one: str = ""
    ended_two: str = ""


FILE = "file"
"""who brought a row that came with the city's folder"""

Change = Literal["add", "alter", "withdraw"]
Outcome = Literal["", "agreed", "refused", "withdrawn", "replaced"]


@dataclass(frozen=True, slots=True)
class ImpactProposal:
    """What one person wants changed and another must agree to. `target` is the row's id, "" for "add"; `impact` what it
    would be, of "withdraw" what it is. `reason`: why it was refused. `outcome` "" while it waits."""

    id: str
    city: str
    what: Change
    target: str
    impact: Impact
    by: str
    created_us: int
    until_us: int
    outcome: Outcome = ""
    decided_by: str = ""
    decided_us: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a level means at one gauge. `reached`: the worst first, of each RW its deepest row; `following` are reached
    next, once the water has risen by `missing_cm` (rounded up; None where nothing follows or no level is known);
    `others` are all that remain, the lowest first."""

    reached: tuple[Impact, ...]
    following: tuple[Impact, ...]
    missing_cm: int | None
    others: tuple[Impact, ...]

    @property
    def all(self) -> tuple[Impact, ...]:
        return (*self.reached, *self.following, *self.others)


def meaning(impacts: Iterable[Impact], level_cm: float | None) -> Meaning:
    """By the rows of one gauge whose danger is high water. `level_cm` None: nobody knows where the water stands."""
    rows = sorted(impacts, key=lambda one: (one.from_cm, rw_key(one.rw)))
    if level_cm is None:
        return Meaning((), (), None, tuple(rows))
    deepest = {rw_key(one.rw): one for one in rows if one.from_cm <= level_cm}
    reached = sorted(deepest.values(), key=lambda one: (-one.gravity, one.from_cm, rw_key(one.rw)))
    above = [one for one in rows if one.from_cm > level_cm]
    following = [one for one in above if one.from_cm == above[0].from_cm]
    told = {*reached, *following}
    return Meaning(
        tuple(reached),
        tuple(following),
        ceil(following[0].from_cm - level_cm) if following else None,
        tuple(one for one in rows if one not in told),
    )


def fits(impact: Impact, scale: Scale) -> bool:
    """Whether the row's centimetres are those of the staff as it is read today."""
    return impact.datum == scale.datum and scale.direction == "rising"


def rw_key(rw: str) -> str:
    """One RW under all the ways in which its name is typed."""
    return " ".join(rw.split()).casefold()


def dialled(phone: str) -> str:
    """Its digits, with the plus sign that it may begin with."""
    digits = "".join(one for one in phone if one.isascii() and one.isdigit())
    return f"+{digits}" if phone.lstrip().startswith("+") else digits
