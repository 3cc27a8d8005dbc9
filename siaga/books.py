"""Does the ledger close? Judged reading by reading, by number: two wrongs never make a right.

Comparing totals would not do. A reading that was acknowledged and is gone, beside another that is kept while its node
has not heard so yet, leaves every total as it should be.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from firmware_sim import NodeLedger
from store.ports import ReadingStore


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
