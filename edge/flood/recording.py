"""A recorded flood: a CSV with a `time` column and columns whose names end in their unit."""

from __future__ import annotations

import csv
import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from contract.errors import BadInput
from edge.flood.moment import ISO, read_us
from edge.flood.source import Unit, to_cm

_MOST_BYTES = 64 * 1024 * 1024
_UNITS: tuple[Unit, ...] = ("cm", "mm", "m", "ft")
_TIME = "time"


@dataclass(frozen=True, slots=True)
class Recording:
    """Rows in the order of time. `length_cm` and `rain_mm` are as long as `times_us`; None is an empty cell."""

    times_us: tuple[int, ...]
    length_cm: tuple[float | None, ...]
    rain_mm: tuple[float | None, ...]

    @property
    def usual_step_us(self) -> int:
        """The median distance of two rows; one second for a single row."""
        steps = [after - before for before, after in pairwise(self.times_us)]
        return round(statistics.median(steps)) if steps else 1_000_000


def unit_of(column: str) -> Unit:
    """The unit in a column's name. Raises ValueError for a name without one."""
    unit = next((unit for unit in _UNITS if column.endswith(f"_{unit}")), None)
    if unit is None:
        raise ValueError(f"the column {column!r} does not end in _cm, _mm, _m or _ft")
    return unit


def read_recording(path: Path, length_column: str, rain_column: str) -> Recording:
    """Read a CSV. Raises BadInput with file, line and remedy for anything that is not as it should be.

    `rain_column` is in mm. An empty cell is a value that is missing; a missing row is a gap.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadInput(f"is over {_MOST_BYTES} bytes", where=str(path), remedy="Cut out the days you need.")
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read(file, path, length_column, rain_column)
    except OSError as error:
        raise BadInput(
            f"cannot be read ({error.strerror})", where=str(path), remedy="Give the path of a CSV file."
        ) from None
    except UnicodeDecodeError:
        raise BadInput("is not text in UTF-8", where=str(path), remedy="Save it as CSV, UTF-8.") from None


def _read(file: Iterable[str], path: Path, length_column: str, rain_column: str) -> Recording:
    # Not strict, an unclosed quote would swallow every row behind it without a word.
    reader = csv.DictReader(file, strict=True)
    wanted = [_TIME, *(column for column in (length_column, rain_column) if column)]
    names = reader.fieldnames or []
    for column in wanted:
        if column not in names:
            raise BadInput(
                f"there is no column {column!r}",
                where=f"{path}, line 1",
                remedy=f"The columns are {', '.join(names) or 'none'}: name one of them, or add a header.",
            )
    unit = unit_of(length_column) if length_column else "cm"
    times: list[int] = []
    lengths: list[float | None] = []
    rains: list[float | None] = []
    try:
        for row in reader:
            where = f"{path}, line {reader.line_num}"
            if None in row:
                raise BadInput(
                    "the line has more columns than the header",
                    where=where,
                    remedy="Write decimals with a point (1.5, not 1,5) and give every column a name.",
                )
            times.append(_time(row[_TIME], times[-1] if times else None, where))
            length = _cell(row[length_column], length_column, where) if length_column else None
            lengths.append(None if length is None else to_cm(length, unit))
            rains.append(_cell(row[rain_column], rain_column, where) if rain_column else None)
    except csv.Error as error:
        raise BadInput(
            str(error), where=f"{path}, line {reader.line_num + 1}", remedy="Check the quotes of that line."
        ) from None
    if not times:
        raise BadInput("has a header and no row", where=str(path), remedy="Give a recording with at least one row.")
    return Recording(tuple(times), tuple(lengths), tuple(rains))


def _time(text: str | None, before_us: int | None, where: str) -> int:
    try:
        at_us = read_us(text or "", ISO, None)
    except ValueError as error:
        raise BadInput(
            f"time: {error}", where=where, remedy="Write ISO 8601 with a zone, such as 2025-03-03T21:00:00+07:00."
        ) from None
    if before_us is not None and at_us <= before_us:
        raise BadInput(
            f"time: {text!r} is not after the line before", where=where, remedy="Sort the file by time, each time once."
        )
    return at_us


def _cell(text: str | None, column: str, where: str) -> float | None:
    if text is None:
        raise BadInput("the line is too short", where=where, remedy="Give every line as many columns as the header.")
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadInput(
            f"{column}: {text!r} is no number", where=where, remedy="Write a number with a point, or leave it empty."
        )
    return value
