"""The number by which lists are kept, on both databases: every change of the desk moves it, nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from support.city_data import NOON_US, case, profile, update

from contract.errors import Rejected
from store import open_city
from store.cases import Case, CaseStore, CitizenReport, Inbox, Moved, Near, Place, Sight
from store.filings import Feed, FilingStore, Wanted
from store.people import Deed, Person
from store.photos import Photo, PhotoStore
from store.ports import CityStore

CITY = "yogyakarta"
FEED = Feed(CITY, "kota", NOON_US - 10)
PHOTO = Photo("p1", CITY, "", "r1", "report", NOON_US, 1600, 1200, 5)
READS = {
    *("desk_mark", "aside", "trusted", "report_of", "report", "lines", "case", "case_of_event", "cases_of", "updates"),
    *("pauses", "reports", "report_counts", "replied", "reports_since", "inbox", "waiting", "find_cases"),
    *("photo", "photo_picture", "photos_of", "photos_of_reports", "shown_photos", "near_photos"),
    *("filings", "untold", "filings_of", "filings_among", "filing_under", "filing_counts", "feeds"),
}
NOT_SHOWN = {"put_feed"}
"""how far another system's news were read: no list shows it"""


def said(key: str) -> CitizenReport:
    one = case(None)
    return CitizenReport(key, CITY, "", key, NOON_US, "web", "flood", one.lat, one.lon, one.region, "Air masuk")


def moved(store: CityStore, number: str, key: str, **more: object) -> None:
    line = update(key, number)
    store.move_case(number, key, lambda sight: Moved(replace(sight.case, **more), [line], sight.pauses))


def writes(store: CityStore, first: Case) -> dict[str, list[Callable[[], object]]]:
    """By the method's name: ways to change something, each of which changes it indeed, in this order."""
    near = Near(("flood",), 250.0, 0)
    queued = Wanted(("flood",), unchecked=True)
    return {
        "file_case": [lambda: store.file_case(case("event-9"), update("e9"))],
        "file_report": [
            lambda: store.file_report(said("r3"), case(None), update("r3/filed"), near),
            lambda: store.file_report(said("r4"), case(None), update("r4/filed"), None, opens=False),
        ],
        "queue_filings": [lambda: store.queue_filings(FEED, queued, NOON_US)],
        "change_filing": [lambda: store.change_filing(replace(store.filings_of(first.number)[0], state="filed"))],
        "move_case": [lambda: moved(store, first.number, "m1"), lambda: moved(store, first.number, "m2", public=False)],
        "put_photo": [lambda: store.put_photo(replace(PHOTO, id="p2"), b"l", b"s", twin_bits_most=0)],
        "say_twin": [lambda: store.say_twin(replace(PHOTO, alike="same"))],
        "show_photo": [lambda: store.show_photo(CITY, "p1", NOON_US)],
        "blur_photo": [lambda: store.blur_photo(CITY, "p1", b"l", b"s")],
        "erase_photo": [lambda: store.erase_photo(CITY, "p1")],
        "erase_report": [lambda: store.erase_report(CITY, "r2", NOON_US + 1)],
        "erase_reports": [lambda: store.erase_reports(CITY, NOON_US + 1, NOON_US + 2)],
    }


@pytest.fixture
def store(city_store: CityStore) -> CityStore:
    city_store.put_profile(profile(), NOON_US)
    return city_store


def test_every_way_to_write_moves_the_mark_for_everybody(store: CityStore, city_url: str) -> None:
    """Seen at once by another process's connection; reading moves nothing. A method that nobody has
    put on one of the lists fails."""
    first = store.file_case(replace(case("event-1"), triaged_us=NOON_US), update("first"))
    taken = store.file_report(said("r1"), case(None), update("r1/filed"), None)
    assert taken is not None
    store.file_report(said("r2"), case(None), update("r2/filed"), Near(("flood",), 250.0, 0))
    moved(store, taken[0].number, "over", closed_us=NOON_US)
    store.put_photo(PHOTO, b"large", b"small", twin_bits_most=0)
    known = writes(store, first)
    ports = (CaseStore, PhotoStore, FilingStore)
    named = {name for port in ports for name in vars(port) if not name.startswith("_")}
    assert named - READS - NOT_SHOWN == set(known)
    store.put_feed(FEED)
    other = open_city(city_url)
    try:
        for name, way in ((name, way) for name, each in known.items() for way in each):
            before = other.desk_mark()
            way()
            assert other.desk_mark() > before, name
            store.find_cases(CITY)
            store.put_feed(store.feeds(CITY)[0])
            assert other.desk_mark() == store.desk_mark()
        before = other.desk_mark()
        store.put_person(
            Person("sri", CITY, "sri", "Bu Sri", "officer", created_us=NOON_US),
            Deed("system", "person.added", "sri", NOON_US),
        )
        assert other.desk_mark() > before
    finally:
        other.close()


def test_what_is_taken_back_moves_nothing(store: CityStore) -> None:
    """A change that fails within leaves the mark where it was; a change that was done already does not move it."""
    filed = store.file_case(case(None), update("first"))
    moved(store, filed.number, "m1")
    before = store.desk_mark()

    def refuse(sight: Sight) -> Moved:
        raise Rejected("no", reason="no")

    with suppress(Rejected):
        store.move_case(filed.number, "m2", refuse)
    moved(store, filed.number, "m1")
    assert store.desk_mark() == before


def test_a_changed_case_is_never_told_as_it_was(store: CityStore, city_url: str) -> None:
    """Rows that were read out before are told anew as soon as another process has changed them."""
    filed = store.file_case(case(None), update("first"))
    assert store.find_cases(CITY, public_only=False).cases == [filed]
    other = open_city(city_url)
    moved(other, filed.number, "m1", title={"id": "Lain", "en": "Other"})
    other.close()
    (found,) = store.find_cases(CITY, public_only=False).cases
    assert found == store.case(filed.number)
    assert found.title["id"] == "Lain"


def test_an_inbox_in_pages_is_the_inbox(store: CityStore) -> None:
    """Page by page nothing is missing and nothing comes twice, also among cases that are due at one moment, that have
    no due or stand still; and each is counted under its heading."""
    day_us = 86_400_000_000
    for number in range(23):
        due_us = None if number % 5 == 0 else NOON_US + (number % 4 - 1) * day_us
        one = replace(
            case(None, opened_us=NOON_US - number % 3),
            finish_due_us=due_us,
            respond_due_us=NOON_US - 1 if number % 7 == 0 else None,
            paused_us=NOON_US if number % 6 == 0 else None,
        )
        store.file_case(one, update(f"u{number}"))
    whole = list(store.inbox(CITY, Inbox()))
    assert sorted(whole, key=lambda one: tuple(getattr(Place.of(one), name) for name in Place.__slots__)) == whole
    pages: list[Case] = []
    while more := store.inbox(CITY, Inbox(), limit=4, after=Place.of(pages[-1]) if pages else None):
        pages += more
    assert pages == whole
    waiting = store.waiting(CITY, Inbox(), NOON_US)
    running = [Place.of(one).due_us for one in whole if one.paused_us is None]
    assert waiting.paused == len(whole) - len(running)
    assert waiting.late == sum(due < NOON_US for due in running)
    assert waiting.today == sum(NOON_US <= due < NOON_US + day_us for due in running)
    assert waiting.total == len(whole)
