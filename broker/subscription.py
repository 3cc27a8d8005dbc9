"""A service's reader: a persistent session, messages acknowledged by hand, a bounded hand-off queue.

One thread of its own holds paho and its socket; the consumer's thread only touches the queues between them. When the
hand-off queue is full the socket is left unread, and TCP holds the broker back; it is pinged all the same, and what
nobody has read is not taken for silence. The broker's own in-flight window is not trusted for that: Mosquitto before
2.0.13 releases a whole new window for every acknowledgement.
"""

from __future__ import annotations

import random
import select
import socket
import ssl
import threading
from collections import deque
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from broker import tls as tls_files
from broker.dial import hang_up, ping_s
from broker.heartbeat import Heartbeat
from broker.ports import BrokerAddress, Incoming, Tls
from contract import topics as addresses_of
from contract.clock import SECOND_US, Clock

Protocol = Literal["3.1.1", "5"]

_MIDS = 1 << 16
_PACKETS_A_TURN = 256
_TURN_S = 0.5
SESSION_S = 3_600
"""Long enough for a restart or an upgrade. Nodes send again what nobody answers, so that a longer one would only pile
up the same readings at the broker, again and again."""

log = structlog.get_logger(__name__)


class _Publish(NamedTuple):
    topic: str
    payload: bytes
    qos: int
    retain: bool


def service_topics(city: str, share: str = "") -> tuple[tuple[str, int], ...]:
    """What ingest and alerts read of a city, with the QoS asked for.

    `share` names a group of copies (MQTT 5) that divide the readings among them. Births and deaths go to each of them:
    a broker gives nobody of a group what is retained, and what one copy took with it into its end nobody sends again.
    """
    before = f"$share/{share}/" if share else ""
    return (
        (addresses_of.every_node(city, "birth"), 1),
        (addresses_of.every_node(city, "status"), 1),
        (before + addresses_of.every_node(city, "readings"), 1),
    )


def alert_topics(city: str, *, sirens: bool = False) -> tuple[tuple[str, int], ...]:
    """What alerts reads: the same, and its own canary, by the same quality of service; also what became of its orders
    where `sirens` hang on nodes."""
    answers = ((addresses_of.every_siren_answer(city), 1),) if sirens else ()
    return (*service_topics(city), (addresses_of.canary(city), 1), *answers)


class PahoSubscription:
    """`broker.ports.Subscription`. It starts to connect at once and goes on until `close`.

    `window` is how many unacknowledged messages an MQTT 5 broker may send (in 3.1.1 the broker decides); `queue` how
    many wait here for the consumer. `session_s` is how long an MQTT 5 broker keeps the session of one that is gone.
    Waits between attempts are drawn from `rng`, uniformly between nothing and a bound that doubles up to
    `backoff_cap_s`: no longer than a node waits for the answer to its birth, for what it says after that reaches nobody
    while no service listens.
    """

    def __init__(
        self,
        addresses: Sequence[BrokerAddress],
        client_id: str,
        topics: Sequence[tuple[str, int]],
        *,
        rng: random.Random,
        clock: Clock,
        window: int = 200,
        queue: int = 2_000,
        tls: Tls | None = None,
        protocol: Protocol = "3.1.1",
        session_s: int = SESSION_S,
        keepalive_s: int = 30,
        connect_timeout_s: float = 5.0,
        backoff_s: float = 0.5,
        backoff_cap_s: float = 3.0,
    ) -> None:
        if not addresses:
            raise ValueError("a subscription needs the address of a broker")
        self._addresses = tuple(addresses)
        self._client_id = client_id
        self._filters = tuple(topics)
        self._rng = rng
        self._clock = clock
        self._window = window
        self._session_s = session_s
        self._limit = queue
        self._identity = tls_files.Identity(tls) if tls is not None else None
        if self._identity is not None:
            self._identity.context()  # a wrong file is said to whoever starts us, and not again and again to nobody
        self._protocol: Protocol = protocol
        self._keepalive_s = keepalive_s
        self._connect_timeout_s = connect_timeout_s
        self._backoff_s = backoff_s
        self._backoff_cap_s = backoff_cap_s

        # Shared with the consumer's thread, under `_ready`.
        self._ready = threading.Condition()
        self._waiting: deque[Incoming] = deque()
        self._outbox: deque[_Publish | int] = deque()
        self._accepted = False
        self._granted = False
        self._generation = 0
        self._closing = False

        # The thread's own.
        self._client: Client | None = None
        self._unacknowledged: set[int] = set()
        self._attempt = 0
        self._retry_us: int | None = None
        self._complained = ""
        self._why = ""
        self._paused = False
        self._heartbeat = Heartbeat(ping_s(keepalive_s), 0)

        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._thread = threading.Thread(target=self._run, name=f"subscription {client_id}", daemon=True)
        self._thread.start()

    @property
    def connected(self) -> bool:
        """Accepted by the broker, and every subscription granted."""
        return self._granted and not self._closing

    def take(self, limit: int, timeout_s: float) -> Sequence[Incoming]:
        with self._ready:
            if not self._waiting and not self._closing:
                self._ready.wait_for(lambda: self._waiting or self._closing, timeout_s)
            taken = [self._waiting.popleft() for _ in range(min(limit, len(self._waiting)))]
            paused = self._paused
        if taken and paused:
            self._wake()
        return taken

    def done(self, messages: Sequence[Incoming]) -> None:
        with self._ready:
            self._outbox.extend(message.token for message in messages if message.token)
        self._wake()

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> bool:
        with self._ready:
            if not self._accepted:
                return False
            self._outbox.append(_Publish(topic, payload, qos, retain))
        self._wake()
        return True

    def close(self) -> None:
        """Send what is decided, say goodbye and end the thread. The session stays with the broker."""
        with self._ready:
            self._closing = True
            self._ready.notify_all()
        self._wake()
        self._thread.join(self._connect_timeout_s + 1.0)
        self._wake_in.close()
        self._wake_out.close()

    # ---------------------------------------------------------------- the thread

    def _run(self) -> None:
        while not self._closing:
            try:
                self._connect()
                self._serve()
            except Exception as error:  # noqa: BLE001  a process loop: whatever a broken packet provokes in paho
                self._why = f"{type(error).__name__}: {error}"
            if not self._closing:
                self._lost()
                self._pause()
        self._part()

    def _connect(self) -> None:
        """One attempt; leaves `_client` None and `_why` set where it failed."""
        host, port = self._addresses[self._attempt % len(self._addresses)]
        client = self._new_client()
        self._unacknowledged.clear()
        with self._ready:
            self._generation += 1
            self._outbox.clear()  # acknowledgements of an earlier connection mean nothing on this one
        try:
            code = self._say_connect(client, host, port)
        except (OSError, ValueError) as error:  # ValueError: a host name that cannot be one
            self._why = f"{host}:{port}: {error}"
            hang_up(client)
            return
        if code == MQTTErrorCode.MQTT_ERR_SUCCESS:
            self._client = client
        else:
            self._why = f"{host}:{port}: {code}"

    def _say_connect(self, client: Client, host: str, port: int) -> MQTTErrorCode:
        if self._protocol == "3.1.1":
            return client.connect(host, port, ping_s(self._keepalive_s))
        wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        wishes.SessionExpiryInterval = self._session_s
        wishes.ReceiveMaximum = min(self._window, 65_535)
        # paho's own default would wipe the stored session at every start of this process.
        return client.connect(host, port, ping_s(self._keepalive_s), clean_start=False, properties=wishes)

    def _new_client(self) -> Client:
        five = self._protocol == "5"
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            clean_session=None if five else False,
            protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.max_inflight_messages_set(0)
        client.connect_timeout = self._connect_timeout_s
        if self._identity is not None:
            client.tls_set_context(self._identity.context())
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    def _serve(self) -> None:
        """Until the connection ends or we close."""
        began_us = self._clock.mono_us()
        until_us = began_us + round(self._connect_timeout_s * SECOND_US)
        self._heartbeat = Heartbeat(ping_s(self._keepalive_s), began_us)
        while not self._closing:
            client = self._client
            if client is None or not self._turn(client):
                return
            now_us = self._clock.mono_us()
            if not self._accepted and now_us > until_us:
                self._why = "the broker did not answer in time"
                return
            if self._retry_us is not None and now_us >= self._retry_us:
                self._subscribe(client)
            if self._accepted and self._heartbeat.dead(now_us):
                self._why = "the broker has fallen silent"
                return
            if self._accepted and self._heartbeat.ping_due(now_us):
                client._send_pingreq()  # paho pings by itself only where it may also judge the answer

    def _turn(self, client: Client) -> bool:
        """Wait for work and do it. False where the connection has ended."""
        self._send(client)
        sock = client.socket()
        if sock is None:
            return False
        # A new connection's first answers are read in any case: left unread, none would ever come about.
        self._paused = self._granted and len(self._waiting) >= self._limit
        reads = [self._wake_in] if self._paused else [self._wake_in, sock]
        writes = [sock] if client.want_write() else []
        readable, writable, _ = select.select(reads, writes, [], _TURN_S)
        if self._wake_in in readable:
            self._drain_wakes()
        if sock in readable:
            self._read(client)
        if self._paused or sock in readable:
            self._heartbeat.heard(self._clock.mono_us())
        if sock in writable:
            client.loop_write()
        return True

    def _read(self, client: Client) -> None:
        """Take packets while there are any and there is room for them."""
        for _ in range(_PACKETS_A_TURN):
            client.loop_read()
            sock = client.socket()
            if sock is None or len(self._waiting) >= self._limit:
                return
            # Bytes that TLS has already taken off the socket wake no selector.
            more = sock.pending() if isinstance(sock, ssl.SSLSocket) else select.select([sock], [], [], 0)[0]
            if not more:
                return

    def _send(self, client: Client) -> None:
        """Publishes and acknowledgements, in the order in which the consumer decided them."""
        with self._ready:
            sending = list(self._outbox)
            self._outbox.clear()
        for item in sending:
            if isinstance(item, _Publish):
                client.publish(item.topic, item.payload, qos=item.qos, retain=item.retain)
            elif item // _MIDS == self._generation:
                self._unacknowledged.discard(item)
                client.ack(item % _MIDS, 1)

    def _subscribe(self, client: Client) -> None:
        self._retry_us = None
        if self._protocol == "5":
            client.subscribe([(topic, SubscribeOptions(qos=qos)) for topic, qos in self._filters])
        else:
            client.subscribe(list(self._filters))

    def _lost(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            hang_up(client)
        self._retry_us = None
        with self._ready:
            self._accepted = False
            self._granted = False
        behind = " while the consumer was behind" if self._paused else ""
        self._complain((self._why or "the connection ended") + behind)
        self._why = ""
        self._paused = False

    def _complain(self, why: str) -> None:
        """Say it once until it heals."""
        if not self._complained:
            log.warning("subscription.down", client=self._client_id, why=why)
        self._complained = why

    def _pause(self) -> None:
        bound_s = min(self._backoff_cap_s, self._backoff_s * 2 ** min(self._attempt, 16))
        self._attempt += 1
        with self._ready:
            self._ready.wait_for(lambda: self._closing, self._rng.uniform(0, bound_s))

    def _part(self) -> None:
        """The last acknowledgements and a goodbye, so that the broker does not wait for us."""
        client = self._client
        if client is None:
            return
        try:
            self._send(client)
            client.disconnect()
        except Exception as error:  # noqa: BLE001  on the way out nothing is lost by a goodbye that fails
            log.debug("subscription.goodbye_failed", client=self._client_id, why=str(error))
        hang_up(client)
        self._client = None
        with self._ready:
            self._accepted = False

    def _wake(self) -> None:
        try:
            self._wake_out.send(b"\0")
        except (BlockingIOError, OSError):
            return  # a full pipe wakes as well; a closed one has nobody to wake

    def _drain_wakes(self) -> None:
        try:
            while len(self._wake_in.recv(4096)) == 4096:
                pass
        except BlockingIOError:
            return

    # ---------------------------------------------------------------- paho's callbacks, in the thread

    def _on_connect(
        self, client: Client, _: Any, flags: ConnectFlags, reason: ReasonCode, __: Properties | None
    ) -> None:
        if reason.is_failure:
            self._why = f"the broker refused us: {reason}"
            return
        with self._ready:
            self._accepted = True
        log.debug("subscription.accepted", client=self._client_id, session=flags.session_present)
        self._subscribe(client)

    def _on_disconnect(
        self, client: Client, _: Any, __: DisconnectFlags, reason: ReasonCode, ___: Properties | None
    ) -> None:
        if client is self._client:
            self._client = None
            self._why = self._why or f"the connection ended: {reason}"

    def _on_subscribe(
        self, _: Client, __: Any, ___: int, reasons: Sequence[ReasonCode], ____: Properties | None
    ) -> None:
        refused = [topic for (topic, _qos), reason in zip(self._filters, reasons, strict=False) if reason.is_failure]
        if refused:
            self._complain(f"the broker refuses the subscription to {', '.join(refused)}")
            wait_s = self._rng.uniform(self._backoff_s, self._backoff_cap_s)
            self._retry_us = self._clock.mono_us() + round(wait_s * SECOND_US)
            return
        if self._complained:
            log.info("subscription.up", client=self._client_id, after=self._complained)
        self._complained = ""
        self._attempt = 0
        with self._ready:
            self._granted = True

    def _on_message(self, client: Client, _: Any, message: MQTTMessage) -> None:
        token = self._generation * _MIDS + message.mid if message.qos else 0
        try:
            topic = message.topic
        except UnicodeDecodeError:
            client.ack(message.mid, message.qos)  # a topic that is not text is none of ours
            return
        if token and token in self._unacknowledged:
            return  # sent again while the consumer still holds it
        if token:
            self._unacknowledged.add(token)
        with self._ready:
            self._waiting.append(Incoming(topic, bytes(message.payload), message.retain, message.dup, token))
            self._ready.notify()
