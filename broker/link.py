"""A node's connection: paho without its threads, queues and reconnects, driven by the owner's selector.

The node owns its readings, so nothing may wait in here: a publish without a connection is refused, and every attempt
starts with a fresh client, so that nothing of an earlier connection is ever sent on a later one.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from broker import tls as tls_files
from broker.dial import Dial, hang_up
from broker.ports import (
    BrokerAddress,
    Connected,
    Disconnected,
    LinkEvent,
    Published,
    Received,
    Tls,
    Will,
)
from contract.clock import SECOND_US

_PACKETS_A_TURN = 64
_DIALS_AT_ONCE = 2


class PahoLink:
    """`broker.ports.Link` over MQTT 3.1.1 with a clean session.

    `connect_timeout_s` bounds TCP with TLS, and again the broker's answer to CONNECT.
    """

    def __init__(
        self,
        client_id: str,
        *,
        keepalive_s: int = 60,
        tls: Tls | None = None,
        connect_timeout_s: float = 5.0,
        knows_the_time: Callable[[], bool] = lambda: True,
    ) -> None:
        """`knows_the_time` says before each connection whether this machine can judge a certificate's dates."""
        self._client_id = client_id
        self._keepalive_s = keepalive_s
        self._identity = tls_files.Identity(tls) if tls is not None else None
        self._knows_the_time = knows_the_time
        self._connect_timeout_us = round(connect_timeout_s * SECOND_US)
        self._dial: Dial | None = None
        self._late: list[Dial] = []
        self._client: Client | None = None
        self._accepted = False
        self._deadline_us: int | None = None
        self._why = ""
        self._tokens: dict[int, int] = {}
        self._events: list[LinkEvent] = []

    def open(self, address: BrokerAddress, will: Will | None) -> None:
        """Begin to connect, forgetting any connection there was. A node has a will; who has none just ends."""
        self._forget()
        self._late = [dial for dial in self._late if dial.alive]
        if len(self._late) >= _DIALS_AT_ONCE:
            # A resolver that hangs for minutes must not collect a thread per attempt.
            self._events.append(Disconnected(f"{address.host}:{address.port}: earlier attempts have not ended yet"))
            return
        self._dial = Dial(self._new_client(will), address, self._keepalive_s)

    def publish(self, token: int, topic: str, payload: bytes, *, qos: int, retain: bool) -> bool:
        client = self._client
        if client is None or not self._accepted:
            return False
        info = self._guarded(client, lambda: client.publish(topic, payload, qos=qos, retain=retain))
        if info is None or info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS or self._client is not client:
            return False
        if qos:
            self._tokens[info.mid] = token
        return True

    def subscribe(self, topic: str) -> None:
        client = self._client
        if client is not None and self._accepted:
            self._guarded(client, lambda: client.subscribe(topic, qos=0))

    def close(self, *, graceful: bool) -> None:
        client, accepted = self._client, self._accepted
        self._client = None  # whoever closes knows; no event follows
        if client is not None:
            if graceful and accepted:
                self._guarded(client, client.disconnect)
            hang_up(client)
        self._forget()

    def fileno(self) -> int | None:
        self._adopt()
        sock = self._client.socket() if self._client is not None else None
        if sock is None:
            return None
        number = sock.fileno()
        return number if number >= 0 else None

    def wants_write(self) -> bool:
        return self._client is not None and self._client.want_write()

    def readable(self) -> None:
        for _ in range(_PACKETS_A_TURN):
            client = self._client
            if client is None:
                return
            self._guarded(client, client.loop_read)
            sock = client.socket()
            # Bytes that TLS has already taken off the socket wake no selector.
            if not isinstance(sock, ssl.SSLSocket) or not sock.pending():
                return

    def writable(self) -> None:
        client = self._client
        if client is not None and client.want_write():
            self._guarded(client, client.loop_write)

    def housekeep(self, mono_us: int) -> None:
        self._adopt()
        if self._dial is None and (self._client is None or self._accepted):
            self._deadline_us = None
        elif self._deadline_us is None:
            self._deadline_us = mono_us + self._connect_timeout_us
        elif mono_us > self._deadline_us:
            self._forget()
            self._events.append(Disconnected("the broker did not answer in time"))
            return
        client = self._client
        if client is not None:
            self._guarded(client, client.loop_misc)

    def events(self) -> Sequence[LinkEvent]:
        self._adopt()
        happened, self._events = self._events, []
        return happened

    def _new_client(self, will: Will | None) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            clean_session=True,
            reconnect_on_failure=False,
        )
        client.max_inflight_messages_set(0)  # the agent bounds what is unacknowledged; paho must not queue beside it
        client.connect_timeout = self._connect_timeout_us / SECOND_US
        if will is not None:
            client.will_set(will.topic, will.payload, qos=1, retain=True)
        if self._identity is not None:
            client.tls_set_context(self._identity.context(knows_the_time=self._knows_the_time()))
        return client

    def _adopt(self) -> None:
        """Take over what the dialling thread has made."""
        dial = self._dial
        if dial is None or not dial.finished:
            return
        self._dial = None
        self._deadline_us = None
        if dial.error:
            self._events.append(Disconnected(dial.error))
            return
        client = dial.client
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        self._client = client

    def _forget(self) -> None:
        """No connection and no attempt; of neither will anything be heard again."""
        if self._dial is not None:
            self._dial.give_up()
            self._late.append(self._dial)
        if self._client is not None:
            hang_up(self._client)
        self._dial = None
        self._client = None
        self._accepted = False
        self._deadline_us = None
        self._why = ""
        self._tokens.clear()

    def _guarded(self, client: Client, call: Callable[[], Any]) -> Any:
        """Run a call into paho; a packet that breaks it ends this connection and nothing else."""
        try:
            return call()
        except Exception as error:  # noqa: BLE001  paho raises whatever a broken packet provokes in its parser
            if client is self._client:
                self._forget()
                self._events.append(Disconnected(f"the connection broke: {type(error).__name__}: {error}"))
            return None

    def _on_connect(
        self, client: Client, _: Any, flags: ConnectFlags, reason: ReasonCode, __: Properties | None
    ) -> None:
        if client is not self._client:
            return
        if reason.is_failure:
            self._why = f"the broker refused us: {reason}"
            return
        self._accepted = True
        self._events.append(Connected(flags.session_present))

    def _on_disconnect(
        self, client: Client, _: Any, __: DisconnectFlags, reason: ReasonCode, ___: Properties | None
    ) -> None:
        if client is not self._client:
            return
        why = self._why or f"the connection ended: {reason}"
        self._client = None
        self._accepted = False
        self._why = ""
        self._tokens.clear()
        self._events.append(Disconnected(why))

    def _on_publish(self, client: Client, _: Any, mid: int, __: ReasonCode, ___: Properties) -> None:
        token = self._tokens.pop(mid, None) if client is self._client else None
        if token is not None:
            self._events.append(Published(token))

    def _on_message(self, client: Client, _: Any, message: MQTTMessage) -> None:
        if client is not self._client:
            return
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return  # a topic that is not text is none of ours
        self._events.append(Received(topic, bytes(message.payload)))
