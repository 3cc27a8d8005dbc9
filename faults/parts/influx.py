"""Real InfluxDBs for tests, and a scripted one for the answers that a healthy server does not give.

Debian's influxd is 1.6.7: it has InfluxQL and line protocol, and no `/api/v2/write`. A small proxy gives it that and
turns `Token user:password` into what it understands. InfluxDB 2 is used as it is, where `influxd version` says 2, or
where SIAGA_TEST_INFLUX_URL (a store URL) and SIAGA_TEST_INFLUX_TOKEN name one that runs already.
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
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from faults.parts.brokers import HOST, free_port, wait_until
from faults.parts.missing import NotInstalled
from faults.parts.must import must

_START_S = 20.0
USER, PASSWORD, BUCKET, ORG = "siaga", "only-for-tests", "readings", "siaga"


@dataclass(frozen=True)
class Influx:
    """An InfluxDB under test, as `store.open_readings` takes it."""

    version: str
    url: str
    token: str


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
def influx() -> Iterator[Influx]:
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


@contextlib.contextmanager
def _running(folder: Path, arguments: list[str], ready: Callable[[], bool]) -> Iterator[None]:
    program = shutil.which("influxd")
    if program is None:
        raise NotInstalled("InfluxDB (influxd) is missing", "influxdb")
    log = folder / "influxd.log"
    with log.open("wb") as out:
        process = subprocess.Popen([program, *arguments], stdout=out, stderr=out, cwd=folder)
    try:
        wait_until(lambda: ready() or process.poll() is not None, _START_S)
        if not ready():
            raise RuntimeError(f"influxd did not start: {log.read_text()[-2000:]}")
        yield
    finally:
        process.kill()
        process.wait()


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
def _influx_1(folder: Path, version: str) -> Iterator[Influx]:
    rpc, port = free_port(), free_port()
    (folder / "influxdb.conf").write_text(_CONFIG_1.format(rpc=rpc, http=port, folder=folder))
    base = f"http://{HOST}:{port}"
    with _running(folder, ["-config", str(folder / "influxdb.conf")], lambda: _pings(base)):
        user = {"u": USER, "p": PASSWORD}
        _ask(base, f"CREATE USER {USER} WITH PASSWORD '{PASSWORD}' WITH ALL PRIVILEGES", {})
        _ask(base, f"CREATE DATABASE {BUCKET}", user)
        with _served(_proxy_to(port)) as proxy_port:
            yield Influx(version, f"influxdb://{HOST}:{proxy_port}/{BUCKET}?org={ORG}", f"{USER}:{PASSWORD}")


@contextlib.contextmanager
def _influx_2(folder: Path, version: str) -> Iterator[Influx]:
    port = free_port()
    base = f"http://{HOST}:{port}"
    arguments = [
        f"--bolt-path={folder}/influxd.bolt",
        f"--engine-path={folder}/engine",
        f"--sqlite-path={folder}/influxd.sqlite",
        f"--http-bind-address={HOST}:{port}",
        "--reporting-disabled",
    ]
    with _running(folder, arguments, lambda: _pings(base)):
        made = httpx.post(
            f"{base}/api/v2/setup", json={"username": USER, "password": PASSWORD, "org": ORG, "bucket": BUCKET}
        )
        made.raise_for_status()
        yield Influx(version, f"influxdb://{HOST}:{port}/{BUCKET}?org={ORG}", made.json()["auth"]["token"])


def _pings(base: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{base}/ping").status_code == 204
    return False


def _ask(base: str, query: str, user: dict[str, str]) -> None:
    answer = httpx.post(f"{base}/query", params={"q": query, **user})
    must(answer.status_code == 200 and "error" not in answer.text, answer.text)


# ---------------------------------------------------------------- the proxy before 1.x


def _proxy_to(port: int) -> type[BaseHTTPRequestHandler]:
    class Proxy(_Quiet):
        """`/api/v2/write` to `/write`, `Token user:password` to Basic; everything else as it comes."""

        def do_GET(self) -> None:
            self._pass("GET", self.path, b"")

        def do_POST(self) -> None:
            url = urlsplit(self.path)
            path = self.path
            if url.path == "/api/v2/write":
                asked = parse_qs(url.query)
                precision = {"ns": "n", "us": "u"}.get(asked["precision"][0], asked["precision"][0])
                path = "/write?" + urlencode({"db": asked["bucket"][0], "precision": precision})
            self._pass("POST", path, self.body())

        def _pass(self, method: str, path: str, body: bytes) -> None:
            headers = {}
            if encoding := self.headers.get("Content-Encoding"):
                headers["Content-Encoding"] = encoding
            scheme, _, token = self.headers.get("Authorization", "").partition(" ")
            if scheme == "Token":
                headers["Authorization"] = "Basic " + base64.b64encode(token.encode()).decode()
            upstream = http.client.HTTPConnection(HOST, port, timeout=30)
            try:
                upstream.request(method, path, body, headers)
                answer = upstream.getresponse()
                data = answer.read()
                self.answer(answer.status, data, {"Content-Type": answer.headers.get("Content-Type", "text/plain")})
            finally:
                upstream.close()

    return Proxy


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


@contextlib.contextmanager
def _served(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    server = ThreadingHTTPServer((HOST, 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# ---------------------------------------------------------------- the scripted server


@dataclass(frozen=True)
class Answer:
    """What the scripted server says to one write."""

    status: int = 204
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


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
            data = self.body()
            if self.headers.get("Content-Encoding") == "gzip":
                data = gzip.decompress(data)
            lines = data.decode().split("\n")
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
