"""Officers are told by a message what waits in their inbox: once, by day, without ringing anybody up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from support import watch

from complaints.calling import EVERY_US, SETTLED_US, Calling
from complaints.casework import Casework, Deed
from complaints.intake import Intake, Said
from complaints.minding import Minder
from contract.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US, ManualClock
from contract.duty import ChannelInfo, Way
from contract.takedown import Takedown
from store import open_city
from store.people import Deed as Recorded
from store.people import Person, Role
from store.ports import CityStore, Outgoing

TEN_US = 1_769_223_600 * SECOND_US  # 2026-01-24 10.00 WIB
CHANNELS = (ChannelInfo("surat", "email"), ChannelInfo("telepon", "ring"), ChannelInfo("bot", "telegram"))
PROFILE = replace(watch.profile(), inspectorate="diskominfo")
HERE = "34.71.02.1002"


@dataclass
class Office:
    """A desk whose officers can be told, and what they were told."""

    cities: CityStore
    minder: Minder
    taken: list[str] = field(default_factory=list)

    def joins(self, name: str, role: Role, agency: str = "", regions: tuple[str, ...] = ()) -> str:
        who = Person(name * 8, PROFILE.code, name, name, role, agency, regions, created_us=TEN_US)
        self.cities.put_person(who, Recorded("system", "person.joined", who.id, TEN_US))
        self.reached(who.id, "surat", f"{name}@kota.go.id")
        return who.id

    def reached(self, who: str, channel: str, address: str, *, rings: bool = False) -> None:
        way = Way(city=PROFILE.code, person=who, channel=channel, address=address, rings=rings)
        self.cities.put_way(way, Recorded("system", "duty.way", who, TEN_US))

    def reported(self, key: str, at_us: int = TEN_US, lat: float = -7.79, region: str = HERE, **more: bool) -> str:
        said = Said(key, "web", "banjir", lat, 110.36, region, f"Air masuk rumah Bu Sri {key}", **more)
        taken = Intake(self.cities, PROFILE).take(said, at_us)
        assert taken.case is not None
        return taken.case.number

    def after(self, at_us: int) -> list[Outgoing]:
        """What is new in the outbox once the desk's clock has turned."""
        self.minder.turn(at_us)
        due = self.cities.due(PROFILE.code, at_us, limit=1_000)
        new = [row for row in due if row.key not in self.taken]
        self.taken += [row.key for row in new]
        return new


def minder(cities: CityStore) -> Minder:
    return Minder(cities, PROFILE, ManualClock(TEN_US), calling=Calling(cities, PROFILE, "https://s.id/", CHANNELS))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    cities = open_city(f"sqlite:///{tmp_path}/city.db")
    cities.put_profile(PROFILE, TEN_US)
    yield Office(cities, minder(cities))
    cities.close()


def test_new_cases_of_half_an_hour_are_one_message(office: Office) -> None:
    """To the officers of that office in that area alone, by their quietest way; with the number and no resident's word.
    A process that was killed tells nobody twice."""
    here = office.joins("andi", "officer", "bpbd", ("34.71.02",))
    office.joins("budi", "officer", "bpbd", ("34.71.04",))
    office.joins("cici", "officer", "dpu")
    office.joins("dodi", "operator")
    office.reached(here, "bot", "123456")
    office.reached(here, "telepon", "0811", rings=True)
    first = office.reported("a")
    office.reported("b", TEN_US + MINUTE_US, lat=-7.80)
    assert office.after(TEN_US + EVERY_US) == []
    (row,) = office.after(TEN_US + EVERY_US + SETTLED_US)
    assert (row.channel, row.event, row.body["person"], row.body["urgent"]) == ("person/surat", "", here, False)
    assert row.body["brief"] == f"Kasus baru: {first} Banjir, Cokrodiningratan. Dan 1 lagi di kotak kerja."
    assert row.body["link"] == "https://s.id/petugas"
    assert "Sri" not in str(row.body)
    office.minder = minder(office.cities)
    assert office.after(TEN_US + EVERY_US + 2 * MINUTE_US) == []


def test_a_night_is_slept_through(office: Office) -> None:
    """What comes after nine in the evening is told at six, as one message; what somebody has taken by then is not."""
    office.joins("andi", "officer", "bpbd")
    evening_us = TEN_US + 11 * HOUR_US + 5 * MINUTE_US
    number = office.reported("a", evening_us)
    assert office.after(evening_us + HOUR_US) == []
    office.reported("b", evening_us + 5 * HOUR_US, lat=-7.80)
    last = office.reported("c", evening_us + 6 * HOUR_US, lat=-7.81)
    Casework(office.cities, PROFILE).take(number, Deed("t", "andi", "BPBD", evening_us + HOUR_US))
    assert office.after(evening_us + 8 * HOUR_US) == []
    told = office.after(TEN_US + 20 * HOUR_US + SETTLED_US)
    new = [row.body["brief"] for row in told if "kasus baru" in row.body["title"]]
    assert len(new) == 1
    assert new[0].endswith("Dan 1 lagi di kotak kerja.")
    assert number not in new[0]
    assert last not in new[0]


def test_who_is_late_is_told_further_up(office: Office) -> None:
    """The office at the reminder, the command centre at the second step, the inspectorate at the third, with the
    public's page, for it works at no case."""
    office.joins("andi", "officer", "bpbd")
    office.joins("dodi", "operator")
    office.joins("edi", "officer", "diskominfo")
    number = office.reported("a")
    heard: dict[str, set[str]] = {}
    for minutes in range(31, 6 * 60, 30):
        for row in office.after(TEN_US + minutes * MINUTE_US):
            if "tenggat" in row.body["title"]:
                heard.setdefault(row.body["person"][:4], set()).add(row.body["link"])
    assert heard == {
        "andi": {"https://s.id/petugas"},
        "dodi": {"https://s.id/petugas"},
        "edie": {f"https://s.id/kasus/{number}"},
    }


def test_what_is_secret_or_old_goes_no_further(office: Office) -> None:
    """A secret case's office is told, nobody else however late it is; after a day nothing is news."""
    office.joins("andi", "officer", "bpbd")
    office.joins("edi", "officer", "diskominfo")
    office.reported("a", secret=True)
    people = {
        row.body["person"][:4]
        for minutes in range(31, 6 * 60, 30)
        for row in office.after(TEN_US + minutes * MINUTE_US)
    }
    assert people == {"andi"}
    assert office.after(TEN_US + 3 * DAY_US) == []


def test_a_takedown_request_is_told_when_it_comes_and_when_it_is_late(office: Office) -> None:
    """To the case's office and the command centre, without what was asked; nobody hears of an answered one."""
    office.joins("andi", "officer", "bpbd")
    office.joins("cici", "officer", "dpu")
    office.joins("dodi", "operator")
    number = office.reported("a")
    for name, at_us in (("x", TEN_US), ("y", TEN_US + HOUR_US)):
        asked = Takedown(name, PROFILE.code, number, "words", "", "itu Bu Sri", at_us)
        office.cities.put_takedown(asked, Recorded("public", "case.takedown_asked", number, at_us))
    answered = replace(asked, outcome="refused", answer="tidak", answered_us=TEN_US + HOUR_US)
    office.cities.answer_takedown(answered, Recorded("public", "case.takedown_answered", number, TEN_US))

    def heard(at_us: int) -> set[str]:
        rows = [row for row in office.after(at_us) if "penurunan" in row.body["title"]]
        assert all(number in row.body["brief"] and "Sri" not in str(row.body) for row in rows)
        return {row.body["person"][:4] for row in rows}

    assert heard(TEN_US + EVERY_US + SETTLED_US) == {"andi", "dodi"}
    assert heard(TEN_US + 2 * HOUR_US) == set()
    assert heard(TEN_US + 24 * HOUR_US + EVERY_US + SETTLED_US) == {"andi", "dodi"}
