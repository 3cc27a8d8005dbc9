"""Jakarta's own file of a feed of residents' reports, over real HTTP: each taken once, joined, garbage said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.photographs import photograph

from cities.load import folder, load
from complaints.outward import Outward
from complaints.systems.courier import Courier
from complaints.systems.systemsfile import SystemsFile
from contract.addresses import networks
from contract.clock import HOUR_US, MINUTE_US, SECOND_US, ManualClock
from contract.errors import BadInput
from firmware_sim.systems import STAND_IN, CitySystem, city_system
from store import open_city
from store.cases import CitizenReport
from store.ports import CityStore

NOW_US = 1_780_000_000 * SECOND_US
JAKARTA = load("jakarta")
CODES = [one.code for one in JAKARTA.categories]


@dataclass
class Room:
    """A desk, and a feed that it reads."""

    cities: CityStore
    far: CitySystem
    clock: ManualClock
    path: Path

    def courier(self) -> Courier:
        """As a process that was started anew has it."""
        opened = SystemsFile(self.path, CODES).open(Outward(networks("127.0.0.1/32", where="")), self.clock, {})
        feeds = [one for one in opened if one.source is not None]
        return Courier(self.cities, JAKARTA, feeds, self.clock, "https://siaga.example")

    def turns(self, count: int = 6) -> None:
        """A process's turns, each as long after the last as the feed is asked."""
        courier = self.courier()
        for _ in range(count):
            self.clock.advance(MINUTE_US / SECOND_US)
            courier.turn(self.clock.now_us())

    def reports(self) -> dict[str, CitizenReport]:
        """By the name that officers see; none waits aside."""
        cases = self.cities.find_cases("jakarta", start_us=NOW_US - HOUR_US, limit=50, public_only=False).cases
        return {one.name: one for case in cases for one in self.cities.reports(case.number)}

    def said(self) -> str:
        return next(one.said for one in self.cities.feeds("jakarta") if one.system == "qlue")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    cities = open_city(f"sqlite:///{tmp_path}/city.db")
    cities.put_profile(JAKARTA, NOW_US)
    with city_system() as far:
        path = tmp_path / "systems.toml"
        written = (folder("jakarta") / "systems.toml").read_text(encoding="utf-8")
        path.write_text(written.replace(STAND_IN, f"http://127.0.0.1:{far.port}"), encoding="utf-8")
        (tmp_path / "systems.secret").write_text(far.keytoken)
        yield Room(cities, far, ManualClock(NOW_US), path)
    cities.close()


def there(number: str, kind: str, words: str, lat: object = -6.2000, **more: Any) -> dict[str, Any]:
    """A report as it lies there."""
    place = {"lat": lat, "lng": 106.8300}
    return {"id": number, "kategori": kind, "keterangan": words, "koordinat": place, "akun": f"a{number}", **more}


def test_each_once_with_its_photo_and_what_is_near_joined(room: Room) -> None:
    """Five categories in ours; two of one flood are one case; read again from the start by a process that was killed
    before it kept where it was, nothing is there twice; what we had sent there ourselves does not come back."""
    room.far.photos["1.jpg"] = photograph()
    room.far.reports = [
        there("1", "Banjir", "Air setinggi lutut", foto=room.far.qlue_url("foto/1.jpg")),
        there("2", "banjir", "Jalan terendam", lat=-6.2003),
        there("3", "Macet", "Tidak bergerak"),
        there("4", "Jalan Rusak", "Lubang dalam"),
        there("5", "Sampah", "Menumpuk", foto=room.far.qlue_url("foto/hilang.jpg")),
        there("6", "Pelayanan Rumah Sakit", ""),
    ]
    room.turns()
    kept = room.reports()
    kinds = ["banjir", "banjir", "macet", "jalan", "sampah", "kesehatan"]
    assert [kept[f"Qlue {one}"].category for one in range(1, 7)] == kinds
    first = kept["Qlue 1"]
    assert (first.source, first.number, first.text) == ("system", kept["Qlue 2"].number, "Air setinggi lutut")
    assert len({one.number for one in kept.values()}) == 5
    assert [one.report for one in room.cities.photos_of(first.number)] == [first.id]
    assert "foto/hilang.jpg" in kept["Qlue 5"].text
    assert first.region.startswith("31")
    assert room.cities.filings_of(first.number) == []
    asked = room.far.asked
    room.turns(1)
    assert room.far.asked == asked + 1
    (feed,) = room.cities.feeds("jakarta")
    assert (feed.cursor, feed.said) == ("6", "")
    room.cities.put_feed(type(feed)(feed.city, feed.system, feed.since_us))
    room.far.reports.append(there("7", "Banjir", "Dari Siaga sendiri", id_kanal=first.number))
    room.turns()
    assert room.reports().keys() == kept.keys()


def test_garbage_is_said_and_keeps_nothing_else_waiting(room: Room) -> None:
    """Each that cannot be taken is named; the page goes on; what is no list moves nothing, and it is well again."""
    room.far.reports = [
        there("1", "Cuaca", "?"),
        there("2", "Banjir", "?", lat="NaN"),
        there("3", "Banjir", "jauh", lat=-7.8),
        there("4", "Banjir", "benar"),
    ]
    room.far.a_page = 4
    room.turns(1)
    said = room.said()
    assert all(part in said for part in ("1: its category 'Cuaca' is not in services", "2: it has no place", "3: "))
    assert list(room.reports()) == ["Qlue 4"]
    room.turns(1)
    assert room.said() == ""
    room.far.reports.append(there("5", "Macet", "kini"))
    for body in (b'{"data": {}}', b'{"data": [1]}', b"[", b"<html>"):
        room.far.says_raw = (200, body)
        room.turns(1)
        assert "127.0.0.1" in room.said()
    room.far.says_raw = None
    room.turns(1)
    assert sorted(room.reports()) == ["Qlue 4", "Qlue 5"]
    assert room.said() == ""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('url = "https://a.example/x"\nservices = { banjir = "B" }', "{cursor}"),
        ('url = "https://a.example/{cursor}"', "services"),
        ('url = "https://a.example/{cursor}"\nservices = { banjir = "B" }\nunchecked = true', "takes no case"),
        ('url = "https://a.example/{cursor}"\nservices = { banjir = "B" }\nfields = { nik = "x" }', "nik"),
    ],
)
def test_a_mistake_in_its_section_is_said(line: str, said: str, tmp_path: Path) -> None:
    """What would be read wrongly, or never, stops the start with words."""
    path = tmp_path / "systems.toml"
    path.write_text(f'[[system]]\nname = "q"\nkind = "qlue"\nlabel = "Q"\n{line}\n')
    with pytest.raises(BadInput) as caught:
        SystemsFile(path, CODES)
    assert said in str(caught.value)
