"""The line to a SIP server: datagrams, each a message, or a stream that is cut into messages (RFC 3261 18)."""

from __future__ import annotations

import re
import select
import socket
import time
from typing import Literal, Protocol

from alerts.channels.sip import Told, read
from contract.errors import Unavailable

Transport = Literal["udp", "tcp"]
CONNECT_S = 4.0
_READ = 65_535
_LARGEST = 65_535
_PAUSE_S = 0.02
_LENGTH = re.compile(rb"\r\n(?:content-length|l)[ \t]*:[ \t]*(\d{1,6})", re.IGNORECASE)


class Wire(Protocol):
    """One connection. `reliable`: what was put is not said again. `gone`: nothing will come any more."""

    name: str
    reliable: bool
    gone: bool
    here: tuple[str, int]

    def put(self, raw: bytes) -> None:
        """Send. What cannot be sent is said again, or found to be away."""

    def heard(self, wait_s: float) -> Told | None:
        """The next message within so many seconds."""

    def close(self) -> None: ...


def opened(server: str, port: int, transport: Transport) -> Wire:
    """Raises Unavailable."""
    kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
    try:
        family, _, _, _, address = socket.getaddrinfo(server, port, type=kind)[0]
        line = socket.socket(family, kind)
    except OSError as error:
        raise Unavailable(f"{server}: {error.strerror or error}") from None
    try:
        line.settimeout(CONNECT_S)
        line.connect(address)
    except OSError as error:
        line.close()
        raise Unavailable(f"{server}: {error.strerror or error}") from None
    return _Stream(line) if transport == "tcp" else _Datagrams(line)


class _Datagrams:
    name = "UDP"
    reliable = False
    gone = False

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        host, port, *_ = line.getsockname()
        self.here = (str(host), int(port))

    def put(self, raw: bytes) -> None:
        """See `Wire.put`."""
        try:
            self._line.send(raw)
        except OSError:
            return

    def heard(self, wait_s: float) -> Told | None:
        """See `Wire.heard`."""
        if not select.select([self._line], [], [], wait_s)[0]:
            return None
        try:
            return read(self._line.recv(_READ))
        except OSError:
            time.sleep(min(wait_s, _PAUSE_S))  # nobody listens at that port: no reason to ask a thousand times
            return None

    def close(self) -> None:
        """See `Wire.close`."""
        self._line.close()


class _Stream:
    name = "TCP"
    reliable = True

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._rest = b""
        self.gone = False
        host, port, *_ = line.getsockname()
        self.here = (str(host), int(port))

    def put(self, raw: bytes) -> None:
        """See `Wire.put`."""
        try:
            self._line.sendall(raw)
        except OSError:
            self.gone = True

    def heard(self, wait_s: float) -> Told | None:
        """See `Wire.heard`."""
        until_s = time.monotonic() + wait_s
        while (whole := self._whole()) is None:
            left_s = until_s - time.monotonic()
            if self.gone:
                time.sleep(min(max(0.0, left_s), _PAUSE_S))
                return None
            if left_s <= 0 or not select.select([self._line], [], [], left_s)[0]:
                return None
            self._take()
        return read(whole)

    def close(self) -> None:
        """See `Wire.close`."""
        self._line.close()

    def _take(self) -> None:
        try:
            data = self._line.recv(_READ)
        except OSError:
            data = b""
        self._rest += data
        self.gone = not data or len(self._rest) > 2 * _LARGEST

    def _whole(self) -> bytes | None:
        """The first message of what came, by its Content-Length; empty lines between two keep a line alive."""
        self._rest = self._rest.lstrip(b"\r\n")
        head, blank, _ = self._rest.partition(b"\r\n\r\n")
        if not blank:
            return None
        length = _LENGTH.search(b"\r\n" + head)
        end = len(head) + len(blank) + (int(length[1]) if length else 0)
        if end > _LARGEST:
            self.gone = True
            return None
        if len(self._rest) < end:
            return None
        whole, self._rest = self._rest[:end], self._rest[end:]
        return whole
