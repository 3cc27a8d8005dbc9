"""How much is told in a minute: a bound on what is said, never on what is kept. Pure."""

from __future__ import annotations

from contract.clock import MINUTE_US


class Budget:
    """So many sayings a minute of the clock; a clock that jumps begins a new minute."""

    def __init__(self, told_per_min: float) -> None:
        self._most = max(1, round(told_per_min))
        self._minute = -1
        self._said = 0

    def take(self, now_us: int) -> bool:
        """Whether one more may be said now; it is counted."""
        self._look(now_us)
        if self._said >= self._most:
            return False
        self._said += 1
        return True

    def next_us(self, now_us: int) -> int:
        """When there is room again."""
        self._look(now_us)
        return now_us if self._said < self._most else (self._minute + 1) * MINUTE_US

    def _look(self, now_us: int) -> None:
        minute = now_us // MINUTE_US
        if minute != self._minute:
            self._minute, self._said = minute, 0
