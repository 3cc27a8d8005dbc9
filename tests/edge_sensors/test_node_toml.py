"""The document a technician copies from: every example is taken, every option is there."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from contract.kinds import MeasuredKind
from edge.config import (
    BrokerSection,
    NodeConfig,
    NodeSection,
    PortalSection,
    RisingSection,
    SirenSection,
    SpoolSection,
    TlsSection,
    TransportSection,
)
from edge.flood.line import LineOptions
from edge.flood.modbus import ModbusOptions, Register
from edge.flood.pull import PullOptions
from edge.flood.rain import RainOptions
from edge.flood.replay import ReplayOptions
from edge.kinds import load
from edge.outbound import Transport
from edge.quality import QualityLimits
from edge.rising import RisingLimits
from edge.spool import Bound

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "node-toml.md").read_text(encoding="utf-8")
MEASURED: tuple[MeasuredKind, ...] = get_args(MeasuredKind)
READMES = [Path(__file__).resolve().parents[2] / "edge" / kind / "README.md" for kind in MEASURED]
BLOCK = re.compile(r"```toml\n(.*?)```", re.DOTALL)


def blocks(text: str) -> list[dict[str, Any]]:
    return [tomllib.loads(block) for block in BLOCK.findall(text)]


def judge(block: dict[str, Any]) -> list[MeasuredKind]:
    """The kinds of the sensors in a block whose options their own models accept."""
    whole = {"node": {"city": "c", "node": "n", "spool": "s"}, "brokers": [{"host": "b"}]} | block
    config = NodeConfig.model_validate(whole)
    for sensor in config.sensors:
        load(sensor.type).Options.model_validate(sensor.options)
    return [sensor.type for sensor in config.sensors]


def test_every_example_is_taken() -> None:
    """Each block of the document is a configuration that the node accepts, and every kind has one."""
    taken = [kind for block in blocks(DOCUMENT) for kind in judge(block)]
    assert set(taken) == set(MEASURED)
    assert len(taken) >= 12


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.parent.name)
def test_every_readmes_example_is_taken(path: Path) -> None:
    """The short page beside the code too."""
    text = path.read_text(encoding="utf-8")
    assert blocks(text)
    for block in blocks(text):
        assert judge(block)


MODELS: list[type[BaseModel]] = [LineOptions, ModbusOptions, Register, PullOptions, ReplayOptions, RainOptions]


@pytest.mark.parametrize(
    "model", MODELS + [load(kind).Options for kind in MEASURED], ids=lambda model: model.__module__
)
def test_every_option_is_documented(model: type[BaseModel]) -> None:
    """An option that the document does not name is one nobody finds; each also describes itself."""
    for name, field in model.model_fields.items():
        assert re.search(rf"\b{name}\b", DOCUMENT), f"{model.__module__}.{model.__name__}.{name}"
        assert field.description or name == "type"


SECTIONS: list[type[BaseModel]] = [
    NodeSection,
    BrokerSection,
    TlsSection,
    SpoolSection,
    TransportSection,
    RisingSection,
    PortalSection,
]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_every_setting_of_the_node_is_documented(section: type[BaseModel]) -> None:
    """Not the sensors' options alone; and the example shows the defaults as they are."""
    shown = next(block for block in blocks(DOCUMENT) if "transport" in block)
    name = section.__name__.removesuffix("Section").lower()
    told = shown["brokers"][0] if name == "broker" else shown[name]
    assert told.keys() == section.model_fields.keys()
    defaults = {"spool": Bound(), "transport": Transport(), "rising": RisingLimits()}.get(name)
    for field, value in told.items():
        assert name == "broker" or f"`{name}.{field}`" in DOCUMENT
        assert defaults is None or getattr(defaults, field) == value


def test_every_setting_of_a_siren_is_documented() -> None:
    """The examples of the two drivers show all of them, with their defaults."""
    shown = next(block for block in blocks(DOCUMENT) if "sirens" in block)["sirens"]
    assert {name for one in shown for name in one} == SirenSection.model_fields.keys()
    assert all(f"`sirens.{name}`" in DOCUMENT for name in SirenSection.model_fields)
    told = next(one for one in shown if one["driver"] == "gpio")
    assert told == SirenSection.model_validate({"siren": "menara", "driver": "gpio", "line": 17}).model_dump(
        exclude_none=True
    )


def test_every_limit_and_every_event_is_documented() -> None:
    """A technician finds each word of the log, and each limit of `sensors.quality`."""
    assert all(f"`{field.name}`" in DOCUMENT for field in fields(QualityLimits))
    edge = Path(__file__).resolve().parents[2] / "edge"
    sources = [path.read_text(encoding="utf-8") for path in (*edge.glob("*.py"), *edge.glob("siren/*.py"))]
    said = {event for text in sources for event in re.findall(r'log\.(?:info|warning|error)\(\s*"([a-z_]+)"', text)}
    assert len(said) > 10
    assert {event for event in said if f"`{event}`" not in DOCUMENT} == set()


def test_the_summary_is_in_indonesian_first() -> None:
    """Technicians read Indonesian."""
    assert DOCUMENT.index("Ringkasan untuk teknisi") < DOCUMENT.index("## A whole file")
