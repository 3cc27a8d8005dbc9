"""A telephone call is taken down by the keyboard alone, and soon enough: its keystrokes are counted."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from support.seed import scene, town
from support.visitors import person, signed_in
from support.web_server import serving

from api.words import WORDS

KEY_S, THINK_S = 0.20, 1.35
"""Card, Moran and Newell, "The keystroke-level model for user performance time with interactive systems", CACM 23 (7),
1980, table 1: K of an average skilled typist (55 words a minute), M"""
BUDGET_S = 20.0
ANSWER_S = 1.0
"""what each of two waits for a page may take"""
SAID = "Air masuk rumah RT 4"


class Counted:
    """A keyboard that counts."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.keys = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self._page.keyboard.press(key)
            self.keys += key.count("+") + 1

    def type(self, text: str) -> None:
        self._page.keyboard.type(text)
        self.keys += len(text)


def test_a_second_caller_is_joined_to_what_is_known_in_twenty_seconds(browser: Browser, tmp_path: Path) -> None:
    """One key opens the form from the list; with the place chosen what is known there is offered at once, nearest
    first; one more caller is no second case. By keystrokes and three thoughts a trained operator has 20 s for it."""
    city = town(tmp_path)
    scene(city, "flood")
    case = next(one for one in city.cities.find_cases(city.profile.code, open_=True).cases if one.event)
    region = next(one for one in city.profile.regions if one.code == case.region)
    before = city.cities.find_cases(city.profile.code).total
    visitor = signed_in(city, person(city, "ani", "operator"))
    with serving(city) as address:
        context = browser.new_context()
        context.add_cookies([{"name": "siaga", "value": visitor.cookies["siaga"], "url": address}])
        page = context.new_page()
        page.goto(f"{address}/operator")
        keyboard = Counted(page)
        keyboard.press("l")
        expect(page.locator("#tempat")).to_be_focused()
        keyboard.type(region.name[:5])
        expect(page.locator("#tempat")).to_have_value(f"r:{region.code}")
        expect(page.locator("#dekat legend")).to_have_text(WORDS["report_known_near"].id)
        keyboard.press("Tab")
        offered = page.locator("#dekat input[type=radio]").evaluate_all("all => all.map(one => one.value)")
        keyboard.press(*["ArrowDown"] * offered.index(case.number))
        assert page.locator("#dekat input:checked").input_value() == case.number
        while not page.locator("#cerita").evaluate("one => one === document.activeElement"):
            keyboard.press("Tab")
            assert keyboard.keys < 40
        keyboard.type(SAID)
        keyboard.press("Control+Enter")
        page.wait_for_url(f"**/petugas/{case.number}**")
        context.close()
    assert city.cities.find_cases(city.profile.code).total == before
    taken_s = keyboard.keys * KEY_S + 3 * THINK_S + 2 * ANSWER_S
    assert taken_s <= BUDGET_S, (keyboard.keys, taken_s)
    city.close()
