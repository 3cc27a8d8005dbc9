"""Who is woken by the engine's process: a night with a real telephone line and a real push server, and its kills."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from support import watch
from support.alerting import Judged, Stores
from support.people_data import deed, person
from support.phones import SECRET, USER, Phone
from support.receiver import Receiver, receiver

from alerts.channels.ntfy import Ntfy
from alerts.channels.port import Channel
from alerts.channels.ring import Ring, SipLine
from complaints.outward import Outward
from contract.addresses import networks
from contract.clock import HOUR_US
from contract.decision import Decision
from contract.duty import Shift, Way
from contract.incident import Incident
from store.decisions import deed_of
from store.duty import Sent
from store.ports import EngineCommit, Lease

SITI, BUDI, WATI = (
    replace(person(number, city=watch.CITY), name=name) for number, name in enumerate(("Siti", "Budi", "Wati"), 1)
)
NAMES = {one.id: one.name for one in (SITI, BUDI, WATI)}
HOME = Outward(networks("127.0.0.0/8", where="test"))


@dataclass
class Night:
    """The small city with Siti and Budi on duty, and Wati of the same agency at home."""

    stores: Stores
    phone: Phone
    push: Receiver
    judged: Judged = field(init=False)

    def __post_init__(self) -> None:
        store, city = self.stores.cities, watch.CITY
        store.put_profile(watch.profile(), watch.START_US)
        for one in (SITI, BUDI, WATI):
            store.put_person(one, deed("person.joined", one.id))
            for channel, address in (("ring", f"0812{one.id[-1]}"), ("push", f"topik-{one.name}")):
                way = Way(city=city, person=one.id, channel=channel, address=address, rings=channel == "ring")
                store.put_way(way, deed("duty.way"))
        ends_us = watch.START_US + 12 * HOUR_US
        store.put_shifts(
            city,
            [
                Shift(id=one.name, city=city, person=one.id, rung=rung, from_us=watch.START_US, to_us=ends_us)
                for rung, one in enumerate((SITI, BUDI), 1)
            ],
            deed("duty.planned"),
        )
        self.judged = Judged(self.stores, channels=self.channels())

    def channels(self) -> Mapping[str, Channel]:
        return {
            "ring": Ring(SipLine("127.0.0.1", self.phone.port, USER, SECRET, domain="kota", ring_s=0.2, talk_s=0.1)),
            "push": Ntfy(HOME.judge(self.push.url, where="test"), HOME),
        }

    def flood(self, cm: float = 120) -> Incident:
        """A gauge that has risen past SIAGA for long enough."""
        while not self.stores.cities.open_incidents(watch.CITY):
            self.judged.level(cm)
        return self.stores.cities.open_incidents(watch.CITY)[0]

    def minutes(self, number: int) -> None:
        """Readings go on."""
        for _ in range(number * 2):
            self.judged.clock.advance(30)
            assert self.judged.process.turn(0.0)

    def answers(self, who: Any, incident: Incident, name: str = "d1") -> None:
        now_us = self.judged.clock.now_us()
        decision = Decision(
            id=name, city=watch.CITY, kind="acknowledge", by=who.id, at_us=now_us, incident=incident.id,
            until_us=now_us + HOUR_US, body={"level": 2},
        )  # fmt: skip
        assert self.stores.cities.decide(decision, deed_of(decision))

    def sent(self, incident: Incident) -> list[Sent]:
        return list(reversed(self.stores.cities.sent_to_people(watch.CITY, incident.event)))

    def called(self, incident: Incident) -> list[tuple[str, str]]:
        return [(NAMES[one.person], one.channel) for one in self.sent(incident)]


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    stores, phone = Stores(tmp_path), Phone("rings")
    with receiver() as push:
        push.status = 200
        yield Night(stores, phone, push)
    phone.close()
    stores.close()


def test_at_siaga_somebody_is_woken_and_then_the_next_until_one_answers(night: Night) -> None:
    """By telephone and by push, in the same turn that opened the flood; two minutes later the next rung. What came of
    each stands with it; who has answered ends it for all."""
    incident = night.flood()
    assert night.called(incident) == [("Siti", "ring"), ("Siti", "push")]
    night.judged.process.outbox.turn()
    assert night.phone.numbers == [f"sip:0812{SITI.id[-1]}@kota"]
    assert [(one.state, one.said) for one in night.sent(incident)] == [
        ("delivered", "no_answer 0.2 s"), ("delivered", "accepted HTTP 200"),
    ]  # fmt: skip
    night.minutes(2)
    assert night.called(incident)[2:] == [("Budi", "ring"), ("Budi", "push")]
    night.answers(BUDI, incident)
    night.minutes(1)
    night.judged.process.outbox.turn()
    assert [one.said for one in night.sent(incident)][2:] == ["not_needed", "not_needed"], "he has answered already"
    assert night.judged.process.facts()["unanswered"] == 0
    night.minutes(10)
    assert len(night.sent(incident)) == 4


def test_what_is_said_names_place_level_number_and_since_when(night: Night) -> None:
    """In both languages, with where to answer; that nobody is on duty is said in it."""
    for one in night.stores.cities.shifts(watch.CITY, 0, 2 * watch.START_US):
        night.stores.cities.remove_shift(watch.CITY, one.id, deed("duty.removed"))
    incident = night.flood()
    assert {name for name, _ in night.called(incident)} == {"Siti", "Budi", "Wati"}
    rows = night.stores.cities.due(watch.CITY, night.judged.clock.now_us(), only="person/push")
    body = rows[0].body
    assert body["brief"].startswith("SIAGA: ")
    assert "120 cm. Belum ada yang menjawab sejak " in body["brief"]
    assert body["brief"].endswith("Tidak ada yang berjaga sekarang: semua petugas dipanggil.")
    assert "ALERT: " in body["text"]
    assert body["link"].endswith(f"/jaga?alarm={incident.id}")
    assert "0812" not in str(body), "no number lies in the outbox"


def test_who_picks_up_has_shown_that_the_telephone_works(night: Night) -> None:
    night.phone.manner = "answers"
    incident = night.flood()
    night.judged.process.outbox.turn()
    assert night.sent(incident)[0].said == "answered"
    ways = {(one.person, one.channel): one.verified_us for one in night.stores.cities.ways(watch.CITY)}
    assert ways[SITI.id, "ring"] == night.judged.clock.now_us()
    assert ways[BUDI.id, "ring"] is None
    assert night.judged.process.facts()["unanswered"] == 1, "who picks up has not said what is to be done"


def test_a_dead_provider_holds_up_nobody_and_its_calls_end_with_their_step(night: Night) -> None:
    """Push goes on while the line is away, and the next rung is called all the same; an old call is not made late."""
    night.phone.manner = "away"
    incident = night.flood()
    night.judged.process.outbox.turn()
    night.minutes(2)
    night.judged.process.outbox.turn()
    found = {(NAMES[one.person], one.channel): (one.state, one.said) for one in night.sent(incident)}
    assert found["Siti", "push"] == found["Budi", "push"] == ("delivered", "accepted HTTP 200")
    assert found["Siti", "ring"] == ("abandoned", "expired before it could be said")
    assert found["Budi", "ring"][0] == "waiting"


class _Dies(Exception):
    """The process is killed here."""


@dataclass
class _Killed:
    """The city's store, in which the process dies before or after it has kept whom to call."""

    real: Any
    after: bool

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def commit(self, lease: Lease, commit: EngineCommit) -> None:
        calls = any(one.channel.startswith("person/") for one in commit.outgoing)
        if self.after or not calls:
            self.real.commit(lease, commit)
        if calls:
            raise _Dies


@pytest.mark.parametrize("after", [False, True], ids=["before it is kept", "after it is kept"])
def test_killed_at_any_step_each_call_is_made_once(night: Night, after: bool) -> None:
    """Every engine dies at its first call and the next one goes on: nobody is left out, nobody called twice."""
    real = night.stores.cities
    night.stores.cities = _Killed(real, after)
    night.judged.process = night.judged.engine(channels=night.channels(), holder="satu")
    for number in range(4):
        try:
            if number == 0:
                night.flood()
            else:
                night.minutes(3)
        except _Dies:
            night.stores.cities = _Killed(real, after=True) if not after else real
            night.judged.process = night.judged.engine(channels=night.channels(), holder="satu")
            after = True
    night.stores.cities = real
    (incident,) = real.open_incidents(watch.CITY)
    night.judged.process = night.judged.engine(channels=night.channels(), holder="satu")
    night.minutes(1)
    keys = [one.key for one in night.sent(incident)]
    assert len(keys) == len(set(keys))
    steps = {int(key.split("/")[3]) for key in keys}
    assert {0, 1} <= steps
    assert {("Siti", "ring"), ("Siti", "push"), ("Budi", "ring"), ("Budi", "push")} <= set(night.called(incident))


def test_the_new_word_of_worse_water_calls_again(night: Night) -> None:
    """Who answered at SIAGA is woken at AWAS."""
    incident = night.flood()
    night.answers(SITI, incident)
    night.minutes(1)
    before = len(night.sent(incident))
    for _ in range(4):
        night.judged.level(180)
    fresh = night.sent(incident)[before:]
    assert {NAMES[one.person] for one in fresh} >= {"Siti"}
    last = night.stores.cities.due(watch.CITY, night.judged.clock.now_us(), only="person/push")[-1]
    assert last.body["brief"].startswith("AWAS: ")


def test_a_row_that_cannot_be_carried_is_kept_with_the_reason(night: Night) -> None:
    """Somebody took the number away in between."""
    incident = night.flood()
    night.stores.cities.remove_way(watch.CITY, SITI.id, "ring", deed("duty.way_gone"))
    night.judged.process.outbox.turn()
    assert night.sent(incident)[0].said == "no_way: nobody is reached by this way any more"
