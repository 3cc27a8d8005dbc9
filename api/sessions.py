"""Sessions on the server's side: opened, found, prolonged, ended. The browser holds a random token and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api import tokens
from contract.clock import DAY_US, HOUR_US, MINUTE_US, Clock
from contract.roles import Role
from store.people import Deed, PeopleStore, Person, Session

SEEN_EVERY_US = MINUTE_US


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts: since it was last used, and at most."""

    idle_us: int
    whole_us: int


SHIFT = Limits(12 * HOUR_US, 7 * DAY_US)
LIMITS: Mapping[Role, Limits] = {
    "resident": Limits(30 * DAY_US, 90 * DAY_US),
    "admin": Limits(HOUR_US, 12 * HOUR_US),
}


def limits_of(role: Role) -> Limits:
    """An administrator's are short; a resident may come back after a month."""
    return LIMITS.get(role, SHIFT)


def device_words(user_agent: str) -> str:
    """`Firefox, Android`: enough for people to know their own devices again; nothing that tells one from the next."""
    browser = next((word for mark, word in _BROWSERS if mark in user_agent), "?")
    system = next((word for mark, word in _SYSTEMS if mark in user_agent), "?")
    return f"{browser}, {system}"


_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


class Sessions:
    """Of one city. Raises Unavailable where the database is away."""

    def __init__(self, people: PeopleStore, clock: Clock) -> None:
        self._people = people
        self._clock = clock

    def open(self, person: Person, *, address: str, user_agent: str, how: str) -> str:
        """A new session and its token. `how` is a word for the audit log: password, invitation, openid … Raises
        Rejected where the person is no longer as they were when they showed who they are."""
        now_us = self._clock.now_us()
        limits = limits_of(person.role)
        token = tokens.fresh()
        session = Session(
            digest=tokens.digest(token),
            person=person.id,
            csrf=tokens.fresh(),
            device=device_words(user_agent),
            address=address,
            created_us=now_us,
            seen_us=now_us,
            until_us=now_us + min(limits.idle_us, limits.whole_us),
        )
        deed = Deed(person.id, "session.opened", person.id, now_us, {"how": how}, {"address": address})
        self._people.open_session(session, deed, person)
        return token

    def find(self, token: str, *, prolong: bool = True) -> tuple[Session, Person] | None:
        """Whose it is; None for one that has ended or never was. Using it prolongs it, up to its whole length; what a
        page asks by itself (`prolong=False`) is no use."""
        if not 0 < len(token) <= tokens.TOKEN_MOST:
            return None
        now_us = self._clock.now_us()
        found = self._open(tokens.digest(token), now_us)
        if found is None:
            return None
        session, person = found
        limits = limits_of(person.role)
        if prolong and now_us - session.seen_us >= SEEN_EVERY_US:
            until_us = min(now_us + limits.idle_us, session.created_us + limits.whole_us)
            self._people.touch_session(session.digest, now_us, until_us)
        return found

    def lasts(self, digest: str) -> bool:
        """Whether a session is open. To ask is not to use it: it is not prolonged."""
        return self._open(digest, self._clock.now_us()) is not None

    def _open(self, digest: str, now_us: int) -> tuple[Session, Person] | None:
        found = self._people.session(digest, now_us)
        if found is None:
            return None
        session, person = found
        over = now_us >= min(session.until_us, session.created_us + limits_of(person.role).whole_us)
        return None if over else found

    def of(self, person_id: str) -> Sequence[Session]:
        """All that are open, the newest first."""
        found = self._people.sessions_of(person_id, self._clock.now_us())
        return sorted(found, key=lambda session: session.seen_us, reverse=True)

    def end(self, digest: str, person_id: str) -> None:
        """End one of a person's sessions; another's is left alone."""
        if any(session.digest == digest for session in self.of(person_id)):
            deed = Deed(person_id, "session.ended", person_id, self._clock.now_us())
            self._people.end_session(digest, deed)

    def end_all(self, person_id: str, by: str = "") -> int:
        """Sign out everywhere. `by`: who does it, where it is not the person. Returns how many sessions there were."""
        open_now = self.of(person_id)
        for session in open_now:
            deed = Deed(by or person_id, "session.ended", person_id, self._clock.now_us(), {"everywhere": True})
            self._people.end_session(session.digest, deed)
        return len(open_now)
