"""Delivery: at least once, in order within an event, with patience for a desk that is away."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import watch

from alerts.carriers import DeskCarrier
from alerts.outbox import DESK, Outbox, filing, noting
from complaints.builtin import BuiltinDesk
from complaints.desk import Desk, Note, Receipt, Report
from contract.clock import ManualClock
from contract.errors import Rejected, Unavailable
from store import open_city
from store.ports import CityStore, Outgoing


class Moody:
    """A desk that does what the built-in one does, or is away, or refuses."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.mood: Exception | None = None
        self.dies_after = False
        self.asked = 0

    def file(self, report: Report, now_us: int) -> Receipt:
        self.asked += 1
        if self.mood is not None:
            raise self.mood
        receipt = self._desk.file(report, now_us)
        if self.dies_after:
            raise Unavailable("the answer got lost")
        return receipt

    def note(self, note: Note, now_us: int) -> None:
        self.asked += 1
        if self.mood is not None:
            raise self.mood
        self._desk.note(note, now_us)


class Counter:
    """An outbox, its desk, its clock."""

    def __init__(self, cities: CityStore) -> None:
        self.clock = ManualClock()
        self.cities = cities
        cities.put_profile(watch.profile(), self.clock.now_us())
        self.desk = Moody(BuiltinDesk(cities, watch.profile(), "https://siaga.example"))
        self.outbox = Outbox(watch.CITY, cities, {DESK: DeskCarrier(self.desk)}, self.clock, random.Random(7))

    def decided(self, event: str = "e1") -> None:
        now_us = self.clock.now_us()
        words = {"id": "Naik", "en": "Rising"}
        report = Report(event, watch.CITY, "banjir", "34.71.02.1002", -7.8, 110.4, words, words, now_us, True)
        notes = [Note(event, f"{event}/{n}", now_us + n, {"id": f"baris {n}", "en": f"line {n}"}) for n in (1, 2, 3)]
        self.cities.put_outgoing([filing(report, now_us), *(noting(note, watch.CITY, now_us) for note in notes)])

    def deliver(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            while self.outbox.turn():
                pass
            self.clock.advance(1)

    def thread(self, event: str = "e1") -> list[str]:
        case = self.cities.case_of_event(event)
        return [update.text["id"] for update in self.cities.updates(case.number)] if case else []


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    cities = open_city(f"sqlite:///{tmp_path}/city.db")
    yield Counter(cities)
    cities.close()


def test_an_event_is_told_in_order(counter: Counter) -> None:
    """The case first, then its lines as they were decided."""
    counter.decided()
    counter.deliver(1)
    assert counter.thread() == ["Naik", "baris 1", "baris 2", "baris 3"]
    assert counter.cities.outbox_depth(watch.CITY) == (0, 0)


def test_a_desk_that_is_away_is_tried_again_ever_more_rarely(counter: Counter) -> None:
    """Nothing is lost in half an hour, the desk is not hammered, and the order holds."""
    counter.decided()
    counter.desk.mood = Unavailable("maintenance")
    counter.deliver(1_800)
    assert 8 < counter.desk.asked < 60
    assert counter.cities.outbox_depth(watch.CITY) == (4, 0)
    counter.desk.mood = None
    counter.deliver(400)
    assert counter.thread() == ["Naik", "baris 1", "baris 2", "baris 3"]


def test_the_desk_s_own_wish_is_heard(counter: Counter) -> None:
    """Retry-After: not sooner."""
    counter.decided()
    counter.desk.mood = Unavailable("busy", retry_after_s=60)
    counter.deliver(59)
    assert counter.desk.asked == 1


def test_an_answer_that_got_lost_files_no_second_case(counter: Counter) -> None:
    """The desk filed it, we never heard: the same key again returns the same case."""
    counter.decided()
    counter.desk.dies_after = True
    counter.deliver(5)
    counter.desk.dies_after = False
    counter.deliver(60)
    assert counter.cities.find_cases(watch.CITY).total == 1
    assert counter.thread() == ["Naik", "baris 1", "baris 2", "baris 3"]


def test_what_is_refused_is_kept_with_its_reason_and_holds_up_nothing(counter: Counter) -> None:
    """An event that the desk will never take is given up; another event's is told."""
    counter.decided("e1")
    counter.desk.mood = Rejected("no such category", reason="unknown_category")
    counter.deliver(1)
    counter.desk.mood = None
    counter.decided("e2")
    counter.deliver(1)
    assert counter.thread("e1") == []
    assert counter.thread("e2") == ["Naik", "baris 1", "baris 2", "baris 3"]
    assert counter.cities.outbox_depth(watch.CITY) == (0, 4)


def test_what_has_expired_is_not_told_late_as_if_it_were_news(counter: Counter) -> None:
    """It is given up, and that is said."""
    now_us = counter.clock.now_us()
    row = Outgoing("k", watch.CITY, "desk", "e9", {"do": "note"}, now_us, expires_us=now_us + 1_000_000)
    counter.cities.put_outgoing([row])
    counter.clock.advance(2)
    counter.outbox.turn()
    assert counter.desk.asked == 0
    assert counter.cities.outbox_depth(watch.CITY) == (0, 1)


@pytest.mark.parametrize(
    ("channel", "body"),
    [("desk", {"do": "file", "colour": 1}), ("desk", {"do": "dance"}), ("pigeon", {"do": "note"})],
)
def test_a_row_that_nobody_can_read_is_given_up_and_stops_nothing(
    counter: Counter, channel: str, body: dict[str, object]
) -> None:
    """One poisoned row does not end the delivery of the others."""
    counter.cities.put_outgoing([Outgoing("k", watch.CITY, channel, "e9", body, counter.clock.now_us())])
    counter.decided()
    counter.deliver(1)
    assert counter.cities.outbox_depth(watch.CITY) == (0, 1)
    assert counter.thread() == ["Naik", "baris 1", "baris 2", "baris 3"]
