"""Which gauges should be read more often now: those in a flood, and those that its water is on the way to. Pure.

A gauge below is watched from the moment the one above is in flood, because nobody knows yet how fast this crest is,
until the latest time at which its water can have passed. It is asked for, not ordered: a wish lasts `for_s` and is
renewed at half of that, so that an engine that dies leaves no node behind that empties its battery.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from contract.city import MANUAL
from contract.clock import SECOND_US
from contract.incident import Incident
from contract.levels import Level
from contract.travel import Travel
from store.ports import Placement


class Twin(Protocol):
    """Where wishes go."""

    def hurry(self, node: str, sensor: str, period_s: float, for_s: float, now_us: int) -> bool:
        """False where it could not be said; it is tried again at the next turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paces:
    """How often a gauge is to be read while it, or one above it, stands at a level; a wish lasts `for_s`."""

    waspada_s: float = 300.0
    siaga_s: float = 60.0
    awas_s: float = 60.0
    for_s: float = 600.0

    def at(self, level: Level) -> float | None:
        """None: as ever."""
        return {Level.WASPADA: self.waspada_s, Level.SIAGA: self.siaga_s, Level.AWAS: self.awas_s}.get(level)


class _Pace(NamedTuple):
    period_s: float
    until_us: int


class _Asked(NamedTuple):
    """`since_us`: when it was first asked for at this pace."""

    period_s: float
    until_us: int
    since_us: int


class Sampling:
    """One city's wishes. What it remembers of a flood that has ended above is lost with its process, and the gauges
    below are then read as ever until they are in flood themselves."""

    def __init__(self, paces: Paces, twin: Twin) -> None:
        self._paces = paces
        self._twin = twin
        self._watched: dict[tuple[str, str], _Pace] = {}
        """(the gauge in flood, the gauge that is read for it)"""
        self._asked: dict[tuple[str, str], _Asked] = {}
        self._looked_mono_us: int | None = None
        self.hurried: list[str] = []
        """the gauges that are being read more often, by name; a new list at each turn, for other threads read it"""
        self.wishes: list[dict[str, str | float]] = []
        """what is asked for now: node, sensor, how often, since and until when; a new list at each turn, too"""

    def is_due(self, mono_us: int) -> bool:
        """Once a second is soon enough."""
        if self._looked_mono_us is not None and mono_us - self._looked_mono_us < SECOND_US:
            return False
        self._looked_mono_us = mono_us
        return True

    def turn(
        self, floods: Iterable[Incident], travels: Sequence[Travel], places: Mapping[str, Placement], now_us: int
    ) -> None:
        """Say what is to be said by now. `floods`: the open incidents of gauges; shadow rules ask for nothing."""
        self._watched = {pair: watch for pair, watch in self._watched.items() if watch.until_us > now_us}
        for flood in floods:
            period_s = None if flood.level is None or flood.audience == "shadow" else self._paces.at(flood.level)
            if period_s is not None:
                for node, latest_s in _below(flood.node, travels).items():
                    until_us = now_us + 1 + round(latest_s * SECOND_US)
                    self._watched[flood.node, node] = _Pace(period_s, until_us)
        self._asked = {key: asked for key, asked in self._asked.items() if asked.until_us > now_us}
        paces: dict[str, float] = {}
        for (_, node), watch in self._watched.items():
            paces[node] = min(watch.period_s, paces.get(node, watch.period_s))
        for node, period_s in paces.items():
            if node in places:
                self._ask(places[node], period_s, now_us)
        self.hurried = sorted({node for node, _ in self._asked})
        self.wishes = [
            {
                "node": node,
                "sensor": sensor,
                "period_s": asked.period_s,
                "since_us": asked.since_us,
                "until_us": asked.until_us,
            }
            for (node, sensor), asked in sorted(self._asked.items())
        ]

    def _ask(self, place: Placement, period_s: float, now_us: int) -> None:
        for_us = round(self._paces.for_s * SECOND_US)
        for sensor, (kind, usual_s) in place.sensors.items():
            if kind != "flood" or sensor == MANUAL or usual_s <= period_s:
                continue
            asked = self._asked.get((place.node, sensor))
            if asked is not None and asked.period_s == period_s and asked.until_us - now_us > for_us // 2:
                continue
            if self._twin.hurry(place.node, sensor, period_s, self._paces.for_s, now_us):
                since_us = asked.since_us if asked is not None and asked.period_s == period_s else now_us
                self._asked[place.node, sensor] = _Asked(period_s, now_us + for_us, since_us)


def _below(node: str, travels: Sequence[Travel]) -> dict[str, float]:
    """The gauge itself and every one below it, each once, with the longest that its water may take to there (s)."""
    found, edge = {node: 0.0}, [node]
    while edge:
        above = edge.pop(0)
        for travel in travels:
            if travel.upstream == above and travel.downstream not in found:
                found[travel.downstream] = found[above] + travel.latest_s
                edge.append(travel.downstream)
    return found
