"""The port of sirens, loudspeakers and strobes."""

from __future__ import annotations

from typing import Protocol


class Siren(Protocol):
    """One device. Each call returns what it said to it, for people; raises Unavailable (later) or Rejected (never).

    `key` names the call: the same again does nothing more. Safe to share between threads.
    """

    def sound(self, for_s: float, key: str, *, drill: bool = False) -> str:
        """Sound for so many seconds, then fall silent without being told. For a drill in another way, where it has
        one."""

    def stop(self, key: str) -> str:
        """Fall silent. One that is silent says yes."""

    def test(self, key: str) -> str:
        """Show that it is there, as quietly as it can."""
