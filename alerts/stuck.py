"""A gauge that stands still in a flood while its neighbour on the river moves, pure: a dead instrument, not the water.

A float that hangs, or a probe in mud, gives good readings for ever. Standing still alone says nothing: a keeper's 780
stood for nine hours at Manggarai in January 2014, and low water is flat. So a gauge is stuck only where it has not
moved at all for `STILL_US` and `_LEAST` readings while a gauge up its river, that is in a flood, moved. Either

* it is in a flood itself, and the next gauge above, at most `_NEAR_KM` away, moved by `_MOVED_CM` in half an hour; or
* a gauge above moved by `_PASSED_CM` since this one stands still, so long ago that its water must be here: after the
  latest that the city's travel times say, or, for the next gauge above where they say nothing, at `_SLOW_KM_PER_H`.

(Water that moves below says nothing: above it a crest is past by then.) A gauge below its marks is in no flood, and
its readings pass in one comparison: it is looked at when the engine is asked (`Banks.stuck`), not reading by reading.
Above 60 cm, Dead Run stood still in whole centimetres for 20 minutes at most in June 2018. What a node says of its own
stand-still (`edge.quality`) needs none of this: such readings are not judged at all.

No engine goes on with it after a restart: it is known again after `STILL_US`, and a clear run has begun anew.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple, Protocol

from contract.clock import HOUR_US, MINUTE_US, SECOND_US
from contract.travel import Travel
from store.ports import Placement

STILL_US = 25 * MINUTE_US
_LEAST = 6
_NEAR_KM = 10.0
_MOVED_CM = 20.0
_PASSED_CM = 50.0
_SLOW_KM_PER_H = 1.8
_GRACE_US = 30 * MINUTE_US
_SAME_CM = 0.05
_BUCKET_US = 5 * MINUTE_US
_BUCKETS = 8
_LONG_BUCKET_US = 30 * MINUTE_US
_LONG_BUCKETS = 48


class Gauge(Protocol):
    """A gauge's newest reading: how high (cm) and when; `quiet` while its water is below every mark."""

    quiet: bool
    value: float
    value_us: int


class Link(NamedTuple):
    """A gauge above: whether it is near enough for its water to be here now, and after how long it surely is."""

    bank: Bank
    near: bool
    late_us: int


class Bank:
    """One gauge: since when it stands still, and how the water moved there of late in a flood."""

    __slots__ = ("_above", "_buckets", "_cm", "_count", "_gauge", "_last_us", "_long", "_since_us", "stuck")

    def __init__(self) -> None:
        self._above: tuple[Link, ...] = ()
        self._gauge: Gauge | None = None
        self._buckets: list[tuple[int, float, float]] = []
        self._long: list[tuple[int, float, float]] = []
        self._cm = math.nan
        self._since_us = 0
        self._count = 0
        self._last_us = 0
        self.stuck = False

    def stands_below(self, above: tuple[Link, ...]) -> None:
        """The gauges whose water comes here."""
        self._above = above

    def watch(self, gauge: Gauge) -> None:
        """Where to look for readings that are below every mark."""
        self._gauge = gauge

    def look(self, now_us: int) -> None:
        """Take the newest reading of a gauge that is in no flood, where water is on its way to it."""
        gauge = self._gauge
        if gauge is None or not gauge.quiet or not self._last_us < gauge.value_us <= now_us:
            return
        if any(link.bank.in_flood_since(now_us - _LONG_BUCKET_US * _LONG_BUCKETS) for link in self._above):
            self._take(gauge.value_us, gauge.value, in_flood=False)

    def hear(self, at_us: int, cm: float) -> bool:
        """A good reading taken in a flood: whether the gauge is stuck by now."""
        if at_us != self._last_us:
            self._take(at_us, cm, in_flood=True)
            _keep(self._buckets, at_us, cm, _BUCKET_US, _BUCKETS)
            _keep(self._long, at_us, cm, _LONG_BUCKET_US, _LONG_BUCKETS)
        return self.stuck

    def _take(self, at_us: int, cm: float, *, in_flood: bool) -> None:
        if abs(cm - self._cm) <= _SAME_CM and at_us - self._last_us <= STILL_US:
            self._count += 1
        else:
            self._cm, self._since_us, self._count = cm, at_us, 1
        self._last_us = at_us
        long = self._count >= _LEAST and at_us - self._since_us >= STILL_US
        # Once stuck it is so until it moves: that its neighbour is calm again does not bring it back to life.
        self.stuck = long and (self.stuck or any(self._missed(link, at_us, in_flood) for link in self._above))

    def _missed(self, link: Link, at_us: int, in_flood: bool) -> bool:
        """Whether the water of a gauge above moved, and should have moved here since this one stands still."""
        if in_flood and link.near and link.bank.moved(self._since_us, at_us):
            return True
        return link.bank.passed(self._since_us, at_us - link.late_us)

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

    def passed(self, since_us: int, until_us: int) -> bool:
        """Whether the water here moved between these moments by so much that it is seen far below."""
        whole = [
            (low, high)
            for begin_us, low, high in self._long
            if since_us <= begin_us and begin_us + _LONG_BUCKET_US <= until_us
        ]
        return bool(whole) and max(high for _, high in whole) - min(low for low, _ in whole) >= _PASSED_CM

    def in_flood_since(self, since_us: int) -> bool:
        """Whether a reading was taken in a flood since then."""
        return bool(self._buckets) and self._buckets[-1][0] >= since_us


def _keep(buckets: list[tuple[int, float, float]], at_us: int, cm: float, wide_us: int, most: int) -> None:
    """The lowest and the highest reading of each stretch of time; those beyond the newest are forgotten."""
    if not buckets or at_us - buckets[-1][0] >= wide_us:
        buckets.append((at_us, cm, cm))
        del buckets[:-most]
        return
    begin_us, low, high = buckets[-1]
    if cm < low or cm > high:
        buckets[-1] = begin_us, min(low, cm), max(high, cm)


class Banks:
    """Of all gauges of a city, each below those whose water comes to it."""

    def __init__(self, places: Mapping[str, Placement]) -> None:
        self._banks: dict[str, Bank] = {}
        self._travels: tuple[Travel, ...] = ()
        self.place(places)

    def of(self, node: str) -> Bank:
        """The gauge's own."""
        return self._banks.setdefault(node, Bank())

    def stuck(self, now_us: int) -> Mapping[str, int]:
        """The gauges that are stuck now, by name -> since when each stands still (µs). One that was not heard since is
        silent. Those below every mark are looked at on this occasion."""
        for bank in self._banks.values():
            bank.look(now_us)
        return {
            node: bank.since_us
            for node, bank in sorted(self._banks.items())
            if bank.stuck and bank.heard_since(now_us - STILL_US)
        }

    def travel(self, travels: Iterable[Travel]) -> None:
        """How long water takes from gauge to gauge, as it is known now."""
        travels = tuple(travels)
        if travels != self._travels:
            self._travels = travels
            self._join()

    def place(self, places: Mapping[str, Placement]) -> None:
        """The registry changed."""
        self._banks = {node: bank for node, bank in self._banks.items() if node in places}
        self._places = {node: one for node, one in places.items() if one.kind == "gauge" and one.river}
        self._join()

    def _join(self) -> None:
        above: dict[str, dict[str, Link]] = defaultdict(dict)
        rivers: dict[str, list[Placement]] = defaultdict(list)
        for place in self._places.values():
            rivers[place.river].append(place)
        for gauges in rivers.values():
            for upper, lower in pairwise(sorted(gauges, key=lambda one: one.river_km)):
                km = lower.river_km - upper.river_km
                if km <= _NEAR_KM:
                    late_us = round(km / _SLOW_KM_PER_H * HOUR_US) + _GRACE_US
                    above[lower.node][upper.node] = Link(self.of(upper.node), True, late_us)
        for one in self._travels:
            if one.upstream in self._places and one.downstream in self._places:
                near = one.upstream in above[one.downstream]
                late_us = round(one.latest_s * SECOND_US) + _GRACE_US
                above[one.downstream][one.upstream] = Link(self.of(one.upstream), near, late_us)
        for node in above:
            self.of(node)
        for node, bank in self._banks.items():
            bank.stands_below(tuple(above[node].values()) if node in above else ())
