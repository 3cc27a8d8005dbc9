"""A wall clock that is looked at beside one that cannot jump."""

from __future__ import annotations

from contract.clock import SECOND_US, Clock

_JUMP_US = 30 * SECOND_US


class ClockWatch:
    """Knows when the machine's clock was set."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: tuple[int, int] | None = None
        self._jumped_mono_us = 0

    def look(self) -> tuple[int, int]:
        """(now, by how much the clock was set since the last look; 0 where it was not), both in microseconds."""
        now_us, mono_us = self._clock.now_us(), self._clock.mono_us()
        jump_us = 0
        if self._last is not None:
            jump_us = (now_us - self._last[0]) - (mono_us - self._last[1])
        self._last = (now_us, mono_us)
        if abs(jump_us) <= _JUMP_US:
            return now_us, 0
        self._jumped_mono_us = mono_us
        return now_us, jump_us

    def jumped_within(self, seconds: float) -> bool:
        """Whether it was set so lately."""
        since_us = self._clock.mono_us() - self._jumped_mono_us
        return self._jumped_mono_us > 0 and since_us <= seconds * SECOND_US
