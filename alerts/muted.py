"""The openings that nobody was told of, and what keeps each of them from being told: an incident that explains it, or
a silence or window of people. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from alerts.engine import Transition


class Muted:
    """One city's. `touched` are the events of which something was added or taken since it was last emptied."""

    def __init__(self) -> None:
        self._openings: dict[str, tuple[str, Transition]] = {}
        self._by: dict[str, set[str]] = {}
        self._of: Counter[str] = Counter()
        self.touched: set[str] = set()

    def __len__(self) -> int:
        return len(self._openings)

    def __contains__(self, incident: str) -> bool:
        return incident in self._openings

    @property
    def events(self) -> Collection[str]:
        """Those of which something is muted."""
        return self._of.keys()

    def by(self, source: str) -> list[str]:
        """The incidents that this source keeps from being told."""
        return sorted(self._by.get(source, ()))

    def add(self, by: str, opening: Transition) -> None:
        """Kept from being told, by the incident, silence or window of that id."""
        self._openings[opening.incident.id] = (by, opening)
        self._by.setdefault(by, set()).add(opening.incident.id)
        self._of[opening.event.id] += 1
        self.touched.add(opening.event.id)

    def change(self, transition: Transition) -> None:
        """What is muted is not as it was when it opened: it is told as it stands."""
        by, opening = self._openings[transition.incident.id]
        now = replace(opening, incident=transition.incident, event=transition.event)
        self._openings[transition.incident.id] = (by, now)

    def take(self, incident: str) -> Transition:
        """Its opening, which is muted no more."""
        by, opening = self._openings.pop(incident)
        self._by[by].discard(incident)
        if not self._by[by]:
            del self._by[by]
        self._of[opening.event.id] -= 1
        if not self._of[opening.event.id]:
            del self._of[opening.event.id]
        self.touched.add(opening.event.id)
        return opening
