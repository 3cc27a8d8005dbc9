"""Every query of every board, run on a real InfluxDB that holds readings as store/ writes them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from cities.load import load
from contract.city import Profile
from contract.kinds import KindName
from contract.quality import Quality
from dashboards import build, queries
from faults.parts.influx import Influx, influx
from store import open_readings
from store.ports import Row, Scalar, Series

# One server for all of these, also where the tests are spread over processes.
pytestmark = pytest.mark.xdist_group("dashboards-influx")

CITY = load("yogyakarta")
BOARD = build.built(CITY)["yogyakarta-city-now.json"]
HEALTH: dict[str, Scalar] = {
    "cpu_percent": 10.0,
    "memory_percent": 20.0,
    "disk_percent": 30.0,
    "temperature_c": 50.5,
    "undervoltage": False,
    "supply": "mains",
    "battery_percent": 99.0,
    "spool_pending": 3,
    "spool_dropped": 0,
    "clock_source": "ntp",
}
Ask = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def server() -> Iterator[Influx]:
    """This machine's InfluxDB with one empty bucket."""
    with influx() as running:
        yield running


def row(kind: KindName, node: str, sensor: str, at_us: int, values: dict[str, Scalar], quality: int = 1) -> Row:
    """A reading of a node of the city, as ingest hands it to the store."""
    site = CITY.site_of(node)
    assert site is not None
    series = Series(CITY.code, node, sensor, kind)
    return Row(series, site.region, at_us, at_us, "0" * 16, at_us, "synced", Quality(quality), {}, values)


def of_kind(city: Profile, kind: KindName) -> list[tuple[str, str]]:
    return [(node.node, sensor.sensor) for node in city.nodes for sensor in node.sensors if sensor.kind == kind]


@pytest.fixture(scope="module")
def ask(server: Influx) -> Ask:
    """A city with known figures: three WiFi points (open, captive, open but an hour old), every gauge, a camera."""
    now_us = time.time_ns() // 1000
    wifi, gauges, cameras = of_kind(CITY, "hotspot"), of_kind(CITY, "flood"), of_kind(CITY, "crowd")
    hour_us = 3_600_000_000
    rows = [
        row("hotspot", *wifi[0], now_us, {"internet": "open", "gateway_ok": True, "clients": 4}),
        row("hotspot", *wifi[1], now_us, {"internet": "captive", "gateway_ok": True, "clients": 2}),
        row("hotspot", *wifi[2], now_us - hour_us, {"internet": "open", "gateway_ok": True, "clients": 9}),
        row("crowd", *cameras[0], now_us, {"people": 12, "camera": "ok"}),
        *(row("flood", *gauge, now_us, {"level_cm": 100.0 + number}) for number, gauge in enumerate(gauges)),
        row("flood", *gauges[0], now_us - 120_000_000, {"level_cm": 9_999.0}, 4),
        row("node", *of_kind(CITY, "node")[0], now_us, HEALTH),
    ]
    with closing(open_readings(server.url, token=server.token)) as store:
        assert store.write(rows) == []
    base = f"http://{urlsplit(server.url).netloc}"
    asked = {"db": urlsplit(server.url).path.strip("/"), "epoch": "ms"}
    headers = {"Authorization": f"Token {server.token}"}

    def run(query: str) -> list[dict[str, Any]]:
        """The rows of a query, with Grafana's macros filled in as Grafana fills them."""
        for macro, value in {
            "$timeFilter": "time > now() - 24h",
            "$__interval": "1m",
            "$node": ".*",
        }.items():
            query = query.replace(macro, value)
        result = httpx.get(f"{base}/query", params={**asked, "q": query}, headers=headers)
        (statement,) = result.json()["results"]
        assert "error" not in statement, f"{query}: {statement}"
        return [
            {**series.get("tags", {}), **dict(zip(series["columns"], values, strict=True)), "from": series["name"]}
            for series in statement.get("series", [])
            for values in series["values"]
        ]

    return run


@pytest.mark.parametrize(
    ("title", "query"),
    [(panel["title"], target["query"]) for panel in BOARD["panels"] for target in panel["targets"]]
    + [(variable["name"], variable["query"]) for variable in BOARD["templating"]["list"]],
)
def test_query_returns_rows(ask: Ask, title: str, query: str) -> None:
    """Each panel and each variable shows something where there are readings."""
    assert ask(query), title


def test_wifi_points_up(ask: Ask) -> None:
    """Only a point whose live reading reached the internet is up; an hour-old reading is not "now"."""
    online = ask(queries.count_where_newest("hotspot", "internet", "'open'", CITY.code, 600))
    answering = ask(queries.count_where_newest("hotspot", "gateway_ok", "true", CITY.code, 600))
    heard = ask(queries.count_heard("hotspot", CITY.code, 600))
    assert [[row["count"] for row in rows] for rows in (online, answering, heard)] == [[1], [2], [2]]


def test_a_failed_reading_is_not_drawn(ask: Ask) -> None:
    """A level flagged as failed never reaches the river's line."""
    gauge = of_kind(CITY, "flood")[0][0]
    rows = ask(queries.over_time("flood", "level_cm", CITY.code, function="max", node=gauge))
    assert [row["max"] for row in rows] == [100.0]


def test_silent_longest(ask: Ask) -> None:
    """The age shown is the age of the node that has been silent longest, in milliseconds."""
    (row,) = ask(queries.oldest_newest("hotspot", CITY.code))
    assert 3_600_000 <= time.time_ns() // 1_000_000 - row["hotspot"] < 3_700_000


def test_health_row(ask: Ask) -> None:
    """One row a node, with its newest values."""
    (row,) = ask(queries.newest("node", ("cpu_percent", "supply", "undervoltage", "spool_pending"), CITY.code))
    assert (row["cpu_percent"], row["supply"], row["undervoltage"], row["spool_pending"]) == (10.0, "mains", False, 3)
