"""An MQTT client that does what no library would: any bytes as a name, a topic or a packet, over any TLS."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from broker.ports import BrokerAddress, Tls

_TIMEOUT_S = 3.0
CONNACK, PUBLISH, PUBACK, SUBACK = 2, 3, 4, 9


@dataclass(frozen=True, slots=True)
class Packet:
    """What the broker sent: the packet's type, its flags, everything after the length."""

    kind: int
    flags: int
    body: bytes


def text(value: bytes | str) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack("!H", len(raw)) + raw


def packet(head: int, body: bytes) -> bytes:
    length, encoded = len(body), bytearray()
    while True:
        length, digit = divmod(length, 128)
        encoded.append(digit | (128 if length else 0))
        if not length:
            return bytes([head]) + bytes(encoded) + body


@dataclass
class Intruder:
    """One connection, from `source` (an address of this machine, by which the broker's log knows it again)."""

    address: BrokerAddress
    source: str
    five: bool = False
    _sock: socket.socket | ssl.SSLSocket | None = None
    _buffer: bytes = b""
    _mid: int = 0
    heard: list[Packet] = field(default_factory=list)

    def dial(self, context: ssl.SSLContext | None) -> bool:
        """TCP and, with a context, TLS. False where it was refused; in TLS 1.3 a refusal may come only later."""
        plain = socket.create_connection(self.address, timeout=_TIMEOUT_S, source_address=(self.source, 0))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = plain
        if context is None:
            return True
        try:
            self._sock = context.wrap_socket(plain, server_hostname=self.address.host)
        except OSError:
            plain.close()
            self._sock = None
            return False
        return True

    def connect(
        self,
        client_id: bytes | str,
        *,
        will: tuple[str, bytes] | None = None,
        will_delay_s: int = 0,
        username: str | None = None,
        password: bytes | None = None,
    ) -> bool:
        """CONNECT with a clean session; whether the broker accepted."""
        flags = 0x02 | (0x2C if will else 0) | (0x80 if username is not None else 0) | (0x40 if password else 0)
        body = text("MQTT") + bytes([5 if self.five else 4, flags]) + struct.pack("!H", 60)
        body += b"\0" if self.five else b""
        body += text(client_id)
        if will:
            if self.five:
                body += b"\x05\x18" + struct.pack("!I", will_delay_s) if will_delay_s else b"\0"
            body += text(will[0]) + text(will[1])
        body += text(username) if username is not None else b""
        body += text(password) if password else b""
        self.send(packet(0x10, body))
        answer = self.wait_for(CONNACK)
        return answer is not None and len(answer.body) >= 2 and answer.body[1] == 0

    def publish(
        self, topic: bytes | str, payload: bytes, *, qos: int = 1, retain: bool = False, properties: bytes = b""
    ) -> None:
        """Send, and wait until it is answered or the connection is gone."""
        self._mid += 1
        body = text(topic) + (struct.pack("!H", self._mid) if qos else b"")
        body += (bytes([len(properties)]) + properties) if self.five else b""
        self.send(packet(0x30 | qos << 1 | int(retain), body + payload))
        if qos == 1:
            self.wait_for(PUBACK)
        elif qos == 2:
            self.wait_for(5)  # PUBREC
            self.send(packet(0x62, struct.pack("!H", self._mid)))
            self.wait_for(7)  # PUBCOMP

    def subscribe(self, *filters: str) -> None:
        self._mid += 1
        body = struct.pack("!H", self._mid) + (b"\0" if self.five else b"")
        body += b"".join(text(one) + b"\x01" for one in filters)
        self.send(packet(0x82, body))
        self.wait_for(SUBACK)

    def send(self, raw: bytes) -> None:
        """A connection that is gone swallows it."""
        if self._sock is not None:
            with contextlib.suppress(OSError):
                self._sock.sendall(raw)

    def wait_for(self, kind: int) -> Packet | None:
        """The next packet of this kind; None where the connection ends or nothing comes. Publishes go to `heard`."""
        while (got := self._next()) is not None:
            if got.kind == kind:
                return got
            self.heard.append(got)
        return None

    def listen(self, seconds: float) -> Sequence[Packet]:
        """Everything heard until now and within the next `seconds`."""
        if self._sock is not None:
            self._sock.settimeout(seconds)
            while (got := self._next()) is not None:
                self.heard.append(got)
        return [one for one in self.heard if one.kind == PUBLISH]

    def vanish(self) -> None:
        """Without DISCONNECT, so that a will is sent."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def _next(self) -> Packet | None:
        while self._sock is not None:
            got = self._cut()
            if got is not None:
                return got
            try:
                more = self._sock.recv(65_536)
            except OSError:
                return None
            if not more:
                return None
            self._buffer += more
        return None

    def _cut(self) -> Packet | None:
        """One packet off the buffer, where there is a whole one."""
        length = shift = 0
        for at, digit in enumerate(self._buffer[1:5], start=2):
            length |= (digit & 127) << shift
            shift += 7
            if not digit & 128:
                if len(self._buffer) < at + length:
                    return None
                head, body = self._buffer[0], self._buffer[at : at + length]
                self._buffer = self._buffer[at + length :]
                return Packet(head >> 4, head & 15, body)
        return None


def context(trust: Path, own: Tls | None) -> ssl.SSLContext:
    """Trusts the city, shows whatever it is given."""
    made = ssl.create_default_context(cafile=str(trust))
    if own is not None:
        made.load_cert_chain(str(own.cert_file), str(own.key_file))
    return made


def old_context(trust: Path, own: Tls) -> ssl.SSLContext:
    """Speaks TLS 1.1 at most."""
    made = context(trust, own)
    made.set_ciphers("DEFAULT@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python's own word on what this is for
        made.minimum_version = ssl.TLSVersion.TLSv1
        made.maximum_version = ssl.TLSVersion.TLSv1_1
    return made
