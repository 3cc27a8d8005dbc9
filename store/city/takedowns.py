"""Requests to take something out of public sight."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update
from sqlalchemy import case as when

from contract.errors import Rejected
from contract.takedown import TERM_US, WAITING_MOST, Takedown, check, said_within
from store.cases import Moved, Sight
from store.city.audit import append, hold_log
from store.city.database import Part, rows_of
from store.city.desk import move_in, of_office
from store.city.desk_schema import cases, photos, takedowns
from store.city.storable import storable
from store.people import Deed
from store.takedowns import Waiting


class TakedownTable(Part):
    """See `store.takedowns.TakedownStore`."""

    def put_takedown(self, asked: Takedown, deed: Deed) -> bool:
        """See `TakedownStore.put_takedown`."""
        check(asked)
        with self._db.write() as connection:
            hold_log(self._db, connection, asked.city)
            known = select(takedowns.c.id).where(takedowns.c.id == asked.id)
            if connection.execute(known).first() is not None:
                return False
            same = select(func.count()).where(
                takedowns.c.number == asked.number,
                takedowns.c.what == asked.what,
                takedowns.c.photo == asked.photo,
                takedowns.c.answered_us.is_(None),
            )
            if connection.execute(same).scalar_one() >= WAITING_MOST:
                raise Rejected("this has been asked for already", reason="many")
            connection.execute(insert(takedowns).values({**asdict(asked), "reason": storable(asked.reason.strip())}))
            append(self._db, connection, asked.city, deed)
        return True

    def takedown(self, city: str, takedown_id: str) -> Takedown | None:
        """See `TakedownStore.takedown`."""
        query = select(takedowns).where(takedowns.c.city == city, takedowns.c.id == takedown_id)
        with self._db.read() as connection:
            found = rows_of(connection, query)
        return Takedown(**found[0]) if found else None

    def waiting_takedowns(
        self, city: str, *, own: tuple[str, Sequence[str]] | None = None, limit: int = 1_000
    ) -> Sequence[Takedown]:
        """See `TakedownStore.waiting_takedowns`."""
        query = _waiting(select(takedowns), city, own).order_by(takedowns.c.asked_us, takedowns.c.id).limit(limit)
        with self._db.read() as connection:
            return [Takedown(**row) for row in rows_of(connection, query)]

    def count_takedowns(self, city: str, now_us: int, *, own: tuple[str, Sequence[str]] | None = None) -> Waiting:
        """See `TakedownStore.count_takedowns`."""
        late = func.coalesce(func.sum(when((takedowns.c.asked_us < now_us - TERM_US, 1), else_=0)), 0)
        with self._db.read() as connection:
            waiting, over = connection.execute(_waiting(select(func.count(), late), city, own)).one()
        return Waiting(waiting, int(over))

    def answer_takedown(
        self, answered: Takedown, deed: Deed, key: str = "", decide: Callable[[Sight], Moved] | None = None
    ) -> None:
        """See `TakedownStore.answer_takedown`."""
        said_within(answered.answer, "answer")
        said = {name: getattr(answered, name) for name in ("outcome", "answered_us", "person")}
        said |= {"answer": storable(answered.answer.strip()), "office": storable(answered.office)}
        this = (takedowns.c.city == answered.city, takedowns.c.id == answered.id, takedowns.c.answered_us.is_(None))
        with self._db.write() as connection:
            hold_log(self._db, connection, answered.city)
            if not connection.execute(update(takedowns).where(*this).values(said)).rowcount:
                raise Rejected("somebody has answered it", reason="answered")
            if answered.outcome == "hidden" and answered.photo:
                connection.execute(update(photos).where(photos.c.id == answered.photo).values(shown_us=None))
            if decide is not None:
                move_in(connection, answered.number, key, decide)
            append(self._db, connection, answered.city, deed)


def _waiting(query: Select[Any], city: str, own: tuple[str, Sequence[str]] | None) -> Select[Any]:
    query = query.select_from(takedowns).where(takedowns.c.city == city, takedowns.c.answered_us.is_(None))
    if own is None:
        return query
    return query.join(cases, cases.c.number == takedowns.c.number).where(of_office(own))


def forget_answered(connection: Connection, city: str, before_us: int) -> bool:
    """Those that were answered before then."""
    old = (takedowns.c.city == city, takedowns.c.answered_us < before_us)
    return bool(connection.execute(delete(takedowns).where(*old)).rowcount)
