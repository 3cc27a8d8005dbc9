"""What every figure is printed with: the machine, the commit, and where the result is kept."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


def machine() -> dict[str, str]:
    """What the figures were taken on."""
    named = [text for text in Path("/proc/cpuinfo").read_text().splitlines() if text.startswith("model name")]
    return {
        "commit": _git("rev-parse", "--short", "HEAD") + ("+changes" if _git("status", "--porcelain") else ""),
        "cpu": f"{os.cpu_count()} x {named[0].split(':')[1].strip() if named else platform.machine()}",
        "load_1_min": f"{os.getloadavg()[0]:.1f}",
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


def tell(name: str, figures: Mapping[str, Any]) -> None:
    """Print one JSON object and keep it as results/NAME.json."""
    result = {**machine(), **figures}
    kept = _HERE / "results" / f"{name}.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result))


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=_HERE, capture_output=True, text=True, check=False).stdout.strip()
