"""Everything public about the city now, read once for one answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from api.context import Context
from api.status import NodeStatus, node_status
from contract.clock import HOUR_US, MINUTE_US, SECOND_US
from contract.incident import Incident
from store.ports import Case, Placement, Presence, Row

TREND_S = 1800.0
TREND_ROWS = 400


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The city at `now_us`; only what is for the public. Rows are by node, cases by event."""

    now_us: int
    placements: Sequence[Placement]
    presences: Mapping[str, Presence]
    rows: Mapping[str, Sequence[Row]]
    recent: Mapping[str, Sequence[Row]]
    statuses: Mapping[str, NodeStatus]
    incidents: Sequence[Incident]
    cases: Mapping[str, Case]

    def placement(self, node: str) -> Placement | None:
        return next((one for one in self.placements if one.node == node), None)

    def incident_of(self, node: str, subject: str) -> Incident | None:
        """The worst open incident of a node on a subject."""
        own = [one for one in self.incidents if one.node == node and one.subject == subject]
        return min(own, key=lambda one: (one.level or 9, one.opened_us), default=None)


def trend_us(speed: float) -> int:
    """How far back a river's arrow looks: half an hour of the city's own time, at least a minute and a half."""
    return max(round(TREND_S / speed * SECOND_US), 90 * SECOND_US)


def chart_us(speed: float) -> int:
    """The river page's window: a day of the city's own time, at least ten minutes."""
    return max(round(24 * HOUR_US / speed), 10 * MINUTE_US)


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
        series = next((r.series for r in rows.get(placement.node, ()) if r.series.kind == "flood"), None)
        if placement.kind == "gauge" and series is not None:
            start_us = now_us - trend_us(context.speed)
            recent[placement.node] = context.readings.between(series, start_us, now_us + HOUR_US, limit=TREND_ROWS)
    outages = {one.node: one for one in incidents if one.subject == "outage"}
    statuses = {
        one.node: node_status(
            one, presences.get(one.node), rows.get(one.node, ()), outages.get(one.node), now_us, context.speed
        )
        for one in placements
    }
    cases: dict[str, Case] = {}
    for event in {one.event for one in incidents}:
        case = cities.case_of_event(event)
        if case is not None and case.public:
            cases[event] = case
    return Snapshot(now_us, placements, presences, rows, recent, statuses, incidents, cases)


class Snapshots:
    """The newest snapshot, shared by the viewers of one moment.

    A thousand phones on the map in a flood must not ask the store a thousand times a second. `keep_s` is how old a
    shared snapshot may be; 0 reads the stores for every answer. `answered` is told of every good reading.
    """

    def __init__(self, context: Context, keep_s: float, answered: Callable[[], None]) -> None:
        self._context = context
        self._keep_us = round(keep_s * SECOND_US)
        self._answered = answered
        self._lock = threading.Lock()
        self._kept: tuple[int, Snapshot] | None = None

    def now(self) -> Snapshot:
        """Raises Unavailable where a store is away; nothing stale is handed out as fresh."""
        with self._lock:
            mono_us = self._context.clock.mono_us()
            if self._kept is not None and mono_us - self._kept[0] < self._keep_us:
                return self._kept[1]
            snapshot = load(self._context, self._context.clock.now_us())
            self._kept = (mono_us, snapshot)
            self._answered()
            return snapshot
