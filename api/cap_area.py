"""Where people shall be told, as CAP has it: closed rings of latitude and longitude, or a circle. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from cities.cells import Cell

Ring = tuple[tuple[float, float], ...]
"""latitude and longitude, at least four pairs, the last one the first"""
RADIUS_KM = 1.0
_POINTS_MOST = 100
_PLACES = 5


@dataclass(frozen=True, slots=True)
class Area:
    """A region with its code, or a circle (lat, lon, km) where the city has no shape for it. Several rings are their
    union; CAP knows no holes, so that what lies in one is told too."""

    name: str
    code: str
    rings: tuple[Ring, ...] = ()
    circle: tuple[float, float, float] | None = None


def areas_of(code: str, cells: Sequence[Cell], name: str, lat: float, lon: float) -> list[Area]:
    """The region of this code; where it has no shape, a circle about the gauge (`name`, `lat`, `lon`)."""
    found = [Area(cell.name, code, rings) for cell in cells if cell.code == code and (rings := rings_of(cell.area))]
    return found or [Area(name, "", circle=(lat, lon, RADIUS_KM))]


def rings_of(area: BaseGeometry) -> tuple[Ring, ...]:
    """Its outer rings, each with a hundred points at most."""
    parts: list[Any] = list(getattr(area, "geoms", [area]))
    found = (_ring(part) for part in parts if isinstance(part, Polygon))
    return tuple(ring for ring in found if len(ring) >= 4)


def _ring(part: Polygon) -> Ring:
    outer, step_deg = Polygon(part.exterior), 0.00005
    while len(outer.exterior.coords) > _POINTS_MOST:
        outer = Polygon(part.exterior).simplify(step_deg)
        step_deg *= 2
    points: list[tuple[float, float]] = []
    for lon, lat in outer.exterior.coords:
        point = (round(lat, _PLACES), round(lon, _PLACES))
        if not points or point != points[-1]:
            points.append(point)
    return tuple(points)
