"""A forecast that people were told, and what came of it: plain values, and how far out such forecasts were. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from statistics import mean
from typing import Literal

from contract.clock import SECOND_US
from contract.incident import Audience
from contract.levels import Level
from contract.travel import Travel, Window

Outcome = Literal["", "level", "crest", "absent", "there", "unseen"]
"""not held against the water yet; the level that was told of came below; it did not, and a lower crest came; neither
came; the water below stood at that level before; nobody can say, for the gauge was not read often enough"""

ENOUGH_TOLD = 5
"""so many told forecasts that came say more of the error than history does"""
_EARLY, _LATE = 0.5, 1.5
"""how far outside what was told the water may come and still be that water, as shares of the way"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """With the change `change` of an incident at `upstream`, people were told at `told_us` that the water which passed
    there at `passed_us`, at `level`, is expected at `downstream` between `from_us` and `until_us`, most likely at
    `expected_us`. `came_us` is when it came, where it did."""

    city: str
    incident: str
    change: int
    upstream: str
    downstream: str
    audience: Audience
    level: Level
    passed_us: int
    from_us: int
    expected_us: int
    until_us: int
    told_us: int
    outcome: Outcome = ""
    came_us: int | None = None

    @property
    def searched(self) -> Window:
        """Between these moments water that comes is taken for the water that was told of."""
        return Window(
            self.passed_us + round(_EARLY * (self.from_us - self.passed_us)),
            self.passed_us + round(_LATE * (self.until_us - self.passed_us)),
        )

    @property
    def came(self) -> bool:
        return self.came_us is not None

    @property
    def inside(self) -> bool:
        """Whether it came between the two moments that people were told."""
        return self.came_us is not None and self.from_us <= self.came_us <= self.until_us

    @property
    def error_us(self) -> int | None:
        """How far from the likeliest moment it came: later is positive. None where it did not come."""
        return None if self.came_us is None else self.came_us - self.expected_us


def tried(travels: Iterable[Travel], told: Iterable[Forecast]) -> tuple[Travel, ...]:
    """Each with the error of what everybody was told of it, where enough of that came; else as it was."""
    known = [one for one in told if one.audience == "public"]
    return tuple(_tried(travel, [one for one in known if _of(travel, one)]) for travel in travels)


def _of(travel: Travel, one: Forecast) -> bool:
    return (one.upstream, one.downstream) == (travel.upstream, travel.downstream)


def _tried(travel: Travel, told: list[Forecast]) -> Travel:
    errors = [abs(one.error_us) for one in told if one.error_us is not None]
    if len(errors) < ENOUGH_TOLD:
        return travel
    absent = sum(one.outcome == "absent" for one in told)
    return replace(travel, forecasts=len(errors), error_s=mean(errors) / SECOND_US, told=True, absent=absent)
