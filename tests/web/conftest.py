"""A real browser on a real server. Needs Debian's chromium; says so where it is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from support.seed import Town, scene, town
from support.web_server import serving

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, once a session."""
    if not CHROMIUM.exists():
        pytest.skip(f"BROWSER TESTS NOT RUN: {CHROMIUM} is missing (apt-get install chromium)")
    with sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], tuple[Town, str]]]:
    """A scene's city and its address; each is played and served once a session and only read by tests."""
    found: dict[str, tuple[Town, str]] = {}
    with ExitStack() as stack:

        def of(name: str) -> tuple[Town, str]:
            if name not in found:
                city = town(tmp_path_factory.mktemp(name))
                stack.callback(city.close)
                scene(city, name)
                found[name] = city, stack.enter_context(serving(city))
            return found[name]

        yield of
