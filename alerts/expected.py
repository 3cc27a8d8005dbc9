"""When the water that passes a gauge now is expected at the gauges below it, in words. Never an order.

Only a flood that has just been measured, and does not fall, says anything of the water below: a change that is old
news, one that rests on people's word, or a gauge that is silent forecasts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from alerts.engine import Transition
from contract.city import Profile, Text
from contract.clock import MINUTE_US, SECOND_US
from contract.forecast import Forecast, tried
from contract.incident import What
from contract.levels import Level
from contract.travel import Travel, in_force, window
from store.ports import Placement

_AT = Text("di {place} antara {begin} dan {end}", "at {place} between {begin} and {end}")
_OUT = Text(" (rata-rata meleset {minutes} menit)", " ({minutes} minutes out on average)")
_EXPECTED = Text("Diperkirakan {where}.", "Expected {where}.")
_FRESH_US = 5 * MINUTE_US

Clock = Callable[[int, int, str], str]
"""a moment, the moment it is told at, the language: the moment in words"""


class Forecasts:
    """What one city forecasts with."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self.travels: Sequence[Travel] = in_force(profile.reaches, ())

    def learn(self, learned: Sequence[Travel], told: Sequence[Forecast] = ()) -> None:
        """What history taught stands instead of the city's own word, with the error of what was `told` so far."""
        self.travels = tried(in_force(self._profile.reaches, learned), told)

    def of(self, transition: Transition, place: Placement) -> list[Forecast]:
        """What is forecast with this change, the nearest gauge below first; nothing where nothing can be said."""
        if not _speaks(transition, place):
            return []
        change, incident = transition.change, transition.incident
        below = sorted((one for one in self.travels if one.upstream == place.node), key=lambda one: one.usual_s)
        return [
            Forecast(
                city=incident.city,
                incident=incident.id,
                change=change.number,
                upstream=one.upstream,
                downstream=one.downstream,
                audience=incident.audience,
                level=incident.level or Level.NORMAL,
                passed_us=change.at_us,
                from_us=expected.from_us,
                expected_us=change.at_us + round(one.usual_s * SECOND_US),
                until_us=expected.until_us,
                told_us=change.said_us,
            )
            for one in below
            if (expected := window(one, change.at_us)).until_us > change.said_us
        ]

    def words(self, transition: Transition, place: Placement, clock: Clock, language: str) -> str:
        """A sentence that stands behind another, empty where nothing is forecast."""
        parts = []
        for one in self.of(transition, place):
            begin = clock(one.from_us, one.told_us, language).removesuffix(f" {self._profile.zone_word}")
            end = clock(one.until_us, one.from_us, language)
            at = _AT.in_(language).format(place=self._called(one.downstream), begin=begin, end=end)
            parts.append(at + self._error(one, language))
        return " " + _EXPECTED.in_(language).format(where="; ".join(parts)) if parts else ""

    def _error(self, forecast: Forecast, language: str) -> str:
        """How far out forecasts of this way were so far, empty where none could be tried."""
        pair = (forecast.upstream, forecast.downstream)
        error_s = next(one.error_s for one in self.travels if (one.upstream, one.downstream) == pair)
        return "" if error_s is None else _OUT.in_(language).format(minutes=round(error_s * SECOND_US / MINUTE_US))

    def _called(self, node: str) -> str:
        site = self._profile.site_of(node)
        return node if site is None else site.name.removeprefix(f"{site.river} di ")


def _speaks(transition: Transition, place: Placement) -> bool:
    change, incident = transition.change, transition.incident
    if (
        change.what not in {What.OPENED, What.LEVEL}
        or change.source != "sensor"
        or incident.no_data
        or incident.level is None
    ):
        return False
    period_s = max((period_s for kind, period_s in place.sensors.values() if kind == "flood"), default=0.0)
    fresh = change.said_us - change.at_us <= max(_FRESH_US, round(2 * period_s * SECOND_US))
    return fresh and transition.trend >= 0
