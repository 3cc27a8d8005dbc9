"""Is the river rising? Decides whether a reading goes out at once and how patiently a lost connection is retried."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from contract.clock import MINUTE_US, SECOND_US

_MEMORY = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class RisingLimits:
    """A gauge rises while its level stands at least `min_rise_cm` above the lowest of the last `window_s` and has come
    up from there at `rising_cm_per_min` or faster. It counts as rising for `hold_s` after that."""

    rising_cm_per_min: float = 0.5
    min_rise_cm: float = 3.0
    window_s: float = 1_800.0
    hold_s: float = 900.0


class Rising:
    """One gauge's watch. Pure; at most 64 samples of memory: where more come in the window, the oldest are let go."""

    def __init__(self, limits: RisingLimits) -> None:
        self._limits = limits
        self._samples: deque[tuple[int, float]] = deque(maxlen=_MEMORY)
        self._until_us: int | None = None

    def see(self, level_cm: float, mono_us: int) -> bool:
        """Take a sample; True where this very sample shows a rise."""
        limits = self._limits
        while self._samples and mono_us - self._samples[0][0] > limits.window_s * SECOND_US:
            self._samples.popleft()
        lowest = min(self._samples, key=lambda sample: (sample[1], -sample[0]), default=None)
        self._samples.append((mono_us, level_cm))
        if lowest is None:
            return False
        rise_cm = level_cm - lowest[1]
        minutes = max(mono_us - lowest[0], 1) / MINUTE_US
        rises = rise_cm >= limits.min_rise_cm and rise_cm / minutes >= limits.rising_cm_per_min
        if rises:
            self._until_us = mono_us + round(limits.hold_s * SECOND_US)
        return rises

    def still(self, mono_us: int) -> bool:
        """Whether the gauge counts as rising now."""
        return self._until_us is not None and mono_us < self._until_us
