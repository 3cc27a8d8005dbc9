"""What was done by whom: a chain of rows a city, each sealed over the one before it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, delete, insert, select, update

from store.audit import details_of, details_text, facts, seal
from store.city.database import Database, Part
from store.city.schema import audit_heads, audit_rows, audit_salts
from store.city.storable import storable
from store.people import AuditRow, Deed

_SALT_BYTES = 32


def hold_log(database: Database, connection: Connection, city: str) -> tuple[int, str]:
    """The head of a city's chain, held until the transaction ends.

    Whoever will append takes it before any other row: so writers wait for each other and never cross, and what a
    change of rights rests on (who is the last administrator) stays true until it is committed.
    """
    new = database.insert(audit_heads).values(city=city, number=0, digest="")
    connection.execute(new.on_conflict_do_nothing())
    head = connection.execute(select(audit_heads).where(audit_heads.c.city == city).with_for_update()).one()
    return head.number, head.digest


def append(database: Database, connection: Connection, city: str, deed: Deed, *, about: str = "") -> None:
    """Seal a deed into the chain, within the caller's transaction.

    `about` is whom its personal facts are about, the deed's object if not said: their salt is kept under it.
    """
    number, previous = hold_log(database, connection, city)
    salt = _salt(database, connection, city, about or deed.object) if deed.personal else None
    text = details_text(deed.details, deed.personal, salt)
    row = AuditRow(
        city=city,
        number=number + 1,
        at_us=deed.at_us,
        actor=storable(deed.actor),
        what=storable(deed.what),
        object=storable(deed.object),
        details=details_of(text),
        previous=previous,
        digest="",
    )
    row = replace(row, digest=seal(row))
    connection.execute(insert(audit_rows).values({**facts(row), "details": text}))
    connection.execute(
        update(audit_heads).where(audit_heads.c.city == city).values(number=row.number, digest=row.digest)
    )


def forget(connection: Connection, city: str, about: str) -> None:
    """Delete a person's salt: what the chain holds of them can no longer be told from chance."""
    connection.execute(delete(audit_salts).where(audit_salts.c.city == city, audit_salts.c.about == about))


def _salt(database: Database, connection: Connection, city: str, about: str) -> bytes:
    about = storable(about)
    new = database.insert(audit_salts).values(city=city, about=about, salt=secrets.token_bytes(_SALT_BYTES))
    connection.execute(new.on_conflict_do_nothing())
    query = select(audit_salts.c.salt).where(audit_salts.c.city == city, audit_salts.c.about == about)
    return bytes(connection.execute(query).scalar_one())


class AuditTables(Part):
    """The log, appended to and read; nothing here changes or removes a row."""

    def record(self, city: str, deed: Deed) -> None:
        """See `AuditLog.record`."""
        with self._db.write() as connection:
            append(self._db, connection, city, deed)

    def audit(self, city: str, after: int = 0, *, limit: int = 1_000) -> Sequence[AuditRow]:
        """See `AuditLog.audit`."""
        query = select(audit_rows).where(audit_rows.c.city == city, audit_rows.c.number > after)
        with self._db.read() as connection:
            found = connection.execute(query.order_by(audit_rows.c.number).limit(limit)).mappings().all()
        return [AuditRow(**{**row, "details": details_of(row["details"])}) for row in found]

    def audit_head(self, city: str) -> tuple[int, str]:
        """See `AuditLog.audit_head`."""
        query = select(audit_heads.c.number, audit_heads.c.digest).where(audit_heads.c.city == city)
        with self._db.read() as connection:
            found = connection.execute(query).one_or_none()
        return (found.number, found.digest) if found else (0, "")
