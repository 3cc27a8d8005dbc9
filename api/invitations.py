"""One-time links: made by whoever may invite, redeemed once for an account or a new password. Knows no route.

What is kept of a link is a digest.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from api import tokens
from api.door import folded
from api.passwords import why_not
from contract.clock import HOUR_US, Clock
from contract.errors import BadInput
from contract.roles import Role
from store.people import Deed, Invitation, PeopleStore, Person

VALID_US = 24 * HOUR_US
ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._@+-]{2,63}")
NAME_MOST = 80
FOR_PEOPLE: tuple[Role, ...] = ("resident", "officer", "technician", "operator", "admin")


@dataclass(frozen=True, slots=True)
class Fresh:
    """A link that has just been made: the invitation as it is kept, the link as it is shown once."""

    invitation: Invitation
    link: str


def fresh(
    *,
    city: str,
    base_url: str,
    role: Role,
    now_us: int,
    agency: str = "",
    regions: tuple[str, ...] = (),
    person: str = "",
) -> Fresh:
    """A link for a day that nobody keeps yet. Raises BadInput for a role that no person has."""
    if role not in FOR_PEOPLE:
        raise BadInput(f"nobody can be invited as {role}", where="role", remedy=f"One of {', '.join(FOR_PEOPLE)}.")
    token = tokens.fresh()
    digest = tokens.digest(token)
    invitation = Invitation(digest, city, role, agency, regions, person, now_us, now_us + VALID_US)
    return Fresh(invitation, f"{base_url.rstrip('/')}/undangan/{token}")


def deed_of(invitation: Invitation, actor: str, **more: str | bool) -> Deed:
    """What the audit log says of an invitation."""
    details = {"role": invitation.role, "agency": invitation.agency, "regions": " ".join(invitation.regions), **more}
    about = invitation.person or invitation.digest
    return Deed(actor, "person.invited", about, invitation.created_us, details)


def invite(
    people: PeopleStore,
    *,
    city: str,
    base_url: str,
    role: Role,
    now_us: int,
    actor: str,
    agency: str = "",
    regions: tuple[str, ...] = (),
    person: str = "",
) -> str:
    """A link that is valid for a day. `person`: a new password for somebody who is there. Raises BadInput for a role
    that no person has."""
    made = fresh(city=city, base_url=base_url, role=role, now_us=now_us, agency=agency, regions=regions, person=person)
    people.invite(made.invitation, deed_of(made.invitation, actor))
    return made.link


@dataclass(frozen=True, slots=True)
class Open:
    """An invitation that holds. `person`: whose new password it is for; None for a new account."""

    digest: str
    invitation: Invitation
    person: Person | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody filled in. Of a person who is there, account and name are theirs already."""

    account: str
    name: str
    password: str
    again: str

    @classmethod
    def read(cls, fields: Mapping[str, str], known: Open) -> Wanted:
        person = known.person
        password = fields.get("sandi", "")
        return cls(
            account=person.account if person else folded(fields.get("akun", "")),
            name=person.name if person else fields.get("nama", "").strip()[:NAME_MOST],
            password=password,
            again=fields.get("sandi_lagi", password),
        )

    def wrong(self, known: Open) -> str:
        """The key of a sentence that says what is wrong first; "" where nothing is."""
        if known.person is None and not ACCOUNT.fullmatch(self.account):
            return "account_shape"
        if known.person is None and not self.name:
            return "name_missing"
        return why_not(self.password, account=self.account) or (
            "" if self.password == self.again else "password_differs"
        )


class Invitations:
    """Of one city. Raises Unavailable where the database is away."""

    def __init__(self, city: str, people: PeopleStore, clock: Clock) -> None:
        self._city = city
        self._people = people
        self._clock = clock

    def known(self, token: str) -> Open | None:
        """None for one that was used, is over, is another city's, or is for somebody who is no longer there."""
        if len(token) > tokens.TOKEN_MOST:
            return None
        digest = tokens.digest(token)
        found = self._people.invitation(digest, self._clock.now_us())
        if found is None or found.city != self._city:
            return None
        person = self._people.person(found.person) if found.person else None
        if found.person and (person is None or person.disabled_us is not None or not person.account):
            return None
        return Open(digest, found, person)

    def person_of(self, known: Open, wanted: Wanted) -> Person:
        """Who it is for: the account that is there, or the one that will be."""
        return known.person or Person(
            id=secrets.token_hex(16),
            city=self._city,
            account=wanted.account,
            name=wanted.name,
            role=known.invitation.role,
            agency=known.invitation.agency,
            regions=known.invitation.regions,
            created_us=self._clock.now_us(),
        )

    def redeem(self, known: Open, person: Person, password: str) -> Person | None:
        """Make the account, or give it the new password (an argon2id string). None where somebody was faster. Raises
        Rejected(reason="taken") for an account that is another's."""
        now_us = self._clock.now_us()
        person = replace(person, password=password)
        what = "person.password" if known.person else "person.joined"
        details = {"role": person.role, "agency": person.agency, "how": "invitation"}
        deed = Deed(person.id, what, person.id, now_us, details, {"account": person.account})
        return person if self._people.redeem(known.digest, person, now_us, deed) else None
