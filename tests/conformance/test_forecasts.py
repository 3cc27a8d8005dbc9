"""What people were told to expect, and what came of it, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

from support.city_data import NOON_US, incident

from contract.forecast import Forecast
from contract.levels import Level
from store.ports import CityStore, EngineCommit, Lease


def lease_of(store: CityStore) -> Lease:
    held = store.lease(incident().city, "satu", NOON_US, 60)
    assert held is not None
    return held


def told(**changes: object) -> Forecast:
    made = Forecast(
        city=incident().city, incident=incident().id, change=1, upstream="gauge-1", downstream="gauge-2",
        audience="public", level=Level.SIAGA, passed_us=NOON_US, from_us=NOON_US + 10, expected_us=NOON_US + 15,
        until_us=NOON_US + 20, told_us=NOON_US + 1,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_forecast_is_kept_with_the_change_that_told_it(city_store: CityStore) -> None:
    """As it was, the oldest first, and no city's among another's."""
    first, second = told(), told(change=2, told_us=NOON_US + 5)
    city_store.commit(lease_of(city_store), EngineCommit(incidents=[incident()], forecasts=[second, first]))
    assert list(city_store.forecasts(first.city, 0)) == [first, second]
    assert list(city_store.open_forecasts(first.city)) == [first, second]
    assert list(city_store.forecasts(first.city, NOON_US + 2)) == [second]
    assert list(city_store.forecasts("lain", 0)) == list(city_store.open_forecasts("lain")) == []


def test_what_came_of_it_is_kept_once(city_store: CityStore) -> None:
    """What was told first stands, and so does the first answer."""
    lease = lease_of(city_store)
    city_store.commit(lease, EngineCommit(incidents=[incident()], forecasts=[told()]))
    city_store.commit(lease, EngineCommit(forecasts=[told(from_us=NOON_US, told_us=NOON_US + 9)]))
    assert list(city_store.forecasts(told().city, 0)) == [told()]
    came = told(outcome="level", came_us=NOON_US + 12)
    city_store.commit(lease, EngineCommit(forecasts=[came]))
    city_store.commit(lease, EngineCommit(forecasts=[told(outcome="absent"), told()]))
    assert list(city_store.forecasts(told().city, 0)) == [came]
    assert list(city_store.open_forecasts(told().city)) == []
