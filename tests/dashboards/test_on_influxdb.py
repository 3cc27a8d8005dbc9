"""Every query of every board, run on a real InfluxDB that holds readings as store/ writes them."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from cities.load import load
from contract.city import Profile
from contract.kinds import KindName
from dashboards import build, queries

pytestmark = pytest.mark.skipif(shutil.which("influxd") is None, reason="InfluxDB is not installed (apt: influxdb)")

CITY = load("yogyakarta")
BOARD = build.built(CITY)["yogyakarta-city-now.json"]
HEALTH = {
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


def port_free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def influx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real influxd with an empty database `siaga`."""
    folder = tmp_path_factory.mktemp("influx")
    port = port_free()
    settings = {
        "INFLUXDB_REPORTING_DISABLED": "true",
        "INFLUXDB_BIND_ADDRESS": f"127.0.0.1:{port_free()}",
        "INFLUXDB_META_DIR": str(folder / "meta"),
        "INFLUXDB_DATA_DIR": str(folder / "data"),
        "INFLUXDB_DATA_WAL_DIR": str(folder / "wal"),
        "INFLUXDB_DATA_QUERY_LOG_ENABLED": "false",
        "INFLUXDB_HTTP_BIND_ADDRESS": f"127.0.0.1:{port}",
        "INFLUXDB_HTTP_LOG_ENABLED": "false",
        "INFLUXDB_MONITOR_STORE_ENABLED": "false",
    }
    empty = folder / "influxdb.conf"
    empty.write_text("")
    with subprocess.Popen(
        ["influxd", "-config", str(empty)],
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if "Listening on HTTP" in line:
                break
        else:
            pytest.fail("influxd did not start: " + "".join(said[-5:]))
        url = f"http://127.0.0.1:{port}"
        httpx.post(f"{url}/query", params={"q": "CREATE DATABASE siaga"}).raise_for_status()
        yield url
        process.terminate()
        process.stderr.read()


def line(kind: KindName, node: str, sensor: str, at_us: int, fields: dict[str, Any], *, quality: int = 1) -> str:
    """A reading in the shape that store/ writes."""
    site = CITY.site_of(node)
    assert site is not None
    carried = {"epoch": "0" * 16, "seq": at_us, "received_us": at_us, "trust": "synced", "quality": quality}
    written = ",".join(f"{key}={literal(value)}" for key, value in {**carried, **fields}.items())
    return f"{kind},city={CITY.code},region={site.region},node={node},sensor={sensor} {written} {at_us}"


def literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value}i"
    return repr(value) if isinstance(value, float) else json.dumps(value)


def of_kind(city: Profile, kind: KindName) -> list[tuple[str, str]]:
    return [(node.node, sensor.sensor) for node in city.nodes for sensor in node.sensors if sensor.kind == kind]


@pytest.fixture(scope="module")
def ask(influx: str) -> Ask:
    """A city with known figures: three WiFi points (open, captive, open but an hour old), every gauge, a camera."""
    now_us = time.time_ns() // 1000
    wifi, gauges, cameras = of_kind(CITY, "hotspot"), of_kind(CITY, "flood"), of_kind(CITY, "crowd")
    hour_us = 3_600_000_000
    lines = [
        line("hotspot", *wifi[0], now_us, {"internet": "open", "gateway_ok": True, "clients": 4}),
        line("hotspot", *wifi[1], now_us, {"internet": "captive", "gateway_ok": True, "clients": 2}),
        line("hotspot", *wifi[2], now_us - hour_us, {"internet": "open", "gateway_ok": True, "clients": 9}),
        line("crowd", *cameras[0], now_us, {"people": 12, "camera": "ok"}),
        *(line("flood", *gauge, now_us, {"level_cm": 100.0 + number}) for number, gauge in enumerate(gauges)),
        line("flood", *gauges[0], now_us - 120_000_000, {"level_cm": 9_999.0}, quality=4),
        line("node", *of_kind(CITY, "node")[0], now_us, HEALTH),
    ]
    answer = httpx.post(f"{influx}/write", params={"db": "siaga", "precision": "u"}, content="\n".join(lines))
    assert answer.status_code == 204, answer.text

    def run(query: str) -> list[dict[str, Any]]:
        """The rows of a query, with Grafana's macros filled in as Grafana fills them."""
        for macro, value in {
            "$timeFilter": "time > now() - 24h",
            "$__interval": "1m",
            "$node": ".*",
        }.items():
            query = query.replace(macro, value)
        result = httpx.post(f"{influx}/query", params={"db": "siaga", "epoch": "ms"}, data={"q": query})
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
