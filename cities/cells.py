"""The city's regions as cells: imported boundaries where the city has them; else Voronoi cells round the representative
points of its kelurahan, clipped to their hull. Degrees, x the longitude. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shapely import MultiPoint, Point, STRtree, voronoi_polygons
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from contract.city import Profile, Region

SIMPLIFY_DEG = 0.00025  # about 28 m: less than a pixel of the first paint
MARGIN_DEG = 0.008


@dataclass(frozen=True, slots=True)
class Cell:
    """One region's area."""

    code: str
    name: str
    area: BaseGeometry


def _kelurahan(profile: Profile) -> list[Region]:
    own = [region for region in profile.regions if region.level == "kelurahan"]
    return own or list(profile.regions)


def cells_of(profile: Profile, boundaries: Mapping[str, str]) -> list[Cell]:
    """One cell a region. A boundary that cannot be read is left out: a map with a hole is better than none."""
    drawn = _imported(profile, boundaries)
    return drawn or _voronoi(profile)


def region_of(profile: Profile, cells: Sequence[Cell], lat: float, lon: float) -> str:
    """The code of the region that holds a point, else of the nearest one, else the city's own."""
    point = Point(lon, lat)
    holding = next((cell for cell in cells if cell.area.covers(point)), None)
    nearest = holding or min(cells, key=lambda cell: cell.area.distance(point), default=None)
    return nearest.code if nearest else profile.region


def _imported(profile: Profile, boundaries: Mapping[str, str]) -> list[Cell]:
    cells = []
    for region in _kelurahan(profile):
        text = boundaries.get(region.code)
        if not text:
            continue
        try:
            area = shape(json.loads(text)).simplify(SIMPLIFY_DEG)
        except (ValueError, KeyError, TypeError, AttributeError, ShapelyError):
            continue
        if not area.is_empty:
            cells.append(Cell(region.code, region.name, area))
    return cells


def _voronoi(profile: Profile) -> list[Cell]:
    regions = list({(r.lat, r.lon): r for r in _kelurahan(profile)}.values())
    if not regions:
        return []
    points = MultiPoint([(r.lon, r.lat) for r in regions])
    everything = MultiPoint([*((r.lon, r.lat) for r in regions), *((s.lon, s.lat) for s in profile.sites)])
    hull = everything.convex_hull.buffer(MARGIN_DEG)
    if len(regions) == 1:
        return [Cell(regions[0].code, regions[0].name, hull)]
    cells = []
    areas = list(voronoi_polygons(points, extend_to=hull).geoms)
    tree = STRtree(areas)
    for region in regions:
        index = tree.nearest(Point(region.lon, region.lat))
        cells.append(Cell(region.code, region.name, areas[int(index)].intersection(hull)))
    return cells
