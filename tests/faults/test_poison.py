"""Mutated payloads, alone and among live ones: the fault `poison`."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from support.bench import short

from contract.clock import SystemClock
from faults.venom import Piece, sound, spoil


@pytest.mark.timeout(400)
@pytest.mark.slow
@pytest.mark.trial
def test_nothing_mutated_is_accepted_and_nobody_stops(tmp_path: Path) -> None:
    """No crash, nothing spoilt stored, each kept with its reason within the bound; live readings are all kept."""
    result = short("poison", tmp_path, seed=1, rounds=2_000)
    assert result.failures == []
    assert (result.lost, result.duplicated, result.refused) == (0, 0, 0)
    assert result.committed > 0
    assert result.figures["messages alone"] == 2_000
    assert result.figures["messages among live ones"] > 0


def told(seed: int) -> list[Piece]:
    rng, now_us = random.Random(seed), SystemClock().now_us() // 10**12 * 10**12
    return [spoil(rng, sound(rng, "contoh", "n", "s", "flood", now_us, 1)) for _ in range(300)]


def test_the_same_seed_spoils_the_same_way() -> None:
    """A failed seed can be told again; another one is another story."""
    assert told(5) == told(5)
    assert told(5) != told(6)


def test_every_way_is_walked() -> None:
    """Twenty-four ways of spoiling a batch, none of them twice."""
    assert len({piece.way for seed in range(3) for piece in told(seed)}) == 24
