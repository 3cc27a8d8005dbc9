"""`siaga bulletins`: anybody can find out whether the city said it."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from support.bulletins import bulletin
from typer.testing import CliRunner

from alerts.signing import Signer
from contract.bulletin import values_of
from contract.errors import BadInput
from siaga.cli import app
from siaga.settings import Settings
from siaga.signing_key import signer

SIGNER = Signer(bytes(range(32)))


def verified(path: Path | str, text: str | None = None) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["bulletins", "verify", str(path), "--key", SIGNER.public], input=text)
    return found.exit_code, found.output


def test_a_page_of_bulletins_is_verified_one_by_one(tmp_path: Path) -> None:
    """As the interface gives it; one that was changed is named, and the command says so by its exit."""
    good = SIGNER(bulletin())
    bad = replace(SIGNER(bulletin(2)), text={"id": "Aman.", "en": "Safe."})
    page = tmp_path / "page.json"
    page.write_text(json.dumps({"items": [values_of(one) for one in (good, bad)]}), encoding="utf-8")
    code, said = verified(page)
    assert code == 1
    assert f"genuine {good.id}" in said
    assert f"NOT GENUINE {bad.id}" in said


def test_lines_from_standard_input_are_verified() -> None:
    """One bulletin a line."""
    lines = "\n".join(json.dumps(values_of(SIGNER(bulletin(number)))) for number in (1, 2))
    code, said = verified("-", lines)
    assert (code, said.count("genuine")) == (0, 2)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"items": []}', "[1]", '{"id": "x"}'])
def test_what_is_no_bulletin_is_said(text: str) -> None:
    """In one sentence, and with another exit than a success."""
    code, _ = verified("-", text)
    assert code != 0


def test_the_key_is_made_once_for_this_user_alone(tmp_path: Path) -> None:
    """The next start signs with the same; a key that others can read is refused."""
    settings = Settings(data_folder=tmp_path)
    first = signer(settings)
    kept = tmp_path / "bulletins.key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert signer(settings).public == first.public
    kept.chmod(0o644)
    with pytest.raises(BadInput, match=r"bulletins\.key"):
        signer(settings)
