"""Whether a row of the impact table can be shown to people: its limits, and that it does not contradict another. Pure.

Each thing that may be wrong has a code, so that a page says it in the reader's language and a file's finding in ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from math import cos, hypot, radians
from typing import NamedTuple

from contract.errors import BadInput
from contract.impact import Impact, dialled, rw_key
from contract.levels import Scale

RW_MOST = 60
MUSTER_MOST = 80
PHONE_MOST = 24
DIGITS_LEAST, DIGITS_MOST = 3, 15
"""the shortest emergency numbers, and the longest that E.164 knows"""
CHECKED_BY_MOST = 80
COMPARED_MOST = 200
ABOVE_CM = 1_000.0
"""so far above its worst mark a staff is still believed to be read"""
FAR_KM = 20.0
"""further from its gauge no muster place is: somebody exchanged two numbers"""
GAUGE_MOST, CITY_MOST = 200, 2_000
"""rows of one gauge and of one city"""

CODES: tuple[str, ...] = (
    "gauge",
    "falling",
    "from_cm",
    "range",
    "rw",
    "depth",
    "muster",
    "place",
    "far",
    "phone",
    "checked_by",
    "checked_on",
    "future",
    "compared",
    "compared_on",
    "doubled",
    "shallower",
)
"""everything that may be wrong with a row; each has its sentence, `impact_wrong_…`"""
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]*")
_KM_A_DEGREE = 111.2


class Problem(NamedTuple):
    """One mistake: the column, its code in CODES, what is wrong, how to mend it."""

    column: str
    code: str
    what: str
    remedy: str


def check_impact(impact: Impact) -> None:
    """Raises BadInput for the first limit that a row breaks by itself, without its gauge's scale."""
    for problem in _alone(impact):
        raise BadInput(problem.what, where=problem.column, remedy=problem.remedy)


def problems_of(
    impact: Impact, scale: Scale | None, *, today: date | None = None, place: tuple[float, float] | None = None
) -> list[Problem]:
    """All that is wrong with a row of a gauge with this scale. `today` None: no day is called the future. `place`:
    where the gauge stands, (lat, lon); None where nobody knows."""
    return [*_alone(impact), *_on_staff(impact, scale), *_dates(impact, today), *_distance(impact, place)]


def clash(impact: Impact, beside: Iterable[Impact]) -> tuple[Problem, Impact] | None:
    """What stands against the row among others that are to hold with it, and which of them."""
    for other in beside:
        if other.gauge != impact.gauge or rw_key(other.rw) != rw_key(impact.rw):
            continue
        if other.from_cm == impact.from_cm:
            return Problem("rw", "doubled", f"{impact.rw!r} has a row from {impact.from_cm:g} cm", "Keep one."), other
        low, high = sorted((impact, other), key=lambda one: one.from_cm)
        if high.gravity < low.gravity:
            what = (
                f"{impact.rw!r} would be {high.depth} from {high.from_cm:g} cm and {low.depth} from {low.from_cm:g} cm:"
                " shallower in higher water"
            )
            return Problem("depth", "shallower", what, "Correct a depth or a level."), other
    return None


def _alone(impact: Impact) -> Iterator[Problem]:
    yield from _text("rw", "rw", impact.rw, RW_MOST)
    yield from _text("muster", "muster", impact.muster, MUSTER_MOST)
    yield from _text("checked_by", "checked_by", impact.checked_by, CHECKED_BY_MOST)
    if not -100_000 < impact.from_cm < 100_000:
        yield Problem("from_cm", "from_cm", f"{impact.from_cm} is no level in cm", "Write centimetres, as 180.")
    digits = len(dialled(impact.phone).lstrip("+"))
    if (
        len(impact.phone) > PHONE_MOST
        or not _PHONE.fullmatch(impact.phone.strip())
        or not DIGITS_LEAST <= digits <= DIGITS_MOST
    ):
        yield Problem(
            "phone",
            "phone",
            f"{impact.phone!r} cannot be dialled",
            f"Write {DIGITS_LEAST} to {DIGITS_MOST} digits, as 0274 555123 or 112.",
        )
    if (impact.compared_on is None) != (not impact.compared.strip()):
        yield Problem(
            "compared",
            "compared",
            "the flood that it was compared with needs its day and a sentence, or neither",
            "Fill compared_on and compared, or leave both empty.",
        )
    elif impact.compared:
        yield from _text("compared", "compared", impact.compared, COMPARED_MOST)
    yield from _coordinates(impact)


def _coordinates(impact: Impact) -> Iterator[Problem]:
    lat, lon = impact.muster_lat, impact.muster_lon
    whole = lat is not None and lon is not None and -90 <= lat <= 90 and -180 <= lon <= 180
    if not whole and not (lat is None and lon is None):
        yield Problem(
            "muster_lat",
            "place",
            "the muster place has no whole position",
            "Write latitude and longitude in degrees, as -7.7828 and 110.3671, or leave both empty.",
        )


def _text(column: str, code: str, text: str, most: int) -> Iterator[Problem]:
    if not text.strip() or len(text) > most or not text.isprintable():
        what = f"{column} is empty" if not text.strip() else f"{column} is over {most} characters, or holds odd ones"
        yield Problem(column, code, what, f"Write at most {most} plain characters.")


def _on_staff(impact: Impact, scale: Scale | None) -> Iterator[Problem]:
    if scale is None:
        what = f"{impact.gauge!r} is no gauge of the city with a scale"
        yield Problem("gauge", "gauge", what, "Write the node of a gauge of scale.toml.")
    elif scale.direction == "falling":
        what = f"low water is the danger at {impact.gauge!r}, and no house stands deep in it"
        yield Problem("gauge", "falling", what, "Name a gauge whose scale is rising.")
    else:
        low, high = range_cm(scale)
        if not low <= impact.from_cm <= high:
            what = f"from_cm {impact.from_cm:g} is outside the range of {impact.gauge!r}, {low:g} to {high:g} cm"
            yield Problem("from_cm", "range", what, f"Write centimetres above its zero ({scale.datum}).")


def range_cm(scale: Scale) -> tuple[float, float]:
    """Between which levels a rising gauge can have rows: below the lowest clearing mark the river is normal, and where
    houses stand in water it is not."""
    return min(one.clear_cm for one in scale.thresholds), max(one.raise_cm for one in scale.thresholds) + ABOVE_CM


def _dates(impact: Impact, today: date | None) -> Iterator[Problem]:
    for column, day in (("checked_on", impact.checked_on), ("compared_on", impact.compared_on)):
        if today is not None and day is not None and day > today:
            yield Problem(column, "future", f"{column} {day} is in the future", "Write the day on which it was.")


def _distance(impact: Impact, place: tuple[float, float] | None) -> Iterator[Problem]:
    if place is None or impact.muster_lat is None or impact.muster_lon is None:
        return
    north_km = (impact.muster_lat - place[0]) * _KM_A_DEGREE
    east_km = (impact.muster_lon - place[1]) * _KM_A_DEGREE * cos(radians(place[0]))
    away_km = hypot(north_km, east_km)
    if away_km > FAR_KM:
        what = f"the muster place lies {away_km:.0f} km from {impact.gauge!r}"
        yield Problem("muster_lat", "far", what, "Look whether latitude and longitude are exchanged.")
