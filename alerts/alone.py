"""Readings that jumped alone, found whatever any rule made of them: one gauge's, in the order of their time. Pure.

Live, a jump is doubted only where it could begin or end something: 700, 80, 700 below every mark is passed over in one
comparison. Whoever reads a replay wants to see it all the same.
"""

from __future__ import annotations

import math

from alerts.doubt import jumps, was_never_there, within


class Alone:
    """One gauge's. `jump_cm`: of its scale; `live_us`: how far apart two readings may be to be held together."""

    def __init__(self, jump_cm: float, live_us: int) -> None:
        self._jump_cm = jump_cm
        self._live_us = live_us
        self._at_us, self._cm = 0, math.nan
        self._doubted: tuple[int, float] | None = None

    def hear(self, at_us: int, cm: float) -> tuple[int, float] | None:
        """The next reading: when and how high the one before it was, where that jumped alone."""
        doubted, self._doubted = self._doubted, None
        if doubted is not None:
            alone = was_never_there(self._jump_cm, self._cm, doubted[1], cm)
            self._at_us, self._cm = at_us, cm
            return doubted if alone else None
        if jumps(self._jump_cm, self._cm, cm) and within(self._live_us, self._at_us, at_us):
            self._doubted = at_us, cm
        else:
            self._at_us, self._cm = at_us, cm
        return None
