"""What is installed is what was declared, pinned and hashed, and nobody replaced anybody."""

from __future__ import annotations

import base64
import csv
import hashlib
import importlib.metadata
import re
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from types import ModuleType

import httpcore
import pytest
import urllib3
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from siaga import sbom

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


@pytest.mark.parametrize(("module", "name"), [(urllib3, "urllib3"), (httpcore, "httpcore")])
def test_what_is_loaded_is_byte_for_byte_what_was_installed(module: ModuleType, name: str) -> None:
    """Every file of the package has the hash that its own RECORD states, and it is that package which is loaded."""
    distribution = importlib.metadata.distribution(name)
    home = Path(str(distribution.locate_file("")))
    assert Path(str(module.__file__)).is_relative_to(home / name)
    checked = 0
    for path, digest, _ in csv.reader((distribution.read_text("RECORD") or "").splitlines()):
        if path.startswith(f"{name}/") and digest:
            kind, _, expected = digest.partition("=")
            found = hashlib.new(kind, (home / path).read_bytes()).digest()
            assert base64.urlsafe_b64encode(found).rstrip(b"=").decode() == expected, path
            checked += 1
    assert checked > 20
    on_disk = {path.relative_to(home).as_posix() for path in (home / name).rglob("*.py")}
    recorded = {row[0] for row in csv.reader((distribution.read_text("RECORD") or "").splitlines())}
    assert on_disk <= recorded, "somebody put files into it"


@pytest.mark.slow
def test_every_installed_file_is_as_it_was_packed() -> None:
    """All that the lock names, file by file, against the hashes in each package's own RECORD; and no code lies beside
    them that no package brought."""
    locked = pinned("requirements-test.lock")
    recorded: set[Path] = set()
    wrong: list[str] = []
    checked = 0
    for distribution in importlib.metadata.distributions():
        name = canonicalize_name(distribution.metadata["Name"])
        for path, digest, _ in csv.reader((distribution.read_text("RECORD") or "").splitlines()):
            file = Path(str(distribution.locate_file(path)))
            recorded.add(file)
            # Python writes its caches anew where it does not like them; what they are made of is looked at.
            if digest and name in locked and "__pycache__" not in file.parts:
                kind, _, expected = digest.partition("=")
                found = hashlib.new(kind, file.read_bytes()).digest()
                wrong += [path] if base64.urlsafe_b64encode(found).rstrip(b"=").decode() != expected else []
                checked += 1
    assert wrong == []
    assert checked > 5_000
    assert set(Path(sysconfig.get_path("purelib")).rglob("*.py")) <= recorded


ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "EPL-2.0", "ISC", "LGPL-2.1-or-later",
    "LGPL-3.0-only", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Zlib",
}  # fmt: skip


def test_every_licence_is_known_and_allowed() -> None:
    """What is shipped may be shipped: no package without a licence, none that binds the whole work."""
    found = {pin.name: sbom.licence(pin.name) for pin in sbom.locked(sbom.LOCK.read_text())}
    assert {name: said for name, said in found.items() if not set(re.split(r" OR | AND ", said)) <= ALLOWED} == {}


def test_no_package_knows_faces_or_number_plates() -> None:
    """A camera gives numbers: nothing that could recognise a person is in the tree, nor a model that does."""
    forbidden = re.compile(
        r"face|dlib|insightface|deepface|mtcnn|arcface|openalpr|alpr|easyocr|tesseract|paddleocr|number.?plate|reid",
        re.IGNORECASE,
    )
    assert [name for name in pinned("requirements-test.lock") if forbidden.search(name)] == []
    models = [path.name for path in ROOT.glob("edge/**/*.onnx")]
    assert models == ["pedestrian_ssdlite_300.onnx"]
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "edge").rglob("*.py"))
    assert re.findall(r"FaceDetector|FaceRecognizer|CascadeClassifier|text_recognition|QRCodeDetector", code) == []


def test_the_bill_of_materials_is_valid_cyclonedx() -> None:
    """`make sbom` writes what CycloneDX 1.6 asks for."""
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(sbom.text(sbom.LOCK.read_text())) is None


def test_the_bill_of_materials_is_in_step_with_the_lock() -> None:
    """Every pin with all its hashes, every bundled file with its own, and nothing else."""
    document = sbom.document(sbom.LOCK.read_text())
    packages = {one["name"]: one for one in document["components"] if one["type"] == "library"}
    assert packages.keys() == pinned("requirements.lock").keys()
    for pin in sbom.locked(sbom.LOCK.read_text()):
        of_this = [one for one in document["components"] if one["bom-ref"] == f"pkg:pypi/{pin.name}@{pin.version}"]
        assert [{entry["value"] for entry in one["properties"]} for one in of_this] == [set(pin.hashes)]
    files = {one["name"] for one in document["components"] if one["type"] != "library"}
    assert "edge/crowd/models/pedestrian_ssdlite_300.onnx" in files
    assert "api/static/siaga.js" in files


def test_the_bill_of_materials_is_the_same_every_time() -> None:
    """No clock and no chance in it: two makers can compare theirs."""
    command = [sys.executable, "-m", "siaga.sbom"]
    first, second = (subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout for _ in range(2))
    assert first == second
    assert first.decode() == sbom.text(sbom.LOCK.read_text())
