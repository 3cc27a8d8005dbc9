"""What history taught of a river's way, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

from contract.travel import Travel
from store.ports import CityStore

NOON_US = 1_750_000_000_000_000
WAY = Travel("hulu", "hilir", 9_000.5, 10_800.0, 12_600.0, True, 7, 7, 1_500.25)


def test_what_was_learned_is_kept_as_it_was(city_store: CityStore) -> None:
    """Every figure, and a way that nothing was forecast on yet."""
    new = replace(WAY, downstream="muara", forecasts=0, error_s=None)
    city_store.keep_travels("contoh", [new, WAY], NOON_US)
    assert city_store.travels("contoh") == [WAY, new]
    assert city_store.travels("lain") == []


def test_what_is_learned_anew_takes_the_place_of_all_before(city_store: CityStore) -> None:
    """What history no longer teaches is gone, and the city's own word is not kept as if it had been learned."""
    city_store.keep_travels("contoh", [WAY, replace(WAY, downstream="muara")], NOON_US)
    city_store.keep_travels("lain", [WAY], NOON_US)
    later = replace(WAY, usual_s=11_000.0, events=8)
    city_store.keep_travels("contoh", [later, replace(WAY, downstream="muara", learned=False)], NOON_US + 1)
    assert city_store.travels("contoh") == [later]
    city_store.keep_travels("contoh", [], NOON_US + 2)
    assert city_store.travels("contoh") == []
    assert city_store.travels("lain") == [WAY]
