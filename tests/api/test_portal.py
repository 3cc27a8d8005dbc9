"""The page that a public WiFi point shows to whoever joins it: whole in itself, the warning first, then where to go."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from support.away import Away
from support.bulletins import bulletin
from support.impacts import impact
from support.seed import Town

from api.portal import MOST_BYTES, here_of, policy
from contract.impact import Impact
from contract.levels import Level
from store.ports import EngineCommit

WIFI = "jog-wifi-001"


def district(city: Town) -> str:
    here = here_of(city.profile, WIFI)
    assert here is not None
    return here.district.code


def gauge_beside(city: Town) -> str:
    """A gauge of the WiFi point's own kecamatan."""
    for node in city.nodes("gauge"):
        here = here_of(city.profile, node.node)
        if here is not None and here.district.code == district(city) and city.profile.scale_of(node.node):
            return node.node
    raise AssertionError("no gauge stands beside it")


def survey(city: Town, *rows: Impact) -> None:
    found = []
    for one in rows:
        scale = city.profile.scale_of(one.gauge)
        assert scale is not None
        found.append(replace(one, datum=scale.datum))
    city.cities.put_profile(replace(city.profile, impacts=tuple(found)), city.now_us)


def order(city: Town, text: str = "AWAS banjir. Pergi SEKARANG ke Balai RW 04.") -> None:
    lease = city.cities.lease(city.profile.code, "seed", city.now_us, 60)
    assert lease is not None
    said = bulletin(
        kind="order",
        city=city.profile.code,
        node=gauge_beside(city),
        at_us=city.now_us,
        level=Level.AWAS,
        text={"id": text, "en": "DANGER flood. Go NOW to Balai RW 04."},
    )
    city.cities.commit(lease, EngineCommit(bulletins=(said,)))


@pytest.mark.parametrize("scene", ["nothing", "normal", "flood", "silent"])
def test_it_is_whole_in_itself_and_small(
    city_in: Callable[[str], Town], serve: Callable[..., httpx.Client], scene: str
) -> None:
    """Nothing is fetched from anywhere: no script, no file, no font; its style is the one that its policy names."""
    client = serve(city_in(scene))
    for lang in ("id", "en"):
        answer = client.get("/portal", params={"site": WIFI, "lang": lang})
        assert answer.status_code == 200
        assert len(answer.content) <= MOST_BYTES
        assert not re.search(r"<script|<link|<img|\ssrc=|@import|url\(|\sstyle=", answer.text)
        assert answer.headers["content-security-policy"].startswith(policy())
        assert f'<html lang="{lang}">' in answer.text


def test_the_page_stays_small_when_everything_is_told(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """A kecamatan with hundreds of rows, an order and long names."""
    gauge = gauge_beside(made)
    survey(
        made,
        *(
            impact(gauge=gauge, rw=f"RW {n:02} " + "Contoh " * 8, muster=f"Balai {n} " + "luas " * 30)
            for n in range(300)
        ),
    )
    order(made, "AWAS banjir Sungai di Jembatan yang bernama panjang. " * 8)
    assert len(serve(made).get("/portal", params={"site": WIFI}).content) <= MOST_BYTES


def test_an_order_stands_before_everything(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """Then where to go: the surveyed place that is nearest to the point, whom it was surveyed for and its phone."""
    here = here_of(made.profile, WIFI)
    assert here is not None
    gauge = gauge_beside(made)
    survey(
        made,
        impact(gauge=gauge, rw="RW 09 Contoh", muster="Lapangan Jauh", muster_lat=here.lat + 0.02, muster_lon=here.lon),
        impact(gauge=gauge, rw="RW 04 Contoh", muster="Balai Dekat", muster_lat=here.lat + 0.001, muster_lon=here.lon),
        impact(gauge=gauge, rw="RW 05 Contoh", muster="Balai Dekat", muster_lat=here.lat + 0.001, muster_lon=here.lon),
        impact(gauge=gauge, rw="RW 06 Contoh", muster="Masjid Tanpa Peta", muster_lat=None, muster_lon=None),
    )
    order(made)
    page = serve(made).get("/portal", params={"site": WIFI}).text
    places = [
        page.index(one)
        for one in ("Perintah pergi", "Pergi SEKARANG", "Balai Dekat", "Lapangan Jauh", "Masjid Tanpa Peta", "Lapor")
    ]
    assert places == sorted(places)
    assert "<b>Balai Dekat</b> · 111 m" in page
    assert "Disurvei untuk RW 04 Contoh, RW 05 Contoh." in page
    assert f"Berlaku untuk {here.district.name}" in page


def test_a_drill_is_not_shown_to_strangers(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """Who joins a WiFi point reads one line: it must not be an exercise."""
    lease = made.cities.lease(made.profile.code, "seed", made.now_us, 60)
    assert lease is not None
    said = bulletin(kind="order", drill=True, city=made.profile.code, node=gauge_beside(made), at_us=made.now_us)
    made.cities.commit(lease, EngineCommit(bulletins=(said,)))
    page = serve(made).get("/portal").text
    assert said.text["id"] not in page
    assert "Perintah pergi" not in page


def test_no_place_is_made_up(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """Rows of another kecamatan, or of another zero of the staff, lead nobody anywhere."""
    elsewhere = next(
        node.node
        for node in made.nodes("gauge")
        if (one := here_of(made.profile, node.node)) and one.district.code != district(made)
    )
    survey(made, impact(gauge=elsewhere, rw="RW 01 Contoh", muster="Balai Seberang"))
    made.cities.put_profile(
        replace(made.profile, impacts=(impact(gauge=gauge_beside(made), datum="lama", muster="Balai Lama"),)),
        made.now_us,
    )
    page = serve(made).get("/portal", params={"site": WIFI}).text
    assert "Balai Seberang" not in page
    assert "Balai Lama" not in page
    assert "Belum ada titik kumpul yang disurvei" in page


def test_an_rw_that_carries_the_name_of_a_kelurahan_belongs_to_it(
    made: Town, serve: Callable[..., httpx.Client]
) -> None:
    """Also where the gauge that speaks for it stands upstream in another kecamatan."""
    elsewhere = next(
        node.node
        for node in made.nodes("gauge")
        if (one := here_of(made.profile, node.node)) and one.district.code != district(made)
    )
    own = next(one.name for one in made.profile.regions if one.parent == district(made))
    survey(made, impact(gauge=elsewhere, rw=f"RW 01 {own}", muster="Balai Sendiri"))
    client = serve(made)
    assert "Balai Sendiri" in client.get("/portal", params={"site": WIFI}).text
    assert "Balai Sendiri" in client.get("/portal", params={"site": district(made)}).text


def test_who_says_no_place_or_a_wrong_one_chooses(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """By the kecamatan; what was typed stands there, harmless."""
    client = serve(made)
    assert f'<a href="?site={district(made)}&amp;lang=id">' in client.get("/portal").text
    assert '/ikuti">Ikuti wilayah</a>' in client.get("/portal").text
    wrong = client.get("/portal", params={"site": "<b>entah"})
    assert wrong.status_code == 200
    assert "Titik “&lt;b&gt;entah” tidak dikenal kota ini" in wrong.text


def test_a_server_that_lost_its_stores_says_since_when(
    city_in: Callable[[str], Town], serve: Callable[..., httpx.Client]
) -> None:
    """What was read last stays, called old; nothing old is called normal without it."""
    city = city_in("normal")
    store = _Cut(city.cities)
    client = serve(replace(city, cities=store))
    before = client.get("/portal", params={"site": WIFI})
    assert "Sambungan terputus" not in before.text
    store.cut = True
    city.clock.advance(3 * 60)
    after = client.get("/portal", params={"site": WIFI})
    assert after.status_code == 200
    assert "Sambungan terputus 3 menit. Angka di bawah dari 24 Jan 2026, 10.00 WIB." in after.text
    assert "Connection lost for 3 min." in client.get("/portal", params={"site": WIFI, "lang": "en"}).text
    store.cut = False
    assert "Sambungan terputus" not in client.get("/portal", params={"site": WIFI}).text


def test_a_server_that_never_read_its_stores_calls_nothing_safe(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """It says that it does not know, and what to do."""
    store = _Cut(made.cities)
    client = serve(replace(made, cities=store))
    store.cut = True
    answer = client.get("/portal", params={"site": WIFI})
    assert answer.status_code == 503
    assert "Tidak diketahui apakah ada peringatan sekarang" in answer.text
    assert "normal" not in re.sub(r"<style>.*?</style>", "", answer.text, flags=re.S).lower()


class _Cut:
    """A store whose database may go away."""

    def __init__(self, store: object) -> None:
        self._store, self.cut = store, False

    def __getattr__(self, name: str) -> object:
        return getattr(Away() if self.cut else self._store, name)
