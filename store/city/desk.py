"""Cases: one an event, numbered without gaps by city and year, each with its thread."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select
from sqlalchemy.exc import IntegrityError

from contract.clock import from_us
from contract.errors import BadInput, Rejected
from store.city.database import Part, batches, rows_of
from store.city.schema import case_numbers, case_updates, cases, cities
from store.ports import Case, CaseState, CaseUpdate, Found

_OVER: tuple[CaseState, ...] = ("done", "not_ours")


class DeskTables(Part):
    """What citizens and officers follow."""

    def file_case(self, case: Case, update: CaseUpdate) -> Case:
        """See `CityStore.file_case`. Two callers with one event get the same case, and no number is wasted.

        Raises Rejected for a city that is not in the registry (its zone decides the year) and for an update's key
        that another case has.
        """
        if case.event is not None and (known := self.case_of_event(case.event)):
            return known
        try:
            with self._db.write() as connection:
                return self._file(connection, case, update)
        except IntegrityError:
            # Two years' counters do not wait for each other, so an event on New Year's Eve may still collide.
            if case.event is not None and (known := self.case_of_event(case.event)):
                return known
            raise Rejected(f"another case already has the update {update.key!r}", reason="key_taken") from None

    def _file(self, connection: Connection, case: Case, update: CaseUpdate) -> Case:
        city = connection.execute(select(cities).where(cities.c.code == case.city)).one_or_none()
        if city is None:
            raise Rejected(f"city {case.city} is not in the registry", reason="unknown_city")
        year = from_us(case.opened_us).astimezone(ZoneInfo(city.zone)).year
        # Whoever moves the counter holds its row until the commit: the other filer of the same event waits here.
        counter = self._db.insert(case_numbers).values(city=case.city, year=year, last=0)
        connection.execute(counter.on_conflict_do_nothing())
        this = and_(case_numbers.c.city == case.city, case_numbers.c.year == year)
        last = connection.execute(select(case_numbers.c.last).where(this).with_for_update()).scalar_one()
        if case.event is not None and (known := _one(connection, cases.c.event == case.event)):
            return known
        connection.execute(case_numbers.update().where(this).values(last=last + 1))
        number = f"{city.number_prefix}-{year}-{last + 1:06d}"
        filed = replace(case, number=number)
        connection.execute(cases.insert().values(_values(filed)))
        connection.execute(case_updates.insert().values(_values(replace(update, number=number))))
        return filed

    def add_update(self, update: CaseUpdate) -> bool:
        """See `CityStore.add_update`. Raises Rejected where there is no such case."""
        over = update.state in _OVER
        with self._db.write() as connection:
            known = connection.execute(
                select(cases.c.closed_us, cases.c.updated_us).where(cases.c.number == update.number).with_for_update()
            ).one_or_none()
            if known is None:
                raise Rejected(f"there is no case {update.number}", reason="unknown_case")
            new = self._db.insert(case_updates).values(_values(update))
            kept = new.on_conflict_do_nothing(index_elements=["key"]).returning(case_updates.c.key)
            if connection.execute(kept).scalar_one_or_none() is None:
                return False
            closed_us = (known.closed_us if known.closed_us is not None else update.at_us) if over else None
            connection.execute(
                cases.update()
                .where(cases.c.number == update.number)
                .values(state=update.state, updated_us=max(known.updated_us, update.said_us), closed_us=closed_us)
            )
            return True

    def case(self, number: str) -> Case | None:
        """See `CityStore.case`."""
        with self._db.read() as connection:
            return _one(connection, cases.c.number == number)

    def case_of_event(self, event: str) -> Case | None:
        """See `CityStore.case_of_event`."""
        with self._db.read() as connection:
            return _one(connection, cases.c.event == event)

    def cases_of(self, events: Collection[str]) -> Mapping[str, Case]:
        """See `CityStore.cases_of`."""
        found: dict[str, Case] = {}
        with self._db.read() as connection:
            for some in batches(events):
                rows = rows_of(connection, select(cases).where(cases.c.event.in_(some)))
                found |= {row["event"]: Case(**row) for row in rows}
        return found

    def updates(self, number: str) -> Sequence[CaseUpdate]:
        """See `CityStore.updates`."""
        query = select(case_updates).where(case_updates.c.number == number)
        query = query.order_by(case_updates.c.at_us, case_updates.c.said_us, case_updates.c.key)
        with self._db.read() as connection:
            return [CaseUpdate(**row) for row in connection.execute(query).mappings()]

    def find_cases(
        self,
        city: str,
        *,
        numbers: Sequence[str] = (),
        categories: Sequence[str] = (),
        open_: bool | None = None,
        start_us: int | None = None,
        end_us: int | None = None,
        cursor: str | None = None,
        limit: int = 100,
        public_only: bool = True,
        also: tuple[str, Sequence[str]] | None = None,
    ) -> Found:
        """See `CityStore.find_cases`. Start and end are both included. Raises BadInput for a cursor that none of
        our pages gave."""
        wanted = [cases.c.city == city]
        if numbers:
            wanted.append(cases.c.number.in_(numbers))
        if categories:
            wanted.append(cases.c.category.in_(categories))
        if open_ is not None:
            wanted.append(cases.c.closed_us.is_(None) if open_ else cases.c.closed_us.is_not(None))
        if start_us is not None:
            wanted.append(cases.c.opened_us >= start_us)
        if end_us is not None:
            wanted.append(cases.c.opened_us <= end_us)
        if public_only:
            wanted.append(or_(cases.c.public.is_(True), _of(also)) if also else cases.c.public.is_(True))
        page = select(cases).where(*wanted).order_by(cases.c.opened_us.desc(), cases.c.number.desc()).limit(limit + 1)
        if cursor is not None:
            opened_us, number = _read_cursor(cursor)
            page = page.where(
                or_(cases.c.opened_us < opened_us, and_(cases.c.opened_us == opened_us, cases.c.number < number))
            )
        with self._db.read() as connection:
            found = [Case(**row) for row in connection.execute(page).mappings()]
            total = connection.execute(select(func.count()).select_from(cases).where(*wanted)).scalar_one()
        more = len(found) > limit
        shown = found[:limit]
        return Found(shown, _cursor(shown[-1]) if more and shown else None, total)


def _values(value: Any) -> dict[str, Any]:
    kept = {field.name: getattr(value, field.name) for field in fields(value)}
    return {
        name: item if item is None or isinstance(item, str | int | float) else dict(item) for name, item in kept.items()
    }


def _of(also: tuple[str, Sequence[str]]) -> ColumnElement[bool]:
    """An agency's cases within regions."""
    agency, regions = also
    below = [or_(cases.c.region == one, cases.c.region.startswith(f"{one}.", autoescape=True)) for one in regions]
    return and_(cases.c.agency == agency, or_(*below)) if below else cases.c.agency == agency


def _one(connection: Connection, where: Any) -> Case | None:
    row = connection.execute(select(cases).where(where)).mappings().one_or_none()
    return None if row is None else Case(**row)


def _cursor(case: Case) -> str:
    return base64.urlsafe_b64encode(f"{case.opened_us}:{case.number}".encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[int, str]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        opened_us, number = text.split(":", 1)
        return int(opened_us), number
    except (ValueError, binascii.Error):
        raise BadInput(
            "the page mark cannot be read", where="cursor", remedy="Take it from the previous page's answer."
        ) from None
