"""The commands as somebody types them, in this process, with no setting but the test's own."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contract.clock import SystemClock
from siaga import settings as settings_module
from siaga import wiring
from siaga.cli import app
from siaga.settings import Settings


def run(*words: str) -> str:
    """What `siaga WORDS…` says; it must end well."""
    answer = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return answer.output


def without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine on which nobody has set anything."""
    for name in (*settings_module.known_variables(), settings_module.CONFIG_VARIABLE):
        monkeypatch.delenv(name, raising=False)


def new_city(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a city of one's own, as `siaga up` leaves it before anybody came."""
    without_settings(monkeypatch)
    monkeypatch.setenv("SIAGA_DATA_FOLDER", str(folder))
    settings = settings_module.load()
    with closing(wiring.cities(settings, migrate=True)) as store:
        store.put_profile(wiring.profile(settings), SystemClock().now_us())
    return settings
