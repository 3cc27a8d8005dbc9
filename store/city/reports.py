"""What people said: rows of their own, each joined to a case in the transaction that numbers cases."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, cast, func, select
from sqlalchemy import case as when

from store.cases import Case, CaseUpdate, CitizenReport, Near
from store.city.database import Part, batches, rows_of
from store.city.desk import file_new, keep_case, lock_numbers, nearest, one_case
from store.city.desk_schema import case_updates, cases, reports
from store.city.photos import forget_proofs, forget_reported
from store.city.takedowns import forget_answered

_RESIDENT = "warga"
_NOTHING = {"id": "", "en": ""}


class ReportTables(Part):
    """Reports, and the shadow queue of those from accounts that say too much."""

    def file_report(
        self,
        report: CitizenReport,
        case: Case,
        update: CaseUpdate,
        near: Near | None,
        *,
        opens: bool = True,
        release: bool = False,
    ) -> tuple[Case, bool] | None:
        """See `CityStore.file_report`."""
        with self._db.write() as connection:
            numbers = lock_numbers(self._db, connection, case)
            known = _report(connection, report.city, report.key)
            if known is not None and (kept := one_case(connection, cases.c.number == known.number)) is not None:
                return kept, True
            if known is not None and not release:
                return None
            joined = None if report.secret or near is None else nearest(connection, case, near)
            if joined is None and not opens:
                connection.execute(reports.insert().values(_values(replace(report, number="", queue="shadow"))))
                return None
            if joined is None:
                filed = file_new(connection, numbers, case, update)
            else:
                filed = replace(joined, updated_us=max(joined.updated_us, report.at_us))
                keep_case(connection, filed, ())
            values = _values(replace(report, number=filed.number, queue="open"))
            new = self._db.insert(reports).values(values)
            connection.execute(new.on_conflict_do_update(index_elements=["city", "key"], set_=values))
            return filed, joined is not None

    def aside(self, city: str, *, limit: int = 200) -> Sequence[CitizenReport]:
        """See `CityStore.aside`."""
        query = select(reports).where(
            reports.c.city == city, reports.c.queue == "shadow", reports.c.erased_us.is_(None)
        )
        with self._db.read() as connection:
            return _read(connection, query.order_by(reports.c.at_us.desc(), reports.c.id).limit(limit))

    def trusted(self, city: str, account: str) -> bool:
        """See `CityStore.trusted`."""
        query = select(reports.c.id).join(cases, cases.c.number == reports.c.number)
        looked_at = (cases.c.triaged_us.is_not(None), cases.c.status != "hidden")
        query = query.where(reports.c.city == city, reports.c.account == account, reports.c.account != "", *looked_at)
        with self._db.read() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def report_of(self, city: str, key: str) -> CitizenReport | None:
        """See `CityStore.report_of`."""
        with self._db.read() as connection:
            return _report(connection, city, key)

    def report(self, report_id: str) -> CitizenReport | None:
        """See `CityStore.report`."""
        with self._db.read() as connection:
            found = _read(connection, select(reports).where(reports.c.id == report_id))
        return found[0] if found else None

    def reports(self, number: str) -> Sequence[CitizenReport]:
        """See `CityStore.reports`."""
        query = select(reports).where(reports.c.number == number).order_by(reports.c.at_us, reports.c.id)
        with self._db.read() as connection:
            return _read(connection, query)

    def report_counts(self, numbers: Collection[str]) -> Mapping[str, int]:
        """See `CityStore.report_counts`."""
        found: dict[str, int] = {}
        with self._db.read() as connection:
            for some in batches(numbers):
                query = select(reports.c.number, func.count()).where(reports.c.number.in_(some))
                rows = connection.execute(query.group_by(reports.c.number))
                found |= {str(number): int(count) for number, count in rows}
        return found

    def replied(self, numbers: Collection[str]) -> Collection[str]:
        """See `CityStore.replied`."""
        theirs = and_(case_updates.c.author == _RESIDENT, case_updates.c.inner.is_(True))
        officers = and_(case_updates.c.author != _RESIDENT, case_updates.c.person != "")
        by_resident = when((theirs, case_updates.c.at_us), else_=0)
        by_officer = when((officers, case_updates.c.at_us), else_=0)
        found: set[str] = set()
        with self._db.read() as connection:
            for some in batches(numbers):
                query = select(case_updates.c.number).where(case_updates.c.number.in_(some))
                later = func.max(by_resident) > func.max(by_officer)
                found |= set(connection.execute(query.group_by(case_updates.c.number).having(later)).scalars())
        return found

    def reports_since(self, city: str, account: str, since_us: int) -> Sequence[CitizenReport]:
        """See `CityStore.reports_since`."""
        query = select(reports).where(
            reports.c.city == city, reports.c.account == account, reports.c.account != "", reports.c.at_us >= since_us
        )
        with self._db.read() as connection:
            return _read(connection, query.order_by(reports.c.at_us, reports.c.id))

    def erase_reports(self, city: str, closed_before_us: int, now_us: int, *, limit: int = 500) -> int:
        """See `CityStore.erase_reports`. The shadow queue goes by its own age, an answered request by its answer's."""
        over = select(cases.c.number).where(cases.c.city == city, cases.c.closed_us < closed_before_us)
        old = reports.c.number.in_(over) | (reports.c.number.is_(None) & (reports.c.at_us < closed_before_us))
        with self._db.write() as connection:
            forget_proofs(connection, over)
            heard = _forget_heard(connection, over)
            heard = forget_answered(connection, city, closed_before_us) or heard
        if heard:
            self._db.scrub()
        some = select(reports.c.id).where(reports.c.city == city, reports.c.erased_us.is_(None), old).limit(limit)
        return self._empty(now_us, reports.c.id.in_(some))

    def erase_report(self, city: str, key: str, now_us: int) -> bool:
        """See `CityStore.erase_report`."""
        this = (reports.c.city == city, reports.c.key == key, reports.c.erased_us.is_(None))
        return self._empty(now_us, *this) > 0

    def _empty(self, now_us: int, *where: ColumnElement[bool]) -> int:
        empty = {"text": "", "name": "", "contact": "", "account": "", "attributes": {}, "erased_us": now_us}
        with self._db.write() as connection:
            found = rows_of(connection, select(reports.c.id, reports.c.number).where(*where))
            ids = [row["id"] for row in found]
            numbers = sorted({row["number"] for row in found if row["number"] is not None})
            # Whoever writes at one of these cases this moment is waited for, and their words go too.
            of_cases = select(cases.c.number).where(cases.c.number.in_(numbers)).order_by(cases.c.number)
            connection.execute(of_cases.with_for_update()).all()
            connection.execute(reports.update().where(reports.c.id.in_(ids)).values(empty))
            theirs = (case_updates.c.number.in_(numbers), case_updates.c.author == _RESIDENT)
            written = case_updates.update().where(*theirs, case_updates.c.person.in_(ids))
            connection.execute(written.values(text=_NOTHING))
            forget_reported(connection, ids)
        if ids:
            self._db.scrub()
        return len(ids)


def _forget_heard(connection: Connection, of_cases: Select[Any]) -> bool:
    """What residents wrote on a case without a report of their own, as programs bring it, goes with the others' words;
    what everybody was told of it stays."""
    theirs = (case_updates.c.number.in_(of_cases), case_updates.c.author == _RESIDENT, case_updates.c.inner.is_(True))
    not_yet = cast(case_updates.c.text, Text) != json.dumps(_NOTHING)
    emptied = connection.execute(case_updates.update().where(*theirs, not_yet).values(text=_NOTHING))
    return bool(emptied.rowcount)


def _report(connection: Connection, city: str, key: str) -> CitizenReport | None:
    found = _read(connection, select(reports).where(reports.c.city == city, reports.c.key == key))
    return found[0] if found else None


def _read(connection: Connection, query: Any) -> list[CitizenReport]:
    return [CitizenReport(**{**row, "number": row["number"] or ""}) for row in rows_of(connection, query)]


def _values(report: CitizenReport) -> dict[str, Any]:
    kept = {field.name: getattr(report, field.name) for field in fields(report)}
    attributes = {code: list(values) for code, values in report.attributes.items()}
    return {**kept, "number": report.number or None, "attributes": attributes}
