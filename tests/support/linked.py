"""A node at the other end of a Link, driven by a selector as an agent drives it."""

from __future__ import annotations

import select
from collections.abc import Callable
from typing import Any, TypeVar

from broker.ports import BrokerAddress, Connected, Disconnected, Link, LinkEvent, Published, Received, Will
from contract import topics
from contract.clock import SECOND_US, SystemClock

E = TypeVar("E", Connected, Disconnected, Published, Received)
CITY = "kota"


def will_of(node: str) -> Will:
    return Will(topics.status(CITY, node), b'{"will":true}')


class Linked:
    """A link and everything it has said. `spin` runs it until something is true."""

    def __init__(self, link: Link, step: Callable[[], None] = lambda: None) -> None:
        self.link = link
        self.events: list[LinkEvent] = []
        self._step = step
        self._clock = SystemClock()

    def open(self, address: BrokerAddress, will: Will) -> Linked:
        """Connect, and be connected."""
        before = len(self.all(Connected))
        self.link.open(address, will)
        assert self.spin(lambda: len(self.all(Connected)) > before), self.events
        return self

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def spin(self, until: Callable[[], Any], timeout_s: float = 10.0) -> bool:
        """Whether it came true in time."""
        end_us = self._clock.mono_us() + round(timeout_s * SECOND_US)
        while not until():
            now_us = self._clock.mono_us()
            if now_us > end_us:
                return False
            self._once(now_us)
        return True

    def run_for(self, seconds: float) -> None:
        """Let it run, to see that something does not happen."""
        self.spin(lambda: False, seconds)

    def close(self) -> None:
        """Vanish, without a word to the broker."""
        self.link.close(graceful=False)

    def _once(self, now_us: int) -> None:
        self._step()
        self.link.housekeep(now_us)
        number = self.link.fileno()
        waits = [number] if number is not None else []
        readable, writable, _ = select.select(waits, waits if self.link.wants_write() else [], [], 0.005)
        if readable:
            self.link.readable()
        if writable:
            self.link.writable()
        self.events.extend(self.link.events())
