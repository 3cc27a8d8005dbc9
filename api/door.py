"""Signing in with a password: the same answer, the same work and the same waiting for every account there is or not."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from api.access import Access
from api.passwords import Passwords
from api.policy import Caller
from api.security import People, Security
from api.sessions import Sessions
from api.throttle import Throttle
from api.tokens import Device, digest, fresh
from contract.clock import Clock
from contract.errors import Rejected
from store.people import Deed, Person

ACCOUNT_MOST = 64


@dataclass(frozen=True, slots=True)
class Opened:
    """They are in: the token for the cookie, and the device that knows them from now on."""

    person: Person
    token: str
    device: Device


@dataclass(frozen=True, slots=True)
class Shut:
    """They are not. `wait_s`: too many tries, for so long at most."""

    wait_s: float | None = None


def folded(account: str) -> str:
    """An account as it is kept: one form of each letter, lower case, no spaces around."""
    return unicodedata.normalize("NFKC", account).strip().lower()[:ACCOUNT_MOST]


class Door:
    """Of one city. `break_glass`: the one administrator who may still come by a password; "" lets everybody."""

    def __init__(
        self,
        *,
        city: str,
        people: People,
        clock: Clock,
        access: Access,
        sessions: Sessions,
        security: Security,
        passwords: Passwords,
        break_glass: str = "",
    ) -> None:
        self._city = city
        self._people = people
        self._clock = clock
        self._access = access
        self._sessions = sessions
        self._security = security
        self._passwords = passwords
        self._break_glass = break_glass
        self._throttle = Throttle(city, people, clock)

    async def sign_in(self, request: Request, caller: Caller, account: str, password: str) -> Opened | Shut:
        """One try. Raises Unavailable where the database is away or too many try at once."""
        account = folded(account)
        person = await run_in_threadpool(self._people.person_of_account, self._city, account)
        stored = person.password if person is not None else ""
        device = self._access.device(request)
        known = digest(device.nonce) if device.knows(account, stored) else ""
        wait_s = await run_in_threadpool(self._throttle.sign_in, account, caller.address, known)
        if wait_s is not None:
            await run_in_threadpool(self._security.note, "too_many_tries", caller, "sign in", _claimed(account, person))
            return Shut(wait_s)
        good = await self._passwords.fits(stored, password)
        if not good or person is None or person.disabled_us is not None or not self.by_password(person):
            await run_in_threadpool(self._failed, caller, account, person)
            return Shut()
        try:
            return await run_in_threadpool(self.open, request, caller, person, "password")
        except Rejected:
            # Closed, or given another password, while this one was being looked at: it opens nothing any more.
            await run_in_threadpool(self._failed, caller, account, person)
            return Shut()

    def by_password(self, person: Person) -> bool:
        """Whether this account may have a password at all: in a city with accounts of its own perhaps only one may."""
        return not self._break_glass or (person.account == self._break_glass and person.role == "admin")

    def open(self, request: Request, caller: Caller, person: Person, how: str) -> Opened:
        """A new session for somebody who has shown who they are. An earlier one of this browser ends."""
        if caller.session:
            self._sessions.end(caller.session, caller.person)
        agent = request.headers.get("user-agent", "")
        token = self._sessions.open(person, address=caller.address, user_agent=agent, how=how)
        device = self._access.device(request)
        device = (device if device.nonce else Device(fresh())).signed_in(person.account, person.password)
        return Opened(person, token, device)

    def _failed(self, caller: Caller, account: str, person: Person | None) -> None:
        self._security.note("bad_password", caller, "sign in", _claimed(account, person))
        whose = person.id if person is not None else ""
        if self._throttle.is_written(whose):
            personal = {"account": account, "address": caller.address}
            self._security.record(Deed("public", "sign_in.failed", whose, self._clock.now_us(), {}, personal))


def _claimed(account: str, person: Person | None) -> str:
    """The name they gave; of one that is nobody's only its beginning, for people type passwords there by mistake."""
    return account if person is not None else f"{account[:3]}…"
