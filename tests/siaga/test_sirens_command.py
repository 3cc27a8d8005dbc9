"""`siaga sirens`: as an operator tries a siren before the night on which it matters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.receiver import receiver

from faults.parts.stages import siaga


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_siren_is_listed_and_tried(tmp_path: Path) -> None:
    """It is asked to show itself and never to sound; what does not fit is one sentence and exit 2 or 3."""
    with receiver() as server:
        file = tmp_path / "sirens.toml"
        file.write_text(
            '[[siren]]\nname = "masjid"\nplace = "Masjid Terban"\ngauges = ["jog-gauge-05"]\n'
            f'url = "{server.url}"\nbody = \'{{"do":"{{do}}","s":{{seconds}},"pin":"{{secret}}"}}\'\n'
            'secret_env = "SIREN_PIN"\n'
        )
        settings: dict[str, object] = {
            "SIAGA_CITY": "yogyakarta",
            "SIAGA_DATA_FOLDER": tmp_path / "data",
            "SIAGA_SIRENS_FILE": file,
            "SIAGA_OUTWARD_ALLOW": "127.0.0.1/32",
            "SIREN_PIN": "rahasia-pin",
        }
        assert siaga(settings, "sirens", "list").stdout == "masjid                 60 s  Masjid Terban: jog-gauge-05\n"
        tried = siaga(settings, "sirens", "test", "masjid")
        assert (tried.returncode, tried.stdout) == (0, "masjid answered: accepted HTTP 204\n")
        assert json.loads(server.got[0].body) == {"do": "test", "s": 1, "pin": "rahasia-pin"}
        server.status = 403
        refused = siaga(settings, "sirens", "test", "masjid")
        assert (refused.returncode, refused.stderr) == (3, "siaga: masjid refused: HTTP 403\n")
        unknown = siaga(settings, "sirens", "test", "toa")
        assert (unknown.returncode, "There are: masjid." in unknown.stderr) == (2, True)
        assert "rahasia-pin" not in tried.stdout + refused.stderr + unknown.stderr
