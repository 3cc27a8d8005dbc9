"""What answers in an InfluxDB's place: a proxy before a real one, and one that is a script alone.

The proxy gives an InfluxDB 1 the `/api/v2/write` that it does not have, and does what it is told: answers in the
server's place, hands on a part, takes its time. So a real store has the bad day, and what it kept can be counted in it
afterwards.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import http.client
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from contract.clock import SystemClock
from faults.parts.brokers import HOST
from faults.parts.http_server import QuietHandler, served

BUCKET, ORG = "readings", "siaga"


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


def proxy_to(port: int, front: Front, *, rewrite: bool) -> type[BaseHTTPRequestHandler]:
    """Everything goes on to the server at `port` as it comes, but for what `front` wants otherwise. `rewrite`:
    `/api/v2/write` becomes `/write`, and `Token user:password` Basic."""
    clock, pause = SystemClock(), threading.Event()

    class Proxy(QuietHandler):
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

    class Handler(QuietHandler):
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

    with served(Handler) as state.port:
        yield state


def _lines(body: bytes, encoding: str | None) -> list[str]:
    return (gzip.decompress(body) if encoding == "gzip" else body).decode().split("\n")
