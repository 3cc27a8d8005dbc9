"""Rivers: one carries a real flood downstream, the others run low.

All times here are story seconds: seconds of the simulated world since the scenario began.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp
from pathlib import Path
from typing import NamedTuple

from contract.city import Site
from contract.clock import SECOND_US, to_us
from contract.errors import BadInput
from contract.levels import Level, Scale
from firmware_sim.noise import between, drift

DATA = Path(__file__).parent / "data"
_FADED = 0.6
"""what is left of a rise however far it has come: tributaries give back what the bed takes"""
_RECESSION_S = 3_600.0  # how slowly a river finds back to its low flow where the record ends
_WAVES_CM = 0.35
_WASPADA_CM, _AWAS_CM = 70.0, 160.0
_WAVES_EVERY_S = 45.0
_BREATH_CM = 0.8
_BREATH_EVERY_S = 3_600.0


class Point(NamedTuple):
    """One line of a record: story seconds since its first line, and the level."""

    at_s: float
    level_cm: float


@dataclass(frozen=True, slots=True)
class FloodWave:
    """A recorded flood and how it moves.

    Before it the river stands as in the record's first line, after it the river falls back to the record's lowest.
    It enters at the river's uppermost gauge `starts_s` after the scenario began and reaches a gauge `lag_s_per_km`
    later for each km, its rise smaller by `fade_per_km` (a fraction) of that at the uppermost gauge, to 60 % at least.
    """

    river: str
    points: tuple[Point, ...]
    starts_s: float = 0.0
    lag_s_per_km: float = 300.0
    fade_per_km: float = 0.03


def record(name: str, start: datetime, end: datetime) -> tuple[Point, ...]:
    """The lines of the packaged record `name` (a CSV file of this package) between two moments, both included.

    Raises BadInput where there is no such record, or fewer than two lines of it.
    """
    path = DATA / f"{name}.csv"
    if Path(name).name != name or not path.is_file():
        known = ", ".join(sorted(found.stem for found in DATA.glob("*.csv")))
        raise BadInput(f"there is no flood record {name!r}", where=str(DATA), remedy=f"Records here: {known}.")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(to_us(datetime.fromisoformat(row["time"])), float(row["stage_m"])) for row in csv.DictReader(file)]
    first_us, last_us = to_us(start), to_us(end)
    chosen = [(at_us, stage_m) for at_us, stage_m in rows if first_us <= at_us <= last_us]
    if len(chosen) < 2:
        raise BadInput(
            f"record {name!r} has nothing from {start.isoformat()} to {end.isoformat()}",
            where=path.name,
            remedy="Its days stand in the README beside it.",
        )
    return tuple(Point((at_us - first_us) / SECOND_US, stage_m * 100) for at_us, stage_m in chosen)


def on_staff(level_cm: float, scale: Scale | None) -> float:
    """The record's water on a gauge's own staff: its 70 cm stand at WASPADA, its 160 cm at AWAS, whatever the datum,
    the unit's spread or the direction. In plain centimetres where the gauge has no staff or not both levels."""
    waspada = scale.threshold(Level.WASPADA) if scale else None
    awas = scale.threshold(Level.AWAS) if scale else None
    if waspada is None or awas is None:
        return level_cm
    share = (level_cm - _WASPADA_CM) / (_AWAS_CM - _WASPADA_CM)
    return round(waspada.raise_cm + share * (awas.raise_cm - waspada.raise_cm), 1)


class Rivers:
    """The level at every gauge of a city."""

    def __init__(self, sites: Sequence[Site], wave: FloodWave | None, seed: int) -> None:
        self._wave = wave
        self._seed = seed
        self._times = [point.at_s for point in wave.points] if wave else []
        self._low_cm = min((point.level_cm for point in wave.points), default=0.0) if wave else 0.0
        rivers = {site.river for site in sites if site.river}
        self._top_km = {river: min(site.river_km for site in sites if site.river == river) for river in rivers}
        self._lengths_km = {
            river: max(site.river_km for site in sites if site.river == river) - top
            for river, top in self._top_km.items()
        }

    @property
    def over_s(self) -> float:
        """When the flood's water has fallen below the lowest mark at its river's last gauge; 0 without a flood."""
        wave = self._wave
        if wave is None:
            return 0.0
        high_s = max((point.at_s for point in wave.points if point.level_cm >= _WASPADA_CM), default=0.0)
        return wave.starts_s + high_s + wave.lag_s_per_km * self._lengths_km[wave.river]

    def level_cm(self, site: Site, story_s: float) -> float:
        """The level at a gauge's site, to a millimetre as an instrument would say it."""
        wobble = _WAVES_CM * drift(story_s, _WAVES_EVERY_S, self._seed, "waves", site.code)
        breath = _BREATH_CM * drift(story_s, _BREATH_EVERY_S, self._seed, "breath", site.code)
        return round(self._calm_cm(site) + self._rise_cm(site, story_s) + wobble + breath, 1)

    def _calm_cm(self, site: Site) -> float:
        if self._wave and site.river == self._wave.river:
            return self._low_cm
        return between(18.0, 36.0, self._seed, "calm", site.code)

    def _rise_cm(self, site: Site, story_s: float) -> float:
        wave = self._wave
        if wave is None or site.river != wave.river:
            return 0.0
        below_km = site.river_km - self._top_km[site.river]
        at_s = story_s - wave.starts_s - wave.lag_s_per_km * below_km
        return max(_FADED, 1.0 - wave.fade_per_km * below_km) * self._above_calm_cm(wave, at_s)

    def _above_calm_cm(self, wave: FloodWave, at_s: float) -> float:
        points = wave.points
        calm_cm = self._low_cm
        if at_s <= points[0].at_s:
            return points[0].level_cm - calm_cm
        if at_s >= points[-1].at_s:
            return (points[-1].level_cm - calm_cm) * exp((points[-1].at_s - at_s) / _RECESSION_S)
        after = bisect_right(self._times, at_s)
        left, right = points[after - 1], points[after]
        share = (at_s - left.at_s) / (right.at_s - left.at_s)
        return left.level_cm + (right.level_cm - left.level_cm) * share - calm_cm
