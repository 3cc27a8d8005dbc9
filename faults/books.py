"""Does the ledger close? Judged reading by reading, by number: two wrongs never make a right.

Comparing totals would not do. A reading that was acknowledged and is gone, beside another that is kept while its node
has not heard so yet, leaves every total as it should be.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from firmware_sim import NodeLedger, ledger, waiting
from store.ports import Case, CityStore, ReadingStore


class Account(NamedTuple):
    """One node's epoch. `pending`: at the node and not in the store. `duplicated`: rows beyond one a number."""

    stored: int
    pending: int
    lost: int
    duplicated: int


def settle(node: NodeLedger, waiting: frozenset[int], kept: Mapping[int, int]) -> Account:
    """The account of a node that has stopped. `waiting`: the numbers it still holds; `kept`: number -> rows in the
    store. A published reading that the bound dropped may be in the store as well: then nothing is lost."""
    pending = len(waiting - kept.keys())
    missing = node.committed - len(kept) - node.refused - node.dropped - pending
    return Account(len(kept), pending, max(0, missing), sum(kept.values()) - len(kept))


def kept_seqs(readings: ReadingStore, city: str) -> Mapping[tuple[str, str], Mapping[int, int]]:
    """(node, epoch) -> seq -> rows, by reading every row of the store once."""
    found: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    since_us = 0
    while rows := readings.received_since(city, since_us):
        for row in rows:
            found[row.series.node, row.epoch][row.seq] += 1
        since_us = rows[-1].received_us + 1
    return found


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
    if kept:
        raise ValueError(f"readings of nobody's spool: {sorted(kept)}")
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
