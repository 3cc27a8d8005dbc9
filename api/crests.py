"""What is coming down a river to a gauge: whether each gauge above it speaks, and when its crest is expected here.

Pure. A forecast is no order and no level: it stands beside what is measured. From a gauge that is silent, or whose
newest reading nothing bears out yet, nothing is forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from api.gauges import Gauge
from api.snapshot import Snapshot
from contract.clock import MINUTE_US, SECOND_US
from contract.travel import Travel, Window, window

Why = Literal["expected", "silent", "quiet", "passed", "pending"]


@dataclass(frozen=True, slots=True)
class Coming:
    """From one gauge upstream. `window` where a crest is expected; else `why` says why none is: the gauge is silent, no
    flood is open there, its crest must be past, or one reading alone shows it."""

    gauge: Gauge
    travel: Travel
    why: Why
    window: Window | None
    rising: bool

    @property
    def error_min(self) -> int | None:
        """How far out forecasts have been so far on average, None where none could be tried."""
        error_s = self.travel.error_s
        return None if error_s is None else round(error_s * SECOND_US / MINUTE_US)


def coming_to(node: str, gauges: Sequence[Gauge], snapshot: Snapshot) -> list[Coming]:
    """Of all gauges above that something is forecast from, the nearest first."""
    known = {one.node: one for one in gauges}
    found = [
        _from(known[travel.upstream], travel, snapshot)
        for travel in snapshot.travels
        if travel.downstream == node and travel.upstream in known
    ]
    return sorted(found, key=lambda one: -one.gauge.river_km)


def _from(gauge: Gauge, travel: Travel, snapshot: Snapshot) -> Coming:
    def not_expected(why: Why) -> Coming:
        return Coming(gauge, travel, why, None, rising=False)

    if gauge.voice != "live":
        return not_expected("silent")
    if gauge.pending:
        return not_expected("pending")
    crest_us = snapshot.crests.get(gauge.node)
    if crest_us is None:
        return not_expected("quiet")
    expected = window(travel, crest_us)
    if expected.until_us < snapshot.now_us:
        return not_expected("passed")
    return Coming(gauge, travel, "expected", expected, gauge.trend == "rising")
