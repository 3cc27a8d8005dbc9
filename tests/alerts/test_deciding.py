"""What people decide, from the row to what is said: on a real store, with the built-in desk, killed at any moment."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import watch
from support.alerting import BASE_URL, Stores
from support.people_data import person
from support.watch import CITY, Watch, at

from alerts.carriers import DeskCarrier
from alerts.catchup import recall, told_before
from alerts.commit import gather
from alerts.deciding import Deciding
from alerts.engine import Engine, Transition
from alerts.notify import Notifier
from alerts.outbox import DESK, Outbox
from alerts.timing import AT_ONCE, Timing
from alerts.webhooks import Webhooks
from alerts.words import Words
from complaints.builtin import BuiltinDesk
from contract.clock import HOUR_US, MINUTE_US, ManualClock
from contract.decision import Decision, DecisionKind
from contract.incident import Incident, State
from store.cases import Case
from store.decisions import deed_of
from store.ports import EngineCommit, Lease

ANI, BUDI = person(1, "operator", city=CITY), person(2, "officer", city=CITY)
RULES = tuple(replace(rule, timing=AT_ONCE) for rule in watch.rules())
"""told at once, so that what waits waits for people alone"""
NORTH = ("wifi-1", "wifi-2", "wifi-3")
GAUGE = "code-hulu"
DAYS_S = 30 * 86_400


class Office:
    """The loop of the process without its broker: what was told is weighed, kept, and delivered to the desk."""

    rules = RULES

    def __init__(self, folder: Path) -> None:
        self.stores = Stores(folder)
        self.cities = self.stores.cities
        self.cities.put_profile(watch.profile(), at(-1))
        for one in (ANI, BUDI):
            self.cities.put_person(one, deed_of(decision("comment", of="x")))
        self.clock = ManualClock(at(0))
        desk = BuiltinDesk(self.cities, watch.profile(), BASE_URL)
        self.outbox = Outbox(CITY, self.cities, {DESK: DeskCarrier(desk)}, self.clock, random.Random(1))
        self.places = watch.placements()
        self.city = self.watch()
        self.start()

    def watch(self) -> Watch:
        scales = {one.gauge: one for one in watch.profile().scales}
        return Watch(Engine(CITY, self.rules, self.places, scales))

    def start(self) -> None:
        """An engine takes the city over; of the one before it nothing is left but the store."""
        now_us = at(self.city.minute)
        self.people = Deciding(CITY, self.cities, Words(watch.profile()), Webhooks((), BASE_URL), self.wake)
        self.notifier = Notifier(CITY, self.places)
        held = self.people.begin(self.city.engine, self.rules, now_us)
        self.notifier.restore(*told_before(self.cities, CITY), self.rules, now_us, held)
        self.done = len(self.city.told)

    def wake(self) -> None:
        self.outbox.wake()

    def kill(self, *, saved: bool = False) -> None:
        """The engine is gone; `saved`: its last snapshot was of this very moment."""
        minute, seqs = self.city.minute, self.city.seqs
        if saved:
            self.cities.commit(self.lease, EngineCommit(snapshot=self.city.engine.snapshot(), watermark_us=at(minute)))
        self.city = replace(self.watch(), minute=minute, seqs=seqs)
        recall(self.city.engine, self.cities, self.rules, at(minute))
        self.start()

    @property
    def lease(self) -> Lease:
        lease = self.cities.lease(CITY, "satu", at(0), DAYS_S)
        assert lease is not None
        return lease

    def commit(self, told: list[Transition], minute: float) -> None:
        fresh = self.people.hush.weigh(told, self.places)
        self.notifier.take(fresh, at(minute))
        commit = gather(fresh, self.notifier, self.places, Words(watch.profile()), at(minute))
        self.cities.commit(self.lease, replace(commit, said=tuple(self.people.hush.freed)))
        self.people.hush.freed.clear()
        self.notifier.kept()

    def settle(self, minute: float) -> None:
        """What the readings have caused is kept, then what people have decided is followed, then all is delivered."""
        self.city.pass_to(minute)
        self.commit(self.city.told[self.done :], minute)
        for _ in range(2):
            told: list[Transition] = []
            now_us = at(minute)
            self.people.turn(self.city.engine, self.notifier, self.lease, self.places, now_us, now_us, told)
            self.commit(told, minute)
            self.city.told += told
        self.done = len(self.city.told)
        self.clock.advance((at(minute) - self.clock.now_us()) / 1e6)
        while self.outbox.turn():
            pass

    def decide(self, one: Decision) -> Decision:
        assert self.cities.decide(one, deed_of(one))
        return one

    def open(self) -> list[Incident]:
        return list(self.cities.open_incidents(CITY))

    def cases(self) -> list[Case]:
        return list(self.cities.find_cases(CITY, public_only=False).cases)

    def thread(self) -> list[str]:
        """The Indonesian lines of the only case, without their times."""
        (case,) = self.cases()
        return [update.text["id"] for update in self.cities.updates(case.number)]

    def held(self) -> list[str]:
        events = {one.event for one in self.cities.incidents(CITY)}
        return [one.what.value for event in sorted(events) for one in self.cities.changes_of(event) if one.held]


def decision(
    kind: DecisionKind, minute: float = 0, *, of: str = "", by: str = ANI.id, for_min: float = 60, **how: Any
) -> Decision:
    """As a page would make it at this minute of the story."""
    timed = kind in {"silence", "window"}
    body: dict[str, Any] = {"comment": {"text": "."}, "end": {"reason": "pos hanyut"}}.get(kind, {})
    if timed:
        body = {"reason": "uji coba", "matchers": how.pop("matchers", {})}
    if kind == "window":
        body |= {"what": "works", "start_us": at(minute)}
    return Decision(
        id=f"{kind}-{minute:g}-{by[-1]}", city=CITY, kind=kind, by=by, at_us=at(minute), incident=of,
        event=how.pop("event", ""), until_us=at(minute + for_min) if timed else None, body=body | how,
    )  # fmt: skip


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.stores.close()


def dark(city: Watch, *nodes: str, begin: float = 0, minutes: int = 12) -> None:
    """Points whose internet is gone: open after ten minutes."""
    for minute in range(minutes):
        for node in nodes:
            city.point(begin + minute, node, "captive")


def light(city: Watch, *nodes: str, begin: float, minutes: int = 12) -> None:
    for minute in range(minutes):
        for node in nodes:
            city.point(begin + minute, node)


def flood(city: Watch, begin: float = 0, cm: float = 120) -> None:
    for minute in (0, 5, 10):
        city.level(begin + minute, GAUGE, cm)


# ---------------------------------------------------------------- silences


def test_what_a_silence_holds_is_kept_and_not_said(office: Office) -> None:
    """The incident is there for every page; nobody is told of it, nor of its end, for nobody was told that it began."""
    office.decide(decision("silence", matchers={"node": "wifi-7"}))
    office.settle(0)
    dark(office.city, "wifi-7")
    office.settle(12)
    assert [one.node for one in office.open()] == ["wifi-7"]
    assert office.cases() == []
    assert (office.people.hush.count, office.notifier.muted) == (1, 1)
    light(office.city, "wifi-7", begin=20)
    office.settle(40)
    assert office.open() == []
    assert office.cases() == []
    assert office.held() == ["opened", "recovering", "resolved"]
    assert (office.people.hush.count, office.notifier.muted) == (3, 0)


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize("ended", [False, True])
def test_what_is_still_so_when_the_silence_ends_is_said_once(office: Office, ended: bool, killed: bool) -> None:
    """By its time, or because somebody ended it; also where the engine was killed in between."""
    silence = office.decide(decision("silence", matchers={"node": "wifi-7"}))
    office.settle(0)
    dark(office.city, "wifi-7", minutes=25)
    office.settle(25)
    if ended:
        office.decide(decision("unsilence", 26, ends=silence.id))
    if killed:
        office.kill()
    dark(office.city, "wifi-7", begin=26, minutes=6 if ended else 36)
    office.settle(62)
    if killed:
        office.kill(saved=True)
    office.settle(63)
    (case,) = office.cases()
    assert "wifi-7 terputus sejak" in case.description["id"]
    assert office.thread() == [case.description["id"]]
    assert office.notifier.muted == 0
    light(office.city, "wifi-7", begin=64)
    office.settle(80)
    assert [case.state for case in office.cases()] == ["done"]
    assert "menyala kembali" in office.thread()[-1]


@pytest.mark.parametrize("killed", [False, True])
def test_the_end_of_what_was_announced_is_said_also_in_a_silence(office: Office, killed: bool) -> None:
    """Whoever was told that it began is told that it is over."""
    dark(office.city, "wifi-7")
    office.settle(12)
    (case,) = office.cases()
    office.decide(decision("silence", 13, of=office.open()[0].id))
    office.settle(14)
    if killed:
        office.kill()
    light(office.city, "wifi-7", begin=15, minutes=5)
    dark(office.city, "wifi-7", begin=20, minutes=3)
    light(office.city, "wifi-7", begin=23)
    office.settle(40)
    assert office.held() == ["recovering", "relapsed", "recovering"]
    assert [one.state for one in office.cases()] == ["done"]
    assert [line.split(" ")[0] for line in office.thread()] == [case.description["id"].split(" ")[0], "WiFi"]


def test_changes_in_a_silence_are_told_as_they_stand_when_it_ends(office: Office) -> None:
    """A flood of staff's rose twice and fell once: one line tells where it stands."""
    office.places = watch.placements({GAUGE: "staff"})
    office.city = office.watch()
    office.start()
    flood(office.city, cm=80)
    office.settle(11)
    assert len(office.thread()) == 1
    office.decide(decision("silence", 12, matchers={"river": "Code"}))
    office.settle(12)
    for minute, cm in enumerate((120, 120, 120, 170, 170, 170), start=3):
        office.city.level(5 * minute, GAUGE, cm)
    office.settle(41)
    assert len(office.thread()) == 1
    for minute in range(45, 75, 5):
        office.city.level(minute, GAUGE, 170)
    office.settle(73)
    assert len(office.thread()) == 2
    assert office.thread()[1].startswith("AWAS Sungai Code di code-hulu: 170 cm")


def test_a_rule_of_thumb_never_stops_the_publics_flood_warning(office: Office) -> None:
    """Neither a silence of the river, nor one of this very incident that does not say that it means the public."""
    office.decide(decision("silence", matchers={"river": "Code"}))
    office.decide(decision("window", matchers={"river": "Code"}))
    flood(office.city)
    office.settle(11)
    assert len(office.thread()) == 1
    office.decide(decision("silence", 12, of=office.open()[0].id, by=BUDI.id))
    office.settle(12)
    for minute in (15, 20, 25):
        office.city.level(minute, GAUGE, 170)
    office.settle(26)
    assert len(office.thread()) == 2


def test_the_command_centre_may_hold_one_floods_warning_and_its_end_is_said(office: Office) -> None:
    """A gauge that somebody is washing: this one incident, on purpose, with its reason; pages show it all the same."""
    flood(office.city)
    office.settle(11)
    office.decide(decision("silence", 12, of=office.open()[0].id, public=True))
    office.settle(12)
    for minute in (15, 20, 25):
        office.city.level(minute, GAUGE, 170)
    office.settle(26)
    assert len(office.thread()) == 1
    (incident,) = office.open()
    seen = office.cities.attention(CITY, [incident], at(26))[incident.id]
    assert (incident.level, seen.silenced_by) == (1, "silence-12-1")
    for minute in range(30, 71, 5):
        office.city.level(minute, GAUGE, 30)
    office.settle(70)
    assert office.thread()[-1].startswith("Aman kembali")


def test_a_point_outside_the_silence_tells_of_the_event_that_a_silenced_one_began(office: Office) -> None:
    """Its case is filed by whoever may be heard; then the others' end is told, too."""
    office.decide(decision("silence", matchers={"node": "wifi-1"}))
    office.settle(0)
    dark(office.city, "wifi-1", "wifi-2")
    light(office.city, "wifi-3", begin=11, minutes=1)
    office.settle(12)
    (case,) = office.cases()
    assert "wifi-2" in case.description["id"]
    light(office.city, *NORTH, begin=20)
    office.settle(35)
    assert [one.state for one in office.cases()] == ["done"]


# ---------------------------------------------------------------- windows


def test_a_point_in_its_window_opens_no_case_until_the_window_is_over(office: Office) -> None:
    """Maintenance is no outage to citizens; what is still dark afterwards is."""
    office.decide(decision("window", 5, matchers={"site": "wifi-7"}, for_min=30))
    office.settle(6)
    dark(office.city, "wifi-7", begin=7, minutes=27)
    office.settle(34)
    assert (len(office.open()), office.cases(), office.held()) == (1, [], ["opened"])
    dark(office.city, "wifi-7", begin=34, minutes=3)
    office.settle(38)
    (case,) = office.cases()
    assert (case.state, office.held()) == ("received", [])


def test_an_outage_that_is_known_is_marked_as_being_worked_on(office: Office) -> None:
    """Once, with until when; also where the engine that marked it was killed."""
    dark(office.city, "wifi-7")
    office.settle(12)
    office.decide(decision("window", 13, of=office.open()[0].id))
    dark(office.city, "wifi-7", begin=13, minutes=2)
    office.settle(15)
    office.kill()
    office.settle(20)
    assert office.thread()[1:] == ["Sedang dikerjakan petugas, rencana selesai 23.19 WIB."]
    assert [one.state for one in office.cases()] == ["in_progress"]


def test_an_outage_that_is_being_worked_on_before_its_first_word_is_marked_with_it(office: Office) -> None:
    """The window begins while the first word waits for others; what is over within the wait is no case."""
    office.rules = tuple(replace(one, timing=Timing(group_wait_s=180.0)) for one in RULES)
    office.city = office.watch()
    office.start()
    dark(office.city, "wifi-7", minutes=11)
    office.settle(11)
    (incident,) = office.open()
    office.decide(decision("window", 11.5, of=incident.id))
    office.settle(12)
    assert office.cases() == []
    dark(office.city, "wifi-7", begin=12, minutes=3)
    for minute in (15, 16):
        office.settle(minute)
    assert [one.state for one in office.cases()] == ["in_progress"]
    assert office.thread()[1:] == ["Sedang dikerjakan petugas, rencana selesai 23.18 WIB."]


def test_works_at_what_was_over_before_its_first_word_mark_nothing(office: Office) -> None:
    """No case was filed that anything could be noted in."""
    office.rules = tuple(
        replace(one, timing=Timing(group_wait_s=1_800.0), clear_for_s=60.0) if one.subject == "outage" else one
        for one in RULES
    )
    office.city = office.watch()
    office.start()
    dark(office.city, "wifi-7", minutes=11)
    office.settle(11)
    office.decide(decision("window", 11.5, of=office.open()[0].id))
    office.settle(12)
    light(office.city, "wifi-7", begin=13, minutes=4)
    for minute in (17, 18):
        office.settle(minute)
    assert (office.open(), office.cases()) == ([], [])
    assert office.cities.outbox_depth(CITY) == (0, 0)


def test_works_at_one_point_do_not_mark_a_whole_blackout(office: Office) -> None:
    """Three points are dark and somebody is at one of them; a window of their event is about all of them."""
    dark(office.city, *NORTH)
    office.settle(12)
    office.decide(decision("window", 13, matchers={"node": "wifi-1"}))
    office.settle(14)
    assert [one.state for one in office.cases()] == ["received"]
    office.decide(decision("window", 15, event=office.open()[0].event))
    office.settle(16)
    assert [one.state for one in office.cases()] == ["in_progress"]


def test_many_points_that_a_window_held_are_told_as_one_case_and_their_number(office: Office) -> None:
    """Not a line for each doubling that nobody was told of at its time."""
    office.decide(decision("window", matchers={"region": "34.71.04"}, for_min=20))
    office.settle(0)
    nodes = (*NORTH, "wifi-4", "wifi-5", "wifi-6")
    dark(office.city, *nodes, minutes=25)
    office.settle(25)
    threads = [
        [update.text["id"] for update in office.cities.updates(case.number)]
        for case in sorted(office.cases(), key=lambda one: one.number)
    ]
    assert [len(lines) for lines in threads] == [2, 2]
    assert all("Kini 3 titik" in lines[1] for lines in threads)


# ---------------------------------------------------------------- what people say of the water


def gone(office: Office) -> str:
    """A flood whose gauge fell silent; the incident's id."""
    flood(office.city)
    office.settle(50)
    (incident,) = office.open()
    assert incident.no_data
    return incident.id


@pytest.mark.parametrize("killed", [False, True])
def test_one_person_ends_nothing_and_two_do(office: Office, killed: bool) -> None:
    """Twice the same person neither; what was ended stays ended, however often the rows are read again."""
    incident = gone(office)
    office.decide(decision("end", 51, of=incident))
    office.decide(decision("end", 55, of=incident))
    office.settle(56)
    assert len(office.open()) == 1
    if killed:
        office.kill(saved=True)
    office.decide(decision("end", 80, of=incident, by=BUDI.id))
    office.settle(81)
    assert office.open() == []
    assert office.thread()[-1].startswith("Diakhiri oleh dua petugas, sensor tetap diam")
    assert [one.state for one in office.cases()] == ["done"]
    lines = office.thread()
    office.kill(saved=not killed)
    office.settle(90)
    assert (office.thread(), office.open()) == (lines, [])


def test_an_end_that_was_refused_ends_nothing_that_came_later(office: Office) -> None:
    """Two said it of a gauge that was still measuring. It falls silent; a new engine reads them again."""
    flood(office.city)
    office.settle(11)
    (incident,) = office.open()
    office.decide(decision("end", 12, of=incident.id))
    office.decide(decision("end", 13, of=incident.id, by=BUDI.id))
    office.settle(14)
    office.settle(50)
    assert [one.no_data for one in office.open()] == [True]
    office.kill()
    office.settle(51)
    assert [one.no_data for one in office.open()] == [True]
    office.decide(decision("end", 52, of=incident.id))
    office.decide(decision("end", 53, of=incident.id, by=BUDI.id))
    office.settle(54)
    assert office.open() == []


def test_two_people_half_an_hour_apart_have_not_agreed(office: Office) -> None:
    """Each spoke of what they saw then."""
    incident = gone(office)
    office.decide(decision("end", 51, of=incident))
    office.decide(decision("end", 81.1, of=incident, by=BUDI.id))
    office.settle(82)
    assert len(office.open()) == 1


def test_what_was_read_on_site_while_the_engine_was_away_counts_as_if_it_had_been_there(office: Office) -> None:
    """Three readings that one row each holds; a snapshot from before them, or none at all."""
    incident = gone(office)
    for minute in (60, 75, 91):
        office.decide(decision("read_on_site", minute, of=incident, by=BUDI.id, level_cm=40.0, read_us=at(minute)))
    office.kill()
    office.settle(95)
    assert office.open() == []
    (known,) = office.cities.incidents(CITY)
    assert (known.state, known.resolved_us) == (State.RESOLVED, at(91))
    sources = [one.source for one in office.cities.changes_of(known.event)]
    assert sources == ["sensor", "sensor", "on_site", "on_site", "on_site"]


def test_a_reading_is_applied_once(office: Office) -> None:
    """Killed before the snapshot that would know of it: read again, it begins no run of its own."""
    incident = gone(office)
    office.decide(decision("read_on_site", 60, of=incident, level_cm=40.0, read_us=at(60)))
    office.settle(61)
    office.city.level(62, GAUGE, 90)
    office.settle(63)
    office.kill()
    office.settle(64)
    for minute in (70, 80, 89):
        office.city.level(minute, GAUGE, 40)
    office.settle(91)
    assert len(office.open()) == 1, "the clear time began at minute 70"


def test_a_flood_that_nobody_watches_any_more_is_ended_by_two(office: Office) -> None:
    """Its gauge has left the registry: no reading will ever end it."""
    incident = gone(office)
    del office.places[GAUGE]
    office.city.engine.place(office.places, {})
    office.decide(decision("end", 51, of=incident))
    office.decide(decision("end", 55, of=incident, by=BUDI.id))
    office.settle(56)
    assert office.open() == []
    assert office.thread()[-1] == "Diakhiri oleh dua petugas. Sensor ini tidak lagi dipantau."
    assert [one.state for one in office.cases()] == ["done"]


def test_without_a_snapshot_only_recent_words_are_followed_again(office: Office) -> None:
    """Rows of a day; what is older was followed by some engine, or is no news of the water."""
    incident = gone(office)
    office.decide(decision("read_on_site", 60, of=incident, level_cm=40.0, read_us=at(60)))
    office.decide(decision("comment", 61, of=incident))
    engine = Engine(CITY, RULES, office.places, {})
    office.people.begin(engine, RULES, at(61))
    assert engine.decided == 0
    office.people.begin(engine, RULES, at(60) + 24 * HOUR_US + MINUTE_US // 2)
    assert engine.decided == 1
    engine.decided = 0
    office.people.begin(engine, RULES, at(60) + 25 * HOUR_US)
    assert engine.decided == 2
