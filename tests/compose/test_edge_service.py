"""The systemd units of a node: understood by systemd, and true of the code."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer

from siaga.cli import app

ROOT = Path(__file__).resolve().parents[2]
UNITS = {name: ROOT / "deploy" / "systemd" / f"{name}.service" for name in ("siaga-edge", "siaga-portal")}


@pytest.fixture(params=UNITS)
def file(request: pytest.FixtureRequest) -> Path:
    return UNITS[request.param]


@pytest.fixture
def unit(file: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(file.read_text())
    return parser


def test_command_exists(unit: configparser.ConfigParser) -> None:
    """What systemd starts is a command of the CLI, with an option that it has."""
    program, *words = unit["Service"]["ExecStart"].split()
    assert Path(program).name == "siaga"
    command: Any = typer.main.get_command(app)
    while words and not words[0].startswith("-"):
        command = command.commands[words.pop(0)]
    assert words[0] in {name for parameter in command.params for name in parameter.opts}


def test_watched_by_its_own_loop(unit: configparser.ConfigParser) -> None:
    """systemd waits for READY, starves a hung loop, and never gives up."""
    service = unit["Service"]
    assert (service["Type"], service["Restart"], unit["Unit"]["StartLimitIntervalSec"]) == ("notify", "always", "0")
    assert service["WatchdogSec"]


def test_hardened(file: Path, unit: configparser.ConfigParser) -> None:
    """No privileges, nothing writable but its own state."""
    service = unit["Service"]
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert service["StateDirectory"] == file.stem.replace("siaga-edge", "siaga")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_it(tmp_path: Path, file: Path) -> None:
    """systemd's own check finds nothing (the program itself is replaced by one that is here)."""
    copy = tmp_path / file.name
    copy.write_text(file.read_text().replace("/opt/siaga/bin/siaga", "/bin/true"))
    answer = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)
    assert (answer.returncode, [line for line in answer.stderr.splitlines() if file.name in line]) == (0, [])


def test_a_siren_is_silenced_when_the_agent_ends() -> None:
    """However it ended: the drop-in runs a command of the CLI, with an option that it has."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((ROOT / "deploy" / "systemd" / "siaga-edge-siren.conf").read_text())
    program, stage, name, option, _ = parser["Service"]["ExecStopPost"].split()
    command: Any = typer.main.get_command(app)
    silence = command.commands[stage].commands[name]
    assert (Path(program).name, name) == ("siaga", "silence")
    assert option in {name for parameter in silence.params for name in parameter.opts}


def test_who_talks_to_strangers_sees_no_key() -> None:
    """The page's process is given the node's file alone, never the folder with its key, nor the agent's group."""
    text = UNITS["siaga-portal"].read_text()
    assert "LoadCredential=node.toml:/etc/siaga/node.toml" in text
    assert "SupplementaryGroups" not in text
