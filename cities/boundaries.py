"""Outlines of a city's regions from a GeoJSON file (RFC 7946: WGS 84, longitude first).

Every refusal says which feature it is and what would mend it.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from shapely.geometry import shape
from shapely.validation import explain_validity

from cities.places import Box, box_of
from contract.city import Profile
from contract.errors import BadInput

_DECIMALS = 6  # about 11 cm
_RING_MIN = 4

Ring = list[list[float]]


def read_geojson(path: Path, profile: Profile, *, code_property: str = "code") -> dict[str, str]:
    """Region code -> GeoJSON geometry as text, for the regions of `profile` that the file has.

    `code_property` names the property that holds the Kemendagri code, with or without its dots. Features of other
    cities are passed over. Raises BadInput for anything broken in the file, and where it has no region of this city.
    """
    features = _features(path)
    codes = {region.code.replace(".", ""): region.code for region in profile.regions}
    ours = profile.region.replace(".", "")
    box = box_of(profile)
    found: dict[str, str] = {}
    for number, feature in enumerate(features, start=1):
        where = f"{path.name} feature {number}"
        given = _code(feature, code_property, where)
        digits = given.replace(".", "")
        if not digits.startswith(ours):
            continue
        where = f"{where} ({given})"
        if digits not in codes:
            if digits == ours:
                continue  # the outline of the whole city
            raise BadInput(
                f"{profile.name} has no region {given}",
                where=where,
                remedy="Add it to the city's regions.csv, or correct the code.",
            )
        code = codes[digits]
        if code in found:
            raise BadInput("this region is in the file twice", where=where, remedy="Join the parts to a MultiPolygon.")
        found[code] = json.dumps(_geometry(feature.get("geometry"), box, where), separators=(",", ":"))
    if not found:
        raise BadInput(
            f"no feature has a code of {profile.name} ({profile.region}…) in its property {code_property!r}",
            where=path.name,
            remedy="Choose the file of this city, or name the property that holds the Kemendagri code.",
        )
    return found


def _features(path: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise BadInput(f"the file cannot be read: {error.strerror}", where=str(path)) from None
    except UnicodeDecodeError as error:
        raise BadInput(f"byte {error.start} is not UTF-8", where=path.name, remedy="Export it as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise BadInput(
            f"this is not JSON: {error.msg}",
            where=f"{path.name} line {error.lineno}",
            remedy="Export the layer again as GeoJSON.",
        ) from None
    features = document.get("features") if isinstance(document, dict) else None
    if _type_of(document) != "FeatureCollection" or not isinstance(features, list):
        raise BadInput(
            f"a GeoJSON FeatureCollection is needed, this is {_type_of(document) or type(document).__name__}",
            where=path.name,
            remedy="Export the layer of regions as one FeatureCollection.",
        )
    return features


def _type_of(document: object) -> str:
    """GeoJSON's own word for what a document is, empty where it has none."""
    kind = document.get("type") if isinstance(document, dict) else None
    return kind if isinstance(kind, str) else ""


def _code(feature: object, code_property: str, where: str) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise BadInput("the feature has no properties", where=where, remedy="Each feature needs its region's code.")
    code = properties.get(code_property)
    if isinstance(code, int | str) and not isinstance(code, bool) and str(code).strip():
        return str(code).strip()
    raise BadInput(
        f"the feature has no property {code_property!r} with a code",
        where=where,
        remedy=f"Its properties are: {', '.join(map(str, properties)) or 'none'}. Name the one with the code.",
    )


def _geometry(given: object, box: Box, where: str) -> dict[str, Any]:
    kind = _type_of(given)
    if kind not in {"Polygon", "MultiPolygon"} or not isinstance(given, dict):
        raise BadInput(
            f"an outline is a Polygon or a MultiPolygon, this is {kind or 'nothing'}",
            where=where,
            remedy="Export areas, not points or lines.",
        )
    coordinates = given.get("coordinates")
    if not isinstance(coordinates, list) or not coordinates:
        raise BadInput("the outline has no coordinates", where=where, remedy="Export the layer again.")
    parts = [coordinates] if kind == "Polygon" else coordinates
    polygons = [_polygon(part, box, where) for part in parts]
    geometry = {"type": kind, "coordinates": polygons[0] if kind == "Polygon" else polygons}
    outline = shape(geometry)
    if not outline.is_valid:
        raise BadInput(
            f"the outline crosses itself: {explain_validity(outline)}",
            where=where,
            remedy="Mend it in a GIS (QGIS: Fix geometries).",
        )
    return geometry


def _polygon(rings: object, box: Box, where: str) -> list[Ring]:
    if not isinstance(rings, list) or not rings:
        raise BadInput("a polygon without a ring", where=where, remedy="Export the layer again.")
    return [_ring(ring, box, where) for ring in rings]


def _ring(given: object, box: Box, where: str) -> Ring:
    if not isinstance(given, list):
        raise BadInput("a ring that is no list of places", where=where, remedy="Export the layer again.")
    ring = [_place(place, box, where) for place in given]
    if len(ring) < _RING_MIN:
        raise BadInput(f"a ring of {len(ring)} places is no area", where=where, remedy="A ring has at least four.")
    if ring[0] != ring[-1]:
        raise BadInput(
            f"a ring is not closed: it begins at {ring[0]} and ends at {ring[-1]}",
            where=where,
            remedy="The last place of a ring repeats the first.",
        )
    return ring


def _place(given: object, box: Box, where: str) -> list[float]:
    numbers = given[:2] if isinstance(given, list) else []
    if len(numbers) != 2 or not all(_is_number(number) for number in numbers):
        raise BadInput(f"{given!r} is no place", where=where, remedy="A place is [longitude, latitude].")
    lon, lat = float(numbers[0]), float(numbers[1])
    if box.has(lat, lon):
        return [round(lon, _DECIMALS), round(lat, _DECIMALS)]
    if box.has(lon, lat):
        raise BadInput(
            f"latitude stands before longitude in [{lon:g}, {lat:g}]",
            where=where,
            remedy="GeoJSON wants [longitude, latitude]: swap them in the whole file.",
        )
    if abs(lat) > 90 or abs(lon) > 180:
        raise BadInput(
            f"[{lon:g}, {lat:g}] are not degrees",
            where=where,
            remedy="Export the layer in WGS 84 (EPSG:4326).",
        )
    raise BadInput(f"[{lon:g}, {lat:g}] is outside the city", where=where, remedy=f"The city is at {box}.")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
