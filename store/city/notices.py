"""Notices, and the numbers under which bulletins and notices are walked through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, select

from contract.bulletin import Bulletin, bulletin_from
from contract.levels import Level
from contract.notice import Notice
from store.city.database import Database, Part, rows_of
from store.city.schema import bulletins, notices, numbers


def next_numbers(database: Database, connection: Connection, city: str, what: str, count: int) -> int:
    """The first of `count` numbers of a city. Their row is held until the transaction ends, so that who comes later has
    greater ones and is seen later. Take it last: nothing else may be waited for while it is held."""
    new = database.insert(numbers).values(city=city, what=what, last=count)
    grown = new.on_conflict_do_update(index_elements=["city", "what"], set_={"last": numbers.c.last + count})
    last: int = connection.execute(grown.returning(numbers.c.last)).scalar_one()
    return last - count + 1


def insert_notices(database: Database, connection: Connection, said: Sequence[Notice]) -> int:
    """Keep them within the caller's transaction, and return how many are new."""
    kept = 0
    for one in said:
        if connection.execute(select(notices.c.id).where(notices.c.id == one.id)).first():
            continue
        values = _values_of(one) | {"seq": next_numbers(database, connection, one.city, "notice", 1)}
        new = database.insert(notices).values(values).on_conflict_do_nothing().returning(notices.c.id)
        kept += connection.execute(new).first() is not None
    return kept


class NoticeTable(Part):
    """One row a notice."""

    def put_notices(self, said: Sequence[Notice]) -> int:
        """See `NoticeStore.put_notices`."""
        if not said:
            return 0
        with self._db.write() as connection:
            return insert_notices(self._db, connection, said)

    def notices_since(self, city: str, seq: int, limit: int = 1_000) -> Sequence[Notice]:
        """See `NoticeStore.notices_since`."""
        query = select(notices).where(notices.c.city == city, notices.c.seq > seq)
        with self._db.read() as connection:
            return [_notice(row) for row in rows_of(connection, query.order_by(notices.c.seq).limit(limit))]

    def notice(self, notice_id: str) -> Notice | None:
        """See `NoticeStore.notice`."""
        with self._db.read() as connection:
            return next(map(_notice, rows_of(connection, select(notices).where(notices.c.id == notice_id))), None)

    def bulletins_since(self, city: str, seq: int, limit: int = 1_000) -> Sequence[tuple[int, Bulletin]]:
        """See `NoticeStore.bulletins_since`."""
        query = select(bulletins).where(bulletins.c.city == city, bulletins.c.seq > seq)
        with self._db.read() as connection:
            found = rows_of(connection, query.order_by(bulletins.c.seq).limit(limit))
        return [(row.pop("seq"), bulletin_from(row)) for row in found]

    def telling_heads(self, city: str) -> tuple[int, int]:
        """See `NoticeStore.telling_heads`."""
        query = select(numbers.c.what, numbers.c.last).where(numbers.c.city == city)
        with self._db.read() as connection:
            last = {row.what: row.last for row in connection.execute(query)}
        return last.get("bulletin", 0), last.get("notice", 0)


def _values_of(one: Notice) -> dict[str, Any]:
    return asdict(one) | {
        "level": int(one.level),
        "text": dict(one.text),
        "brief": dict(one.brief),
        "regions": list(one.regions),
    }


def _notice(row: Mapping[str, Any]) -> Notice:
    known = {one.name: row[one.name] for one in fields(Notice)}
    return Notice(**(known | {"level": Level(row["level"]), "regions": tuple(row["regions"])}))
