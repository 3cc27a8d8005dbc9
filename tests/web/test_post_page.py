"""A gauge keeper's page in a browser, on a phone: keys, question, answer; and the same without a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page
from support.posts import POST, add_post, link_of
from support.seed import Town, town
from support.web_server import serving

from store.book import KeepersBook

PHONE = {"width": 360, "height": 740}
OPEN = "document.querySelectorAll('details').forEach(one => { one.open = true; })"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, KeepersBook, str]]:
    folder = tmp_path_factory.mktemp("post")
    city = town(folder)
    with (
        closing(add_post(city, folder)) as book,
        serving(city, keys=(), book=book, base_url="http://127.0.0.1") as address,
    ):
        yield city, book, address
    city.close()


def key_in(page: Page, figure: str) -> None:
    for key in figure:
        page.click(f".keys button[value='{key}']")
    assert page.input_value("#angka") == figure
    page.click(".save button")
    page.locator("#kabar", has_text=f"{figure} cm").wait_for()


def levels(book: KeepersBook) -> list[float]:
    return [one.values["level_cm"] for one in reversed(book.newest(POST, "manual", 100))]


@pytest.mark.parametrize("script", [True, False])
def test_a_keeper_keys_in_is_asked_and_confirms(
    browser: Browser, opened: tuple[Town, KeepersBook, str], sound: Callable[..., None], script: bool
) -> None:
    """By thumbs on big keys, with a script and without; nothing is wider than the phone, both languages are whole."""
    city, book, address = opened
    before = len(levels(book))
    context = browser.new_context(viewport=PHONE, java_script_enabled=script)
    page = context.new_page()
    page.goto(f"{address}{link_of(city, 'Pak Slamet' if script else 'Bu Wiji')}")
    assert page.url == f"{address}/pos/{POST}"
    last = book.newest(POST, "manual", 1)
    calm, odd = ("800", "80") if last and last[0].values["level_cm"] > 400 else ("80", "800")
    key_in(page, calm)
    key_in(page, odd)
    assert f"Benar {odd} cm?" in page.inner_text("#kabar")
    page.click(".ask button")
    page.wait_for_selector("#kabar.good")
    assert "tersimpan, menunggu dikirim" in page.inner_text("#kabar")
    assert levels(book)[before:] == [float(calm), float(odd), float(odd)]
    if not script:
        return
    for language in ("id", "en"):
        page.goto(f"{address}/pos/{POST}?lang={language}")
        page.evaluate(OPEN)
        sound(page, language, POST)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    small = page.evaluate(
        "[...document.querySelectorAll('.keys button, .save button')].map(one => one.getBoundingClientRect().height)"
    )
    assert len(small) == 13
    assert min(small) >= 60


def test_a_double_tap_sends_once(browser: Browser, opened: tuple[Town, KeepersBook, str]) -> None:
    """And what a nervous thumb sends all the same is one reading."""
    city, book, address = opened
    page = browser.new_context(viewport=PHONE).new_page()
    page.goto(f"{address}{link_of(city)}")
    before = len(levels(book))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.fill("#angka", "79")
    page.dblclick(".save button")
    page.wait_for_selector("#kabar")
    assert sent.count("POST") == 1
    assert len(levels(book)) == before + 1
