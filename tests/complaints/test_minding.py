"""The desk's clock: reminded before, told further up after, and nobody is remembered for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from support import watch

from complaints.builtin import BuiltinDesk
from complaints.casework import Casework, Deed
from complaints.desk import Report
from complaints.dues import calendar_of
from complaints.intake import Intake, Said
from complaints.minding import FORGOTTEN_US, Due, Minder, next_due, step_of
from contract.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US, ManualClock
from contract.errors import Unavailable
from store import open_city
from store.cases import Case
from store.ports import CityStore

NOW_US = 1_780_000_000 * SECOND_US


class Flapping:
    """A store that is away while `gone`."""

    def __init__(self, cities: CityStore) -> None:
        self._cities = cities
        self.gone = True
        self.asked = threading.Event()

    def __getattr__(self, name: str) -> object:
        if self.gone:
            self.asked.set()
            raise Unavailable("the database does not answer")
        return getattr(self._cities, name)


class Room:
    """A desk with one case of residents: an answer within two hours, the end within a day."""

    def __init__(self, cities: CityStore) -> None:
        self.cities = cities
        self.clock = ManualClock(NOW_US)
        self.minder = Minder(cities, watch.profile(), self.clock)
        self.work = Casework(cities, watch.profile())
        said = Said("k", "web", "banjir", -7.79, 110.36, "34.71.02.1002", "Air masuk", name="Sri", contact="0812")
        taken = Intake(cities, watch.profile()).take(said, NOW_US)
        assert taken.case is not None
        self.number = taken.case.number

    def case(self) -> Case:
        found = self.cities.case(self.number)
        assert found is not None
        return found

    def after(self, us: int) -> int:
        return self.minder.turn(NOW_US + us)

    def lines(self) -> list[str]:
        return [line.text["id"] for line in self.cities.updates(self.number, inner=True)][1:]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    cities = open_city(f"sqlite:///{tmp_path}/city.db")
    cities.put_profile(watch.profile(), NOW_US)
    yield Room(cities)
    cities.close()


def test_first_reminded_then_told_further_up(room: Room) -> None:
    """At three quarters of the two hours a note for staff, when they are over one step, half of them later the next,
    and again; each step is one line however often the clock looks."""
    steps = [(80, 0), (91, 0), (119, 0), (121, 1), (179, 1), (181, 2), (241, 3), (900, 3)]
    for minutes, escalated in steps:
        room.after(minutes * MINUTE_US)
        room.after(minutes * MINUTE_US)
        assert room.case().escalated == escalated, minutes
    assert [line.split(":")[0] for line in room.lines()] == [
        "Pengingat",
        "Lewat tenggat",
        "Lewat tenggat setengah waktu lagi",
        "Lewat tenggat dua kali waktu",
    ]
    assert len(room.cities.updates(room.number)) == 1 + 3


def test_who_has_answered_is_held_to_the_end(room: Room) -> None:
    """The first answer is given: then it is the day that counts."""
    room.work.answer(room.number, Deed("a", "sri", "BPBD", NOW_US + HOUR_US), "Kami datang.")
    room.after(17 * HOUR_US)
    assert room.case().escalated == 0
    assert room.after(19 * HOUR_US) == 1
    room.after(25 * HOUR_US)
    assert room.case().escalated == 1


def test_a_standing_clock_reminds_nobody(room: Room) -> None:
    """Nor one that is over, nor a case that nobody was promised anything about."""
    room.work.pause(room.number, Deed("p", "sri", "BPBD", NOW_US + HOUR_US), "weather", "Hujan.")
    assert room.after(DAY_US) == 0
    room.work.resume(room.number, Deed("r", "sri", "BPBD", NOW_US + DAY_US))
    assert room.after(DAY_US + MINUTE_US) == 0
    room.work.move(room.number, Deed("e", "sri", "BPBD", NOW_US + DAY_US), "fixed", "Selesai.")
    assert room.after(9 * DAY_US) == 0
    trial = Report("event-1", watch.CITY, "banjir", "34.71.02.1002", -7.5, 110.3, {}, {}, NOW_US, public=False)
    BuiltinDesk(room.cities, watch.profile(), "https://s.example").file(trial, NOW_US)
    assert room.after(9 * DAY_US) == 0


def test_a_reminder_overtakes_no_officer(room: Room) -> None:
    """Whoever has the case open while it is written does not have to look again."""
    seen_us = room.case().updated_us
    assert room.after(100 * MINUTE_US) == 1
    room.work.take(room.number, Deed("t", "sri", "BPBD", NOW_US + 100 * MINUTE_US, seen_us))


def test_it_never_comes_down_by_the_clock(room: Room) -> None:
    """What the sensors' veto has sent up stays up; and a pause makes no term longer than it was promised."""
    calendar, promise = calendar_of(watch.profile()), watch.profile().categories[0].promise
    due = next_due(room.case(), promise, calendar)
    assert due == Due("answer", 2 * HOUR_US, NOW_US + 2 * HOUR_US)
    room.work.pause(room.number, Deed("p", "sri", "BPBD", NOW_US), "weather", "Hujan.")
    room.work.resume(room.number, Deed("r", "sri", "BPBD", NOW_US + DAY_US))
    due = next_due(room.case(), promise, calendar)
    assert due == Due("answer", 2 * HOUR_US, NOW_US + DAY_US + 2 * HOUR_US)
    assert [step_of(due, due.due_us + minutes * MINUTE_US) for minutes in (-1, 0, 59, 61, 121)] == [0, 1, 1, 2, 3]


def test_who_reported_is_forgotten_half_a_year_after(room: Room) -> None:
    """Every hour it is looked whose time has come."""
    room.work.move(room.number, Deed("e", "sri", "BPBD", NOW_US), "fixed", "Selesai.")
    room.after(FORGOTTEN_US)
    assert room.cities.reports(room.number)[0].name == "Sri"
    room.after(FORGOTTEN_US + DAY_US)
    assert room.cities.reports(room.number)[0].name == "Sri"
    room.clock.advance(3_600)
    room.after(FORGOTTEN_US + DAY_US)
    kept = room.cities.reports(room.number)[0]
    assert (kept.name, kept.contact, kept.text) == ("", "", "")


def test_a_store_that_is_away_stops_nothing_for_good(room: Room) -> None:
    """The clock stands while the store is away and goes on when it is back; only the engine that leads turns it."""
    stop, leading = threading.Event(), threading.Event()
    away = Flapping(room.cities)
    minder = Minder(cast(CityStore, away), watch.profile(), room.clock, every_s=0)
    room.clock.advance(3 * 3_600)
    thread = threading.Thread(target=minder.run, args=(stop, leading), kwargs={"pause_s": 0.001})
    thread.start()
    try:
        leading.set()
        assert away.asked.wait(10)
        assert room.case().escalated == 0
        away.gone = False
        until = time.monotonic() + 10
        while not room.case().escalated and time.monotonic() < until:
            pass
        assert room.case().escalated == 2
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
