"""The copy of the captive portal's page on a WiFi node: real pages of a real city, a link that is cut, a card."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
from support.seed import Town, scene, town
from support.web_server import serving as city_serving

from contract.clock import ManualClock
from contract.errors import BadInput, Rejected, Unavailable
from edge.config import load
from edge.portal.copy import LANGUAGES, MARK, Card, Copy, copy_of
from edge.portal.fetch import Source, fetch
from edge.portal.keeper import Keeper
from edge.portal.run import run
from edge.portal.serve import AT_ONCE, serving
from faults.parts.brokers import wait_until

WIFI = "jog-wifi-001"
PAGE = f'<html><head><meta name="siaga-at" content="24 Jan 2026, 14.32 WIB"></head>{MARK}<h1>Semua sungai normal</h1>'


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = town(tmp_path_factory.mktemp("kota"))
    scene(made, "normal")
    yield made
    made.close()


@contextmanager
def link(city: Town) -> Iterator[tuple[str, Callable[[], None]]]:
    """The city's address, and what cuts the way to it."""
    with ExitStack() as stack:
        address = stack.enter_context(city_serving(city))
        yield f"{address}/portal", stack.close


def keeper_of(folder: Path, url: str, clock: ManualClock) -> Keeper:
    source = Source(url, WIFI, timeout_s=5)
    return Keeper(Card(folder), partial(fetch, source), clock, every_s=60, phone="112")


def test_a_cut_link_leaves_the_last_page_with_its_age(city: Town, tmp_path: Path) -> None:
    """Fetched over the real way, kept on the card, shown after a restart of the node without an uplink."""
    clock = ManualClock(city.now_us)
    with link(city) as (url, cut):
        keeper = keeper_of(tmp_path, url, clock)
        assert keeper.turn()
        page, fresh = keeper.page("id")
        assert fresh
        assert "Semua sungai normal" in page
        assert "terputus" not in page
        cut()
        assert not keeper.turn()
        clock.advance(179)
        assert keeper.page("id")[1]
        clock.advance(47 * 60)
        said = "Sambungan ke kota terputus 49 menit. Angka di bawah dari 24 Jan 2026, 10.00 WIB."
        assert said in keeper.page("id")[0]
        again = keeper_of(tmp_path, url, clock)
        assert not again.turn()
        assert said in again.page("id")[0]
        assert "Connection to the city lost for 49 min." in again.page("en")[0]
        without_time = keeper_of(tmp_path, url, ManualClock(now_us=1_000_000))
        assert "Sambungan ke kota terputus. Angka di bawah dari" in without_time.page("id")[0]


def test_the_real_process_shows_it_with_the_link_cut(city: Town, tmp_path: Path) -> None:
    """`siaga edge portal` with a node.toml: fresh, then the uplink dies under it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with link(city) as (url, cut):
        config = node_toml(tmp_path, url, port)
        with process(config) as address:
            wait_until(lambda: "Semua sungai normal" in httpx.get(address, trust_env=False).text, 20)
            assert httpx.get(address, trust_env=False).headers["x-siaga-copy"] == "fresh"
            cut()
            wait_until(lambda: httpx.get(address, trust_env=False).headers["x-siaga-copy"] == "old", 20)
            answer = httpx.get(f"{address}/generate_204?lang=id", trust_env=False)
            assert answer.headers["x-siaga-copy"] == "old"
            assert "Angka di bawah dari 24 Jan 2026, 10.00 WIB." in answer.text
            assert "Terakhir diketahui:" in answer.text


@contextmanager
def process(config: Path) -> Iterator[str]:
    """Its address, once it answers."""
    port = load(config, keys=False).config.portal
    assert port is not None
    address = f"http://127.0.0.1:{port.port}"
    words = [sys.executable, "-m", "siaga", "edge", "portal", "--config", str(config)]
    running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: answers(address), 30)
        yield address
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(15) == 0


def answers(address: str) -> bool:
    try:
        return httpx.get(address, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def node_toml(folder: Path, url: str, port: int) -> Path:
    path = folder / "node.toml"
    path.write_text(
        f'[node]\ncity = "yogyakarta"\nnode = "{WIFI}"\nspool = "spool.db"\n[[brokers]]\nhost = "127.0.0.1"\n'
        '[[sensors]]\ntype = "node"\nsensor = "node"\nperiod_s = 60\n'
        '[tls]\nca_file = "ca"\ncert_file = "cert"\nkey_file = "key"\n'
        f'[portal]\nurl = "{url}"\nlisten = "127.0.0.1"\nport = {port}\nevery_s = 0.3\n'
    )
    return path


def test_nothing_changed_costs_no_page_and_no_writing(city: Town, tmp_path: Path) -> None:
    """The city answers 304 to the ETag of the copy; the card is left alone."""
    clock = ManualClock(city.now_us)
    with link(city) as (url, _):
        keeper = keeper_of(tmp_path, url, clock)
        keeper.turn()
        for one in LANGUAGES:
            (tmp_path / f"portal-{one}.json").unlink()
        assert keeper.turn()
        assert list(tmp_path.glob("*.json")) == []
        assert keeper.page("id")[1]


@pytest.mark.parametrize(
    "body",
    [b"<html>Selamat datang di HotelNet, silakan masuk", PAGE.encode()[:-2] + b"\xff", b"x" * 30_000, b""],
)
def test_somebody_elses_page_is_not_kept_for_the_citys(body: bytes) -> None:
    """An uplink that itself stands behind a portal answers 200 to everything."""
    with pytest.raises(Rejected):
        copy_of(body, "", 0)


def test_the_old_copy_stays_while_somebody_else_answers(tmp_path: Path) -> None:
    """And it is called old once the city was not heard for three questions."""
    clock = ManualClock(1_000_000_000)
    answers: list[Copy | Exception] = [copy_of(PAGE.encode(), "a", 0), copy_of(PAGE.encode(), "a", 0)]

    def ask(*_: object) -> Copy:
        found = answers.pop(0) if answers else Rejected("another's page")
        if isinstance(found, Exception):
            raise found
        return found

    keeper = Keeper(Card(tmp_path), ask, clock, every_s=60, phone="112")
    assert keeper.turn()
    clock.advance(181)
    assert not keeper.turn()
    assert "terputus 3 menit" in keeper.page("id")[0]
    assert "Semua sungai normal" in keeper.page("id")[0]


def test_before_the_first_copy_nothing_is_called_safe(tmp_path: Path) -> None:
    """And a damaged card is as an empty one."""

    def away(*_: object) -> Copy:
        raise Unavailable("no line")

    (tmp_path / "portal-id.json").write_text("{")
    (tmp_path / "portal-en.json").write_text(json.dumps({"page": "x", "etag": "", "taken": "", "got_us": 1}))
    keeper = Keeper(Card(tmp_path), away, ManualClock(1), every_s=60, phone="0274 112")
    keeper.turn()
    for one in LANGUAGES:
        page, fresh = keeper.page(one)
        assert not fresh
        assert "normal" not in page
        assert 'href="tel:0274112"' in page


def test_visitors_who_hold_the_door_do_not_keep_others_out(tmp_path: Path) -> None:
    """Places are limited, and one who says nothing is cut: the next is served."""
    keeper = Keeper(Card(tmp_path), lambda *_: copy_of(PAGE.encode(), "", 0), ManualClock(1), every_s=60, phone="112")
    keeper.turn()
    with serving(keeper, "127.0.0.1", 0, 0.5) as port, ExitStack() as stack:
        for _ in range(AT_ONCE):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), 5)).sendall(b"GET / HT")
        wait_until(lambda: answers(f"http://127.0.0.1:{port}"), 10)
        assert httpx.head(f"http://127.0.0.1:{port}/x", trust_env=False).headers["content-language"] == "id"
        assert httpx.post(f"http://127.0.0.1:{port}/x", trust_env=False).status_code == 501


def test_a_node_without_a_portal_says_so(tmp_path: Path) -> None:
    """And an address that is taken is named."""
    path = node_toml(tmp_path, "http://127.0.0.1:1/portal", 0)
    bare = tmp_path / "bare.toml"
    bare.write_text(path.read_text().split("[portal]")[0])
    with pytest.raises(BadInput, match=r"no \[portal\]"):
        run(bare, threading.Event())
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(BadInput, match=r"portal\.listen"):
        run(node_toml(tmp_path, "http://127.0.0.1:1/portal", taken.getsockname()[1]), threading.Event())
    path.write_text(path.read_text().replace("http://127.0.0.1:1/portal", "kota.example"))
    with pytest.raises(BadInput, match="portal"):
        load(path, keys=False)
