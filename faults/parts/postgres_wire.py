"""The line between a service and PostgreSQL, cut in the one moment that matters: about a COMMIT.

Whoever has sent COMMIT and loses the connection cannot know what became of it. Reads PostgreSQL's frontend protocol
3.0 ("Message Flow", "Message Formats") as far as that takes.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

Cut = Literal["before", "after"]
"""whether the server has got the COMMIT when the line breaks"""
_PIECE = 65_536
_UNTYPED = (80_877_103, 80_877_104)
"""the questions for TLS and for GSSAPI, which come before the start"""
_ANSWER_S = 10.0


class Wire:
    """Listens on 127.0.0.1 for as long as it is open. `cuts` counts what was cut, by the way it was."""

    def __init__(self, upstream: Path) -> None:
        self._upstream = upstream
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._armed: tuple[Cut, str] | None = None
        self._open: set[socket.socket] = set()
        self._over = False
        self.cuts: dict[Cut, int] = {"before": 0, "after": 0}
        self._threads = [threading.Thread(target=self._accept, name="wire", daemon=True)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def arm(self, cut: Cut, about: str) -> None:
        """Cut at the next COMMIT of a transaction in which some statement held the words `about`."""
        with self._lock:
            self._armed = (cut, about)

    def disarm(self) -> None:
        with self._lock:
            self._armed = None

    def close(self) -> None:
        self._over = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            left = list(self._open)
        for one in left:
            _hang_up(one)
        for thread in list(self._threads):
            thread.join(_ANSWER_S)

    # ------------------------------------------------------------ the thread of each connection

    def _accept(self) -> None:
        while not self._over:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(str(self._upstream))
            except OSError:
                server.close()
                client.close()
                continue
            with self._lock:
                self._open |= {client, server}
            quiet = threading.Event()
            for work in ((self._down, (client, server, quiet)), (self._up, (client, server, quiet))):
                thread = threading.Thread(target=work[0], args=work[1], name="wire", daemon=True)
                self._threads.append(thread)
                thread.start()

    def _down(self, client: socket.socket, server: socket.socket, quiet: threading.Event) -> None:
        """The server's words to the client, until somebody wants to know no more."""
        with contextlib.suppress(OSError):
            while piece := server.recv(_PIECE):
                if quiet.is_set():
                    break  # this was the answer to the COMMIT
                client.sendall(piece)
        self._end(client, server)

    def _up(self, client: socket.socket, server: socket.socket, quiet: threading.Event) -> None:
        said = _Said()
        with contextlib.suppress(OSError):
            while piece := client.recv(_PIECE):
                cut = self._decide(said) if said.hear(piece) else None
                if cut == "before":
                    break
                if cut == "after":
                    quiet.set()
                server.sendall(piece)
                if cut == "after":
                    return  # the other thread hangs up when the server has answered
        self._end(client, server)

    def _decide(self, said: _Said) -> Cut | None:
        with self._lock:
            if self._armed is None or self._armed[1] not in said.transaction:
                return None
            cut, _ = self._armed
            self._armed = None
            self.cuts[cut] += 1
            return cut

    def _end(self, client: socket.socket, server: socket.socket) -> None:
        with self._lock:
            self._open -= {client, server}
        _hang_up(client)
        _hang_up(server)


class _Said:
    """What a client has said in the transaction that is open."""

    def __init__(self) -> None:
        self._rest = b""
        self._started = False
        self._prepared: dict[bytes, str] = {}
        self.transaction = ""

    def hear(self, piece: bytes) -> bool:
        """Whether a COMMIT came with this."""
        self._rest += piece
        committed = False
        while (message := self._message()) is not None:
            statement = self._statement(*message)
            if statement.startswith("BEGIN"):
                self.transaction = ""
            self.transaction += statement + "\n"
            committed = committed or statement.startswith("COMMIT")
        return committed

    def _message(self) -> tuple[bytes, bytes] | None:
        """(type, what follows the length), None until it has come whole."""
        typed = 1 if self._started else 0
        if len(self._rest) < typed + 4:
            return None
        (length,) = struct.unpack_from("!i", self._rest, typed)
        if len(self._rest) < typed + length:
            return None
        kind, body = self._rest[:typed], self._rest[typed + 4 : typed + length]
        self._rest = self._rest[typed + length :]
        if not typed:
            self._started = struct.unpack_from("!i", body)[0] not in _UNTYPED
        return kind, body

    def _statement(self, kind: bytes, body: bytes) -> str:
        if kind == b"Q":
            return body.rstrip(b"\0").decode(errors="replace")
        if kind == b"P":
            name, text, _ = body.split(b"\0", 2)
            self._prepared[name] = text.decode(errors="replace")
        if kind == b"B":
            _, name, _ = body.split(b"\0", 2)
            return self._prepared.get(name, "")
        return ""


def _hang_up(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextlib.contextmanager
def wire(upstream: Path) -> Iterator[Wire]:
    """The line, in use until the end. `upstream` is the server's Unix socket."""
    line = Wire(upstream)
    try:
        yield line
    finally:
        line.close()
