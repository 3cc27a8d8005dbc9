"""Who follows what, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

from support.city_data import NOON_US
from support.people_data import CITY, deed, rejected
from support.subscriptions import ONE, subscription

from contract.levels import Level
from contract.subscription import ADDRESS_MOST, CODE_TRIES, PENDING_US, Subscription
from store.people import Deed
from store.ports import CityStore


def at(us: int = NOON_US) -> Deed:
    return replace(deed("subscription"), at_us=us)


def put(store: CityStore, one: Subscription = ONE, link: str = "", code: str = "") -> Subscription:
    return store.put_subscription(one, link or f"link-{one.id}", at(one.created_us), code_digest=code)


def active(store: CityStore, one: Subscription = ONE) -> Subscription:
    put(store, one)
    found = store.confirm_subscription(CITY, one.id, at(NOON_US + 1))
    assert found is not None
    return found


def test_a_subscription_is_kept_as_it_was_chosen(city_store: CityStore) -> None:
    """Every field, and the store gives it its serial; no city's among another's."""
    full = subscription(
        kind="webpush", address='{"endpoint":"https://push.example/1"}', language="en", gauges=("gauge-1",),
        topics=frozenset({"flood", "outage", "bmkg"}), whole_city=True, from_level=Level.AWAS, quiet_from_min=None,
        quiet_to_min=0, label="rumah Ibu",
    )  # fmt: skip
    kept = put(city_store, full)
    assert kept.serial > 0
    assert kept == replace(full, serial=kept.serial)
    assert city_store.subscription(CITY, full.id) == kept
    assert city_store.subscription("sleman", full.id) is None
    assert list(city_store.subscriptions_at(CITY, "webpush", full.address)) == [kept]
    assert list(city_store.subscriptions_at(CITY, "email", full.address)) == []
    assert city_store.subscription_counts(CITY) == {("webpush", "pending"): 1}


def test_nothing_is_told_before_it_is_confirmed(city_store: CityStore) -> None:
    """Once, and from then on by serial; the code confirms nothing more."""
    put(city_store, code="code-1")
    assert list(city_store.subscriptions_after(CITY, "email", 0)) == []
    waiting = city_store.subscription_by_code(CITY, "code-1")
    assert waiting is not None
    found = city_store.confirm_subscription(CITY, waiting.id, at(NOON_US + 7))
    assert found == replace(waiting, state="active", confirmed_us=NOON_US + 7)
    assert city_store.confirm_subscription(CITY, ONE.id, at(NOON_US + 8)) is None
    assert city_store.subscription_by_code(CITY, "code-1") is None
    assert list(city_store.subscriptions_after(CITY, "email", 0)) == [found]
    assert list(city_store.subscriptions_after(CITY, "email", found.serial)) == []
    assert list(city_store.subscriptions_after(CITY, "sms", 0)) == []
    assert list(city_store.subscriptions_after("sleman", "email", 0)) == []


def test_the_walk_goes_by_serial_a_page_at_a_time(city_store: CityStore) -> None:
    """Nobody twice and nobody left out; one who is paused is walked past, for the pause may be over."""
    made = [active(city_store, subscription(id=f"s{n}", address=f"{n}@contoh.example")) for n in range(5)]
    city_store.pause_subscription(CITY, "s1", NOON_US + 9, at())
    city_store.leave_subscription(CITY, "s2", at())
    city_store.bounced_subscription(CITY, "s3", "410")
    first = city_store.subscriptions_after(CITY, "email", 0, limit=2)
    rest = city_store.subscriptions_after(CITY, "email", first[-1].serial, limit=2)
    assert [one.id for one in (*first, *rest)] == ["s0", "s1", "s4"]
    assert sorted(one.serial for one in made) == [one.serial for one in made]


def test_an_address_follows_the_same_once(city_store: CityStore) -> None:
    """While it waits, what was chosen last counts, under its old id; once confirmed, a stranger's form changes
    nothing."""
    first = put(city_store)
    again = put(city_store, subscription(id="sub-2", language="en", created_us=NOON_US + 5), "link-2", "code-2")
    assert again == subscription(serial=first.serial, language="en", created_us=NOON_US + 5)
    assert city_store.subscription_by_link("link-sub-1") is None
    assert city_store.subscription_by_link("link-2") == again
    confirmed = city_store.confirm_subscription(CITY, ONE.id, at())
    assert put(city_store, subscription(id="sub-3", language="id"), "link-3") == confirmed
    assert city_store.subscription_by_link("link-2") == confirmed
    other = put(city_store, subscription(id="sub-4", regions=("34.71.04",)))
    assert other.id == "sub-4"


def test_an_address_has_an_end(city_store: CityStore) -> None:
    """So many and no more, whoever fills in the form; what one has left counts no more."""
    for number in range(ADDRESS_MOST):
        put(city_store, subscription(id=f"s{number}", gauges=(f"gauge-{number}",)))
    more = subscription(id="more", gauges=("gauge-more",))
    rejected("too_many", lambda: put(city_store, more), city_store)
    city_store.leave_subscription(CITY, "s0", at())
    assert put(city_store, more).id == "more"


def test_what_nobody_confirms_is_forgotten(city_store: CityStore) -> None:
    """An address that somebody else typed does not stay."""
    put(city_store)
    later = subscription(id="sub-2", address="lain@contoh.example", created_us=NOON_US + PENDING_US)
    put(city_store, later)
    assert city_store.subscription(CITY, ONE.id) is not None
    put(city_store, subscription(id="sub-3", address="c@contoh.example", created_us=NOON_US + PENDING_US + 1))
    assert city_store.subscription(CITY, ONE.id) is None
    assert city_store.subscription(CITY, "sub-2") is not None


def test_a_code_is_guessed_so_often_and_no_more(city_store: CityStore) -> None:
    """Then the right one opens nothing either."""
    put(city_store, code="code-1")
    assert [city_store.wrong_code(CITY, ONE.id) for _ in range(CODE_TRIES)] == [*reversed(range(CODE_TRIES))]
    assert city_store.subscription_by_code(CITY, "code-1") is None
    assert city_store.wrong_code(CITY, "nobody") == 0


def test_an_address_may_come_with_the_confirmation(city_store: CityStore) -> None:
    """A chat is known once it has spoken. Whoever follows the same there already does so once."""
    unknown = subscription(kind="telegram", address="")
    put(city_store, unknown)
    put(city_store, subscription(id="sub-2", kind="telegram", address=""))
    found = city_store.confirm_subscription(CITY, "sub-1", at(), address="4711", manage_digest="link-new")
    assert found is not None
    assert (found.address, found.state) == ("4711", "active")
    assert city_store.subscription_by_link("link-new") == found
    assert city_store.confirm_subscription(CITY, "sub-2", at(), address="4711") == found
    assert city_store.subscription(CITY, "sub-2") is None


def test_a_pause_ends_by_itself_or_by_hand(city_store: CityStore) -> None:
    """Nothing is paused that is not told anything."""
    put(city_store)
    assert not city_store.pause_subscription(CITY, ONE.id, NOON_US + 9, at())
    city_store.confirm_subscription(CITY, ONE.id, at())
    assert city_store.pause_subscription(CITY, ONE.id, NOON_US + 9, at())
    paused = city_store.subscription(CITY, ONE.id)
    assert paused is not None
    assert not paused.told_at(NOON_US + 8)
    assert paused.told_at(NOON_US + 9)
    assert city_store.resume_subscription(CITY, ONE.id, at())
    assert not city_store.resume_subscription(CITY, ONE.id, at())


def test_who_leaves_is_forgotten_at_once(city_store: CityStore) -> None:
    """Address, label, link and code are gone; that somebody left is counted. They may come back as somebody new."""
    active(city_store, subscription(label="rumah Ibu"))
    assert city_store.leave_subscription(CITY, ONE.id, at())
    assert not city_store.leave_subscription(CITY, ONE.id, at())
    left = city_store.subscription(CITY, ONE.id)
    assert left is not None
    assert (left.state, left.address, left.label) == ("left", "", "")
    assert city_store.subscription_by_link("link-sub-1") is None
    assert city_store.subscription_by_link("") is None
    assert list(city_store.subscriptions_at(CITY, "email", "")) == []
    assert city_store.subscription_counts(CITY) == {("email", "left"): 1}
    assert put(city_store, subscription(id="sub-2")).state == "pending"
    assert ONE.address not in str(city_store.audit(CITY))


def test_an_address_that_took_nothing_is_told_so(city_store: CityStore) -> None:
    """With the reason, until its owner says that it works again."""
    active(city_store)
    assert city_store.bounced_subscription(CITY, ONE.id, "410 Gone")
    assert not city_store.bounced_subscription(CITY, ONE.id, "410 Gone")
    bounced = city_store.subscription_by_link("link-sub-1")
    assert bounced is not None
    assert (bounced.state, bounced.reason) == ("bounced", "410 Gone")
    assert city_store.resume_subscription(CITY, ONE.id, at())
    assert [one.reason for one in city_store.subscriptions_after(CITY, "email", 0)] == [""]


def test_a_new_link_ends_the_old_one(city_store: CityStore) -> None:
    """Whoever had the old one opens nothing."""
    active(city_store)
    assert city_store.link_subscription(CITY, ONE.id, "link-9", at())
    assert city_store.subscription_by_link("link-sub-1") is None
    assert city_store.subscription_by_link("link-9") is not None
    assert not city_store.link_subscription(CITY, "nobody", "link-8", at())
