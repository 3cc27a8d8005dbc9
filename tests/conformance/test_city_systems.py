"""The systems that each shipped city's own file describes, over real HTTP: a day's outage, filed once, its number back,
and both sides' words."""

from __future__ import annotations

from pathlib import Path

import pytest

from cities.load import available, folder, load
from complaints.casework import Casework, Deed
from complaints.intake import Intake, Said
from complaints.outward import Outward
from complaints.systems.courier import LONGEST_US, Courier
from complaints.systems.systemsfile import SystemsFile
from contract.addresses import networks
from contract.clock import DAY_US, HOUR_US, SECOND_US, ManualClock, from_us
from firmware_sim.systems import STAND_IN, city_system
from store import open_city

NOW_US = 1_780_000_000 * SECOND_US
THERE = "https://www.lapor.go.id/pengaduan/S-0001"


@pytest.mark.parametrize("code", available())
def test_a_case_in_the_citys_own_system(code: str, tmp_path: Path) -> None:
    """Away for a day, nothing is lost and it is filed once; its number is kept; a line goes there, a word moves it."""
    profile = load(code)
    cities = open_city(f"sqlite:///{tmp_path}/city.db")
    cities.put_profile(profile, NOW_US)
    clock = ManualClock(NOW_US)
    work = Casework(cities, profile)
    with city_system() as far:
        path = tmp_path / "systems.toml"
        written = (folder(code) / "systems.toml").read_text(encoding="utf-8")
        assert STAND_IN in written
        path.write_text(written.replace(STAND_IN, f"http://127.0.0.1:{far.port}"), encoding="utf-8")
        (tmp_path / "systems.secret").write_text(far.keytoken)
        file = SystemsFile(path, [one.code for one in profile.categories])
        systems = file.open(Outward(networks("127.0.0.1/32", where="")), clock, {})
        info = file.infos[0]
        courier = Courier(cities, profile, systems, clock, "https://siaga.example")
        courier.turn(NOW_US - DAY_US)
        kelurahan = next(one for one in profile.regions if one.level == "kelurahan" or code == "jakarta")
        said = Said("k", "web", "lampu-jalan", kelurahan.lat, kelurahan.lon, kelurahan.code, "Lampu mati di tikungan")
        taken = Intake(cities, profile).take(said, NOW_US)
        assert taken.case is not None
        number = taken.case.number
        work.look_at(number, Deed("look", "sri", "Dinas", NOW_US + 1), said.text)
        far.mood = "away"
        for _ in range(4):
            clock.advance(6 * HOUR_US / SECOND_US)
            courier.turn(clock.now_us())
        (filing,) = cities.filings_of(number)
        assert (filing.state, far.held) == ("waiting", [])
        far.mood = "well"
        for _ in range(2):
            clock.advance(LONGEST_US / SECOND_US)
            courier.turn(clock.now_us())
        (filing,) = cities.filings_of(number)
        (held,) = far.held
        assert (filing.state, filing.foreign) == ("filed", "S-0001")
        assert filing.url == (THERE if info.kind == "lapor" else "https://s.id/S-0001")
        assert "Lampu mati di tikungan" in held.text
        assert number in str(held.fields)
        work.answer(number, Deed("come", "sri", "Dinas", clock.now_us()), "Regu berangkat.")
        for word, after in (("Diproses", "in_progress"), ("Selesai", "fixed")):
            clock.advance(600)
            far.says("S-0001", word, f"Kata mereka: {word}", from_us(clock.now_us()))
            courier.turn(clock.now_us())
            case = cities.case(number)
            assert case is not None
            assert case.status == after
        assert "Kata mereka: Selesai" in [line.text["id"] for line in cities.updates(number)]
        assert sum("Regu berangkat" in str(line) for line in held.lines) == 1
        assert len(far.held) == 1
    cities.close()
