"""What the public was told of the water. Rows that `commit` adds and nothing changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, select

from contract.bulletin import Bulletin, bulletin_from, values_of
from store.city.database import Database, Part, rows_of
from store.city.notices import next_numbers
from store.city.schema import bulletins, signing_keys
from store.ports import SigningKey


def put_bulletins(database: Database, connection: Connection, said: Sequence[Bulletin]) -> None:
    """Keep them. One that is there already stays as it was said first."""
    for one in said:
        if connection.execute(select(bulletins.c.id).where(bulletins.c.id == one.id)).first():
            continue
        values = values_of(one) | {"seq": next_numbers(database, connection, one.city, "bulletin", 1)}
        connection.execute(database.insert(bulletins).values(values).on_conflict_do_nothing())


class BulletinTable(Part):
    """One row a bulletin."""

    def bulletins(
        self,
        city: str,
        *,
        since_us: int = 0,
        event: str | None = None,
        incident: str | None = None,
        drill: bool | None = None,
        limit: int = 1_000,
    ) -> Sequence[Bulletin]:
        """See `CityStore.bulletins`."""
        query = select(bulletins).where(bulletins.c.city == city)
        if since_us:
            query = query.where(bulletins.c.at_us >= since_us)
        if event is not None:
            query = query.where(bulletins.c.event == event)
        if incident is not None:
            query = query.where(bulletins.c.incident == incident)
        if drill is not None:
            query = query.where(bulletins.c.drill.is_(drill))
        newest = (bulletins.c.at_us.desc(), bulletins.c.incident.desc(), bulletins.c.number.desc())
        return self._bulletins(query.order_by(*newest).limit(limit))

    def bulletin(self, bulletin_id: str) -> Bulletin | None:
        """See `CityStore.bulletin`."""
        return next(iter(self._bulletins(select(bulletins).where(bulletins.c.id == bulletin_id))), None)

    def note_signing_key(self, city: str, key: SigningKey) -> None:
        """See `CityStore.note_signing_key`."""
        new = self._db.insert(signing_keys).values(city=city, id=key.id, public=key.public, since_us=key.since_us)
        with self._db.write() as connection:
            connection.execute(new.on_conflict_do_nothing())

    def signing_keys(self, city: str) -> Sequence[SigningKey]:
        """See `CityStore.signing_keys`."""
        query = select(signing_keys).where(signing_keys.c.city == city).order_by(signing_keys.c.since_us.desc())
        with self._db.read() as connection:
            return [SigningKey(row.id, row.public, row.since_us) for row in connection.execute(query)]

    def _bulletins(self, query: Select[Any]) -> list[Bulletin]:
        with self._db.read() as connection:
            found = rows_of(connection, query)
        return [bulletin_from({name: value for name, value in row.items() if name != "seq"}) for row in found]
