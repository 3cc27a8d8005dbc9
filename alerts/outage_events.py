"""Which event a point's outage belongs to, and what it is put down to: the points, by what they hang on. Pure.

An event only ever grows: a point's becomes its uplink's, an uplink's its feeder's, and one of unknown cause is given
one that its silence proves. `alerts.causes` says what a silence proves; here is who hangs where, and what becomes of
the events that are open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from alerts.absence_stream import AbsenceStream
from alerts.causes import BRANCHES, Branch, Found, branch_code, deepest, width
from alerts.events import Events, OpenEvent, group_of
from alerts.lifecycle import Onset
from contract.incident import Audience
from store.ports import Cause, Placement


class OutageEvents:
    """The points of every rule about outages, by what they hang on."""

    def __init__(self) -> None:
        self._under: dict[tuple[str, Branch, str], list[AbsenceStream]] = defaultdict(list)

    def hang(self, point: AbsenceStream, place: Placement) -> None:
        """Remember what a point hangs on. Of a rule that asks for no cause, nothing."""
        for branch in BRANCHES.get(point.rule.group_by, ()):
            code = branch_code(place, branch)
            if code:
                self._under[point.rule.id, branch, code].append(point)

    def clear(self) -> None:
        """Places or rules changed: nothing hangs anywhere until it is hung anew."""
        self._under.clear()

    def join(
        self,
        events: Events,
        point: AbsenceStream,
        place: Placement,
        audience: Audience,
        onset: Onset,
        now_us: int,
        floor_us: int,
    ) -> tuple[OpenEvent, bool]:
        """(the event that this onset belongs to, whether it begins it). `floor_us`: no silence counts from before."""
        rule = point.rule
        over = events.over(rule, place, audience)
        if over is not None and over.event.cause != "unknown":
            return over, False
        found = self._cause(point, place, onset, now_us, floor_us)
        group, name = group_of(rule, place, audience, found)
        if over is not None:
            _explain(events, over, (group, name), found.cause)
            return over, False
        event = events.find(rule, group)
        if event is not None:
            return event, False
        event = self._narrower(events, point, found, audience, onset)
        if event is not None:
            events.grow(event, group, name, found.cause)
            return event, False
        return events.begin(rule, group, name, onset.crossed_us, onset.opened_us, found.cause), True

    def _cause(self, point: AbsenceStream, place: Placement, onset: Onset, now_us: int, floor_us: int) -> Found:
        before_us = _alone_before_us(point, onset)

        def peers(branch: Branch, code: str) -> Iterator[AbsenceStream]:
            own = self._under[point.rule.id, branch, code]
            return (one for one in own if one is point or (one.heard_us and not one.dead_before(before_us)))

        def down(one: AbsenceStream) -> bool:
            return one is point or one.suspect(now_us, floor_us)

        return deepest(place, point.rule.group_by, peers, down)

    def _narrower(
        self, events: Events, point: AbsenceStream, found: Found, audience: Audience, onset: Onset
    ) -> OpenEvent | None:
        """The oldest event of a point that hangs on the same and fell silent with this one; a cause only grows, so that
        what is put down to something as wide already stays that."""
        if found.branch is None:
            return None
        before_us = _alone_before_us(point, onset)
        open_ones = [
            events.of(one.incident)
            for one in self._under[point.rule.id, found.branch, found.code]
            if one.incident is not None and one.incident.audience == audience and not one.dead_before(before_us)
        ]
        narrower = (one for one in open_ones if width(one.event.group) < width(found.branch))
        return min(narrower, key=lambda one: one.event.opened_us, default=None)


def _alone_before_us(point: AbsenceStream, onset: Onset) -> int:
    """Who was known to be out before this moment is out for a reason of its own."""
    return onset.crossed_us - point.no_data_us


def _explain(events: Events, event: OpenEvent, named: tuple[str, str], cause: Cause) -> None:
    """An event whose cause was unknown, where the silence proves one now that is no narrower."""
    taken = events.open.get((event.event.rule, named[0]))
    proved = cause not in {"node", "unknown"} and width(named[0]) >= width(event.event.group)
    if proved and (taken is None or taken is event):
        events.grow(event, *named, cause)
