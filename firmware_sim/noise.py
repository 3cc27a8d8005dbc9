"""Repeatable chance: the same seed and the same words give the same number, in any process and any order."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from math import floor

_SPAN = 2.0**64


@lru_cache(maxsize=16_384)
def unit(seed: int, *words: str | int) -> float:
    """A number in [0, 1) that looks random and is always the same for these words."""
    text = "\x1f".join(str(word) for word in (seed, *words))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") / _SPAN


def between(low: float, high: float, seed: int, *words: str | int) -> float:
    """A number in [low, high)."""
    return low + (high - low) * unit(seed, *words)


def drift(at_s: float, every_s: float, seed: int, *words: str | int) -> float:
    """A smooth wander in [-1, 1): a chance value every `every_s`, joined by straight lines."""
    position = at_s / every_s
    knot = floor(position)
    before, after = (2 * unit(seed, *words, number) - 1 for number in (knot, knot + 1))
    return before + (after - before) * (position - knot)
