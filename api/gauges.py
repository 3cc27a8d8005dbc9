"""What a river gauge shows: level, number, arrow, age, and what its silence means. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from api.snapshot import Snapshot
from api.status import is_live, period_of
from contract.city import Profile
from contract.clock import DAY_US, SECOND_US
from contract.decision import NOBODY_SAID, Stance
from contract.incident import Incident
from contract.levels import Level, Scale
from contract.quality import Quality
from store.cases import Case
from store.ports import Placement, Row

Trend = Literal["rising", "falling", "steady"]
Voice = Literal["live", "silent", "dangerous", "never"]
BELIEVED = frozenset({Quality.GOOD, Quality.UNKNOWN})
STEADY_CM = 2.0  # waves
TREND_LEAST_S = 5.0
ROSE_FOR_US = DAY_US  # how long a river that was low but rising when its gauge fell silent is taken as dangerous


@dataclass(frozen=True, slots=True)
class Gauge:
    """One gauge as a page shows it.

    `level` is the graver of the open incident's and the newest good reading's; None where nothing is known. `voice`
    says how far to believe it now: live; silent (last known value, greyed); dangerous (fell silent while high or
    rising: keeps its level, hatched); never (no reading ever). `pending`: one reading alone says so, and the next one
    must bear it out. `flat_us`: since when its number is in doubt, for it stands still though the water moves.
    `stance`: what officers have said of its flood.
    """

    node: str
    name: str
    place: str
    river: str
    river_km: float
    lat: float
    lon: float
    level: Level | None
    local_name: str
    level_cm: float | None
    trend: Trend | None
    observed_us: int | None
    silent_us: int | None
    voice: Voice
    incident: Incident | None
    case: Case | None
    pending: bool = False
    flat_us: int | None = None
    stance: Stance = NOBODY_SAID

    @property
    def is_wrong(self) -> bool:
        """Whether an officer has called its warning wrong."""
        return self.stance.said == "wrong"

    @property
    def css(self) -> str:
        """The class and icon: the level's, `nodata` where it must not be shown as if it were known. Silence is never
        green, also where the last value was."""
        unknown = self.voice in {"silent", "never"} or (self.voice == "dangerous" and self.level is Level.NORMAL)
        if self.level is None or unknown:
            return "nodata"
        return self.level.name.lower()

    @property
    def alarming(self) -> bool:
        return self.voice in {"live", "dangerous"} and self.level is not None and self.level is not Level.NORMAL


def level_cm_of(row: Row) -> float | None:
    """The level a row measured, None for a missing one."""
    value = row.values.get("level_cm")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def place_on(placement: Placement) -> str:
    """Where on its river a gauge stands: `Gondolayu` of a site called `Code di Gondolayu`."""
    before = f"{placement.river} di ".lower()
    name = placement.site_name
    return name[len(before) :] if placement.river and name.lower().startswith(before) else name


def is_believed(row: Row, scale: Scale | None = None) -> bool:
    """Whether its level may be shown as the river's: measured, not doubted by a check, and what the gauge can show."""
    value = level_cm_of(row)
    return value is not None and row.quality in BELIEVED and (scale is None or scale.can_show(value))


def believed(rows: Sequence[Row], scale: Scale | None = None) -> list[Row]:
    """Rows whose level may be shown as the river's."""
    return [row for row in rows if is_believed(row, scale)]


def trend_of(rows: Sequence[Row], scale: Scale | None = None) -> Trend | None:
    """Where the water goes now; None where too few believed rows, oldest first, say it.

    A turn is told once the water has come back by more than `STEADY_CM` from the highest or lowest it had been: an
    average over the window would call a river rising for half the window after its peak. The median of three rows in a
    row keeps one odd value from turning the arrow. What has not moved on for two thirds of the window is steady.
    """
    good = believed(rows, scale)
    if len(good) < 3 or good[-1].observed_us - good[0].observed_us < TREND_LEAST_S * SECOND_US:
        return None
    raw = [level_cm_of(row) or 0.0 for row in good]
    low = high = raw[0]
    trend: Trend = "steady"
    moved_us = good[0].observed_us
    for row, *three in zip(good[2:], raw, raw[1:], raw[2:], strict=False):
        level = median(three)
        low, high = min(low, level), max(high, level)
        if level < high - STEADY_CM or level > low + STEADY_CM:
            trend = "falling" if level < high - STEADY_CM else "rising"
            low = high = level
            moved_us = row.observed_us
    newest_us, span_us = good[-1].observed_us, good[-1].observed_us - good[0].observed_us
    return trend if newest_us - moved_us <= span_us * 2 // 3 else "steady"


def _graver(one: Level | None, other: Level | None) -> Level | None:
    if one is None or other is None:
        return one or other
    return one if one.worse_than(other) else other


def gauge_of(placement: Placement, scale: Scale | None, snapshot: Snapshot) -> Gauge:
    """Build the view of one gauge from the snapshot."""
    node = placement.node
    flood = [row for row in snapshot.rows.get(node, ()) if row.series.kind == "flood"]
    recent = snapshot.recent.get(node, ())
    good = believed([*flood, *recent], scale)
    last = max(good, key=lambda row: row.observed_us, default=None)
    incident = snapshot.incident_of(node, "flood")
    trend = trend_of(recent, scale)
    level_cm = level_cm_of(last) if last else (incident.value if incident else None)
    read = scale.level_at(level_cm) if scale and level_cm is not None else None
    level = _graver(incident.level if incident else None, read)
    voice = _voice(placement, snapshot, last, incident, level, trend)
    silent_us = None if voice == "live" or last is None else last.observed_us
    return Gauge(
        node=node,
        name=placement.name,
        place=place_on(placement),
        river=placement.river,
        river_km=placement.river_km,
        lat=placement.lat,
        lon=placement.lon,
        level=level,
        local_name=_own_name(scale, level),
        level_cm=level_cm,
        trend=trend if voice == "live" else None,
        observed_us=last.observed_us if last else None,
        silent_us=silent_us,
        voice=voice,
        incident=incident,
        case=snapshot.cases.get(incident.event) if incident else None,
        pending=voice == "live" and _alone(scale, incident, good),
        flat_us=snapshot.flat_lines.get(node) if voice == "live" else None,
        stance=snapshot.stances.get(incident.id, NOBODY_SAID) if incident else NOBODY_SAID,
    )


def _alone(scale: Scale | None, incident: Incident | None, good: Sequence[Row]) -> bool:
    """Whether only the newest reading shows so grave a level: neither the one before nor an open incident does.

    One good sample is measured but not yet a fact: it may be a branch in the beam.
    """
    rows = sorted({row.observed_us: row for row in good}.values(), key=lambda row: row.observed_us)
    if scale is None or not rows:
        return False
    newest, *before = [scale.level_at(level_cm_of(row) or 0.0) for row in reversed(rows[-2:])]
    known = _graver(incident.level if incident else None, before[0] if before else None) or Level.NORMAL
    return newest.worse_than(known)


def _own_name(scale: Scale | None, level: Level | None) -> str:
    """The city's own name of a level; empty where it only repeats ours."""
    name = scale.local_name(level) if scale and level is not None else ""
    return "" if level is not None and name.upper() == level.name else name


def _voice(
    placement: Placement,
    snapshot: Snapshot,
    last: Row | None,
    incident: Incident | None,
    level: Level | None,
    trend: Trend | None,
) -> Voice:
    if incident is not None and incident.dangerous:
        return "dangerous"
    if last is None:
        return "dangerous" if incident is not None else "never"
    period_s = period_of(last.series.sensor, placement, snapshot.presences.get(placement.node))
    if is_live(last, period_s, snapshot.now_us):
        return "live"
    high = level is not None and level is not Level.NORMAL
    rose = trend == "rising" and snapshot.now_us - last.observed_us < ROSE_FOR_US
    return "dangerous" if high or rose else "silent"


def gauges_of(profile: Profile, snapshot: Snapshot) -> list[Gauge]:
    """All public gauges, river by river from the source down."""
    found = [
        gauge_of(placement, profile.scale_of(placement.node), snapshot)
        for placement in snapshot.placements
        if placement.kind == "gauge"
    ]
    return sorted(found, key=lambda gauge: (gauge.river, gauge.river_km, gauge.name))


def by_river(gauges: Sequence[Gauge]) -> list[tuple[str, list[Gauge]]]:
    """Gauges grouped by river; the river with the gravest gauge first, then by name."""
    rivers: dict[str, list[Gauge]] = {}
    for gauge in gauges:
        rivers.setdefault(gauge.river, []).append(gauge)

    def gravity(item: tuple[str, list[Gauge]]) -> tuple[int, str]:
        return min((g.level or Level.NORMAL).value if g.alarming else 4 for g in item[1]), item[0]

    return sorted(rivers.items(), key=gravity)
