"""When the water that passes a gauge now is expected at the gauges below it, in words. Never an order.

Only a flood that has just been measured, and does not fall, says anything of the water below: a change that is old
news, one that rests on people's word, or a gauge that is silent forecasts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from alerts.engine import Transition
from contract.city import Profile, Text
from contract.clock import MINUTE_US, SECOND_US
from contract.incident import What
from contract.travel import Travel, in_force, window
from store.ports import Placement

_AT = Text("di {place} antara {begin} dan {end}", "at {place} between {begin} and {end}")
_EXPECTED = Text("Diperkirakan {where}.", "Expected {where}.")
_FRESH_US = 5 * MINUTE_US

Clock = Callable[[int, int, str], str]
"""a moment, the moment it is told at, the language: the moment in words"""


class Forecasts:
    """What one city forecasts with."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self.travels: Sequence[Travel] = in_force(profile.reaches, ())

    def learn(self, learned: Sequence[Travel]) -> None:
        """What history taught stands instead of the city's own word."""
        self.travels = in_force(self._profile.reaches, learned)

    def words(self, transition: Transition, place: Placement, clock: Clock, language: str) -> str:
        """A sentence that stands behind another, empty where nothing is forecast."""
        if not _speaks(transition, place):
            return ""
        change = transition.change
        below = sorted((one for one in self.travels if one.upstream == place.node), key=lambda one: one.usual_s)
        parts = []
        for one in below:
            expected = window(one, change.at_us)
            begin = clock(expected.from_us, change.said_us, language).removesuffix(f" {self._profile.zone_word}")
            end = clock(expected.until_us, expected.from_us, language)
            if expected.until_us > change.said_us:
                parts.append(_AT.in_(language).format(place=self._called(one.downstream), begin=begin, end=end))
        return " " + _EXPECTED.in_(language).format(where="; ".join(parts)) if parts else ""

    def _called(self, node: str) -> str:
        site = self._profile.site_of(node)
        return node if site is None else site.name.removeprefix(f"{site.river} di ")


def _speaks(transition: Transition, place: Placement) -> bool:
    change, incident = transition.change, transition.incident
    if change.what not in {What.OPENED, What.LEVEL} or change.source != "sensor" or incident.no_data:
        return False
    period_s = max((period_s for kind, period_s in place.sensors.values() if kind == "flood"), default=0.0)
    fresh = change.said_us - change.at_us <= max(_FRESH_US, round(2 * period_s * SECOND_US))
    return fresh and transition.trend >= 0
