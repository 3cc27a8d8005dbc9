"""What lies behind an alarm: its readings and their flags, its gauge's marks, its history and the rest of its event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from api.alarms import Alarm
from api.chart import Charts, charts_of, zone_offset_s
from api.context import Context
from api.evidence import flags_of
from api.gauges import level_cm_of
from api.releases import Release, of_dam
from api.status import DEFAULT_PERIOD_S
from contract.city import NodeKind
from contract.clock import HOUR_US, MINUTE_US
from contract.errors import Unavailable
from contract.incident import WATER, Change, Incident
from contract.kinds import KindName
from contract.levels import Scale
from store.ports import Row, Series

BEFORE_US = 6 * HOUR_US
BEFORE_LEAST_US = 5 * MINUTE_US
AFTER_US = 30 * MINUTE_US
READINGS_MOST = 2_000
_MEASURES: Mapping[NodeKind, KindName] = {"gauge": "flood", "wifi": "hotspot", "camera": "crowd"}
GAP_PERIODS = 3


@dataclass(frozen=True, slots=True)
class Lying:
    """All of it. `away`: the readings cannot be read just now, the rest is whole. `rows` oldest first, the newest
    READINGS_MOST of `from_us` to `to_us`; `chart` for a gauge that said something; `flags` count the readings that a
    check doubted; `changes` are the incident's own, `others` the other incidents of its event; `cctv_url` opens the
    city's own video system, "" where it names none for the site; `notices` are what was announced of a dam, the newest
    first."""

    from_us: int
    to_us: int
    series: Series | None
    rows: Sequence[Row]
    chart: Charts | None
    flags: tuple[tuple[str, int], ...]
    scale: Scale | None
    changes: tuple[Change, ...]
    others: tuple[Incident, ...]
    cctv_url: str
    away: bool = False
    notices: tuple[Release, ...] = ()


def lying_behind(context: Context, alarm: Alarm, now_us: int) -> Lying:
    """Read it from the stores. Raises Unavailable where the city's database is away. An alarm whose readings cannot be
    read is an alarm still."""
    incident = alarm.incident
    before_us = max(round(BEFORE_US / context.speed), BEFORE_LEAST_US)
    from_us = incident.crossed_us - before_us
    to_us = now_us if incident.open else min((incident.resolved_us or incident.changed_us) + AFTER_US, now_us)
    series = series_of(alarm)
    rows = _rows(context, series, from_us, to_us) if series is not None else ()
    notices = _notices(context, incident, to_us) if incident.announced else ()
    water = incident.subject in WATER or any(level_cm_of(row) is not None for row in rows or ())
    scale = context.profile.scale_of(incident.node) if water else None
    site = context.profile.site_of(incident.node)
    changes = context.cities.changes_of(incident.event)
    return Lying(
        from_us=from_us,
        to_us=to_us,
        series=series,
        rows=rows or (),
        chart=_chart(context, alarm, rows, scale, from_us, to_us) if rows and water else None,
        flags=flags_of(rows or ()),
        scale=scale,
        changes=tuple(one for one in changes if one.incident == incident.id),
        others=tuple(one for one in context.cities.incidents_of(incident.event) if one.id != incident.id),
        cctv_url=site.cctv_url if site is not None else "",
        away=rows is None or notices is None,
        notices=tuple(notices or ()),
    )


def _rows(context: Context, series: Series, from_us: int, to_us: int) -> Sequence[Row] | None:
    """None where the readings' store is away."""
    try:
        return context.readings.between(series, from_us, to_us + 1, limit=READINGS_MOST)
    except Unavailable:
        return None


def _notices(context: Context, incident: Incident, to_us: int) -> Sequence[Release] | None:
    """None where the readings' store is away."""
    try:
        return of_dam(context, incident, incident.crossed_us, to_us)
    except Unavailable:
        return None


def series_of(alarm: Alarm) -> Series | None:
    """The readings that are judged: the entity's own sensor; where the entity is a node, or a river or site that a rule
    takes together, the first of what the node is there for. None where it has none."""
    incident, place = alarm.incident, alarm.placement
    sensors = place.sensors if place is not None else {}
    node, _, named = incident.entity.partition("/")
    if node != incident.node or not named:
        own = _MEASURES.get(place.kind) if place is not None else None
        named = next((sensor for sensor, (kind, _) in sensors.items() if kind == own), next(iter(sensors), ""))
    if not named:
        return None
    kind = sensors[named][0] if named in sensors else "flood" if incident.subject == "flood" else "hotspot"
    return Series(incident.city, incident.node, named, kind)


def _chart(
    context: Context, alarm: Alarm, rows: Sequence[Row], scale: Scale | None, from_us: int, to_us: int
) -> Charts:
    sensors = alarm.placement.sensors if alarm.placement is not None else {}
    _, period_s = sensors.get(rows[0].series.sensor, ("flood", DEFAULT_PERIOD_S))
    # A gauge that is new, or more readings than are read here: what is not drawn is not missing.
    start_us = max(from_us, min(rows[0].observed_us, alarm.incident.crossed_us))
    return charts_of(
        rows,
        scale,
        start_us,
        to_us,
        known_us=start_us,
        gap_s=GAP_PERIODS * period_s,
        offset_s=zone_offset_s(to_us, ZoneInfo(context.profile.zone)),
    )
