"""Counts of single frames to the figures of a period. Pure."""

from __future__ import annotations

import math
import statistics
from collections import deque
from typing import NamedTuple

SMOOTHED_OVER = 5
HONEST_RANGE = 12
"""Above this every detector of this size misses most: the figure is then a lower bound."""


class Figures(NamedTuple):
    """People over one period."""

    people: int
    people_min: int
    people_p90: int
    people_max: int
    lower_bound: bool


class Counter:
    """The median of five looks takes out the body that flickers; the period's figures are taken of the medians."""

    def __init__(self) -> None:
        self._last: deque[int] = deque(maxlen=SMOOTHED_OVER)
        self._period: list[int] = []

    def add(self, people: int) -> None:
        """One frame's count."""
        self._last.append(people)
        # An even number of looks has a half in its middle: half a person more is the honest side of a crowd.
        self._period.append(math.ceil(statistics.median(self._last)))

    def forget(self) -> None:
        """The picture was lost: what was seen before says nothing of what comes."""
        self._last.clear()
        self._period.clear()

    def take(self) -> tuple[int, Figures | None]:
        """The period's number of looks and its figures (None without a look); the next period begins."""
        period, self._period = self._period, []
        return len(period), figures(period) if period else None


def figures(counts: list[int]) -> Figures:
    """Median (upper), smallest, 90th percentile by nearest rank, largest. Raises ValueError for no count."""
    ranked = sorted(counts)
    if not ranked:
        raise ValueError("no count, no figures")
    p90 = ranked[math.ceil(0.9 * len(ranked)) - 1]
    return Figures(
        people=statistics.median_high(ranked),
        people_min=ranked[0],
        people_p90=p90,
        people_max=ranked[-1],
        lower_bound=ranked[-1] > HONEST_RANGE,
    )
