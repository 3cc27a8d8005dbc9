"""Recorded rivers: a column of a file as readings in their order."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from contract.clock import to_us


@dataclass(frozen=True)
class Point:
    at_us: int
    cm: float


def series(path: Path, column: str, factor: float = 1.0) -> list[Point]:
    """Times carry their zone; an empty cell is no reading."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = [(row["time"], row[column]) for row in csv.DictReader(file) if row[column] not in {"", "nan"}]
    return [Point(to_us(datetime.fromisoformat(when)), float(value) * factor) for when, value in rows]
