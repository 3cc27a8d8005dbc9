"""A gauge that stands still in a flood while its neighbour on the river moves, pure: a dead instrument, not the water.

A float that hangs, or a probe in mud, gives good readings for ever. Standing still alone says nothing: a keeper's 780
stood for nine hours at Manggarai in January 2014, and low water is flat. So a gauge is stuck only in a flood, where it
has not moved at all for `STILL_US` and `_LEAST` readings while the next gauge up the river, at most `_NEAR_KM` away,
moved by `_MOVED_CM` within half an hour. (Water that moves below says nothing: above it a crest is past by then.)
Above 60 cm, Dead Run stood still in whole centimetres for 20 minutes at most in June 2018. What a node says of its own
stand-still (`edge.quality`) needs none of this: such readings are not judged at all.

No engine goes on with it after a restart: it is known again after `STILL_US`, and a clear run has begun anew.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise

from contract.clock import MINUTE_US
from store.ports import Placement

STILL_US = 25 * MINUTE_US
_LEAST = 6
_NEAR_KM = 10.0
_MOVED_CM = 20.0
_SAME_CM = 0.05
_BUCKET_US = 5 * MINUTE_US
_BUCKETS = 8


class Bank:
    """One gauge in a flood: since when it stands still, and how the water moved there of late."""

    __slots__ = ("_above", "_buckets", "_cm", "_count", "_last_us", "_since_us", "stuck")

    def __init__(self) -> None:
        self._above: tuple[Bank, ...] = ()
        self._buckets: list[tuple[int, float, float]] = []
        self._cm = math.nan
        self._since_us = 0
        self._count = 0
        self._last_us = 0
        self.stuck = False

    def stands_below(self, above: tuple[Bank, ...]) -> None:
        """The gauge whose water comes here soon, or none."""
        self._above = above

    def hear(self, at_us: int, cm: float) -> bool:
        """A good reading taken in a flood: whether the gauge is stuck by now."""
        if at_us == self._last_us:
            return self.stuck
        if abs(cm - self._cm) <= _SAME_CM and at_us - self._last_us <= STILL_US:
            self._count += 1
        else:
            self._cm, self._since_us, self._count = cm, at_us, 1
        self._last_us = at_us
        self._keep(at_us, cm)
        long = self._count >= _LEAST and at_us - self._since_us >= STILL_US
        # Once stuck it is so until it moves: that its neighbour is calm again does not bring it back to life.
        self.stuck = long and (self.stuck or any(one.moved(self._since_us, at_us) for one in self._above))
        return self.stuck

    @property
    def since_us(self) -> int:
        """Since when it has not moved."""
        return self._since_us

    def heard_since(self, since_us: int) -> bool:
        """Whether a reading was taken since then."""
        return self._last_us >= since_us

    def moved(self, since_us: int, now_us: int) -> bool:
        """Whether the water here moved since then, and in the last half hour, by so much that a neighbour cannot have
        stood still."""
        since_us = max(since_us, now_us - STILL_US - _BUCKET_US)
        lately = [(low, high) for begin_us, low, high in self._buckets if begin_us >= since_us]
        if not lately:
            return False
        return max(high for _, high in lately) - min(low for low, _ in lately) >= _MOVED_CM

    def _keep(self, at_us: int, cm: float) -> None:
        buckets = self._buckets
        if not buckets or at_us - buckets[-1][0] >= _BUCKET_US:
            buckets.append((at_us, cm, cm))
            del buckets[:-_BUCKETS]
            return
        begin_us, low, high = buckets[-1]
        if cm < low or cm > high:
            buckets[-1] = begin_us, min(low, cm), max(high, cm)


class Banks:
    """Of all gauges of a city, each below the next one up its river."""

    def __init__(self, places: Mapping[str, Placement]) -> None:
        self._banks: dict[str, Bank] = {}
        self.place(places)

    def of(self, node: str) -> Bank:
        """The gauge's own."""
        return self._banks.setdefault(node, Bank())

    def stuck(self, now_us: int) -> Mapping[str, int]:
        """The gauges that are stuck now, by name -> since when each stands still (µs). One that was not heard since is
        silent, or in no flood any more."""
        return {
            node: bank.since_us
            for node, bank in sorted(self._banks.items())
            if bank.stuck and bank.heard_since(now_us - STILL_US)
        }

    def place(self, places: Mapping[str, Placement]) -> None:
        """The registry changed."""
        self._banks = {node: bank for node, bank in self._banks.items() if node in places}
        rivers: dict[str, list[Placement]] = defaultdict(list)
        for place in places.values():
            if place.kind == "gauge" and place.river:
                rivers[place.river].append(place)
        for bank in self._banks.values():
            bank.stands_below(())
        for gauges in rivers.values():
            for above, below in pairwise(sorted(gauges, key=lambda one: one.river_km)):
                if below.river_km - above.river_km <= _NEAR_KM:
                    self.of(below.node).stands_below((self.of(above.node),))
