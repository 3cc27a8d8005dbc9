"""Situation notes: a row a version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from contract.errors import Rejected
from contract.situation import STANDING_MOST, Situation, check
from store.city.audit import append, hold_log
from store.city.database import Part, rows_of
from store.city.schema import situations
from store.city.storable import storable
from store.people import Deed


class SituationTable(Part):
    """See `store.situations.SituationStore`."""

    def put_situation(self, note: Situation, deed: Deed) -> bool:
        """See `SituationStore.put_situation`."""
        check(note)
        with self._db.write() as connection:
            hold_log(self._db, connection, note.city)
            known = _versions(connection, note.id)
            if any(_same(one, note) for one in known):
                return False
            _check_next(connection, known, note)
            connection.execute(insert(situations).values(_values(note)))
            append(self._db, connection, note.city, deed)
        return True

    def situations(self, city: str, now_us: int) -> Sequence[Situation]:
        """See `SituationStore.situations`."""
        query = _newest(city).where(situations.c.until_us > now_us)
        with self._db.read() as connection:
            found = rows_of(connection, query.order_by(situations.c.from_us.desc(), situations.c.id))
            return [_note(row) for row in found]

    def situation_history(self, note_id: str) -> Sequence[Situation]:
        """See `SituationStore.situation_history`."""
        with self._db.read() as connection:
            return _versions(connection, note_id)

    def past_situations(self, city: str, now_us: int, *, limit: int = 50) -> Sequence[Situation]:
        """See `SituationStore.past_situations`."""
        query = _newest(city).where(situations.c.until_us <= now_us)
        with self._db.read() as connection:
            found = rows_of(connection, query.order_by(situations.c.until_us.desc(), situations.c.id).limit(limit))
            return [_note(row) for row in found]


def _same(one: Situation, note: Situation) -> bool:
    """Whether it is the same version in the same words, by the clock a moment later."""
    return replace(one, said_us=0, from_us=0, until_us=0) == replace(note, said_us=0, from_us=0, until_us=0)


def _check_next(connection: Connection, known: Sequence[Situation], note: Situation) -> None:
    last = known[0] if known else None
    if note.version != (last.version + 1 if last else 1) or (last and last.city != note.city):
        raise Rejected("somebody has changed this note meanwhile", reason="changed")
    if last is not None:
        if not last.stands(note.said_us):
            raise Rejected("this note has ended", reason="ended")
        return
    standing = _newest(note.city).where(situations.c.until_us > note.said_us).subquery()
    if connection.execute(select(func.count()).select_from(standing)).scalar_one() >= STANDING_MOST:
        raise Rejected(f"{STANDING_MOST} notes stand already", reason="full")


def _newest(city: str) -> Select[Any]:
    later = situations.alias("later")
    replaced = select(later.c.version).where(later.c.id == situations.c.id, later.c.version > situations.c.version)
    return select(situations).where(situations.c.city == city, ~replaced.exists())


def _versions(connection: Connection, note_id: str) -> list[Situation]:
    query = select(situations).where(situations.c.id == note_id).order_by(situations.c.version.desc())
    return [_note(row) for row in rows_of(connection, query)]


def _values(note: Situation) -> dict[str, Any]:
    said = {language: storable(text) for language, text in note.text.items()}
    words = {name: storable(getattr(note, name)) for name in ("place", "name", "office", "why")}
    return {**asdict(note), **words, "text": said}


def _note(row: Mapping[str, Any]) -> Situation:
    return Situation(**row)
