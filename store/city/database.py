"""One database, SQLite or PostgreSQL, and how its failures leave this folder.

Whatever `write()` ends with is on stable storage, whole or not at all. A connection that is lost, a lock that is not
granted in time, a full disk: Unavailable. A value that cannot be kept: BadInput. Everything else that a database says
is a bug and ends the process.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from typing import Any, Literal

import structlog
from sqlalchemy import Connection, Engine, Executable, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from contract.errors import BadInput, Unavailable
from store.sqlite_file import use_wal

log = structlog.get_logger(__name__)

LOCK_WAIT_S = 10
STATEMENT_S = 60
CONNECT_S = 5
NAMED_MOST = 500

Insert = postgresql.Insert | sqlite.Insert
Way = Literal["read", "write"]


class Database:
    """Transactions for reading and for writing."""

    def __init__(self, url: str) -> None:
        """Nothing is connected yet. Raises BadInput where the URL cannot be read."""
        try:
            self._url: URL = make_url(url)
        except (ArgumentError, ValueError):
            raise BadInput(
                "the database URL cannot be read",
                remedy="Write sqlite:///path or postgresql+psycopg://user:password@host:5432/name.",
            ) from None
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        self._engine = _sqlite_engine(self._url) if self.is_sqlite else _postgres_engine(self._url)
        self._writer = self._engine.execution_options(siaga_writes=True)
        self._failing: Way | None = None

    @property
    def name(self) -> str:
        """For people: where the database is, without its password."""
        return self._url.database or "" if self.is_sqlite else self._url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One transaction that changes nothing."""
        with self._guarded("read"), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, committed at the end of the block, rolled back whole where it raises."""
        with self._guarded("write"), self._writer.begin() as connection:
            yield connection

    def insert(self, table: Table) -> Any:
        """An INSERT that knows ON CONFLICT in this database's dialect (both spell it alike)."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def scrub(self) -> None:
        """Empty SQLite's write-ahead log, which holds pages as they were. While others read it stays, until a later
        writer overwrites it; PostgreSQL does its own cleaning."""
        if self.is_sqlite:
            with self._guarded("write"), closing(self._engine.raw_connection()) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Closes every connection that is not in use; one that is, when its user gives it back."""
        event.listen(self._engine.pool, "checkin", _close_for_good)
        self._engine.dispose()

    @contextmanager
    def _guarded(self, way: Way) -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            raise self._said(error, way) from error
        except (DataError, UnicodeEncodeError) as error:
            # What somebody typed may hold NUL or half of a surrogate pair, which no address of ours and no name does.
            cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            raise BadInput(
                f"the database cannot keep a value ({cause})", remedy="Leave the odd character out."
            ) from error
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            raise self._said(error, way) from error
        # Under a full disk every read goes well: only a write says that writing has healed.
        if self._failing in ("read", way):
            self._failing = None
            log.info("store.city_available", database=self.name)

    def _said(self, error: Exception, way: Way) -> Unavailable:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        code = getattr(getattr(error, "orig", None), "sqlite_errorname", "")
        if code.startswith("SQLITE_FULL"):
            text = f"the disk under {self.name} is full; nothing is written until there is room"
        elif code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            text = f"{self.name} is busy with another writer"
        else:
            text = f"the city database {self.name} does not answer ({cause})"
        if self._failing is None:
            self._failing = way
            log.error("store.city_unavailable", database=self.name, error=cause)
        return Unavailable(text)


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": LOCK_WAIT_S, "check_same_thread": False}, pool_size=8)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        # SQLAlchemy's own BEGIN comes from the listener below; sqlite3's implicit one would come too late.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        # What is deleted is overwritten: a person who was erased is in no free page.
        connection.execute("PRAGMA secure_delete = ON")
        use_wal(connection)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes later could not be given the lock any more.
        writes = connection.get_execution_options().get("siaga_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgres_engine(url: URL) -> Engine:
    options = f"-c lock_timeout={LOCK_WAIT_S}s -c statement_timeout={STATEMENT_S}s -c timezone=UTC"
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=8,
        connect_args={
            "connect_timeout": CONNECT_S,
            "application_name": "siaga",
            "options": options,
            "tcp_user_timeout": 15_000,
        },
    )


def _close_for_good(_connection: Any, record: ConnectionPoolEntry) -> None:
    """Of a pool that has been given up: nobody else would close what comes back to it."""
    record.invalidate()


def batches(ids: Collection[str]) -> Iterator[list[str]]:
    """So many at a time as a statement may name."""
    every = sorted(ids)
    return (every[start : start + NAMED_MOST] for start in range(0, len(every), NAMED_MOST))


def rows_of(connection: Connection, query: Executable) -> list[dict[str, Any]]:
    """What a query finds, each row by its columns' names. They are read once: SQLAlchemy's own mappings read them anew
    for each row, about a sixth of what a thousand open alarms cost to read (`benchmarks.console`)."""
    found = connection.execute(query)
    names = tuple(found.keys())
    return [dict(zip(names, row, strict=True)) for row in found]


class Part:
    """One topic's tables."""

    def __init__(self, database: Database) -> None:
        self._db = database
