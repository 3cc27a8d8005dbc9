"""What officers do with a case, decided on what stands in the store, and what the sensors say to it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier

import pytest
from support import watch

from complaints.builtin import BuiltinDesk
from complaints.casework import Casework, Deed, Stale
from complaints.desk import Note, Report
from complaints.intake import Intake, Said
from contract.clock import HOUR_US, MINUTE_US, SECOND_US
from contract.errors import BadInput
from store import open_city
from store.cases import Case, Inbox
from store.ports import CityStore, EngineCommit, Event

NOW_US = 1_780_000_000 * SECOND_US
REPORT = Report(
    event="event-1",
    city=watch.CITY,
    category="banjir",
    region="34.71.02.1002",
    lat=-7.78,
    lon=110.37,
    title={"id": "Muka air tinggi", "en": "High water"},
    description={"id": "AWAS", "en": "DANGER"},
    observed_us=NOW_US,
    public=True,
)


@dataclass
class Counter:
    """A desk, those who work at it, and the store."""

    cities: CityStore
    work: Casework
    desk: BuiltinDesk
    deeds: int = 0

    def case(self, number: str) -> Case:
        found = self.cities.case(number)
        assert found is not None
        return found

    def deed(self, after_us: int = MINUTE_US, *, seen_us: int | None = None, key: str = "", who: str = "sri") -> Deed:
        self.deeds += 1
        return Deed(key or f"deed-{self.deeds}", who, "BPBD", NOW_US + after_us, seen_us)

    def residents(self, key: str = "k", lat: float = -7.79) -> str:
        said = Said(key, "web", "banjir", lat, 110.36, "34.71.02.1002", "Air masuk rumah")
        taken = Intake(self.cities, watch.profile()).take(said, NOW_US)
        assert taken.case is not None
        return taken.case.number

    def sensors(self, *, over: bool = False) -> str:
        """A case of an event, and the event as the engine keeps it."""
        closed_us = NOW_US + 1 if over else None
        event = Event("event-1", watch.CITY, "flood", "banjir", "river/Code", "Code", NOW_US, closed_us=closed_us)
        lease = self.cities.lease(watch.CITY, "engine", NOW_US, 60)
        assert lease is not None
        self.cities.commit(lease, EngineCommit(events=[event]))
        return self.desk.file(REPORT, NOW_US).number


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    cities = open_city(f"sqlite:///{tmp_path}/city.db")
    cities.put_profile(watch.profile(), NOW_US)
    yield Counter(cities, Casework(cities, watch.profile()), BuiltinDesk(cities, watch.profile(), "https://s.example"))
    cities.close()


def test_a_case_goes_its_way(counter: Counter) -> None:
    """Taken, answered, worked on, done: each step has its line, and the outside its plain word."""
    number = counter.residents()
    counter.work.take(number, counter.deed(MINUTE_US))
    counter.work.answer(number, counter.deed(2 * MINUTE_US), "Kami datang sore ini.")
    counter.work.move(number, counter.deed(3 * MINUTE_US), "in_progress", "Pompa dipasang.")
    done = counter.work.move(number, counter.deed(4 * MINUTE_US), "fixed", "Sudah kering.")
    case = counter.case(number)
    assert case == done.case
    assert (case.owner, case.state, case.closed_us) == ("sri", "done", NOW_US + 4 * MINUTE_US)
    assert (case.triaged_us, case.answered_us) == (NOW_US + MINUTE_US, NOW_US + 2 * MINUTE_US)
    lines = [(line.state, line.author, line.text["id"]) for line in counter.cities.updates(number)]
    assert [state for state, _, _ in lines] == ["received", "checked", "checked", "in_progress", "done"]
    assert lines[-1] == ("done", "BPBD", "Sudah kering.")


def test_a_done_that_the_sensors_do_not_see_is_opened_again(counter: Counter) -> None:
    """Nobody reads "done" under high water: the officer's word stands in the thread, the sensors' under it."""
    number = counter.sensors()
    done = counter.work.move(number, counter.deed(), "fixed", "Sudah surut.")
    assert done.vetoed
    case = counter.case(number)
    assert (case.state, case.closed_us, case.escalated, case.reopened) == ("checked", None, 1, 1)
    assert [(line.state, line.author) for line in counter.cities.updates(number)][-2:] == [
        ("done", "BPBD"),
        ("checked", "sensor"),
    ]
    counter.desk.note(Note("event-1", "end", NOW_US + HOUR_US, {"id": "Aman"}, "done"), NOW_US + HOUR_US)
    assert counter.case(number).status == "fixed_by_sensor"


def test_it_climbs_no_higher_than_the_top(counter: Counter) -> None:
    """However often somebody says done."""
    number = counter.sensors()
    for _ in range(5):
        counter.work.move(number, counter.deed(), "fixed", "Selesai.")
    assert (counter.case(number).escalated, counter.case(number).reopened) == (3, 5)


def test_a_done_after_the_event_is_done(counter: Counter) -> None:
    """The sensors agree."""
    number = counter.sensors(over=True)
    assert not counter.work.move(number, counter.deed(), "fixed", "Sudah surut.").vetoed
    assert counter.case(number).state == "done"


def test_a_hand_over_keeps_the_clock(counter: Counter) -> None:
    """What one office lost the next has not, and whoever follows it reads where it went and why."""
    number = counter.residents()
    before = counter.case(number)
    counter.work.take(number, counter.deed())
    counter.work.hand_over(number, counter.deed(5 * HOUR_US), "dpu", "Saluran, bukan sungai.")
    case = counter.case(number)
    assert (case.agency, case.owner, case.status) == ("dpu", "", "internal_referral")
    assert (case.respond_due_us, case.finish_due_us) == (before.respond_due_us, before.finish_due_us)
    assert "Saluran, bukan sungai." in counter.cities.updates(number)[-1].text["id"]


def test_a_pause_moves_what_is_due_and_says_why(counter: Counter) -> None:
    """Three hours of waiting are three hours more; a second pause begins from there."""
    number = counter.residents()
    due_us = counter.case(number).finish_due_us
    assert due_us is not None
    counter.work.pause(number, counter.deed(HOUR_US), "other_party", "Menunggu PLN.")
    assert counter.case(number).paused_us == NOW_US + HOUR_US
    with pytest.raises(BadInput, match="stands still already"):
        counter.work.pause(number, counter.deed(2 * HOUR_US), "weather", "Hujan.")
    counter.work.resume(number, counter.deed(4 * HOUR_US))
    case = counter.case(number)
    assert (case.paused_us, case.finish_due_us) == (None, due_us + 3 * HOUR_US)
    with pytest.raises(BadInput, match="running"):
        counter.work.resume(number, counter.deed(5 * HOUR_US))
    counter.work.pause(number, counter.deed(6 * HOUR_US), "material", "Menunggu pompa.")
    counter.work.move(number, counter.deed(8 * HOUR_US), "fixed", "Selesai.")
    assert [(one.reason, one.until_us) for one in counter.cities.pauses(number)] == [
        ("other_party", NOW_US + 4 * HOUR_US),
        ("material", NOW_US + 8 * HOUR_US),
    ]
    assert counter.case(number).paused_us is None


def test_a_secret_report_has_its_clock(counter: Counter) -> None:
    """Nobody outside sees it, and the promise holds all the same: a pause moves it as any other."""
    said = Said("s", "web", "banjir", -7.79, 110.36, "34.71.02.1002", "Pungutan liar", secret=True)
    case = Intake(counter.cities, watch.profile()).take(said, NOW_US).case
    assert case is not None
    assert case.finish_due_us is not None
    counter.work.pause(case.number, counter.deed(HOUR_US), "court", "Diperiksa.")
    counter.work.resume(case.number, counter.deed(3 * HOUR_US))
    assert counter.case(case.number).finish_due_us == case.finish_due_us + 2 * HOUR_US


def test_the_sensors_end_stops_a_standing_clock(counter: Counter) -> None:
    """What is over does not stand still any more."""
    number = counter.sensors()
    counter.work.pause(number, counter.deed(MINUTE_US), "weather", "Hujan.")
    counter.desk.note(Note("event-1", "end", NOW_US + HOUR_US, {"id": "Aman"}, "done"), NOW_US + HOUR_US)
    assert counter.case(number).paused_us is None
    assert [one.until_us for one in counter.cities.pauses(number)] == [NOW_US + HOUR_US]


def test_what_is_sent_twice_happens_once(counter: Counter) -> None:
    """A phone on a poor link does not know whether its first try arrived."""
    number = counter.residents()
    deed = counter.deed(key="phone-1", seen_us=counter.case(number).updated_us)
    assert not counter.work.answer(number, deed, "Kami datang.").again
    assert counter.work.answer(number, deed, "Kami datang.").again
    assert len(counter.cities.updates(number)) == 2


def test_two_officers_do_not_overwrite_each_other(counter: Counter) -> None:
    """Both close it at once: one does, the other is told that somebody was there, and what they wrote is not kept as
    if it had been said."""
    number = counter.residents()
    seen_us = counter.case(number).updated_us
    together = Barrier(2)

    def close(who: str) -> str:
        deed = counter.deed(seen_us=seen_us, key=who, who=who)
        together.wait()
        try:
            counter.work.move(number, deed, "fixed", f"Selesai, kata {who}.")
        except Stale:
            return "stale"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(close, ["sri", "budi"])) == ["done", "stale"]
    assert len(counter.cities.updates(number)) == 2


def test_what_is_over_is_not_worked_on(counter: Counter) -> None:
    """It is opened again first, which counts; and nobody exchanges one end for another."""
    number = counter.residents()
    counter.work.move(number, counter.deed(), "not_ours", "Jalan provinsi.")
    with pytest.raises(BadInput, match="closed"):
        counter.work.take(number, counter.deed())
    with pytest.raises(BadInput, match="cannot become fixed"):
        counter.work.move(number, counter.deed(), "fixed", "Eh.")
    counter.work.move(number, counter.deed(), "confirmed", "Ternyata jalan kota.")
    case = counter.case(number)
    assert (case.state, case.closed_us, case.reopened) == ("checked", None, 1)


def test_a_double_goes_on_in_the_other(counter: Counter) -> None:
    """Residents' cases only: two events of the sensors are two."""
    number, far = counter.residents(), counter.residents("k2", -7.80)
    counter.work.merge(far, counter.deed(), number)
    case = counter.case(far)
    assert (case.status, case.duplicate_of) == ("duplicate", number)
    with pytest.raises(BadInput, match="no other case"):
        counter.work.merge(number, counter.deed(), far)
    with pytest.raises(BadInput, match="cannot be a double"):
        counter.work.merge(counter.sensors(), counter.deed(), number)


def test_hidden_is_out_of_sight_and_can_come_back(counter: Counter) -> None:
    """Nobody outside finds it, staff read why; a case of the sensors is never hidden."""
    number = counter.residents()
    counter.work.hide(number, counter.deed(), "Iklan.")
    assert counter.cities.find_cases(watch.CITY, public_only=False).total == 0
    assert counter.cities.updates(number, inner=True)[-1].inner
    assert not any(line.inner for line in counter.cities.updates(number))
    with pytest.raises(BadInput, match="not hidden"):
        counter.work.hide(counter.sensors(), counter.deed(), "Mengganggu.")


def test_triage_says_what_of_the_words_is_for_everybody(counter: Counter) -> None:
    """Nothing, or what the officer left of them."""
    number = counter.residents()
    counter.work.look_at(number, counter.deed())
    assert dict(counter.case(number).description) == {}
    counter.work.look_at(number, counter.deed(), "Air masuk rumah warga.")
    assert counter.case(number).description["id"] == "Air masuk rumah warga."


def test_nothing_is_no_answer(counter: Counter) -> None:
    """And a novel neither; the city's answer is a public one."""
    number = counter.residents()
    for text in ("  ", "x" * 3_000):
        with pytest.raises(BadInput, match="characters"):
            counter.work.answer(number, counter.deed(), text)
    counter.work.answer(number, counter.deed(), "Telepon pelapor dulu.", inner=True)
    assert counter.case(number).answered_us is None


def test_the_inbox_has_what_presses_first(counter: Counter) -> None:
    """By what is due next; what waits for somebody else comes last, what is over is not there."""
    first, second, third = (counter.residents(f"k{n}", -7.79 - n / 100) for n in range(3))
    counter.work.answer(first, counter.deed(), "Ya.")
    counter.work.pause(second, counter.deed(), "weather", "Hujan.")
    own = Inbox(agency="bpbd", regions=("34.71.02",))
    assert [case.number for case in counter.cities.inbox(watch.CITY, own)] == [third, first, second]
    counter.work.move(third, counter.deed(), "fixed", "Selesai.")
    assert [case.number for case in counter.cities.inbox(watch.CITY, own)] == [first, second]
    assert counter.cities.inbox(watch.CITY, Inbox(agency="dpu")) == []
    assert counter.cities.inbox(watch.CITY, Inbox(regions=("34.71.0",))) == []
    counter.work.take(first, counter.deed())
    assert [case.number for case in counter.cities.inbox(watch.CITY, Inbox(owner="sri"))] == [first]


def test_a_residents_word_is_for_staff_and_what_it_moves_is_for_everybody(counter: Counter) -> None:
    """Done, and not done after all: once each however often it is sent, and the words stay inside."""
    number = counter.residents()
    counter.work.hear(
        number, deed := counter.deed(key="w1"), "Sudah saya bersihkan, 0812 3456 7890", "fixed_by_resident"
    )
    assert counter.work.hear(number, deed, "again", "fixed_by_resident").again
    assert (counter.case(number).state, counter.case(number).closed_us) == ("done", NOW_US + MINUTE_US)
    counter.work.hear(number, counter.deed(2 * MINUTE_US), "Air masih ada", "confirmed")
    assert (counter.case(number).state, counter.case(number).reopened) == ("checked", 1)
    public = [line.text["id"] for line in counter.cities.updates(number)]
    assert public[1:] == ["Warga menyatakan ini sudah selesai.", "Warga menyatakan ini belum selesai."]
    inside = [line.text["id"] for line in counter.cities.updates(number, inner=True) if line.inner]
    assert inside == ["Sudah saya bersihkan, 0812 3456 7890", "Air masih ada"]


def test_no_resident_ends_what_the_sensors_still_see(counter: Counter) -> None:
    """Their words are taken all the same, when they say no more than words; an empty word is none."""
    number = counter.sensors()
    with pytest.raises(BadInput, match="sensors still see it"):
        counter.work.hear(number, counter.deed(), "Sudah surut", "fixed_by_resident")
    counter.work.hear(number, counter.deed(), "Sudah surut di sini")
    assert counter.case(number).state == "received"
    for status in (None, "submitted"):
        with pytest.raises(BadInput):
            counter.work.hear(number, counter.deed(), "  ", status)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="by a resident's word"):
        counter.work.hear(number, counter.deed(), "Sembunyikan", "hidden")
