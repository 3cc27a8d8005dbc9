"""An officer's proof photo on a poor link, in a real browser: kept on the phone, sent once, refused with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route
from support.photographs import photograph, scene
from support.seed import Town, town
from support.visitors import person, signed_in
from support.web_server import serving

from complaints.intake import Intake, Said
from store.photos import Photo

LIST = "#antre-foto li"
OPEN = "summary:has-text('Tambah foto bukti')"
SEND = "form[data-queue-photo] button"


class Field(NamedTuple):
    """An officer out there: the city, its address, the case, and their phone."""

    city: Town
    address: str
    number: str
    lat: float
    phone: BrowserContext

    def case(self) -> Page:
        page = self.phone.new_page()
        page.goto(f"{self.address}/petugas/{self.number}")
        page.click(OPEN)
        return page

    def proofs(self) -> list[Photo]:
        return [one for one in self.city.cities.photos_of(self.number) if one.kind == "proof"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, str]]:
    city = town(tmp_path_factory.mktemp("petugas"))
    with serving(city) as address:
        yield city, address
    city.close()


@pytest.fixture
def field(browser: Browser, desk: tuple[Town, str], request: pytest.FixtureRequest) -> Iterator[Field]:
    city, address = desk
    key = request.node.name
    n = city.cities.find_cases(city.profile.code).total
    said = Said(key, "web", "lampu-jalan", -7.78 - n / 50, 110.37, "34.71.05.1001", "Lampu padam.", contact=f"081{n}")
    case = Intake(city.cities, city.profile).take(said, city.now_us).case
    assert case is not None
    who = signed_in(city, person(city, f"petugas-{n}", "officer", agency=case.agency))
    phone = browser.new_context(viewport={"width": 360, "height": 740})
    phone.set_default_timeout(8_000)
    phone.add_cookies([{"name": name, "value": value, "url": address} for name, value in who.cookies.items()])
    yield Field(city, address, case.number, case.lat, phone)
    phone.close()


def file(raw: bytes, name: str = "bukti.jpg") -> dict[str, str | bytes]:
    return {"name": name, "mimeType": "image/jpeg", "buffer": raw}


def test_a_photo_waits_without_a_link_and_arrives_after_the_page_was_closed(field: Field) -> None:
    """Made as large as the desk keeps it; it stands upright, and says still when and where it was taken."""
    wide = scene(7, (3200, 2400))
    raw = photograph(wide, taken="2026:01:24 10:00:00", place=(field.lat + 0.02, 110.37), turned=6, quality=97)
    page = field.case()
    field.phone.set_offline(True)
    page.set_input_files("#foto", [file(raw)])
    page.click(SEND)
    page.wait_for_selector(f"{LIST}:has-text('menunggu dikirim')")
    page.wait_for_selector("#antre-foto-kabar:has-text('Tanpa sambungan')")
    kilobytes = int(re.findall(r"(\d+) kB", page.inner_text(LIST))[0])
    assert kilobytes * 1000 < len(raw) / 2
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert field.proofs() == []
    page.close()
    field.phone.set_offline(False)
    inbox = field.phone.new_page()
    inbox.goto(f"{field.address}/petugas")
    inbox.wait_for_selector("text=Foto terkirim.")
    assert inbox.locator(LIST).count() == 0
    (kept,) = field.proofs()
    assert (kept.width, kept.height) == (1200, 1600)
    assert kept.taken_us is not None
    assert kept.away_m is not None
    assert 2000 < kept.away_m < 2500


def test_a_photo_whose_answer_is_lost_is_kept_once(field: Field) -> None:
    """The desk has it and the phone does not know: it sends the same again, and the officer comes to the photo."""
    page = field.case()
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch(max_redirects=0).status)
        route.abort()

    page.route("**/foto", lose, times=1)
    page.set_input_files("#foto", [file(photograph(scene(8)))])
    page.click(SEND)
    page.wait_for_selector("#antre-foto-kabar:has-text('Tanpa sambungan')")
    assert lost == [303]
    (first,) = field.proofs()
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_selector("text=Foto terkirim.")
    assert field.proofs() == [first]
    deeds = [one for one in field.city.cities.audit(field.city.profile.code) if one.details.get("photo") == first.id]
    assert len(deeds) == 1

    page.set_input_files("#foto", [file(photograph(scene(9)))])
    page.click(SEND)
    page.wait_for_url("**/foto/*?kabar=bukti")
    assert len(field.proofs()) == 2
    squares, button = page.locator(".squares").bounding_box(), page.locator("text=Samarkan petak").bounding_box()
    assert squares is not None
    assert button is not None
    assert button["y"] - squares["y"] - squares["height"] >= 40, "a thumb on the last row would make it final"


def test_what_the_desk_refuses_stays_with_its_reason(field: Field) -> None:
    """It stops no other photo, outlives the page, and goes when the officer throws it away."""
    page = field.case()
    field.phone.set_offline(True)
    for name, raw in (("rusak.jpg", b"GIF89a tidak"), ("baik.jpg", photograph(scene(10)))):
        page.set_input_files("#foto", [file(raw, name)])
        page.click(SEND)
        page.wait_for_selector(f"{LIST}:has-text('{name}')")
    field.phone.set_offline(False)
    page.wait_for_selector("text=Foto terkirim.")
    assert len(field.proofs()) == 1
    page.reload()
    (row,) = page.locator(LIST).all()
    assert "rusak.jpg" in row.inner_text()
    assert "tidak diterima: Berkas itu bukan foto JPEG" in row.inner_text()
    row.get_by_role("button", name="Buang").click()
    page.wait_for_selector(LIST, state="detached")
    page.click(OPEN)
    page.set_input_files("#foto", [file(b"\xff\xd8\xff" + bytes(13 * 1024 * 1024))])
    page.click(SEND)
    page.wait_for_selector("text=lebih dari 12 MB")
    assert page.locator(LIST).count() == 0
