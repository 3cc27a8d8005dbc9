"""A single reading that jumps, pure: a keying error and the first wave of a flash flood look the same until the next.

Gauge keepers type 80 for 800, a branch swims through an ultrasonic beam. Neither says anything of the water, and either
could begin a run, or break one. So a reading that lies further from the last than the water of this gauge moves between
two readings (`jump_cm` of its scale) waits for the one after it. Where that is back near the old water, the jump was
never there; else it counts from the moment at which it was taken, so that a true wave is found no later for it.

A keeper may also forget a digit for hours (215, 21, 21, 215), and a sensor that came loose says nought for days. Two
such readings bear each other out and would tell people that all is clear. No river falls like that: what lies below the
last believed water by more than it moves in three readings, or by a jump at a tenth of it, ends nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

_BACK = 1.5
"""how many jumps away from the old water the next reading may be and still be called back"""
_COME_UP = 1 / 3
"""so much of a jump is more than a river plays while nothing happens"""
_LIKELY = 2.0
"""so many jumps at once a flood takes that is under way; beyond that are more errors than floods"""
_NO_WATER = 3.0
"""no water moves by so many jumps from one reading to the next"""


Unbelieved = Callable[[str, int, float], None]
"""Told of each reading that is not believed: node, event time, value (cm)."""


class Once:
    """Tells of a reading once, however many of the rules that hear it do not believe it."""

    __slots__ = ("_last", "_tell")

    def __init__(self, tell: Unbelieved) -> None:
        self._tell = tell
        self._last: tuple[str, int, float] | None = None

    def __call__(self, node: str, at_us: int, value: float) -> None:
        if (node, at_us, value) != self._last:
            self._last = node, at_us, value
            self._tell(node, at_us, value)


class Doubted(NamedTuple):
    """A reading that waits for the next: event time, value (cm), and how it may be used (`lifecycle.Use`)."""

    at_us: int
    value: float
    use: int


def jumps(jump_cm: float, before: float, value: float) -> bool:
    """Whether `value` lies too far from the last believed one, NaN where there is none, to be believed alone."""
    return abs(value - before) > jump_cm  # False for NaN


def was_never_there(jump_cm: float, before: float, doubted: float, value: float) -> bool:
    """Whether the reading after a doubted one is back at the old water: nearer to it than to the doubted reading, and
    not so far from it that the river itself must have moved."""
    back = abs(value - before)
    return back < abs(value - doubted) and back <= _BACK * jump_cm


def has_come_up(jump_cm: float, by_cm: float) -> bool:
    """Whether water that moved so far has truly come up: beside one that jumped, or within two readings."""
    return by_cm >= _COME_UP * jump_cm


def may_complete(jump_cm: float, by_cm: float) -> bool:
    """Whether a reading that jumps so far, while the water was coming up anyway, is more likely the flood than an
    error."""
    return abs(by_cm) <= _LIKELY * jump_cm


def leaps(jump_cm: float, by_cm: float) -> bool:
    """Whether water that moves so far between two readings, the one way or the other, moves as no river does."""
    return by_cm > _NO_WATER * jump_cm


def falls_as_no_water(jump_cm: float, sign: float, before: float, value: float) -> bool:
    """Whether no river falls from the one reading to the next, of a gauge whose danger lies upward (`sign` 1) or
    downward (-1): too far at once, or by a jump to where a keeper lands who forgets the last digit."""
    fall = sign * (before - value)
    if not fall > jump_cm:
        return False  # nor for NaN
    return leaps(jump_cm, fall) or (sign > 0 and abs(10 * value - before) <= jump_cm)


def within(live_us: int, before_us: int, at_us: int) -> bool:
    """Whether two readings are near enough in time to be compared: after a hole nobody knows what the water did."""
    return at_us - before_us <= live_us


NO_JUMP = math.inf
"""of a gauge whose scale names none: nothing is doubted"""
