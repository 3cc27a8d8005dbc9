"""What a citizen files: the same desk, the same clock, and a repeat that is harmless."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import watch

from complaints.citizen import file_citizen_report
from complaints.routing import agency_for, category_of
from contract.city import Route
from contract.clock import SECOND_US
from contract.errors import BadInput
from store import open_city
from store.ports import Case, CityStore

NOW_US = 1_780_000_000 * SECOND_US


@pytest.fixture
def cities(tmp_path: Path) -> Iterator[CityStore]:
    made = open_city(f"sqlite:///{tmp_path}/city.db")
    made.put_profile(watch.profile(), NOW_US)
    yield made
    made.close()


def report(cities: CityStore, **changed: Any) -> Case:
    asked: dict[str, Any] = {
        "category": "banjir",
        "lat": -7.79,
        "lon": 110.36,
        "region": "34.71.04.1001",
        "description": "Air masuk rumah",
        "now_us": NOW_US,
        "key": "k1",
    }
    return file_citizen_report(cities, watch.profile(), **{**asked, **changed})


def test_a_report_is_a_case_with_number_agency_and_due_time(cities: CityStore) -> None:
    """Nobody must know which office it is."""
    case = report(cities)
    assert cities.case(case.number) == case
    assert (case.agency, case.source, case.state, case.title["id"]) == ("dpu", "citizen", "received", "Banjir")
    assert case.due_us == NOW_US + 86_400 * SECOND_US


def test_the_same_key_is_the_same_case(cities: CityStore) -> None:
    """A phone that sends twice on a poor link files once."""
    assert report(cities).number == report(cities, now_us=NOW_US + SECOND_US).number
    assert cities.find_cases(watch.CITY).total == 1
    assert report(cities, key="k2").number != report(cities).number


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"category": "ufo"}, "Choose one of: banjir, wifi"),
        ({"description": "  "}, "Say in 1 to"),
        ({"description": "x" * 5_000}, "5000 characters"),
        ({"lat": 200.0}, "no place on earth"),
        ({"lon": float("nan")}, "no place on earth"),
    ],
)
def test_a_report_that_is_wrong_says_what_and_how_to_mend_it(
    cities: CityStore, changed: dict[str, Any], says: str
) -> None:
    """One sentence for the person who filed it; nothing is kept."""
    with pytest.raises(BadInput, match=says):
        report(cities, **changed)
    assert cities.find_cases(watch.CITY, public_only=False).total == 0


def test_the_longest_area_wins_and_a_code_covers_whole_steps() -> None:
    """34.71.04.1001 goes before 34.71.04, and 34.71.0 is no area at all."""
    city = watch.profile()
    flood = category_of(city, "banjir")
    routes = (Route("banjir", "34.71.0", "a"), Route("banjir", "34.71.04", "b"), Route("banjir", "34.71.04.1001", "c"))
    routed = type(city)(**{**{name: getattr(city, name) for name in city.__slots__}, "routes": routes})
    assert agency_for(routed, flood, "34.71.04.1001") == "c"
    assert agency_for(routed, flood, "34.71.04.1002") == "b"
    assert agency_for(routed, flood, "34.71.02.1002") == "bpbd"
