"""When a measured level becomes the order to leave: two witnesses, or a wait in which nobody says "wrong". Pure.

A level goes out at once as what was measured. AWAS is also an order, and an order that proves false empties streets
for nothing, so it needs a second witness: another gauge of the same river that is at SIAGA or worse and is heard (a
silent gauge says nothing of now). Without one it waits for `wait_s` of good readings at or beyond the mark of AWAS, the
last of them included, and then goes by itself. It ends with the level.
"""

from __future__ import annotations

from dataclasses import dataclass

from contract.clock import SECOND_US
from contract.levels import Level

WAIT_S = 600.0


@dataclass(slots=True)
class _Gauge:
    river: str
    level: Level = Level.NORMAL
    beyond_us: int | None = None
    """since when every good reading has been at or beyond the mark of AWAS"""
    read_us: int = 0
    silent: bool = False
    ordered: bool = False


class Orders:
    """Of the gauges of a city. `wait_s`: the city's own, infinite where an order never goes by itself."""

    def __init__(self, rivers: dict[str, str], wait_s: float = WAIT_S) -> None:
        self._gauges = {gauge: _Gauge(river) for gauge, river in rivers.items()}
        self._wait_s = wait_s

    def read(self, gauge: str, at_us: int, *, beyond: bool) -> None:
        """A good reading, and whether it was at or beyond the gauge's mark of AWAS."""
        one = self._gauges[gauge]
        one.read_us = at_us
        if not beyond:
            one.beyond_us = None
        elif one.beyond_us is None:
            one.beyond_us = at_us

    def changed(self, gauge: str, level: Level, *, silent: bool = False) -> None:
        """The gauge's measured level is another, or it fell silent or is heard again."""
        self._gauges[gauge].level = level
        self._gauges[gauge].silent = silent

    def due(self) -> list[tuple[str, Level]]:
        """Orders that go out now (AWAS), and those that end (the level that is left), by gauge."""
        told: list[tuple[str, Level]] = []
        for gauge, one in self._gauges.items():
            if one.level is not Level.AWAS:
                if one.ordered:
                    one.ordered = False
                    told.append((gauge, one.level))
            elif not one.ordered and (self._has_witness(gauge) or self._has_waited(one)):
                one.ordered = True
                told.append((gauge, Level.AWAS))
        return told

    def _has_witness(self, gauge: str) -> bool:
        river = self._gauges[gauge].river
        return any(
            other != gauge and one.river == river != "" and not one.silent and not Level.SIAGA.worse_than(one.level)
            for other, one in self._gauges.items()
        )

    def _has_waited(self, one: _Gauge) -> bool:
        return one.beyond_us is not None and one.read_us - one.beyond_us >= self._wait_s * SECOND_US
