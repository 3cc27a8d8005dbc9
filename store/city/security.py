"""Who knocked with a false name, counted by the minute; and how often a bucket has tried."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, case, delete, func, select, update

from contract.clock import MINUTE_US, SECOND_US
from store.audit import canonical
from store.city.database import Database, Part
from store.city.schema import attempts, security_events
from store.city.storable import storable
from store.people import SecurityEvent

COUNTED = 1_000
"""attempts of one bucket within its window that are told apart; more are told as so many"""

_SHOWN = ("city", "at_us", "what", "claimed", "address", "detail", "count")
_NAME, _DETAIL = 256, 500
"""characters that are kept of what an attacker says of itself, and of what we say of it"""


def forget_claims(connection: Connection, city: str, account: str) -> None:
    """Take a person's account out of what was noted when somebody gave its name."""
    this = (security_events.c.city == city) & (security_events.c.claimed == account)
    for found in connection.execute(select(security_events.c.id).where(this)).scalars().all():
        # The key was made of the name as well.
        connection.execute(
            update(security_events).where(security_events.c.id == found).values(claimed="", key=f"erased {found}")
        )


class SecurityTables(Part):
    """Rows with a bound: whoever knocks a million times fills nobody's disk."""

    def note_security(self, events: Sequence[SecurityEvent], *, limit: int = 10_000) -> None:
        """See `AuditLog.note_security`. Long names are cut; a row has the time of its newest event."""
        # In one order everywhere, or two writers of the same rows would wait for each other for ever.
        keyed = sorted(((_key(event), event) for event in map(_cut, events)), key=lambda one: one[0])
        with self._db.write() as connection:
            for key, event in keyed:
                _count(self._db, connection, key, event)
            for city in sorted({event.city for _, event in keyed}):
                _bound(connection, city, limit)

    def security_events(self, city: str, since_us: int = 0, *, limit: int = 200) -> Sequence[SecurityEvent]:
        """See `AuditLog.security_events`."""
        table = security_events.c
        shown = (table.place.label("where"), *(table[name] for name in _SHOWN))
        query = select(*shown).where(table.city == city, table.at_us >= since_us)
        query = query.order_by(table.at_us.desc(), table.id.desc()).limit(limit)
        with self._db.read() as connection:
            return [SecurityEvent(**row) for row in connection.execute(query).mappings()]

    def attempt(self, city: str, bucket: str, now_us: int, window_s: float) -> int:
        """See `PeopleStore.attempt`. A bucket is always asked with the same window; it counts to COUNTED."""
        since_us = now_us - round(window_s * SECOND_US)
        this = (attempts.c.city == city) & (attempts.c.bucket == bucket)
        new = self._db.insert(attempts).values(city=city, bucket=bucket, at_us=[], until_us=now_us)
        with self._db.write() as connection:
            connection.execute(new.on_conflict_do_nothing())
            known = connection.execute(select(attempts.c.at_us).where(this).with_for_update()).scalar_one()
            kept = [*(at_us for at_us in known if at_us > since_us), now_us][-COUNTED:]
            until_us = now_us + round(window_s * SECOND_US)
            connection.execute(update(attempts).where(this).values(at_us=kept, until_us=until_us))
            # Buckets that nobody has tried for long. Whoever holds one is counting it: it is not over.
            over = select(attempts.c.city, attempts.c.bucket).where(attempts.c.until_us <= now_us)
            for city_, bucket_ in connection.execute(over.limit(100).with_for_update(skip_locked=True)).all():
                connection.execute(delete(attempts).where(attempts.c.city == city_, attempts.c.bucket == bucket_))
        return len(kept)


def _cut(event: SecurityEvent) -> SecurityEvent:
    return replace(
        event,
        what=storable(event.what, _NAME),
        claimed=storable(event.claimed, _NAME),
        address=storable(event.address, _NAME),
        detail=storable(event.detail, _DETAIL),
    )


def _key(event: SecurityEvent) -> str:
    """Equal for equal events of one minute; a digest, for no index takes names of any length."""
    facts = [event.city, event.at_us // MINUTE_US, event.where, event.what, event.claimed, event.address, event.detail]
    return hashlib.sha256(canonical(facts).encode()).hexdigest()


def _count(database: Database, connection: Connection, key: str, event: SecurityEvent) -> None:
    new = database.insert(security_events).values(
        key=key,
        city=event.city,
        at_us=event.at_us,
        place=event.where,
        what=event.what,
        claimed=event.claimed,
        address=event.address,
        detail=event.detail,
        count=event.count,
    )
    again = {"count": security_events.c.count + new.excluded["count"]}
    connection.execute(new.on_conflict_do_update(index_elements=["key"], set_=again))
    later = (security_events.c.key == key) & (security_events.c.at_us < event.at_us)
    connection.execute(update(security_events).where(later).values(at_us=event.at_us))


def _bound(connection: Connection, city: str, limit: int) -> None:
    """Beyond the limit the oldest of whoever knocks most go: nobody can push out what others did by going on."""
    table = security_events.c
    this = table.city == city
    over = connection.execute(select(func.count()).select_from(security_events).where(this)).scalar_one() - limit
    if over <= 0:
        return
    who = case((table.address != "", table.address), else_=table.claimed)
    nth = func.row_number().over(partition_by=who, order_by=(table.at_us.desc(), table.id.desc())).label("nth")
    ranked = select(table.id, table.at_us, nth).where(this).subquery()
    # Some more than need be, so that not each of a flood has to look at all of them.
    loudest = select(ranked.c.id).order_by(ranked.c.nth.desc(), ranked.c.at_us, ranked.c.id).limit(over + limit // 20)
    beyond = connection.execute(loudest).scalars().all()
    # What another writer is counting just now is left to it.
    free = select(table.id).where(table.id.in_(beyond)).with_for_update(skip_locked=True)
    gone = connection.execute(free).scalars().all()
    connection.execute(delete(security_events).where(table.id.in_(gone)))
