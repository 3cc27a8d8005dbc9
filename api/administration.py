"""What administrators do to accounts, and what of it takes two of them. Knows no route.

Whatever makes an administrator, unmakes one, or opens an administrator's account needs a second pair of eyes: one
proposes it, another confirms it. Otherwise one person could make a puppet, confirm their own proposals through it, and
be two. An administrator may be disabled by one alone, for a stolen account must be shut at once; disabled ones still
count, so that nobody becomes the only administrator by shutting the others out. Where the city has only one, they act
alone and the audit log says so (`alone`).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from api.area import Area, area_of
from api.invitations import Fresh, deed_of, fresh
from api.policy import Caller
from api.sessions import Sessions
from contract.clock import DAY_US, Clock
from contract.errors import Rejected
from store.people import Deed, PeopleStore, Person, Proposal, Proposed

OPEN_US = 3 * DAY_US
"""how long a proposal waits for a second administrator: over a weekend, not for ever"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: done; or `waiting` for another administrator; `link` is shown once."""

    waiting: bool = False
    link: str = ""


class Administration:
    """Of one city. Raises Unavailable where the database is away, and Rejected as `PeopleStore` does."""

    def __init__(self, *, city: str, people: PeopleStore, clock: Clock, sessions: Sessions, base_url: str) -> None:
        self._city = city
        self._people = people
        self._clock = clock
        self._sessions = sessions
        self._base_url = base_url

    def alone(self, caller: Caller) -> bool:
        """Whether the city has no other administrator, disabled ones counted."""
        return not any(one.role == "admin" and one.id != caller.person for one in self._people.people(self._city))

    def invite(self, caller: Caller, area: Area) -> Outcome:
        """A link for a new account."""
        if area.role == "admin" and not self.alone(caller):
            return self._propose(caller, "invite", "", area)
        return self._link(caller, "", area, marked=area.role == "admin")

    def change(self, caller: Caller, person: Person, area: Area) -> Outcome:
        """Another role, agency or area. They are signed out everywhere."""
        if area == area_of(person):
            return Outcome()
        eyes = "admin" in {area.role, person.role} and area.role != person.role
        if eyes and not self.alone(caller):
            return self._propose(caller, "role", person.id, area)
        changed = replace(person, role=area.role, agency=area.agency, regions=area.regions)
        self._people.put_person(changed, self._deed(caller, "person.role", person.id, area, alone=eyes), person)
        return Outcome()

    def disable(self, caller: Caller, person: Person) -> Outcome:
        """Signed out everywhere, and let in no more."""
        now_us = self._clock.now_us()
        self._people.put_person(
            replace(person, disabled_us=now_us), self._deed(caller, "person.disabled", person.id), person
        )
        return Outcome()

    def enable(self, caller: Caller, person: Person) -> Outcome:
        """Let in again, with the password they had."""
        eyes = person.role == "admin"
        if eyes and not self.alone(caller):
            return self._propose(caller, "enable", person.id, area_of(person))
        deed = self._deed(caller, "person.enabled", person.id, alone=eyes)
        self._people.put_person(replace(person, disabled_us=None), deed, person)
        return Outcome()

    def new_password(self, caller: Caller, person: Person) -> Outcome:
        """A link for a new password."""
        eyes = person.role == "admin" and person.id != caller.person
        if eyes and not self.alone(caller):
            return self._propose(caller, "password", person.id, area_of(person))
        return self._link(caller, person.id, area_of(person), marked=eyes)

    def sign_out(self, caller: Caller, person: Person) -> Outcome:
        """Out of every device."""
        self._sessions.end_all(person.id, by=caller.actor)
        return Outcome()

    def erase(self, caller: Caller, person: Person) -> Outcome:
        """Forget who they are; the audit log keeps the id and what was done."""
        eyes = person.role == "admin"
        if eyes and not self.alone(caller):
            return self._propose(caller, "erase", person.id, area_of(person))
        self._people.erase_person(person.id, self._deed(caller, "person.erased", person.id, alone=eyes))
        return Outcome()

    def open_proposals(self) -> Sequence[Proposal]:
        return self._people.proposals(self._city, self._clock.now_us())

    def confirm(self, caller: Caller, proposal_id: str) -> Outcome | None:
        """The second pair of eyes. None where the proposal is over or decided."""
        proposal = self._find(proposal_id)
        if proposal is None:
            return None
        now_us = self._clock.now_us()
        area = Area(proposal.role, proposal.agency, proposal.regions)
        if proposal.what in {"password", "invite"}:
            made = self._fresh(proposal.person, area, now_us)
            deed = deed_of(made.invitation, caller.actor, proposed_by=proposal.by)
            done = self._people.confirm(proposal.id, now_us, deed, made.invitation)
            return Outcome(link=made.link) if done else None
        what = {"role": "person.role", "erase": "person.erased", "enable": "person.enabled"}[proposal.what]
        new = area if proposal.what == "role" else None
        deed = self._deed(caller, what, proposal.person, new, proposed_by=proposal.by)
        return Outcome() if self._people.confirm(proposal.id, now_us, deed) else None

    def withdraw(self, caller: Caller, proposal_id: str) -> bool:
        """By whoever proposed it, or refused by another. False where it is over or decided."""
        proposal = self._find(proposal_id)
        if proposal is None:
            return False
        what = "proposal.withdrawn" if proposal.by == caller.actor else "proposal.refused"
        deed = Deed(caller.actor, what, proposal.person or proposal.id, self._clock.now_us(), {"what": proposal.what})
        self._people.withdraw(proposal.id, deed)
        return True

    def _find(self, proposal_id: str) -> Proposal | None:
        return next((one for one in self.open_proposals() if one.id == proposal_id), None)

    def _propose(self, caller: Caller, what: Proposed, person: str, area: Area) -> Outcome:
        now_us = self._clock.now_us()
        proposal = Proposal(
            id=secrets.token_hex(16),
            city=self._city,
            what=what,
            person=person,
            role=area.role,
            agency=area.agency,
            regions=area.regions,
            by=caller.actor,
            created_us=now_us,
            until_us=now_us + OPEN_US,
        )
        details = {"what": what, **area.told}
        self._people.propose(proposal, Deed(caller.actor, "person.proposed", person or proposal.id, now_us, details))
        return Outcome(waiting=True)

    def _link(self, caller: Caller, person: str, area: Area, *, marked: bool) -> Outcome:
        made = self._fresh(person, area, self._clock.now_us())
        mark = {"alone": True} if marked else {}
        self._people.invite(made.invitation, deed_of(made.invitation, caller.actor, **mark))
        return Outcome(link=made.link)

    def _fresh(self, person: str, area: Area, now_us: int) -> Fresh:
        return fresh(
            city=self._city,
            base_url=self._base_url,
            role=area.role,
            agency=area.agency,
            regions=area.regions,
            person=person,
            now_us=now_us,
        )

    def _deed(
        self,
        caller: Caller,
        what: str,
        person: str,
        area: Area | None = None,
        *,
        alone: bool = False,
        proposed_by: str = "",
    ) -> Deed:
        details: dict[str, str | int | bool | None] = {}
        if area is not None:
            details |= area.told
        if alone:
            details["alone"] = True
        if proposed_by:
            details["proposed_by"] = proposed_by
        return Deed(caller.actor, what, person, self._clock.now_us(), details)


def wrong_of(refused: Rejected) -> str:
    """The key of a sentence for people; raises it again where none is known."""
    known = {"changed", "last_admin", "own_proposal", "not_an_admin", "unknown_person"}
    if refused.reason not in known:
        raise refused
    return f"refused_{refused.reason}"
