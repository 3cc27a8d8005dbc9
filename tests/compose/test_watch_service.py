"""The watch's systemd unit: understood by systemd, and true of the code."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer

from siaga.cli import app
from siaga.settings import known_variables

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "systemd"
UNIT = FOLDER / "siaga-watch.service"


def test_it_starts_a_command_that_exists_with_settings_that_exist() -> None:
    """As Mosquitto's own user; what the page beside it sets is known to the city's side."""
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.read_string(UNIT.read_text())
    program, *words = unit["Service"]["ExecStart"].split()
    assert Path(program).name == "siaga"
    command: Any = typer.main.get_command(app)
    for word in words:
        command = command.commands[word]
    assert (unit["Service"]["User"], unit["Service"]["NoNewPrivileges"]) == ("mosquitto", "yes")
    told = set(re.findall(r"(?m)^(SIAGA_\w+)=", (FOLDER / "README.md").read_text()))
    assert {"SIAGA_BROKERS", "SIAGA_BROKER_CERT_FILE"} <= told <= set(known_variables())


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_it(tmp_path: Path) -> None:
    """systemd's own check finds nothing (the program itself is replaced by one that is here)."""
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("/opt/siaga/bin/siaga", "/bin/true"))
    answer = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)
    assert [line for line in answer.stderr.splitlines() if UNIT.name in line] == []
