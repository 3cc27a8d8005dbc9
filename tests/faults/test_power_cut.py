"""The power goes at any instant, and the spool keeps its word."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from support.bench import short

from faults.parts.card import SECTOR_BYTES, Cut, Written


@pytest.mark.slow
def test_nothing_promised_is_gone(tmp_path: Path) -> None:
    """Twenty cuts on a card that keeps of its unflushed writes what it likes."""
    result = short("power-cut", tmp_path, seed=1)
    assert result.passed, result.failures
    assert result.committed
    assert result.figures["cuts_with_unflushed_writes"]


def test_card_keeps_what_was_flushed_and_of_the_rest_what_it_likes() -> None:
    """A write before a flush is always there; one after it, in sectors, now and then."""
    safe, loose = b"s" * SECTOR_BYTES, b"l" * 4 * SECTOR_BYTES
    log = [Written(0, safe), Written(0, b""), Written(SECTOR_BYTES, loose)]
    kept = set()
    for seed in range(40):
        image = Cut(bytes(5 * SECTOR_BYTES), log).at(3, random.Random(seed))
        assert image[:SECTOR_BYTES] == safe
        sectors = [image[place : place + SECTOR_BYTES] for place in range(SECTOR_BYTES, len(image), SECTOR_BYTES)]
        assert all(sector in (loose[:SECTOR_BYTES], bytes(SECTOR_BYTES)) for sector in sectors)
        kept.add(sum(sector != bytes(SECTOR_BYTES) for sector in sectors))
    assert {0, 4} < kept
