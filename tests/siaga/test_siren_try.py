"""A siren on a node is tried before the night on which it matters: from the city, and at the node."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.commands import run, without_settings

from alerts.sirens.port import Siren
from broker.ports import BrokerAddress
from cities.load import load
from contract.clock import SystemClock
from contract.errors import BadInput, Rejected, Unavailable
from edge.run import check, silence
from faults.parts.brokers import free_port, nats, wait_until
from firmware_sim.fleet import Fleet
from firmware_sim.scenario import Scenario
from siaga import wiring
from siaga.settings import load as load_settings
from siaga.siren_try import way_to_nodes

GAUGE = "jog-gauge-05"
SIRENS = """
[[siren]]
kind = "node"
name = "menara"
place = "Menara Terban"
gauges = ["jog-gauge-05"]
node = "jog-gauge-05"
siren = "siren"

[[siren]]
kind = "node"
name = "salah"
place = "Menara Terban"
gauges = ["jog-gauge-05"]
node = "jog-gauge-05"
siren = "masjid"
"""
NODE = """
[node]
city = "kota"
node = "pos-1"
spool = "spool.db"

[[brokers]]
host = "mqtt.kota.example"

[[sensors]]
type = "node"
sensor = "self"
period_s = 60

[[sirens]]
siren = "menara"
"""


@contextmanager
def fleet(folder: Path, port: int) -> Iterator[Fleet]:
    """One simulated gauge, online."""
    calm = Scenario.model_validate({"scenario": {"title": {"id": "Tenang", "en": "Calm"}}})
    made = Fleet(
        profile=load("yogyakarta"), scenario=calm, brokers=[BrokerAddress("127.0.0.1", port)], folder=folder,
        speed=1.0, clock=SystemClock(), seed=1, only=[GAUGE],
    )  # fmt: skip
    stop = threading.Event()
    thread = threading.Thread(target=made.run, args=(stop,))
    thread.start()
    try:
        assert wait_until(lambda: made.nodes[0].online, 20)
        yield made
    finally:
        stop.set()
        thread.join(10)


@contextmanager
def sirens(monkeypatch: pytest.MonkeyPatch, port: int, connect_s: float = 10.0) -> Iterator[Mapping[str, Siren]]:
    """As `siaga sirens test` reaches them."""
    monkeypatch.setenv("SIAGA_BROKERS", f"127.0.0.1:{port}")
    settings, clock = load_settings(), SystemClock()
    profile = wiring.profile(settings)
    with way_to_nodes(settings, profile, clock, connect_s=connect_s) as nodes:
        yield {info.name: one for info, one in wiring.sirens(settings, profile, nodes, clock).items()}


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    without_settings(monkeypatch)
    (tmp_path / "sirens.toml").write_text(SIRENS)
    monkeypatch.setenv("SIAGA_CITY", "yogyakarta")
    monkeypatch.setenv("SIAGA_DATA_FOLDER", str(tmp_path / "data"))
    monkeypatch.setenv("SIAGA_SIRENS_FILE", str(tmp_path / "sirens.toml"))
    return tmp_path


def test_a_siren_on_a_simulated_node_is_tried_through_the_broker(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers without a sound; a name that the node does not know is refused in its own words."""
    with nats() as broker, fleet(city / "fleet", broker.address.port), sirens(monkeypatch, broker.address.port) as of:
        assert of["menara"].test("k1") == "jog-gauge-05: ok"
        with pytest.raises(Rejected, match="jog-gauge-05: there is no siren masjid here; there is: siren"):
            of["salah"].test("k2")


def test_a_broker_that_is_away_is_said(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than waiting for ever; who only lists them needs none."""
    assert run("sirens", "list").startswith("menara                 60 s  Menara Terban: jog-gauge-05\n")
    with pytest.raises(Unavailable, match="the broker was not reached"), sirens(monkeypatch, free_port(), 0.3):
        pytest.fail(f"{city} has no broker")


def test_a_node_is_checked_and_silenced(tmp_path: Path) -> None:
    """The check touches nothing; silence switches the line off, whoever left it on."""
    config, line = tmp_path / "node.toml", tmp_path / "line"
    config.write_text(f'{NODE}driver = "file"\nfile = "line"\n')
    line.write_text("1\n")
    assert f"sirens: menara ({line})" in check(config)
    assert line.read_text() == "1\n"
    assert silence(config) == f"{config}: silent: menara"
    assert line.read_text() == "0\n"


@pytest.mark.parametrize("asked", [check, silence])
def test_a_line_that_is_not_there_is_named(tmp_path: Path, asked: Callable[[Path], str]) -> None:
    """With the file and the siren, and how to mend it."""
    config = tmp_path / "node.toml"
    config.write_text(f'{NODE}driver = "gpio"\nchip = "/dev/gpiochip77"\nline = 17\n')
    with pytest.raises(BadInput, match="gpiochip77") as told:
        asked(config)
    assert str(config) in str(told.value)
    assert told.value.remedy


@pytest.mark.parametrize("asked", [check, silence])
def test_a_package_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: Callable[[Path], str]
) -> None:
    """As on a node that was given siaga[edge] alone."""
    config = tmp_path / "node.toml"
    config.write_text(f'{NODE}driver = "gpio"\nline = 17\n')
    monkeypatch.setitem(sys.modules, "gpiod", None)
    with pytest.raises(BadInput, match=r"the package gpiod is missing; pip install 'siaga\[siren\]'"):
        asked(config)
