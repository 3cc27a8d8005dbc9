"""Filings: what the city's own systems were told of cases."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.exc import IntegrityError

from contract.errors import Rejected
from store.city.columns import city_, code_, maybe_us, metadata, text_, us, where
from store.city.database import Part, rows_of
from store.city.desk_schema import case_updates, cases
from store.filings import Feed, Filing, FilingState, Wanted

filings = Table(
    "filings",
    metadata,
    Column("number", Text, ForeignKey("cases.number"), primary_key=True),
    code_("system"),
    Column("city", Text, ForeignKey("cities.code"), nullable=False),
    text_("state"),
    us("made_us"),
    text_("foreign"),
    text_("url"),
    Column("attempts", Integer, nullable=False),
    us("next_us"),
    maybe_us("sent_us"),
    Column("told_us", BigInteger, nullable=False),
    text_("heard"),
    text_("said"),
    Column("version", Integer, nullable=False),
    Index("ix_filings_state", "city", "system", "state", "next_us"),
    Index("uq_filings_foreign", "city", "system", "foreign", unique=True, **where("\"foreign\" <> ''")),
)

filing_feeds = Table(
    "filing_feeds",
    metadata,
    city_(),
    code_("system"),
    us("since_us"),
    us("polled_us"),
    text_("cursor"),
    maybe_us("well_us"),
    text_("said"),
)


class FilingTables(Part):
    """One row a case and system."""

    def queue_filings(self, feed: Feed, wanted: Wanted, now_us: int) -> int:
        """See `CityStore.queue_filings`."""
        names = ("number", "system", "city", "state", "made_us", "foreign", "url", "attempts", "next_us", "told_us",
                 "heard", "said", "version")  # fmt: skip
        known = exists().where(filings.c.number == cases.c.number, filings.c.system == feed.system)
        fresh = [
            cases.c.city == feed.city,
            cases.c.public.is_(True),
            cases.c.status.not_in(("hidden", "duplicate")),
            or_(cases.c.opened_us >= feed.since_us, cases.c.closed_us.is_(None))
            if wanted.older
            else cases.c.opened_us >= feed.since_us,
            ~known,
        ]
        if wanted.categories:
            fresh.append(cases.c.category.in_(wanted.categories))
        if not wanted.unchecked:
            fresh.append(cases.c.triaged_us.is_not(None))
        values = {**asdict(Filing("", "", feed.system, "waiting", now_us)), "number": cases.c.number}
        values["city"] = cases.c.city
        columns = [
            values[name] if name in ("number", "city") else literal(values[name], filings.c[name].type)
            for name in names
        ]
        rows = self._db.insert(filings).from_select(names, select(*columns).where(*fresh))
        with self._db.write() as connection:
            made = connection.execute(rows.on_conflict_do_nothing().returning(filings.c.number))
            return len(made.all())

    def filings(
        self,
        city: str,
        system: str,
        states: Collection[FilingState],
        *,
        due_us: int | None = None,
        limit: int = 200,
    ) -> Sequence[Filing]:
        """See `CityStore.filings`."""
        query = select(filings).where(
            filings.c.city == city, filings.c.system == system, filings.c.state.in_(tuple(states))
        )
        if due_us is not None:
            query = query.where(filings.c.next_us <= due_us)
        with self._db.read() as connection:
            rows = rows_of(connection, query.order_by(filings.c.made_us, filings.c.number).limit(limit))
            return [Filing(**row) for row in rows]

    def untold(self, city: str, system: str, *, limit: int = 200) -> Sequence[Filing]:
        """See `CityStore.untold`."""
        later = exists().where(
            case_updates.c.number == filings.c.number,
            case_updates.c.said_us > filings.c.told_us,
            case_updates.c.inner.is_(False),
        )
        query = select(filings).where(
            and_(filings.c.city == city, filings.c.system == system, filings.c.state == "filed", later)
        )
        with self._db.read() as connection:
            return [Filing(**row) for row in rows_of(connection, query.order_by(filings.c.number).limit(limit))]

    def filings_of(self, number: str) -> Sequence[Filing]:
        """See `CityStore.filings_of`."""
        query = select(filings).where(filings.c.number == number).order_by(filings.c.system)
        with self._db.read() as connection:
            return [Filing(**row) for row in rows_of(connection, query)]

    def filings_among(self, city: str, system: str, numbers: Collection[str]) -> Mapping[str, Filing]:
        """See `CityStore.filings_among`."""
        query = select(filings).where(
            filings.c.city == city, filings.c.system == system, filings.c.number.in_(tuple(numbers))
        )
        with self._db.read() as connection:
            return {row["number"]: Filing(**row) for row in rows_of(connection, query)}

    def filing_under(self, city: str, system: str, foreign: str) -> Filing | None:
        """See `CityStore.filing_under`."""
        query = select(filings).where(
            filings.c.city == city, filings.c.system == system, filings.c.foreign == foreign, filings.c.foreign != ""
        )
        with self._db.read() as connection:
            return next((Filing(**row) for row in rows_of(connection, query)), None)

    def filing_counts(self, city: str) -> dict[tuple[str, FilingState], int]:
        """See `CityStore.filing_counts`."""
        query = select(filings.c.system, filings.c.state, func.count()).where(filings.c.city == city)
        with self._db.read() as connection:
            found = connection.execute(query.group_by(filings.c.system, filings.c.state))
            return {(system, state): count for system, state, count in found}

    def change_filing(self, changed: Filing) -> Filing | None:
        """See `CityStore.change_filing`."""
        kept = replace(changed, version=changed.version + 1)
        this = (
            filings.c.number == changed.number,
            filings.c.system == changed.system,
            filings.c.version == changed.version,
        )
        try:
            with self._db.write() as connection:
                done = connection.execute(filings.update().where(*this).values(asdict(kept)))
        except IntegrityError:
            raise Rejected(
                f"another case has the number {changed.foreign} in {changed.system}", reason="number_taken"
            ) from None
        return kept if done.rowcount else None

    def feeds(self, city: str) -> Sequence[Feed]:
        """See `CityStore.feeds`."""
        query = select(filing_feeds).where(filing_feeds.c.city == city).order_by(filing_feeds.c.system)
        with self._db.read() as connection:
            return [Feed(**row) for row in rows_of(connection, query)]

    def put_feed(self, feed: Feed) -> Feed:
        """See `CityStore.put_feed`."""
        values = asdict(feed)
        later = {name: value for name, value in values.items() if name not in ("city", "system", "since_us")}
        new = self._db.insert(filing_feeds).values(values)
        this = and_(filing_feeds.c.city == feed.city, filing_feeds.c.system == feed.system)
        with self._db.write() as connection:
            connection.execute(new.on_conflict_do_update(index_elements=["city", "system"], set_=later))
            return Feed(**next(iter(rows_of(connection, select(filing_feeds).where(this)))))
