"""What is installed is what was declared, pinned and hashed, and nobody replaced anybody."""

from __future__ import annotations

import re
import sysconfig
import tomllib
from pathlib import Path

import pytest
import urllib3
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
KNOWN_PTH = re.compile(
    r"distutils-precedence\.pth|_virtualenv\.pth|XStatic_Leaflet-.*-nspkg\.pth|__editable__\.siaga-.*\.pth"
)


def pinned(lock: str) -> dict[str, tuple[str, list[str]]]:
    """Name -> (version, hashes) of a lock file."""
    found: dict[str, tuple[str, list[str]]] = {}
    for block in re.split(r"\n(?=\S)", (ROOT / lock).read_text()):
        line = re.match(r"([\w.-]+)==([^\s;\\]+)", block)
        if line:
            found[canonicalize_name(line[1])] = (line[2], re.findall(r"--hash=sha256:([0-9a-f]{64})", block))
    return found


def declared(*extras: str) -> list[Requirement]:
    """What pyproject asks for, with the extras unfolded."""
    optional = PROJECT["project"]["optional-dependencies"]
    wanted = [*PROJECT["project"]["dependencies"], *(text for extra in extras for text in optional[extra])]
    found = []
    for requirement in map(Requirement, wanted):
        if canonicalize_name(requirement.name) == "siaga":
            found += declared(*sorted(requirement.extras))
        else:
            found.append(requirement)
    return found


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.lock", ["all"]), ("requirements-test.lock", ["all", "test"])]
)
def test_every_dependency_is_pinned_within_its_range(lock: str, extras: list[str]) -> None:
    """The lock is in step with pyproject.toml: each dependency is in it, at a version that its range takes."""
    versions = pinned(lock)
    for requirement in declared(*extras):
        name = canonicalize_name(requirement.name)
        assert name in versions, f"{name} is missing from {lock}: run `make lock`"
        assert requirement.specifier.contains(versions[name][0], prereleases=True), (
            f"{lock}: {name} {versions[name][0]}"
        )


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_every_pin_is_hashed(lock: str) -> None:
    """pip refuses what is not byte for byte what was locked."""
    versions = pinned(lock)
    assert len(versions) > 30
    assert [name for name, (_, hashes) in versions.items() if not hashes] == []


def test_the_two_locks_agree() -> None:
    """Tests run against the versions that are shipped."""
    shipped, tested = pinned("requirements.lock"), pinned("requirements-test.lock")
    assert {name: tested.get(name) for name in shipped} == shipped


def test_lock_names_no_index() -> None:
    """Where packages come from is the installer's choice, not ours."""
    for lock in ("requirements.lock", "requirements-test.lock"):
        assert not re.search(r"(?m)https?://|^-i |--(extra-)?index-url|--find-links", (ROOT / lock).read_text())


def test_no_foreign_pth() -> None:
    """A .pth file runs at every start of Python: only those we know may be there."""
    found = [path.name for path in Path(sysconfig.get_path("purelib")).glob("*.pth")]
    assert [name for name in found if not KNOWN_PTH.fullmatch(name)] == []


def test_urllib3_is_urllib3() -> None:
    """Some HTTP clients replace it for the whole environment when they are installed; none of ours may."""
    version = pinned("requirements.lock")["urllib3"][0]
    assert urllib3.__version__ == version
    for name in ("urllib3-future", "niquests", "grafana-client"):
        assert name not in pinned("requirements-test.lock")
