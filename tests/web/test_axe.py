"""axe-core over every page of warnings and duty: nothing serious or critical, on a phone and on a desk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from support.bulletins import bulletin
from support.contacts import contact
from support.reached import PROVIDERS, busy
from support.seed import scene, town
from support.sounds import MP3
from support.visitors import person, signed_in
from support.web_server import serving

from api.tokens import digest
from cities.phrases import phrases
from contract.city import Warnings
from contract.phrase import Recording
from contract.sound import sound_of
from store.people import Deed
from store.ports import EngineCommit

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
STAFF = (
    "/jaga",
    "/jaga/jadwal",
    "/jaga/serah-terima",
    "/kontak",
    "/petugas",
    "/latihan",
    "/suara/naskah",
    "/suara/naskah?bahasa=id",
)
ALL = (
    "/siaran",
    "/cuaca",
    "/keadaan",
    "/suara",
    "/suara?bahasa=jv",
    "/portal",
    "/poster",
    "/poster/sungai/jog-gauge-05",
    "/ikuti",
    "/lapor",
    "/jangkauan",
)
GRAVE = ("serious", "critical")
SCREENS = ((360, "dark", "id"), (1280, "light", "en"))


@pytest.fixture(scope="module")
def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, str, tuple[str, ...]]]:
    """A flood with an alarm that waits, a warning that stands, a contact with a link, and a recording."""
    city = town(tmp_path_factory.mktemp("axe"))
    scene(city, "flood")
    city.profile = replace(city.profile, warnings=Warnings(agency="bpbd"))
    code = city.profile.code
    lease = city.cities.lease(code, "seed", city.now_us, 3600.0)
    assert lease is not None
    said = [
        bulletin(1, of=of, city=code, node="jog-gauge-05", at_us=city.now_us, kind="order", drill=of == "latihan",
                 regions=("RW 04 Terban",))
        for of in ("kejadian", "latihan")
    ]  # fmt: skip
    city.cities.commit(lease, EngineCommit(bulletins=said))
    one = contact(city=code, rw="RW 04 Terban", region="34.71.03.1005")
    deed = Deed("system", "contact.added", one.id, city.now_us)
    city.cities.put_contacts(code, [one], [deed])
    city.cities.link_contact(code, one.id, digest("tautan"), deed)
    sound = sound_of(MP3)
    heard = Recording(
        id="r1", city=code, language="id", phrase="leave_now", text=phrases().texts["id", "leave_now"],
        speaker="Bu Sri", media=sound.media, seconds=sound.seconds, size=len(sound.body), digest="d", by="x",
        at_us=city.now_us,
    )  # fmt: skip
    city.cities.put_recording(heard, sound.body, deed)
    who = signed_in(city, person(city, "kepala", "admin", agency="bpbd"))
    busy(city)
    with serving(city, providers=PROVIDERS) as address:
        context = browser.new_context(bypass_csp=True)
        context.add_cookies([{"name": name, "value": value, "url": address} for name, value in who.cookies.items()])
        page = context.new_page()
        said_pages = tuple(f"/siaran/{one.id}" for one in said)
        yield page, address, (*STAFF, *ALL, "/rw/tautan", *said_pages)
        context.close()
    city.close()


@pytest.mark.slow
def test_nothing_serious_anywhere(stage: tuple[Page, str, tuple[str, ...]]) -> None:
    """Names, roles, labels, contrast, order: all rules that axe calls serious or critical, on a phone at
    night and on a desk by day, in both languages."""
    page, address, paths = stage
    found = list[str]()
    for width, scheme, language in SCREENS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        for path in paths:
            answer = page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
            assert answer is not None
            assert answer.status == 200, path
            page.evaluate(AXE)
            told: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
            found += [
                f"{path} {width} {scheme}: {one['id']} {node['target']} {node['failureSummary']}"
                for one in told["violations"]
                if one["impact"] in GRAVE
                for node in one["nodes"]
            ]
    assert found == []


def test_axe_itself_finds_what_is_wrong(stage: tuple[Page, str, tuple[str, ...]]) -> None:
    """An unnamed button and grey on grey: else the test above would hold of anything."""
    page, address, _ = stage
    page.goto(f"{address}/suara")
    page.evaluate("document.querySelector('main').innerHTML = '<button></button><p style=\"color:#aaa\">air</p>'")
    page.evaluate(AXE)
    told = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    assert {"button-name", "color-contrast"} <= {one["id"] for one in told["violations"] if one["impact"] in GRAVE}


def test_the_duty_officer_needs_no_mouse(stage: tuple[Page, str, tuple[str, ...]]) -> None:
    """On /jaga the answer, confirm, order and wrong are reached by the tab key alone, in this order, and each is seen
    to be where one is."""
    page, address, _ = stage
    page.set_viewport_size({"width": 360, "height": 900})
    page.goto(f"{address}/jaga?lang=id")
    walked = list[tuple[str, float, str]]()
    for _ in range(60):
        page.keyboard.press("Tab")
        walked.append(
            page.evaluate(
                "(() => { const e = document.activeElement, c = getComputedStyle(e);"
                " return [e.innerText.trim(), c.outlineStyle === 'none' ? 0 : parseFloat(c.outlineWidth),"
                " e.tagName]; })()"
            )
        )
    names = [name for name, _, _ in walked]
    wanted = [r"Saya terima", r"Benar", r"Perintah pergi", r"Keliru"]
    places = [next((n for n, name in enumerate(names) if re.match(one, name)), -1) for one in wanted]
    assert -1 not in places, names
    assert places == sorted(places), names
    assert all(walked[place][1] >= 2 for place in places), walked


def test_axe_is_the_one_that_was_pinned() -> None:
    """Its licence stays with it, and it is asked from nowhere."""
    assert AXE.startswith("/*! axe v4.")
    assert Path(str(files("axe_playwright_python"))).exists()
