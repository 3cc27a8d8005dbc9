"""A case's clock: when the city's promise is due. Pure.

A term of wall time runs day and night. A term of N working days is N times 24 hours of which only those count that lie
on working days of the city: reported on Friday at 15:00, three working days are over on Wednesday at 15:00. So a clock
never jumps, a hand-over changes nothing, and a pause of three hours moves either by three hours that count. Working
days are Monday to Friday but the holidays and days of joint leave of Indonesia (python package `holidays`; those that
follow the moon are estimates until the government has named them, which is why a city has the last word).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from contract.clock import DAY_US, SECOND_US, from_us, to_us
from contract.promise import NO_DAYS_OFF, DaysOff, Pause, Term

_SATURDAY = 5
_FARTHEST_DAYS = 3_700
"""no promise is longer than ten years; a calendar without a working day in them is a mistake"""


@dataclass(frozen=True, slots=True)
class Day:
    """What a date is in the city. `name`: why nobody works, empty on a working day and on a plain weekend."""

    working: bool
    name: str = ""


class Calendar:
    """One city's days."""

    def __init__(self, zone: ZoneInfo, days_off: DaysOff = NO_DAYS_OFF) -> None:
        self._zone = zone
        self._own = dict(days_off.off)
        self._working = frozenset(days_off.working)

    def day(self, day: date) -> Day:
        """The city's own word first, then the country's, then the week's."""
        if day in self._working:
            return Day(working=True)
        name = self._own.get(day) or _national(day.year).get(day, "")
        return Day(working=not name and day.weekday() < _SATURDAY, name=name)

    def open_spans(self, from_us: int) -> Iterator[tuple[int, int]]:
        """The stretches of working time from then on, [start, end) in microseconds, day by day."""
        day = _local(from_us, self._zone).date()
        for _ in range(_FARTHEST_DAYS):
            start_us, end_us = self._midnight_us(day), self._midnight_us(day + timedelta(days=1))
            if self.day(day).working:
                yield max(start_us, from_us), end_us
            day += timedelta(days=1)

    def _midnight_us(self, day: date) -> int:
        return to_us(datetime(day.year, day.month, day.day, tzinfo=self._zone))


def due_us(start_us: int, term: Term, calendar: Calendar, pauses: Sequence[Pause], now_us: int) -> int | None:
    """When a term that began at `start_us` is over, or None where nothing is promised.

    A pause that is still under way counts up to now: the answer is when it would be due were the clock started again
    at once. Pauses may touch and overlap.
    """
    if not term:
        return None
    spans = (
        calendar.open_spans(start_us) if term.working_days else iter([(start_us, start_us + _FARTHEST_DAYS * DAY_US)])
    )
    left_us = term.working_days * DAY_US or term.seconds * SECOND_US
    stops = _merged(pauses, start_us, now_us)
    for from_, until in spans:
        for open_us, shut_us in _without(from_, until, stops):
            if left_us <= shut_us - open_us:
                return open_us + left_us
            left_us -= shut_us - open_us
    raise ValueError(f"the calendar has too few working days for {term}")


def _merged(pauses: Sequence[Pause], start_us: int, now_us: int) -> list[tuple[int, int]]:
    """The pauses' stretches after the start, in order, none touching another."""
    found: list[tuple[int, int]] = []
    for one in sorted(pauses, key=lambda pause: pause.from_us):
        from_, until = max(one.from_us, start_us), one.until_us if one.until_us is not None else now_us
        if until <= from_:
            continue
        if found and from_ <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((from_, until))
    return found


def _without(from_us: int, until_us: int, stops: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """[from, until) without the stops, in order."""
    for start, end in stops:
        if end <= from_us or start >= until_us:
            continue
        if start > from_us:
            yield from_us, start
        from_us = max(from_us, end)
    if from_us < until_us:
        yield from_us, until_us


def _local(at_us: int, zone: ZoneInfo) -> datetime:
    return from_us(at_us).astimezone(zone)


@lru_cache(maxsize=64)
def _national(year: int) -> dict[date, str]:
    country = holidays.country_holidays("ID", years=year, categories=("public", "government"), language="id")
    return {day: str(country.get(day)) for day in country}
