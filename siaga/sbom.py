"""`python -m siaga.sbom`: what Siaga is made of, as CycloneDX 1.6.

Read from requirements.lock and from what is installed: names, versions, hashes, licences, and the bundled model and
page assets. The same lock and the same tree give the same bytes: there is no time and no random number in it.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid5

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
_SPACE = UUID("5a0c9f0e-3e5b-5d0e-8c52-6d5e0f1a7b02")
_BUNDLED = ("api/static/*", "edge/crowd/models/*.onnx", "firmware_sim/data/*.csv")
_FOREIGN = {".onnx": "MIT", ".csv": "LicenseRef-USGS-public-domain"}
"""what others made; the rest is Siaga's own"""
UNKNOWN = "NOASSERTION"

# What packages write in words, as SPDX calls it; where a package's words say nothing, its own licence file decides.
_SPDX = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "ISC License": "ISC",
    "Dual License": "Apache-2.0 OR BSD-3-Clause",
    "(same as Leaflet)": "BSD-2-Clause",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
}
_NOT_INSTALLED = {"colorama": "BSD-3-Clause"}
"""locked for other systems than this one"""


class Locked(NamedTuple):
    """One pin of the lock."""

    name: str
    version: str
    hashes: tuple[str, ...]


def locked(text: str) -> list[Locked]:
    """Every pin of a lock, by name and version; a package may stand in it twice, for different Pythons."""
    found = []
    for block in re.split(r"\n(?=\S)", text):
        pin = re.match(r"([\w.-]+)==([^\s;\\]+)", block)
        if pin:
            name = re.sub(r"[-_.]+", "-", pin[1]).lower()
            found.append(Locked(name, pin[2], tuple(sorted(re.findall(r"--hash=sha256:([0-9a-f]{64})", block)))))
    return sorted(found)


def licence(name: str) -> str:
    """The SPDX expression of an installed package, UNKNOWN where it says none."""
    try:
        said = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return _NOT_INSTALLED.get(name, UNKNOWN)
    classifiers = [one for one in said.get_all("Classifier") or () if one.startswith("License")]
    told = [*(said.get_all("License-Expression") or ()), *(said.get_all("License") or ()), *classifiers]
    for text in map(str, told):
        if text and (text in _SPDX or re.fullmatch(r"[A-Za-z0-9.+-]+( (OR|AND|WITH) [A-Za-z0-9.+-]+)*", text)):
            return _SPDX.get(text, text)
    return UNKNOWN


def bundled(root: Path = ROOT) -> Iterable[Path]:
    """Files of others, or made by hand, that travel in the package."""
    return sorted(path for pattern in _BUNDLED for path in root.glob(pattern) if path.is_file())


def document(lock: str, root: Path = ROOT) -> dict[str, Any]:
    """The bill of materials."""
    version = importlib.metadata.version("siaga")
    own = f"pkg:pypi/siaga@{version}"
    components = [_package(pin) for pin in locked(lock)] + [_file(path, root) for path in bundled(root)]
    digest = hashlib.sha256(json.dumps(components, sort_keys=True).encode()).hexdigest()
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(_SPACE, f'{version}/{digest}')}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": "siaga",
                "version": version,
                "purl": own,
                "licenses": [{"expression": "Apache-2.0"}],
            }
        },
        "components": components,
        "dependencies": [{"ref": own, "dependsOn": sorted(one["bom-ref"] for one in components)}],
    }


def _package(pin: Locked) -> dict[str, Any]:
    purl = f"pkg:pypi/{pin.name}@{pin.version}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": pin.name,
        "version": pin.version,
        "purl": purl,
        "licenses": [{"expression": licence(pin.name)}],
        # A pin has one hash for each file that may be installed; CycloneDX's own field is for one file's.
        "properties": [{"name": "siaga:sha256", "value": one} for one in pin.hashes],
    }


def _file(path: Path, root: Path) -> dict[str, Any]:
    name = path.relative_to(root).as_posix()
    return {
        "type": "machine-learning-model" if path.suffix == ".onnx" else "file",
        "bom-ref": f"file:{name}",
        "name": name,
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}],
        "licenses": [{"expression": _FOREIGN.get(path.suffix, "Apache-2.0")}],
    }


def text(lock: str) -> str:
    """The bill as it is written."""
    return json.dumps(document(lock), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text(LOCK.read_text(encoding="utf-8")))
