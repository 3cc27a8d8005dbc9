"""Cases: one an event, numbered without gaps by city and year, each with its thread and its pauses."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from math import cos, radians
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ColumnElement, Connection, Select, Text, and_, cast, func, literal, or_, select, tuple_
from sqlalchemy import case as when
from sqlalchemy.exc import IntegrityError

from contract.clock import DAY_US, from_us
from contract.distance import EARTH_M, distance_m
from contract.errors import BadInput, Rejected
from contract.promise import Pause
from store.cases import (
    NEVER_DUE_US,
    Around,
    Case,
    CaseUpdate,
    Found,
    Inbox,
    Moved,
    Near,
    Place,
    Sight,
    Waiting,
)
from store.city.database import Database, Part, batches, rows_of
from store.city.desk_schema import case_numbers, case_pauses, case_updates, cases, desk_mark, reports
from store.city.schema import cities, events

_METRES_A_DEGREE = radians(EARTH_M)


_READ_MOST = 4_096
_RAW = tuple(cast(one, Text).label(one.name) if isinstance(one.type, JSON) else one for one in cases.c)
_NAMES = tuple(one.name for one in cases.c)
_JSON_AT = tuple(at for at, one in enumerate(cases.c) if isinstance(one.type, JSON))
_MARK = select(desk_mark.c.mark).where(desk_mark.c.id == 1)
_PAUSED = when((cases.c.paused_us.is_not(None), 1), else_=0)
_DUE = func.coalesce(
    when((cases.c.answered_us.is_(None), cases.c.respond_due_us), else_=cases.c.finish_due_us),
    cases.c.finish_due_us,
    NEVER_DUE_US,
)


class Numbers(NamedTuple):
    """The counter of a city's year, held: what numbers begin with, the last one that was given, and its row."""

    prefix: str
    last: int
    row: ColumnElement[bool]


class DeskTables(Part):
    """What citizens and officers follow."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._read: dict[str, tuple[tuple[Any, ...], Case]] = {}

    def file_case(self, case: Case, update: CaseUpdate, near: Near | None = None) -> Case:
        """See `CityStore.file_case`. Two callers with one event get the same case, and no number is wasted.

        Raises Rejected for a city that is not in the registry (its zone decides the year) and for an update's key
        that another case has.
        """
        if case.event is not None and (known := self.case_of_event(case.event)):
            return known
        try:
            with self._db.write() as connection:
                numbers = lock_numbers(self._db, connection, case)
                if case.event is not None and (known := one_case(connection, cases.c.event == case.event)):
                    return known
                joined = nearest(connection, case, near, cases.c.event.is_(None)) if near else None
                if joined is not None:
                    return _taken_up(connection, joined, case, update)
                return file_new(connection, numbers, case, update)
        except IntegrityError:
            # Two years' counters do not wait for each other, so an event on New Year's Eve may still collide.
            if case.event is not None and (known := self.case_of_event(case.event)):
                return known
            raise Rejected(f"another case already has the update {update.key!r}", reason="key_taken") from None

    def move_case(self, number: str, key: str, decide: Callable[[Sight], Moved]) -> Moved | None:
        """See `CityStore.move_case`."""
        with self._db.write() as connection:
            return move_in(connection, number, key, decide)

    def pauses(self, number: str) -> Sequence[Pause]:
        """See `CityStore.pauses`."""
        with self._db.read() as connection:
            return _pauses(connection, number)

    def inbox(self, city: str, wanted: Inbox, *, limit: int = 200, after: Place | None = None) -> Sequence[Case]:
        """See `CityStore.inbox`."""
        where, order = _wanted(city, wanted), (_PAUSED, _DUE, cases.c.opened_us, cases.c.number)
        if after is not None:
            paused, due_us = int(after.paused), after.due_us
            place = (paused, due_us, after.opened_us, after.number)
            where.append(tuple_(*order) > tuple_(*(literal(one) for one in place)))
        with self._db.read() as connection:
            return self._listed(connection, select(*_RAW).where(*where).order_by(*order).limit(limit))

    def waiting(self, city: str, wanted: Inbox, now_us: int) -> Waiting:
        """See `CityStore.waiting`."""
        due, stands, runs_on = _DUE, cases.c.paused_us.is_not(None), cases.c.paused_us.is_(None)
        counts = (
            func.coalesce(func.sum(when((condition, 1), else_=0)), 0)
            for condition in (
                and_(runs_on, now_us > due),
                and_(runs_on, due.between(now_us, now_us + DAY_US - 1)),
                and_(runs_on, now_us + DAY_US <= due),
                stands,
            )
        )
        with self._db.read() as connection:
            found = connection.execute(select(*counts).select_from(cases).where(*_wanted(city, wanted))).one()
        return Waiting(*(int(one) for one in found))

    def desk_mark(self) -> int:
        """See `CityStore.desk_mark`."""
        with self._db.read() as connection:
            return connection.execute(_MARK).scalar() or 0

    def _listed(self, connection: Connection, query: Select[Any]) -> list[Case]:
        """The cases of a query of `_RAW`. A row that is as it was when it was last read is not read out again."""
        found = []
        for row in map(tuple, connection.execute(query)):
            known = self._read.get(row[0])
            if known is None or known[0] != row:
                if len(self._read) >= _READ_MOST:
                    self._read.clear()
                known = self._read[row[0]] = (row, _read_out(row))
            found.append(known[1])
        return found

    def case(self, number: str) -> Case | None:
        """See `CityStore.case`."""
        with self._db.read() as connection:
            return one_case(connection, cases.c.number == number)

    def case_of_event(self, event: str) -> Case | None:
        """See `CityStore.case_of_event`."""
        with self._db.read() as connection:
            return one_case(connection, cases.c.event == event)

    def cases_of(self, events: Collection[str]) -> Mapping[str, Case]:
        """See `CityStore.cases_of`."""
        found: dict[str, Case] = {}
        with self._db.read() as connection:
            for some in batches(events):
                rows = rows_of(connection, select(cases).where(cases.c.event.in_(some)))
                found |= {row["event"]: Case(**row) for row in rows}
        return found

    def updates(self, number: str, *, inner: bool = False) -> Sequence[CaseUpdate]:
        """See `CityStore.updates`."""
        query = select(case_updates).where(case_updates.c.number == number)
        if not inner:
            query = query.where(case_updates.c.inner.is_(False))
        query = query.order_by(case_updates.c.at_us, case_updates.c.said_us, case_updates.c.key)
        with self._db.read() as connection:
            return [CaseUpdate(**row) for row in connection.execute(query).mappings()]

    def lines(self, city: str, from_us: int, until_us: int, *, limit: int = 1_000) -> Sequence[CaseUpdate]:
        """See `CityStore.lines`."""
        shown = (cases.c.city == city, cases.c.public.is_(True), cases.c.status != "hidden")
        query = select(case_updates).join(cases, cases.c.number == case_updates.c.number)
        query = query.where(*shown, case_updates.c.inner.is_(False), case_updates.c.said_us.between(from_us, until_us))
        query = query.order_by(case_updates.c.said_us, case_updates.c.key).limit(limit)
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
        changed_us: tuple[int, int] | None = None,
        within: Around | None = None,
        counted: bool = True,
    ) -> Found:
        """See `CityStore.find_cases`. Start and end are both included. Raises BadInput for a cursor that none of
        our pages gave."""
        wanted = [cases.c.city == city, cases.c.status != "hidden"]
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
        if changed_us is not None:
            wanted.append(cases.c.updated_us.between(*changed_us))
        if within is not None:
            wanted.append(_around(within))
        if public_only:
            wanted.append(or_(cases.c.public.is_(True), of_office(also)) if also else cases.c.public.is_(True))
        page = select(*_RAW).where(*wanted).order_by(cases.c.opened_us.desc(), cases.c.number.desc()).limit(limit + 1)
        if cursor is not None:
            opened_us, number = _read_cursor(cursor)
            page = page.where(
                or_(cases.c.opened_us < opened_us, and_(cases.c.opened_us == opened_us, cases.c.number < number))
            )
        with self._db.read() as connection:
            found = self._listed(connection, page)
            count = select(func.count()).select_from(cases).where(*wanted)
            total = connection.execute(count).scalar_one() if counted else 0
        more = len(found) > limit
        shown = found[:limit]
        return Found(shown, _cursor(shown[-1]) if more and shown else None, total)


def move_in(connection: Connection, number: str, key: str, decide: Callable[[Sight], Moved]) -> Moved | None:
    """See `CityStore.move_case`; within the caller's transaction."""
    locked = connection.execute(select(cases).where(cases.c.number == number).with_for_update())
    row = locked.mappings().one_or_none()
    if row is None:
        raise Rejected(f"there is no case {number}", reason="unknown_case")
    if connection.execute(select(case_updates.c.key).where(case_updates.c.key == key)).first() is not None:
        return None
    moved = decide(_sight(connection, Case(**row)))
    connection.execute(cases.update().where(cases.c.number == number).values(_values(moved.case)))
    if moved.updates:
        connection.execute(case_updates.insert(), [_values(update) for update in moved.updates])
    connection.execute(case_pauses.delete().where(case_pauses.c.number == number))
    if moved.pauses:
        connection.execute(case_pauses.insert(), [{"number": number, **_values(one)} for one in moved.pauses])
    return moved


def lock_numbers(database: Database, connection: Connection, case: Case) -> Numbers:
    """Hold the counter of the city's year until the commit: whoever else files in this city waits here.

    Raises Rejected for a city that is not in the registry.
    """
    city = connection.execute(select(cities).where(cities.c.code == case.city)).one_or_none()
    if city is None:
        raise Rejected(f"city {case.city} is not in the registry", reason="unknown_city")
    year = from_us(case.opened_us).astimezone(ZoneInfo(city.zone)).year
    counter = database.insert(case_numbers).values(city=case.city, year=year, last=0)
    connection.execute(counter.on_conflict_do_nothing())
    this = and_(case_numbers.c.city == case.city, case_numbers.c.year == year)
    last = connection.execute(select(case_numbers.c.last).where(this).with_for_update()).scalar_one()
    return Numbers(f"{city.number_prefix}-{year}", last, this)


def file_new(connection: Connection, numbers: Numbers, case: Case, update: CaseUpdate) -> Case:
    """The case under the next number, with its first line."""
    connection.execute(case_numbers.update().where(numbers.row).values(last=numbers.last + 1))
    filed = replace(case, number=f"{numbers.prefix}-{numbers.last + 1:06d}")
    connection.execute(cases.insert().values(_values(filed)))
    connection.execute(case_updates.insert().values(_values(replace(update, number=filed.number))))
    return filed


def nearest(connection: Connection, case: Case, near: Near, *more: ColumnElement[bool]) -> Case | None:
    """The open public case that is nearest to a new one, among those that `near` describes."""
    lat_deg = near.radius_m / _METRES_A_DEGREE
    lon_deg = lat_deg / max(0.01, cos(radians(case.lat)))
    query = select(cases).where(
        cases.c.city == case.city,
        cases.c.closed_us.is_(None),
        cases.c.public.is_(True),
        cases.c.category.in_(near.categories),
        cases.c.lat.between(case.lat - lat_deg, case.lat + lat_deg),
        cases.c.lon.between(case.lon - lon_deg, case.lon + lon_deg),
        cases.c.updated_us >= near.since_us,
        *more,
    )
    # Locked, so that what an officer does to one of them at this moment is not overwritten.
    found = [Case(**row) for row in rows_of(connection, query.with_for_update())]
    away = [(distance_m(case.lat, case.lon, one.lat, one.lon), one.opened_us, one.number, one) for one in found]
    within = [one for one in away if one[0] <= near.radius_m]
    return min(within, key=lambda one: one[:3])[3] if within else None


def keep_case(connection: Connection, case: Case, updates: Iterable[CaseUpdate]) -> None:
    """What a case has become, and the lines that say so."""
    connection.execute(cases.update().where(cases.c.number == case.number).values(_values(case)))
    for update in updates:
        connection.execute(case_updates.insert().values(_values(replace(update, number=case.number))))


def _taken_up(connection: Connection, joined: Case, case: Case, update: CaseUpdate) -> Case:
    """A case that residents made is the event's from now on, in the words of the sensors."""
    taken = replace(
        joined,
        event=case.event,
        title=case.title,
        description=case.description,
        source="sensor",
        recurs=joined.recurs or case.recurs,
        triaged_us=joined.triaged_us or case.opened_us,
        updated_us=max(joined.updated_us, update.said_us),
    )
    keep_case(connection, taken, [replace(update, status=joined.status)])
    return taken


def _sight(connection: Connection, case: Case) -> Sight:
    open_event = and_(events.c.id == case.event, events.c.closed_us.is_(None))
    standing = case.event is not None and connection.execute(select(events.c.id).where(open_event)).first() is not None
    emptied = select(reports.c.id).where(reports.c.number == case.number, reports.c.erased_us.is_not(None))
    return Sight(case, _pauses(connection, case.number), standing, frozenset(connection.execute(emptied).scalars()))


def _pauses(connection: Connection, number: str) -> Sequence[Pause]:
    query = select(case_pauses).where(case_pauses.c.number == number).order_by(case_pauses.c.from_us)
    return [Pause(row["from_us"], row["until_us"], row["reason"], row["note"]) for row in rows_of(connection, query)]


def _wanted(city: str, wanted: Inbox) -> list[ColumnElement[bool]]:
    where = [cases.c.city == city, cases.c.closed_us.is_(None)]
    if wanted.agency:
        where.append(cases.c.agency == wanted.agency)
    if wanted.regions:
        where.append(_within(wanted.regions))
    if wanted.categories:
        where.append(cases.c.category.in_(wanted.categories))
    if wanted.owner:
        where.append(cases.c.owner == wanted.owner)
    if wanted.withheld:
        where.append(cases.c.public.is_(False))
    return where


def _read_out(row: Sequence[Any]) -> Case:
    values = list(row)
    for at in _JSON_AT:
        values[at] = json.loads(values[at])
    return Case(**dict(zip(_NAMES, values, strict=True)))


def _values(value: Any) -> dict[str, Any]:
    kept = {field.name: getattr(value, field.name) for field in fields(value)}
    return {
        name: item if item is None or isinstance(item, str | int | float) else dict(item) for name, item in kept.items()
    }


def of_office(also: tuple[str, Sequence[str]]) -> ColumnElement[bool]:
    """An agency's cases within regions."""
    agency, regions = also
    return and_(cases.c.agency == agency, _within(regions)) if regions else cases.c.agency == agency


def _within(regions: Sequence[str]) -> ColumnElement[bool]:
    """In a region of that code or below it."""
    return or_(*(or_(cases.c.region == one, cases.c.region.startswith(f"{one}.", autoescape=True)) for one in regions))


def _around(place: Around) -> ColumnElement[bool]:
    """By a plane that touches the earth there: right to a thousandth within a city."""
    north_m = (cases.c.lat - place.lat) * _METRES_A_DEGREE
    east_m = (cases.c.lon - place.lon) * (_METRES_A_DEGREE * cos(radians(place.lat)))
    return north_m * north_m + east_m * east_m <= place.radius_m**2


def one_case(connection: Connection, where: Any) -> Case | None:
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
