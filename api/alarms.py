"""The open alarms of the city, as whoever answers for them sees them: what stands first, and what is asked for.

An alarm is an incident with its place, its event and its case. Everything but `read_alarms` is pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Literal

from api.context import Context
from api.policy import Caller, Reach, answers_for
from api.shared import Shared
from contract.attention import NOBODY, Attention
from contract.clock import DAY_US
from contract.incident import WATER, Incident, State
from contract.levels import Level
from contract.roles import within
from store.cases import Case
from store.ports import CityStore, Event, Placement

Answer = Literal["again", "waiting", "answered", "quiet"]
"""again: it was acknowledged, and that has run out or it has become worse since · waiting: nobody has answered ·
answered: acknowledged, or given to somebody · quiet: silenced, or within a maintenance or works window"""
ANSWERS: tuple[Answer, ...] = ("again", "waiting", "answered", "quiet")
Cause = Literal["water", "rise", "silent_gauge", "power", "uplink", "site", "node", "unknown"]
RESOLVED_US = 7 * DAY_US
RESOLVED_MOST = 1_000
NOBODYS = "nobody"
_LATEST_US = 10**17
_OUTAGE = 5
"""stands after every level"""


@dataclass(frozen=True, slots=True)
class Alarm:
    """`together` is how many open incidents its event has (0 where all are over), `attention` who is on it and what
    holds it back. `placement` None: the registry no longer has the node. `flat_us`: since when its gauge is in doubt,
    for it stands still though the water moves."""

    incident: Incident
    placement: Placement | None
    event: Event | None
    case: Case | None
    together: int = 1
    attention: Attention = NOBODY
    flat_us: int | None = None

    @property
    def id(self) -> str:
        return self.incident.id

    @property
    def name(self) -> str:
        return self.placement.name if self.placement is not None else self.incident.node

    @property
    def answer(self) -> Answer:
        seen = self.attention
        if seen.silenced_by is not None or seen.window is not None:
            return "quiet"
        if seen.acknowledged_by:
            return "answered"
        if seen.lapsed_us is not None:
            return "again"
        return "answered" if seen.assigned_to else "waiting"

    @property
    def level(self) -> Level | None:
        """None for what has no level: an outage, a rise."""
        return self.incident.level

    @property
    def css(self) -> str:
        """The class and the shape: the level's, the mildest one's for a rise, `down` for an outage."""
        if self.level is None and self.incident.subject in WATER:
            return Level.WASPADA.name.lower()
        return "down" if self.level is None else self.level.name.lower()

    @property
    def cause(self) -> Cause:
        """What is known of why; `unknown` is an honest answer."""
        if self.incident.subject in WATER:
            if self.incident.no_data:
                return "silent_gauge"
            return "rise" if self.incident.subject == "rise" else "water"
        return (self.event.cause if self.event is not None else "") or "unknown"

    @property
    def is_grave(self) -> bool:
        """A flood at SIAGA or AWAS."""
        return self.level is not None and not Level.SIAGA.worse_than(self.level)

    @property
    def key(self) -> str:
        """Sorts as a table of alarms reads: a grave flood that needs somebody, what else needs somebody again, what
        nobody has answered, then the rest; of each the gravest first, a gauge that fell silent in danger before one
        that speaks, then the newest."""
        water = Level.WASPADA if self.incident.subject in WATER else None
        gravity = int(self.level or water or _OUTAGE)
        answer = 0 if self.is_grave and self.answer in {"again", "waiting"} else 1 + ANSWERS.index(self.answer)
        order = f"{answer}{gravity}{0 if self.incident.dangerous else 1}"
        return f"{order}-{_LATEST_US - self.incident.opened_us:018d}-{self.id}"


def _measures(incident: Incident) -> bool:
    """Whether it goes by what a gauge says now."""
    return incident.open and incident.subject in WATER and not incident.no_data


@dataclass(frozen=True, slots=True)
class Alarms:
    """All of a moment, in the order of their keys."""

    now_us: int
    open: tuple[Alarm, ...]

    def find(self, incident_id: str) -> Alarm | None:
        return next((one for one in self.open if one.id == incident_id), None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which alarms are asked for; what is empty asks for all. `states` are an incident's, `levels` names of levels or
    `none`, `region` a code or its beginning, `search` a part of a place's or river's name, `owner` a person's id or
    NOBODYS."""

    states: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()
    region: str = ""
    search: str = ""
    owner: str = ""

    def fits(self, alarm: Alarm) -> bool:
        place = alarm.placement
        return (
            (not self.states or alarm.incident.state.value in self.states)
            and (not self.levels or (alarm.level.name if alarm.level is not None else "none") in self.levels)
            and (not self.answers or alarm.answer in self.answers)
            and (not self.region or (place is not None and within([self.region], place.region)))
            and (not self.owner or self._owned(alarm.attention.owner))
            and (not self.search or self.search.lower() in _words_of(alarm))
        )

    def _owned(self, owner: str) -> bool:
        return not owner if self.owner == NOBODYS else owner == self.owner


def _words_of(alarm: Alarm) -> str:
    place = alarm.placement
    places = (place.site_name, place.river, place.uplink) if place is not None else ()
    return " ".join((alarm.incident.node, alarm.name, *places)).lower()


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the alarms that fit. `following` is the cursor of the next page, None at the end."""

    items: Sequence[Alarm]
    following: str | None
    total: int


def page_of(alarms: Iterable[Alarm], wanted: Wanted, cursor: str | None, limit: int) -> Page:
    """The cursor is the last key of the page before: what comes or goes meanwhile shifts nothing."""
    fitting = [one for one in alarms if wanted.fits(one)]
    rest = [one for one in fitting if cursor is None or one.key > cursor]
    items = rest[:limit]
    return Page(items, items[-1].key if len(rest) > limit else None, len(fitting))


def seen_by(caller: Caller, reach: Reach, alarms: Iterable[Alarm]) -> list[Alarm]:
    """Those that this caller answers for."""
    return [one for one in alarms if answers_for(caller, reach, one.case)]


class Board(Shared[Alarms]):
    """The open alarms, read once for all who ask within a moment. Raises Unavailable where the database is away."""

    def __init__(self, context: Context, keep_s: float) -> None:
        super().__init__(partial(read_alarms, context), context.clock, keep_s)


def read_alarms(context: Context, now_us: int) -> Alarms:
    """The open ones."""
    found = context.cities.open_incidents(context.city)
    attention = context.cities.attention(context.city, found, now_us)
    return Alarms(now_us, _joined(context, found, Counter(one.event for one in found), attention))


def resolved_alarms(context: Context, known: Alarms) -> tuple[Alarm, ...]:
    """Those of the last days that are over, newest opened first and so many at most."""
    recent = context.cities.incidents(context.city, known.now_us - RESOLVED_US, limit=RESOLVED_MOST)
    return _joined(context, [one for one in recent if one.state is State.RESOLVED], _open_of(known))


def alarm_of(context: Context, known: Alarms, incident_id: str) -> Alarm | None:
    """One of this city: an open one as it is known, or one that is over."""
    if (alarm := known.find(incident_id)) is not None:
        return alarm
    found = context.cities.incident(incident_id)
    if found is None or found.city != context.city:
        return None
    return _joined(context, [found], _open_of(known))[0]


def _open_of(known: Alarms) -> Mapping[str, int]:
    """Event -> how many of its incidents are open."""
    return {one.incident.event: one.together for one in known.open}


def _joined(
    context: Context,
    incidents: Sequence[Incident],
    together: Mapping[str, int],
    attention: Mapping[str, Attention] = MappingProxyType({}),
) -> tuple[Alarm, ...]:
    cities: CityStore = context.cities
    placements = {one.node: one for one in cities.placements(context.city)}
    about = {one.event for one in incidents}
    events = cities.events(about)
    cases = cities.cases_of(about)
    flat_lines = cities.flat_lines(context.city)
    found = [
        Alarm(
            incident=one,
            placement=placements.get(one.node),
            event=events.get(one.event),
            case=cases.get(one.event),
            together=together.get(one.event, 0),
            attention=attention.get(one.id, NOBODY),
            flat_us=flat_lines.get(one.node) if _measures(one) else None,
        )
        for one in incidents
    ]
    return tuple(sorted(found, key=lambda alarm: alarm.key))
