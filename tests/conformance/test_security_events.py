"""What is promised of security events, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

from support.at_once import at_once
from support.city_data import NOON_US
from support.people_data import CITY, deed, knock, person

from contract.clock import MINUTE_US
from store import open_city
from store.ports import CityStore

_MINUTE_START_US = NOON_US // MINUTE_US * MINUTE_US


def test_equal_ones_of_a_minute_are_one_row(city_store: CityStore) -> None:
    """With how often and when last; the next minute is another row."""
    city_store.note_security([knock(at_us=_MINUTE_START_US + n, count=2) for n in (5, 3)])
    city_store.note_security([knock(at_us=_MINUTE_START_US + n) for n in (MINUTE_US - 1, MINUTE_US)])
    assert city_store.security_events(CITY) == [
        knock(at_us=_MINUTE_START_US + MINUTE_US),
        knock(at_us=_MINUTE_START_US + MINUTE_US - 1, count=5),
    ]


def test_whatever_differs_is_another_row(city_store: CityStore) -> None:
    """Place, word, name, address, detail and city."""
    changes: list[dict[str, str]] = [
        {},
        {"where": "api"},
        {"what": "kicked"},
        {"claimed": "gauge-2"},
        {"address": "203.0.113.10"},
        {"detail": "another"},
        {"city": "sleman"},
    ]
    city_store.note_security([replace(knock(), **change) for change in changes])  # type: ignore[arg-type]
    assert len(city_store.security_events(CITY)) == 6
    assert [event.city for event in city_store.security_events("sleman")] == ["sleman"]


def test_newest_first_since_a_moment(city_store: CityStore) -> None:
    """So many of them."""
    city_store.note_security([knock(at_us=NOON_US + n * MINUTE_US) for n in (2, 0, 1)])
    assert [event.at_us for event in city_store.security_events(CITY, limit=2)] == [
        NOON_US + 2 * MINUTE_US,
        NOON_US + MINUTE_US,
    ]
    assert len(city_store.security_events(CITY, NOON_US + MINUTE_US)) == 2


def test_beyond_the_limit_the_oldest_go(city_store: CityStore) -> None:
    """Of this city only."""
    city_store.note_security([replace(knock(), city="sleman")])
    for n in range(12):
        city_store.note_security([knock(claimed=f"name-{n}", at_us=NOON_US + n)], limit=10)
    assert [event.claimed for event in city_store.security_events(CITY)] == [f"name-{n}" for n in range(11, 1, -1)]
    assert len(city_store.security_events("sleman")) == 1


def test_whoever_knocks_most_pushes_out_nobody_else(city_store: CityStore) -> None:
    """A thousand made-up things from one address, or under one name: what others did before is still there."""
    told = replace(knock("two_at_once", claimed="kali"), address="203.0.113.77")
    nameless = replace(knock("wrong_identity", claimed="hulu"), address="")
    city_store.note_security([told, nameless])
    for n in range(1, 200, 10):
        flood = [replace(knock(at_us=NOON_US + n + m), detail=f"made up {n + m}") for m in range(10)]
        loud = [replace(one, address="", claimed="loud") for one in flood]
        city_store.note_security([*flood, *loud], limit=40)
    kept = city_store.security_events(CITY)
    assert 30 <= len(kept) <= 40
    assert {told, nameless} <= set(kept)
    newest = max(one.at_us for one in kept if one.claimed == "loud")
    assert newest == max(one.at_us for one in kept)


def test_names_of_any_length_and_kind_are_kept_readable(city_store: CityStore) -> None:
    """64 KiB of name, NUL, a lone surrogate: cut and shown, and no error for whoever notes it."""
    city_store.note_security([knock(claimed=name) for name in ("x" * 65_536, "a\x00b", "\ud800", "")])
    kept = {event.claimed for event in city_store.security_events(CITY)}
    assert kept == {"x" * 256, "a\ufffdb", "?", ""}


def test_copies_that_note_the_same_lose_no_count(city_url: str) -> None:
    """Two stores, eight threads, the same five names in other orders: nobody waits for ever, every one is counted."""
    stores = [open_city(city_url), open_city(city_url)]
    names = [f"gauge-{n}" for n in range(5)]

    def note(thread: int) -> None:
        for turn in range(5):
            order = names[turn:] + names[:turn]
            stores[thread % 2].note_security([knock(claimed=name) for name in (order if thread % 3 else order[::-1])])

    assert at_once([lambda thread=thread: note(thread) for thread in range(8)]) == [None] * 8
    assert {event.claimed: event.count for event in stores[0].security_events(CITY)} == dict.fromkeys(names, 40)
    for store in stores:
        store.close()


def test_an_erased_persons_account_is_taken_out(city_store: CityStore) -> None:
    """That somebody tried stays; whose name they gave does not, and another's does."""
    city_store.put_person(person(1), deed())
    mine, other = (knock("bad_password", claimed=name) for name in (person(1).account, "somebody"))
    city_store.note_security([mine, other])
    city_store.erase_person(person(1).id, deed())
    assert {(event.what, event.claimed) for event in city_store.security_events(CITY)} == {
        ("bad_password", ""),
        ("bad_password", "somebody"),
    }
    city_store.note_security([mine])
    assert sum(event.count for event in city_store.security_events(CITY)) == 3
