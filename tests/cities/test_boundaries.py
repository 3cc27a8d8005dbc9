"""Outlines of regions: good ones come through, broken ones are named by feature, with what would mend them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import shared_data

from cities.boundaries import read_geojson
from cities.load import load
from contract.city import Profile
from contract.errors import BadInput
from faults.parts import tiny_city

SQUARE = [[116.07, -8.58], [116.09, -8.58], [116.09, -8.56], [116.07, -8.56], [116.07, -8.58]]


@pytest.fixture
def city(tmp_path: Path) -> Profile:
    tiny_city.write(tmp_path)
    return load(tiny_city.CODE, tmp_path)


def _feature(code: object = "99.01.01.1001", ring: object = None, kind: str = "Polygon") -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"code": code, "name": "Ampenan"},
        "geometry": {"type": kind, "coordinates": [ring if ring is not None else SQUARE]},
    }


def _file(folder: Path, *features: object) -> Path:
    path = folder / "batas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), encoding="utf-8")
    return path


def test_outlines_come_through_by_code(city: Profile, tmp_path: Path) -> None:
    """The geometry of a region is kept as GeoJSON text under its code, two numbers a place."""
    path = _file(tmp_path, _feature(ring=[[lon, lat, 12.5] for lon, lat in SQUARE]))
    found = read_geojson(path, city)
    assert {code: json.loads(text) for code, text in found.items()} == {
        "99.01.01.1001": {"type": "Polygon", "coordinates": [SQUARE]}
    }


def test_codes_may_lack_their_dots_and_have_another_name(city: Profile, tmp_path: Path) -> None:
    """Kemendagri codes are written both ways; the property is the caller's to name."""
    feature = _feature()
    feature["properties"] = {"KODE": 9901011001}
    assert list(read_geojson(_file(tmp_path, feature), city, code_property="KODE")) == ["99.01.01.1001"]


def test_other_cities_and_the_citys_own_outline_are_passed_over(city: Profile, tmp_path: Path) -> None:
    """A file of the whole province is fine: only this city's regions are read, others not even looked at."""
    path = _file(tmp_path, _feature("99.02.01.1001", ring=[[0, 0]]), _feature("99.01", ring=[[0, 0]]), _feature())
    assert list(read_geojson(path, city)) == ["99.01.01.1001"]


def _swapped(feature: dict[str, Any]) -> None:
    feature["geometry"]["coordinates"] = [[[lat, lon] for lon, lat in SQUARE]]


def _unclosed(feature: dict[str, Any]) -> None:
    feature["geometry"]["coordinates"] = [SQUARE[:-1]]


def _crossing(feature: dict[str, Any]) -> None:
    feature["geometry"]["coordinates"] = [[SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]]


def _outside(feature: dict[str, Any]) -> None:
    feature["geometry"]["coordinates"] = [[[lon, lat + 1] for lon, lat in SQUARE]]


def _metres(feature: dict[str, Any]) -> None:
    feature["geometry"]["coordinates"] = [[[lon * 4000, lat * 100_000] for lon, lat in SQUARE]]


def _too_short(feature: dict[str, Any]) -> None:
    feature["geometry"]["coordinates"] = [[SQUARE[0], SQUARE[1], SQUARE[0]]]


def _no_code(feature: dict[str, Any]) -> None:
    del feature["properties"]["code"]


def _unknown(feature: dict[str, Any]) -> None:
    feature["properties"]["code"] = "99.01.01.1009"


def _point(feature: dict[str, Any]) -> None:
    feature["geometry"] = {"type": "Point", "coordinates": SQUARE[0]}


def _nothing(feature: dict[str, Any]) -> None:
    feature["geometry"] = None


def _text(feature: dict[str, Any]) -> None:
    feature["geometry"]["coordinates"] = [[["116", "-8"], *SQUARE[1:]]]


BROKEN: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (_swapped, "latitude stands before longitude"),
    (_unclosed, "a ring is not closed"),
    (_crossing, "crosses itself"),
    (_outside, "is outside the city"),
    (_metres, "are not degrees"),
    (_too_short, "a ring of 3 places is no area"),
    (_no_code, "no property 'code'"),
    (_unknown, "has no region 99.01.01.1009"),
    (_point, "this is Point"),
    (_nothing, "this is nothing"),
    (_text, "is no place"),
]


@pytest.mark.parametrize(("harm", "words"), BROKEN, ids=[harm.__name__.strip("_") for harm, _ in BROKEN])
def test_a_broken_feature_is_named(
    harm: Callable[[dict[str, Any]], None], words: str, city: Profile, tmp_path: Path
) -> None:
    """One sentence with the feature's number, what is wrong and a remedy."""
    feature = _feature()
    harm(feature)
    with pytest.raises(BadInput) as caught:
        read_geojson(_file(tmp_path, _feature("99.02.01.1001"), feature), city)
    assert words in caught.value.what
    assert caught.value.where.startswith("batas.geojson feature 2")
    assert caught.value.remedy


def test_a_region_twice_is_refused(city: Profile, tmp_path: Path) -> None:
    """Two outlines of one region: nobody knows which is right."""
    with pytest.raises(BadInput, match="in the file twice"):
        read_geojson(_file(tmp_path, _feature(), _feature()), city)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"type": "FeatureCollection",\n "features": [}', r"line 2: this is not JSON"),
        (b"\xff\xfe{", "not UTF-8"),
        (b"[1, 2]", "FeatureCollection is needed, this is list"),
        (b'{"type": "Topology"}', "this is Topology"),
        (b'{"type": "FeatureCollection", "features": []}', "no feature has a code of Kota Contoh"),
    ],
)
def test_a_file_that_is_no_geojson_is_refused(data: bytes, words: str, city: Profile, tmp_path: Path) -> None:
    """The wrong file is called the wrong file."""
    path = tmp_path / "batas.geojson"
    path.write_bytes(data)
    with pytest.raises(BadInput, match=words):
        read_geojson(path, city)


def test_a_missing_file_is_refused(city: Profile, tmp_path: Path) -> None:
    """No traceback for a wrong path."""
    with pytest.raises(BadInput, match="cannot be read"):
        read_geojson(tmp_path / "no.geojson", city)


def test_real_boundaries_fit_the_shipped_city() -> None:
    """Every kemantren and kelurahan of Yogyakarta has its outline in a real file."""
    city = load("yogyakarta")
    found = read_geojson(shared_data.need("city/yogyakarta.geojson"), city)
    assert set(found) == {region.code for region in city.regions}
