"""impacts.csv as rows of the impact table, with a finding for whatever does not fit. The editor's uploads are read here
too, so that a file that is in order here is in order there.

A spreadsheet set to Indonesian separates cells by semicolons and writes 182,5: both are read.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import NamedTuple, TypeVar

from cities.findings import Findings
from contract.impact import DEPTHS, Depth, Impact
from contract.impact_check import GAUGE_MOST, Problem, clash, problems_of
from contract.levels import Scale

T = TypeVar("T")
FILE = "impacts.csv"
COLUMNS = (
    "gauge",
    "from_cm",
    "rw",
    "depth",
    "muster",
    "muster_lat",
    "muster_lon",
    "phone",
    "checked_by",
    "checked_on",
    "compared_on",
    "compared",
)
OPTIONAL = frozenset({"muster_lat", "muster_lon", "compared_on", "compared"})
TABLE_CODES: tuple[str, ...] = ("empty", "columns", "cells", "quote", "rows")
"""what may be wrong with a table beside its rows; each has its sentence, `impact_wrong_…`"""
INDONESIAN: Mapping[str, Depth] = {
    "terkepung": "cut_off",
    "mata kaki": "ankle",
    "lutut": "knee",
    "pinggang": "waist",
    "dada": "chest",
    "di atas kepala": "over_head",
}
_NUMBER = re.compile(r"-?\d{1,5}([.,]\d)?")
_DEGREES = re.compile(r"-?\d{1,3}([.,]\d{1,8})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FORMULA = ("=", "+", "-", "@", "|", "%")
LINE_MOST = 5_000
"""characters of a line that is still read"""


class Row(NamedTuple):
    """A row that fits, and its line (from 1)."""

    line: int
    impact: Impact


class Trouble(NamedTuple):
    """A line that does not fit, and why."""

    line: int
    problem: Problem


class Staffs(NamedTuple):
    """What the city's gauges read by, where they stand as (lat, lon), and what day it is, None where nobody asks."""

    scales: Mapping[str, Scale]
    places: Mapping[str, tuple[float, float]]
    today: date | None = None


def read_findings(text: str, staffs: Staffs, findings: Findings) -> tuple[Impact, ...]:
    """The rows of a city's file; what is wrong goes to `findings`."""
    rows, troubles = read_table(text, staffs)
    for line, problem in troubles:
        named = not problem.column or problem.what.startswith(problem.column)
        column = "" if named else f"column {problem.column}: "
        findings.add(FILE, line, f"{column}{problem.what}", problem.remedy)
    return tuple(row.impact for row in rows)


def read_table(text: str, staffs: Staffs, *, most: int | None = None) -> tuple[list[Row], list[Trouble]]:
    """The rows that fit, each with its line, and what is wrong with the others. Lines that begin with `#` and empty
    ones are skipped. `most`: more rows than that are not read at all."""
    cells, troubles = _cells(text.removeprefix("\ufeff"))
    if troubles:
        return [], troubles
    if most is not None and len(cells) > most:
        return [], [Trouble(cells[most][0], Problem("", "rows", f"more than {most} rows", "Send fewer at a time."))]
    rows: list[Row] = []
    for line, given in cells:
        impact, wrong = impact_of(given, staffs.scales)
        if impact is not None:
            place = staffs.places.get(impact.gauge)
            wrong += problems_of(impact, staffs.scales.get(impact.gauge), today=staffs.today, place=place)
            wrong += _against(impact, rows)
        troubles += [Trouble(line, one) for one in wrong]
        if impact is not None and not wrong:
            rows.append(Row(line, impact))
    return rows, sorted(troubles, key=lambda one: one.line)


def impact_of(given: Mapping[str, str], scales: Mapping[str, Scale]) -> tuple[Impact | None, list[Problem]]:
    """A row from its cells' texts by column, None where one of them cannot be read."""
    wrong: list[Problem] = []
    from_cm = _read(wrong, "from_cm", "from_cm", given, number_of, "Write centimetres, as 180 or 182.5.")
    depth: Depth | None = _read(
        wrong, "depth", "depth", given, depth_of, f"Write one of {', '.join((*DEPTHS, *INDONESIAN))}."
    )
    checked_on = _read(wrong, "checked_on", "checked_on", given, day_of, "Write the day as 2026-01-24.")
    compared_on = lat = lon = None
    if given.get("compared_on", "").strip():
        compared_on = _read(wrong, "compared_on", "compared_on", given, day_of, "Write the day as 2026-01-24.")
    if given.get("muster_lat", "").strip():
        lat = _read(wrong, "muster_lat", "place", given, degrees_of, "Write degrees, as -7.7828.")
    if given.get("muster_lon", "").strip():
        lon = _read(wrong, "muster_lon", "place", given, degrees_of, "Write degrees, as 110.3671.")
    if wrong or from_cm is None or depth is None or checked_on is None:
        return None, wrong
    text = {name: " ".join(given.get(name, "").split()) for name in COLUMNS}
    scale = scales.get(text["gauge"])
    return Impact(
        gauge=text["gauge"],
        from_cm=from_cm,
        rw=text["rw"],
        depth=depth,
        muster=text["muster"],
        phone=text["phone"],
        checked_by=text["checked_by"],
        checked_on=checked_on,
        datum=scale.datum if scale is not None else "",
        muster_lat=lat,
        muster_lon=lon,
        compared_on=compared_on,
        compared=text["compared"],
    ), []


def cells_of(impact: Impact) -> tuple[str, ...]:
    """A row as `read_table` reads it again, in the order of COLUMNS."""
    values = (
        impact.gauge,
        f"{impact.from_cm:g}",
        impact.rw,
        impact.depth,
        impact.muster,
        impact.muster_lat,
        impact.muster_lon,
        impact.phone,
        impact.checked_by,
        impact.checked_on,
        impact.compared_on,
        impact.compared,
    )
    return tuple("" if one is None else str(one) for one in values)


def number_of(text: str) -> float | None:
    """Centimetres with one place at most; 1.000 may be a thousand or one, and is nothing."""
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def degrees_of(text: str) -> float | None:
    return float(text.replace(",", ".")) if _DEGREES.fullmatch(text) else None


def day_of(text: str) -> date | None:
    """A day as ISO 8601 writes it; 03/04/2026 is another day to everybody."""
    if _DAY.fullmatch(text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    return None


def depth_of(text: str) -> Depth | None:
    """A depth by its own word or the Indonesian one."""
    word = " ".join(text.split()).casefold().removeprefix("setinggi ")
    return next((one for one in DEPTHS if one == word), INDONESIAN.get(word))


def _read(
    wrong: list[Problem],
    column: str,
    code: str,
    given: Mapping[str, str],
    reader: Callable[[str], T | None],
    remedy: str,
) -> T | None:
    text = given.get(column, "").strip()
    value = reader(text)
    if value is None:
        wrong.append(
            Problem(column, code, f"{column} cannot be {text[:40]!r}" if text else f"{column} is empty", remedy)
        )
    return value


def _against(impact: Impact, rows: Sequence[Row]) -> list[Problem]:
    found = clash(impact, [row.impact for row in rows])
    wrong = []
    if found is not None:
        problem, other = found
        line = next(row.line for row in rows if row.impact is other)
        wrong.append(problem._replace(what=f"{problem.what} (line {line})"))
    if sum(row.impact.gauge == impact.gauge for row in rows) >= GAUGE_MOST:
        what = f"{impact.gauge!r} has more than {GAUGE_MOST} rows"
        wrong.append(Problem("gauge", "rows", what, "Keep those that differ."))
    return wrong


def _cells(text: str) -> tuple[list[tuple[int, dict[str, str]]], list[Trouble]]:
    lines = ["" if one.lstrip().startswith("#") else one for one in text.splitlines()]
    for number, one in enumerate(lines, 1):
        if len(one) > LINE_MOST:
            long = Problem("", "cells", f"a line of over {LINE_MOST} characters", "One line is one row.")
            return [], [Trouble(number, long)]
    first = next((one for one in lines if one.strip()), "")
    reader = csv.reader(lines, delimiter=";" if first.count(";") > first.count(",") else ",")
    header: list[str] | None = None
    found: list[tuple[int, dict[str, str]]] = []
    troubles: list[Trouble] = []
    line = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            return [], [Trouble(line + 1, Problem("", "quote", f"this is not CSV: {error}", "Mend the line."))]
        if cells is None:
            break
        before, line = line + 1, reader.line_num
        if line > before:
            quote = Problem("", "quote", "a double quote opens here and does not close", "Close it, or take it out.")
            return [], [Trouble(before, quote)]
        if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
            continue
        if header is None:
            header = [cell.strip() for cell in cells]
            troubles += [Trouble(line, one) for one in _header(header)]
            if troubles:
                return [], troubles
        elif len(cells) != len(header):
            what = f"{len(cells)} cells where the header has {len(header)}"
            troubles.append(
                Trouble(line, Problem("", "cells", what, "Put a cell that holds a comma in double quotes."))
            )
        else:
            found.append((line, {name: _bare(cell) for name, cell in zip(header, cells, strict=True)}))
    if header is None:
        troubles.append(
            Trouble(1, Problem("", "empty", "the table is empty", f"Its first line is {','.join(COLUMNS)}"))
        )
    return found, troubles


def _header(header: Sequence[str]) -> list[Problem]:
    remedy = f"The columns are {','.join(COLUMNS)}"
    wrong = [Problem(one, "columns", f"unknown column {one[:40]!r}", remedy) for one in header if one not in COLUMNS]
    missing = [one for one in COLUMNS if one not in header and one not in OPTIONAL]
    wrong += [Problem(one, "columns", f"missing column {one!r}", remedy) for one in missing]
    twice = sorted({one for one in header if header.count(one) > 1})
    return wrong + [Problem(one, "columns", f"column named twice: {one[:40]!r}", remedy) for one in twice]


def _bare(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from taking a cell for a formula."""
    text = cell.strip()
    guarded = text.startswith("'") and unicodedata.normalize("NFKC", text[1:]).lstrip().startswith(_FORMULA)
    return text[1:].strip() if guarded else text
