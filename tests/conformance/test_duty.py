"""The roster and what went to persons, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.city_data import NOON_US, outgoing, profile
from support.people_data import CITY, deed, person, rejected

from contract.clock import HOUR_US
from contract.duty import Shift, Way
from contract.errors import BadInput
from store.duty import PAUSE_MOST_US, TRIAL_US, Sent, Watcher
from store.ports import CityStore

SITI, BUDI = person(1), person(2)
NIGHT = Shift(id="a", city=CITY, person=SITI.id, rung=1, from_us=NOON_US, to_us=NOON_US + 8 * HOUR_US)
PHONE = Way(city=CITY, person=SITI.id, channel="ring", address="081234", rings=True)


@pytest.fixture
def store(city_store: CityStore) -> CityStore:
    """A city with two officers."""
    city_store.put_profile(profile(), NOON_US)
    for one in (SITI, BUDI):
        city_store.put_person(one, deed("person.joined", one.id))
    return city_store


def test_shifts_are_kept_once_and_taken_away(store: CityStore) -> None:
    """Those that touch a time come back in order; the same again is none more; each change is a deed."""
    day = replace(NIGHT, id="b", person=BUDI.id, rung=2, from_us=NOON_US - HOUR_US, to_us=NOON_US + HOUR_US)
    assert store.put_shifts(CITY, [NIGHT, day], deed("duty.planned")) == 2
    assert store.put_shifts(CITY, [replace(NIGHT, id="c")], deed("duty.planned")) == 0
    assert list(store.shifts(CITY, NOON_US, NOON_US + 1)) == [day, NIGHT]
    assert list(store.shifts(CITY, NOON_US + HOUR_US, NOON_US + 2 * HOUR_US)) == [NIGHT]
    assert list(store.shifts("lain", 0, 2 * NOON_US)) == []
    assert store.remove_shift(CITY, "a", deed("duty.removed"))
    assert not store.remove_shift(CITY, "a", deed("duty.removed"))
    assert [row.what for row in store.audit(CITY)][-2:] == ["duty.planned", "duty.removed"]


def test_shifts_are_kept_all_or_none(store: CityStore) -> None:
    """Of nobody, or an impossible one among them: nothing is written."""
    stranger = replace(NIGHT, id="b", person="nobody")
    rejected("unknown_person", lambda: store.put_shifts(CITY, [NIGHT, stranger], deed()), store)
    with pytest.raises(BadInput):
        store.put_shifts(CITY, [NIGHT, replace(NIGHT, id="b", rung=0)], deed())
    assert list(store.shifts(CITY, 0, 2 * NOON_US)) == []


def test_another_address_has_never_been_tried(store: CityStore) -> None:
    store.put_way(PHONE, deed("duty.way"))
    store.way_works(CITY, SITI.id, "ring", NOON_US)
    assert list(store.ways(CITY)) == [replace(PHONE, verified_us=NOON_US)]
    store.put_way(PHONE, deed("duty.way"))
    assert list(store.ways(CITY)) == [replace(PHONE, verified_us=NOON_US)], "the same again is nothing new"
    store.put_way(replace(PHONE, address="0899", verified_us=NOON_US), deed("duty.way"))
    assert list(store.ways(CITY)) == [replace(PHONE, address="0899")]
    assert store.remove_way(CITY, SITI.id, "ring", deed("duty.way_gone"))
    assert not store.remove_way(CITY, SITI.id, "ring", deed("duty.way_gone"))
    assert list(store.ways(CITY)) == []


def test_who_is_disabled_is_not_reached_and_who_is_erased_leaves_no_number(store: CityStore) -> None:
    store.put_way(PHONE, deed("duty.way"))
    store.put_shifts(CITY, [NIGHT], deed("duty.planned"))
    store.put_person(replace(SITI, disabled_us=NOON_US), deed("person.disabled", SITI.id))
    assert list(store.ways(CITY)) == []
    rejected("unknown_person", lambda: store.put_way(PHONE, deed("duty.way")), store)
    store.put_person(SITI, deed("person.enabled", SITI.id))
    assert list(store.ways(CITY)) == [PHONE]
    store.erase_person(SITI.id, deed("person.erased", SITI.id))
    assert list(store.ways(CITY)) == []
    assert list(store.shifts(CITY, 0, 2 * NOON_US)) == []


def test_a_trial_is_answered_with_its_word_once_and_in_time(store: CityStore) -> None:
    """By the person to whom it went; the newest word alone counts."""
    mail = replace(PHONE, channel="email", address="siti@kota.example", rings=False)
    for way in (PHONE, mail):
        store.put_way(way, deed("duty.way"))
    assert store.ask_trial(mail, "digest-1", outgoing("t/1", event="", channel="person/email"), NOON_US)
    assert store.ask_trial(mail, "digest-2", outgoing("t/2", event="", channel="person/email"), NOON_US)
    assert [one.key for one in store.due(CITY, NOON_US)] == ["t/1", "t/2"]
    assert store.answer_trial(CITY, SITI.id, "digest-1", NOON_US) == ""
    assert store.answer_trial(CITY, BUDI.id, "digest-2", NOON_US) == ""
    assert store.answer_trial(CITY, SITI.id, "", NOON_US) == ""
    assert store.answer_trial(CITY, SITI.id, "digest-2", NOON_US + TRIAL_US) == ""
    assert store.answer_trial(CITY, SITI.id, "digest-2", NOON_US + 5) == "email"
    assert store.answer_trial(CITY, SITI.id, "digest-2", NOON_US + 6) == ""
    assert [one.verified_us for one in store.ways(CITY)] == [NOON_US + 5, None]
    gone = replace(mail, channel="ntfy")
    assert not store.ask_trial(gone, "digest-3", outgoing("t/3", event="", channel="person/ntfy"), NOON_US)


def test_nobody_who_does_not_pick_up_keeps_another_asleep(store: CityStore) -> None:
    """Of one event and channel all calls are due at once; what came of each is read with it, the newest first."""
    rows = [
        replace(outgoing(f"person/event-1/0/{one.id}", channel="person/ring"), body={"person": one.id})
        for one in (SITI, BUDI)
    ]
    store.put_outgoing([*rows, outgoing("desk/1"), outgoing("desk/2")])
    first, second, desk = store.due(CITY, NOON_US)
    assert (first.channel, second.channel, desk.key) == ("person/ring", "person/ring", "desk/1")
    store.postponed(first.id, NOON_US + 1, "503")
    store.delivered(second.id, NOON_US + 7, "no_answer 30 s")
    kept = Sent(
        key=rows[1].key, event="event-1", person=BUDI.id, channel="ring", created_us=NOON_US,
        settled_us=NOON_US + 7, state="delivered", said="no_answer 30 s", attempts=1,
    )  # fmt: skip
    waits = replace(kept, key=rows[0].key, person=SITI.id, settled_us=None, state="waiting", said="503")
    assert list(store.sent_to_people(CITY, "event-1")) == [kept, waits]
    assert list(store.sent_to_people(CITY, "event-2")) == []


def test_who_watches_from_outside_is_known_by_the_last_word(store: CityStore) -> None:
    store.watcher_seen(Watcher(city=CITY, name="pos jaga", seen_us=NOON_US))
    store.watcher_seen(Watcher(city=CITY, name="pos jaga", seen_us=NOON_US + 1))
    assert list(store.watchers(CITY)) == [Watcher(city=CITY, name="pos jaga", seen_us=NOON_US + 1)]
    assert list(store.watchers("lain")) == []


def test_nobody_pauses_the_watch_for_long(store: CityStore) -> None:
    """Half an hour at most, each with its deed; a later one counts."""
    store.pause(CITY, NOON_US + 60, deed("duty.paused"))
    store.pause(CITY, NOON_US + PAUSE_MOST_US, deed("duty.paused"))
    assert store.paused_until_us(CITY) == NOON_US + PAUSE_MOST_US
    assert store.paused_until_us("lain") == 0
    with pytest.raises(BadInput):
        store.pause(CITY, NOON_US + PAUSE_MOST_US + 1, deed("duty.paused"))
    assert store.audit(CITY)[-1].what == "duty.paused"


def test_the_engine_of_a_city_is_known_by_its_lease(store: CityStore) -> None:
    assert store.engine_until_us(CITY) == 0
    store.lease(CITY, "satu", NOON_US, 10.0)
    assert store.engine_until_us(CITY) == NOON_US + 10_000_000
