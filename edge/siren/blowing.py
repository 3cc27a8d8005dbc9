"""When one siren is on and when it is off. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Blowing:
    """From `since_us` to `until_us` (monotonic); `on_us` on and `off_us` off in turn, or on all the time where `off_us`
    is 0."""

    since_us: int = 0
    until_us: int = 0
    on_us: int = 1
    off_us: int = 0

    @property
    def drill(self) -> bool:
        return self.off_us > 0

    def sounds(self, mono_us: int) -> bool:
        """Whether it is at work, be it in a pause of its rhythm."""
        return self.since_us <= mono_us < self.until_us

    def is_on(self, mono_us: int) -> bool:
        return self.sounds(mono_us) and (mono_us - self.since_us) % (self.on_us + self.off_us) < self.on_us

    def next_us(self, mono_us: int) -> int | None:
        """When it changes next; None while it is silent."""
        if not self.sounds(mono_us):
            return None
        if not self.drill:
            return self.until_us
        into_us = (mono_us - self.since_us) % (self.on_us + self.off_us)
        change_us = mono_us - into_us + (self.on_us if into_us < self.on_us else self.on_us + self.off_us)
        return min(change_us, self.until_us)
