"""What a city promises a case: how long until its first answer and its end, and what stops the clock. Plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

PauseReason = Literal["reporter", "other_party", "weather", "material", "court"]
"""why a clock stands still: it waits for the reporter's answer, for somebody outside the city (the power company, the
province, a river authority), for the flood or the rain to pass, for a part that was ordered, for a dispute to end"""
PAUSE_REASONS: tuple[PauseReason, ...] = get_args(PauseReason)


@dataclass(frozen=True, slots=True)
class Term:
    """A length of promise: `seconds` of wall time, or so many `working_days`, never both; both 0 promise nothing."""

    seconds: int = 0
    working_days: int = 0

    def __bool__(self) -> bool:
        return bool(self.seconds or self.working_days)


@dataclass(frozen=True, slots=True)
class Promise:
    """All counted from the report. `verify`: by when it is sent on to whom it belongs, where a city promises that."""

    respond: Term
    finish: Term
    verify: Term = Term()


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch of time, microseconds, that does not count. `until_us` None: the clock stands still now."""

    from_us: int
    until_us: int | None
    reason: PauseReason
    note: str = ""


@dataclass(frozen=True, slots=True)
class DaysOff:
    """The city's own word on the calendar, by local date: days off that the country's calendar does not have (a name
    each), and its holidays on which this city works."""

    off: Mapping[date, str]
    working: Sequence[date] = ()


NO_DAYS_OFF = DaysOff({})
