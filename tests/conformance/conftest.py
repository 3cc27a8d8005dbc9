"""Both databases for the suites of what the city store keeps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.parts.postgres import Postgres
from store import open_city
from store.ports import CityStore


@pytest.fixture(params=["sqlite", "postgresql"])
def city_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new database of each kind, at the newest schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/city.db"
    server: Postgres = request.getfixturevalue("postgres_server")
    return server.fresh()


@pytest.fixture
def city_store(city_url: str) -> Iterator[CityStore]:
    """A store with nothing in it."""
    store = open_city(city_url)
    yield store
    store.close()
