"""Which of the city's kecamatan an alert touches. Pure.

The polygons of BMKG are outlines of kecamatan, some of them crossing themselves or left open, and drawn from another
file than the city's: they overlap their neighbours by a little. So a cell is touched from a twentieth of its area on.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians

from shapely import Point, Polygon, make_valid
from shapely.affinity import scale
from shapely.geometry.base import BaseGeometry
from shapely.prepared import prep

from alerts.weather.cap import Info
from cities.cells import Cell
from contract.chain import kecamatan_of

TOUCHED = 0.05
"""of the cell's area, or of the shape's own where that is smaller"""
_KM_OF_DEGREE = 111.2


def kecamatan_touched(info: Info, cells: Sequence[Cell]) -> tuple[str, ...]:
    """Codes of kecamatan, sorted; none where it touches nothing of the city."""
    shapes = [shape for shape in shapes_of(info) if not shape.is_empty]
    found = {kecamatan_of(cell.code) for cell in cells if any(_touches(shape, cell.area) for shape in shapes)}
    return tuple(sorted(found))


def shapes_of(info: Info) -> list[BaseGeometry]:
    """Its areas, mended where they were invalid."""
    return [make_valid(Polygon(ring)) for ring in info.rings] + [_disc(*circle) for circle in info.circles]


def _touches(shape: BaseGeometry, area: BaseGeometry) -> bool:
    least = TOUCHED * min(shape.area, area.area)
    return bool(least > 0 and prep(shape).intersects(area) and shape.intersection(area).area >= least)


def _disc(lon: float, lat: float, km: float) -> BaseGeometry:
    round_one = Point(lon, lat).buffer(km / _KM_OF_DEGREE)
    return scale(round_one, xfact=1 / max(cos(radians(lat)), 0.01), yfact=1.0)
