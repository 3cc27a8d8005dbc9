"""Who is on duty, which alarms call, who was called and what came of it: as `/jaga` and its neighbours show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

from api.alarms import Alarm, Board
from api.context import Context
from api.language import Speech
from api.policy import Caller, Reach, answers_for
from contract.clock import DAY_US, SECOND_US, from_us
from contract.duty import Shift, Span, Way, gaps, handover_us, on_duty, wakes
from contract.ladder import Plan, Roster, plan
from contract.unanswered import Call, calls, may_call
from store.duty import Sent, Watcher
from store.people import Person

AHEAD_US = 7 * DAY_US
"""so far ahead gaps are named"""
_MOST = 10_000
NOT_LONG_US = 180 * SECOND_US
"""a watcher that has not asked for so long is said to be silent"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One alarm that calls: its ladder, and what was sent so far, the newest first."""

    alarm: Alarm
    call: Call
    plan: Plan
    sent: Sequence[Sent]


@dataclass(frozen=True, slots=True)
class Room:
    """The duty room at one moment. `calls` are those that this caller may answer, `elsewhere` how many others there
    are. `names` by person; `bare` are those on duty whom nothing wakes."""

    now_us: int
    calls: Sequence[Waiting]
    elsewhere: int
    rungs: Mapping[int, tuple[str, ...]]
    next_change_us: int | None
    gaps: Sequence[Span]
    planned: bool
    bare: tuple[str, ...]
    names: Mapping[str, str]
    watchers: Sequence[Watcher]
    quiet_watchers: Sequence[Watcher] = field(default_factory=tuple)


class Duty:
    """Of one city."""

    def __init__(self, context: Context, board: Board) -> None:
        self._context = context
        self._board = board

    # ------------------------------------------------------------ who may

    def is_office(self, caller: Caller) -> bool:
        """Whether they keep the roster: officers of the agency that signs, and administrators."""
        agency = self._context.profile.warnings.agency
        return caller.role == "admin" or (caller.role == "officer" and (not agency or caller.agency == agency))

    def signs(self, caller: Caller) -> bool:
        """Whether they are of the agency that signs the city's warnings."""
        agency = self._context.profile.warnings.agency
        return bool(agency) and caller.agency == agency

    def may_take(self, person: Person) -> bool:
        """Whether an alarm can be handed to them: the agency that signs, and the command centre."""
        agency = self._context.profile.warnings.agency
        if person.disabled_us is not None:
            return False
        return person.role in {"operator", "admin"} or (
            person.role == "officer" and (not agency or person.agency == agency)
        )

    def may_answer(self, caller: Caller, reach: Reach, alarm: Alarm) -> bool:
        """Whoever is called may answer, wherever the gauge stands."""
        return answers_for(caller, reach, alarm.case) or self.is_office(caller)

    # ------------------------------------------------------------ the room

    def room(self, caller: Caller, reach: Reach) -> Room:
        """Raises Unavailable where the database is away."""
        cities, city = self._context.cities, self._context.city
        now_us = self._context.clock.now_us()
        people = [one for one in cities.people(city) if one.disabled_us is None]
        shifts = cities.shifts(city, now_us - DAY_US, now_us + AHEAD_US)
        ways = self.ways()
        found = self._waiting(now_us, shifts, ways, people)
        theirs = [one for one in found if self.may_answer(caller, reach, one.alarm)]
        rungs = on_duty(shifts, now_us)
        watchers = cities.watchers(city)
        return Room(
            now_us=now_us,
            calls=theirs,
            elsewhere=len(found) - len(theirs),
            rungs=rungs,
            next_change_us=handover_us(shifts, now_us),
            gaps=gaps(shifts, now_us, now_us + AHEAD_US),
            planned=any(one.to_us > now_us for one in shifts),
            bare=tuple(one for some in rungs.values() for one in some if not wakes(ways.get(one, ()))),
            names={one.id: one.name or one.account for one in cities.people(city)},
            watchers=watchers,
            quiet_watchers=[one for one in watchers if now_us - one.seen_us > NOT_LONG_US],
        )

    def count(self, caller: Caller, reach: Reach) -> int:
        """How many alarms call whoever asks."""
        waiting = self._calls(self._context.clock.now_us())
        return sum(self.may_answer(caller, reach, alarm) for _, alarm in waiting)

    def ways(self) -> Mapping[str, Sequence[Way]]:
        """By person, on channels that the city still has."""
        names = {one.name for one in self._context.channels}
        found: dict[str, list[Way]] = {}
        for way in self._context.cities.ways(self._context.city):
            if way.channel in names:
                found.setdefault(way.person, []).append(way)
        return found

    def _waiting(
        self, now_us: int, shifts: Sequence[Shift], ways: Mapping[str, Sequence[Way]], people: Sequence[Person]
    ) -> Sequence[Waiting]:
        agency = self._context.profile.warnings.agency
        signers = tuple(
            one.id for one in people if one.role in {"officer", "admin"} and (not agency or one.agency == agency)
        )
        roster = Roster(shifts=shifts, ways=ways, agency=signers)
        step_us = max(1, round(self._context.profile.warnings.ladder_step_s * SECOND_US))
        return [
            Waiting(
                alarm,
                call,
                plan(call, roster, now_us, step_us),
                self._context.cities.sent_to_people(self._context.city, call.event, limit=60),
            )
            for call, alarm in self._calls(now_us)
        ]

    def _calls(self, now_us: int) -> Sequence[tuple[Call, Alarm]]:
        cities, city = self._context.cities, self._context.city
        severities = cities.severities(city)
        found = {
            one.id: one
            for one in self._board.now().open
            if may_call(one.incident, critical=severities.get(one.incident.rule) == "critical")
        }
        if not found:
            return []
        changes = cities.open_changes(city)
        incidents = [one.incident for one in found.values()]
        decided = cities.decisions(city, since_us=min(one.opened_us for one in incidents), limit=_MOST)
        held = frozenset(one.id for one in found.values() if one.attention.silenced_by)
        return [
            (call, found[call.incident]) for call in calls(incidents, changes, decided, severities, now_us, held=held)
        ]


def span_words(speech: Speech, span: Span) -> str:
    """`Senin 02.00–06.00`, or from one day to another."""
    zone = ZoneInfo(speech.zone)
    begin, end = (from_us(us).astimezone(zone) for us in span)
    first = f"{day_word(speech, span.from_us)} {begin:%H.%M}"
    midnight = end.hour == end.minute == 0 and end.date() == begin.date() + timedelta(days=1)
    if end.date() == begin.date() or midnight:
        return f"{first}–{'24.00' if midnight else f'{end:%H.%M}'}"
    return speech("duty_span", first=first, last=f"{day_word(speech, span.to_us)} {end:%H.%M}")


def day_word(speech: Speech, us: int) -> str:
    """`Senin`."""
    day = from_us(us).astimezone(ZoneInfo(speech.zone)).date()
    return format_date(day, "EEEE", locale=speech.language)
