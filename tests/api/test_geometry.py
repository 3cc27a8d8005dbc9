"""Cells, frame, regions."""

from __future__ import annotations

import json

from shapely.geometry import Point, shape
from support.shared_data import need

from api.geometry import feature_of, frame_of, path_of
from cities.cells import cells_of, region_of
from cities.load import load


def test_without_boundaries_every_kelurahan_has_a_cell_round_its_point():
    """Cells cover the city without gaps between them, each holding its own representative point."""
    profile = load("yogyakarta")
    cells = {cell.code: cell for cell in cells_of(profile, {})}
    kelurahan = [region for region in profile.regions if region.level == "kelurahan"]
    assert set(cells) == {region.code for region in kelurahan}
    for region in kelurahan:
        assert cells[region.code].area.covers(Point(region.lon, region.lat))
    for site in profile.sites:
        assert any(cell.area.covers(Point(site.lon, site.lat)) for cell in cells.values())


def test_imported_boundaries_are_drawn_and_a_broken_one_is_left_out():
    """The real outlines of the city; nonsense for one region costs that region only."""
    profile = load("yogyakarta")
    collection = json.loads(need("city/yogyakarta.geojson").read_text())
    texts = {}
    for feature in collection["features"]:
        for value in feature["properties"].values():
            if isinstance(value, str) and value in {region.code for region in profile.regions}:
                texts[value] = json.dumps(feature["geometry"])
    kelurahan = [region.code for region in profile.regions if region.level == "kelurahan"]
    assert set(kelurahan) <= set(texts)
    assert len(cells_of(profile, texts)) == len(kelurahan)
    texts[kelurahan[0]] = '{"type": "Polygon", "coordinates": "rusak"}'
    assert len(cells_of(profile, texts)) == len(kelurahan) - 1


def test_north_is_up_and_east_is_right():
    """GeoJSON says lon first, the drawing grows downwards."""
    profile = load("yogyakarta")
    cells = cells_of(profile, {})
    frame = frame_of(cells, [])
    assert frame.point(-7.77, 110.36)[1] < frame.point(-7.82, 110.36)[1]
    assert frame.point(-7.8, 110.35)[0] < frame.point(-7.8, 110.40)[0]
    feature = feature_of(cells[0])
    assert shape(feature["geometry"]).bounds[0] > 100
    assert path_of(cells[0], frame).startswith("M")


def test_region_of_a_point_inside_and_outside():
    """A point in a cell is that cell's; one outside every cell is the nearest's; an empty city has its own code."""
    profile = load("yogyakarta")
    cells = cells_of(profile, {})
    region = next(one for one in profile.regions if one.level == "kelurahan")
    assert region_of(profile, cells, region.lat, region.lon) == region.code
    assert region_of(profile, cells, -7.9, 110.37) in {cell.code for cell in cells}
    assert region_of(profile, [], -7.9, 110.37) == profile.region
