"""One suite for the desk, on every adapter that files a city's cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from support import watch

from complaints.builtin import BuiltinDesk
from complaints.desk import Desk, Note, Report
from contract.clock import SECOND_US
from contract.errors import Rejected
from store import open_city
from store.cases import Case
from store.ports import CityStore

NOW_US = 1_780_000_000 * SECOND_US
REPORT = Report(
    event="event-1",
    city=watch.CITY,
    category="banjir",
    region="34.71.02.1002",
    lat=-7.78,
    lon=110.37,
    title={"id": "Muka air tinggi: Sungai Code", "en": "High water: Code River"},
    description={"id": "WASPADA Sungai Code", "en": "WATCH: Code River"},
    observed_us=NOW_US - 60 * SECOND_US,
    public=True,
)


@dataclass
class Counter:
    """A desk and the store in which what it did can be read."""

    desk: Desk
    cities: CityStore

    def case(self, event: str = "event-1") -> Case:
        found = self.cities.case_of_event(event)
        assert found is not None
        return found


@pytest.fixture(params=["builtin"])
def counter(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Counter]:
    cities = open_city(f"sqlite:///{tmp_path}/city.db")
    cities.put_profile(watch.profile(), NOW_US)
    yield Counter(BuiltinDesk(cities, watch.profile(), "https://siaga.example/"), cities)
    cities.close()


def test_an_event_becomes_a_case_with_a_number_and_an_address(counter: Counter) -> None:
    """The receipt names what people follow and where."""
    receipt = counter.desk.file(REPORT, NOW_US)
    case = counter.case()
    assert receipt.number == case.number
    assert receipt.url == f"https://siaga.example/kasus/{case.number}"
    assert (case.title, case.public, case.source, case.state) == (REPORT.title, True, "sensor", "received")


def test_the_same_event_again_is_the_same_case(counter: Counter) -> None:
    """Filing is at least once; a case is once."""
    first = counter.desk.file(REPORT, NOW_US)
    assert counter.desk.file(REPORT, NOW_US + SECOND_US) == first
    assert counter.cities.find_cases(watch.CITY).total == 1
    assert len(counter.cities.updates(first.number)) == 1


def test_another_event_is_another_case(counter: Counter) -> None:
    """Numbers are never shared."""
    numbers = {counter.desk.file(replace(REPORT, event=f"event-{n}"), NOW_US).number for n in range(5)}
    assert len(numbers) == 5


def test_the_case_goes_to_the_agency_of_its_area_and_its_clock_starts(counter: Counter) -> None:
    """Area × category; the city's own promise counts from the filing."""
    counter.desk.file(REPORT, NOW_US)
    counter.desk.file(replace(REPORT, event="event-2", region="34.71.04.1001"), NOW_US)
    assert (counter.case().agency, counter.case("event-2").agency) == ("bpbd", "dpu")
    assert counter.case().finish_due_us == NOW_US + 86_400 * SECOND_US


def test_a_note_is_a_line_of_the_thread_told_once(counter: Counter) -> None:
    """The same key again changes nothing; without a state the case stays where it is."""
    number = counter.desk.file(REPORT, NOW_US).number
    note = Note("event-1", "n1", NOW_US + SECOND_US, {"id": "AWAS", "en": "DANGER"})
    for _ in range(3):
        counter.desk.note(note, NOW_US + 2 * SECOND_US)
    thread = counter.cities.updates(number)
    assert [update.text["id"] for update in thread] == ["WASPADA Sungai Code", "AWAS"]
    assert counter.case().state == "received"


def test_the_last_note_closes_the_case(counter: Counter) -> None:
    """`done` is a state like any other, with its time."""
    counter.desk.file(REPORT, NOW_US)
    counter.desk.note(
        Note("event-1", "n1", NOW_US + SECOND_US, {"id": "Aman", "en": "Clear"}, "done"), NOW_US + SECOND_US
    )
    assert counter.case().state == "done"
    assert counter.case().closed_us == NOW_US + SECOND_US


def test_a_note_does_not_move_a_case_that_an_officer_works_on(counter: Counter) -> None:
    """What the sensor says beside it leaves the officer's state."""
    number = counter.desk.file(REPORT, NOW_US).number
    counter.desk.note(
        Note("event-1", "officer", NOW_US, {"id": "Kami ke lokasi", "en": "On our way"}, "in_progress"), NOW_US
    )
    counter.desk.note(Note("event-1", "n1", NOW_US, {"id": "AWAS", "en": "DANGER"}), NOW_US)
    case = counter.cities.case(number)
    assert case is not None
    assert case.state == "in_progress"


def test_a_note_for_an_event_without_a_case_is_rejected(counter: Counter) -> None:
    """It will never have one."""
    with pytest.raises(Rejected, match="no case"):
        counter.desk.note(Note("event-9", "n1", NOW_US, {"id": "?", "en": "?"}), NOW_US)


def test_a_category_that_the_city_does_not_have_is_rejected(counter: Counter) -> None:
    """The refusal names those it has."""
    with pytest.raises(Rejected, match="banjir, wifi"):
        counter.desk.file(replace(REPORT, category="ufo"), NOW_US)


def test_a_recurrence_points_to_the_case_before_it(counter: Counter) -> None:
    """A new event has a new case, and the old one's number."""
    first = counter.desk.file(REPORT, NOW_US)
    counter.desk.file(replace(REPORT, event="event-2", recurs_event="event-1"), NOW_US)
    assert counter.case("event-2").recurs == first.number


def test_a_case_for_staff_is_not_public(counter: Counter) -> None:
    """A gauge on trial files for those who judge it."""
    counter.desk.file(replace(REPORT, public=False), NOW_US)
    assert counter.cities.find_cases(watch.CITY).total == 0
    assert counter.cities.find_cases(watch.CITY, public_only=False).total == 1
