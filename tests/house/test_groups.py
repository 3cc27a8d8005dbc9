"""That tests of one group share a process, in a real run with several."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_CONFTEST = """
import os
import pytest
from support import groups

@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    if "PYTEST_XDIST_WORKER" in os.environ:
        groups.name(items)
"""
_TESTS = """
import os
import pytest

@pytest.mark.parametrize("number", range(12))
@pytest.mark.xdist_group("one")
def test_grouped(number):
    print("ran in", os.environ["PYTEST_XDIST_WORKER"])

@pytest.mark.parametrize("number", range(12))
def test_alone(number):
    pass
"""


def test_a_group_runs_in_one_process(tmp_path: Path) -> None:
    """Otherwise two trials are in each other's way, and nobody is told."""
    (tmp_path / "conftest.py").write_text(_CONFTEST)
    (tmp_path / "test_them.py").write_text(_TESTS)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-rP", "-p", "xdist", "-n2", "--dist=loadgroup", "-p", "no:cacheprovider",
         "--rootdir", str(tmp_path), str(tmp_path)],
        capture_output=True, text=True, check=False, cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1]), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip
    assert "24 passed" in run.stdout, run.stdout + run.stderr
    ran = [line for line in run.stdout.splitlines() if line.startswith("ran in")]
    assert (len(ran), len(set(ran))) == (12, 1), run.stdout
