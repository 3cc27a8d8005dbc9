"""`siaga city check`: everything that is wrong in a city folder, at once."""

from __future__ import annotations

from pathlib import Path

from cities.build import build
from cities.findings import Finding
from cities.load import folder
from contract.errors import BadInput

__all__ = ["Finding", "check", "place_of"]


def check(code_or_path: str | Path, root: Path | None = None, *, now_us: int | None = None) -> list[Finding]:
    """All findings of a city, in order of file and line; empty where it is sound. Raises BadInput as `place_of`.

    `now_us`: as `build` has it.
    """
    _, findings = build(place_of(code_or_path, root), now_us)
    return findings


def place_of(code_or_path: str | Path, root: Path | None = None) -> Path:
    """The folder of a city. A code is looked up as `load` does; anything with a slash is a path.

    Raises BadInput where there is no such city.
    """
    path = Path(code_or_path)
    place = path if isinstance(code_or_path, Path) or "/" in code_or_path else folder(code_or_path, root)
    if not place.is_dir():
        raise BadInput(f"there is no folder {str(place)!r}", remedy="Name a city's code or the path of its folder.")
    return place.resolve()
