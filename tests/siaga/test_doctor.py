"""`siaga doctor` on what people really meet: one sentence, a remedy, exit 1. And a start that cannot be says why."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cities.load import load
from contract.errors import BadInput
from faults.parts import tiny_city
from faults.parts.brokers import free_port
from faults.parts.city_broker import NODES, SERVICES, city_broker, make_secrets
from faults.parts.stages import siaga
from faults.parts.whole_city import write_city
from siaga import wiring
from siaga.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, object]:
    """Those of a machine on which everything is in order."""
    write_city(tmp_path / "cities")
    return {
        "SIAGA_CITY": tiny_city.CODE,
        "SIAGA_CITIES_FOLDER": tmp_path / "cities",
        "SIAGA_DATA_FOLDER": tmp_path / "data",
        "SIAGA_API_PORT": free_port(),
        "SIAGA_MQTT_PORT": (port := free_port()),
        "SIAGA_BROKERS": f"127.0.0.1:{port}",
    }


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens, and says nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def _failures(settings: Mapping[str, object]) -> list[dict[str, Any]]:
    """What the doctor says is wrong. Its exit code, its text and its JSON agree."""
    answer = siaga(settings, "doctor", "--json")
    assert "Traceback" not in answer.stdout + answer.stderr
    report = json.loads(answer.stdout.splitlines()[-1])
    failures = [finding for finding in report["findings"] if not finding["fine"]]
    assert answer.returncode == (1 if failures else 0)
    assert report["ok"] is not failures
    assert answer.stdout.count("FAIL  ") == len(failures)
    for failure in failures:
        assert "\n" not in failure["what"]
    return failures


def _only(settings: Mapping[str, object]) -> str:
    """The one thing that is wrong, with its remedy, as it is read."""
    (failure,) = _failures(settings)
    return f"{failure['part']}: {failure['what']} | {failure['remedy']}"


def test_a_machine_in_order_has_nothing_wrong_and_stays_as_it_was(settings: dict[str, object], tmp_path: Path) -> None:
    """Exit 0 before the first start; looking makes no file."""
    assert _failures(settings) == []
    assert not (tmp_path / "data").exists()


def test_a_broken_setting_is_named(settings: dict[str, object]) -> None:
    """By the variable that people set."""
    said = _only(settings | {"SIAGA_API_PORT": "http"})
    assert "SIAGA_API_PORT" in said
    assert said.startswith("settings: ")


def test_a_taken_port_is_named(settings: dict[str, object], taken: int) -> None:
    """With the setting that moves it and the way to find who has it."""
    said = _only(settings | {"SIAGA_API_PORT": taken})
    assert f"port {taken}" in said
    assert "SIAGA_API_PORT" in said
    assert "ss -ltnp" in said


def test_a_broken_city_folder_is_named_with_file_and_line(settings: dict[str, object], tmp_path: Path) -> None:
    """And with the command that lists everything."""
    file = tmp_path / "cities" / tiny_city.CODE / "sites.csv"
    file.write_text(file.read_text().replace("-8.57,116.11", "-8.57,east"))
    failures = _failures(settings)
    folder = next(failure for failure in failures if failure["part"] == "city folder")
    assert "sites.csv" in folder["what"]
    assert "2" in folder["what"]
    assert f"siaga city check {tiny_city.CODE}" in folder["remedy"]


def test_a_broker_that_is_away_is_named(settings: dict[str, object]) -> None:
    """One that `siaga up` would not start: its address, and which setting holds it."""
    port = free_port()
    said = _only(settings | {"SIAGA_BROKERS": f"127.0.0.1:{port}"})
    assert f"127.0.0.1:{port}" in said
    assert "SIAGA_BROKERS" in said


def test_what_listens_and_is_no_broker_is_told_apart(settings: dict[str, object], taken: int) -> None:
    """A web server on the port is not taken for a broker."""
    assert "no MQTT broker" in _only(settings | {"SIAGA_BROKERS": f"127.0.0.1:{taken}"})


def test_a_broker_with_tls_is_reached_as_a_service_would(settings: dict[str, object], tmp_path: Path) -> None:
    """Fine with the city's certificates; another city's CA is the thing that is wrong."""
    ours = make_secrets(tmp_path / "ours", ["cth-gauge-1"])
    theirs = make_secrets(tmp_path / "theirs", ["cth-gauge-1"])

    def by(secrets: Path) -> dict[str, object]:
        return settings | {
            "SIAGA_BROKERS": f"127.0.0.1:{broker.ports[SERVICES]}",
            "SIAGA_BROKER_CA_FILE": secrets / "ingest" / "ca.crt",
            "SIAGA_BROKER_CERT_FILE": secrets / "ingest" / "tls.crt",
            "SIAGA_BROKER_KEY_FILE": secrets / "ingest" / "tls.key",
        }

    with city_broker(tmp_path / "broker", ours) as broker:
        assert _failures(by(ours)) == []
        assert "SIAGA_BROKER_CA_FILE" in _only(by(theirs))
        plain = settings | {"SIAGA_BROKERS": f"127.0.0.1:{broker.ports[NODES]}"}
        assert "wants TLS" in _only(plain)


@pytest.mark.parametrize(
    ("setting", "url", "part"),
    [
        ("SIAGA_CITY_URL", "postgresql+psycopg://siaga@127.0.0.1:{port}/siaga", "city database"),
        ("SIAGA_READINGS_URL", "influxdb://127.0.0.1:{port}/readings?org=siaga", "readings store"),
    ],
)
def test_a_database_that_is_away_is_named(settings: dict[str, object], setting: str, url: str, part: str) -> None:
    """In a sentence with its address, and without a traceback."""
    port = free_port()
    said = _only(settings | {setting: url.format(port=port)})
    assert said.startswith(f"{part}: ")
    assert str(port) in said
    assert setting in said


@pytest.mark.parametrize("setting", ["SIAGA_API_PORT", "SIAGA_MQTT_PORT"])
def test_a_start_on_a_taken_port_says_so_and_ends(settings: dict[str, object], taken: int, setting: str) -> None:
    """`siaga up`: one sentence on stderr, exit 2, nothing started."""
    answer = siaga(settings | {setting: taken}, "up")
    assert answer.returncode == 2
    (sentence,) = answer.stderr.strip().splitlines()
    assert f"port {taken}" in sentence
    assert setting in sentence
    assert not answer.stdout


def test_a_system_of_the_citys_that_cannot_be_opened(settings: dict[str, object], tmp_path: Path) -> None:
    """The file of complaint systems is read to its secrets."""
    path = tmp_path / "systems.toml"
    path.write_text(
        '[[system]]\nname = "kota"\nlabel = "Kota"\npreset = "open311"\nurl = "https://x.example"\nsecret_file = "x"\n'
    )
    said = _only({**settings, "SIAGA_SYSTEMS_FILE": path})
    assert said.startswith("own systems: ")
    assert "line 6: secret_file" in said


def test_a_desk_in_a_system_that_no_file_names_stops_every_stage(tmp_path: Path) -> None:
    """The city works on its cases there; without the file nobody would, so nothing starts."""
    city = replace(load("yogyakarta"), desk="lapor")
    settings = Settings(data_folder=tmp_path)
    with pytest.raises(BadInput, match=r"no file names it\. Give SIAGA_SYSTEMS_FILE"):
        wiring.systems_file(settings, city)
    assert wiring.systems_file(settings, replace(city, desk="")) is None
