"""One attempt to reach a broker, in a short-lived thread: name look-up, TCP, TLS and the sending of CONNECT.

All of these can block for seconds, and an agent may not. The client belongs to the thread until `finished`, then to
whoever polls; an attempt given up closes its own socket when it comes back too late.
"""

from __future__ import annotations

import contextlib
import threading

from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode

from broker.ports import BrokerAddress


def ping_s(keepalive_s: int) -> int:
    """What to tell paho so that a connection that has died without a word is given up within 1.5 times `keepalive_s`,
    as MQTT asks of brokers: paho waits one keep-alive before it pings and another one for the answer, and each time up
    to a second more until somebody lets it look."""
    return max(1, keepalive_s * 3 // 4 - 1)


def hang_up(client: Client) -> None:
    """Drop the socket without DISCONNECT, so that the will is sent."""
    sock = client.socket()
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.close()  # type: ignore[no-untyped-call, unused-ignore]


class _GivenUpError(OSError):
    """Nobody wants this attempt any more."""


class Dial:
    """One attempt. `error` is a sentence, empty where CONNECT is on its way."""

    def __init__(self, client: Client, address: BrokerAddress, keepalive_s: int) -> None:
        self.client = client
        self.address = address
        self.error = ""
        self._keepalive_s = keepalive_s
        self._lock = threading.Lock()
        self._given_up = False
        self._ended = False
        # Between TCP and CONNECT: a late CONNECT of the same name would throw a newer connection out.
        client.on_socket_open = self._reached
        self._thread = threading.Thread(target=self._run, name=f"dial {address.host}:{address.port}", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread still runs."""
        return self._thread.is_alive()

    @property
    def finished(self) -> bool:
        """Whether the client is the caller's now."""
        return self._ended

    def give_up(self) -> None:
        """Whatever comes of it, close it."""
        with self._lock:
            self._given_up = True
            if self._ended:
                hang_up(self.client)

    def _reached(self, *_: object) -> None:
        if self._given_up:
            raise _GivenUpError("given up")

    def _run(self) -> None:
        host, port = self.address
        try:
            code = self.client.connect(host, port, ping_s(self._keepalive_s))
            self.error = "" if code == MQTTErrorCode.MQTT_ERR_SUCCESS else str(code)
        except (OSError, ValueError, UnicodeError) as error:  # ValueError: a host name that cannot be one
            self.error = f"{host}:{port}: {error}"
        with self._lock:
            self._ended = True
            self.client.on_socket_open = None
            if self._given_up or self.error:
                hang_up(self.client)
