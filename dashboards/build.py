"""`siaga dashboards build`: every city's boards as JSON into dashboards/built/, or elsewhere.

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


def boards(root: Path | None = None) -> dict[str, dict[str, Any]]:
    """File name -> board, for every city of `root` (None: the package's own). Raises BadInput for a broken one."""
    return {name: board for code in available(root) for name, board in built(load(code, root)).items()}


def texts(root: Path | None = None, into: Path = BUILT) -> dict[Path, str]:
    """Every built file and its text, for every city of `root`."""
    return {into / name: json.dumps(board, indent=2, ensure_ascii=False) + "\n" for name, board in boards(root).items()}


def write(root: Path | None = None, into: Path = BUILT) -> list[Path]:
    """Write the built files and say which."""
    written = texts(root, into)
    into.mkdir(parents=True, exist_ok=True)
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
    return list(written)
