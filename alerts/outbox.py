"""The delivery of what has been decided: at least once, in order within an event, never late as if it were news.

Each channel has a thread of its own, so that a slow receiver delays neither the desk nor another receiver, and none of
them ever delays judgement. Every row has a key that makes saying it twice harmless.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from alerts.carriers import Carrier
from complaints.desk import Note, Report, report_to_body
from contract.clock import SECOND_US, Clock
from contract.errors import Rejected, Unavailable
from store.ports import CityStore, Outgoing

DESK = "desk"
_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 300.0
_WATCH_S = 0.5

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
    """Delivers one city's rows: a lane for each channel, and one for rows whose channel nobody speaks on any more."""

    def __init__(
        self,
        city: str,
        cities: CityStore,
        carriers: Mapping[str, Carrier],
        clock: Clock,
        rng: random.Random,
        *,
        first_wait_s: float = _FIRST_WAIT_S,
        longest_wait_s: float = _LONGEST_WAIT_S,
        at_once: Mapping[str, int] | None = None,
        elsewhere: Sequence[str] = (),
        within_s: Mapping[str, float] | None = None,
    ) -> None:
        """`elsewhere`: channels that another process delivers. `within_s`: the longest wait between two attempts of a
        channel, `longest_wait_s` where nothing is said. `at_once`: how many rows of a channel may be under way
        together; one where nothing is said, in order."""
        lanes: list[tuple[str | None, Carrier]] = [*carriers.items(), (None, _Nobody())]
        self.lanes = [
            Lane(
                city,
                cities,
                channel,
                carrier,
                clock,
                random.Random(rng.random()),  # noqa: S311 - spreads what is tried again
                beside=(*carriers, *elsewhere) if channel is None else (),
                first_wait_s=first_wait_s,
                longest_wait_s=(within_s or {}).get(channel or "", longest_wait_s),
                at_once=(at_once or {}).get(channel or "", 1),
            )
            for channel, carrier in lanes
        ]

    def wake(self) -> None:
        """Something new is to be said."""
        for lane in self.lanes:
            lane.wake()

    def run(self, stop: threading.Event, leading: threading.Event, *, pause_s: float = 0.5) -> None:
        """Deliver until `stop`, and only while `leading` is set: one deliverer a city. Ends early where a lane died,
        so that whoever runs it ends too and is started again."""
        threads = [
            threading.Thread(target=lane.run, args=(stop, leading, pause_s), name=f"outbox {lane.channel}")
            for lane in self.lanes
        ]
        for thread in threads:
            thread.start()
        while not stop.is_set() and all(thread.is_alive() for thread in threads):
            stop.wait(_WATCH_S)
        if not stop.is_set():
            return
        self.wake()
        for thread in threads:
            thread.join()

    def turn(self) -> int:
        """Try what is due once, lane after lane. Returns how many rows were settled (delivered or given up)."""
        return sum(lane.turn() for lane in self.lanes)


class Lane:
    """One channel's rows, or where `channel` is None those of all channels but `beside`. `rng` spreads what is tried
    again."""

    def __init__(
        self,
        city: str,
        cities: CityStore,
        channel: str | None,
        carrier: Carrier,
        clock: Clock,
        rng: random.Random,
        *,
        beside: Sequence[str],
        first_wait_s: float,
        longest_wait_s: float,
        at_once: int = 1,
    ) -> None:
        self._at_once = at_once
        self.channel = channel
        self._city = city
        self._cities = cities
        self._carrier = carrier
        self._clock = clock
        self._rng = rng
        self._beside = beside
        self._first_wait_s = first_wait_s
        self._longest_wait_s = longest_wait_s
        self._wake = threading.Event()
        self._away = False
        self._failing: set[str] = set()
        self._resting_until_us = 0

    def wake(self) -> None:
        """Something new is to be said."""
        self._wake.set()

    def run(self, stop: threading.Event, leading: threading.Event, pause_s: float) -> None:
        """Deliver until `stop`, and only while `leading` is set."""
        while not stop.is_set():
            self._wake.wait(pause_s)
            self._wake.clear()
            while leading.is_set() and not stop.is_set() and self.turn(stop):
                pass

    def turn(self, stop: threading.Event | None = None) -> int:
        """Try what is due once. Returns how many rows were settled (delivered or given up)."""
        if self._clock.mono_us() < self._resting_until_us:
            return 0
        try:
            due = self._cities.due(self._city, self._clock.now_us(), only=self.channel, beside=self._beside)
        except Unavailable as error:
            self._say_away(str(error))
            return 0
        self._say_back()
        if self._at_once > 1 and len(due) > 1:
            with ThreadPoolExecutor(self._at_once, thread_name_prefix=f"outbox {self.channel}") as several:
                return sum(several.map(lambda row: self._try(row, stop), due))
        return sum(self._try(row, stop) for row in due)

    def _try(self, row: Outgoing, stop: threading.Event | None) -> bool:
        """Whether it is settled now; not where this lane ends or rests."""
        if (stop is not None and stop.is_set()) or self._clock.mono_us() < self._resting_until_us:
            return False
        return self._deliver(row)

    def _deliver(self, row: Outgoing) -> bool:
        now_us = self._clock.now_us()
        try:
            if row.expires_us is not None and now_us >= row.expires_us:
                self._abandon(row, now_us, "expired before it could be said")
            else:
                self._attempt(row, now_us)
        except Unavailable as error:
            # The store, not the receiver: the row stays as it is and is due again.
            self._say_away(str(error))
            return False
        return row.key not in self._failing

    def _attempt(self, row: Outgoing, now_us: int) -> None:
        try:
            receipt = self._carrier.carry(row, now_us)
        except Unavailable as error:
            wait_s = self._wait_s(row.attempts, error.retry_after_s)
            if error.retry_after_s is not None:
                # Asked for patience, the receiver means all of its messages, not this one alone.
                self._resting_until_us = self._clock.mono_us() + round(error.retry_after_s * SECOND_US)
            self._cities.postponed(row.id, self._clock.now_us() + round(wait_s * SECOND_US), str(error))
            if row.key not in self._failing:
                self._failing.add(row.key)
                log.warning("outbox.postponed", key=row.key, error=str(error), again_in_s=round(wait_s, 1))
        except Rejected as error:
            self._abandon(row, now_us, f"{error.reason}: {error}")
        else:
            self._cities.delivered(row.id, self._clock.now_us(), receipt)
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
            log.warning("outbox.store_away", city=self._city, channel=self.channel, error=error)

    def _say_back(self) -> None:
        if self._away:
            self._away = False
            log.info("outbox.store_back", city=self._city, channel=self.channel)


class _Nobody:
    """For channels that are no longer configured."""

    def carry(self, row: Outgoing, now_us: int) -> str:  # noqa: ARG002 - the port's signature
        raise Rejected(f"nobody speaks on the channel {row.channel!r} here", reason="unknown_channel")
