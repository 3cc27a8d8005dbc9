"""Which stretches of time came late: what was said in them nobody has judged as it would have been judged live. Pure.

Of each sensor one stretch is kept, from the first to the last such reading by their own time. Two that are far apart
become one with all that lies between them, so that it costs the same however often a node is cut off.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from alerts.samples import Sample
from contract.clock import DAY_US, SECOND_US
from contract.kinds import KindName

LOOK_AFTER_S = 60.0
"""how long after the last reading of a back-fill it is taken to be over, and the stretch is looked at"""
AGAIN_S = 600.0
"""how long a stretch waits for the next look where it cannot be read, or is not over; and at most for the end of a
back-fill, for a gauge may lag for days"""
OLDEST_US = 30 * DAY_US
"""a reading that comes later than this is stored, and nothing is looked for in it"""
_AFTER_US = round(LOOK_AFTER_S * SECOND_US)
_AGAIN_US = round(AGAIN_S * SECOND_US)


class Where(NamedTuple):
    """Whose readings they are."""

    node: str
    sensor: str
    kind: KindName


class Stretch(NamedTuple):
    """From when until when, by the readings' own time; when it is to be looked at, and when that is put off no more."""

    first_us: int
    last_us: int
    due_us: int
    by_us: int


class Late:
    """The stretches of one city that have yet to be looked at."""

    def __init__(self) -> None:
        self._stretches: dict[Where, Stretch] = {}

    def __len__(self) -> int:
        return len(self._stretches)

    def note(self, sample: Sample, now_us: int) -> None:
        """At `now_us` this reading was heard, and was not judged as a live one."""
        at_us = sample.observed_us
        if sample.trust == "untrusted" or not now_us - OLDEST_US <= at_us <= now_us:
            return  # it says nothing of when, or of a time that is nobody's business any more
        where = Where(sample.node, sample.sensor, sample.kind)
        known = self._stretches.get(where)
        if known is None:
            self._stretches[where] = Stretch(at_us, at_us, now_us + _AFTER_US, now_us + _AGAIN_US)
            return
        first_us, last_us, by_us = min(known.first_us, at_us), max(known.last_us, at_us), known.by_us
        self._stretches[where] = Stretch(first_us, last_us, min(now_us + _AFTER_US, by_us), by_us)

    def due(self, now_us: int) -> tuple[Where, Stretch] | None:
        """The one that waits longest of those whose back-fill is over."""
        if not self._stretches:
            return None
        where, stretch = min(self._stretches.items(), key=lambda one: one[1].due_us)
        # A clock that was far ahead and is right now must not keep it waiting.
        ahead = stretch.due_us - now_us
        return (where, stretch) if ahead <= 0 or ahead > 2 * _AGAIN_US else None

    def settle(self, where: Where, looked_at: Stretch, now_us: int) -> None:
        """It was looked at. What came meanwhile stays to be looked at."""
        known = self._stretches.get(where)
        if known is None:
            return
        if known == looked_at:
            del self._stretches[where]
            return
        first_us = known.first_us if known.first_us < looked_at.first_us else looked_at.last_us
        self._stretches[where] = Stretch(first_us, known.last_us, now_us + _AFTER_US, now_us + _AGAIN_US)

    def put_off(self, where: Where, now_us: int) -> None:
        """It cannot be said yet: later again."""
        known = self._stretches.get(where)
        if known is not None:
            self._stretches[where] = known._replace(due_us=now_us + _AGAIN_US, by_us=now_us + _AGAIN_US)

    def clear(self) -> None:
        """Nothing is known."""
        self._stretches.clear()

    def state(self) -> list[list[Any]]:
        """For the snapshot: plain values only."""
        return [[*where, *stretch] for where, stretch in self._stretches.items()]

    def restore(self, state: Sequence[Sequence[Any]]) -> None:
        """Back from a snapshot."""
        self._stretches = {
            Where(node, sensor, kind): Stretch(first_us, last_us, due_us, by_us)
            for node, sensor, kind, first_us, last_us, due_us, by_us in state
        }
