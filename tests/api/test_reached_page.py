"""`/jangkauan` and `/api/v1/reached`: whom a warning reached, by counts alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from support.away import Away
from support.reached import PROVIDERS, busy, deliver, followers, told
from support.seed import Town
from support.visitors import Visitor, person, signed_in

from api.reached import PAGE, bar_of
from contract.clock import HOUR_US, MINUTE_US, ManualClock
from contract.reach import Walk
from store.sends import reach_lease

Serve = Callable[..., httpx.Client]


@pytest.fixture
def boss(made: Town) -> Visitor:
    return signed_in(made, person(made, "ani", "operator"))


def ask(client: httpx.Client, who: Visitor, path: str = "/jangkauan") -> httpx.Response:
    client.cookies.clear()
    return client.get(path, headers=who.sent)


def words(page: httpx.Response) -> str:
    """What a reader reads."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2].partition("</main>")[0]).split())


def test_a_city_without_providers_is_told_what_to_set(made: Town, serve: Serve, boss: Visitor) -> None:
    """The setting's name, and no table of nothing."""
    page = ask(serve(made), boss)
    assert "SIAGA_REACH_FILE" in words(page)
    assert "<table" not in page.text
    told_ = ask(serve(made), boss, "/api/v1/reached").json()
    assert told_ == {"delivery": "never", "channels": [], "items": [], "after": None}


def test_each_channel_says_how_its_day_stands(made: Town, serve: Serve, boss: Visitor) -> None:
    """Followers by state, what was spent of the budget and that it is nearly gone, how long a queue takes at best, a
    channel that people follow and nobody carries, and a provider that delivers nothing."""
    busy(made)
    client = serve(made, providers=PROVIDERS)
    page = words(ask(client, boss))
    for wanted in (
        "6 aktif 2 alamat tidak menerima lagi",
        "4 aktif 1 dijeda 1 belum dikonfirmasi 42 dari 50 (84%) Hampir habis",
        "10 dari 10 (100%) Habis: kabar lanjutan WASPADA",
        "240, paling cepat 8 menit lagi",
        "WhatsApp Tanpa penyedia: siapa pun yang mengikuti lewat ini tidak dikabari. 2 aktif",
        "Pemberitahuan ponsel (Web Push). Penyedia berkata ya, tetapi hampir tidak ada ponsel",
        "Juga sekali untuk semua, di saluran umum kota.",
    ):
        assert wanted in page, wanted
    channels = {one["kind"]: one for one in ask(client, boss, "/api/v1/reached").json()["channels"]}
    assert {kind: (one["carried"], one["budget"], one["swallows"]) for kind, one in channels.items()} == {
        "webpush": (True, "fine", True),
        "email": (True, "near", False),
        "telegram": (True, "fine", False),
        "whatsapp": (False, "fine", False),
        "sms": (True, "spent", False),
    }
    assert channels["sms"]["waiting"] == 240


def test_the_figures_say_what_waits_and_what_went(made: Town, serve: Serve) -> None:
    """By channel, also of one where nothing waits; that nobody sends now is a figure; nothing where nothing is set."""
    busy(made)
    told_ = serve(made, providers=PROVIDERS).get("/metrics").text
    city = made.profile.code
    for wanted in (
        f'siaga_reach_waiting{{channel="sms",city="{city}"}} 240.0',
        f'siaga_reach_waiting{{channel="email",city="{city}"}} 0.0',
        f'siaga_reach_taken_today{{channel="email",city="{city}"}} 42.0',
        f'siaga_reach_up{{city="{city}"}}',
    ):
        assert wanted in told_, wanted


def test_a_city_without_providers_has_no_figures_of_them(made: Town, serve: Serve) -> None:
    """No channel stands there as if somebody carried it."""
    assert "siaga_reach" not in serve(made).get("/metrics").text


def test_each_telling_says_what_became_of_it(made: Town, serve: Serve, boss: Visitor) -> None:
    """When it was said and when a provider took the last, the counts by channel, honest words for what nobody knows,
    why some failed, and that it concerned nobody; English, too."""
    busy(made)
    client = serve(made, providers=PROVIDERS)
    page = ask(client, boss)
    for wanted in (
        "Dikatakan 09.57 WIB → penyedia menerima yang terakhir 09.57 WIB (40 detik sesudah dikatakan)",
        "276 pesan Sampai 9 Diterima penyedia 26 Tidak diketahui 1 Menunggu 240",
        "Mengapa gagal: alamat tidak ada lagi (2)",
        "6 pesan Kedaluwarsa 1 Digantikan 5",
        "tidak ada yang diterima penyedia",
        "Tidak ada pengikut yang terkait.",
        "Apakah sampai di ponsel, tidak ada yang tahu.",
    ):
        assert wanted in words(page), wanted
    assert '<a href="/siaran/kabar-4">' in page.text
    items = ask(client, boss, "/api/v1/reached").json()["items"]
    assert [one["id"] for one in items] == ["kabar-4", "kabar-3", "kabar-2", "kabar-1"]
    assert (items[0]["level"], items[0]["order"], items[0]["done"]) == ("AWAS", True, True)
    assert items[0]["channels"][1] == {
        "kind": "email", "counts": {"accepted": 12, "unknown": 1}, "taken": "2026-01-24T02:57:40.000000Z"
    }  # fmt: skip
    english = words(ask(client, boss, "/jangkauan?lang=en"))
    assert "Said at 09.57 WIB → a provider took the last at 09.57 WIB (40 seconds after it was said)" in english


def test_nobody_s_address_is_on_it(made: Town, serve: Serve, boss: Visitor) -> None:
    """Neither of who follows nor of whose address bounced, on the page or for programs."""
    busy(made)
    client = serve(made, providers=PROVIDERS)
    for path in ("/jangkauan", "/api/v1/reached", "/jangkauan?siaran=kabar-3"):
        answer = ask(client, boss, path)
        assert answer.status_code == 200
        assert "rahasia" not in answer.text
        assert "contoh.example" not in answer.text
        assert answer.headers["cache-control"] == "private, no-store"


def test_a_stage_that_nobody_hears_is_said(made: Town, serve: Serve, boss: Visitor) -> None:
    """Never begun, delivering, stopped in good order, and silent: each in its own words."""
    clock = made.clock
    assert isinstance(clock, ManualClock)
    client = serve(made, providers=PROVIDERS)
    assert "belum pernah berjalan" in words(ask(client, boss))
    lease = made.cities.lease(reach_lease(made.profile.code), "penyampai", made.now_us, 60.0)
    assert lease is not None
    assert "Tahap pengirim" not in words(ask(client, boss))
    clock.advance(11 * 60)
    assert "Tahap pengirim tidak terdengar sejak 10.01 WIB (10 menit lalu)" in words(ask(client, boss))
    deliver(made)
    assert ask(client, boss, "/api/v1/reached").json()["delivery"] == "on"
    last = made.cities.deliverer(made.profile.code)
    assert last is not None
    made.cities.release(last)
    assert "Tahap pengirim dihentikan" in words(ask(client, boss))


def test_a_provider_that_is_away_is_said(made: Town, serve: Serve, boss: Visitor) -> None:
    """As the stage beside it says; of one that is dead nothing is believed."""
    said: dict[str, Any] = {"reach": {"alive": True, "away": ["email"]}}
    client = serve(made, providers=PROVIDERS, status=lambda: said)
    assert words(ask(client, boss)).count("Penyedia tidak menjawab") == 1
    said["reach"]["alive"] = False
    assert "Penyedia tidak menjawab" not in words(ask(client, boss))


def test_many_tellings_are_read_page_by_page(made: Town, serve: Serve, boss: Visitor) -> None:
    """Each page says what it shows and that there is more; the pages meet, and beyond the last is a way back."""
    code = made.profile.code
    base = told(made, "dasar", {}, ago_us=2 * HOUR_US)
    lease = made.cities.lease(reach_lease(code), "penyampai", made.now_us, 600.0)
    assert lease is not None
    for number in range(2 * PAGE):
        name = f"k{number:03}"
        at_us = base.at_us + (number + 1) * MINUTE_US
        one = Walk(telling=replace(base, id=name, at_us=at_us), done=True)
        made.cities.begin_walk(lease, one, "bulletins", number + 2, at_us)
    client = serve(made, providers=PROVIDERS)
    first = ask(client, boss)
    assert f"Ditampilkan 1 sampai {PAGE}, yang terbaru dulu. Ada yang lebih lama." in words(first)
    seen = list[str]()
    skip: int | None = 0
    while skip is not None:
        told_ = ask(client, boss, f"/api/v1/reached?skip={skip}").json()
        seen += [one["id"] for one in told_["items"]]
        skip = told_["after"]
    assert seen == [*(f"k{number:03}" for number in reversed(range(2 * PAGE))), "dasar"]
    last = ask(client, boss, f"/jangkauan?lanjut={2 * PAGE}&lang=id")
    assert "Ada yang lebih lama" not in words(last)
    assert 'href="/jangkauan?lang=id"' in last.text
    assert "Belum ada kabar" in words(ask(client, boss, "/jangkauan?lanjut=9999999999"))
    assert ask(client, boss, "/api/v1/reached?skip=-1").status_code == 400


def test_a_warning_leads_to_whom_it_reached(made: Town, serve: Serve, boss: Visitor) -> None:
    """To itself alone, with its figures open; one that went to nobody says so."""
    busy(made)
    client = serve(made, providers=PROVIDERS)
    page = ask(client, boss, "/jangkauan?siaran=kabar-3")
    assert re.findall(r'id="kabar-([^"]+)"', page.text) == ["kabar-3"]
    assert '<details class="figures" open>' in page.text
    assert "tidak dikirim kepada warga, atau belum" in words(ask(client, boss, "/jangkauan?siaran=entah"))


def test_every_part_of_a_bar_can_be_seen() -> None:
    """One of a hundred thousand is no hairline, and the parts fill the bar."""
    bar = bar_of({"delivered": 100_000, "failed": 1})
    assert [one.state for one in bar] == ["delivered", "failed"]
    assert bar[1].width >= 0.9
    assert sum(one.width for one in bar) == pytest.approx(100, abs=0.05)
    assert bar[1].x == bar[0].width


def test_only_who_answers_for_warnings_sees_it(made: Town, serve: Serve) -> None:
    """Officers of the agency that signs them, and nobody of another."""
    followers(made, "email", "active", 1)
    client = serve(made, providers=PROVIDERS)
    for agency, status in (("bpbd", 200), ("dishub", 403)):
        who = signed_in(made, person(made, agency, "officer", agency=agency))
        assert ask(client, who).status_code == status
        assert ask(client, who, "/api/v1/reached").status_code == status
        assert ("/jangkauan" in ask(client, who, "/siaran").text.partition("<main")[2]) is (status == 200)


def test_while_the_database_is_away_it_is_said_and_nothing_invented(made: Town, serve: Serve, boss: Visitor) -> None:
    """A page of its own with when to try again, for programs a problem; no empty table that looks like nobody."""
    client = serve(replace(made, cities=_Cut(made.cities)), providers=PROVIDERS)  # type: ignore[arg-type]
    for path in ("/jangkauan", "/api/v1/reached"):
        answer = ask(client, boss, path)
        assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
        assert "<table" not in answer.text


class _Cut:
    """A store that knows who somebody is, and whose database goes away before it says what was told."""

    def __init__(self, store: object) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(Away() if name == "told" else self._store, name)
