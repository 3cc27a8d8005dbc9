"""What edge/, ingest/ and alerts/ see of MQTT.

A `Link` is a node's connection: never blocks, driven by its owner's selector, so that one loop can carry one node or
ten thousand. A `Subscription` is a service's: a persistent session whose messages are acknowledged by hand after the
work is durable, behind a bounded queue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Tls:
    """Mutual TLS: the city's CA, and this party's own certificate and key."""

    ca_file: Path
    cert_file: Path
    key_file: Path


class BrokerAddress(NamedTuple):
    """Where a broker listens."""

    host: str
    port: int


class Will(NamedTuple):
    """What the broker says when this party is gone without a word. Retained, QoS 1."""

    topic: str
    payload: bytes


class Connected(NamedTuple):
    """The broker accepted us. `session_present`: it kept our subscriptions."""

    session_present: bool


class Disconnected(NamedTuple):
    """The connection ended or never came about; `reason` is a sentence for people."""

    reason: str


class Published(NamedTuple):
    """PUBACK for a publish with this token. Flow control, never a promise."""

    token: int


class Received(NamedTuple):
    """A message for us."""

    topic: str
    payload: bytes


LinkEvent = Connected | Disconnected | Published | Received


class Link(Protocol):
    """One node's connection to one broker at a time. No method blocks; nothing is queued while disconnected."""

    def open(self, address: BrokerAddress, will: Will) -> None:
        """Begin to connect. Connected or Disconnected follows as an event."""

    def publish(self, token: int, topic: str, payload: bytes, *, qos: int, retain: bool) -> bool:
        """Hand a message to the connection. False where there is none (nothing is kept)."""

    def subscribe(self, topic: str) -> None:
        """QoS 0: what comes down is an answer or a wish, and is said again. (More would cost the embedded broker a
        consumer of its own for each node.)"""

    def close(self, *, graceful: bool) -> None:
        """Graceful: DISCONNECT, so that the will is not sent. Otherwise the socket is dropped and the will is."""

    def fileno(self) -> int | None:
        """The socket to select on, None while there is none (also while TCP connects)."""

    def wants_write(self) -> bool: ...

    def readable(self) -> None:
        """Call when the socket has something."""

    def writable(self) -> None:
        """Call when the socket takes something and `wants_write`."""

    def housekeep(self, mono_us: int) -> None:
        """Call at least once a second: keep-alive, time-outs, the end of a TCP connect."""

    def events(self) -> Sequence[LinkEvent]:
        """What happened since the last call, in order."""


class Incoming(NamedTuple):
    """A message as a service takes it. `token` is what `done` wants back."""

    topic: str
    payload: bytes
    retain: bool
    duplicate: bool
    token: int


class Subscription(Protocol):
    """A service's reader. It connects, re-connects with jitter and re-subscribes by itself."""

    @property
    def connected(self) -> bool: ...

    def take(self, limit: int, timeout_s: float) -> Sequence[Incoming]:
        """Up to `limit` messages; waits at most `timeout_s` for the first. Order is the broker's."""

    def done(self, messages: Sequence[Incoming]) -> None:
        """Acknowledge to the broker. Tokens of an earlier connection are ignored: the broker sends those again."""

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> bool:
        """False where there is no connection."""

    def close(self) -> None: ...
