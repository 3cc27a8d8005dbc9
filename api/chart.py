"""A river's chart as numbers: what the SVG template draws. Pure; units of the drawing, y down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from api.gauges import is_believed, level_cm_of
from contract.clock import SECOND_US, from_us
from contract.levels import Level, Scale
from store.ports import Row

TOP, BOTTOM = 12.0, 30.0
LABEL_GAP = 17.0
STEPS_CM = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000)
STEPS_S = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400, 172800)


@dataclass(frozen=True, slots=True)
class Paper:
    """What a chart is drawn on. `columns` is how many stretches of time are told apart, `ticks` how many at most."""

    width: float
    height: float
    left: float
    right: float
    columns: int
    ticks: int

    @property
    def x1(self) -> float:
        return self.width - self.right

    @property
    def y1(self) -> float:
        return self.height - BOTTOM


WIDE = Paper(720.0, 300.0, 44.0, 132.0, 360, 7)
NARROW = Paper(344.0, 260.0, 36.0, 100.0, 120, 4)


@dataclass(frozen=True, slots=True)
class Band:
    """The stripe of one level."""

    css: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """A threshold: its line at `y`, its label at `label_y` (moved where two would overlap)."""

    css: str
    y: float
    label_y: float
    raise_cm: float
    level: Level
    local_name: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: `at` in drawing units, `value` in cm or microseconds."""

    at: float
    value: int


@dataclass(frozen=True, slots=True)
class Chart:
    """`segments` are polylines ("x,y x,y"), broken where data are missing; `flagged` are doubted points;
    `gaps` the x and width of stretches without a reading; `fine_ticks`: time marks closer than a minute."""

    bands: tuple[Band, ...]
    lines: tuple[Line, ...]
    segments: tuple[str, ...]
    lone: tuple[tuple[float, float], ...]
    flagged: tuple[tuple[float, float], ...]
    gaps: tuple[tuple[float, float], ...]
    last: tuple[float, float] | None
    x_ticks: tuple[Tick, ...]
    fine_ticks: bool
    y_ticks: tuple[Tick, ...]
    x0: float
    x1: float
    y0: float
    y1: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Charts:
    """The same figures for a desk and for a phone."""

    wide: Chart
    narrow: Chart


def _thinned(points: Sequence[tuple[int, float]], start_us: int, end_us: int, most: int) -> list[tuple[int, float]]:
    """At most the lowest and the highest point of each column: what a pixel can show, and no peak lost."""
    if len(points) <= 2 * most:
        return list(points)
    span = max(end_us - start_us, 1)
    columns: dict[int, list[tuple[int, float]]] = {}
    for point in points:
        columns.setdefault((point[0] - start_us) * most // span, []).append(point)
    kept: set[tuple[int, float]] = set()
    for column in columns.values():
        kept |= {min(column, key=lambda p: p[1]), max(column, key=lambda p: p[1]), column[0], column[-1]}
    return sorted(kept)


def _range_cm(values: Sequence[float], scale: Scale | None) -> tuple[float, float]:
    marks = [threshold.raise_cm for threshold in scale.thresholds] if scale else []
    everything = [*values, *marks] or [0.0, 100.0]
    low, high = min(everything), max(everything)
    if low > 0 and low < 0.4 * high:
        low = 0.0
    pad = max((high - low) * 0.08, 5.0)
    return (low if low == 0 else low - pad), high + pad


def _step(span: float, steps: Sequence[int], most: int) -> int:
    return next((step for step in steps if span / step <= most), steps[-1])


def _bands(scale: Scale | None, low: float, high: float, y_of: Callable[[float], float]) -> tuple[Band, ...]:
    if scale is None:
        return ()
    rising = scale.direction == "rising"
    edges = [threshold.raise_cm for threshold in scale.thresholds]
    levels = [Level.NORMAL, *(threshold.level for threshold in scale.thresholds)]
    starts = [low if rising else high, *edges]
    ends = [*edges, high if rising else low]
    bands = []
    for level, start, end in zip(levels, starts, ends, strict=True):
        top, bottom = y_of(min(max(start, end), high)), y_of(max(min(start, end), low))
        if bottom - top > 0.1:
            bands.append(Band(level.name.lower(), round(top, 1), round(bottom - top, 1)))
    return tuple(bands)


def _spread(lines: Sequence[Line], limit: float) -> tuple[Line, ...]:
    """Push labels apart from the top down, then back up from the bottom, so that none covers another."""
    ordered = sorted(lines, key=lambda line: line.y)
    ys = [line.y for line in ordered]
    for i in range(1, len(ys)):
        ys[i] = max(ys[i], ys[i - 1] + LABEL_GAP)
    for i in range(len(ys) - 1, -1, -1):
        ys[i] = min(ys[i], limit - LABEL_GAP * (len(ys) - 1 - i))
    return tuple(
        Line(line.css, line.y, round(y, 1), line.raise_cm, line.level, line.local_name)
        for line, y in zip(ordered, ys, strict=True)
    )


def _x_ticks(start_us: int, end_us: int, step_s: int, offset_s: int, x_of: Callable[[int], float]) -> tuple[Tick, ...]:
    step_us = step_s * SECOND_US
    offset_us = offset_s * SECOND_US
    first = -(-(start_us + offset_us) // step_us) * step_us - offset_us
    return tuple(Tick(round(x_of(us), 1), us) for us in range(first, end_us + 1, step_us))


def charts_of(
    rows: Sequence[Row],
    scale: Scale | None,
    start_us: int,
    end_us: int,
    *,
    gap_s: float,
    offset_s: int,
    known_us: int | None = None,
) -> Charts:
    """`chart_of` on both papers."""
    wide, narrow = (
        chart_of(rows, scale, start_us, end_us, paper, gap_s, offset_s, known_us) for paper in (WIDE, NARROW)
    )
    return Charts(wide, narrow)


def chart_of(
    rows: Sequence[Row],
    scale: Scale | None,
    start_us: int,
    end_us: int,
    paper: Paper,
    gap_s: float,
    offset_s: int,
    known_us: int | None = None,
) -> Chart:
    """Lay out the rows of start..end. A step longer than `gap_s` breaks the line; `offset_s` is the zone's, so that
    ticks fall on whole local hours. Before `known_us` there was no gauge: nothing is missing there."""
    inside = [row for row in rows if start_us <= row.observed_us <= end_us]
    measured = [(one, value) for one in inside if (value := level_cm_of(one)) is not None]
    good = [(one.observed_us, value) for one, value in measured if is_believed(one, scale)]
    bad = [(one.observed_us, value) for one, value in measured if not is_believed(one, scale)]
    low, high = _range_cm([value for _, value in good], scale)
    bad = [(us, min(max(value, low), high)) for us, value in bad]  # a wild value stays on the paper's edge

    def x_of(us: int) -> float:
        return paper.left + (us - start_us) / max(end_us - start_us, 1) * (paper.x1 - paper.left)

    def y_of(cm: float) -> float:
        return paper.y1 - (cm - low) / (high - low) * (paper.y1 - TOP)

    def at(point: tuple[int, float]) -> tuple[float, float]:
        return round(x_of(point[0]), 1), round(y_of(point[1]), 1)

    runs, gaps = _runs(good, max(start_us, known_us or 0), end_us, round(gap_s * SECOND_US))
    thinned = [[at(point) for point in _thinned(run, start_us, end_us, paper.columns)] for run in runs]
    step_s = _step((end_us - start_us) / SECOND_US, STEPS_S, paper.ticks)
    step_cm = _step(high - low, STEPS_CM, 6)
    first_cm = int(-(-low // step_cm) * step_cm)
    return Chart(
        bands=_bands(scale, low, high, y_of),
        lines=_spread(
            [
                Line(t.level.name.lower(), round(y_of(t.raise_cm), 1), 0.0, t.raise_cm, t.level, t.local_name)
                for t in (scale.thresholds if scale else ())
            ],
            paper.y1,
        ),
        segments=tuple(" ".join(f"{x:g},{y:g}" for x, y in run) for run in thinned if len(run) > 1),
        lone=tuple(run[0] for run in thinned if len(run) == 1),
        flagged=tuple(at(point) for point in bad[-200:]),
        gaps=tuple((round(x_of(a), 1), round(x_of(b) - x_of(a), 1)) for a, b in gaps),
        last=at(good[-1]) if good else None,
        x_ticks=_x_ticks(start_us, end_us, step_s, offset_s, x_of),
        fine_ticks=step_s < 60,
        y_ticks=tuple(Tick(round(y_of(cm), 1), cm) for cm in range(first_cm, int(high) + 1, step_cm)),
        x0=paper.left,
        x1=paper.x1,
        y0=TOP,
        y1=paper.y1,
        width=paper.width,
        height=paper.height,
    )


def _runs(
    points: Sequence[tuple[int, float]], start_us: int, end_us: int, gap_us: int
) -> tuple[list[list[tuple[int, float]]], list[tuple[int, int]]]:
    """Stretches without a hole, and the holes, the ones at both ends included."""
    runs: list[list[tuple[int, float]]] = []
    gaps: list[tuple[int, int]] = []
    before = start_us
    for point in points:
        hole = point[0] - before > gap_us
        if hole:
            gaps.append((before, point[0]))
        if hole or not runs:
            runs.append([])
        runs[-1].append(point)
        before = point[0]
    if end_us - before > gap_us:
        gaps.append((before, end_us))
    return runs, gaps


def zone_offset_s(us: int, zone: tzinfo) -> int:
    """Seconds that `zone` is ahead of UTC at a moment."""
    offset = from_us(us).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
