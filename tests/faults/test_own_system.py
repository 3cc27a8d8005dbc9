"""The city's own system in the ledger: what is missing there, doubled or under another number is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.city_data import case

from complaints.systems.systemsfile import SystemsFile
from faults.parts.own_system import NAME, filing_books, own_system
from firmware_sim.systems import Held
from store.cases import Case
from store.filings import Filing

FIRST = replace(case(None), number="J-1", public=True, status="confirmed")
CASES = [FIRST, replace(FIRST, number="J-2"), replace(FIRST, number="J-3", status="duplicate")]
HELD = [Held(f"S-{at}", f"Banjir\nNomor Siaga: J-{at}\nhttps://x/kasus/J-{at}", {}, "") for at in (1, 2)]
ROWS = [Filing(f"J-{at}", "cth", NAME, "filed", 0, foreign=f"S-{at}") for at in (1, 2)]

Spoil = Callable[[list[Held], list[Filing], list[Case]], object]


def test_cases_that_are_there_once_are_in_order() -> None:
    """A double is nobody else's business."""
    assert filing_books(HELD, ROWS, CASES) == []


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda held, rows, cases: held.append(replace(HELD[0], number="S-3")), "J-1 was filed 2 times"),
        (lambda held, rows, cases: rows.pop(), "J-2 was never filed"),
        (lambda held, rows, cases: rows.append(replace(rows.pop(), state="unknown")), "J-2 was never filed"),
        (lambda held, rows, cases: held.pop(), "J-2 is S-2 with us and None there"),
        (lambda held, rows, cases: held.append(Held("S-3", "Banjir", {}, "")), "S-3 names [] of ours"),
        (lambda held, rows, cases: cases.pop(0), "J-1 was filed and is no case"),
    ],
)
def test_what_is_missing_or_doubled_is_named(spoil: Spoil, says: str) -> None:
    """By our number."""
    held, rows, cases = list(HELD), list(ROWS), list(CASES)
    spoil(held, rows, cases)
    assert says in "; ".join(filing_books(held, rows, cases))


def test_its_file_is_one_that_a_city_reads(tmp_path: Path) -> None:
    """It takes every case, before an officer has looked."""
    with own_system(tmp_path) as own:
        info = SystemsFile(own.file, ["banjir"]).infos[0]
    assert (info.name, info.unchecked, info.categories) == (NAME, True, ())
