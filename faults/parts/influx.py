"""Real InfluxDBs for tests, and a scripted one for the answers that a healthy server does not give.

Debian's influxd is 1.6.7: it has InfluxQL and line protocol, and no `/api/v2/write`. A small proxy gives it that and
turns `Token user:password` into what it understands. InfluxDB 2 is used as it is, where `influxd version` says 2, or
where SIAGA_TEST_INFLUX_URL (a store URL) and SIAGA_TEST_INFLUX_TOKEN name one that runs already.

The proxy also does what it is told: answers in the server's place, hands on a part, takes its time. So a real store
has the bad day, and what it kept can be counted in it afterwards.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import http.client
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from contract.clock import SystemClock
from faults.parts.brokers import HOST, free_port, wait_until
from faults.parts.missing import NotInstalled
from faults.parts.must import must

_START_S = 20.0
USER, ADMIN, PASSWORD, BUCKET, ORG = "siaga", "keeper", "only-for-tests", "readings", "siaga"


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


@dataclass(frozen=True)
class Answer:
    """What is said to one write. `keep`: the lines that the server gets before, where there is one."""

    status: int = 204
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    keep: tuple[str, ...] = ()


class Write(NamedTuple):
    """One write as it came by: when (monotonic), its lines, and what was said; 0 where the connection was cut."""

    at_us: int
    lines: int
    status: int


@dataclass
class Front:
    """What stands before a real server and can be told to do otherwise.

    `script` gets the lines of a write (none for a question) and returns the answer in the server's place; None: the
    server's own. `slow_s` is how long the server's answer is held back, after the server has done the work.
    """

    port: int = 0
    script: Callable[[list[str]], Answer | None] = lambda _lines: None
    slow_s: float = 0.0
    writes: list[Write] = field(default_factory=list)

    def well(self) -> None:
        """Do nothing from now on."""
        self.script, self.slow_s = lambda _lines: None, 0.0

    def kept_since(self, mono_us: int) -> int | None:
        """When the first write after a moment was kept (monotonic)."""
        return next((write.at_us for write in self.writes if write.at_us > mono_us and write.status in _KEPT), None)


_KEPT = (HTTPStatus.OK, HTTPStatus.NO_CONTENT)


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
        with _served(_proxy_to(port, front, rewrite=True)) as front.port:
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
        with _served(_proxy_to(port, front, rewrite=False)) as front.port:
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


# ---------------------------------------------------------------- the proxy before it


def _proxy_to(port: int, front: Front, *, rewrite: bool) -> type[BaseHTTPRequestHandler]:
    clock, pause = SystemClock(), threading.Event()

    class Proxy(_Quiet):
        """Where told to `rewrite`: `/api/v2/write` to `/write`, `Token user:password` to Basic. All else as it comes,
        but for what `front` wants otherwise."""

        def do_GET(self) -> None:
            said = front.script([])
            if said is not None:
                self.answer(said.status, said.body.encode(), said.headers)
            else:
                self._pass("GET", self.path, b"")

        def do_POST(self) -> None:
            body = self.body()
            at_us = clock.mono_us()
            lines = _lines(body, self.headers.get("Content-Encoding"))
            said = front.script(lines)
            if said is None:
                status = self._pass("POST", self._path(), body)
            else:
                if said.keep:
                    self._upstream("POST", self._path(), "\n".join(said.keep).encode(), "")
                self.answer(said.status, said.body.encode(), {"Content-Type": "application/json", **said.headers})
                status = said.status
            front.writes.append(Write(at_us, len(lines), status))

        def _path(self) -> str:
            url = urlsplit(self.path)
            if not rewrite or url.path != "/api/v2/write":
                return self.path
            asked = parse_qs(url.query)
            precision = {"ns": "n", "us": "u"}.get(asked["precision"][0], asked["precision"][0])
            return "/write?" + urlencode({"db": asked["bucket"][0], "precision": precision})

        def _pass(self, method: str, path: str, body: bytes) -> int:
            """Returns the server's status, 0 where there is no server: then there is no answer either."""
            try:
                status, data, kind = self._upstream(method, path, body, self.headers.get("Content-Encoding", ""))
            except (OSError, http.client.HTTPException):
                self.close_connection = True
                return 0
            if front.slow_s:
                pause.wait(front.slow_s)
            with contextlib.suppress(OSError):  # whoever asked may have lost patience
                self.answer(status, data, {"Content-Type": kind})
            return status

        def _upstream(self, method: str, path: str, body: bytes, encoding: str) -> tuple[int, bytes, str]:
            headers = {"Content-Encoding": encoding} if encoding else {}
            said = self.headers.get("Authorization", "")
            scheme, _, token = said.partition(" ")
            if rewrite and scheme == "Token":
                said = "Basic " + base64.b64encode(token.encode()).decode()
            if said:
                headers["Authorization"] = said
            upstream = http.client.HTTPConnection(HOST, port, timeout=30)
            try:
                upstream.request(method, path, body, headers)
                answer = upstream.getresponse()
                return answer.status, answer.read(), answer.headers.get("Content-Type", "text/plain")
            finally:
                upstream.close()

    return Proxy


def _lines(body: bytes, encoding: str | None) -> list[str]:
    return (gzip.decompress(body) if encoding == "gzip" else body).decode().split("\n")


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Tests have their own words."""

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, status: int, data: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if status != 204:
            self.wfile.write(data)


class _Patient(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who loses patience and cuts the line is no news: that is what a slow server is for."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextlib.contextmanager
def _served(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    server = _Patient((HOST, 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# ---------------------------------------------------------------- the scripted server


@dataclass
class Scripted:
    """Every write's lines, in the order they came, and what is to be said to them."""

    port: int = 0
    script: Callable[[list[str]], Answer] = lambda _lines: Answer()
    requests: list[list[str]] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"influxdb://{HOST}:{self.port}/{BUCKET}?org={ORG}"


@contextlib.contextmanager
def scripted() -> Iterator[Scripted]:
    """A server that keeps what it answers with 204 and follows `script` for the rest."""
    state = Scripted()

    class Handler(_Quiet):
        def do_POST(self) -> None:
            lines = _lines(self.body(), self.headers.get("Content-Encoding"))
            state.requests.append(lines)
            said = state.script(lines)
            if said.status == 204:
                state.kept.update(lines)
            self.answer(said.status, said.body.encode(), {"Content-Type": "application/json", **said.headers})

        def do_GET(self) -> None:
            said = state.script([])
            self.answer(said.status, said.body.encode(), {"Content-Type": "application/json", **said.headers})

    with _served(Handler) as port:
        state.port = port
        yield state
