"""The newest schema in one piece, for a SQLite database that has none: made in a hundredth of a second and without
Alembic, where the walk through every step takes a third and one to load.

`whole.sql` is what the walk makes, as SQLite itself writes it down. `python -m store.migrations.whole` writes it again
after a new step; a test walks, and compares.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, text

FILE = Path(__file__).with_name("whole.sql")


def is_empty(connection: Connection) -> bool:
    """Whether a SQLite database holds nothing at all."""
    return connection.execute(text("SELECT 1 FROM sqlite_master")).first() is None


def make(connection: Connection) -> None:
    """Build everything in the caller's transaction."""
    cursor = connection.connection.cursor()
    for statement in _statements(FILE.read_text(encoding="utf-8")):
        cursor.execute(statement)
    cursor.close()


def told(path: Path) -> str:
    """A SQLite database's schema and its revision as statements. Tables come before what stands on them."""
    query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type <> 'table', name"
    with closing(sqlite3.connect(path)) as connection:
        found = [sql for (sql,) in connection.execute(query)]
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    found.append(f"INSERT INTO alembic_version (version_num) VALUES ('{revision}')")  # noqa: S608 - our own number
    return "".join("\n".join(line.rstrip() for line in f"{sql};\n".split("\n")) for sql in found)


def _statements(script: str) -> Iterator[str]:
    lines: list[str] = []
    for line in script.splitlines():
        lines.append(line)
        if line.endswith(";") and sqlite3.complete_statement(statement := "\n".join(lines)):
            yield statement
            lines.clear()


def main() -> None:
    """Walk from nothing, and write down where that ends."""
    from tempfile import TemporaryDirectory

    from store.city.database import Database
    from store.migrations.upgrade import walk

    with TemporaryDirectory() as folder:
        path = Path(folder, "walked")
        database = Database(f"sqlite+pysqlite:///{path}")
        walk(database)
        database.close()
        FILE.write_text(told(path), encoding="utf-8")


if __name__ == "__main__":
    main()
