"""Who hangs? A process shows that it lives by a number that moves; where it stands still for too long, it hangs.

Judged by our own monotonic clock from when we saw the number move, never by the times in it: a clock that is set, and
a machine that slept, make nobody look hung.
"""

from __future__ import annotations

from collections.abc import Hashable

from contract.clock import SECOND_US


class Watchdog:
    """One process's signs of life. One that has shown none yet is given `starting_s`, and never less than `after_s`."""

    def __init__(self, after_s: float, starting_s: float = 0.0) -> None:
        self._after_us = round(after_s * SECOND_US)
        self._starting_us = max(self._after_us, round(starting_s * SECOND_US))
        self._life: Hashable = None
        self._sign: Hashable = None
        self._moved_us = 0
        self._looked_us = 0

    def silent_s(self, life: Hashable, sign: Hashable, mono_us: int) -> float | None:
        """How long it has been silent where that is too long, else None.

        `life` names the process (a new one begins anew), `sign` is its newest sign of life, None before the first.
        Whoever looks after a long time itself has seen nothing of that time, and does not count it.
        """
        pause_us = mono_us - self._looked_us
        self._looked_us = mono_us
        if life != self._life or sign != self._sign:
            self._life, self._sign, self._moved_us = life, sign, mono_us
        elif pause_us > self._after_us // 2:
            self._moved_us += pause_us
        silent_us = mono_us - self._moved_us
        bound_us = self._starting_us if sign is None else self._after_us
        return silent_us / SECOND_US if silent_us > bound_us else None
