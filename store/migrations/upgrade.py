"""Is the schema the one this version needs, and how it becomes so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DatabaseError

from contract.errors import BadInput
from store.city.database import Database
from store.migrations import whole

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0047"
"""The newest revision, so that an up-to-date database is opened without reading the steps."""

_ADVISORY_LOCK = 0x51A6A


def config(connection: Connection) -> Config:
    """Alembic's configuration for a connection; nothing is read from a file."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def ensure(database: Database, *, migrate: bool) -> None:
    """Bring the schema to HEAD in one transaction, or refuse an old one. Raises BadInput with what to do."""
    try:
        with database.read() as connection:
            found = revision(connection)
        if found == HEAD:
            return
        if found is not None and found > HEAD:
            raise BadInput(
                f"the schema is {found}, newer than this version's {HEAD}",
                where=database.name,
                remedy="Run the newer version, or restore a backup.",
            )
        if not migrate:
            raise BadInput(
                f"the schema is {found or 'missing'} and this version needs {HEAD}",
                where=database.name,
                remedy="`siaga up` or `siaga city apply` brings it up to date.",
            )
        if not (database.is_sqlite and found is None and _made_whole(database)):
            walk(database)
    except DatabaseError as error:
        if getattr(error.orig, "sqlite_errorname", "") not in {"SQLITE_NOTADB", "SQLITE_CORRUPT"}:
            raise
        raise BadInput(
            "the file is no SQLite database", where=database.name, remedy="Name another file, or restore a backup."
        ) from None


def walk(database: Database) -> None:
    """Take every step from where the schema is to HEAD, in one transaction."""
    # Only who walks needs Alembic; a stage that starts again after a fall is a third of a second faster without.
    from alembic import command

    with database.write() as connection:
        _prepare(database, connection)
        command.upgrade(config(connection), HEAD)


def _made_whole(database: Database) -> bool:
    """Build the newest schema where there is nothing yet; False where there is something by now."""
    with database.write() as connection:
        if not whole.is_empty(connection):
            return False
        whole.make(connection)
        return True


def revision(connection: Connection) -> str | None:
    """The revision a database is at, None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return found


def _prepare(database: Database, connection: Connection) -> None:
    """Two processes may start at once: the second waits, and then finds the work done."""
    if not database.is_sqlite:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
