"""How long crests take from gauge to gauge, learned from a city's own history. Pure.

A crest is a highest reading that the water climbed to by `_RISE_CM` and left again by half of that, without a hole on
either side: what a keyboard made, and what nobody saw the end of, is none. Crests of two gauges belong together where
the lower one's came within what the city says of the way, with a good margin; of several, the highest. Fewer than
`ENOUGH` of them teach nothing, and the city's own word stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import mean, quantiles
from typing import NamedTuple

from alerts.doubt import jumps, was_never_there
from contract.clock import MINUTE_US, SECOND_US
from contract.travel import Reach, Travel, told_by

ENOUGH = 5
"""events from which on the city's history says more than its file"""
_RISE_CM = 20.0
_TOP = 0.05
"""how far below the crest, as a share of its rise, the water still counts as at its top"""
_EARLY, _LATE = 0.5, 1.5
"""how far outside the city's word a crest may come and still belong"""
HOLE_US = 180 * MINUTE_US
_AT_LEAST_S = 1_800.0
"""no forecast is sharper than this: readings an hour apart do not say more"""


class Point(NamedTuple):
    """A reading of the water: event time, cm."""

    at_us: int
    cm: float


class Crest(NamedTuple):
    """The middle of the time at the top, and how high the water climbed to it (cm)."""

    at_us: int
    rise_cm: float


class Event(NamedTuple):
    """A crest upstream, and how long it took (s)."""

    passed_us: int
    lag_s: float


@dataclass(frozen=True, slots=True)
class Learned:
    """A pair of gauges: what is forecast with from now on, the events behind it, and for each how far the forecast
    from all others lay beside it (s, later than forecast is positive), and how many came within the window."""

    travel: Travel
    events: tuple[Event, ...]
    left_out_s: tuple[float, ...]
    within: int


def sound(points: Sequence[Point], jump_cm: float | None) -> list[Point]:
    """Without the readings that jump alone."""
    if jump_cm is None or len(points) < 3:
        return list(points)
    kept = [points[0]]
    for here, after in zip(points[1:], [*points[2:], None], strict=True):
        before = kept[-1].cm
        alone = after is None or was_never_there(jump_cm, before, here.cm, after.cm)
        if not (jumps(jump_cm, before, here.cm) and alone):
            kept.append(here)
    return kept


def crests(points: Sequence[Point], *, falling: bool = False) -> list[Crest]:
    """Every crest in the order of time. `falling`: of a gauge where low water is bad."""
    found: list[Crest] = []
    sign = -1.0 if falling else 1.0
    for run in _without_holes(points):
        low = high = 0
        for i, point in enumerate(run):
            cm = sign * point.cm
            if cm > sign * run[high].cm:
                high = i
            rise = sign * (run[high].cm - run[low].cm)
            if rise >= _RISE_CM and sign * run[high].cm - cm >= _RISE_CM / 2:
                found.append(Crest(_top_us(run, high, sign, rise), rise))
                low = high = i
            elif cm < sign * run[low].cm:
                low = high = i
    return found


def _without_holes(points: Sequence[Point]) -> Iterable[list[Point]]:
    run: list[Point] = []
    for point in points:
        if run and point.at_us - run[-1].at_us > HOLE_US:
            yield run
            run = []
        run.append(point)
    if run:
        yield run


def _top_us(run: Sequence[Point], high: int, sign: float, rise: float) -> int:
    floor = sign * run[high].cm - _TOP * rise
    first = last = high
    while first and sign * run[first - 1].cm >= floor:
        first -= 1
    while last + 1 < len(run) and sign * run[last + 1].cm >= floor:
        last += 1
    return (run[first].at_us + run[last].at_us) // 2


def events(reach: Reach, above: Sequence[Crest], below: Sequence[Crest]) -> list[Event]:
    """Crests that belong together, each at most once, the highest first choice on either side."""
    first_us, last_us = (
        round(margin * seconds * SECOND_US) for margin, seconds in ((_EARLY, reach.earliest_s), (_LATE, reach.latest_s))
    )
    free = set(below)
    found = []
    for crest in sorted(above, key=lambda one: -one.rise_cm):
        came = [one for one in free if first_us <= one.at_us - crest.at_us <= last_us]
        if came:
            one = max(came, key=lambda one: one.rise_cm)
            free.discard(one)
            found.append(Event(crest.at_us, (one.at_us - crest.at_us) / SECOND_US))
    return sorted(found)


def learn(reach: Reach, above: Sequence[Crest], below: Sequence[Crest]) -> Learned:
    """What the history of two gauges says of the way between them."""
    known = events(reach, above, below)
    lags = [event.lag_s for event in known]
    so_far = [lag - _usual_s(reach, lags[:i]) for i, lag in enumerate(lags)]
    others = [forecast(reach, [*lags[:i], *lags[i + 1 :]]) for i in range(len(lags))]
    travel = replace(
        forecast(reach, lags),
        forecasts=len(so_far),
        error_s=mean(abs(error) for error in so_far) if so_far else None,
    )
    return Learned(
        travel,
        tuple(known),
        tuple(lag - one.usual_s for lag, one in zip(lags, others, strict=True)),
        sum(one.earliest_s <= lag <= one.latest_s for lag, one in zip(lags, others, strict=True)),
    )


def forecast(reach: Reach, lags_s: Sequence[float]) -> Travel:
    """From the lags known so far: a tenth came before `earliest_s` and a tenth after `latest_s`. Too few: the city's
    own word."""
    if len(lags_s) < ENOUGH:
        return replace(told_by(reach), events=len(lags_s))
    tenths = quantiles(lags_s, n=10, method="inclusive")
    early, usual, late = tenths[0], tenths[4], tenths[8]
    wider = max(0.0, _AT_LEAST_S - (late - early)) / 2
    return Travel(reach.upstream, reach.downstream, early - wider, usual, late + wider, True, len(lags_s))


def _usual_s(reach: Reach, lags_s: Sequence[float]) -> float:
    return forecast(reach, lags_s).usual_s
