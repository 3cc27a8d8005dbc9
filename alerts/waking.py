"""Wakes people, in the engine's process: looks which alarms wait for an answer, and writes down whom to call now.

Nothing of it is kept here: what waits follows from the incidents, their changes and people's decisions, and what was
sent stands in the outbox under keys that the same ladder always finds again (`contract.ladder`). A process that is
killed at any moment goes on where it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog

from alerts.waking_words import summons_body
from contract.city import Profile
from contract.clock import DAY_US, SECOND_US, Clock
from contract.duty import Way
from contract.incident import Incident
from contract.ladder import Plan, Roster, Summons, plan
from contract.unanswered import Call, calls, may_call
from store.duty import PERSON
from store.people import Person
from store.ports import CityStore, EngineCommit, Lease, Outgoing, Placement

_LOOK_US = 2 * SECOND_US
_ANEW_US = 15 * SECOND_US
"""so often the roster is looked at, though nothing else has changed"""
_MOST = 10_000

log = structlog.get_logger(__name__)


class Waking:
    """One city's. `channels` are the names of those that can be spoken on; a way on another is none."""

    def __init__(
        self, profile: Profile, cities: CityStore, clock: Clock, base_url: str, channels: Sequence[str]
    ) -> None:
        self._profile = profile
        self._cities = cities
        self._clock = clock
        self._base_url = base_url.rstrip("/")
        self._channels = frozenset(channels)
        self._step_us = max(1, round(profile.warnings.ladder_step_s * SECOND_US))
        self._calls: Sequence[Call] | None = None
        self._seen: object = None
        self._looked_mono_us: int | None = None
        self._anew_mono_us = 0
        self._next_us = 0
        self._sent: set[str] = set()
        self._said: dict[str, tuple[bool, tuple[str, ...], bool]] = {}

    @property
    def waiting(self) -> int:
        """How many alarms wait for an answer."""
        return len(self._calls or ())

    def calling(self, event: str) -> bool:
        """Whether an event still waits for an answer, as far as anybody looked; before the first look it may."""
        return self._calls is None or any(one.event == event for one in self._calls)

    def stop(self) -> None:
        """Another engine leads: what is known here grows old."""
        self._calls = None
        self._seen = None

    def turn(
        self, lease: Lease, places: Mapping[str, Placement], severities: Mapping[str, str], *, at_once: bool
    ) -> bool:
        """Look, and write down who is to be called. True where there is something new to be sent. Raises as
        `CityStore.commit`. `at_once`: something was decided just now."""
        mono_us, now_us = self._clock.mono_us(), self._clock.now_us()
        rested = self._looked_mono_us is None or mono_us - self._looked_mono_us >= _LOOK_US
        if not (rested or at_once or (self._calls and now_us >= self._next_us)):
            return False
        self._looked_mono_us = mono_us
        found = [
            one
            for one in self._cities.open_incidents(lease.city)
            if may_call(one, critical=severities.get(one.rule) == "critical")
        ]
        seen = (self._cities.decisions_head(lease.city), tuple((one.id, one.changes) for one in found))
        if seen == self._seen and now_us < self._next_us and mono_us - self._anew_mono_us < _ANEW_US:
            return False
        self._calls = self._waiting(lease.city, found, severities, now_us) if found else []
        self._seen, self._anew_mono_us = seen, mono_us
        self._next_us = now_us + DAY_US
        fresh = self._call(lease, places, {one.id: one for one in found}, now_us) if self._calls else False
        self._forget_what_is_over()
        return fresh

    def _waiting(
        self, city: str, found: Sequence[Incident], severities: Mapping[str, str], now_us: int
    ) -> Sequence[Call]:
        since_us = min(one.opened_us for one in found)
        decided = self._cities.decisions(city, since_us=since_us, limit=_MOST)
        attention = self._cities.attention(city, found, now_us)
        held = frozenset(one.id for one in found if attention[one.id].silenced_by)
        return calls(found, self._cities.open_changes(city), decided, severities, now_us, held=held)

    def _call(
        self, lease: Lease, places: Mapping[str, Placement], incidents: Mapping[str, Incident], now_us: int
    ) -> bool:
        roster = self._roster(lease.city, now_us)
        new: list[Outgoing] = []
        for call in self._calls or ():
            planned = plan(call, roster, now_us, self._step_us)
            self._next_us = min(self._next_us, planned.next_us)
            self._say(call, planned)
            incident = incidents[call.incident]
            place = places.get(incident.node)
            new += [
                self._row(call, one, incident, place, now_us) for one in planned.summons if one.key not in self._sent
            ]
        if not new:
            return False
        self._cities.commit(lease, EngineCommit(outgoing=tuple(new)))
        self._sent |= {one.key for one in new}
        return True

    def _row(self, call: Call, one: Summons, incident: Incident, place: Placement | None, now_us: int) -> Outgoing:
        body = summons_body(self._profile, call, incident, place, gap=one.gap)
        link = f"{self._base_url}/jaga?alarm={call.incident}"
        return Outgoing(
            key=one.key,
            city=self._profile.code,
            channel=PERSON + one.way.channel,
            event=call.event,
            body={**body, "person": one.way.person, "link": link, "urgent": True, "step": one.step, "rung": one.rung},
            created_us=now_us,
            expires_us=one.until_us,
        )

    def _roster(self, city: str, now_us: int) -> Roster:
        ways: dict[str, list[Way]] = {}
        for way in self._cities.ways(city):
            if way.channel in self._channels:
                ways.setdefault(way.person, []).append(way)
        shifts = self._cities.shifts(city, now_us, now_us + 1)
        people = self._cities.people(city)
        return Roster(shifts=shifts, ways=ways, agency=signers(people, self._profile.warnings.agency))

    def _say(self, call: Call, planned: Plan) -> None:
        """Said once each time it becomes so: that a ladder began, that nobody is on duty, that nobody is reached."""
        now = (planned.gap, planned.unreachable, not planned.summons)
        before = self._said.get(call.event)
        self._said[call.event] = now
        if before is None:
            log.info("duty.calls", city=self._profile.code, event_id=call.event, since_us=call.begun_us)
        if now == before:
            return
        if planned.gap:
            log.warning("duty.gap", city=self._profile.code, event_id=call.event)
        if planned.unreachable:
            log.warning("duty.unreachable", city=self._profile.code, people=list(planned.unreachable))
        if not planned.summons:
            log.error("duty.nobody_to_wake", city=self._profile.code, event_id=call.event)

    def _forget_what_is_over(self) -> None:
        for event in self._said.keys() - {one.event for one in self._calls or ()}:
            del self._said[event]
            log.info("duty.answered", city=self._profile.code, event_id=event)
        if not self._calls:
            self._sent.clear()


def signers(people: Sequence[Person], agency: str) -> tuple[str, ...]:
    """Everybody of the agency that signs; of every agency where none does."""
    return tuple(
        one.id
        for one in people
        if one.disabled_us is None and one.role in {"officer", "admin"} and (not agency or one.agency == agency)
    )
