"""The own complaint system that a demo stands in for."""

from __future__ import annotations

import os
from pathlib import Path

from cities.load import load
from contract.clock import ManualClock
from siaga import wiring
from siaga.settings import Settings
from siaga.stood_in import own_system


def test_a_demo_speaks_to_a_stand_in_of_the_citys_system(tmp_path: Path) -> None:
    """The city's example, with this machine's address and a secret of its own; a file that is set is left alone."""
    settings = Settings(city="jambi", data_folder=tmp_path, outward_allow="10.0.0.0/8")
    city, clock = load("jambi"), ManualClock()
    with own_system(settings, clock) as beside:
        file = wiring.systems_file(beside, city)
        assert file is not None
        (linked,) = file.open(wiring.outward(beside), clock, os.environ)
        assert (linked.info.label, beside.outward_allow) == ("SiKesal", "10.0.0.0/8, 127.0.0.1/32")
        assert linked.system is not None
        assert linked.system.find("JAM-2026-000001", 0) is None
    assert len((tmp_path / "systems.secret").read_text()) == 32
    already = settings.model_copy(update={"systems_file": tmp_path / "own.toml"})
    with own_system(already, clock) as same:
        assert same is already
