"""Filings on both databases: queued with the case, changed by one hand at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.city_data import NOON_US, case, profile, update

from contract.errors import Rejected
from store.cases import Case, Inbox, Moved, Sight
from store.filings import Feed, Filing, Wanted
from store.ports import CityStore

LATER_US = NOON_US + 3_600_000_000
FEED = Feed("yogyakarta", "kota", NOON_US - 10)


@pytest.fixture
def store(city_store: CityStore) -> CityStore:
    city_store.put_profile(profile(), NOON_US)
    return city_store


def filed(store: CityStore, key: str, **more: object) -> Case:
    """A case that an officer has looked at."""
    return store.file_case(replace(case(None), **{"triaged_us": NOON_US, **more}), update(key))  # type: ignore[arg-type]


def one(store: CityStore, number: str) -> Filing:
    (found,) = store.filings_of(number)
    return found


def test_a_case_is_queued_once_when_it_is_for_the_public_and_looked_at(store: CityStore) -> None:
    """Not before, not what is secret, hidden, older than the system or of another category; and each once."""
    good = filed(store, "good")
    filed(store, "secret", public=False)
    filed(store, "hidden", status="hidden")
    filed(store, "old", opened_us=NOON_US - 20)
    filed(store, "other", category="lamp")
    unseen = filed(store, "unseen", triaged_us=None)
    wanted = Wanted(("flood",))
    assert store.queue_filings(FEED, wanted, NOON_US) == 1
    assert store.queue_filings(FEED, wanted, NOON_US) == 0
    assert one(store, good.number) == Filing(good.number, "yogyakarta", "kota", "waiting", NOON_US)
    assert store.queue_filings(FEED, replace(wanted, unchecked=True), NOON_US) == 1
    assert one(store, unseen.number).state == "waiting"
    assert store.queue_filings(replace(FEED, system="lain"), Wanted(), NOON_US) == 2
    assert store.filing_counts("yogyakarta") == {("kota", "waiting"): 2, ("lain", "waiting"): 2}
    some = store.filings_among("yogyakarta", "kota", [good.number, "YOG-2026-999999"])
    assert {number: (row.system, row.state) for number, row in some.items()} == {good.number: ("kota", "waiting")}


def test_a_citys_only_desk_gets_what_is_still_open(store: CityStore) -> None:
    """Also where it was opened before the system was named; what was over by then stays."""
    old = filed(store, "old", opened_us=NOON_US - 20)
    filed(store, "over", opened_us=NOON_US - 20, closed_us=NOON_US - 15, status="fixed")
    assert store.queue_filings(FEED, Wanted(older=True), NOON_US) == 1
    assert one(store, old.number).state == "waiting"
    assert store.inbox("yogyakarta", Inbox(withheld=True)) == []


def test_two_hands_do_not_overwrite_each_other(store: CityStore) -> None:
    """Who read an older version changes nothing; a system's number is one case's alone, and finds it."""
    first, second = filed(store, "a"), filed(store, "b")
    store.queue_filings(FEED, Wanted(), NOON_US)
    read = one(store, first.number)
    kept = store.change_filing(replace(read, state="filed", foreign="S-1"))
    assert kept is not None
    assert store.change_filing(replace(read, state="unknown")) is None
    assert one(store, first.number) == kept
    assert store.filing_under("yogyakarta", "kota", "S-1") == kept
    assert store.filing_under("yogyakarta", "kota", "") is None
    with pytest.raises(Rejected, match="S-1"):
        store.change_filing(replace(one(store, second.number), foreign="S-1"))


def test_what_waits_until_later_is_not_due(store: CityStore) -> None:
    """By its own time, the oldest first."""
    for key in ("a", "b"):
        filed(store, key)
    store.queue_filings(FEED, Wanted(), NOON_US)
    late, _ = store.filings("yogyakarta", "kota", ("waiting",))
    store.change_filing(replace(late, next_us=NOON_US + 5))
    assert [row.number for row in store.filings("yogyakarta", "kota", ("waiting",), due_us=NOON_US)] != [late.number]
    assert len(store.filings("yogyakarta", "kota", ("waiting",), due_us=NOON_US + 5)) == 2
    assert store.filings("yogyakarta", "kota", ("filed",)) == []


def test_a_line_of_ours_is_untold_until_it_is_told(store: CityStore) -> None:
    """Public lines alone, of filed cases alone."""
    known = filed(store, "a")
    store.queue_filings(FEED, Wanted(), NOON_US)
    filing = store.change_filing(replace(one(store, known.number), state="filed", told_us=LATER_US))
    assert filing is not None
    assert store.untold("yogyakarta", "kota") == []

    def say(key: str, *, inner: bool) -> None:
        line = replace(update(key, known.number), said_us=LATER_US + 1, inner=inner)

        def decide(sight: Sight) -> Moved:
            return Moved(sight.case, [line], ())

        store.move_case(known.number, key, decide)

    say("inner", inner=True)
    assert store.untold("yogyakarta", "kota") == []
    say("outer", inner=False)
    assert store.untold("yogyakarta", "kota") == [filing]
    store.change_filing(replace(filing, told_us=LATER_US + 1))
    assert store.untold("yogyakarta", "kota") == []


def test_a_feed_keeps_when_it_began(store: CityStore) -> None:
    """However often it says how it does."""
    assert store.put_feed(FEED) == FEED
    later = store.put_feed(replace(FEED, since_us=NOON_US, said="away", cursor="7"))
    assert later == replace(FEED, said="away", cursor="7")
    assert store.feeds("yogyakarta") == [later]
