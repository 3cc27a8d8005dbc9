"""Where tests and short forms put what they throw away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from faults.parts.stages import ROOT

ASKS = """
import sys, tempfile
from pathlib import Path
from faults.parts import memory
tempfile.gettempdir()
memory.prefer(Path(sys.argv[1]), int(sys.argv[2]))
print(tempfile.gettempdir())
"""


@pytest.mark.parametrize(
    ("place", "needed_bytes", "said", "there"),
    [("roomy", 1, {}, True), ("roomy", 2**60, {}, False), ("none", 1, {}, False), ("roomy", 1, {"TMPDIR": "/"}, False)],
    ids=["with room", "too small", "not there", "told otherwise"],
)
def test_memory_is_taken_where_there_is_some_and_nobody_says_otherwise(
    tmp_path: Path, place: str, needed_bytes: int, said: dict[str, str], there: bool
) -> None:
    """By this process at once, and by its children through TMPDIR."""
    (tmp_path / "roomy").mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "TMPDIR"} | said
    asked = subprocess.run(
        [sys.executable, "-c", ASKS, str(tmp_path / place), str(needed_bytes)],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (asked.stdout.strip() == str(tmp_path / place)) is there
