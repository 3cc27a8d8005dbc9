"""Whoever may knock at the pages: one of each role, with a session or a key, as the store keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count

from support.seed import Town
from support.web_server import give_key

from api.sessions import Sessions
from api.tokens import Device, digest
from contract.roles import Role
from store.people import Deed, Person

_NUMBERS = count(1)
DEVICE = Device("d" * 43)
FAR = {"x-forwarded-for": "203.0.113.9"}
"""a proxy's header: with it nobody counts as a program on this machine"""


def person(
    city: Town, account: str, role: Role, *, agency: str = "", regions: tuple[str, ...] = (), password: str = ""
) -> Person:
    """Somebody with an account; the same one where the account is there already."""
    known = city.cities.person_of_account(city.profile.code, account)
    if known is not None:
        return known
    one = Person(
        id=sha256(account.encode()).hexdigest()[:32],
        city=city.profile.code,
        account=account,
        name=account.title(),
        role=role,
        agency=agency,
        regions=regions,
        password=password,
        created_us=city.now_us,
    )
    city.cities.put_person(one, Deed("system", "person.joined", one.id, city.now_us))
    return one


@dataclass(frozen=True)
class Visitor:
    """What a browser or a program sends along: its cookies, its headers, and the token for its forms."""

    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    @property
    def sent(self) -> dict[str, str]:
        """As headers; a client's own cookie jar would remember."""
        told = {"accept": "text/html", **FAR, **self.headers}
        if self.cookies:
            told["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return told


def stranger() -> Visitor:
    """Nobody in particular, on a device that has seen the sign-in page."""
    return Visitor({"siaga-perangkat": DEVICE.cookie}, {}, DEVICE.form_token)


def signed_in(city: Town, one: Person) -> Visitor:
    """A new session of somebody."""
    token = Sessions(city.cities, city.clock).open(one, address="203.0.113.9", user_agent="Firefox Android", how="test")
    found = city.cities.session(digest(token), city.now_us)
    assert found is not None
    return Visitor({"siaga": token}, {}, found[0].csrf)


def program(city: Town, role: Role, *, agency: str = "", regions: tuple[str, ...] = ()) -> Visitor:
    """A new key."""
    text = f"kunci-program-{next(_NUMBERS)}-{city.now_us}"
    give_key(city, text, role, agency=agency, regions=regions)
    return Visitor({}, {"authorization": f"Bearer {text}"})
