"""A real browser on a real server. Needs Debian's chromium; says so where it is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from support.seed import Town, scene, town
from support.web_server import serving

CHROMIUM = Path("/usr/bin/chromium")
SURVEY = (Path(__file__).parent / "survey.js").read_text()
WRONG = (
    "unnamed_regions",
    "unlabelled",
    "nameless",
    "pictures",
    "bare_drawings",
    "headless_tables",
    "dangling",
    "unexplained",
    "forgetful",
    "alike",
    "forced_order",
    "small",
)
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


@pytest.fixture(scope="session")
def sound() -> Callable[..., None]:
    """Asserts that a page's structure is sound: `where` names it in a failure."""

    def look(page: Page, language: str, where: object, *, mains: int = 1) -> None:
        told = page.evaluate(SURVEY)
        assert told["lang"] == language, where
        assert told["title"], where
        assert told["headings"].count(1) == 1, where
        assert told["headings"][0] == 1, where
        jumps = [b - a for a, b in zip(told["headings"], told["headings"][1:], strict=False)]
        assert max(jumps, default=0) <= 1, (where, told["headings"])
        assert told["mains"] == mains, where
        for key in WRONG:
            assert told[key] == [], (where, key)
        assert len(told["ids"]) == len(set(told["ids"])), where

    return look
