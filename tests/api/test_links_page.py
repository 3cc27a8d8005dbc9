"""`/operator/sambungan`: everything the city is joined to, whether it is well and when it last said something."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import httpx
from support.seed import Town
from support.visitors import person, signed_in

from complaints.systems.port import SystemInfo
from contract.clock import DAY_US, HOUR_US, MINUTE_US
from contract.inbound import Came, InboundKind, Source
from contract.reach import ProviderInfo
from contract.weather import WeatherFeed
from store.duty import Watcher
from store.filings import Feed

SYSTEMS = [
    SystemInfo("jss", "webhook", "Jogja Smart Service"),
    SystemInfo("lapor", "lapor", "SP4N-LAPOR!"),
    SystemInfo("crm", "webhook", "CRM"),
    SystemInfo("fms", "open311", "FixMyStreet"),
    SystemInfo("surat", "manual", "Surat"),
]
SOURCES: list[tuple[str, InboundKind]] = [("sms-kota", "sms"), ("wa-kota", "whatsapp")]


def rows(page: httpx.Response) -> dict[str, str]:
    """What stands beside each of them, by its name, in the order of the page."""
    found = re.findall(r'<tr class="link-\w+">(.*?)</tr>', page.text, re.DOTALL)
    texts = [" ".join(re.sub(r"<[^>]+>", " ", one.partition("</th>")[2]).split()) for one in found]
    heads = [re.sub(r"<span.*", "", one.partition("</th>")[0]) for one in found]
    names = [re.sub(r"<[^>]+>", "", one).strip() for one in heads]
    return dict(zip(names, texts, strict=True))


def test_what_needs_a_look_stands_on_top(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """A system that fails, one nobody speaks to any more, one never heard of; then what people do and what is well.
    Each with the age of its last word; both languages."""
    cities, city, now_us = made.cities, made.profile.code, made.now_us
    feed = Feed(city, "jss", now_us - DAY_US, well_us=now_us - 3 * HOUR_US, said="kota.example answered 503")
    cities.put_feed(feed)
    cities.put_feed(replace(feed, system="lapor", well_us=now_us - MINUTE_US, said=""))
    cities.put_feed(replace(feed, system="crm", well_us=now_us - HOUR_US, said=""))
    cities.note_weather_feed(WeatherFeed(city=city, heard_us=now_us - 2 * MINUTE_US, asked_us=now_us))
    cities.watcher_seen(Watcher(city=city, name="rumah-sakit", seen_us=now_us - 2 * DAY_US))
    at_us = now_us - 5 * MINUTE_US
    cities.keep_inbound(Came(city=city, source="sms-kota", message="m1", sender="s1", at_us=at_us, intent="level"))
    sources = [Source(name=name, kind=kind, secret="rahasia") for name, kind in SOURCES]
    telegram = ProviderInfo(kind="telegram", rate_per_s=20.0)
    client = serve(made, systems=SYSTEMS, inbound_sources=sources, providers=[telegram])
    operator = signed_in(made, person(made, "siti", "operator"))
    page = client.get("/operator/sambungan", headers=operator.sent)
    found = rows(page)
    assert found["Jogja Smart Service"].startswith("terganggu kota.example answered 503 3 jam lalu")
    assert found["CRM"].startswith("diam 1 jam lalu")
    assert found["rumah-sakit"].startswith("diam 2 hari lalu")
    assert found["FixMyStreet"].startswith("belum ada kabar belum ada")
    assert found["wa-kota"].startswith("belum ada kabar")
    assert found["Telegram"].startswith("belum ada kabar")
    assert found["Surat"].startswith("oleh orang")
    assert found["SP4N-LAPOR!"].startswith("jalan 1 menit lalu")
    assert found["BMKG"].startswith("jalan 2 menit lalu")
    assert found["sms-kota"].startswith("jalan 5 menit lalu")
    assert next(iter(found)) == "Jogja Smart Service"
    assert list(found).index("CRM") < list(found).index("Surat") < list(found).index("BMKG")
    assert "3 sambungan terganggu" in page.text
    assert "rahasia" not in page.text
    english = client.get("/operator/sambungan?lang=en", headers=operator.sent)
    assert rows(english)["CRM"].startswith("silent 1 hour ago")


def test_a_city_that_is_joined_to_nothing(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """Siaga's own parts stand there, and that all of them are well; the console leads there."""
    client, operator = serve(made), signed_in(made, person(made, "siti", "operator"))
    page = client.get("/operator/sambungan", headers=operator.sent)
    assert set(rows(page)) == {"Penyimpan bacaan", "Pengiriman"}
    assert "Tidak ada yang terganggu" in page.text
    assert 'href="/operator/sambungan"' in client.get("/operator", headers=operator.sent).text
