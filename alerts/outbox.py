"""The delivery of what has been decided: at least once, in order within an event, never late as if it were news.

It runs in a thread of its own, so that a slow desk never delays judgement. Every row has a key that makes saying it
twice harmless.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from typing import Any

import structlog

from complaints.desk import Desk, Note, Report, report_to_body
from contract.clock import SECOND_US, Clock
from contract.errors import Rejected, Unavailable
from store.ports import CityStore, Outgoing

DESK = "desk"
_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 300.0

log = structlog.get_logger(__name__)


def filing(report: Report, now_us: int) -> Outgoing:
    """The row that files an event."""
    return Outgoing(
        key=f"{DESK}/{report.event}/file",
        city=report.city,
        channel=DESK,
        event=report.event,
        body={"do": "file", **report_to_body(report)},
        created_us=now_us,
    )


def noting(note: Note, city: str, now_us: int) -> Outgoing:
    """The row that adds a line to an event's case."""
    body = {"do": "note", "key": note.key, "at_us": note.at_us, "text": dict(note.text), "state": note.state}
    return Outgoing(key=f"{DESK}/{note.key}", city=city, channel=DESK, event=note.event, body=body, created_us=now_us)


class Outbox:
    """Delivers one city's rows. `rng` spreads what is tried again."""

    def __init__(
        self,
        city: str,
        cities: CityStore,
        desk: Desk,
        clock: Clock,
        rng: random.Random,
        *,
        first_wait_s: float = _FIRST_WAIT_S,
        longest_wait_s: float = _LONGEST_WAIT_S,
    ) -> None:
        self._city = city
        self._cities = cities
        self._desk = desk
        self._clock = clock
        self._rng = rng
        self._first_wait_s = first_wait_s
        self._longest_wait_s = longest_wait_s
        self._wake = threading.Event()
        self._away = False
        self._failing: set[str] = set()

    def wake(self) -> None:
        """Something new is to be said."""
        self._wake.set()

    def run(self, stop: threading.Event, leading: threading.Event, *, pause_s: float = 0.5) -> None:
        """Deliver until `stop`, and only while `leading` is set: one deliverer a city."""
        while not stop.is_set():
            self._wake.wait(pause_s)
            self._wake.clear()
            while leading.is_set() and not stop.is_set() and self.turn():
                pass

    def turn(self) -> int:
        """Try what is due once. Returns how many rows were settled (delivered or given up)."""
        try:
            due = self._cities.due(self._city, self._clock.now_us())
        except Unavailable as error:
            self._say_away(str(error))
            return 0
        self._say_back()
        return sum(self._deliver(row) for row in due)

    def _deliver(self, row: Outgoing) -> bool:
        now_us = self._clock.now_us()
        try:
            if row.expires_us is not None and now_us >= row.expires_us:
                self._abandon(row, now_us, "expired before it could be said")
            else:
                self._attempt(row, now_us)
        except Unavailable as error:
            # The store, not the desk: the row stays as it is and is due again.
            self._say_away(str(error))
            return False
        return row.key not in self._failing

    def _attempt(self, row: Outgoing, now_us: int) -> None:
        try:
            receipt = say(self._desk, row.channel, row.event, row.body, now_us)
        except Unavailable as error:
            wait_s = self._wait_s(row.attempts, error.retry_after_s)
            self._cities.postponed(row.id, now_us + round(wait_s * SECOND_US), str(error))
            if row.key not in self._failing:
                self._failing.add(row.key)
                log.warning("outbox.postponed", key=row.key, error=str(error), again_in_s=round(wait_s, 1))
        except Rejected as error:
            self._abandon(row, now_us, f"{error.reason}: {error}")
        else:
            self._cities.delivered(row.id, now_us, receipt)
            if row.key in self._failing:
                log.info("outbox.healed", key=row.key)
            self._failing.discard(row.key)

    def _abandon(self, row: Outgoing, now_us: int, error: str) -> None:
        self._cities.abandoned(row.id, now_us, error)
        self._failing.discard(row.key)
        log.error("outbox.abandoned", key=row.key, channel=row.channel, event_id=row.event, reason=error)

    def _wait_s(self, attempts: int, asked_s: float | None) -> float:
        """Full jitter under a bound that doubles; never sooner than the other side asked."""
        bound_s = min(self._longest_wait_s, self._first_wait_s * 2.0 ** min(attempts, 30))
        return max(self._rng.uniform(0.0, bound_s), asked_s or 0.0)

    def _say_away(self, error: str) -> None:
        if not self._away:
            self._away = True
            log.warning("outbox.store_away", city=self._city, error=error)

    def _say_back(self) -> None:
        if self._away:
            self._away = False
            log.info("outbox.store_back", city=self._city)


def say(desk: Desk, channel: str, event: str, body: Mapping[str, Any], now_us: int) -> str:
    """Carry one row to where it goes and return the receipt. Raises Unavailable or Rejected."""
    if channel != DESK:
        raise Rejected(f"nobody speaks on the channel {channel!r} here", reason="unknown_channel")
    kept = dict(body)
    deed = kept.pop("do", None)
    try:
        said = Report(**kept) if deed == "file" else Note(event=event, **kept)
    except TypeError as error:
        raise Rejected(f"the row cannot be read: {error}", reason="malformed") from None
    if isinstance(said, Report):
        return desk.file(said, now_us).number
    if deed != "note":
        raise Rejected(f"the desk cannot do {deed!r}", reason="unknown_deed")
    desk.note(said, now_us)
    return said.key
