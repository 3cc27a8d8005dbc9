"""Accounts, sessions, keys and invitations; every change of rights in one transaction with its deed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from contract.errors import Rejected
from contract.roles import Role
from store.city import schema
from store.city.audit import append, forget, hold_log
from store.city.database import Part
from store.city.schema import api_keys, invitations, people
from store.city.security import forget_claims
from store.people import ApiKey, Deed, Invitation, Person, Session

_RIGHTS = ("role", "agency", "regions", "password")
"""what, when it changes, ends a person's sessions"""

T = TypeVar("T")


class PeopleTables(Part):
    """Who somebody is, and what opens the door to them."""

    # ------------------------------------------------------------ accounts

    def person(self, person_id: str) -> Person | None:
        """See `PeopleStore.person`. An erased person is returned too: an id and no name."""
        return self._one_person(people.c.id == person_id)

    def person_of_account(self, city: str, account: str) -> Person | None:
        """See `PeopleStore.person_of_account`."""
        return self._one_person(people.c.city == city, people.c.account == account) if account else None

    def person_of_subject(self, city: str, subject: str) -> Person | None:
        """See `PeopleStore.person_of_subject`."""
        return self._one_person(people.c.city == city, people.c.subject == subject) if subject else None

    def people(self, city: str) -> Sequence[Person]:
        """See `PeopleStore.people`."""
        query = select(people).where(people.c.city == city, people.c.account != "").order_by(people.c.account)
        with self._db.read() as connection:
            return [as_kept(Person, row) for row in connection.execute(query).mappings()]

    def has_admin(self, city: str) -> bool:
        """See `PeopleStore.has_admin`."""
        with self._db.read() as connection:
            return _has_admin(connection, city)

    def put_person(self, person: Person, deed: Deed, before: Person | None = None) -> None:
        """See `PeopleStore.put_person`. Also raises Rejected(reason="taken") for an id of another city's or an erased
        person's."""
        with self._db.write() as connection:
            hold_log(self._db, connection, person.city)
            if before is not None and known_person(connection, person.id) != before:
                raise Rejected(f"somebody else has changed {person.id} meanwhile", reason="changed")
            self._put(connection, person, deed)

    def erase_person(self, person_id: str, deed: Deed) -> None:
        """See `PeopleStore.erase_person`. Raises Rejected(reason="unknown_person") too; the second time does nothing.

        On SQLite the freed bytes are overwritten and the file's log is emptied, so that no page keeps the name.
        PostgreSQL keeps a row's old version until its next vacuum; backups keep it until they are thrown away.
        """
        with self._db.write() as connection:
            city = _city_of(connection, person_id)
            if city is None:
                raise unknown_person(person_id)
            hold_log(self._db, connection, city)
            self._erase(connection, person_id, deed)
        self._db.scrub()

    def _erase(self, connection: Connection, person_id: str, deed: Deed) -> None:
        """Under the held log. `scrub` comes after the commit."""
        known = known_person(connection, person_id)
        if known is None or not known.account:
            return
        nobody = replace(known, account="", name="", password="", subject="", disabled_us=deed.at_us)
        _keep_an_admin(connection, known, nobody)
        connection.execute(update(people).where(people.c.id == person_id).values(asdict(nobody)))
        _sign_out(connection, person_id)
        connection.execute(delete(invitations).where(invitations.c.person == person_id))
        connection.execute(delete(schema.proposals).where(schema.proposals.c.person == person_id))
        connection.execute(delete(schema.ways).where(schema.ways.c.person == person_id))
        connection.execute(delete(schema.shifts).where(schema.shifts.c.person == person_id))
        forget_claims(connection, known.city, known.account)
        append(self._db, connection, known.city, deed, about=person_id)
        forget(connection, known.city, person_id)

    def _one_person(self, *where: ColumnElement[bool]) -> Person | None:
        with self._db.read() as connection:
            row = connection.execute(select(people).where(*where)).mappings().one_or_none()
        return as_kept(Person, row) if row else None

    def _put(self, connection: Connection, person: Person, deed: Deed) -> None:
        """Under the held log."""
        if not person.account or person.account != person.account.lower():
            raise Rejected("an account is a word in lower case", reason="no_account")
        known = known_person(connection, person.id)
        if known is not None and (known.city != person.city or not known.account):
            raise Rejected(f"the id {person.id} is another's", reason="taken")
        for column, value, what in (
            (people.c.account, person.account, "account"),
            (people.c.subject, person.subject, "login of the identity provider"),
        ):
            others = select(people.c.id).where(people.c.city == person.city, column == value, people.c.id != person.id)
            if value and connection.execute(others).first():
                raise Rejected(f"this {what} is another person's", reason="taken")
        if known is None:
            connection.execute(insert(people).values(asdict(person)))
        else:
            _keep_an_admin(connection, known, person)
            changed = asdict(replace(person, created_us=known.created_us))
            connection.execute(update(people).where(people.c.id == person.id).values(changed))
            if person.disabled_us is not None or not _same_rights(known, person):
                _sign_out(connection, person.id)
                unused = and_(invitations.c.person == person.id, invitations.c.used_us.is_(None))
                connection.execute(delete(invitations).where(unused))
        append(self._db, connection, person.city, deed, about=person.id)

    # ------------------------------------------------------------ sessions

    def open_session(self, session: Session, deed: Deed, seen: Person | None = None) -> None:
        """See `PeopleStore.open_session`. What is over of anybody's is forgotten on the way."""
        with self._db.write() as connection:
            city = _city_of(connection, session.person)
            if city is None:
                raise unknown_person(session.person)
            hold_log(self._db, connection, city)
            known = known_person(connection, session.person)
            if known is None or known.disabled_us is not None:
                raise unknown_person(session.person)
            if seen is not None and not _same_rights(known, seen):
                raise Rejected(f"{session.person} has other rights or another password by now", reason="changed")
            over = schema.sessions.c.until_us <= session.created_us
            connection.execute(delete(schema.sessions).where(over))
            connection.execute(insert(schema.sessions).values(asdict(session)))
            append(self._db, connection, city, deed, about=session.person)

    def session(self, digest: str, now_us: int) -> tuple[Session, Person] | None:
        """See `PeopleStore.session`."""
        query = select(schema.sessions).where(schema.sessions.c.digest == digest, schema.sessions.c.until_us > now_us)
        with self._db.read() as connection:
            found = connection.execute(query).mappings().one_or_none()
            person = known_person(connection, found["person"]) if found else None
        if found is None or person is None or person.disabled_us is not None:
            return None
        return Session(**found), person

    def touch_session(self, digest: str, now_us: int, until_us: int) -> None:
        """See `PeopleStore.touch_session`. One that is over stays so."""
        this = and_(schema.sessions.c.digest == digest, schema.sessions.c.until_us > now_us)
        with self._db.write() as connection:
            connection.execute(update(schema.sessions).where(this).values(seen_us=now_us, until_us=until_us))

    def sessions_of(self, person_id: str, now_us: int) -> Sequence[Session]:
        """See `PeopleStore.sessions_of`. Newest first."""
        table = schema.sessions
        query = select(table).where(table.c.person == person_id, table.c.until_us > now_us)
        with self._db.read() as connection:
            found = connection.execute(query.order_by(table.c.created_us.desc(), table.c.digest)).mappings().all()
        return [Session(**row) for row in found]

    def end_session(self, digest: str, deed: Deed) -> None:
        """See `PeopleStore.end_session`."""
        this = schema.sessions.c.digest == digest
        with self._db.write() as connection:
            person = connection.execute(select(schema.sessions.c.person).where(this)).scalar_one_or_none()
            city = _city_of(connection, person) if person else None
            if person is None or city is None:
                return
            hold_log(self._db, connection, city)
            if connection.execute(delete(schema.sessions).where(this)).rowcount:
                append(self._db, connection, city, deed, about=person)

    # ------------------------------------------------------------ keys

    def put_key(self, key: ApiKey, deed: Deed) -> None:
        """See `PeopleStore.put_key`."""
        with self._db.write() as connection:
            hold_log(self._db, connection, key.city)
            same = or_(api_keys.c.id == key.id, api_keys.c.digest == key.digest)
            if connection.execute(select(api_keys.c.id).where(same)).first():
                raise Rejected("this key is there already", reason="taken")
            connection.execute(insert(api_keys).values(asdict(key)))
            append(self._db, connection, key.city, deed)

    def key(self, digest: str, now_us: int) -> ApiKey | None:
        """See `PeopleStore.key`."""
        valid = or_(api_keys.c.until_us.is_(None), api_keys.c.until_us > now_us)
        query = select(api_keys).where(api_keys.c.digest == digest, api_keys.c.revoked_us.is_(None), valid)
        with self._db.read() as connection:
            found = connection.execute(query).mappings().one_or_none()
        return as_kept(ApiKey, found) if found else None

    def keys(self, city: str) -> Sequence[ApiKey]:
        """See `PeopleStore.keys`."""
        query = select(api_keys).where(api_keys.c.city == city)
        query = query.order_by(api_keys.c.created_us.desc(), api_keys.c.id)
        with self._db.read() as connection:
            return [as_kept(ApiKey, row) for row in connection.execute(query).mappings()]

    def revoke_key(self, key_id: str, now_us: int, deed: Deed) -> None:
        """See `PeopleStore.revoke_key`."""
        with self._db.write() as connection:
            city = connection.execute(select(api_keys.c.city).where(api_keys.c.id == key_id)).scalar_one_or_none()
            if city is None:
                raise Rejected(f"there is no key {key_id}", reason="unknown_key")
            hold_log(self._db, connection, city)
            this = and_(api_keys.c.id == key_id, api_keys.c.revoked_us.is_(None))
            if connection.execute(update(api_keys).where(this).values(revoked_us=now_us)).rowcount:
                append(self._db, connection, city, deed)

    def key_seen(self, key_id: str, now_us: int) -> None:
        """See `PeopleStore.key_seen`. An earlier time than the known one changes nothing."""
        this = and_(api_keys.c.id == key_id, func.coalesce(api_keys.c.seen_us, 0) < now_us)
        with self._db.write() as connection:
            connection.execute(update(api_keys).where(this).values(seen_us=now_us))

    # ------------------------------------------------------------ invitations

    def invite(self, invitation: Invitation, deed: Deed) -> None:
        """See `PeopleStore.invite`. What is over of anybody's is forgotten on the way."""
        with self._db.write() as connection:
            hold_log(self._db, connection, invitation.city)
            self._invite(connection, invitation, deed)

    def _invite(self, connection: Connection, invitation: Invitation, deed: Deed) -> None:
        """Under the held log."""
        connection.execute(delete(invitations).where(invitations.c.until_us <= invitation.created_us))
        if invitation.person:
            check_person(connection, invitation.person, invitation.city)
        if connection.execute(select(invitations).where(invitations.c.digest == invitation.digest)).first():
            raise Rejected("this invitation is there already", reason="taken")
        connection.execute(insert(invitations).values({**asdict(invitation), "used_us": None}))
        append(self._db, connection, invitation.city, deed, about=invitation.person)

    def invitation(self, digest: str, now_us: int) -> Invitation | None:
        """See `PeopleStore.invitation`."""
        with self._db.read() as connection:
            return _invitation(connection, digest, now_us)

    def redeem(self, digest: str, person: Person, now_us: int, deed: Deed) -> bool:
        """See `PeopleStore.redeem`. Raises Rejected(reason="not_invited") for a person whom it was not made for: of
        another city or role, another's new password, or a new account with an id that is there already."""
        if self.invitation(digest, now_us) is None:
            return False
        with self._db.write() as connection:
            hold_log(self._db, connection, person.city)
            invitation = _invitation(connection, digest, now_us)
            if invitation is None:
                return False
            _check_invited(connection, invitation, person)
            known = known_person(connection, person.id)
            if known is not None:
                if known.disabled_us is not None:
                    return False
                # The link is for a password; what else has changed since it was opened stays changed.
                person = replace(known, password=person.password)
            connection.execute(update(invitations).where(invitations.c.digest == digest).values(used_us=now_us))
            self._put(connection, person, deed)
        return True


def unknown_person(person_id: str) -> Rejected:
    return Rejected(f"there is no person {person_id}", reason="unknown_person")


def check_person(connection: Connection, person_id: str, city: str) -> None:
    """Raises Rejected(reason="unknown_person") for who is not there, erased, or another city's."""
    person = known_person(connection, person_id)
    if person is None or person.city != city or not person.account:
        raise unknown_person(person_id)


def person_here(connection: Connection, city: str, person_id: str) -> Person | None:
    """The person as they are at this very moment, None for who is not there, disabled, or another city's."""
    person = known_person(connection, person_id)
    here = person is not None and person.city == city and person.disabled_us is None
    return person if here else None


def may(connection: Connection, city: str, person_id: str, roles: Collection[Role]) -> bool:
    """Whether somebody of the city has one of these roles at this very moment."""
    person = person_here(connection, city, person_id)
    return person is not None and person.role in roles


def as_kept(kind: Callable[..., T], row: Mapping[Any, Any]) -> T:
    """A row as what it was; JSON gives its regions back as a list."""
    return kind(**{**row, "regions": tuple(row["regions"])})


def _invitation(connection: Connection, digest: str, now_us: int) -> Invitation | None:
    this = and_(invitations.c.digest == digest, invitations.c.used_us.is_(None), invitations.c.until_us > now_us)
    shown = [column for column in invitations.c if column is not invitations.c.used_us]
    found = connection.execute(select(*shown).where(this)).mappings().one_or_none()
    return as_kept(Invitation, found) if found else None


def _check_invited(connection: Connection, invitation: Invitation, person: Person) -> None:
    meant = (invitation.city, invitation.person or person.id) == (person.city, person.id)
    if not invitation.person:
        meant &= person.role == invitation.role and known_person(connection, person.id) is None
    if not meant:
        raise Rejected("the invitation is for somebody else", reason="not_invited")


def known_person(connection: Connection, person_id: str) -> Person | None:
    found = connection.execute(select(people).where(people.c.id == person_id)).mappings().one_or_none()
    return as_kept(Person, found) if found else None


def _same_rights(one: Person, other: Person) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in _RIGHTS)


def _city_of(connection: Connection, person_id: str) -> str | None:
    return connection.execute(select(people.c.city).where(people.c.id == person_id)).scalar_one_or_none()


def _sign_out(connection: Connection, person_id: str) -> None:
    connection.execute(delete(schema.sessions).where(schema.sessions.c.person == person_id))


def _has_admin(connection: Connection, city: str, but: str = "") -> bool:
    query = select(people.c.id).where(
        people.c.city == city, people.c.role == "admin", people.c.disabled_us.is_(None), people.c.id != but
    )
    return connection.execute(query.limit(1)).first() is not None


def _keep_an_admin(connection: Connection, before: Person, after: Person) -> None:
    """Under the held log nobody else's change of rights can come between this look and the commit."""
    was = before.role == "admin" and before.disabled_us is None
    stays = after.role == "admin" and after.disabled_us is None
    if was and not stays and not _has_admin(connection, before.city, but=before.id):
        raise Rejected("the city would be left without an administrator", reason="last_admin")
