"""A city and its web server, for tests of what programs and people read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from support.seed import Town, town
from support.web_server import serving


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Town]:
    """An empty city on SQLite."""
    city = town(tmp_path)
    yield city
    city.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., httpx.Client]]:
    """A client of a real web server of the city."""
    with ExitStack() as stack:

        def client_of(city: Town, **more: object) -> httpx.Client:
            address = stack.enter_context(serving(city, **more))
            return stack.enter_context(httpx.Client(base_url=address, timeout=20, trust_env=False))

        yield client_of
