"""Water that was high while nobody could hear it: found once its readings have come, and put on record. Pure.

The very engine that judges live is told one gauge's stored readings in the order of their own time, as in a replay. Of
what it opens then, that is found which nobody can have known of: some reading of its onset came late. What a
measurement did not bear out (a gauge that was high once, and then a hole) is no finding, for its danger is past.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from alerts.engine import Engine, Transition
from alerts.late import Stretch
from alerts.lifecycle import LIVE_AT_LEAST_US, USABLE
from alerts.samples import from_row
from contract import incident as life
from contract.clock import SECOND_US
from contract.incident import Change, Incident, What, event_id, found_id
from contract.staging import narrower
from store.ports import EngineCommit, Event, Placement, Row

_EPOCH = "0" * 16


@dataclass
class Life:
    """One incident as the engine would have told it, had it heard everything in time. `came_us`: when the last reading
    of its onset had come; `late`: whether that was too late to be judged."""

    incident: Incident
    event: Event
    came_us: int
    late: bool
    changes: list[Change] = field(default_factory=list)

    @property
    def until_us(self) -> int | None:
        """When it was over, None where it is not."""
        return self.incident.resolved_us


class Past:
    """The readings of one stretch, told in the order of their own time to an engine that knows nothing yet."""

    def __init__(self, engine: Engine, stretch: Stretch, live_us: int) -> None:
        """`live_us`: how old a reading may be when it comes and still be live."""
        self._engine = engine
        self._stretch = stretch
        self._live_us = live_us
        self._taken_us, self._came_us = array("q"), array("q")
        self._lives: dict[str, Life] = {}
        self.last_us = 0
        """when the newest reading that was told was taken"""

    def tell(self, row: Row) -> None:
        """The next reading. One that is doubtful, or of whose time nothing is known, is no information."""
        at_us = row.observed_us
        if row.quality not in USABLE or row.trust == "untrusted":
            return
        # A reading that was taken at the very moment of a deadline was in time.
        self._take(self._engine.tick(at_us - 1))
        self._taken_us.append(at_us)
        self._came_us.append(row.received_us)
        self.last_us = at_us
        for one in self._lives.values():
            # A reading that was taken later was here first: those of the onset were not judged in their turn.
            one.late = one.late or row.received_us < one.came_us
        sample = from_row(row)._replace(epoch=_EPOCH, seq=len(self._taken_us), trust="synced")
        self._take(self._engine.step(sample, at_us))
        self._take(self._engine.tick(at_us))

    def found(self) -> list[Life]:
        """What nobody can have known of, in the order in which it opened; those that are not over, too."""
        return [one for one in self._lives.values() if one.late]

    @property
    def running(self) -> bool:
        """Whether something that began in the stretch is not over."""
        return any(one.until_us is None for one in self._lives.values())

    def _take(self, transitions: Sequence[Transition]) -> None:
        for transition in transitions:
            incident, change = transition.incident, transition.change
            if change.what is What.OPENED and not incident.no_data and self._begins_in_stretch(incident):
                self._lives[incident.id] = self._opened(incident, transition.event)
            if incident.id in self._lives:
                known = self._lives[incident.id]
                known.incident = incident
                known.changes.append(change)

    def _begins_in_stretch(self, incident: Incident) -> bool:
        return incident.crossed_us <= self._stretch.last_us and incident.opened_us >= self._stretch.first_us

    def _opened(self, incident: Incident, event: Event) -> Life:
        first = bisect_left(self._taken_us, incident.crossed_us)
        taken_us, came_us = self._taken_us[first:], self._came_us[first:]
        old = any(came - taken > self._live_us for taken, came in zip(taken_us, came_us, strict=True))
        overtaken = any(later < one for one, later in pairwise(came_us))
        return Life(incident, event, max(came_us), old or overtaken)


def live_us(place: Placement, sensor: str) -> int:
    """How old a reading of this sensor may be when it comes and still be live."""
    _, period_s = place.sensors.get(sensor, ("", 0.0))
    return max(LIVE_AT_LEAST_US, round(2 * period_s * SECOND_US))


def untold(lives: Iterable[Life], stored: Sequence[Incident]) -> list[Life]:
    """Those of which no stored incident knows: of the same rule and entity, at any moment of theirs."""
    return [one for one in lives if not any(_meet(one, other) for other in stored)]


def _meet(one: Life, other: Incident) -> bool:
    mine = one.incident
    if (mine.rule, mine.entity) != (other.rule, other.entity):
        return False
    begins_before = one.until_us is None or other.crossed_us <= one.until_us
    return begins_before and (other.resolved_us is None or other.resolved_us >= mine.crossed_us)


def ended(one: Life, at_us: int) -> Life:
    """A life of which nothing is known after `at_us`, taken to be over then."""
    incident, change = life.resolved(one.incident, one.incident.value, at_us, at_us)
    return replace(one, incident=incident, changes=[*one.changes, change])


def on_record(found: Sequence[Life], now_us: int) -> EngineCommit:
    """What is kept of lives that are over: said to nobody, seen by staff at most, and counted for those whom it should
    have been told. Each is an event of its own, for a flood that is told goes on from none that was not."""
    incidents, changes, events = [], [], []
    for one in found:
        was = one.incident
        group = f"{one.event.group}~found"
        event = replace(
            one.event,
            id=event_id(was.city, was.rule, f"{group}/{was.entity}", was.crossed_us),
            group=group,
            opened_us=was.opened_us,
            closed_us=was.resolved_us,
            recurs=None,
        )
        kept = replace(
            was,
            id=found_id(was.city, was.rule, was.entity, was.crossed_us),
            event=event.id,
            audience=narrower("staff", was.audience),
            owed=was.audience,
            found_us=now_us,
            came_us=one.came_us,
        )
        incidents.append(kept)
        events.append(event)
        changes += [replace(change, incident=kept.id, said_us=now_us) for change in one.changes]
    return EngineCommit(incidents=tuple(incidents), changes=tuple(changes), events=tuple(events))
