"""What is walked through on its way to residents, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

from support.bulletins import bulletin
from support.city_data import NOON_US
from support.subscriptions import notice

from contract.levels import Level
from store.ports import CityStore, EngineCommit, Lease

CITY = notice().city


def lease_of(store: CityStore, city: str = CITY) -> Lease:
    held = store.lease(city, "satu", NOON_US, 60)
    assert held is not None
    return held


def test_a_notice_is_kept_once_as_it_was_told(city_store: CityStore) -> None:
    """Every field; the same id again changes nothing, whatever it says by then."""
    full = notice(2, topic="bmkg", node="", regions=(), level=Level.SIAGA, update=True, credit="BMKG", expires_us=None)
    assert city_store.put_notices([notice(), full]) == 2
    assert city_store.put_notices([notice(text={"id": "Lain.", "en": "Other."}), notice(3)]) == 1
    assert city_store.put_notices([]) == 0
    first, second, third = notice(seq=1), replace(full, seq=2), notice(3, seq=3)
    assert list(city_store.notices_since(CITY, 0)) == [first, second, third]
    assert list(city_store.notices_since(CITY, 1, 1)) == [second]
    assert list(city_store.notices_since("sleman", 0)) == []
    assert city_store.notice("notice-2") == second
    assert city_store.notice("notice-9") is None


def test_the_engine_keeps_notices_with_what_caused_them(city_store: CityStore) -> None:
    """In one transaction, and by id as everybody."""
    lease = lease_of(city_store)
    city_store.commit(lease, EngineCommit(notices=[notice()]))
    city_store.commit(lease, EngineCommit(notices=[notice(), notice(2)]))
    assert [one.id for one in city_store.notices_since(CITY, 0)] == ["notice-1", "notice-2"]


def test_bulletins_are_walked_through_in_the_order_of_their_keeping(city_store: CityStore) -> None:
    """Not in that of their times: one that is kept later is never behind the cursor. Each city counts for itself."""
    lease = lease_of(city_store)
    city_store.commit(lease, EngineCommit(bulletins=[bulletin(2)]))
    city_store.commit(lease, EngineCommit(bulletins=[bulletin(2), bulletin(1), bulletin(3)]))
    city_store.commit(lease_of(city_store, "sleman"), EngineCommit(bulletins=[bulletin(of="i2", city="sleman")]))
    assert [(seq, one.number) for seq, one in city_store.bulletins_since(CITY, 0)] == [(1, 2), (2, 1), (3, 3)]
    assert [seq for seq, _ in city_store.bulletins_since(CITY, 1, 1)] == [2]
    assert [seq for seq, _ in city_store.bulletins_since("sleman", 0)] == [1]
    assert city_store.telling_heads(CITY) == (3, 0)
