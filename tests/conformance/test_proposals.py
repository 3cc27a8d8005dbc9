"""What takes two administrators, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.at_once import at_once
from support.city_data import NOON_US
from support.people_data import CITY, LATER_US, deed, invitation, person, rejected, session

from store.audit import examine
from store.people import Deed, Person, Proposal, Proposed
from store.ports import CityStore

FIRST, SECOND = person(1, "admin"), person(2, "admin")
SUBJECT = person(3)


def proposal(what: Proposed = "role", of: Person = SUBJECT, *, by: Person = FIRST, name: str = "p") -> Proposal:
    """Somebody shall be an administrator, or whatever else takes two."""
    role = "admin" if what in {"role", "invite"} else of.role
    whose = "" if what == "invite" else of.id
    return Proposal(name, CITY, what, whose, role, of.agency, of.regions, by.id, NOON_US, LATER_US)


def by(who: Person, what: str = "person.role") -> Deed:
    return deed(what, SUBJECT.id, actor=who.id)


@pytest.fixture
def store(city_store: CityStore) -> CityStore:
    """Two administrators, and an officer."""
    for one in (FIRST, SECOND, SUBJECT):
        city_store.put_person(one, deed())
    return city_store


def test_a_proposal_waits_and_changes_nothing(store: CityStore) -> None:
    """It is found as it was put, until it is over."""
    store.propose(proposal(), by(FIRST, "person.proposed"))
    assert store.proposals(CITY, NOON_US) == [proposal()]
    assert store.proposals("sleman", NOON_US) == []
    assert store.proposals(CITY, LATER_US) == []
    assert store.person(SUBJECT.id) == SUBJECT


def test_nobody_agrees_to_their_own(store: CityStore) -> None:
    """Nor does somebody who is no administrator, or no longer one; the proposal stays."""
    store.propose(proposal(), by(FIRST, "person.proposed"))
    rejected("own_proposal", lambda: store.confirm("p", NOON_US, by(FIRST)), store)
    rejected("not_an_admin", lambda: store.confirm("p", NOON_US, by(SUBJECT)), store)
    rejected("not_an_admin", lambda: store.confirm("p", NOON_US, deed(actor="system")), store)
    store.put_person(replace(SECOND, disabled_us=NOON_US), deed())
    rejected("not_an_admin", lambda: store.confirm("p", NOON_US, by(SECOND)), store)
    foreign = person(9, "admin", city="sleman")
    store.put_person(foreign, deed())
    rejected("not_an_admin", lambda: store.confirm("p", NOON_US, by(foreign)), store)
    assert store.proposals(CITY, NOON_US) == [proposal()]


def test_a_second_administrator_makes_it_so(store: CityStore) -> None:
    """Role and area are the proposed ones, the person is signed out, the deed is in the log, the proposal gone."""
    store.open_session(session("s", SUBJECT), deed())
    store.propose(proposal(), by(FIRST, "person.proposed"))
    assert store.confirm("p", NOON_US, by(SECOND)) is True
    assert store.person(SUBJECT.id) == replace(SUBJECT, role="admin")
    assert store.session("s", NOON_US) is None
    assert store.proposals(CITY, NOON_US) == []
    newest = store.audit(CITY)[-1]
    assert (newest.actor, newest.what, newest.object) == (SECOND.id, "person.role", SUBJECT.id)
    assert store.confirm("p", NOON_US, by(SECOND)) is False


def test_what_is_over_does_nothing(store: CityStore) -> None:
    """A proposal that waited too long is no longer one."""
    store.propose(proposal(), by(FIRST, "person.proposed"))
    head = store.audit_head(CITY)
    assert store.confirm("p", LATER_US, by(SECOND)) is False
    assert store.confirm("none", NOON_US, by(SECOND)) is False
    assert store.person(SUBJECT.id) == SUBJECT
    assert store.audit_head(CITY) == head


def test_an_erasure_and_an_opening_take_two_as_well(store: CityStore) -> None:
    """The log is whole after both."""
    shut = replace(SUBJECT, disabled_us=NOON_US)
    store.put_person(shut, deed())
    store.propose(proposal("enable"), by(FIRST))
    assert store.confirm("p", NOON_US, by(SECOND, "person.enabled"))
    assert store.person(SUBJECT.id) == SUBJECT
    store.propose(proposal("erase"), by(FIRST))
    assert store.confirm("p", NOON_US, by(SECOND, "person.erased"))
    gone = store.person(SUBJECT.id)
    assert gone is not None
    assert (gone.account, gone.name, gone.password) == ("", "", "")
    assert examine(store, CITY).wrong is None


@pytest.mark.parametrize("what", ["password", "invite"])
def test_a_link_is_the_one_that_was_proposed(store: CityStore, what: Proposed) -> None:
    """For that person, role and area, and only once it is agreed."""
    wanted = proposal(what)
    store.propose(wanted, by(FIRST))
    link = replace(
        invitation("link", wanted.role, person_id=wanted.person), agency=wanted.agency, regions=wanted.regions
    )
    for wrong in (None, replace(link, role="operator"), replace(link, person=FIRST.id), replace(link, regions=())):
        rejected("not_invited", lambda wrong=wrong: store.confirm("p", NOON_US, by(SECOND), wrong), store)
    assert store.confirm("p", NOON_US, by(SECOND), link)
    assert store.invitation("link", NOON_US) == link


def test_the_newest_proposal_of_a_matter_counts(store: CityStore) -> None:
    """Whoever proposes something else about the same person takes the earlier one back."""
    store.propose(proposal(), by(FIRST))
    store.propose(replace(proposal(by=SECOND, name="q"), role="operator"), by(SECOND))
    assert [one.id for one in store.proposals(CITY, NOON_US)] == ["q"]


def test_a_proposal_can_be_taken_back(store: CityStore) -> None:
    """Then it is nobody's to confirm; the second time is not noted."""
    store.propose(proposal(), by(FIRST))
    store.withdraw("p", by(FIRST, "proposal.withdrawn"))
    head = store.audit_head(CITY)
    store.withdraw("p", by(FIRST, "proposal.withdrawn"))
    assert store.confirm("p", NOON_US, by(SECOND)) is False
    assert store.audit_head(CITY) == head


def test_nothing_is_proposed_about_nobody(store: CityStore) -> None:
    """Nor about another city's people, or erased ones."""
    foreign = person(9, city="sleman")
    store.put_person(foreign, deed())
    for nobody in (foreign, person(8)):
        rejected("unknown_person", lambda nobody=nobody: store.propose(proposal(of=nobody), by(FIRST)), store)
    store.propose(proposal(), by(FIRST))
    store.erase_person(SUBJECT.id, deed())
    assert store.proposals(CITY, NOON_US) == []
    rejected("unknown_person", lambda: store.propose(proposal(), by(FIRST)), store)


def test_the_last_administrator_stays_even_where_two_agree(store: CityStore) -> None:
    """The proposal stays too: it may be good once there is another."""
    store.propose(replace(proposal(of=SECOND), role="officer"), by(FIRST))
    store.propose(replace(proposal(of=FIRST, by=SECOND, name="q"), role="officer"), by(SECOND))
    assert store.confirm("p", NOON_US, by(SECOND))
    rejected("last_admin", lambda: store.confirm("q", NOON_US, by(FIRST)), store)
    assert store.person(FIRST.id) == FIRST
    assert [one.id for one in store.proposals(CITY, NOON_US)] == ["q"]


def test_two_who_agree_at_once_do_it_once(store: CityStore) -> None:
    """One of them is told that it is decided."""
    third = person(4, "admin")
    store.put_person(third, deed())
    store.propose(proposal(), by(FIRST, "person.proposed"))
    told = at_once([lambda who=who: store.confirm("p", NOON_US, by(who)) for who in (SECOND, third)])
    assert sorted(told) == [False, True]
    assert [row.what for row in store.audit(CITY)].count("person.role") == 1
