"""Sheets for a wall as they come out of a printer: their codes are read by an eye of our own, they fit their paper."""

from __future__ import annotations

import re
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page
from support.codes import read_code

BASE = "http://kota.test"
POINTS = {"a4": (595, 842), "a5": (420, 595)}


@pytest.fixture(scope="module")
def sheets(browser: Any, served: Any) -> Any:
    """A page of the flood scene's city."""
    city, address = served("flood")
    context = browser.new_context(viewport={"width": 1000, "height": 1200})
    yield context.new_page(), address, city
    context.close()


def read(page: Page) -> str:
    """What an eye of our own sees on the page."""
    return read_code(cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR))


def printed(page: Page) -> tuple[int, tuple[int, int]]:
    """How many sheets, and their size in points."""
    pdf = page.pdf(prefer_css_page_size=True)
    width, height = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)[0]
    return len(re.findall(rb"/Type /Page\b(?!s)", pdf)), (round(float(width)), round(float(height)))


@pytest.mark.parametrize("paper", ["a4", "a5"])
def test_a_gauges_sheet_leads_to_its_page_and_is_one_sheet(sheets: Any, paper: str) -> None:
    """In both languages, on either paper, also where the screen is dark."""
    page, address, _ = sheets
    for language in ("id", "en"):
        page.emulate_media(color_scheme="dark")
        page.goto(f"{address}/poster/sungai/jog-gauge-05?kertas={paper}&lang={language}")
        shown = page.locator(".address").inner_text()
        assert shown.endswith("/sungai/jog-gauge-05")
        assert read(page) == shown
        assert printed(page) == (1, pytest.approx(POINTS[paper], abs=1))


def test_a_points_sheet_leads_to_the_portal(sheets: Any) -> None:
    """With the point's own site, so that its page knows where it hangs."""
    page, address, city = sheets
    page.goto(f"{address}/poster")
    found = page.locator("a[href^='/poster/wifi/']").first.get_attribute("href")
    page.goto(address + found)
    site = found.split("/")[-1].split("?")[0]
    assert site in {one.code for one in city.profile.sites}
    assert read(page).endswith(f"/portal?site={site}")
    assert printed(page)[0] == 1


def test_a_gauges_sheet_says_its_levels_by_word_shape_and_number(sheets: Any) -> None:
    """The worst on top, with what to do in both languages; the emergency number is the largest on it."""
    page, address, city = sheets
    page.goto(f"{address}/poster/sungai/jog-gauge-05?lang=id")
    scale = city.profile.scale_of("jog-gauge-05")
    lines = page.locator(".levels li").all_inner_texts()
    for line, level, english in zip(
        lines, ("AWAS", "SIAGA", "WASPADA"), ("Leave now", "Get ready", "Keep away"), strict=True
    ):
        threshold = next(one for one in scale.thresholds if one.level.name == level)
        assert level in line
        assert f"{threshold.raise_cm:.0f} cm" in line
        assert english.casefold() in line.casefold()
    assert page.locator(".levels svg").count() == 3
    assert page.locator(".drawings svg").count() == 4
    sizes = page.evaluate("[...document.querySelectorAll('main *')].map(e => parseFloat(getComputedStyle(e).fontSize))")
    assert page.locator(".help b").evaluate("e => parseFloat(getComputedStyle(e).fontSize)") == max(sizes)


def test_a_dirty_code_is_still_read(sheets: Any) -> None:
    """A thumb over a corner of it: level M makes up for what is missing."""
    page, address, _ = sheets
    page.goto(f"{address}/poster/sungai/jog-gauge-05")
    picture = cv2.imdecode(np.frombuffer(page.locator(".qr").screenshot(), np.uint8), cv2.IMREAD_COLOR)
    side = picture.shape[0]
    at = int(side * 0.62)
    picture[at : at + side // 9, at : at + side // 9] = 255
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(cv2.resize(picture, None, fx=2, fy=2))
    assert text.endswith("/sungai/jog-gauge-05")
