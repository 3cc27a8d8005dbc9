"""A process that migrates a city database and can be stopped at any of its statements.

As a program: `python -m faults.parts.migrating URL STOP` opens the store as `siaga city apply` does. At its statement
number STOP it says so and waits for its end (a negative STOP: says so at -STOP and goes on); `commit` is the number
COMMIT. At the end it says how many statements there were.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from faults.parts.must import Broken
from faults.parts.stages import ROOT, environment

COMMIT = 1_000_000
_CHANGES = ("CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE")


class Mark(NamedTuple):
    """What a migrating process was about to do: a statement, "COMMIT", or "" where it has ended."""

    number: int
    statement: str

    @property
    def midway(self) -> bool:
        """Whether the schema was being changed."""
        return self.statement.startswith((*_CHANGES, "COMMIT"))


class Migration:
    """One such process, under its starter's hand."""

    def __init__(self, process: subprocess.Popen[str], out: IO[str]) -> None:
        self._process = process
        self._out = out

    def mark(self) -> Mark:
        """Wait for its next word. Raises Broken where it ends without one."""
        line = self._out.readline()
        if not line:
            raise Broken(f"the migration ended without a word (exit {self._process.wait()})")
        number, statement = json.loads(line)
        return Mark(number, statement)

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.wait()


@contextlib.contextmanager
def migration(url: str, stop: int) -> Iterator[Migration]:
    """A process that brings `url` up to date, killed at the end where it still runs."""
    with subprocess.Popen(
        [sys.executable, "-m", "faults.parts.migrating", url, str(stop)],
        env=environment({}),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None  # noqa: S101  it is a pipe
            yield Migration(process, process.stdout)
        finally:
            if process.poll() is None:
                process.kill()


def _migrate(url: str, stop: int) -> None:
    from sqlalchemy import Engine, event

    from store import open_city

    count = 0

    def say(number: int, statement: str) -> None:
        sys.stdout.write(json.dumps([number, statement]) + "\n")
        sys.stdout.flush()

    def reached(number: int, statement: str) -> None:
        if number == abs(stop):
            say(number, statement)
            if stop > 0:
                sys.stdin.read()

    @event.listens_for(Engine, "before_cursor_execute")
    def _statement(_c: Any, _cursor: Any, statement: str, _p: Any, _context: Any, _many: Any) -> None:
        nonlocal count
        count += 1
        reached(count, " ".join(statement.split())[:80])

    @event.listens_for(Engine, "commit")
    def _commit(_connection: Any) -> None:
        reached(COMMIT, "COMMIT")

    open_city(url).close()
    say(count, "")


if __name__ == "__main__":
    _migrate(sys.argv[1], int(sys.argv[2]))
