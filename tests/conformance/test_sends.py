"""What goes to residents and what became of it, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import pytest
from support.city_data import NOON_US
from support.reaching import sent, telling
from support.subscriptions import subscription

from contract.clock import SECOND_US
from contract.errors import Rejected
from contract.reach import BOUND, Send, Settled, Tally, Walk, share_of
from store.ports import CityStore, Lease
from store.sends import reach_lease

CITY = telling().city
DAY = "2026-06-01"


def lease_of(store: CityStore, holder: str = "satu", now_us: int = NOON_US) -> Lease:
    held = store.lease(reach_lease(CITY), holder, now_us, 60)
    assert held is not None
    return held


def follow(store: CityStore, count: int = 2) -> list[str]:
    """So many who follow by e-mail."""
    made = [
        subscription(id=f"s{at}", address=f"warga{at}@contoh.example", state="active", label="rumah")
        for at in range(count)
    ]
    return [store.put_subscription(one, f"d{one.id}", None).id for one in made]


def put(store: CityStore, lease: Lease, walk: Walk, *sends: Send) -> None:
    store.put_sends(lease, walk, sends, NOON_US)


def counts(store: CityStore) -> dict[tuple[str, str, str], int]:
    found: dict[tuple[str, str, str], int] = {}
    for told in store.told(CITY):
        for one in told.tallies:
            assert isinstance(one, Tally)
            found[one.telling, one.state, one.reason] = one.count
    return found


def test_a_walk_and_its_place_are_kept_together(city_store: CityStore) -> None:
    """The telling as it was, the source's number beside it; begun twice it is one, and goes on where its last page
    was."""
    lease, one = lease_of(city_store), Walk(telling=telling(), rests_us=7)
    assert city_store.reach_cursor(CITY, "bulletins") == 0
    city_store.begin_walk(lease, one, "bulletins", 4, NOON_US)
    city_store.begin_walk(lease, one, "bulletins", 5, NOON_US)
    city_store.begin_walk(lease, None, "notices", 9, NOON_US)
    assert (city_store.reach_cursor(CITY, "bulletins"), city_store.reach_cursor(CITY, "notices")) == (5, 9)
    assert list(city_store.open_walks(CITY)) == [one]
    page = Walk(telling=one.telling, rests_us=7, cursors={"email": 2})
    put(city_store, lease, page, sent(1), sent(2))
    put(city_store, lease, page, sent(2))
    assert list(city_store.open_walks(CITY)) == [page]
    assert counts(city_store) == {("t1", "waiting", ""): 2}
    put(city_store, lease, Walk(telling=one.telling, done=True))
    assert list(city_store.open_walks(CITY)) == []
    assert city_store.walked(CITY, ["t1", "t9"])["t1"].telling == telling()
    assert city_store.last_walk_us(CITY, "event/gauge-1") == NOON_US


def test_who_lost_the_lease_writes_nothing(city_store: CityStore) -> None:
    """Not a walk, not a page, not what came of it."""
    old, walk = lease_of(city_store), Walk(telling=telling())
    lease_of(city_store, "dua", NOON_US + 61 * SECOND_US)
    for write in (
        lambda: city_store.begin_walk(old, walk, "bulletins", 1, NOON_US),
        lambda: city_store.put_sends(old, walk, [sent(1)], NOON_US),
        lambda: city_store.settle(old, [], DAY, NOON_US),
    ):
        with pytest.raises(Rejected) as refused:
            write()
        assert refused.value.reason == "fenced"


def test_shares_have_all_between_them_and_none_twice(city_store: CityStore) -> None:
    """Several processes send beside each other: each asks for its own. Who leads has less, for it also walks."""
    lease = lease_of(city_store)
    follow(city_store, 42)
    walk = Walk(telling=telling())
    city_store.begin_walk(lease, walk, "bulletins", 1, NOON_US)
    put(city_store, lease, walk, *(sent(at) for at in range(42)))
    every = {due.send.key for due in city_store.sends_due(CITY, "email", NOON_US)}
    assert len(every) == 42
    for senders in (1, 2, 3):
        found = [
            [one.send.key for one in city_store.sends_due(CITY, "email", NOON_US, share=share_of(number, senders))]
            for number in range(senders)
        ]
        assert sorted(key for one in found for key in one) == sorted(every)
        assert senders == 1 or len(found[0]) < min(map(len, found[1:]))


def test_what_is_due_says_where_it_goes(city_store: CityStore) -> None:
    """What is urgent first; what rests, later; who has left is nobody; of one thread one after the other."""
    follow(city_store, 3)
    lease, walk = lease_of(city_store), Walk(telling=telling())
    later = sent(3, not_before_us=NOON_US + 5)
    put(city_store, lease, walk, sent(1, rank=BOUND), sent(2), later, sent(9))
    put(city_store, lease, Walk(telling=telling("t2")), sent(2, "t2"))
    due = city_store.sends_due(CITY, "email", NOON_US)
    assert [(one.send.subscription, one.address) for one in due] == [
        ("s2", "warga2@contoh.example"),
        ("s9", ""),
        ("s1", "warga1@contoh.example"),
    ]
    assert due[0].label == "rumah"
    first = due[0].send
    assert [one.send for one in city_store.sends_due(CITY, "email", NOON_US, after=(0, first.id))] == [
        due[1].send,
        due[2].send,
    ]
    city_store.settle(lease, [Settled(send=first, state="accepted")], DAY, NOON_US)
    now = [(one.send.subscription, one.send.telling) for one in city_store.sends_due(CITY, "email", NOON_US)]
    assert now == [("s9", "t1"), ("s2", "t2"), ("s1", "t1")]


def test_what_came_of_it_stands_once(city_store: CityStore) -> None:
    """Tried again it waits with its attempts; settled it stays; the counts and the day's total follow."""
    follow(city_store, 3)
    lease, walk = lease_of(city_store), Walk(telling=telling())
    city_store.begin_walk(lease, walk, "bulletins", 1, NOON_US)
    put(city_store, lease, walk, sent(0), sent(1), sent(2))
    one, two, three = (due.send for due in city_store.sends_due(CITY, "email", NOON_US))
    again = Settled(send=one, state="waiting", said="HTTP 500", not_before_us=NOON_US + 9, doubtful=True)
    failed = Settled(send=three, state="failed", reason="gone", said="410")
    city_store.settle(lease, [again, Settled(send=two, state="accepted"), failed], DAY, NOON_US)
    city_store.settle(lease, [Settled(send=two, state="failed", reason="late")], DAY, NOON_US)
    assert counts(city_store) == {
        ("t1", "waiting", ""): 1, ("t1", "accepted", ""): 1, ("t1", "failed", "gone"): 1
    }  # fmt: skip
    assert list(city_store.sends_due(CITY, "email", NOON_US)) == []
    (due,) = city_store.sends_due(CITY, "email", NOON_US + 9)
    assert (due.send.attempts, due.send.doubtful) == (1, True)
    assert dict(city_store.reach_spent(CITY, DAY)) == {"email": 1}
    assert city_store.waiting_sends(CITY)["email"] == 1


def test_a_phone_may_say_it_before_its_provider_is_believed(city_store: CityStore) -> None:
    """A receipt that is faster than the send's own end stays one; a strange word is none."""
    lease, walk = lease_of(city_store), Walk(telling=telling())
    city_store.begin_walk(lease, walk, "bulletins", 1, NOON_US)
    put(city_store, lease, walk, sent(1, token="abc"), sent(2, token="def"))
    one, two = (due.send for due in city_store.sends_due(CITY, "email", NOON_US))
    assert city_store.put_receipts(["abc", "what", ""], NOON_US) == 1
    city_store.settle(lease, [Settled(send=one, state="accepted"), Settled(send=two, state="accepted")], DAY, NOON_US)
    assert city_store.put_receipts(["abc", "def"], NOON_US) == 1
    assert counts(city_store) == {("t1", "delivered", ""): 2}


def test_it_is_known_when_a_provider_took_the_last(city_store: CityStore) -> None:
    """Also after every phone has said that it came; where a phone was faster, by the phone; of what waits or failed
    nothing was taken."""
    lease, walk = lease_of(city_store), Walk(telling=telling())
    city_store.begin_walk(lease, walk, "bulletins", 1, NOON_US + 3)
    put(city_store, lease, walk, sent(1, token="abc"), sent(2, token="def"), sent(3, kind="sms"), sent(4, kind="ntfy"))
    (told,) = city_store.told(CITY)
    assert (told.begun_us, dict(told.taken_us)) == (NOON_US + 3, {})
    one, two = (due.send for due in city_store.sends_due(CITY, "email", NOON_US))
    (text,), (topic,) = (city_store.sends_due(CITY, kind, NOON_US) for kind in ("sms", "ntfy"))
    city_store.settle(lease, [Settled(send=one, state="accepted")], DAY, NOON_US + 5)
    city_store.settle(lease, [Settled(send=two, state="accepted")], DAY, NOON_US + 7)
    city_store.settle(lease, [Settled(send=text.send, state="failed", reason="gone")], DAY, NOON_US + 8)
    city_store.settle(lease, [Settled(send=topic.send, state="waiting", not_before_us=NOON_US + 9)], DAY, NOON_US + 8)
    assert dict(city_store.told(CITY)[0].taken_us) == {"email": NOON_US + 7}
    city_store.put_receipts(["abc", "def"], NOON_US + 3600 * SECOND_US)
    assert dict(city_store.told(CITY)[0].taken_us) == {"email": NOON_US + 7}
    early = Walk(telling=telling("t2"))
    city_store.begin_walk(lease, early, "bulletins", 2, NOON_US + 11)
    put(city_store, lease, early, sent(1, "t2", token="ghi"))
    city_store.put_receipts(["ghi"], NOON_US + 12)
    assert dict(city_store.told(CITY)[0].taken_us) == {"email": NOON_US + 12}


def test_who_delivers_is_known_to_whoever_asks(city_store: CityStore) -> None:
    """Until when, and that it has ended; the engine's own lease is another."""
    city_store.lease(CITY, "mesin", NOON_US, 60)
    assert city_store.deliverer(CITY) is None
    lease = lease_of(city_store)
    assert city_store.deliverer(CITY) == lease
    city_store.release(lease)
    ended = city_store.deliverer(CITY)
    assert ended is not None
    assert ended.until_us == 0


def test_an_old_update_gives_way_to_what_is_new(city_store: CityStore) -> None:
    """Of the same gauge, and what is exempt never."""
    lease = lease_of(city_store)
    update = Walk(telling=telling(exempt=False))
    city_store.begin_walk(lease, update, "bulletins", 1, NOON_US)
    put(city_store, lease, update, sent(1, rank=BOUND), sent(2))
    city_store.begin_walk(lease, Walk(telling=telling("t2")), "bulletins", 2, NOON_US)
    assert counts(city_store) == {("t1", "waiting", ""): 1, ("t1", "superseded", ""): 1}
    assert [one.telling.id for one in city_store.open_walks(CITY)] == ["t2"]


def test_after_a_month_it_is_forgotten_who_was_told(city_store: CityStore) -> None:
    """The counts stay, and what still waits."""
    lease, walk = lease_of(city_store), Walk(telling=telling())
    city_store.begin_walk(lease, walk, "bulletins", 1, NOON_US)
    put(city_store, lease, walk, sent(1), sent(2))
    one = city_store.sends_due(CITY, "email", NOON_US)[0].send
    city_store.settle(lease, [Settled(send=one, state="accepted")], DAY, NOON_US)
    assert city_store.forget_sends(CITY, NOON_US) == 0
    assert city_store.forget_sends(CITY, NOON_US + 1) == 1
    assert counts(city_store) == {("t1", "waiting", ""): 1, ("t1", "accepted", ""): 1}
