"""Follows the broker's log, keeps what it says of intruders, and ends the sessions of revoked parties."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import structlog

from contract.clock import MINUTE_US, Clock
from contract.errors import PortError, Rejected
from fleet.brokerlog import BrokerLog
from fleet.evict import Evictions
from fleet.follow import FollowedLog
from store.people import SecurityEvent

log = structlog.get_logger(__name__)

_TURN_S = 0.25
_WAITING = 5_000
"""Different events that wait for a database that is away; each is counted, however often it happens."""

_VARIETY = 50
"""Different details of one kind, name and address within a minute; what is more is one event with a count."""

Key = tuple[str, str, str, str, int]


class Watch:
    """One broker's. `note` keeps events and raises PortError; what it could not keep is tried again."""

    def __init__(
        self,
        *,
        followed: FollowedLog,
        judged: BrokerLog,
        evictions: Evictions,
        note: Callable[[Sequence[SecurityEvent]], None],
        clock: Clock,
    ) -> None:
        self._followed = followed
        self._judged = judged
        self._evictions = evictions
        self._note = note
        self._clock = clock
        self._waiting: dict[Key, SecurityEvent] = {}
        self._failing = False
        self._loops = 0
        self._lines = 0
        self._events = 0
        self._left_out = 0
        self._variety: Counter[Key] = Counter()
        self._minute = 0

    def run(self, stop: threading.Event) -> None:
        """Until `stop`; nothing that can be kept is left behind."""
        try:
            while not stop.is_set():
                if not self.turn():
                    stop.wait(_TURN_S)
            self.turn()
        finally:
            self._evictions.close()
            self._followed.close()

    def turn(self) -> int:
        """Read what is new, keep it, give the log's space back. Returns how many lines there were."""
        self._loops += 1
        lines = self._followed.lines()
        for line in lines:
            for event in self._judged.read(line):
                self._add(event)
        self._lines += len(lines)
        # Freed only once its events are kept: after a fault they are read again, and better counted twice than lost.
        if self._keep():
            self._followed.done()
        self._evictions.step(self._judged.reloads, self._clock.mono_us())
        return len(lines)

    def facts(self) -> dict[str, Any]:
        """The counters; `loops` stands still where the process hangs."""
        return {
            "loops": self._loops,
            "lines": self._lines,
            "events": self._events,
            "left_out": self._left_out,
            "failing": self._failing,
        }

    def _add(self, event: SecurityEvent) -> None:
        """Equal ones of one minute are one with a count."""
        self._events += 1
        event = self._plain(event)
        key = _key(event)
        before = self._waiting.get(key)
        if before is not None:
            self._waiting[key] = replace(before, count=before.count + 1)
        elif len(self._waiting) < _WAITING:
            self._waiting[key] = event
            log.warning(
                "security.event", what=event.what, claimed=event.claimed, address=event.address, detail=event.detail
            )
        else:
            self._left_out += 1

    def _plain(self, event: SecurityEvent) -> SecurityEvent:
        """The event, or one that says less where its source says ever new things: made-up topics must not take the room
        in which what others do is written down."""
        minute = event.at_us // MINUTE_US
        if minute != self._minute:
            self._minute = minute
            self._variety.clear()
        if _key(event) in self._waiting:
            return event
        source = _key(replace(event, detail=""))
        if self._variety[source] >= _VARIETY:
            return replace(event, detail="and more of this kind")
        self._variety[source] += 1
        return event

    def _keep(self) -> bool:
        if not self._waiting:
            return True
        try:
            self._note(list(self._waiting.values()))
        except Rejected as error:
            log.error("watch.refused", why=str(error), events=len(self._waiting))
        except PortError as error:
            if not self._failing:
                log.warning("watch.waiting", why=str(error), events=len(self._waiting))
            self._failing = True
            return False
        if self._failing:
            log.info("watch.healed")
        self._failing = False
        self._waiting.clear()
        return True


def _key(event: SecurityEvent) -> Key:
    return event.what, event.claimed, event.address, event.detail, event.at_us // MINUTE_US
