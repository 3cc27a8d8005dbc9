"""The map's shapes: the city's regions as cells, drawn without tiles.

Imported boundaries where the city has them; else Voronoi cells round the representative points of its kelurahan,
clipped to their hull. GeoJSON is lon, lat; drawings are x to the right, y down.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

from shapely import MultiPoint, Point, STRtree, voronoi_polygons
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from contract.city import Profile, Region

SIMPLIFY_DEG = 0.00025  # about 28 m: less than a pixel of the first paint
MARGIN_DEG = 0.008
WIDTH = 720.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One region's area."""

    code: str
    name: str
    area: BaseGeometry


@dataclass(frozen=True, slots=True)
class Frame:
    """Degrees to drawing units: equirectangular about the city's own latitude, `width` x `height`."""

    west: float
    north: float
    x_scale: float
    y_scale: float
    width: float
    height: float

    def point(self, lat: float, lon: float) -> tuple[float, float]:
        return round((lon - self.west) * self.x_scale, 1), round((self.north - lat) * self.y_scale, 1)


def _kelurahan(profile: Profile) -> list[Region]:
    own = [region for region in profile.regions if region.level == "kelurahan"]
    return own or list(profile.regions)


def cells_of(profile: Profile, boundaries: Mapping[str, str]) -> list[Cell]:
    """One cell a region. A boundary that cannot be read is left out: a map with a hole is better than none."""
    drawn = _imported(profile, boundaries)
    return drawn or _voronoi(profile)


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


def frame_of(cells: Sequence[Cell], places: Sequence[tuple[float, float]], width: float = WIDTH) -> Frame:
    """A frame that holds all cells and places (lat, lon) with a small margin."""
    boxes = [cell.area.bounds for cell in cells]
    lons = [x for box in boxes for x in (box[0], box[2])] + [lon for _, lon in places]
    lats = [y for box in boxes for y in (box[1], box[3])] + [lat for lat, _ in places]
    if not lons:
        lons, lats = [-0.01, 0.01], [-0.01, 0.01]
    west, east, south, north = min(lons), max(lons), min(lats), max(lats)
    pad = max(east - west, north - south, 0.01) * 0.03
    west, east, south, north = west - pad, east + pad, south - pad, north + pad
    x_scale = width / (east - west)
    y_scale = x_scale / cos(radians((south + north) / 2))
    return Frame(west, north, x_scale, y_scale, width, round((north - south) * y_scale, 1))


def path_of(cell: Cell, frame: Frame) -> str:
    """The cell as SVG path data."""
    parts = getattr(cell.area, "geoms", [cell.area])
    return "".join(_ring(ring, frame) for part in parts if part.geom_type == "Polygon" for ring in _rings(part))


def _rings(part: Any) -> list[Any]:
    return [part.exterior, *part.interiors]


def _ring(ring: Any, frame: Frame) -> str:
    points = [frame.point(lat, lon) for lon, lat in ring.coords]
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points[:-1]) + "Z"


def feature_of(cell: Cell) -> dict[str, Any]:
    """The cell as a GeoJSON feature; coordinates to five decimals (about a metre)."""
    geometry = json.loads(json.dumps(mapping(cell.area)), parse_float=lambda text: round(float(text), 5))
    properties = {"layer": "wilayah", "code": cell.code, "name": cell.name}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def region_of(profile: Profile, cells: Sequence[Cell], lat: float, lon: float) -> str:
    """The code of the region that holds a point, else of the nearest one, else the city's own."""
    point = Point(lon, lat)
    holding = next((cell for cell in cells if cell.area.covers(point)), None)
    nearest = holding or min(cells, key=lambda cell: cell.area.distance(point), default=None)
    return nearest.code if nearest else profile.region
