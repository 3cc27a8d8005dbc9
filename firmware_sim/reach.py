"""A node's reach: its real link, and what may befall it on the way: a cut uplink, a hung process, an echo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from broker.ports import BrokerAddress, Disconnected, Link, LinkEvent, Will

ECHO_TOKEN = 0  # an agent's own tokens begin at 1, so that nobody waits for an echo's PUBACK


class _Said(NamedTuple):
    token: int
    topic: str
    payload: bytes
    qos: int
    retain: bool


class Reach:
    """`broker.ports.Link` in a city where things break. `echoed` is the topic whose messages `echo` sends twice."""

    def __init__(self, link: Link, echoed: str) -> None:
        self._link = link
        self._echoed = echoed
        self._up = True
        self._hung = False
        self._in_use = False
        self._unsaid: list[_Said] = []
        self._own: list[LinkEvent] = []
        self.echo = False

    # ------------------------------------------------------------ the story's hand

    def set_uplink(self, *, up: bool) -> None:
        """Cut the uplink or mend it. A connection through a cut uplink is lost at once, without a word."""
        if self._up and not up and self._in_use:
            self._link.close(graceful=False)
            self._in_use = False
            self._own.append(Disconnected("the uplink is down"))
        self._up = up

    def set_hung(self, *, hung: bool) -> None:
        """Stand still with the socket open, or go on: what was meant to be said meanwhile is said then."""
        if self._hung and not hung:
            unsaid, self._unsaid = self._unsaid, []
            for said in unsaid:
                self._link.publish(said.token, said.topic, said.payload, qos=said.qos, retain=said.retain)
        self._hung = hung

    def die(self) -> None:
        """The process is gone and its socket with it; nothing of it is heard again."""
        self._link.close(graceful=False)
        self._link.events()
        self._in_use = False
        self._hung = False
        self._unsaid.clear()
        self._own.clear()

    # ------------------------------------------------------------ broker.ports.Link

    def open(self, address: BrokerAddress, will: Will) -> None:
        if not self._up:
            self._own.append(Disconnected("the uplink is down"))
            return
        self._in_use = True
        self._link.open(address, will)

    def publish(self, token: int, topic: str, payload: bytes, *, qos: int, retain: bool) -> bool:
        if self._hung:
            self._unsaid.append(_Said(token, topic, payload, qos, retain))
            return True
        taken = self._link.publish(token, topic, payload, qos=qos, retain=retain)
        if taken and self.echo and topic == self._echoed:
            self._link.publish(ECHO_TOKEN, topic, payload, qos=qos, retain=retain)
        return taken

    def subscribe(self, topic: str) -> None:
        self._link.subscribe(topic)

    def close(self, *, graceful: bool) -> None:
        self._in_use = False
        self._link.close(graceful=graceful and not self._hung)

    def fileno(self) -> int | None:
        return None if self._hung else self._link.fileno()

    def wants_write(self) -> bool:
        return not self._hung and self._link.wants_write()

    def readable(self) -> None:
        self._link.readable()

    def writable(self) -> None:
        self._link.writable()

    def housekeep(self, mono_us: int) -> None:
        if not self._hung:
            self._link.housekeep(mono_us)

    def events(self) -> Sequence[LinkEvent]:
        if self._hung:
            return ()
        happened = [*self._link.events(), *self._own]
        self._own.clear()
        if any(isinstance(event, Disconnected) for event in happened):
            self._in_use = False
        return happened
