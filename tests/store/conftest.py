"""Both databases for the tests of the city store's own matters."""

from __future__ import annotations

from pathlib import Path

import pytest

from faults.parts.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/city.db"
    server: Postgres = request.getfixturevalue("postgres_server")
    return server.empty()
