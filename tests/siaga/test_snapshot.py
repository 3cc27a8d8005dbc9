"""The public pages as files: links that lead somewhere, one whole set at every moment, only what changed written."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from support.seed import Town, scene, town
from support.web_server import serving

from contract.clock import ManualClock
from contract.errors import BadInput, Unavailable
from faults.parts.brokers import wait_until
from siaga.examine import _snapshot
from siaga.snapshot import Address, Folder, Server, Snapshot, address_of, rewritten

LIVE = "https://siaga.kota.example"
TIME = "24 Jan 2026, 10.00 WIB"


@pytest.fixture(scope="module")
def flooded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    city = town(tmp_path_factory.mktemp("kota"))
    scene(city, "flood")
    yield city
    city.close()


@contextmanager
def taking(city: Town, out: Path, time: Callable[[], str] = lambda: TIME) -> Iterator[Snapshot]:
    with serving(city, keep_s=60.0) as url, httpx.Client(timeout=20, trust_env=False) as client:
        yield Snapshot(Server(url, client), Folder(out), LIVE, time)


def whole(folder: Path) -> int:
    """How many pages: each to its end, and each link to a file that is there."""
    pages = list(folder.rglob("*.html"))
    for page in pages:
        text = page.read_text("utf-8")
        assert text.rstrip().endswith("</html>"), page
        for link in re.findall(r'\b(?:href|src)="([^"]*)"', text):
            assert not link.startswith("/"), (page, link)
            if ":" not in link and not link.startswith("#"):
                assert (page.parent / unquote(link.partition("#")[0])).is_file(), (page, link)
    return len(pages)


def test_every_link_leads_to_a_file_or_to_the_living_city(flooded: Town, tmp_path: Path) -> None:
    """Every page in both languages, each with when it was taken and what does not work; nothing for a server."""
    with taking(flooded, tmp_path) as snapshot:
        assert snapshot.turn(flooded.clock)
    shown = tmp_path / "kini"
    assert whole(shown) > 50
    first = (shown / "index.html").read_text("utf-8")
    assert f"Salinan dari {TIME}. Di sini tidak bekerja: peta bergerak" in first
    assert f'href="{LIVE}/masuk"' in first
    assert "<script" not in first
    assert f"A copy of {TIME}." in (shown / "en" / "index.html").read_text("utf-8")
    for name in (
        "sungai/jog-gauge-05.html",
        "en/s/jog-gauge-05.html",
        "portal.html",
        "suara.html",
        "wifi.html",
        "cap/feed.xml",
    ):
        assert (shown / name).is_file(), name
    assert len(list((shown / "portal").iterdir())) == len(
        [one for one in flooded.profile.regions if one.level == "kecamatan"]
    )
    assert list(shown.glob("static/*/siaga.css"))


def test_what_has_not_changed_is_not_written_again(flooded: Town, tmp_path: Path) -> None:
    """It is the same file under both sets, and old sets go."""
    server = _Pages()
    snapshot = Snapshot(server, Folder(tmp_path), LIVE, lambda: TIME)  # type: ignore[arg-type]
    for number, written in ((1, 2), (2, 0), (3, 1)):
        server.text = "berubah" if number == 3 else "tetap"
        before = snapshot.folder.now
        assert snapshot.turn(flooded.clock)
        assert snapshot.written == written
        after = snapshot.folder.now
        if before is not None and after is not None:
            assert (before / "wifi.html").samefile(after / "wifi.html")
    assert {one.name for one in (tmp_path / "versi").iterdir()} == {"000000002", "000000003"}


def test_a_server_that_answers_no_more_leaves_the_last_set(flooded: Town, tmp_path: Path) -> None:
    """An error page is not kept for a page."""
    folder = Folder(tmp_path)
    assert Snapshot(_Pages(), folder, LIVE, lambda: TIME).turn(flooded.clock)  # type: ignore[arg-type]
    before = folder.now
    with httpx.Client(trust_env=False) as client:
        assert not Snapshot(Server("http://127.0.0.1:1", client), folder, LIVE, lambda: TIME).turn(flooded.clock)
    with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(503, text="<html>"))) as client:
        with pytest.raises(Unavailable, match="503"):
            Server("http://x", client).everything()
        assert not Snapshot(Server("http://x", client), folder, LIVE, lambda: TIME).turn(flooded.clock)
    assert folder.now == before
    assert (tmp_path / "kini" / "index.html").is_file()


def test_a_process_that_is_killed_midway_leaves_one_whole_set(flooded: Town, tmp_path: Path) -> None:
    """The real command is killed while the next set lies there half; the one that is shown is whole, and a new start
    takes the half away."""
    out = tmp_path / "luar"
    with serving(flooded, keep_s=60.0) as url:
        environment = {
            "PATH": "/usr/bin:/bin",
            "SIAGA_CITY": "yogyakarta",
            "SIAGA_DATA_FOLDER": str(tmp_path / "data"),
            "SIAGA_SNAPSHOT_FROM": url,
            "SIAGA_BASE_URL": LIVE,
        }
        words = [sys.executable, "-m", "siaga", "snapshot", "--out", str(out), "--every", "0.05"]
        running = subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL)
        try:
            wait_until((out / "kini").exists, 60)
            wait_until(lambda: half(out) is not None, 60)
        finally:
            running.send_signal(signal.SIGKILL)
            running.wait(10)
        assert whole(out / "kini") > 50
        with taking(flooded, out) as snapshot:
            assert [one.name for one in (out / "versi").iterdir()] == [(out / "kini").resolve().name]
            assert snapshot.turn(flooded.clock)
        assert whole(out / "kini") > 50


def half(out: Path) -> Path | None:
    """A set that is being written."""
    shown = int((out / "kini").resolve().name)
    return next((one for one in (out / "versi").iterdir() if int(one.name) > shown), None)


@dataclass(frozen=True)
class Given:
    link: str
    on: Address
    leads: str


HOME, RIVER, ENGLISH = Address("/"), Address("/sungai/kali"), Address("/kasus", english=True)


@pytest.mark.parametrize(
    "given",
    [
        Given("/sungai/kali", HOME, "sungai/kali.html"),
        Given("/", RIVER, "../index.html"),
        Given("/static/abc/siaga.css", RIVER, "../static/abc/siaga.css"),
        Given("/sungai?lang=en", HOME, "en/sungai.html"),
        Given("?site=34.71.01&amp;lang=id", Address("/portal"), "portal/34.71.01.html"),
        Given("/sungai#isi", ENGLISH, "sungai.html#isi"),
        Given("/masuk", HOME, f"{LIVE}/masuk"),
        Given("/?lapisan=wifi", HOME, f"{LIVE}/?lapisan=wifi"),
        Given("tel:112", HOME, "tel:112"),
        Given("https://bmkg.go.id", HOME, "https://bmkg.go.id"),
        Given("/static/../../etc/passwd", HOME, f"{LIVE}/static/../../etc/passwd"),
        Given("//evil.example/x", HOME, "//evil.example/x"),
    ],
    ids=lambda given: given.link,
)
def test_where_a_link_leads(given: Given) -> None:
    """From file to file, and to the living server for what only it does."""
    page = f'<body><a href="{given.link}">x</a></body>'
    found = rewritten(page, given.on, lambda _: True, LIVE, TIME)
    assert f'<a href="{given.leads}">x</a>' in found


def test_a_file_outside_the_set_is_never_written() -> None:
    """Whatever a page links to."""
    for link in ("/kasus/../../x", "/static/../x", "/sungai/" + "x" * 200, "/portal?site=../x", "/jaga"):
        assert address_of(link, HOME) is None, link


def test_a_folder_that_cannot_hold_it_is_named(tmp_path: Path) -> None:
    """And the doctor says where none is taken any more."""
    (tmp_path / "berkas").write_text("x")
    with pytest.raises(BadInput, match="cannot hold a snapshot"):
        Folder(tmp_path / "berkas")
    with pytest.raises(BadInput, match="no snapshot of the pages yet"):
        _snapshot(tmp_path, 15, ManualClock(0))
    folder = Folder(tmp_path)
    folder.keep({"index.html": b"x"})
    now_us = round((tmp_path / "kini").lstat().st_mtime * 1_000_000)
    assert "taken 5 s ago" in _snapshot(tmp_path, 15, ManualClock(now_us + 5_000_000))
    with pytest.raises(BadInput, match="10 min old"):
        _snapshot(tmp_path, 15, ManualClock(now_us + 600_000_000))


def test_a_set_is_carried_on_by_the_citys_own_command(flooded: Town, tmp_path: Path) -> None:
    """In the folder of the newest set; one that fails is said, and the set stays."""
    snapshot = Snapshot(_Pages(), Folder(tmp_path), LIVE, lambda: TIME, f"cp index.html {tmp_path}/di-luar.html")  # type: ignore[arg-type]
    assert snapshot.turn(flooded.clock)
    assert TIME in (tmp_path / "di-luar.html").read_text()
    snapshot.then = "false"
    assert snapshot.turn(flooded.clock)
    snapshot.then = "no-such-command"
    assert snapshot.turn(flooded.clock)


class _Pages:
    """A server of two pages."""

    text = "tetap"

    def everything(self) -> dict[Address, bytes]:
        return {
            HOME: f"<html><body>{self.text}</body></html>".encode(),
            Address("/wifi"): b"<html><body></body></html>",
        }
