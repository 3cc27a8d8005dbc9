"""Time as an argument.

Wall time is whole microseconds since 1970-01-01 UTC (`…_us`); monotonic time is whole microseconds since some
moment of this boot (`…_mono_us`). Logic takes these numbers; only process loops hold a `Clock`.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
EARLIEST_US = 1_577_836_800 * SECOND_US
"""2020-01-01 UTC: before it nothing of this product was ever measured; clocks without a battery live there."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    """Where a process loop reads the time."""

    def now_us(self) -> int:
        """Wall time in microseconds since 1970 UTC. It may jump."""

    def mono_us(self) -> int:
        """Monotonic time in microseconds. It never jumps and means nothing after a reboot."""


class SystemClock:
    """The machine's own clocks."""

    def now_us(self) -> int:
        return time.time_ns() // 1000

    def mono_us(self) -> int:
        # CLOCK_BOOTTIME also counts a laptop's sleep; Linux only, as is everything that runs an agent.
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


class ManualClock:
    """A clock that a test or a replay moves by hand."""

    def __init__(self, now_us: int = 1_750_000_000 * SECOND_US, mono_us: int = 1_000 * SECOND_US) -> None:
        self._now_us = now_us
        self._mono_us = mono_us

    def now_us(self) -> int:
        return self._now_us

    def mono_us(self) -> int:
        return self._mono_us

    def advance(self, seconds: float) -> None:
        """Let both clocks run on."""
        self._now_us += round(seconds * SECOND_US)
        self._mono_us += round(seconds * SECOND_US)

    def set_wall(self, now_us: int) -> None:
        """Step the wall clock alone, as NTP or a technician does."""
        self._now_us = now_us


def from_us(us: int) -> datetime:
    """An aware UTC datetime."""
    return _EPOCH + timedelta(microseconds=us)


def to_us(moment: datetime) -> int:
    """Microseconds since 1970 UTC. Raises ValueError for a naive datetime, whose meaning nobody knows."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without a zone has no moment")
    return (moment - _EPOCH) // _MICROSECOND


def rfc3339(us: int) -> str:
    """`2026-01-24T10:00:00.000000Z`, always with six digits so that text sorts as time does."""
    return from_us(us).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
