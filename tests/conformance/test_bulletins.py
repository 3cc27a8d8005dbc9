"""What the public was told of the water, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import pytest
from support.bulletins import bulletin
from support.city_data import NOON_US, incident, profile

from contract.bulletin import bulletin_id
from contract.errors import Rejected
from contract.levels import Level
from store.ports import CityStore, EngineCommit, Lease, SigningKey


def lease_of(store: CityStore) -> Lease:
    held = store.lease(incident().city, "satu", NOON_US, 60)
    assert held is not None
    return held


def test_a_bulletin_is_kept_as_it_was_said(city_store: CityStore) -> None:
    """Every field, also those that are empty, and in the transaction of what caused it."""
    full = bulletin(
        2, kind="order", ground="witness", witness="Jembatan Sayidan", by="p1", signed_by="Siti, BPBD", confirmed=True,
        expires_us=NOON_US + 9, regions=("RW 05", "34.71.01.1001"), silent=True, corrects="b0", signature="c2ln",
        key="k1", level=Level.AWAS,
    )  # fmt: skip
    bare = bulletin(1, value_cm=None, trend=None, sms={}, script={}, expires_us=None)
    city_store.commit(lease_of(city_store), EngineCommit(incidents=[incident()], bulletins=[bare, full]))
    assert list(city_store.bulletins(bare.city)) == [full, bare]
    assert city_store.bulletin(full.id) == full
    assert city_store.bulletin("nothing") is None
    assert city_store.incident(incident().id) == incident()


def test_what_was_said_first_stands(city_store: CityStore) -> None:
    """The same bulletin again changes nothing, whatever it says by then."""
    lease = lease_of(city_store)
    city_store.commit(lease, EngineCommit(bulletins=[bulletin()]))
    city_store.commit(lease, EngineCommit(bulletins=[bulletin(text={"id": "Lain.", "en": "Other."}), bulletin(2)]))
    assert list(city_store.bulletins(bulletin().city)) == [bulletin(2), bulletin()]


def test_bulletins_are_found_by_what_they_are_about(city_store: CityStore) -> None:
    """By event, incident, time and drill, the newest first, so many; no city's among another's."""
    one, two, other = bulletin(1), bulletin(2), bulletin(3, of="incident-2", event="event-2")
    drill = bulletin(4, of="latihan-1", event="", drill=True)
    city_store.commit(lease_of(city_store), EngineCommit(bulletins=[one, other, two, drill]))
    city = one.city

    assert list(city_store.bulletins(city, incident="incident-1")) == [two, one]
    assert list(city_store.bulletins(city, event="event-2")) == [other]
    assert list(city_store.bulletins(city, since_us=two.at_us)) == [drill, other, two]
    assert list(city_store.bulletins(city, drill=True)) == [drill]
    assert list(city_store.bulletins(city, drill=False, limit=2)) == [other, two]
    assert list(city_store.bulletins("sleman")) == []


def test_two_of_a_moment_stand_in_the_order_of_their_numbers(city_store: CityStore) -> None:
    """A level and the order that it brings are said at once, the order after it."""
    fact, order = bulletin(1), bulletin(2, kind="order", at_us=bulletin(1).at_us)
    city_store.commit(lease_of(city_store), EngineCommit(bulletins=[order, fact]))
    assert [found.id for found in city_store.bulletins(fact.city)] == [order.id, fact.id]


def test_an_engine_that_lost_the_city_tells_nobody(city_store: CityStore) -> None:
    """What a fenced engine says is not kept."""
    old = lease_of(city_store)
    city_store.release(old)
    assert city_store.lease(incident().city, "dua", NOON_US + 1, 60) is not None
    with pytest.raises(Rejected):
        city_store.commit(old, EngineCommit(bulletins=[bulletin()]))
    assert city_store.bulletin(bulletin_id("incident-1", 1)) is None


def test_an_alert_that_was_handed_out_stays_as_it_is(city_store: CityStore) -> None:
    """Of two who write it at once both hand out the same bytes, and whoever comes later, too."""
    assert city_store.cap_alert("b1") is None
    assert city_store.keep_cap_alert("yogyakarta", "b1", b"<alert>1</alert>", NOON_US) == b"<alert>1</alert>"
    assert city_store.keep_cap_alert("yogyakarta", "b1", b"<alert>2</alert>", NOON_US + 1) == b"<alert>1</alert>"
    assert city_store.cap_alert("b1") == b"<alert>1</alert>"


def test_the_keys_that_ever_signed_are_kept(city_store: CityStore) -> None:
    """The newest first; one that is known stays as it was; no city's among another's."""
    city_store.put_profile(profile(), NOON_US)
    first, second = SigningKey("k1", "AAAA", NOON_US), SigningKey("k2", "BBBB", NOON_US + 1)
    for one in (first, second, SigningKey("k1", "CCCC", NOON_US + 9)):
        city_store.note_signing_key(profile().code, one)
    assert list(city_store.signing_keys(profile().code)) == [second, first]
    assert list(city_store.signing_keys("sleman")) == []
