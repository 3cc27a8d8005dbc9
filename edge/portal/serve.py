"""The page over plain HTTP to whoever has joined the WiFi: any address, GET and HEAD, a few seconds each, so many at a
time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from edge.portal.copy import Language
from edge.portal.keeper import Keeper

AT_ONCE = 64
ANSWER_S = 5.0
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], keeper: Keeper, answer_s: float) -> None:
        self._answer_s = answer_s
        self._free = threading.BoundedSemaphore(AT_ONCE)
        self.keeper = keeper
        super().__init__(address, _Answer)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Who comes when all places are taken is turned away: a phone asks again by itself."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """A visitor that drips is cut after a few seconds."""
        cut = threading.Timer(self._answer_s, _shut, (request,))
        cut.daemon = True
        cut.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            cut.cancel()
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A visitor who left is nobody's trouble, and nobody's address is written down."""


class _Answer(BaseHTTPRequestHandler):
    server: _Server
    server_version = "siaga"
    sys_version = ""

    def do_GET(self) -> None:
        self._say(with_body=True)

    def do_HEAD(self) -> None:
        self._say(with_body=False)

    def _say(self, *, with_body: bool) -> None:
        wanted = parse_qs(urlsplit(self.path).query).get("lang", ["id"])[0]
        language: Language = "en" if wanted == "en" else "id"
        page, fresh = self.server.keeper.page(language)
        body = page.encode()
        self.send_response(200)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Content-Language", language),
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", _POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Siaga-Copy", "fresh" if fresh else "old"),
        ):
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Who joins a public WiFi is written down nowhere."""


def _shut(request: socket.socket) -> None:
    try:
        request.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@contextmanager
def serving(keeper: Keeper, listen: str, port: int, answer_s: float = ANSWER_S) -> Iterator[int]:
    """The port that answers, until the block ends. Raises OSError where the address is taken."""
    server = _Server((listen, port), keeper, answer_s)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, name="portal", daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
