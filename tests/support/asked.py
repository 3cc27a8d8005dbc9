"""A store that notes what it is asked, for tests of how often a page reads."""

from __future__ import annotations

from collections import Counter


class Asked:
    """Hands every question on to the store behind it."""

    def __init__(self, store: object) -> None:
        self._store = store
        self.times: Counter[str] = Counter()

    def __getattr__(self, name: str) -> object:
        self.times[name] += 1
        return getattr(self._store, name)
