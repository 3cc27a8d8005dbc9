"""What is promised of people, sessions, keys and invitations, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from itertools import chain

import pytest
from support.at_once import at_once
from support.city_data import NOON_US
from support.people_data import CITY, LATER_US, api_key, deed, invitation, person, rejected, session

from contract.errors import BadInput
from store import open_city
from store.people import Person
from store.ports import CityStore

# ---------------------------------------------------------------- accounts


def test_a_person_is_found_by_id_account_and_subject(city_store: CityStore) -> None:
    """As they were put, within their city."""
    budi = replace(person(1), subject="https://login.example|1")
    city_store.put_person(budi, deed())
    assert city_store.person(budi.id) == budi
    assert city_store.person_of_account(CITY, budi.account) == budi
    assert city_store.person_of_subject(CITY, budi.subject) == budi
    assert city_store.person_of_account("sleman", budi.account) is None
    assert city_store.person_of_subject("sleman", budi.subject) is None
    assert city_store.person("f" * 32) is None


def test_nobody_is_found_by_nothing(city_store: CityStore) -> None:
    """Most people have no subject, and an erased one has no account: an empty word is nobody's."""
    city_store.put_person(person(1), deed())
    assert city_store.person_of_account(CITY, "") is None
    assert city_store.person_of_subject(CITY, "") is None


def test_people_are_listed_by_account_and_city(city_store: CityStore) -> None:
    """Others' people are not among them."""
    for number in (2, 1, 3):
        city_store.put_person(person(number, city="sleman" if number == 3 else CITY), deed())
    assert city_store.people(CITY) == [person(1), person(2)]


def test_a_change_keeps_the_day_on_which_somebody_came(city_store: CityStore) -> None:
    """Everything else is as it was last put."""
    city_store.put_person(person(1), deed())
    changed = replace(person(1), name="Budi", account="budi", created_us=LATER_US)
    city_store.put_person(changed, deed())
    assert city_store.person(changed.id) == replace(changed, created_us=NOON_US)


def test_an_account_and_a_subject_are_one_persons(city_store: CityStore) -> None:
    """In one city; another city may have the same ones."""
    budi = replace(person(1), subject="s")
    city_store.put_person(budi, deed())
    for ani in (replace(person(2), account=budi.account), replace(person(2), subject="s")):
        rejected("taken", lambda ani=ani: city_store.put_person(ani, deed()), city_store)
        city_store.put_person(replace(ani, id=ani.account[-9:] + ani.subject, city="sleman"), deed())
    assert city_store.people(CITY) == [budi]


def test_one_account_for_many_at_one_moment_is_one_persons(city_store: CityStore) -> None:
    """The others are told that it is taken, and no error of a database leaks."""
    wanted = [replace(person(number), account="budi") for number in range(1, 13)]
    said = at_once([lambda one=one: city_store.put_person(one, deed()) for one in wanted])
    assert sorted(map(str, said)) == ["None", *["taken"] * 11]
    assert len(city_store.people(CITY)) == 1


@pytest.mark.parametrize("account", ["", "Budi"])
def test_an_account_is_a_word_in_lower_case(city_store: CityStore, account: str) -> None:
    """Or Budi and budi would be two people."""
    rejected("no_account", lambda: city_store.put_person(replace(person(1), account=account), deed()), city_store)


@pytest.mark.parametrize("odd", ["a\x00", "a\ud800"], ids=["nul", "surrogate"])
def test_what_no_database_keeps_finds_nobody(city_store: CityStore, odd: str) -> None:
    """Typed into a form or an address it is nobody's, or wrong input; never a failure of the store."""
    for find in (
        lambda: city_store.person_of_account(CITY, odd),
        lambda: city_store.person(odd),
        lambda: city_store.key(odd, NOON_US),
    ):
        with contextlib.suppress(BadInput):
            assert find() is None


# ---------------------------------------------------------------- rights


@pytest.mark.parametrize(
    "change",
    [
        {"role": "operator"},
        {"agency": "dpu"},
        {"regions": ("34.71",)},
        {"password": "$argon2id$another"},
        {"disabled_us": NOON_US},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whose_rights_change_is_signed_out_everywhere(city_store: CityStore, change: dict[str, object]) -> None:
    """An open browser must not keep what was taken away; other people's stay open."""
    budi, ani = person(1), person(2)
    for one in (budi, ani):
        city_store.put_person(one, deed())
        for device in "ab":
            city_store.open_session(session(f"{one.name}-{device}", one), deed())
    city_store.put_person(replace(budi, **change), deed())  # type: ignore[arg-type]
    assert city_store.sessions_of(budi.id, NOON_US) == []
    assert [city_store.session(f"{budi.name}-{device}", NOON_US) for device in "ab"] == [None, None]
    assert len(city_store.sessions_of(ani.id, NOON_US)) == 2


def test_a_new_name_signs_nobody_out(city_store: CityStore) -> None:
    """And the session's person is the one of now."""
    city_store.put_person(person(1), deed())
    city_store.open_session(session("s", person(1)), deed())
    renamed = replace(person(1), name="Budi S.")
    city_store.put_person(renamed, deed())
    assert city_store.session("s", NOON_US) == (session("s", person(1)), renamed)


def test_a_change_that_somebody_else_has_overtaken_is_refused(city_store: CityStore) -> None:
    """Whoever says what they have read writes nothing back over what has changed since."""
    budi = person(1)
    city_store.put_person(budi, deed())
    less = replace(budi, role="resident", agency="")
    city_store.put_person(less, deed(), budi)
    rejected("changed", lambda: city_store.put_person(replace(budi, password="new"), deed(), budi), city_store)
    assert city_store.person(budi.id) == less


@pytest.mark.parametrize("change", [{"password": "new"}, {"role": "resident"}, {"agency": ""}, {"regions": ()}])
def test_a_session_is_for_who_somebody_was_when_they_showed_it(
    city_store: CityStore, change: dict[str, object]
) -> None:
    """None is opened for the rights or the password of before; a new name is no reason."""
    budi = person(1)
    city_store.put_person(budi, deed())
    city_store.put_person(replace(budi, name="Budi"), deed())
    city_store.open_session(session("first", budi), deed(), budi)
    city_store.put_person(replace(budi, **change), deed())  # type: ignore[arg-type]
    rejected("changed", lambda: city_store.open_session(session("late", budi), deed(), budi), city_store)
    assert city_store.sessions_of(budi.id, NOON_US) == []


def test_the_last_administrator_stays(city_store: CityStore) -> None:
    """Not demoted, not disabled, not erased; another who is disabled is none."""
    chief, other = person(1, "admin"), person(2, "admin")
    assert not city_store.has_admin(CITY)
    city_store.put_person(chief, deed())
    city_store.put_person(replace(other, disabled_us=NOON_US), deed())
    for less in (replace(chief, role="operator"), replace(chief, disabled_us=NOON_US)):
        rejected("last_admin", lambda less=less: city_store.put_person(less, deed()), city_store)
    rejected("last_admin", lambda: city_store.erase_person(chief.id, deed()), city_store)
    assert city_store.person(chief.id) == chief
    city_store.put_person(other, deed())
    city_store.erase_person(chief.id, deed())
    assert city_store.has_admin(CITY)
    assert not city_store.has_admin("sleman")


def test_administrators_who_depose_each_other_leave_one(city_url: str) -> None:
    """Eight of them step down at one moment, over two connections' pools: seven may."""
    stores = [open_city(city_url), open_city(city_url)]
    chiefs = [person(number, "admin") for number in range(1, 9)]
    for chief in chiefs:
        stores[0].put_person(chief, deed())
    down = [replace(chief, role="operator") for chief in chiefs]
    said = at_once([lambda n=n, one=one: stores[n % 2].put_person(one, deed()) for n, one in enumerate(down)])
    assert sorted(map(str, said)) == [*["None"] * 7, "last_admin"]
    assert sum(one.role == "admin" for one in stores[0].people(CITY)) == 1
    for store in stores:
        store.close()


def test_an_erased_person_is_an_id_without_a_name(city_store: CityStore) -> None:
    """Signed out, not listed, invited to nothing, and the id is never anybody's again; the account may be."""
    budi = replace(person(1), subject="s")
    city_store.put_person(budi, deed())
    city_store.open_session(session("s", budi), deed())
    city_store.invite(invitation("reset", person_id=budi.id), deed())
    city_store.erase_person(budi.id, deed(at_us=LATER_US))
    left = city_store.person(budi.id)
    assert left == replace(budi, account="", name="", password="", subject="", disabled_us=LATER_US)
    assert city_store.people(CITY) == []
    assert city_store.person_of_account(CITY, budi.account) is None
    assert city_store.session("s", NOON_US) is None
    assert city_store.invitation("reset", NOON_US) is None
    rejected("taken", lambda: city_store.put_person(budi, deed()), city_store)
    rejected("unknown_person", lambda: city_store.erase_person("f" * 32, deed()), city_store)
    head = city_store.audit_head(CITY)
    city_store.erase_person(budi.id, deed())
    assert city_store.audit_head(CITY) == head
    city_store.put_person(replace(person(2), account=budi.account, subject="s"), deed())


# ---------------------------------------------------------------- sessions


def test_a_session_lasts_until_its_end(city_store: CityStore) -> None:
    """Used, it lasts longer; once over, nothing brings it back."""
    city_store.put_person(person(1), deed())
    city_store.open_session(session("s", person(1)), deed())
    assert city_store.session("s", LATER_US - 1) == (session("s", person(1)), person(1))
    city_store.touch_session("s", NOON_US + 5, LATER_US + 5)
    kept = replace(session("s", person(1)), seen_us=NOON_US + 5, until_us=LATER_US + 5)
    assert city_store.session("s", LATER_US) == (kept, person(1))
    assert city_store.sessions_of(person(1).id, LATER_US) == [kept]
    assert city_store.session("s", LATER_US + 5) is None
    city_store.touch_session("s", LATER_US + 5, LATER_US + 100)
    assert city_store.session("s", LATER_US + 6) is None
    assert city_store.session("nobody's", NOON_US) is None


def test_a_session_is_ended_once(city_store: CityStore) -> None:
    """With its deed; what is no session any more is neither ended nor noted."""
    city_store.put_person(person(1), deed())
    city_store.open_session(session("s", person(1)), deed())
    city_store.end_session("s", deed("session.end"))
    city_store.end_session("s", deed("session.end"))
    assert city_store.session("s", NOON_US) is None
    assert [row.what for row in city_store.audit(CITY)].count("session.end") == 1


def test_only_who_may_come_in_gets_a_session(city_store: CityStore) -> None:
    """Nobody, and who is disabled, does not."""
    city_store.put_person(replace(person(1), disabled_us=NOON_US), deed())
    for one in (person(1), person(2)):
        rejected("unknown_person", lambda one=one: city_store.open_session(session("s", one), deed()), city_store)


def test_sessions_that_are_over_are_forgotten(city_store: CityStore) -> None:
    """Device and address are kept no longer than the session; the newest is listed first."""
    city_store.put_person(person(1), deed())
    city_store.open_session(session("old", person(1), until_us=NOON_US + 1), deed())
    city_store.open_session(replace(session("new", person(1)), created_us=NOON_US + 1), deed())
    city_store.open_session(replace(session("newest", person(1)), created_us=NOON_US + 2), deed())
    assert [one.digest for one in city_store.sessions_of(person(1).id, 0)] == ["newest", "new"]


# ---------------------------------------------------------------- keys


def test_a_key_opens_until_it_is_revoked_or_over(city_store: CityStore) -> None:
    """Revoked ones stay listed, newest first, with the moment of the first revocation."""
    city_store.put_key(api_key("map"), deed())
    city_store.put_key(replace(api_key("wall", created_us=NOON_US + 1), until_us=LATER_US), deed())
    city_store.put_key(api_key("other", city="sleman"), deed())
    assert city_store.key("digest-of-map", LATER_US) == api_key("map")
    assert city_store.key("digest-of-wall", LATER_US - 1) is not None
    assert city_store.key("digest-of-wall", LATER_US) is None
    city_store.revoke_key("map", NOON_US + 7, deed("key.revoke"))
    city_store.revoke_key("map", NOON_US + 9, deed("key.revoke"))
    assert city_store.key("digest-of-map", NOON_US) is None
    assert [(one.id, one.revoked_us) for one in city_store.keys(CITY)] == [("wall", None), ("map", NOON_US + 7)]
    assert [row.what for row in city_store.audit(CITY)].count("key.revoke") == 1


def test_a_key_is_never_changed(city_store: CityStore) -> None:
    """Neither its id nor its digest can be put again with other rights."""
    city_store.put_key(api_key("map"), deed())
    for again in (replace(api_key("map"), digest="other", role="admin"), replace(api_key("map"), id="other")):
        rejected("taken", lambda again=again: city_store.put_key(again, deed()), city_store)
    rejected("unknown_key", lambda: city_store.revoke_key("none", NOON_US, deed()), city_store)


def test_when_a_key_was_last_seen(city_store: CityStore) -> None:
    """The latest of all copies of the web server."""
    city_store.put_key(api_key("map"), deed())
    for at_us in (NOON_US, NOON_US + 9, NOON_US + 5):
        city_store.key_seen("map", at_us)
    assert [one.seen_us for one in city_store.keys(CITY)] == [NOON_US + 9]


# ---------------------------------------------------------------- invitations


def test_an_invitation_works_once(city_store: CityStore) -> None:
    """It makes the person and is used, in one step."""
    city_store.invite(invitation("i"), deed())
    assert city_store.invitation("i", NOON_US) == invitation("i")
    assert city_store.redeem("i", person(1), NOON_US, deed("person.join"))
    assert city_store.person(person(1).id) == person(1)
    assert city_store.invitation("i", NOON_US) is None
    assert not city_store.redeem("i", person(2), NOON_US, deed("person.join"))
    assert city_store.people(CITY) == [person(1)]
    assert [row.what for row in city_store.audit(CITY)].count("person.join") == 1


def test_an_invitation_that_is_over_makes_nobody(city_store: CityStore) -> None:
    """The moment of its end is over, and one that never was is too."""
    city_store.invite(invitation("i"), deed())
    assert city_store.invitation("i", LATER_US) is None
    assert not city_store.redeem("i", person(1), LATER_US, deed())
    assert not city_store.redeem("never", person(1), NOON_US, deed())
    assert city_store.people(CITY) == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_of_a_thousand_redemptions_at_one_moment_one_succeeds(city_url: str) -> None:
    """A thousand threads over three stores' connections: one person, one deed, and 999 times no."""
    stores = [open_city(city_url) for _ in range(3)]
    stores[0].invite(invitation("i"), deed())
    said = at_once(
        [
            lambda number=number: stores[number % 3].redeem("i", person(number), NOON_US, deed("person.join"))
            for number in range(1, 1_001)
        ]
    )
    assert (said.count(True), said.count(False)) == (1, 999)
    assert [one.id for one in stores[0].people(CITY)] == [person(said.index(True) + 1).id]
    assert [row.what for row in stores[0].audit(CITY)] == ["test", "person.join"]
    for store in stores:
        store.close()


def test_a_redemption_that_is_refused_leaves_the_invitation(city_store: CityStore) -> None:
    """The account is taken: choose another, the link still works."""
    city_store.put_person(person(1), deed())
    city_store.invite(invitation("i"), deed())
    taken = replace(person(2), account=person(1).account)
    rejected("taken", lambda: city_store.redeem("i", taken, NOON_US, deed()), city_store)
    assert city_store.redeem("i", person(2), NOON_US, deed())


@pytest.mark.parametrize(
    "somebody",
    [person(2, "admin"), person(2, city="sleman"), replace(person(1), name="Not Budi")],
    ids=["more-rights", "another-city", "somebody-who-is-there"],
)
def test_an_invitation_is_for_whom_it_was_made(city_store: CityStore, somebody: Person) -> None:
    """It gives no other role, no other city and nobody else's account."""
    city_store.put_person(person(1), deed())
    city_store.invite(invitation("i"), deed())
    rejected("not_invited", lambda: city_store.redeem("i", somebody, NOON_US, deed()), city_store)
    assert city_store.people(CITY) == [person(1)]


def test_a_new_password_is_for_one_person(city_store: CityStore) -> None:
    """Theirs is changed and they are signed out; another's is not."""
    for number in (1, 2):
        city_store.put_person(person(number), deed())
    city_store.open_session(session("s", person(1)), deed())
    city_store.invite(invitation("reset", person_id=person(1).id), deed())
    other = replace(person(2), password="$argon2id$new")
    rejected("not_invited", lambda: city_store.redeem("reset", other, NOON_US, deed()), city_store)
    assert city_store.redeem("reset", replace(person(1), password="$argon2id$new"), NOON_US, deed())
    assert city_store.session("s", NOON_US) is None
    nobody = invitation("nobody", person_id="f" * 32)
    rejected("unknown_person", lambda: city_store.invite(nobody, deed()), city_store)


@pytest.mark.parametrize("change", [{"password": "new"}, {"role": "resident"}, {"disabled_us": NOON_US}])
def test_links_to_a_new_password_end_with_the_old_one(city_store: CityStore, change: dict[str, object]) -> None:
    """Whoever has read one of somebody's links is shut out by what signs that person out everywhere; links of others
    and for new accounts stay."""
    for number in (1, 2):
        city_store.put_person(person(number), deed())
        city_store.invite(invitation(f"reset-{number}", person_id=person(number).id), deed())
    city_store.invite(invitation("new"), deed())
    city_store.put_person(replace(person(1), **change), deed())  # type: ignore[arg-type]
    assert city_store.invitation("reset-1", NOON_US) is None
    assert city_store.invitation("reset-2", NOON_US) is not None
    assert city_store.invitation("new", NOON_US) is not None


def test_a_link_to_a_new_password_changes_nothing_else(city_store: CityStore) -> None:
    """Whatever the caller has read of the person before."""
    budi = person(1)
    city_store.put_person(budi, deed())
    city_store.invite(invitation("reset", person_id=budi.id), deed())
    city_store.put_person(replace(budi, name="Budi"), deed())
    before = replace(budi, role="admin", password="new")
    assert city_store.redeem("reset", before, NOON_US, deed())
    assert city_store.person(budi.id) == replace(budi, name="Budi", password="new")


def test_invitations_that_are_over_are_forgotten(city_store: CityStore) -> None:
    """By the next one; the same digest twice is refused."""
    city_store.invite(invitation("old", until_us=NOON_US + 1), deed())
    rejected("taken", lambda: city_store.invite(invitation("old", until_us=LATER_US), deed()), city_store)
    city_store.invite(replace(invitation("new"), created_us=NOON_US + 1), deed())
    assert city_store.invitation("old", NOON_US) is None


# ---------------------------------------------------------------- attempts


def test_attempts_are_counted_within_their_window(city_store: CityStore) -> None:
    """This one among them; another bucket and another city count for themselves."""
    at_us = (NOON_US, NOON_US + 1, NOON_US + 59_999_999, NOON_US + 60_000_000, NOON_US + 60_000_001)
    assert [city_store.attempt(CITY, "b", now_us, 60.0) for now_us in at_us] == [1, 2, 3, 3, 3]
    assert city_store.attempt(CITY, "c", NOON_US, 60.0) == 1
    assert city_store.attempt("sleman", "b", NOON_US, 60.0) == 1
    assert city_store.attempt(CITY, "b", NOON_US + 600_000_000, 60.0) == 1


@pytest.mark.timeout(240)
def test_attempts_of_all_copies_are_counted_together(city_url: str) -> None:
    """Two stores, ten threads, two hundred attempts: each is told another number, up to two hundred."""
    stores = [open_city(city_url), open_city(city_url)]

    def some(thread: int) -> list[int]:
        return [stores[thread % 2].attempt(CITY, "b", NOON_US + n, 60.0) for n in range(20)]

    said = at_once([lambda thread=thread: some(thread) for thread in range(10)])
    assert sorted(chain.from_iterable(one for one in said if isinstance(one, list))) == list(range(1, 201))
    for store in stores:
        store.close()
