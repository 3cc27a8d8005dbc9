"""A resident's report on a poor link, in a real browser: kept on the phone with its photos, sent once, never lost."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route
from support.photographs import photograph, scene
from support.seed import Town, town
from support.web_server import serving

from store.cases import CitizenReport

LIST = "#antre-lapor li"
NOTE = "#antre-lapor [role=status]"
SEND = "form#lapor button:has-text('Kirim laporan')"


class Street(NamedTuple):
    """A resident out there: the city, its address, and their phone."""

    city: Town
    address: str
    phone: BrowserContext

    def form(self) -> Page:
        page = self.phone.new_page()
        page.goto(f"{self.address}/lapor")
        return page

    def reports(self, text: str) -> list[CitizenReport]:
        found = self.city.cities.find_cases(self.city.profile.code, limit=50).cases
        return [report for case in found for report in self.city.cities.reports(case.number) if report.text == text]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, str]]:
    city = town(tmp_path_factory.mktemp("lapor"))
    with serving(city) as address:
        yield city, address
    city.close()


@pytest.fixture
def street(browser: Browser, desk: tuple[Town, str]) -> Iterator[Street]:
    phone = browser.new_context(viewport={"width": 360, "height": 740}, locale="id-ID")
    phone.set_default_timeout(8_000)
    yield Street(*desk, phone)
    phone.close()


def file(raw: bytes, name: str) -> dict[str, str | bytes]:
    return {"name": name, "mimeType": "image/jpeg", "buffer": raw}


def write(page: Page, text: str, *photos: bytes) -> None:
    """Each by another account: of one the sixth a day waits aside."""
    page.select_option("#jenis", "lampu-jalan")
    page.select_option("#tempat", "r:34.71.05.1001")
    page.fill("#cerita", text)
    page.fill("#kontak", f"{text} 0812")
    page.set_input_files("#foto", [file(raw, f"IMG_{n}.jpg") for n, raw in enumerate(photos)])
    page.click(SEND)


def test_a_report_waits_without_a_link_and_arrives_after_the_page_was_closed(street: Street) -> None:
    """With both photos, made small, and once; its writer finds it by the phone, until they take it off."""
    text, wide = "Padam sejak magrib.", photograph(scene(7, (3200, 2400)), quality=97)
    page = street.form()
    street.phone.set_offline(True)
    write(page, text, wide, photograph(scene(8)))
    page.wait_for_selector(f"{LIST}:has-text('menunggu dikirim')")
    page.wait_for_selector(f"{NOTE}:has-text('Tanpa sambungan')")
    assert page.input_value("#cerita") == ""
    assert int(re.findall(r"2 foto, (\d+) kB", page.inner_text(LIST))[0]) * 1000 < len(wide)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.close()
    street.phone.set_offline(False)
    assert street.reports(text) == []
    page = street.form()
    page.wait_for_selector(f"{LIST}:has-text('Lihat laporan')")
    (report,) = street.reports(text)
    photos = street.city.cities.photos_of_reports([report.id])
    assert sorted(one.width for one in photos) == [800, 1600]
    page.reload()
    assert page.get_attribute(f"{LIST} a", "href") == f"{street.address}/lapor/{report.key.removeprefix('web/')}"
    page.click(f"{LIST} button")
    page.wait_for_selector("#antre-lapor", state="hidden")


def test_a_report_whose_answer_is_lost_is_kept_once(street: Street) -> None:
    """The desk has it and the phone does not know: it sends the same again. With a link its writer comes to the
    report's page."""
    page = street.form()
    lost: list[int] = []

    def lose(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        lost.append(route.fetch(max_redirects=0).status)
        return route.abort()

    page.route("**/lapor", lose, times=1)
    write(page, "Lampu mati di tikungan.", photograph(scene(9)))
    page.wait_for_selector(f"{NOTE}:has-text('Tanpa sambungan')")
    assert lost == [303]
    (first,) = street.reports("Lampu mati di tikungan.")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_selector(f"{LIST}:has-text('Lihat laporan')")
    assert street.reports("Lampu mati di tikungan.") == [first]
    assert len(street.city.cities.photos_of_reports([first.id])) == 1
    write(page, "Satu lagi di gang.")
    page.wait_for_url(re.compile("/lapor/[0-9a-f]{32}$"))
    assert len(street.reports("Satu lagi di gang.")) == 1


def test_what_the_desk_refuses_comes_back_into_the_form(street: Street) -> None:
    """With its reason, the words, and the photos that were chosen."""
    page = street.form()
    write(page, "Lampu berkedip.", b"GIF89a bukan foto")
    page.wait_for_selector(f"{NOTE}:has-text('Berkas itu bukan foto JPEG')")
    assert page.input_value("#cerita") == "Lampu berkedip."
    assert page.input_value("#tempat") == "r:34.71.05.1001"
    assert page.evaluate("lapor.elements.foto.files[0].name") == "IMG_0.jpg"
    assert page.locator(LIST).count() == 0
    page.set_input_files("#foto", [])
    page.click(SEND)
    page.wait_for_url(re.compile("/lapor/[0-9a-f]{32}$"))


def test_what_cannot_be_taken_just_now_waits(street: Street) -> None:
    """Of too many at once it says so, and does not come back sooner than it was told to."""
    page = street.form()
    tried: list[str] = []

    def refuse(route: Route) -> None:
        tried.append(route.request.method)
        route.fulfill(status=429, headers={"Retry-After": "60"}, body="")

    page.route("**/lapor", refuse)
    write(page, "Tiang miring.")
    page.wait_for_selector(f"{NOTE}:has-text('Belum bisa diterima sekarang')")
    write(page, "Kabel putus.")
    page.wait_for_selector(f"{NOTE}:has-text('di telepon ini (2)')")
    page.wait_for_selector(f"{SEND}:enabled")
    page.unroute("**/lapor")
    assert tried == ["POST"]
    page.reload()
    page.wait_for_selector(f"{LIST}:nth-child(2):has-text('Lihat laporan')")
    assert [len(street.reports(text)) for text in ("Tiang miring.", "Kabel putus.")] == [1, 1]


def test_what_was_written_hours_ago_is_asked_about_first(street: Street) -> None:
    """Its street may be dry by now; and a token from then is made anew."""
    page = street.form()
    street.phone.set_offline(True)
    write(page, "Gelap sekali.")
    page.wait_for_selector(f"{LIST}:has-text('menunggu dikirim')")
    page.close()
    street.phone.set_offline(False)
    street.phone.clear_cookies()
    page = street.phone.new_page()
    page.clock.set_fixed_time(datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=7))
    page.goto(f"{street.address}/lapor")
    page.wait_for_selector(f"{LIST}:has-text('masih begitu keadaannya?')")
    assert street.reports("Gelap sekali.") == []
    page.evaluate("lapor.elements.csrf.value = 'dari-hari-lain'")
    page.click("text=Masih, kirim")
    page.wait_for_selector(f"{LIST}:has-text('Lihat laporan')")
    assert len(street.reports("Gelap sekali.")) == 1
