"""A real PostgreSQL for tests: its own cluster in a folder of its own, on a Unix socket, never as root."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg

from faults.parts.brokers import wait_until
from faults.parts.missing import NotInstalled
from store import open_city

_START_S = 20.0


@dataclass
class Postgres:
    """A cluster under test. Each database is a copy of a template that is already at the newest schema."""

    folder: Path
    command: Sequence[str] = ()
    process: subprocess.Popen[bytes] | None = None
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        """As `store.open_city` takes it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection of its own, outside the store."""
        return psycopg.connect(host=str(self.folder), user="postgres", dbname=database, autocommit=True)

    def empty(self) -> str:
        """The URL of a new database without any table."""
        return self._make("template1")

    def fresh(self) -> str:
        """The URL of a new database at the newest schema."""
        return self._make("siaga_template")

    def copy_of(self, url: str) -> str:
        """The URL of a new database with everything that another of ours holds, to which nobody is connected."""
        return self._make(urlsplit(url).path.removeprefix("/"))

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / ".s.PGSQL.5432"

    def start(self) -> None:
        """Start it, on what it kept."""
        log = self.folder / "postgres.log"
        with log.open("ab") as out:
            process = subprocess.Popen([*self.command], stdout=out, stderr=out, cwd="/")
        self.process = process
        wait_until(lambda: self.answers() or process.poll() is not None, _START_S)
        if not self.answers():
            raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}")

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends every connection, SIGQUIT every process at once; after SIGKILL its children have to notice."""
        if self.process is None:
            return
        children = psutil.Process(self.process.pid).children()
        self.process.send_signal(number)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        _, alive = psutil.wait_procs(children, timeout=10)
        for child in alive:
            child.kill()

    def _make(self, template: str) -> str:
        name = f"siaga_{next(self._numbers)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def answers(self) -> bool:
        """Whether it accepts a connection."""
        with contextlib.suppress(psycopg.OperationalError), self.connect():
            return True
        return False


def _programs() -> Path:
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not installed:
        raise NotInstalled("PostgreSQL's server is missing", "postgresql")
    return installed[-1].parent


def _as_other_user(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: the words before its command, and the folder made theirs."""
    if os.geteuid() != 0:
        return []
    name = next(
        (name for name in ("postgres", "nobody") if name in {user.pw_name for user in pwd.getpwall()}), "nobody"
    )
    user = pwd.getpwnam(name)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


@contextlib.contextmanager
def postgres(*, connections: int = 60) -> Iterator[Postgres]:
    """A cluster that promises nothing about power cuts (fsync off): tests kill processes, not the machine."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="siaga-pg-"))
    before = _as_other_user(folder)
    data, log = folder / "data", folder / "initdb.log"
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off",
               "-c", f"max_connections={connections}", "-c", "shared_buffers=32MB", "-c", "jit=off"]  # fmt: skip
    server = Postgres(folder, [*before, str(programs / "postgres"), "-D", str(data), *options])
    try:
        with log.open("wb") as out:
            subprocess.run(
                [*before, str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8",
                 "--locale=C", "--no-sync"],
                stdout=out, stderr=out, check=True, cwd="/",
            )  # fmt: skip
        server.start()
        with server.connect() as connection:
            connection.execute("CREATE DATABASE siaga_template TEMPLATE template0")
        open_city(server.url("siaga_template")).close()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
