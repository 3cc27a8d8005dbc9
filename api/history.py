"""A gauge's readings of a stretch of time, and their chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from api.chart import Charts, charts_of, zone_offset_s
from api.context import Context
from api.snapshot import Snapshot
from api.status import DEFAULT_PERIOD_S, period_of
from contract.clock import SECOND_US
from store.ports import Row

GAP_PERIODS = 3
MARGIN = 10  # a tenth of what is drawn stands before a gauge's very first reading


@dataclass(frozen=True, slots=True)
class History:
    """Rows oldest first, and the chart of them from `start_us` on."""

    start_us: int
    rows: Sequence[Row]
    chart: Charts


def history_of(context: Context, snapshot: Snapshot, node: str, start_us: int, end_us: int) -> History:
    """What a gauge said in a window. Where it had never spoken before, the window begins shortly before its first word:
    an empty field would look like a failure."""
    newest = next((row for row in snapshot.rows.get(node, ()) if row.series.kind == "flood"), None)
    rows = context.readings.between(newest.series, start_us, end_us + 1) if newest else ()
    known_us = start_us
    if newest is not None and rows and not context.readings.between(newest.series, 0, start_us, limit=1):
        known_us = rows[0].observed_us
        start_us = max(start_us, known_us - max((end_us - known_us) // MARGIN, SECOND_US))
    chart = charts_of(
        rows,
        context.profile.scale_of(node),
        start_us,
        end_us,
        known_us=known_us,
        gap_s=gap_s(snapshot, node, newest.series.sensor if newest else ""),
        offset_s=zone_offset_s(end_us, ZoneInfo(context.profile.zone)),
    )
    return History(start_us, rows, chart)


def gap_s(snapshot: Snapshot, node: str, sensor: str) -> float:
    """A pause longer than this is drawn as a hole."""
    placement = snapshot.placement(node)
    period_s = period_of(sensor, placement, snapshot.presences.get(node)) if placement else DEFAULT_PERIOD_S
    return GAP_PERIODS * period_s
