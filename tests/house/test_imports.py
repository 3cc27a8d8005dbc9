"""Imports point one way, and a node never loads a server."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_imports_point_one_way() -> None:
    """import-linter's contract of pyproject.toml holds."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout[-3000:]


def test_every_package_is_linted() -> None:
    """A new package joins the build, the type check and the import contract together."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages <= {pattern.rstrip("*") for pattern in tool["setuptools"]["packages"]["find"]["include"]}
    assert packages <= set(tool["importlinter"]["root_packages"])
    assert packages <= set(tool["mypy"]["packages"])
    layers = " ".join(tool["importlinter"]["contracts"][0]["layers"]).replace("|", " ").split()
    assert packages == set(layers) & packages


@pytest.mark.parametrize(
    ("module", "never"),
    [
        ("edge", ("fastapi", "sqlalchemy", "influxdb_client", "cv2", "starlette", "uvicorn")),
        ("contract.codec", ("paho", "structlog", "yaml", "httpx")),
        ("siaga.cli", ("fastapi", "sqlalchemy", "influxdb_client", "cv2", "paho", "shapely")),
        ("dashboards.boards", ("grafana_api", "requests", "influxdb_client")),
    ],
)
def test_what_is_never_loaded(module: str, never: tuple[str, ...]) -> None:
    """Importing a part does not load what only other parts need."""
    code = f"import sys, {module}; print([name for name in {never!r} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip() == "[]"
