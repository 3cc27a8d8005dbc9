"""`siaga dashboards build`: every city's boards as JSON into dashboards/built/.

The built files are what Grafana reads; a test fails where they differ from what is made here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cities.load import available, load
from contract.city import Profile
from dashboards.boards import BOARDS

BUILT = Path(__file__).parent / "built"


def built(city: Profile) -> dict[str, dict[str, Any]]:
    """File name -> board, for one city."""
    return {f"{city.code}-{name}.json": board(city) for name, board in BOARDS.items()}


def texts() -> dict[Path, str]:
    """Every built file and its text, for all cities."""
    return {
        BUILT / name: json.dumps(board, indent=2, ensure_ascii=False) + "\n"
        for code in available()
        for name, board in built(load(code)).items()
    }


def write() -> list[Path]:
    """Write the built files and say which."""
    BUILT.mkdir(exist_ok=True)
    written = texts()
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
    return list(written)
