"""Ingest on a real broker and real stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.accepting import Bench, accepting

from store import open_city


@pytest.fixture(scope="session")
def city_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty city database, brought up to date once for all tests."""
    path = tmp_path_factory.mktemp("template") / "city.db"
    open_city(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def bench(tmp_path: Path, city_template: Path) -> Iterator[Bench]:
    with accepting(tmp_path, city_template) as made:
        yield made
