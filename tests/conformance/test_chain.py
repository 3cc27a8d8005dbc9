"""Who passes warnings on, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

from support.city_data import NOON_US
from support.contacts import contact
from support.people_data import CITY, deed, rejected

from contract.chain import UNDO_US, Contact, Relay
from store.people import Deed
from store.ports import CityStore

ONE = contact(city=CITY)
SAID = Relay(bulletin="b1", contact=ONE.id, city=CITY, at_us=NOON_US, done=True)


def put(store: CityStore, *given: Contact) -> None:
    store.put_contacts(CITY, given, [deed("contact.added", one.id) for one in given])


def at(us: int) -> Deed:
    return replace(deed("relay.said"), at_us=us)


def test_contacts_are_kept_all_or_none(city_store: CityStore) -> None:
    """By region, RW and name; each with its deed; where one is refused nothing is written."""
    later = contact(city=CITY, id="contact-2", region="31.74.01.1002", phone="0812 000-222")
    put(city_store, later, ONE)
    assert city_store.contacts(CITY) == [ONE, later]
    assert city_store.contacts("sleman") == []
    assert len(city_store.audit(CITY)) == 2
    third = replace(later, id="contact-3", phone="0812 000-333")
    rejected("taken", lambda: put(city_store, third, replace(ONE, id="contact-4", rw="rw 04  CONTOH")), city_store)
    assert city_store.contacts(CITY) == [ONE, later]


def test_a_contact_is_altered_and_the_link_stays(city_store: CityStore) -> None:
    """Another number makes nobody print a new link; when they were put first stays, too."""
    put(city_store, ONE)
    assert city_store.link_contact(CITY, ONE.id, "digest-1", deed("contact.linked"))
    put(city_store, replace(ONE, phone="0813 9", checked_us=NOON_US + 5, created_us=0))
    assert city_store.contact(CITY, ONE.id) == replace(ONE, phone="0813 9", checked_us=NOON_US + 5, digest="digest-1")


def test_a_link_opens_until_another_is_made_or_they_are_asked_no_more(city_store: CityStore) -> None:
    """By its digest alone; then the number is forgotten, and the name stays with what was said."""
    put(city_store, ONE)
    assert city_store.contact_by_link("") is None
    assert city_store.link_contact(CITY, ONE.id, "digest-1", deed())
    found = city_store.contact_by_link("digest-1")
    assert found is not None
    assert found.id == ONE.id
    assert city_store.link_contact(CITY, ONE.id, "digest-2", deed())
    assert city_store.contact_by_link("digest-1") is None
    assert not city_store.link_contact("sleman", ONE.id, "digest-3", deed())
    assert city_store.end_contact(CITY, ONE.id, at(NOON_US + 9))
    assert not city_store.end_contact(CITY, ONE.id, at(NOON_US + 10))
    assert city_store.contact_by_link("digest-2") is None
    assert city_store.contacts(CITY) == []
    assert city_store.contact(CITY, ONE.id) == replace(ONE, phone="", ended_us=NOON_US + 9)
    rejected("ended", lambda: put(city_store, ONE), city_store)


def test_what_was_said_is_kept_once(city_store: CityStore) -> None:
    """A second tap changes nothing and is no second deed."""
    assert city_store.put_relay(SAID, at(NOON_US)) == SAID
    assert city_store.put_relay(replace(SAID, at_us=NOON_US + 7), at(NOON_US + 7)) == SAID
    assert city_store.relays(CITY, "b1") == [SAID]
    assert city_store.relays("sleman", "b1") == []
    assert len(city_store.audit(CITY)) == 1


def test_having_passed_it_on_stands_against_cannot(city_store: CityStore) -> None:
    """Who found a way after all says so; who has said it aloud has not become unable."""
    cannot = replace(SAID, done=False, reason="toa rusak")
    assert city_store.put_relay(cannot, at(NOON_US)) == cannot
    assert city_store.put_relay(SAID, at(NOON_US)) == SAID
    assert city_store.put_relay(cannot, at(NOON_US)) == SAID


def test_a_tap_is_taken_back_for_five_minutes(city_store: CityStore) -> None:
    """After that somebody may rely on it."""
    city_store.put_relay(SAID, at(NOON_US))
    assert not city_store.undo_relay(SAID, at(NOON_US + UNDO_US + 1))
    assert city_store.undo_relay(SAID, at(NOON_US + UNDO_US))
    assert not city_store.undo_relay(SAID, at(NOON_US + UNDO_US))
    assert city_store.relays(CITY, "b1") == []
