"""What takes two administrators: proposed by one, confirmed by another, done in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from sqlalchemy import Connection, delete, insert, select

from contract.errors import Rejected
from store.city.audit import append, hold_log
from store.city.people import PeopleTables, as_kept, check_person, known_person, unknown_person
from store.city.schema import proposals
from store.people import Deed, Invitation, Proposal


class ProposalTables(PeopleTables):
    """Accounts, and what is proposed about them."""

    def propose(self, proposal: Proposal, deed: Deed) -> None:
        """See `PeopleStore.propose`. What is over of anybody's is forgotten on the way."""
        with self._db.write() as connection:
            hold_log(self._db, connection, proposal.city)
            connection.execute(delete(proposals).where(proposals.c.until_us <= proposal.created_us))
            if proposal.person:
                check_person(connection, proposal.person, proposal.city)
                same = (proposals.c.person == proposal.person) & (proposals.c.what == proposal.what)
                connection.execute(delete(proposals).where(same))
            connection.execute(insert(proposals).values(asdict(proposal)))
            append(self._db, connection, proposal.city, deed, about=proposal.person)

    def proposals(self, city: str, now_us: int) -> Sequence[Proposal]:
        """See `PeopleStore.proposals`."""
        query = select(proposals).where(proposals.c.city == city, proposals.c.until_us > now_us)
        query = query.order_by(proposals.c.created_us.desc(), proposals.c.id)
        with self._db.read() as connection:
            return [as_kept(Proposal, row) for row in connection.execute(query).mappings()]

    def withdraw(self, proposal_id: str, deed: Deed) -> None:
        """See `PeopleStore.withdraw`."""
        with self._db.write() as connection:
            known = self._held(connection, proposal_id)
            if known is not None:
                connection.execute(delete(proposals).where(proposals.c.id == proposal_id))
                append(self._db, connection, known.city, deed, about=known.person)

    def confirm(self, proposal_id: str, now_us: int, deed: Deed, invitation: Invitation | None = None) -> bool:
        """See `PeopleStore.confirm`."""
        with self._db.write() as connection:
            known = self._held(connection, proposal_id)
            if known is None or known.until_us <= now_us:
                return False
            _check_second(connection, known, deed)
            connection.execute(delete(proposals).where(proposals.c.id == proposal_id))
            self._do(connection, known, deed, invitation)
        if known.what == "erase":
            self._db.scrub()
        return True

    def _held(self, connection: Connection, proposal_id: str) -> Proposal | None:
        """The proposal as it is once nobody else can decide it any more."""
        this = select(proposals).where(proposals.c.id == proposal_id)
        found = connection.execute(this).mappings().one_or_none()
        if found is None:
            return None
        hold_log(self._db, connection, found["city"])
        again = connection.execute(this).mappings().one_or_none()
        return as_kept(Proposal, again) if again is not None else None

    def _do(self, connection: Connection, proposal: Proposal, deed: Deed, invitation: Invitation | None) -> None:
        if proposal.what in {"password", "invite"}:
            if invitation is None or _area(invitation) != _area(proposal):
                raise Rejected("the invitation is not the one that was proposed", reason="not_invited")
            self._invite(connection, invitation, deed)
            return
        person = known_person(connection, proposal.person)
        if person is None:
            raise unknown_person(proposal.person)
        if proposal.what == "erase":
            self._erase(connection, proposal.person, deed)
        elif proposal.what == "enable":
            self._put(connection, replace(person, disabled_us=None), deed)
        else:
            changed = replace(person, role=proposal.role, agency=proposal.agency, regions=proposal.regions)
            self._put(connection, changed, deed)


def _check_second(connection: Connection, proposal: Proposal, deed: Deed) -> None:
    """Somebody else, and an administrator at this very moment."""
    if deed.actor == proposal.by:
        raise Rejected("another administrator must agree", reason="own_proposal")
    second = known_person(connection, deed.actor)
    if second is None or second.city != proposal.city or second.role != "admin" or second.disabled_us is not None:
        raise Rejected("only an administrator can agree", reason="not_an_admin")


def _area(one: Proposal | Invitation) -> tuple[str, str, str, str, tuple[str, ...]]:
    return one.city, one.person, one.role, one.agency, one.regions
