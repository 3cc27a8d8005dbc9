"""Which account somebody is who comes by the city's own accounts. Knows no route."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from api.context import Context
from api.door import folded
from api.invitations import ACCOUNT, NAME_MOST
from api.oidc import Identity
from api.policy import Caller
from contract.errors import Rejected
from store.people import Deed, Person


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why somebody is not let in: the key of a sentence for them, a word for the log."""

    said: str
    why: str


class Accounts:
    """Who somebody is to the city, by what the provider says of them. Never by an e-mail address or a name alone."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._people = context.people

    def of(self, identity: Identity) -> Person | Wrong:
        """The account of a subject; a new one where a rule gives it a role. What the rules say holds at every sign-in
        for accounts that have no password of ours: those are kept here by administrators."""
        known = self._people.person_of_subject(self._context.city, identity.subject)
        if known is None:
            return self._new(identity)
        if known.disabled_us is not None:
            return Wrong("openid_closed", "disabled")
        if known.password:
            return known
        rule = identity.rule
        if rule is None:
            return Wrong("openid_no_role", "no_role")
        if (known.role, known.agency, known.regions) == (rule.role, rule.agency, rule.regions):
            return known
        changed = replace(known, role=rule.role, agency=rule.agency, regions=rule.regions)
        return self._put(changed, "person.role", {})

    def link(self, caller: Caller, identity: Identity) -> Person | Wrong:
        """The caller's own account joined to a subject."""
        person = self._people.person(caller.person)
        if person is None or (person.subject and person.subject != identity.subject):
            return Wrong("openid_other", "linked_already")
        return self._put(replace(person, subject=identity.subject), "person.linked", {"subject": identity.subject})

    def _new(self, identity: Identity) -> Person | Wrong:
        rule = identity.rule
        if rule is None:
            return Wrong("openid_no_role", "no_role")
        account = folded(identity.account)
        if not ACCOUNT.fullmatch(account):
            return Wrong("openid_no_account", "no_account")
        person = Person(
            id=secrets.token_hex(16),
            city=self._context.city,
            account=account,
            name=identity.name.replace("\0", "").strip()[:NAME_MOST],
            role=rule.role,
            agency=rule.agency,
            regions=rule.regions,
            subject=identity.subject,
            created_us=self._context.clock.now_us(),
        )
        return self._put(person, "person.joined", {"account": account, "subject": identity.subject})

    def _put(self, person: Person, what: str, personal: dict[str, str]) -> Person | Wrong:
        details = {"how": "openid", "role": person.role, "agency": person.agency, "regions": " ".join(person.regions)}
        deed = Deed(person.id, what, person.id, self._context.clock.now_us(), details, personal)
        try:
            self._people.put_person(person, deed)
        except Rejected as refused:
            said = {"taken": "openid_taken", "last_admin": "refused_last_admin"}.get(refused.reason)
            if said is None:
                raise
            return Wrong(said, refused.reason)
        return person
