"""Which sensors are asked to be read more often and are not. Pure but for the last two.

Nothing answers such a wish: the readings do. Why one does not follow is not known here: its node may refuse
(`fastest_s` in its file), the wish may not reach it, or it may be silent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.context import Context
from contract.clock import SECOND_US
from contract.errors import Unavailable
from store.ports import Series

WATCHED_PERIODS = 6
"""so long is looked back, in periods that were asked for; a wish younger than that is not judged yet"""
ENOUGH = 0.5
"""follows who sends at least this share of what was asked for: some of it may be on its way"""


@dataclass(frozen=True, slots=True)
class Wish:
    """A sensor is asked for a reading every `period_s`, since `since_us`."""

    node: str
    sensor: str
    period_s: float
    since_us: int

    def window_us(self, now_us: int) -> tuple[int, int] | None:
        """In which its readings are counted; None while it is too young."""
        start_us = now_us - round(WATCHED_PERIODS * self.period_s * SECOND_US)
        return (start_us, now_us) if self.since_us <= start_us else None

    def is_followed_by(self, readings: int) -> bool:
        """Whether so many within the window are about as many as were asked for."""
        return readings >= ENOUGH * WATCHED_PERIODS


@dataclass(frozen=True, slots=True)
class Slow:
    """A wish that is not followed: so many readings came of so many asked for, in the last `window_s`."""

    wish: Wish
    came: int

    @property
    def asked(self) -> int:
        return WATCHED_PERIODS

    @property
    def window_s(self) -> float:
        return WATCHED_PERIODS * self.wish.period_s


def wishes_of(said: Mapping[str, Any], now_us: int) -> list[Wish]:
    """What the engine of this machine asks for, while it is alive. One that stands by by now, or whose store is away,
    renews nothing: its wishes end by themselves."""
    alerts = said.get("alerts", {})
    if not alerts.get("alive"):
        return []
    holding = [one for one in alerts.get("wishes", ()) if one["until_us"] > now_us]
    return [Wish(one["node"], one["sensor"], one["period_s"], one["since_us"]) for one in holding]


def read_slow(context: Context, now_us: int, *, node: str = "") -> Sequence[Slow]:
    """Those that do not follow, by node, or of one node alone. Raises Unavailable where the readings are away."""
    found = []
    for wish in wishes_of(context.status() if context.status is not None else {}, now_us):
        window = wish.window_us(now_us)
        if window is not None and node in {"", wish.node}:
            series = Series(context.city, wish.node, wish.sensor, "flood")
            came = len(context.readings.between(series, *window, limit=WATCHED_PERIODS))
            if not wish.is_followed_by(came):
                found.append(Slow(wish, came))
    return found


def slow_if_known(context: Context, now_us: int, *, node: str = "") -> Sequence[Slow] | None:
    """The same for a page that has more to say; None where the readings are away."""
    try:
        return read_slow(context, now_us, node=node)
    except Unavailable:
        return None
