"""The pages in a browser: nothing breaks, nothing overflows, the map moves, the keyboard reaches everything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from support.seed import flood_case, town
from support.web_server import serving

PATHS = ("/", "/sungai", "/sungai/jog-gauge-05", "/s/jog-gauge-05", "/wifi", "/kasus", "/simpul", "/tidak-ada")


@contextmanager
def opened(browser: Browser, address: str, **more: object) -> Iterator[Page]:
    """A page of its own. Every console error and every failed or foreign request fails the test."""
    wrong: list[str] = []
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **more})  # type: ignore[arg-type]
    page = context.new_page()
    page.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(address) else wrong.append(asked.url))
    yield page
    context.close()
    assert not [line for line in wrong if "404" not in line], wrong


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_scrolls_sideways_on_a_small_phone(browser, served, scheme):
    """At 360 px every page fits, in both languages, in a flood; and nothing is written to the console."""
    city, address = served("flood")
    with opened(browser, address, viewport={"width": 360, "height": 740}, color_scheme=scheme) as page:
        for path in (*PATHS, f"/kasus/{flood_case(city).number}"):
            for language in ("id", "en"):
                page.goto(f"{address}{path}?lang={language}")
                assert page.evaluate("document.documentElement.scrollWidth") <= 360, (path, language)


def test_a_number_and_its_arrow_stay_on_one_line(browser, served):
    """However narrow the phone: an arrow alone on a line belongs to nothing."""
    _, address = served("flood")
    for width in (320, 340, 360, 380, 400):
        with opened(browser, address, viewport={"width": width, "height": 740}) as page:
            page.goto(f"{address}/")
            lines = page.locator(".figure").evaluate_all(
                """all => all.map(one => {
                    const arrow = one.querySelector("svg").getBoundingClientRect();
                    const number = document.createRange();
                    number.selectNodeContents(one.firstChild);
                    const rows = [...number.getClientRects()];
                    return rows.length === 1 && arrow.bottom > rows[0].top && arrow.top < rows[0].bottom;
                })"""
            )
            assert lines
            assert all(lines), width


def test_the_map_comes_alive_and_its_layers_follow_the_address(browser, served):
    """Leaflet takes the drawn map's place; a toggle hides its layer and stands in the address, by mouse and by key."""
    _, address = served("flood")
    with opened(browser, address) as page:
        page.goto(address + "/")
        expect(page.locator("#peta.leaflet-container")).to_be_visible()
        expect(page.locator(".pin-awas")).to_have_count(1)
        expect(page.locator(".pin.on-wifi")).to_have_count(100)
        page.locator("[data-layer=wifi]").click()
        expect(page.locator(".pin.on-wifi")).to_have_count(0)
        assert "wifi" not in page.url.split("lapisan=")[1]
        page.locator("[data-layer=sungai]").focus()
        page.keyboard.press("Space")
        expect(page.locator(".pin-awas")).to_have_count(0)
        page.goto(page.url)
        expect(page.locator(".pin.on-keramaian")).to_have_count(20)
        expect(page.locator(".pin.on-sungai")).to_have_count(0)


def test_a_pin_says_what_it_is(browser, served):
    """Tapping the worst gauge opens its word, its name as a link and its number."""
    _, address = served("flood")
    with opened(browser, address, reduced_motion="reduce") as page:
        page.goto(address + "/")
        page.locator(".pin-awas").click()
        popup = page.locator(".leaflet-popup-content")
        expect(popup).to_contain_text("AWAS")
        expect(popup.locator("a")).to_have_attribute("href", "/sungai/jog-gauge-05")


def test_without_javascript_everything_is_read(browser, served):
    """Sentence, rivers, map picture, chart and figures are there; a layer's toggle is a link that works."""
    _, address = served("flood")
    with opened(browser, address, java_script_enabled=False) as page:
        page.goto(address + "/")
        expect(page.locator(".hero-word")).to_contain_text("AWAS")
        assert page.locator("#peta img").evaluate("image => image.naturalWidth") > 0
        page.locator("[data-layer=wifi]").click()
        assert "lapisan=" in page.url
        page.goto(address + "/sungai/jog-gauge-05")
        expect(page.locator(".chart-wide .last")).to_be_visible()
        page.locator("summary").click()
        expect(page.locator(".figures td").first).to_be_visible()


def test_the_keyboard_walks_the_page_and_focus_is_seen(browser, served):
    """The skip link comes first; every stop has an outline of three pixels."""
    _, address = served("flood")
    with opened(browser, address) as page:
        page.goto(address + "/kasus")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "#isi"
        for _ in range(12):
            page.keyboard.press("Tab")
            width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
            assert width == "3px"


def test_no_text_is_smaller_than_sixteen_pixels(browser, served):
    """Outside drawings every visible text is at least 16 px."""
    city, address = served("flood")
    script = """() => [...document.body.querySelectorAll('*')].filter(e => !e.closest('svg') && e.childNodes.length
      && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && e.getClientRects().length
      && parseFloat(getComputedStyle(e).fontSize) < 16).map(e => e.outerHTML.slice(0, 80))"""
    with opened(browser, address) as page:
        for path in ("/", "/sungai/jog-gauge-05", f"/kasus/{flood_case(city).number}", "/simpul"):
            page.goto(address + path)
            assert page.evaluate(script) == []


def test_news_arrives_by_itself_and_a_lost_server_is_said(browser, tmp_path: Path):
    """Without a reload the calm page turns to the warning; when the server is gone the page says since when."""
    city = town(tmp_path)
    try:
        with serving(city) as address:
            context = browser.new_context(viewport={"width": 360, "height": 740})
            page = context.new_page()
            page.clock.install()
            page.goto(address + "/")
            expect(page.locator("h1")).to_contain_text("Tidak ada data sungai")
            node = city.nodes("gauge")[4]
            city.birth(node)
            city.wave(node, 214, hours_ago=-0.4)
            page.clock.fast_forward(4_500)  # the page asks every four seconds
            expect(page.locator(".hero-word")).to_have_text("AWAS", timeout=12_000)
            expect(page).to_have_title("AWAS · Siaga Kota Yogyakarta")
        page.clock.fast_forward(4_500)
        expect(page.locator("#putus")).to_contain_text(
            "Sambungan terputus 0 menit. Angka di bawah dari", timeout=12_000
        )
        context.close()
    finally:
        city.close()
