"""The city profile whole, every server and every process real: from the gauge in the river to a closed case."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract.levels import Level
from faults.books import all_cases, books
from faults.parts import influx as influxes
from faults.parts.brokers import free_port, wait_until
from faults.parts.city_broker import NODES, CityBroker, city_broker, make_secrets
from faults.parts.postgres import postgres
from faults.parts.stages import siaga, stage
from siaga import heartbeat
from store import open_city, open_readings

CITY = "yogyakarta"
FLEET = ("jog-gauge-04", "jog-gauge-05", "jog-gauge-07", "jog-kamera-01")
SPEED = 600
FLOOD = """
[scenario]
title = { id = "Banjir Kali Code", en = "A flood on the Code" }
starts_at = 15:30:00

[flood]
river = "Code"
record = "dead_run_2018-06"
first = 2018-06-11T09:06:00Z
last = 2018-06-11T16:00:00Z
lag_s_per_km = 240
fade_per_km = 0.03

[[fault]]
node = "jog-kamera-01"
kind = "duplicates"
"""


@dataclass
class City:
    """The servers of one city and its settings, by which every process is configured."""

    folder: Path
    broker: CityBroker
    settings: dict[str, object]
    readings_url: str
    readings_token: str
    city_url: str
    pages: str

    def service(self, name: str) -> dict[str, object]:
        """The settings of a service that speaks to the broker, as docker-compose.yml gives them."""
        return self.settings | self.broker.settings(name)

    def fleet(self) -> dict[str, object]:
        host, port = self.broker.address(NODES)
        return {"SIAGA_CITY": CITY, "SIAGA_SPEED": SPEED, "SIAGA_BROKERS": f"{host}:{port}"}


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """Mosquitto with TLS, PostgreSQL and InfluxDB, running and empty."""
    secrets = make_secrets(tmp_path / "secrets", FLEET)
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(postgres())
        readings = stack.enter_context(influxes.influx())
        broker = stack.enter_context(city_broker(tmp_path / "broker", secrets))
        (secrets / "readings_token").write_text(readings.token + "\n")
        port = free_port()
        pages = f"http://127.0.0.1:{port}"
        city_url = database.empty()
        settings: dict[str, object] = {
            "SIAGA_CITY": CITY,
            "SIAGA_DATA_FOLDER": tmp_path / "data",
            "SIAGA_CITY_URL": city_url,
            "SIAGA_CITY_PASSWORD_FILE": secrets / "postgres_password",
            "SIAGA_READINGS_URL": readings.url,
            "SIAGA_READINGS_TOKEN_FILE": secrets / "readings_token",
            "SIAGA_BASE_URL": "https://siaga.example",
            "SIAGA_API_PORT": port,
            "SIAGA_SPEED": SPEED,
        }
        yield City(tmp_path, broker, settings, readings.url, readings.token, city_url, pages)


def _requests(client: httpx.Client) -> list[dict[str, Any]]:
    with contextlib.suppress(httpx.HTTPError):
        answer = client.get("/open311/v2/requests.json")
        if answer.status_code == 200:
            found: list[dict[str, Any]] = answer.json()
            return found
    return []


@pytest.mark.slow
@pytest.mark.trial
@pytest.mark.timeout(240)
def test_a_flood_becomes_a_case_and_ends_on_the_servers_of_a_city(city: City) -> None:
    """Edge agents over mutual TLS, Mosquitto, InfluxDB, PostgreSQL, one process a stage: the river rises to AWAS, one
    case is filed, is read over Open311, and closes; no reading lost, none twice."""
    applied = siaga(city.settings, "city", "apply")
    assert applied.returncode == 0, applied.stderr
    scenario = city.folder / "code.toml"
    scenario.write_text(FLOOD)
    spools, logs = city.folder / "fleet", city.folder / "log"
    only = [word for node in FLEET for word in ("--only", node)]
    with contextlib.ExitStack() as stack:
        ingest = stack.enter_context(stage(logs, city.service("ingest"), "ingest"))
        alerts = stack.enter_context(stage(logs, city.service("alerts"), "alerts"))
        api = stack.enter_context(stage(logs, city.settings, "api"))
        run = city.folder / "data" / "run"
        for name, one in (("ingest", ingest), ("alerts", alerts), ("api", api)):
            assert one.until(partial(heartbeat.read, run, name), 60), one.said()
        assert siaga(city.settings, "health", "ingest").returncode == 0
        nodes = stack.enter_context(
            stage(
                logs,
                city.fleet(),
                "simulate",
                str(scenario),
                *("--folder", str(spools)),
                *("--certificates", str(city.broker.secrets)),
                *only,
            )
        )
        with httpx.Client(base_url=city.pages, timeout=5, trust_env=False) as client:
            assert wait_until(lambda: _requests(client), 30, 0.1), (nodes.said(), ingest.said(), alerts.said())
            (opened,) = _requests(client)
            assert opened["status"] == "open"
            number = opened["service_request_id"]
            assert client.get(f"/kasus/{number}").status_code == 200
            assert wait_until(lambda: _requests(client)[0]["status"] == "closed", 45, 0.2), alerts.said()
            (closed,) = _requests(client)
            assert closed["service_request_id"] == number
        # The fleet goes last out of the engine's sight: nobody is to judge its end.
        assert alerts.terminate() == 0, alerts.said()
        assert nodes.terminate() == 0, nodes.said()
        assert ingest.terminate() == 0, ingest.said()
        assert api.terminate() == 0, api.said()
    with (
        contextlib.closing(open_readings(city.readings_url, token=city.readings_token)) as readings,
        contextlib.closing(open_city(city.city_url, migrate=False)) as cities,
    ):
        counted = books(CITY, spools, readings, cities)
        (case,) = all_cases(CITY, cities)
        incidents = cities.incidents_of(case.event or "")
    assert (counted.lost, counted.duplicated, counted.cases_twice) == (0, 0, 0)
    assert counted.stored > 100
    assert counted.refused == counted.dropped == 0
    peaks = {incident.entity: incident.peak for incident in incidents}
    assert peaks.keys() == {f"{node}/level" for node in FLEET if "gauge" in node}
    assert min(peak for peak in peaks.values() if peak is not None) is Level.AWAS
    assert not any(incident.open for incident in incidents)
    assert case.closed_us is not None
