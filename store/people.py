"""The ports for people, keys, what was done by whom, and who knocked with a false name.

A token that opens something (session, key, invitation) is kept as the SHA-256 of its text, in lower-case hex, and a
password as an argon2id string: a copy of the database opens nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from contract.roles import Role


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account. `regions` are region codes or beginnings of them; empty: the whole city."""

    id: str
    """32 hex digits, drawn once and never used again"""
    city: str
    account: str
    """what they sign in with, in lower case; "" once erased"""
    name: str
    role: Role
    agency: str = ""
    regions: tuple[str, ...] = ()
    password: str = ""
    """argon2id; "" for nobody can sign in with a password"""
    subject: str = ""
    """issuer and subject of an OpenID provider, "" for none"""
    created_us: int = 0
    disabled_us: int | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. `csrf` is the token that its forms must carry."""

    digest: str
    person: str
    csrf: str
    device: str
    address: str
    created_us: int
    seen_us: int
    until_us: int


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A program's key: what it may do is a role and an area, as for people."""

    id: str
    digest: str
    city: str
    label: str
    role: Role
    agency: str = ""
    regions: tuple[str, ...] = ()
    created_us: int = 0
    until_us: int | None = None
    revoked_us: int | None = None
    seen_us: int | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that works once: a new account, or (`person` is set) a new password for one."""

    digest: str
    city: str
    role: Role
    agency: str = ""
    regions: tuple[str, ...] = ()
    person: str = ""
    created_us: int = 0
    until_us: int = 0


@dataclass(frozen=True, slots=True)
class PostLink:
    """A link that opens the page of one post to one keeper, so that it is known who keyed what in. `name` is the
    keeper's."""

    id: str
    digest: str
    city: str
    node: str
    name: str
    created_us: int = 0
    until_us: int = 0
    revoked_us: int | None = None
    seen_us: int | None = None


Proposed = Literal["role", "erase", "enable", "password", "invite"]
"""what takes two administrators: a role with its area, an account that goes or comes back, and one-time links"""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one administrator wants done and another must agree to. `role`, `agency` and `regions` are the wanted ones
    of "role" and "invite", else the person's own. `person` is "" for "invite" alone; `by` is who proposed it."""

    id: str
    city: str
    what: Proposed
    person: str
    role: Role
    agency: str
    regions: tuple[str, ...]
    by: str
    created_us: int
    until_us: int


Details = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody did, for the audit log.

    `actor` and `object` are ids (a person's, a key's, "system"), never names. `details` are plain facts. `personal` are
    facts about a living person: the log keeps their salted digest alone, so that the person can still be erased. The
    salt is the person's whom the change is about (a session's, an account's); of a deed that is only recorded, the
    object's.
    """

    actor: str
    what: str
    object: str
    at_us: int
    details: Details = field(default_factory=dict)
    personal: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One link of a city's chain: `digest` is over everything before it in the row and over `previous`."""

    city: str
    number: int
    at_us: int
    actor: str
    what: str
    object: str
    details: Details
    previous: str
    digest: str


Place = Literal["broker", "ingest", "api"]


@dataclass(frozen=True, slots=True)
class SecurityEvent:
    """Somebody was turned away. `claimed` is the name they gave, `count` how often within the same minute."""

    city: str
    at_us: int
    where: Place
    what: str
    """a short word: acl_denied, unknown_ca, revoked, expired, wrong_topic, kicked, bad_password, csrf …"""
    claimed: str
    address: str
    detail: str
    count: int = 1


class PeopleStore(Protocol):
    """Accounts, sessions, keys and invitations. What changes rights is kept with its deed in one transaction."""

    def person(self, person_id: str) -> Person | None: ...

    def person_of_account(self, city: str, account: str) -> Person | None: ...

    def person_of_subject(self, city: str, subject: str) -> Person | None: ...

    def people(self, city: str) -> Sequence[Person]:
        """By account; erased ones are not among them."""

    def has_admin(self, city: str) -> bool:
        """Whether anybody who is not disabled can administer the city."""

    def put_person(self, person: Person, deed: Deed, before: Person | None = None) -> None:
        """Add or change. Who is disabled, or has another role, agency, area or password than before, is signed out
        everywhere, and links to a new password that wait for them open nothing any more. `before`: as whoever changes
        it has read it; Rejected(reason="changed") where somebody else was faster, and nothing is written.
        Raises Rejected(reason="taken") where the account or subject is another's, (reason="last_admin") where the city
        would be left without an administrator, and (reason="no_account") for an account that is empty or not in lower
        case."""

    def erase_person(self, person_id: str, deed: Deed) -> None:
        """Forget account, name, password and the salts of their digests in the audit log; the id stays, disabled.
        Raises Rejected as `put_person`."""

    def open_session(self, session: Session, deed: Deed, seen: Person | None = None) -> None:
        """`seen`: the person as they were when they showed who they are. Raises Rejected(reason="changed") where role,
        area or password are others by now: the session would outlive what signed everybody out, and
        Rejected(reason="unknown_person") for who is not there, erased or disabled."""

    def session(self, digest: str, now_us: int) -> tuple[Session, Person] | None:
        """None where it has ended or its person is disabled."""

    def touch_session(self, digest: str, now_us: int, until_us: int) -> None: ...

    def sessions_of(self, person_id: str, now_us: int) -> Sequence[Session]: ...

    def end_session(self, digest: str, deed: Deed) -> None:
        """Nothing is done, nor noted, where there is none."""

    def put_key(self, key: ApiKey, deed: Deed) -> None:
        """Raises Rejected(reason="taken") where id or digest is there: a key is never changed, only revoked."""

    def key(self, digest: str, now_us: int) -> ApiKey | None:
        """None where it is revoked or over."""

    def keys(self, city: str) -> Sequence[ApiKey]:
        """Newest first, revoked ones too."""

    def revoke_key(self, key_id: str, now_us: int, deed: Deed) -> None:
        """The second time does nothing. Raises Rejected(reason="unknown_key")."""

    def key_seen(self, key_id: str, now_us: int) -> None: ...

    def put_post_link(self, link: PostLink, deed: Deed) -> None:
        """Raises Rejected(reason="taken") where id or digest is there."""

    def post_link(self, digest: str, now_us: int) -> PostLink | None:
        """None where it is revoked or over."""

    def post_links(self, city: str) -> Sequence[PostLink]:
        """Newest first, revoked ones too."""

    def revoke_post_link(self, link_id: str, now_us: int, deed: Deed) -> None:
        """The second time does nothing. Raises Rejected(reason="unknown_link")."""

    def post_link_seen(self, link_id: str, now_us: int) -> None: ...

    def invite(self, invitation: Invitation, deed: Deed) -> None:
        """Raises Rejected(reason="taken") for a digest that is there, (reason="unknown_person") for a new password of
        nobody or of an erased person."""

    def invitation(self, digest: str, now_us: int) -> Invitation | None:
        """None where it was used or is over."""

    def redeem(self, digest: str, person: Person, now_us: int, deed: Deed) -> bool:
        """Use the invitation and put the person, in one transaction; of somebody who is there the password alone. False
        where it is used or over, or its person is disabled by now: then nothing is written.
        Raises Rejected as `put_person`, and Rejected(reason="not_invited") for a person whom it was not made for; then
        the invitation is still good."""

    def propose(self, proposal: Proposal, deed: Deed) -> None:
        """Keep it until it is over; an open one about the same person and matter gives way to it. Raises
        Rejected(reason="unknown_person") for who is not there or erased."""

    def proposals(self, city: str, now_us: int) -> Sequence[Proposal]:
        """Open ones, newest first."""

    def withdraw(self, proposal_id: str, deed: Deed) -> None:
        """Nothing is done, nor noted, where there is none."""

    def confirm(self, proposal_id: str, now_us: int, deed: Deed, invitation: Invitation | None = None) -> bool:
        """Do what was proposed, in one transaction with its deed; the deed's actor is who agrees. False where it is
        over or was decided: then nothing is written. `invitation`: for "password" and "invite", as it was proposed.
        Raises Rejected(reason="own_proposal") for who proposed it, (reason="not_an_admin") for who is no administrator
        any more, and as `put_person`, `erase_person` and `invite`; then the proposal stays."""

    def attempt(self, city: str, bucket: str, now_us: int, window_s: float) -> int:
        """Note an attempt and return how many this bucket saw within the window, this one among them. Holds for all
        copies of the web server; buckets are digests or short words, never an address as it stands. A bucket is always
        asked with the same window; beyond a thousand it says a thousand."""


class AuditLog(Protocol):
    """Append-only and chained: a row that is changed, removed or put in between is found (`store.audit.verify`)."""

    def record(self, city: str, deed: Deed) -> None:
        """Append a deed that changes nothing else."""

    def audit(self, city: str, after: int = 0, *, limit: int = 1_000) -> Sequence[AuditRow]:
        """Rows with a number greater than `after`, in order."""

    def audit_head(self, city: str) -> tuple[int, str]:
        """(number, digest) of the newest row as the head table has it; (0, "") for an empty log."""

    def note_security(self, events: Sequence[SecurityEvent], *, limit: int = 10_000) -> None:
        """Keep them; equal ones of one minute are counted in one row. Beyond the limit a city's oldest go, of
        whoever has the most rows first: by address, or by name where there is none."""

    def security_events(self, city: str, since_us: int = 0, *, limit: int = 200) -> Sequence[SecurityEvent]:
        """Newest first."""
