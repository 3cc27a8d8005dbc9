"""What BMKG warns of, as residents and programs read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import httpx
from support.seed import Town
from support.weather import warning

from api.console import Stage, with_weather
from contract.clock import DAY_US, HOUR_US, MINUTE_US
from contract.following import Ways
from contract.weather import CREDIT, STALE_US, WeatherFeed, WeatherWarning

Serve = Callable[..., httpx.Client]
THERE = "34.71.03"


def put(town: Town, *warnings: WeatherWarning, heard_ago_us: int | None = 0) -> None:
    """These warnings, and when the feed was heard last."""
    for one in warnings:
        town.cities.put_weather(one, [], [], town.now_us)
    heard_us = None if heard_ago_us is None else town.now_us - heard_ago_us
    fares = WeatherFeed(city=town.profile.code, heard_us=heard_us, trouble="x" * 400, asked_us=town.now_us)
    town.cities.note_weather_feed(fares)


def told(town: Town, **changed: object) -> WeatherWarning:
    now_us = town.now_us
    times = {"sent_us": now_us, "onset_us": now_us, "expires_us": now_us + HOUR_US, "kept_us": now_us}
    return replace(warning(), **{"city": town.profile.code, "regions": (THERE,), **times, **changed})  # type: ignore[arg-type]


def test_a_warning_stands_on_the_first_page_and_at_the_gauges_of_its_kecamatan(city_in, serve: Serve) -> None:
    """Event, area, time and whose word it is, in both languages; the page that asks again sees that it is there."""
    town = city_in("normal")
    client = serve(town, keep_s=0)
    before = client.get("/peta.json").json()
    put(town, told(town))
    gauges = {one.region[: len(THERE)]: one.node for one in town.cities.placements(town.profile.code) if one.river}
    here, elsewhere = gauges.pop(THERE), next(iter(gauges.values()))
    for path in ("/", f"/sungai/{here}"):
        page = client.get(path, params={"lang": "id"}).text
        assert "Hujan Lebat dan Petir" in page, path
        assert CREDIT in page
        assert "Heavy Rain and Lightning" in client.get(path, params={"lang": "en"}).text
    assert "Hujan Lebat" not in client.get(f"/sungai/{elsewhere}", params={"lang": "id"}).text
    assert before["weather"] == []
    assert client.get("/peta.json").json()["weather"] == [told(town).id]


def test_where_nothing_is_warned_of_the_first_page_is_silent(city_in, serve: Serve) -> None:
    """No heading without a warning; the page of its own says that there is none, and when BMKG was asked."""
    town = city_in("normal")
    put(town)
    client = serve(town)
    assert CREDIT not in client.get("/").text
    page = client.get("/cuaca").text
    assert f"Tidak ada peringatan cuaca BMKG untuk {town.profile.name} sekarang." in page
    assert "Terakhir ditanyakan ke BMKG 10.00 WIB." in page


def test_infographics_of_several_warnings_are_told_apart(city_in, serve: Serve) -> None:
    """Whoever hears only the links of the page knows which is which, by what is warned of, where and from when; in both
    languages. What is seen of a link is how its name begins."""
    town = city_in("normal")
    client = serve(town, keep_s=0)
    wind = {"id": "Angin kencang", "en": "Strong wind"}
    later_us = town.now_us + MINUTE_US
    put(town, told(town), told(town, id="2", root="2", event=wind), told(town, id="3", root="3", onset_us=later_us))
    for language, seen in (("id", "Infografis BMKG"), ("en", "BMKG's infographic")):
        page = unescape(client.get(f"/cuaca?lang={language}").text)
        names = re.findall(r'aria-label="([^"]+)">' + seen, page)
        assert len(set(names)) == len(names) == 3
        assert all(name.startswith(f"{seen}: ") for name in names)
        assert sum(wind[language] in name for name in names) == 1


def test_a_feed_that_is_not_heard_is_said(city_in, serve: Serve) -> None:
    """Never, or for half an hour: what stands may have been taken back, also beside the warning on the first page. What
    is wrong with it is for whoever looks after it."""
    town = city_in("normal")
    client = serve(town, keep_s=0)
    put(town, told(town), heard_ago_us=None)
    assert "Umpan BMKG belum pernah terdengar di sini" in client.get("/cuaca").text
    put(town, heard_ago_us=31 * MINUTE_US)
    for path in ("/", "/cuaca"):
        page = client.get(path).text
        assert "Umpan BMKG tidak terdengar sejak 09.29 WIB." in page, path
        assert "x" * 9 not in page
    assert client.get("/api/v1/weather-warnings").json()["feed"]["stale"] is True


def test_a_city_that_asks_nobody_says_so(made: Town, serve: Serve) -> None:
    """And offers residents nothing of it; likewise a week after it has given up, until when a feed that is not heard is
    trouble."""
    client = serve(made, keep_s=0, ways=Ways(("email",)))
    page = client.get("/cuaca").text
    assert "Kota ini belum meneruskan peringatan BMKG" in page
    assert "/ikuti" not in page
    assert client.get("/api/v1/weather-warnings").json() == {"items": [], "feed": {"heard": None, "stale": True}}
    assert 'value="bmkg"' not in client.get("/ikuti").text
    for days, says in ((6, "tidak terdengar sejak"), (8, "belum meneruskan peringatan BMKG")):
        past_us = made.now_us - days * DAY_US
        made.cities.note_weather_feed(WeatherFeed(city=made.profile.code, heard_us=past_us, asked_us=past_us))
        assert says in client.get("/cuaca").text
    put(made)
    assert 'value="bmkg"' in client.get("/ikuti").text


def test_the_console_shows_how_the_feed_fares() -> None:
    """Where it is asked: well, failing after half an hour, silent as its process is."""
    readings = Stage("readings", "well")
    heard = WeatherFeed(city="yogyakarta", heard_us=0)
    assert with_weather([readings], None, 0) == [readings]
    assert with_weather([readings], heard, STALE_US) == [readings, Stage("weather", "well")]
    beats = [Stage("weather", "well"), readings]
    assert with_weather(beats, heard, STALE_US + 1) == [readings, Stage("weather", "failing")]
    assert with_weather([Stage("weather", "silent", 9.0)], heard, 0) == [Stage("weather", "silent", 9.0)]


def test_what_is_over_stands_below(made: Town, serve: Serve) -> None:
    """What was taken back, and what ended by itself; not what only took something back. Markup from another office's
    feed does nothing here."""
    now_us = made.now_us
    put(
        made,
        told(made, id="a", ended_us=now_us - MINUTE_US, ended_by="b"),
        told(made, id="c", expires_us=now_us - HOUR_US),
        told(made, id="b", regions=(), event={"id": "tiada", "en": "none"}),
    )
    bad = {"id": "<script>alert(1)</script>", "en": "<b>"}
    put(made, told(made, id="d", event=bad, headline=bad, description=bad))
    page = serve(made).get("/cuaca").text
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert") == 3  # once in the name of a link
    assert page.count("tidak berlaku lagi sejak 09.59 WIB") == page.count("tidak berlaku lagi sejak 09.00 WIB") == 1
    assert "tiada" not in page


def test_programs_read_the_same(made: Town, serve: Serve) -> None:
    """The gravest first, as BMKG said it, with its credit."""
    put(made, told(made), told(made, id="worse", severity="Severe"))
    client = serve(made)
    found = client.get("/api/v1/weather-warnings").json()
    assert [one["severity"] for one in found["items"]] == ["Severe", "Moderate"]
    assert found["items"][1] == {
        "id": warning().id, "sent": "2026-01-24T03:00:00.000000Z", "onset": "2026-01-24T03:00:00.000000Z",
        "expires": "2026-01-24T04:00:00.000000Z", "severity": "Moderate", "certainty": "Observed",
        "urgency": "Immediate", "event": {"id": "Hujan Lebat dan Petir", "en": "Heavy Rain and Lightning"},
        "headline": dict(warning().headline), "description": dict(warning().description), "regions": [THERE],
        "web": warning().web, "credit": CREDIT,
    }  # fmt: skip
    assert found["feed"] == {"heard": "2026-01-24T03:00:00.000000Z", "stale": False}
    assert "siaga_weather_feed_age_seconds" in client.get("/metrics").text
