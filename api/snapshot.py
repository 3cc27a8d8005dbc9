"""Everything public about the city now, read once for one answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from api.context import Context
from api.shared import Shared
from api.status import NodeStatus, node_status
from contract.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from contract.decision import Stance, stance_of
from contract.forecast import tried
from contract.impact import Impact
from contract.incident import Incident
from contract.quality import Quality
from contract.situation import Situation
from contract.travel import Travel, in_force
from contract.weather import WeatherWarning, standing
from store.cases import Case
from store.ports import CityStore, Event, Placement, Presence, Row

TREND_S = 1800.0
TREND_ROWS = 400
ENDED_S = 6 * 3600.0
ENDED_MOST = 5
LOOKED_BACK_US = 30 * DAY_US
CASES_MOST = 200
CREST_ROWS = 3_000
YEAR_US = 365 * DAY_US


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The city at `now_us`; only what is for the public.

    Rows are by node; `recent` holds a gauge's last half hour up to its newest reading. Cases and events are those of
    the open incidents, by event; `events` holds only events of several incidents. `ended` are the sensors' cases that
    closed in the last hours, the newest first. `travels` is what rivers are forecast with, `crests` when each gauge
    that something is forecast from stood highest in the flood that is open there. `flat_lines`: since when a gauge in a
    flood stands still though the water moves. `impacts`: what levels mean where people live, by gauge. `stances`: what
    officers have said of open floods, by incident. `weather`: BMKG's warnings that hold, the gravest first;
    `weather_silent_us`: since when its feed is not heard, where that is too long. `notes`: what the command centre
    tells of places that is so now.
    """

    now_us: int
    placements: Sequence[Placement]
    presences: Mapping[str, Presence]
    rows: Mapping[str, Sequence[Row]]
    recent: Mapping[str, Sequence[Row]]
    statuses: Mapping[str, NodeStatus]
    incidents: Sequence[Incident]
    cases: Mapping[str, Case]
    events: Mapping[str, Event] = field(default_factory=dict)
    ended: Sequence[Case] = ()
    travels: Sequence[Travel] = ()
    crests: Mapping[str, int] = field(default_factory=dict)
    flat_lines: Mapping[str, int] = field(default_factory=dict)
    impacts: Mapping[str, Sequence[Impact]] = field(default_factory=dict)
    stances: Mapping[str, Stance] = field(default_factory=dict)
    weather: Sequence[WeatherWarning] = ()
    weather_silent_us: int | None = None
    notes: Sequence[Situation] = ()

    def placement(self, node: str) -> Placement | None:
        return next((one for one in self.placements if one.node == node), None)

    def incident_of(self, node: str, subject: str) -> Incident | None:
        """The worst open incident of a node on a subject."""
        own = [one for one in self.incidents if one.node == node and one.subject == subject]
        return min(own, key=lambda one: (one.level or 9, one.opened_us), default=None)


def trend_us(speed: float) -> int:
    """How far back a river's arrow looks: half an hour of the city's own time, at least twenty seconds."""
    return max(round(TREND_S / speed * SECOND_US), 20 * SECOND_US)


def chart_us(speed: float) -> int:
    """The river page's window: a day of the city's own time, at least ten minutes."""
    return max(round(24 * HOUR_US / speed), 10 * MINUTE_US)


def ended_us(speed: float) -> int:
    """How long a closed event is still told on the first page: six hours of city time, at least ten minutes."""
    return max(round(ENDED_S / speed * SECOND_US), 10 * MINUTE_US)


def load(context: Context, now_us: int) -> Snapshot:
    """Read the stores. Raises Unavailable where one of them is away."""
    city, cities = context.city, context.cities
    placements = [one for one in cities.placements(city) if one.audience == "public"]
    presences = cities.presences(city)
    incidents = [one for one in cities.open_incidents(city) if one.audience == "public"]
    rows: dict[str, list[Row]] = {}
    for row in context.readings.latest(city):
        rows.setdefault(row.series.node, []).append(row)
    recent: dict[str, Sequence[Row]] = {}
    for placement in placements:
        newest = next((row for row in rows.get(placement.node, ()) if row.series.kind == "flood"), None)
        if placement.kind == "gauge" and newest is not None:
            # Up to its last word, so that a gauge that fell silent while rising is still known to have risen.
            start_us = newest.observed_us - trend_us(context.speed)
            end_us = newest.observed_us + 1
            recent[placement.node] = context.readings.between(newest.series, start_us, end_us, limit=TREND_ROWS)
    outages = {one.node: one for one in incidents if one.subject == "outage"}
    statuses = {
        one.node: node_status(one, presences.get(one.node), rows.get(one.node, ()), outages.get(one.node), now_us)
        for one in placements
    }
    return Snapshot(
        now_us,
        placements,
        presences,
        rows,
        recent,
        statuses,
        incidents,
        _cases_of(cities, city, incidents),
        _events_of(cities, incidents),
        _ended(cities, city, now_us, ended_us(context.speed)),
        travels := _travels(context, now_us),
        _crests(context, {one.upstream for one in travels}, incidents, rows, now_us),
        cities.flat_lines(city),
        _impacts(cities, city),
        {one.id: stance_of(cities.decisions(city, incident=one.id)) for one in incidents if one.subject == "flood"},
        weather := standing(cities.weather(city, now_us), now_us),
        _weather_silent_us(cities, city, now_us) if weather else None,
        [one for one in cities.situations(city, now_us) if one.public and one.holds(now_us)],
    )


def _weather_silent_us(cities: CityStore, city: str, now_us: int) -> int | None:
    feed = cities.weather_feed(city)
    return feed.heard_us if feed is not None and feed.stale(now_us) else None


def _travels(context: Context, now_us: int) -> tuple[Travel, ...]:
    """What rivers are forecast with, and how far out a year of it was."""
    in_use = in_force(context.profile.reaches, context.cities.travels(context.city))
    return tried(in_use, context.cities.forecasts(context.city, now_us - YEAR_US))


def _impacts(cities: CityStore, city: str) -> dict[str, list[Impact]]:
    found: dict[str, list[Impact]] = {}
    for one in cities.impacts(city):
        found.setdefault(one.impact.gauge, []).append(one.impact)
    return found


def _crests(
    context: Context, gauges: set[str], incidents: Sequence[Incident], rows: Mapping[str, Sequence[Row]], now_us: int
) -> dict[str, int]:
    """By the readings that no check doubts; of several as high the last, for the water still stands there."""
    found = {}
    for incident in incidents:
        newest = next((row for row in rows.get(incident.node, ()) if row.series.kind == "flood"), None)
        if incident.node not in gauges or incident.subject != "flood" or newest is None:
            continue
        scale = context.profile.scale_of(incident.node)
        sign = -1.0 if scale is not None and scale.direction == "falling" else 1.0
        since_us = max(incident.crossed_us, now_us - chart_us(context.speed))
        good = [
            (row.observed_us, sign * value)
            for row in context.readings.between(newest.series, since_us, now_us + 1, limit=CREST_ROWS)
            if row.quality in {Quality.GOOD, Quality.UNKNOWN}
            and isinstance(value := row.values.get("level_cm"), int | float)
        ]
        if good:
            found[incident.node] = _highest_us(good)
    return found


def _highest_us(readings: Sequence[tuple[int, float]]) -> int:
    """When the water stood highest, by what a reading and one beside it both show: a typing error is no crest."""
    cms = [cm for _, cm in readings]

    def shown(i: int) -> tuple[float, float, int]:
        beside = [*cms[max(0, i - 1) : i], *cms[i + 1 : i + 2]]
        return min(cms[i], max(beside, default=cms[i])), cms[i], i

    return readings[max(map(shown, range(len(cms))))[2]][0]


def _cases_of(cities: CityStore, city: str, incidents: Sequence[Incident]) -> dict[str, Case]:
    """The public case of each open event: most in one reading, the rest (closed too early by a person) one by one."""
    wanted = {one.event for one in incidents}
    if not wanted:
        return {}
    open_now = cities.find_cases(city, open_=True, limit=CASES_MOST, public_only=True).cases
    found = {case.event: case for case in open_now if case.event in wanted}
    for event in wanted - set(found):
        case = cities.case_of_event(event)
        if case is not None and case.public:
            found[event] = case
    return {event: case for event, case in found.items() if event is not None}


def _events_of(cities: CityStore, incidents: Sequence[Incident]) -> dict[str, Event]:
    several = [
        event for event, n in Counter(one.event for one in incidents if one.subject == "outage").items() if n > 1
    ]
    return {event: known for event in several if (known := cities.event(event)) is not None}


def _ended(cities: CityStore, city: str, now_us: int, window_us: int) -> list[Case]:
    """Among the month's newest closed cases, those of the sensors that closed within the window."""
    closed = cities.find_cases(
        city, open_=False, start_us=now_us - LOOKED_BACK_US, limit=CASES_MOST, public_only=True
    ).cases
    fresh = [one for one in closed if one.source == "sensor" and one.closed_us and one.closed_us > now_us - window_us]
    return sorted(fresh, key=lambda one: one.closed_us or 0, reverse=True)[:ENDED_MOST]


class Snapshots(Shared[Snapshot]):
    """The newest snapshot, shared by the viewers of one moment."""

    def __init__(self, context: Context, keep_s: float, answered: Callable[[], None]) -> None:
        super().__init__(partial(load, context), context.clock, keep_s, answered)
