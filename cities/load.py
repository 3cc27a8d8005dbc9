"""Where a city's folder is, and the Profile in it."""

from __future__ import annotations

from pathlib import Path

from cities.build import build
from contract.city import Profile
from contract.errors import BadInput


def folder(code: str, root: Path | None = None) -> Path:
    """The folder of a city. `root` holds the cities' folders (default: this package). Raises BadInput."""
    place = _root(root)
    found = place / code
    if code and Path(code).name == code and (found / "city.toml").is_file():
        return found
    known = ", ".join(available(root)) or "none"
    raise BadInput(
        f"there is no city {code!r}",
        where=str(place),
        remedy=f"Cities here: {known}. A city is added by adding its folder with a city.toml.",
    )


def rules_folder(code: str, root: Path | None = None) -> Path:
    """Where the city's rule packs are. The folder need not exist: a city may have none yet."""
    return folder(code, root) / "rules"


def available(root: Path | None = None) -> list[str]:
    """The codes of all cities that have a folder, sorted."""
    return sorted(found.parent.name for found in _root(root).glob("*/city.toml"))


def load(code: str, root: Path | None = None) -> Profile:
    """The city `code`. Raises BadInput with the first finding (file, line, remedy) where its folder has any."""
    profile, findings = build(folder(code, root))
    if profile is not None:
        return profile
    first = findings[0]
    more = f" `siaga city check {code}` shows all {len(findings)} findings." if len(findings) > 1 else ""
    raise BadInput(first.what, where=f"{code}/{first.file} line {first.line}", remedy=f"{first.remedy}{more}".strip())


def _root(root: Path | None) -> Path:
    return Path(__file__).parent if root is None else root
