"""Who asks: a person by a session, a program by a key, or nobody in particular."""

from __future__ import annotations

from starlette.requests import Request

from api import tokens
from api.address import at_home, client_address
from api.policy import Caller
from api.sessions import Sessions
from api.tokens import Cookies, Device
from contract.addresses import Network
from contract.clock import MINUTE_US, Clock
from store.people import ApiKey, PeopleStore

KEY_SEEN_EVERY_US = MINUTE_US


class Access:
    """Of one city. Its methods ask the database, so they belong into a thread. Raise Unavailable where it is away."""

    def __init__(
        self,
        *,
        city: str,
        people: PeopleStore,
        clock: Clock,
        sessions: Sessions,
        cookies: Cookies,
        trusted_proxies: tuple[Network, ...] = (),
        published: bool = True,
    ) -> None:
        """`published`: people reach the pages by an address that is not this machine's own."""
        self._city = city
        self._people = people
        self._clock = clock
        self._sessions = sessions
        self._cookies = cookies
        self._trusted = trusted_proxies
        self._published = published

    def nobody(self, request: Request) -> Caller:
        """The caller as far as it is known without the database."""
        device = self.device(request)
        address = client_address(request.scope, self._trusted)
        return Caller(
            csrf=device.form_token, address=address, device=tokens.digest(device.nonce) if device.nonce else ""
        )

    def device(self, request: Request) -> Device:
        return Device.read(request.cookies.get(self._cookies.device, ""))

    def at_home(self, request: Request) -> bool:
        return at_home(request.scope, self._trusted, published=self._published)

    def shown_key(self, request: Request) -> str | None:
        """The key of `Authorization: Bearer …`; None where none is shown."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        return key.strip() if scheme.lower() == "bearer" else None

    def shows_session(self, request: Request) -> bool:
        return bool(request.cookies.get(self._cookies.session))

    def of_session(self, request: Request, *, prolong: bool) -> Caller:
        """By the session's cookie; nobody where it opens nothing. `prolong`: a person asks."""
        nobody = self.nobody(request)
        found = self._sessions.find(request.cookies.get(self._cookies.session, ""), prolong=prolong)
        if found is None or found[1].city != self._city:
            return nobody
        session, person = found
        return Caller(
            role=person.role,
            person=person.id,
            name=person.name or person.account,
            agency=person.agency,
            regions=person.regions,
            session=session.digest,
            csrf=session.csrf,
            address=nobody.address,
            device=nobody.device,
        )

    def of_key(self, request: Request, text: str) -> Caller | None:
        """By a key, wherever it was shown; None where it opens nothing here."""
        key = self._key(text)
        if key is None:
            return None
        return Caller(
            role=key.role,
            agency=key.agency,
            regions=key.regions,
            key=key.id,
            address=client_address(request.scope, self._trusted),
        )

    def lasts(self, caller: Caller) -> bool:
        """Whether what let somebody in still does. To ask prolongs nothing."""
        if caller.session:
            return self._sessions.lasts(caller.session)
        now_us = self._clock.now_us()
        key = next((one for one in self._people.keys(self._city) if one.id == caller.key), None)
        return key is not None and key.revoked_us is None and (key.until_us is None or now_us < key.until_us)

    def _key(self, text: str) -> ApiKey | None:
        if not 0 < len(text) <= tokens.TOKEN_MOST:
            return None
        now_us = self._clock.now_us()
        key = self._people.key(tokens.digest(text), now_us)
        if key is None or key.city != self._city:
            return None
        if key.seen_us is None or now_us - key.seen_us >= KEY_SEEN_EVERY_US:
            self._people.key_seen(key.id, now_us)
        return key
