"""`siaga inbound`: as an office sets its providers up, and tries what people would be answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.seed import town

from contract.clock import SystemClock
from contract.levels import Level
from faults.parts.stages import siaga


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_message_is_tried_without_a_provider(tmp_path: Path) -> None:
    """Nothing is kept or sent; what is listed has the address and no secret."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    city = town(data, SystemClock())
    gauge = next(one for one in city.nodes("gauge") if one.node == "jog-gauge-05")
    city.calm(gauge)
    city.open_flood(gauge, Level.SIAGA, 150.0)
    city.close()
    (tmp_path / "inbound.toml").write_text('[[inbound]]\nkind = "telegram"\nsecret_env = "BOT_SECRET"\n')
    settings: dict[str, object] = {
        "SIAGA_CITY": "yogyakarta",
        "SIAGA_DATA_FOLDER": data,
        "SIAGA_CITY_URL": f"sqlite:///{data}/city.db",
        "SIAGA_READINGS_URL": f"sqlite:///{data}/readings.db",
        "SIAGA_BASE_URL": "https://siaga.kota.example",
        "SIAGA_INBOUND_FILE": tmp_path / "inbound.toml",
        "BOT_SECRET": "rahasia-bot-yang-panjang",
    }
    tried = siaga(settings, "inbound", "try", "gondolau")
    assert tried.returncode == 0, tried.stderr
    assert tried.stdout.startswith("SIAGA K.Code Jembatan Gondolayu ")
    assert "of 160)" in tried.stderr
    listed = siaga(settings, "inbound", "list")
    assert "https://siaga.kota.example/api/v1/inbound/telegram  answers in the reply" in listed.stdout
    assert "rahasia" not in listed.stdout + listed.stderr
