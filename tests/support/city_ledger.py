"""Does the ledger close? Counted from the spools, the store and the desk."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from firmware_sim import ledger, waiting
from siaga.books import kept_seqs, settle
from store.ports import Case, CityStore, ReadingStore


@dataclass(frozen=True)
class Books:
    """All nodes together. `lost` and `duplicated` are what the promises say must be nothing."""

    committed: int
    stored: int
    refused: int
    dropped: int
    pending: int
    lost: int
    duplicated: int
    cases: int
    cases_twice: int


def books(city: str, spools: Path, readings: ReadingStore, cities: CityStore) -> Books:
    """The fleet must have stopped. A reading that is kept and whose node has not heard so is stored, not pending."""
    kept = dict(kept_seqs(readings, city))
    sums: Counter[str] = Counter()
    for node in ledger(spools):
        account = settle(node, waiting(spools, node.node), kept.pop((node.node, node.epoch), {}))
        sums["committed"] += node.committed
        sums["stored"] += account.stored
        sums["refused"] += node.refused
        sums["dropped"] += node.dropped
        sums["pending"] += account.pending
        sums["lost"] += account.lost
        sums["duplicated"] += account.duplicated
    assert not kept, f"readings of nobody's spool: {sorted(kept)}"
    events = Counter(case.event for case in all_cases(city, cities) if case.event is not None)
    return Books(
        committed=sums["committed"],
        stored=sums["stored"],
        refused=sums["refused"],
        dropped=sums["dropped"],
        pending=sums["pending"],
        lost=sums["lost"],
        duplicated=sums["duplicated"],
        cases=len(events),
        cases_twice=sum(number - 1 for number in events.values()),
    )


def all_cases(city: str, cities: CityStore) -> list[Case]:
    """Every case, page after page."""
    found: list[Case] = []
    cursor: str | None = None
    while True:
        page = cities.find_cases(city, cursor=cursor, public_only=False)
        found += page.cases
        cursor = page.next_cursor
        if cursor is None:
            return found
