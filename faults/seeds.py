"""Seeds that once broke a promise. The tests try each of them again."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

from faults.result import Result

FILE = "failed-seeds.csv"
KEPT = Path(__file__).parent / FILE
"""those that were mended, and must stay so"""
_HEAD = ("fault", "seed", "rounds", "form", "why")
_SHORT, _WHOLE = "short", "whole"


class Seed(NamedTuple):
    """A trial that failed once, in its short form or not. `why`: what was found to be wrong, in words."""

    fault: str
    seed: int
    rounds: int
    short: bool
    why: str


def keep(file: Path, result: Result, *, short: bool) -> None:
    """Add a failed trial, once."""
    known = {(seed.fault, seed.seed, seed.rounds, seed.short) for seed in load(file)}
    if (result.fault, result.seed, result.rounds, short) in known:
        return
    new = not file.exists()
    with file.open("a", newline="", encoding="utf-8") as out:
        rows = csv.writer(out, lineterminator="\n")
        if new:
            rows.writerow(_HEAD)
        why = "; ".join(result.failures) or f"{result.lost} lost, {result.duplicated} twice"
        form = _SHORT if short else _WHOLE
        rows.writerow((result.fault, result.seed, result.rounds, form, " ".join(why.split())[:200]))


def load(file: Path = KEPT) -> list[Seed]:
    """All of a file; none where there is no file."""
    if not file.exists():
        return []
    with file.open(newline="", encoding="utf-8") as source:
        return [
            Seed(row["fault"], int(row["seed"]), int(row["rounds"]), row.get("form") == _SHORT, row["why"])
            for row in csv.DictReader(source)
        ]
