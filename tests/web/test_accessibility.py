"""Who cannot see, point or read small print reads the same pages: structure, names, focus order and contrast."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from support.seed import flood_case

import api

CSS = (Path(api.__file__).parent / "static" / "siaga.css").read_text()
PATHS = ("/", "/sungai", "/sungai/jog-gauge-05", "/s/jog-gauge-05", "/wifi", "/kasus", "/simpul", "/tidak-ada")
TEXT, LARGE = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11

SURVEY = (Path(__file__).parent / "survey.js").read_text()


@pytest.fixture(scope="module")
def pages(browser, served):
    """A page of the flood scene's city, and every address worth a look."""
    city, address = served("flood")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page(), address, (*PATHS, f"/kasus/{flood_case(city).number}")
    context.close()


def test_structure_names_and_targets(pages, sound):
    """In both languages: one main, one h1, headings without a jump, everything that acts has a name and a label, ids
    are unique, tables have headers, targets are large enough."""
    page, address, paths = pages
    for path in paths:
        for language in ("id", "en"):
            page.goto(f"{address}{path}?lang={language}")
            if path == "/":
                expect(page.locator("#peta.leaflet-container")).to_be_visible()
            sound(page, language, (path, language), mains=0 if path.startswith("/s/") else 1)


def test_a_links_text_says_where_it_goes(pages):
    """The same words never lead to two places on one page."""
    page, address, paths = pages
    for path in paths:
        page.goto(address + path)
        found: dict[str, set[str]] = {}
        for name, href in page.evaluate(SURVEY)["links"]:
            found.setdefault(name, set()).add(href.split("?")[0] if href.startswith("/simpul") else href)
        assert not {name: hrefs for name, hrefs in found.items() if len(hrefs) > 1}, path


def test_focus_goes_as_the_page_is_read(pages):
    """From the skip link through the head to the warning's own link, then the list, then the map."""
    page, address, _ = pages
    page.goto(address + "/")
    expect(page.locator("#peta.leaflet-container")).to_be_visible()
    order = _tab_order(page, 40)
    firsts = [
        next(i for i, href in enumerate(order) if href and href.startswith(start))
        for start in ("#isi", "/", "/?lang=", "/sungai", "/kasus/", "/sungai/", "/?lapisan=")
    ]
    assert firsts == sorted(firsts), order


def _tab_order(page: Page, most: int) -> list[str | None]:
    order = []
    for _ in range(most):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.getAttribute('href')"))
    return order


def _tokens(scheme: str) -> dict[str, str]:
    """The colours of a scheme, as the style sheet defines them."""
    light, dark = re.findall(r":root \{(.*?)\}", CSS, flags=re.S)[:2]
    found = dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6})", light))
    return found | dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6})", dark)) if scheme == "dark" else found


def test_ink_not_light_is_printed(pages):
    """On paper a page has the light scheme's colours whatever the screen shows, and no white letters on no ground."""
    page, address, paths = pages
    page.emulate_media(media="print", color_scheme="dark")
    for path in ("/", paths[-1]):
        page.goto(address + path)
        assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--awas')") == "#A3142B"
    bar = page.locator(".case-level").first
    assert bar.evaluate("e => getComputedStyle(e).color") == "rgb(0, 0, 0)"
    page.emulate_media(media="screen", color_scheme="light")


def _luminance(colour: str) -> float:
    """WCAG 2.2 relative luminance of `#RRGGBB`."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula_of_contrast():
    """Black on white is 21:1; the paper and ink of the light scheme are the 15.8:1 they were chosen for."""
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#FBFAF7", "#16211F") == pytest.approx(15.8, abs=0.1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_pair_of_text_and_ground_can_be_read(scheme):
    """4.5:1 for text on whatever it stands on, 3:1 for shapes; WASPADA's yellow has its ink edge instead."""
    colours = _tokens(scheme)
    grounds = ("paper", "card", "land")
    texts = ("ink", "soft", "accent", "text-siaga", "text-awas", "text-normal")
    pairs = [(text, ground, TEXT) for text in texts for ground in grounds]
    pairs += [(f"on-{level}", level, TEXT) for level in ("normal", "waspada", "siaga", "awas", "nodata", "accent")]
    pairs += [(shape, "paper", LARGE) for shape in ("normal", "siaga", "awas", "nodata", "accent")]
    low = {
        (a, b): contrast(colours[a], colours[b]) for a, b, least in pairs if contrast(colours[a], colours[b]) < least
    }
    assert not low
    if scheme == "light":
        assert contrast(re.findall(r"--waspada-edge: (#\w{6})", CSS)[0], colours["paper"]) >= LARGE
