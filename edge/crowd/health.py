"""Whether the camera can be believed. Pure: the time of each frame is passed in, in µs of a monotonic clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from contract.clock import SECOND_US

State = Literal["ok", "warming_up", "stalled", "frozen", "dark", "low_fps"]
BLIND: tuple[State, ...] = ("warming_up", "stalled", "frozen", "dark")
"""In these states there is no count: the last number is not what is there now."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long is too long, how dark is too dark. `dark_below` is mean brightness, 0 to 255; `fewest_fps` in Hz."""

    warm_up_s: float = 30.0
    stalled_after_s: float = 10.0
    frozen_after_s: float = 10.0
    dark_below: float = 12.0
    fewest_fps: float = 0.5


class Health:
    """Follows one camera, frame by frame."""

    def __init__(self, limits: Limits, began_us: int) -> None:
        self._limits = limits
        self._began_us = began_us
        self._seen_us: int | None = None
        self._changed_us: int | None = None
        self._print: int | None = None
        self._brightness = 255.0

    def frame(self, at_us: int, fingerprint: int, brightness: float) -> None:
        """A frame came. `fingerprint` is equal for identical frames only; `brightness` its mean, 0 to 255."""
        lost = self._seen_us is not None and at_us - self._seen_us > self._limits.stalled_after_s * SECOND_US
        if fingerprint != self._print or self._changed_us is None or lost:
            self._print, self._changed_us = fingerprint, at_us
        self._seen_us = at_us
        self._brightness = brightness

    def state(self, at_us: int, fps: float | None) -> State:
        """What the camera is now. `fps` is the rate of judged frames over the period, None where none was due yet."""
        limits = self._limits
        if self._seen_us is None:
            warming = at_us - self._began_us <= limits.warm_up_s * SECOND_US
            return "warming_up" if warming else "stalled"
        if at_us - self._seen_us > limits.stalled_after_s * SECOND_US:
            return "stalled"
        # Compression makes a few frames of an empty square identical; nothing makes them so for this long.
        if self._changed_us is not None and self._seen_us - self._changed_us >= limits.frozen_after_s * SECOND_US:
            return "frozen"
        if self._brightness < limits.dark_below:
            return "dark"
        if fps is not None and fps < limits.fewest_fps:
            return "low_fps"
        return "ok"
