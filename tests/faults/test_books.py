"""The ledger is judged reading by reading."""

from __future__ import annotations

from faults.books import Account, settle
from firmware_sim import NodeLedger


def _node(stored: int, pending: int, *, refused: int = 0, dropped: int = 0) -> NodeLedger:
    committed = stored + pending + refused + dropped
    return NodeLedger("gauge-1", "0" * 16, committed, stored, refused, dropped, pending)


def test_a_loss_is_seen_beside_a_reading_that_is_kept_and_not_yet_acknowledged() -> None:
    """Reading 2 was acknowledged and is gone; reading 4 is kept and its node does not know: the totals agree."""
    account = settle(_node(stored=3, pending=1), frozenset({4}), {1: 1, 3: 1, 4: 1})
    assert account == Account(stored=3, pending=0, lost=1, duplicated=0)


def test_what_is_kept_and_not_yet_acknowledged_is_stored_and_not_pending() -> None:
    """The answer was under way when the node stopped."""
    account = settle(_node(stored=2, pending=2), frozenset({3, 4}), {1: 1, 2: 1, 3: 1})
    assert account == Account(stored=3, pending=1, lost=0, duplicated=0)


def test_refused_and_dropped_are_accounted_for_and_twice_kept_is_seen() -> None:
    """Every way out of a spool has its place; a number kept twice is one too many."""
    account = settle(_node(stored=2, pending=0, refused=1, dropped=1), frozenset(), {1: 1, 2: 2})
    assert account == Account(stored=2, pending=0, lost=0, duplicated=1)
