"""People at a place through a day, and more of them at a festival."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from contract.kinds import CrowdValues
from firmware_sim.noise import between, drift

# The share of a place's busiest hour, by hour of the local day: markets rise early, streets fill in the evening.
_BY_HOUR = (
    0.10, 0.06, 0.04, 0.03, 0.05, 0.12, 0.22, 0.35, 0.45, 0.55, 0.60, 0.60,
    0.58, 0.52, 0.50, 0.55, 0.66, 0.80, 0.95, 1.00, 0.92, 0.70, 0.42, 0.20,
)  # fmt: skip
_HONEST_RANGE = 60
_FPS = 2.0


@dataclass(frozen=True, slots=True)
class Festival:
    """A place fills to `times` its usual number between two story seconds, and empties as slowly as it filled."""

    site: str
    from_s: float
    for_s: float
    times: float
    fills_in_s: float = 1_800.0

    def factor(self, story_s: float) -> float:
        """1 outside the festival."""
        ends_s = self.from_s + self.for_s
        if not self.from_s <= story_s <= ends_s:
            return 1.0
        edge_s = min(story_s - self.from_s, ends_s - story_s)
        return 1.0 + (self.times - 1.0) * min(1.0, edge_s / self.fills_in_s)


def by_hour(hour: float) -> float:
    """The share (0 to 1) of the busiest hour at a local hour (0 to 24, with fractions)."""
    before = int(hour) % 24
    share = hour - int(hour)
    return _BY_HOUR[before] + (_BY_HOUR[(before + 1) % 24] - _BY_HOUR[before]) * share


class Crowds:
    """What a camera would have counted."""

    def __init__(self, festivals: Sequence[Festival], seed: int) -> None:
        self._festivals = {festival.site: festival for festival in festivals}
        self._seed = seed

    def values(self, site: str, story_s: float, hour: float, period_s: float) -> CrowdValues:
        """People in front of the camera of a site; `period_s` is in story seconds."""
        busiest = between(8.0, 45.0, self._seed, "busiest", site)
        festival = self._festivals.get(site)
        expected = busiest * by_hour(hour) * (festival.factor(story_s) if festival else 1.0)
        expected *= 1.0 + 0.25 * drift(story_s, 600.0, self._seed, "people", site)
        people = round(expected)
        spread = max(1, round(expected * between(0.1, 0.35, self._seed, "spread", site, int(story_s))))
        method: Literal["ssdlite_fast"] = "ssdlite_fast"
        return CrowdValues(
            people=people,
            people_min=max(0, people - spread),
            people_p90=people + max(0, spread - 1),
            people_max=people + spread,
            lower_bound=people > _HONEST_RANGE,
            method=method,
            frames=max(1, round(period_s * _FPS)),
            fps=_FPS,
            camera="ok",
        )
