"""People, keys and deeds for tests of what keeps them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.city_data import NOON_US

from contract.errors import Rejected
from contract.roles import Role
from store.people import ApiKey, Deed, Invitation, Person, SecurityEvent, Session
from store.ports import CityStore

CITY = "yogyakarta"
LATER_US = NOON_US + 3_600_000_000


def deed(what: str = "test", about: str = "thing", *, actor: str = "system", at_us: int = NOON_US) -> Deed:
    """Something that was done, with nothing personal in it."""
    return Deed(actor, what, about, at_us)


def person(number: int, role: Role = "officer", *, city: str = CITY) -> Person:
    """Somebody with a password; 32 hex digits that begin with the number."""
    return Person(
        id=f"{number:032x}",
        city=city,
        account=f"orang-{number}@kota.example",
        name=f"Orang {number}",
        role=role,
        agency="bpbd",
        regions=("34.71.01", "34.71.02.1001"),
        password=f"$argon2id$v=19$of-{number}",
        created_us=NOON_US,
    )


def session(digest: str, of: Person, *, until_us: int = LATER_US) -> Session:
    """A browser that signed in at noon."""
    return Session(digest, of.id, "csrf", "Firefox on Android", "203.0.113.9", NOON_US, NOON_US, until_us)


def api_key(name: str, *, city: str = CITY, created_us: int = NOON_US) -> ApiKey:
    """A program's key without an end."""
    return ApiKey(name, f"digest-of-{name}", city, name.capitalize(), "service", "bpbd", ("34.71",), created_us)


def invitation(digest: str, role: Role = "officer", *, person_id: str = "", until_us: int = LATER_US) -> Invitation:
    """A link that was made at noon."""
    return Invitation(digest, CITY, role, "bpbd", ("34.71",), person_id, NOON_US, until_us)


def knock(what: str = "acl_denied", *, claimed: str = "gauge-1", at_us: int = NOON_US, count: int = 1) -> SecurityEvent:
    """Somebody who was turned away at the broker."""
    return SecurityEvent(CITY, at_us, "broker", what, claimed, "203.0.113.9", "topic of another", count)


def rejected(reason: str, call: Callable[[], object], store: CityStore) -> None:
    """It is refused for this reason, and neither a change nor a deed is kept."""
    head = store.audit_head(CITY)
    with pytest.raises(Rejected) as caught:
        call()
    assert caught.value.reason == reason
    assert store.audit_head(CITY) == head
