"""Real InfluxDBs for trials and tests, each behind a front that can be told to misbehave.

Debian's influxd is 1.6.7: it has InfluxQL and line protocol, and no `/api/v2/write`; its front gives it that and turns
`Token user:password` into what it understands. InfluxDB 2 is used as it is, where `influxd version` says 2, or where
SIAGA_TEST_INFLUX_URL (a store URL) and SIAGA_TEST_INFLUX_TOKEN name one that runs already.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx

from faults.parts.brokers import HOST, free_port, wait_until
from faults.parts.http_server import served
from faults.parts.influx_front import BUCKET, ORG, Front, proxy_to
from faults.parts.missing import NotInstalled
from faults.parts.must import must

_START_S = 20.0
USER, ADMIN, PASSWORD = "siaga", "keeper", "only-for-tests"


@dataclass(frozen=True)
class Influx:
    """An InfluxDB under test, as `store.open_readings` takes it."""

    version: str
    url: str
    token: str


@dataclass(frozen=True)
class OwnInflux(Influx):
    """One that we started: it can be killed, started again on what it kept, and asked as its administrator."""

    front: Front
    kill: Callable[[], None]
    """SIGKILL, as a power cut does"""
    start: Callable[[], None]
    ask: Callable[[str], None]
    """an InfluxQL command"""
    put: Callable[[str], None]
    """lines that nobody looks at on their way"""


def installed_version() -> str:
    """`1.6.7~rc0`, `2.7.1` … of the influxd on this machine, "" where there is none."""
    program = shutil.which("influxd")
    if program is None:
        return ""
    said = subprocess.run([program, "version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"v?(\d+\.\d+\S*)", said)
    return found[1] if found else ""


def summary() -> str:
    """One line for the end of a test run: which InfluxDB was tested, and which was not."""
    version = installed_version()
    tested = [f"InfluxDB {version}"] if version else []
    external = os.environ.get("SIAGA_TEST_INFLUX_URL", "")
    if external:
        tested.append("the InfluxDB at SIAGA_TEST_INFLUX_URL")
    text = f"readings store tested on: {', '.join(tested) or 'NO InfluxDB (influxd is not installed)'}"
    if not external and not version.startswith("2"):
        text += "; NOT tested on InfluxDB 2 (set SIAGA_TEST_INFLUX_URL and SIAGA_TEST_INFLUX_TOKEN)"
    return text


# ---------------------------------------------------------------- real servers


@contextlib.contextmanager
def influx() -> Iterator[OwnInflux]:
    """The InfluxDB of this machine, with authentication on and one empty bucket."""
    version = installed_version()
    if not version:
        raise NotInstalled("InfluxDB (influxd) is missing", "influxdb")
    folder = Path(tempfile.mkdtemp(prefix="siaga-influx-"))
    try:
        with _influx_2(folder, version) if version.startswith("2") else _influx_1(folder, version) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def external() -> Influx:
    """The InfluxDB that the environment names."""
    url = os.environ.get("SIAGA_TEST_INFLUX_URL", "")
    if not url:
        raise NotInstalled("SIAGA_TEST_INFLUX_URL names no InfluxDB")
    return Influx("external", url, os.environ.get("SIAGA_TEST_INFLUX_TOKEN", ""))


class _Server:
    """influxd with its arguments, as a process."""

    def __init__(self, folder: Path, arguments: list[str], ready: Callable[[], bool]) -> None:
        self._folder, self._arguments, self._ready = folder, arguments, ready
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("influxd")
        if program is None:
            raise NotInstalled("InfluxDB (influxd) is missing", "influxdb")
        log = self._folder / "influxd.log"
        with log.open("ab") as out:
            process = subprocess.Popen([program, *self._arguments], stdout=out, stderr=out, cwd=self._folder)
        self._process = process
        wait_until(lambda: self._ready() or process.poll() is not None, _START_S)
        if not self._ready():
            self.kill()
            raise RuntimeError(f"influxd did not start: {log.read_text()[-2000:]}")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextlib.contextmanager
def _running(folder: Path, arguments: list[str], ready: Callable[[], bool]) -> Iterator[_Server]:
    server = _Server(folder, arguments, ready)
    try:
        server.start()
        yield server
    finally:
        server.kill()


_CONFIG_1 = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:{http}"
  auth-enabled = true
  log-enabled = false
[monitor]
  store-enabled = false
"""


@contextlib.contextmanager
def _influx_1(folder: Path, version: str) -> Iterator[OwnInflux]:
    rpc, port = free_port(), free_port()
    (folder / "influxdb.conf").write_text(_CONFIG_1.format(rpc=rpc, http=port, folder=folder))
    base = f"http://{HOST}:{port}"
    with _running(folder, ["-config", str(folder / "influxdb.conf")], lambda: _pings(base)) as server:
        user = {"u": USER, "p": PASSWORD}
        _ask(base, f"CREATE USER {USER} WITH PASSWORD '{PASSWORD}' WITH ALL PRIVILEGES", {})
        _ask(base, f"CREATE DATABASE {BUCKET}", user)
        # Not the user of the service: its password may be changed behind its back.
        _ask(base, f"CREATE USER {ADMIN} WITH PASSWORD '{PASSWORD}' WITH ALL PRIVILEGES", user)
        admin = {"u": ADMIN, "p": PASSWORD}
        front = Front()
        with served(proxy_to(port, front, rewrite=True)) as front.port:
            yield OwnInflux(
                version,
                f"influxdb://{HOST}:{front.port}/{BUCKET}?org={ORG}",
                f"{USER}:{PASSWORD}",
                front,
                server.kill,
                server.start,
                lambda query: _ask(base, query, admin),
                lambda lines: _put(f"{base}/write", {"db": BUCKET, **admin}, {}, lines),
            )


@contextlib.contextmanager
def _influx_2(folder: Path, version: str) -> Iterator[OwnInflux]:
    port = free_port()
    base = f"http://{HOST}:{port}"
    arguments = [
        f"--bolt-path={folder}/influxd.bolt",
        f"--engine-path={folder}/engine",
        f"--sqlite-path={folder}/influxd.sqlite",
        f"--http-bind-address={HOST}:{port}",
        "--reporting-disabled",
    ]
    with _running(folder, arguments, lambda: _pings(base)) as server:
        made = httpx.post(
            f"{base}/api/v2/setup", json={"username": USER, "password": PASSWORD, "org": ORG, "bucket": BUCKET}
        )
        made.raise_for_status()
        token = made.json()["auth"]["token"]
        headers = {"Authorization": f"Token {token}"}
        front = Front()
        with served(proxy_to(port, front, rewrite=False)) as front.port:
            yield OwnInflux(
                version,
                f"influxdb://{HOST}:{front.port}/{BUCKET}?org={ORG}",
                token,
                front,
                server.kill,
                server.start,
                lambda query: _ask(base, query, {"db": BUCKET}, headers),
                lambda lines: _put(f"{base}/api/v2/write", {"bucket": BUCKET, "org": ORG}, headers, lines),
            )


def _pings(base: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{base}/ping").status_code == 204
    return False


def _ask(base: str, query: str, user: dict[str, str], headers: dict[str, str] | None = None) -> None:
    answer = httpx.post(f"{base}/query", params={"q": query, **user}, headers=headers)
    must(answer.status_code == 200 and "error" not in answer.text, answer.text)


def _put(url: str, params: dict[str, str], headers: dict[str, str], lines: str) -> None:
    answer = httpx.post(url, params=params, headers=headers, content=lines)
    must(answer.status_code == HTTPStatus.NO_CONTENT, answer.text)
