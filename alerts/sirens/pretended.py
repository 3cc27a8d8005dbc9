"""A siren that makes no noise and remembers what it was told: for trials of everything round it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class PretendedSiren:
    """`rings_s`: how long it was last told to sound, 0 while it is silent. `told`: each key once, in order."""

    rings_s: float = 0.0
    told: list[tuple[str, str]] = field(default_factory=list)

    def sound(self, for_s: float, key: str, *, drill: bool = False) -> str:
        """See `Siren.sound`."""
        if self._is_new("drill" if drill else "sound", key):
            self.rings_s = for_s
        return "accepted"

    def stop(self, key: str) -> str:
        """See `Siren.stop`."""
        if self._is_new("stop", key):
            self.rings_s = 0.0
        return "accepted"

    def test(self, key: str) -> str:
        """See `Siren.test`."""
        self._is_new("test", key)
        return "accepted"

    def _is_new(self, do: str, key: str) -> bool:
        new = (do, key) not in self.told
        if new:
            self.told.append((do, key))
        return new
