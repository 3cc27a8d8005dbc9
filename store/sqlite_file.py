"""One SQLite file, opened by several threads and several processes: a writer at a time, readers beside it."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal

import structlog

from contract.errors import BadInput, Unavailable

log = structlog.get_logger(__name__)

Connection = sqlite3.Connection
Way = Literal["read", "write"]
BUSY_S = 5.0


class SqliteFile:
    """Connections to one file. Every failure of SQLite leaves as Unavailable, said once and its healing once."""

    def __init__(self, path: Path, *, holds: str = "readings") -> None:
        """`holds`: what the log calls it. Raises BadInput where the path cannot hold a database, Unavailable where it
        does not answer in time."""
        self._path = path
        self._holds = holds
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._idle: list[Connection] = []
        self._closed = False
        self._failing: Way | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with ExitStack() as unless_ready:
                first = self._connect()
                unless_ready.callback(first.close)
                use_wal(first)
                unless_ready.pop_all()
        except sqlite3.OperationalError as error:
            raise self._said(error, "write") from error
        except (sqlite3.DatabaseError, OSError) as error:
            raise BadInput(
                f"no database can be kept there ({error})", where=str(path), remedy="Name another file."
            ) from None
        self._give_back(first)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, on stable storage when the block ends; rolled back whole where it raises."""
        with self._writing, self._borrowed("write") as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                # A full disk may have ended the transaction already.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One moment of the database, whatever is written meanwhile."""
        with self._borrowed("read") as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    def close(self) -> None:
        """Closes every connection; one that somebody still uses is closed when they have done, for SQLite does not
        survive that its ground is taken away. Safe to call twice."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextmanager
    def _borrowed(self, way: Way) -> Iterator[Connection]:
        connection: Connection | None = None
        try:
            connection = self._take()
            yield connection
        except sqlite3.Error as error:
            raise self._said(error, way) from error
        finally:
            if connection is not None:
                self._give_back(connection)
        self._healed(way)

    def _take(self) -> Connection:
        with self._lock:
            if self._closed:
                raise Unavailable(f"{self._path} has been closed")
            if self._idle:
                return self._idle.pop()
        return self._connect()

    def _give_back(self, connection: Connection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _connect(self) -> Connection:
        connection = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        with ExitStack() as unless_ready:
            unless_ready.callback(connection.close)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA cache_size = -16000")
            connection.execute("PRAGMA temp_store = MEMORY")
            unless_ready.pop_all()
        return connection

    def _said(self, error: sqlite3.Error, way: Way) -> Unavailable:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith("SQLITE_FULL"):
            text = f"the disk under {self._path} is full; nothing is written until there is room"
        elif name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            text = f"{self._path} is busy with another writer"
        else:
            text = f"{self._path} does not answer ({error})"
        if self._failing is None:
            self._failing = way
            log.error(f"store.{self._holds}_unavailable", file=str(self._path), error=str(error), code=name)
        return Unavailable(text)

    def _healed(self, way: Way) -> None:
        # Under a full disk every read goes well: only a write says that writing has healed.
        if self._failing in ("read", way):
            self._failing = None
            log.info(f"store.{self._holds}_available", file=str(self._path))


def use_wal(connection: Connection) -> None:
    """Switch the file to WAL, which stays with it. SQLite does not wait for a lock here, so this does."""
    until = time.monotonic() + BUSY_S
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
                return
            # A file system without shared memory, or a database in memory, keeps its own mode: correct, only slower.
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > until:
                raise
            time.sleep(0.02)
