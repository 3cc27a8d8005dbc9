"""When what a city promised for a category is due. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from complaints.clocks import Calendar, due_us
from contract.city import Profile
from contract.promise import Pause, Promise


@dataclass(frozen=True, slots=True)
class Dues:
    """Microseconds; None where nothing is promised."""

    verify_due_us: int | None = None
    respond_due_us: int | None = None
    finish_due_us: int | None = None


def calendar_of(profile: Profile) -> Calendar:
    """The city's days."""
    return Calendar(ZoneInfo(profile.zone), profile.days_off)


def dues_of(promise: Promise, start_us: int, calendar: Calendar, pauses: Sequence[Pause], now_us: int) -> Dues:
    """Everything that was promised, counted from the report."""
    return Dues(
        verify_due_us=due_us(start_us, promise.verify, calendar, pauses, now_us),
        respond_due_us=due_us(start_us, promise.respond, calendar, pauses, now_us),
        finish_due_us=due_us(start_us, promise.finish, calendar, pauses, now_us),
    )
