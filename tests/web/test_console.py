"""The operator's console in a browser: the keyboard alone, live, without the city, in both languages, on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from support.seed import Town, town
from support.visitors import person, signed_in
from support.web_server import serving

from api.alarm_feed import Pace
from api.words import WORDS
from contract.clock import MINUTE_US
from contract.decision import Decision
from contract.incident import Incident, resolved
from contract.levels import Level
from store.decisions import deed_of

PACE = Pace(look_s=0.1, beat_s=5.0, longest_s=600.0)
HELD_DOWN = """() => {
  const began = performance.now();
  const pressed = () => new KeyboardEvent("keydown", { key: "j", bubbles: true });
  for (let i = 0; i < 100; i += 1) document.body.dispatchEvent(pressed());
  return performance.now() - began;
}"""
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}


@dataclass
class Centre:
    """A city in trouble, its console, and an operator's browser."""

    city: Town
    operator: str
    address: str
    page: Page

    def open(self, query: str = "") -> Page:
        self.page.goto(f"{self.address}/operator{query}")
        return self.page

    def decisions(self) -> list[str]:
        return [one.kind for one in self.city.cities.decisions("yogyakarta")]


def said(key: str, language: str = "id", **values: object) -> str:
    return WORDS[key].in_(language).format(**values)  # type: ignore[arg-type]


def outages(city: Town, number: int) -> list[Incident]:
    wifi = city.nodes("wifi")
    return [city.open_outage(wifi[20 + i], minutes_ago=30 + i) for i in range(number)]


@pytest.fixture(scope="module", autouse=True)
def patient() -> Iterator[None]:
    """What comes over the stream, or is given up after five seconds, comes later on a busy machine."""
    expect.set_options(timeout=30_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def centre(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """The Code at AWAS with its readings, and outages."""
    city = town(tmp_path_factory.mktemp("centre"))
    gauge = city.nodes("gauge")[4]
    city.wave(gauge, 214, hours_ago=-0.4)
    city.open_flood(gauge, Level.AWAS, 196.0)
    operator = person(city, "operator", "operator")
    outages(city, 5)
    with serving(city, keys=(), pace=PACE) as address:
        context = browser.new_context(viewport=DESK)  # type: ignore[arg-type]
        context.add_cookies([{"name": "siaga", "value": signed_in(city, operator).cookies["siaga"], "url": address}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        yield Centre(city, operator.id, address, page)
        context.close()
    city.close()


def chosen(page: Page) -> str:
    row = page.locator("#daftar tr[aria-current]")
    return row.get_attribute("data-alarm") or ""


def test_the_keyboard_works_the_table_from_the_first_alarm_to_the_last_word(centre: Centre) -> None:
    """j and k move and take the detail along; a, t, c, s, e, / and ? go where they say; Escape comes back; letters are
    letters while somebody writes."""
    page = centre.open()
    page.keyboard.press("j")
    first = chosen(page)
    page.keyboard.press("j")
    second = chosen(page)
    assert second != first
    expect(page.locator("#daftar tr[aria-current] a")).to_be_focused()
    expect(page.locator("#rincian form[data-key=a]")).to_have_attribute("action", f"/operator/{second}")
    page.keyboard.press("k")
    assert chosen(page) == first
    expect(page.locator("#rincian form[data-key=a]")).to_have_attribute("action", f"/operator/{first}")
    assert f"pilih={first}" in page.url

    before = len(centre.decisions())
    page.keyboard.press("a")
    expect(page.locator("#kabar")).to_have_text(said("done_acknowledge"))
    expect(page.locator("#kabar")).to_have_role("status")
    assert centre.decisions()[before:] == ["acknowledge"]
    expect(page.locator("#daftar tr[aria-current] a")).to_be_focused()
    assert chosen(page) == first

    page.keyboard.press("s")
    expect(page.locator("#alasan-silence")).to_be_focused()
    page.keyboard.type("jaksa")
    expect(page.locator("#alasan-silence")).to_have_value("jaksa")
    page.keyboard.press("Escape")
    expect(page.locator("#daftar tr[aria-current] a")).to_be_focused()
    for key, place in (("t", "#kepada"), ("c", "#teks"), ("e", "#bukti"), ("/", "#cari"), ("?", "#bantuan summary")):
        page.keyboard.press(key)
        expect(page.locator(place)).to_be_focused()
        page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.keyboard.type("Pintu air dicek")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#kabar")).to_have_text(said("done_comment"))
    expect(page.locator(".story")).to_contain_text("Pintu air dicek")


def test_letters_can_be_switched_off(centre: Centre) -> None:
    """For whoever speaks to their machine; and it is remembered."""
    page = centre.open()
    page.keyboard.press("?")
    page.locator("#tombol").uncheck()
    page.reload()
    before = chosen(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert chosen(page) == before
    page.locator("#bantuan summary").click()
    page.locator("#tombol").check()


def test_tab_alone_reaches_everything_and_is_never_caught(centre: Centre) -> None:
    """From the skip link through filters, table and detail to the foot; the focus is seen on every stop."""
    page = centre.open()
    seen: list[str] = []
    for _ in range(120):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            "(() => { const e = document.activeElement; return [e.tagName, e.id || e.name || e.textContent.trim(),"
            " getComputedStyle(e).outlineWidth] })()"
        )
        assert stop[2] == "3px", stop
        seen.append(stop[1])
        if stop[1] == said("sign_out"):
            break
    assert seen[-1] == said("sign_out")
    wanted = ["cari", "menit-acknowledge", "teks", said("keys_help")]
    assert [one for one in seen if one in wanted] == wanted
    assert sum(one.startswith("a-") for one in seen) == page.locator("#daftar tr[data-alarm]").count()


def test_what_happens_comes_by_itself_and_moves_nobody(centre: Centre) -> None:
    """A new alarm stands in the table and is said; the keyboard stays where it was; what somebody writes stays too; an
    alarm that is over leaves, and the next takes its place."""
    page = centre.open()
    page.keyboard.press("j")
    page.keyboard.press("j")
    mine = chosen(page)
    expect(page.locator("#rincian form[data-key=a]")).to_have_attribute("action", f"/operator/{mine}")
    page.locator("#teks").fill("sedang menulis")
    city = centre.city
    fresh, event = city.open_flood(city.nodes("gauge")[0], Level.SIAGA, 120.0)
    expect(page.locator(f"#baris-{fresh.id}")).to_be_visible()
    expect(page.locator("#berita")).to_contain_text("SIAGA")
    assert chosen(page) == mine
    expect(page.locator("#teks")).to_have_value("sedang menulis")
    page.keyboard.press("Escape")
    over, change = resolved(fresh, 10.0, city.now_us, city.now_us)
    city.commit(over, event, [change])
    expect(page.locator(f"#baris-{fresh.id}")).to_have_count(0)
    assert chosen(page) == mine
    expect(page.locator("#daftar tr[aria-current] a")).to_be_focused()


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_lost_connection_is_said_with_since_when(centre: Centre, language: str) -> None:
    """And no longer once the city is heard again."""
    page = centre.page
    page.route("**/api/v1/alarms/events", lambda route: route.abort())
    centre.open(f"?lang={language}")
    start = said("console_lost", language, time="10.00 WIB", minutes=0)
    expect(page.locator("#sambungan")).to_have_text(start)
    expect(page.locator("#sambungan")).to_be_visible()
    page.unroute("**/api/v1/alarms/events")
    expect(page.locator("#sambungan")).to_be_hidden()
    page.goto(f"{centre.address}/operator?lang=id")


def test_a_table_that_cannot_be_renewed_says_of_when_it_is(centre: Centre) -> None:
    """The city is heard and its page is not: since when, nothing shown in green, what was written kept; and no longer
    once the page is there again. What is for the keyboard alone stays out of sight."""
    page = centre.open("?lang=id")
    page.locator("#teks").fill("sedang menulis")
    page.route("**/operator?*", lambda route: route.fulfill(status=502, body="Bad Gateway"))
    city = centre.city
    fresh, event = city.open_flood(city.nodes("gauge")[1], Level.WASPADA, 80.0)
    expect(page.locator("#sambungan")).to_have_text(said("console_stale", time="10.00 WIB", minutes=0))
    expect(page.locator("#keadaan .stage-well").first).to_be_hidden()
    expect(page.locator("#keadaan .as-of")).to_have_text(said("console_as_of", time="10.00 WIB"))
    assert page.locator(".skip-row .skip").evaluate("one => getComputedStyle(one).clipPath") == "inset(50%)"
    expect(page.locator("#teks")).to_have_value("sedang menulis")
    page.unroute("**/operator?*")
    expect(page.locator("#sambungan")).to_be_hidden()
    expect(page.locator(f"#baris-{fresh.id}")).to_be_visible()
    over, change = resolved(fresh, 10.0, city.now_us, city.now_us)
    city.commit(over, event, [change])
    expect(page.locator(f"#baris-{fresh.id}")).to_have_count(0)


def test_what_was_written_outlives_the_session(centre: Centre, browser: Browser) -> None:
    """A note sent after the session ended is not sent, and that is seen wherever the page stands; who wrote it finds it
    where it was after signing in again, and sends it. Somebody else who signs in there does not."""
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(15_000)
    entrance = {"name": "siaga", "url": centre.address}
    person_again = person(centre.city, "operator", "operator")
    context.add_cookies([{**entrance, "value": signed_in(centre.city, person_again).cookies["siaga"]}])
    page.route("**/api/v1/alarms/events", lambda route: route.abort())
    page.goto(f"{centre.address}/operator?lang=id")
    page.locator("#teks").fill("Pintu air macet. " + "x" * 300)
    context.clear_cookies(name="siaga")
    page.locator(".note-form button").click()
    expect(page.locator("#kabar")).to_contain_text(said("console_signed_out"))
    expect(page.locator("#kabar")).to_be_in_viewport()
    page.locator("#kabar a").click()
    expect(page.locator("main")).to_contain_text(said("sign_in_wanted"))
    back = centre.address + parse_qs(urlsplit(page.url).query)["lanjut"][0]
    other = signed_in(centre.city, person(centre.city, "pengganti", "operator"))
    context.add_cookies([{**entrance, "value": other.cookies["siaga"]}])
    page.goto(back)
    expect(page.locator("#teks")).to_have_value("")
    context.add_cookies([{**entrance, "value": signed_in(centre.city, person_again).cookies["siaga"]}])
    page.goto(back)
    expect(page.locator("#kabar")).to_have_text(said("console_draft_kept"))
    expect(page.locator("#teks")).to_have_value("Pintu air macet. " + "x" * 300)
    page.locator(".note-form button").click()
    expect(page.locator("#kabar")).to_have_text(said("done_comment"))
    expect(page.locator(".story")).to_contain_text("Pintu air macet.")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()


def test_what_is_being_sent_is_not_cut_off_by_what_happens(centre: Centre, browser: Browser) -> None:
    """An answer may take its time while alarms come: nobody reads that it may not have arrived, it is done once, and
    what came meanwhile is shown after it."""
    context = browser.new_context(viewport=DESK, storage_state=centre.page.context.storage_state())  # type: ignore[arg-type]
    page = context.new_page()
    page.clock.install()
    page.goto(f"{centre.address}/operator")
    asked: list[str] = []
    page.on("request", lambda one: "/jaga/" in one.url or asked.append(one.headers.get("siaga-refresh", "")))
    held: list[Route] = []

    def hold(one: Route) -> None:
        held.append(one)

    page.route("**/operator/*", hold)
    before = len(centre.decisions())
    with page.expect_request("**/operator/*"):
        page.locator("#rincian form.act-now button").first.click()
    asked.clear()
    city = centre.city
    fresh, event = city.open_flood(city.nodes("gauge")[7], Level.WASPADA, 80.0)
    expect(page.locator("#berita")).to_contain_text("WASPADA")
    page.clock.run_for(5_000)
    assert "1" not in asked
    expect(page.locator("#kabar")).to_have_count(0)
    held[0].continue_()
    expect(page.locator("#kabar")).to_have_text(said("done_acknowledge"))
    assert centre.decisions()[before:] == ["acknowledge"]
    expect(page.locator(f"#baris-{fresh.id}")).to_be_visible()
    over, change = resolved(fresh, 10.0, city.now_us, city.now_us)
    city.commit(over, event, [change])
    context.close()


def test_what_has_not_changed_stays_as_it_is(centre: Centre) -> None:
    """A fresh table leaves the alarm alone that somebody is at work on: it is not drawn anew, what is unfolded stays
    so, and a newer alarm on top of the table does not take its place."""
    page = centre.open("?tingkat=none")
    page.evaluate("document.querySelector('#rincian .acts').untouched = true")
    page.locator("#rincian details summary").first.click()
    city = centre.city
    fresh = city.open_outage(city.nodes("wifi")[50], minutes_ago=12)
    expect(page.locator(f"#baris-{fresh.id}")).to_be_visible()
    assert page.evaluate("document.querySelector('#rincian .acts').untouched") is True
    assert page.locator("#rincian details").first.evaluate("one => one.open") is True


def test_old_acknowledgements_are_on_top_and_said(centre: Centre) -> None:
    """An outage that was acknowledged an hour ago for half an hour stands before all but the floods at SIAGA and AWAS,
    which nobody or somebody has taken on."""
    city = centre.city
    old = city.open_outage(city.nodes("wifi")[40], minutes_ago=70)
    late = Decision(
        id="lama", city="yogyakarta", kind="acknowledge", by=centre.operator, at_us=city.now_us - 60 * MINUTE_US,
        incident=old.id, until_us=city.now_us - 30 * MINUTE_US, body={"level": None},
    )  # fmt: skip
    city.cities.decide(late, deed_of(late))
    page = centre.open()
    expect(page.locator("#perlu")).to_contain_text(re.compile("perlu Anda lagi"))
    others = page.locator("#daftar tr[data-alarm]:not(.lv-awas,.lv-siaga)")
    expect(others.first).to_have_class(re.compile("ans-again"))
    page.locator("#perlu a").first.click()
    expect(page.locator("#daftar tr[data-alarm]")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_sound_and_fits_a_phone(centre: Centre, sound: Callable[..., None], scheme: str) -> None:
    """In both languages, the table, a chosen alarm with everything open, and an empty find: structure, names, labels,
    targets; nothing is wider than 360 px; the detail stands first where it was chosen."""
    page = centre.page
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    flood = next(one for one in centre.city.cities.open_incidents("yogyakarta") if one.subject == "flood")
    for language in ("id", "en"):
        for query in ("", f"&pilih={flood.id}", "&tingkat=NORMAL"):
            centre.open(f"?lang={language}{query}")
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
            sound(page, language, (query, language))
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], (query, language)
    centre.open(f"?lang=id&pilih={flood.id}")
    tops = page.evaluate("['rincian', 'daftar'].map(id => document.getElementById(id).getBoundingClientRect().top)")
    assert tops[0] < tops[1]
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")


def test_without_javascript_a_link_chooses_and_a_form_decides(centre: Centre, browser: Browser) -> None:
    """The whole way with the mouse alone."""
    context = browser.new_context(java_script_enabled=False, storage_state=centre.page.context.storage_state())
    page = context.new_page()
    page.goto(f"{centre.address}/operator?tingkat=none")
    row = page.locator("#daftar tr[data-alarm]").nth(1)
    alarm = row.get_attribute("data-alarm")
    row.locator("a").click()
    assert f"pilih={alarm}" in page.url
    page.locator("#rincian form.act-now button").first.click()
    expect(page.locator("#kabar")).to_have_text(said("done_acknowledge"))
    assert chosen(page) == alarm
    context.close()


def test_a_hundred_rows_of_many_stay_quick_under_the_keyboard(
    browser: Browser, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """j held down through a page of a hundred ends on the next page, and the browser keeps up."""
    city = town(tmp_path)
    wifi = city.nodes("wifi")[0]
    for i in range(105):
        city.open_outage(replace(wifi, node=f"jauh-{i:04}", name=f"Jauh {i}"), minutes_ago=20 + i, case=False)
    with serving(city, keys=(), pace=PACE, keep_s=60.0) as address:
        context = browser.new_context(viewport=DESK)  # type: ignore[arg-type]
        visitor = signed_in(city, person(city, "operator", "operator"))
        context.add_cookies([{"name": "siaga", "value": visitor.cookies["siaga"], "url": address}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{address}/operator")
        took_ms = page.evaluate(HELD_DOWN)
        record_property("ms_per_key", took_ms / 100)
        expect(page.locator("#daftar tr[data-alarm]").last).to_have_attribute("aria-current", "true")
        page.keyboard.press("j")
        expect(page.locator("#daftar tr[data-alarm]")).to_have_count(5)
        expect(page.locator("#daftar tr[aria-current] a")).to_be_focused()
        context.close()
    city.close()
