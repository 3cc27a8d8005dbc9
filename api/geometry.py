"""The map's drawing: the city's cells without tiles. GeoJSON is lon, lat; drawings are x to the right, y down."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

from shapely.geometry import mapping

from cities.cells import Cell

WIDTH = 720.0


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
