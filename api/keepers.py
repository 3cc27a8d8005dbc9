"""The links of gauge keepers: made, shown once, revoked; and who stands behind one. Knows no route.

A link is 128 random bits; what is kept of it is its SHA-256. It is one keeper's, so that it is known who keyed what in.
While the city's database is away, a link that opened its post within the last day opens it still.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from api import tokens
from contract.city import Profile
from contract.clock import DAY_US, MINUTE_US, Clock
from contract.errors import BadInput, Unavailable
from store.book import KeepersBook
from store.people import Deed, PeopleStore, PostLink

DAYS: tuple[int, ...] = (30, 90, 365)
NAME_MOST = 60
_BYTES = 16
_SEEN_EVERY_US = MINUTE_US
_BELIEVED_US = DAY_US
"""how long a link is believed that the database cannot be asked about"""


@dataclass(frozen=True, slots=True)
class Made:
    """A new link as it is kept, and its address as it is shown once."""

    link: PostLink
    address: str


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keys in: an id for the record, and a name for the page."""

    id: str
    name: str


def make(
    people: PeopleStore, *, profile: Profile, node: str, name: str, days: int, now_us: int, actor: str, base_url: str
) -> Made:
    """A new link. Raises BadInput where there is no such post, or nobody's name."""
    known = [one.node for one in profile.posts]
    if node not in known:
        raise BadInput(
            f"{node!r} is no post whose keeper keys in", where="gauge", remedy=f"One of {', '.join(known) or 'none'}."
        )
    if not name.strip():
        raise BadInput("a link needs its keeper's name", where="name", remedy="One link for each keeper.")
    token = secrets.token_urlsafe(_BYTES)
    link = PostLink(
        id=secrets.token_hex(16),
        digest=tokens.digest(token),
        city=profile.code,
        node=node,
        name=name.strip()[:NAME_MOST],
        created_us=now_us,
        until_us=now_us + days * DAY_US,
    )
    deed = Deed(actor, "post.link_made", link.id, now_us, {"node": node, "days": days}, {"name": link.name})
    people.put_post_link(link, deed)
    return Made(link, f"{base_url}/pos/{node}/{token}")


def revoke(people: PeopleStore, *, city: str, link_id: str, now_us: int, actor: str) -> PostLink | None:
    """The link that opens nothing from now on; None where the city has none of that id."""
    found = next((one for one in people.post_links(city) if one.id == link_id), None)
    if found is not None:
        people.revoke_post_link(found.id, now_us, Deed(actor, "post.link_revoked", found.id, now_us))
    return found


def state_of(link: PostLink, now_us: int) -> str:
    """`revoked`, `over` or `valid`."""
    if link.revoked_us is not None:
        return "revoked"
    return "over" if link.until_us <= now_us else "valid"


class Links:
    """Who stands behind a token. Asks the database, so it belongs into a thread."""

    def __init__(self, city: str, people: PeopleStore, book: KeepersBook, clock: Clock) -> None:
        self._city = city
        self._people = people
        self._book = book
        self._clock = clock

    def find(self, token: str, node: str) -> PostLink | None:
        """The link that opens this post now, None where it opens nothing. Raises Unavailable where the database is away
        and the link was not seen lately."""
        if not 0 < len(token) <= tokens.TOKEN_MOST:
            return None
        digest, now_us = tokens.digest(token), self._clock.now_us()
        known = self._book.remembered(digest)
        try:
            link = self._people.post_link(digest, now_us)
        except Unavailable:
            if known is None or known.link.until_us <= now_us or now_us - known.asked_us > _BELIEVED_US:
                raise
            link = known.link
        else:
            self._note(digest, link, now_us, known_us=known.asked_us if known else None)
        return link if link is not None and (link.city, link.node) == (self._city, node) else None

    def _note(self, digest: str, link: PostLink | None, now_us: int, *, known_us: int | None) -> None:
        if link is None:
            if known_us is not None:
                self._book.forget(digest)
        elif known_us is None or now_us - known_us >= _SEEN_EVERY_US:
            self._book.remember(link, now_us)
            self._people.post_link_seen(link.id, now_us)
