"""A city whose stories a test writes itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cities.load import rules_folder


@pytest.fixture
def stories(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty folder of stories of a copy of the module's CITY."""
    city = request.module.CITY
    shutil.copytree(rules_folder(city).parent, tmp_path / city)
    monkeypatch.setenv("SIAGA_CITIES_FOLDER", str(tmp_path))
    folder = tmp_path / city / "rules" / "stories"
    shutil.rmtree(folder)
    folder.mkdir()
    return folder
