"""To follow in a real browser: the nearest area, the code, and what the service worker does with a push."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from support.seed import Town, scene, town
from support.web_server import serving

from contract.following import Ways
from contract.subscription import CHANNEL

CHROMIUM = Path("/usr/bin/chromium")
KEY = "BKEY"
NEAR_TERBAN = {"latitude": -7.7766, "longitude": 110.3713}


@pytest.fixture(scope="module")
def offering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, str]]:
    """A city that tells residents by every way."""
    city = town(tmp_path_factory.mktemp("ikuti"))
    scene(city, "nothing")
    with serving(city, ways=Ways(("webpush", "email", "whatsapp", "sms", "ntfy"), KEY)) as address:
        yield city, address
    city.close()


@pytest.fixture
def phone(browser: Browser, offering: tuple[Town, str]) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, permissions=["geolocation"], geolocation=NEAR_TERBAN
    )
    page = context.new_page()
    page.goto(f"{offering[1]}/ikuti")
    yield page
    context.close()


def test_a_resident_follows_and_leaves_on_a_phone(phone: Page, offering: tuple[Town, str]) -> None:
    """The nearest area by one tap, the code out of the message, a page of one's own, and nothing wider than it."""
    city, _ = offering
    phone.click("#dekat button")
    phone.wait_for_function("document.getElementById('tempat').value.startsWith('r:')")
    assert "Terdekat: " in phone.inner_text("#dekat")
    phone.check("[value=email]")
    phone.fill("#alamat", "wiji@contoh.example")
    phone.click("#ikuti button:not([type])")
    phone.wait_for_url("**/ikuti/kode/*")
    text = city.cities.due(city.profile.code, city.now_us, only=CHANNEL)[-1].body["text"]["id"]
    (link,) = re.findall(r"http\S+kode=\d{6}", text)
    phone.goto(link)
    phone.click("form.sheet button")
    phone.wait_for_url(re.compile(r"/ikuti/[\w-]{43}$"))
    phone.click("button[value=jeda1]")
    phone.wait_for_selector("button[value=lanjut]")
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    phone.click("button[value=berhenti]")
    phone.wait_for_selector("text=Anda sudah berhenti")
    assert city.cities.subscriptions_at(city.profile.code, "email", "wiji@contoh.example") == []


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("path", ["/ikuti", "/ikuti/kode/0", "/ikuti/keluar/0"])
def test_the_pages_are_sound(
    phone: Page, offering: tuple[Town, str], sound: Callable[..., None], path: str, language: str
) -> None:
    """Headings, labels and sizes, in both languages."""
    phone.goto(f"{offering[1]}{path}?lang={language}")
    sound(phone, language, path)
    assert phone.evaluate("document.documentElement.scrollWidth") == 360


def test_a_browser_without_push_says_so(phone: Page) -> None:
    """In words, beside the choice; nothing is sent."""
    phone.add_init_script("delete window.PushManager")
    phone.reload()
    phone.select_option("#tempat", "*")
    phone.check("[value=webpush]")
    assert not phone.locator("#alamat").is_visible()
    phone.click("#ikuti button:not([type])")
    phone.wait_for_selector("#gagal:not([hidden])")
    assert "tidak bisa menerima pemberitahuan" in phone.inner_text("#gagal")


_SHOWN = """async (wanted) => {
  const one = await navigator.serviceWorker.ready;
  for (let turn = 0; turn < 50; turn += 1) {
    const shown = (await one.getNotifications()).map((each) => JSON.stringify([each.title, each.body, each.data.link]));
    if (wanted.every((each) => shown.includes(JSON.stringify(each)))) return true;
    await new Promise((done) => setTimeout(done, 100));
  }
  return false;
}"""
"""whether all of these notifications stand within five seconds: title, text, and where each leads"""


def test_a_push_is_shown_and_says_that_it_came(browser: Browser, offering: tuple[Town, str], tmp_path: Path) -> None:
    """The worker shows the title and the text, leads to our own page alone, and answers the receipt's address once. A
    message that is none is shown, too: a push of which nothing is seen is taken away by the browser."""
    _, address = offering
    context = browser.browser_type.launch_persistent_context(
        tmp_path, executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
    )  # Chromium gives no push to a private window.
    context.grant_permissions(["notifications"], origin=address)
    receipts: list[str] = []
    context.on("request", lambda one: receipts.append(one.url) if one.method == "POST" else None)
    page = context.pages[0]
    worker = context.new_cdp_session(page)
    known: list[str] = []
    worker.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: known.extend(one["registrationId"] for one in told["registrations"]),
    )
    worker.send("ServiceWorker.enable")
    page.goto(f"{address}/ikuti")
    page.evaluate("navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(() => 0)")

    def push(data: str) -> None:
        given = {"origin": address, "registrationId": known[-1], "data": data}
        worker.send("ServiceWorker.deliverPushMessage", given)

    receipt = f"{address}/api/v1/receipts/abc"
    told = {"title": "AWAS", "text": "Sungai Code", "link": "/siaran/x", "receipt": receipt, "tag": "a"}
    with context.expect_event("response", lambda one: one.url == receipt):
        push(json.dumps(told))
    evil = {"title": "B", "tag": "b", "link": "https://evil.example/", "receipt": "https://evil.example/r"}
    wanted = [["AWAS", "Sungai Code", f"{address}/siaran/x"]]
    for data, title in ((json.dumps(evil), "B"), ("no JSON", "Siaga")):
        wanted.append([title, "", f"{address}/siaran"])
        # The browser's own tool now and then delivers nothing; a message that was shown twice is one here.
        assert any([push(data), page.evaluate(_SHOWN, wanted)][-1] for _ in range(5)), title
    assert receipts == [receipt]
    context.close()
