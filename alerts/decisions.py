"""What people's decisions mean to the engine: when two have ended a flood, and what a silence or window holds. Pure.

What is held is judged and kept as ever; it is only not said. That something is over is held where nobody was told
that it began, for else people would wait for an end that came long ago. What is still open when the silence or window
ends is said then, once, as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from alerts.engine import Transition
from alerts.rules import Rule
from contract.attention import standing
from contract.decision import TOGETHER_US, Decision, Facts, covers, holds
from contract.incident import Incident, What
from store.ports import Placement

_TIMED = frozenset({"silence", "window"})
_ENDERS = frozenset({"unsilence", "end_window"})


def agree(decision: Decision, said: Iterable[Decision]) -> bool:
    """Whether with this `end` two different people have said it of the same incident, half an hour apart at most.

    `said`: what was decided about the incident, this one among it or not.
    """
    return any(
        other.kind == "end"
        and other.incident == decision.incident
        and other.by != decision.by
        and other.number < decision.number
        and abs(decision.at_us - other.at_us) <= TOGETHER_US
        for other in said
    )


def facts_of(incident: Incident, severity: str, place: Placement) -> Facts:
    """An incident as matchers see it."""
    return Facts(
        incident=incident.id,
        event=incident.event,
        subject=incident.subject,
        audience=incident.audience,
        rule=incident.rule,
        node=incident.node,
        site=place.site,
        region=place.region,
        river=place.river,
        severity=severity,
    )


class Hush:
    """The silences and windows of a city, and what they hold back. It marks changes with what holds them; what that
    means for what is told is the notifier's."""

    def __init__(self) -> None:
        self._rows: dict[str, Decision] = {}
        self._force: tuple[Decision, ...] = ()
        self._untold: dict[str, str] = {}
        """incident -> what holds its opening: nobody was told of it"""
        self._later: dict[str, Transition] = {}
        """the newest held change of incidents that people were told of"""
        self.freed: list[str] = []
        """incidents that nothing holds any more, until that is committed"""
        self.count = 0
        """how many changes were held since the start"""

    def learn(self, decision: Decision) -> None:
        """A row that a person has added; the same again changes nothing."""
        if decision.kind in _TIMED | _ENDERS:
            self._rows[decision.id] = decision

    def remember(self, held: Transition) -> None:
        """A change that an earlier engine held and that nothing newer has overtaken."""
        if held.change.what is What.OPENED:
            self._untold[held.incident.id] = held.change.held
        else:
            self._later[held.incident.id] = held

    @property
    def untold(self) -> Mapping[str, str]:
        """Incident -> what holds its opening."""
        return self._untold

    def advance(self, now_us: int) -> bool:
        """Let time pass, or take in what was learned; whether other silences and windows hold than before."""
        if not self._rows and not self._force:
            return False
        timed = {one.id: one for one in self._rows.values() if one.kind in _TIMED and (one.until_us or 0) > now_us}
        enders = {one.id: one for one in self._rows.values() if one.body.get("ends") in timed}
        self._rows = timed | enders
        before, self._force = self._force, tuple(standing(self._rows.values(), now_us))
        return before != self._force

    # ------------------------------------------------------------ what is held

    def weigh(self, told: Sequence[Transition], places: Mapping[str, Placement]) -> list[Transition]:
        """The same changes, each with what holds it. Each is weighed once."""
        if not (self._force or self._untold or self._later):
            return list(told)
        return [self._weighed(one, places.get(one.incident.node)) for one in told]

    def _weighed(self, one: Transition, place: Placement | None) -> Transition:
        incident, over = one.incident, one.change.what is What.RESOLVED
        if place is None or incident.audience == "shadow":
            return one
        # What was announced is said to be over; what nobody knows of is not.
        by = self._untold.get(incident.id, "") or ("" if over else self._holder(one, place))
        if over:
            self._untold.pop(incident.id, None)
        if not by or over:
            self._later.pop(incident.id, None)
        if not by:
            return one
        self.count += 1
        held = replace(one, change=replace(one.change, held=by))
        if one.change.what is What.OPENED:
            self._untold[incident.id] = by
        elif incident.id not in self._untold and not over:
            self._later[incident.id] = held
        return held

    def _holder(self, one: Transition, place: Placement) -> str:
        seen = facts_of(one.incident, one.rule.severity, place)
        return next((decision.id for decision in self._force if holds(decision, seen)), "")

    def holds_back(self, one: Transition, places: Mapping[str, Placement]) -> bool:
        """Whether something holds what could be said of this incident now."""
        place = places.get(one.incident.node)
        return one.incident.id in self._untold or (place is not None and bool(self._force and self._holder(one, place)))

    # ------------------------------------------------------------ what is let go

    def over(self) -> set[str]:
        """What holds an opening and is over."""
        return set(self._untold.values()) - {one.id for one in self._force}

    def held_by(self, opening: Transition, places: Mapping[str, Placement]) -> str:
        """By what else an opening is held whose silence or window is over, "" where it is to be told now."""
        place = places.get(opening.incident.node)
        by = "" if place is None else self._holder(opening, place)
        if by:
            self._untold[opening.incident.id] = by
        else:
            self._untold.pop(opening.incident.id, None)
            self.freed.append(opening.incident.id)
        return by

    def free(self, places: Mapping[str, Placement]) -> list[Transition]:
        """The newest change of each incident that people know of and that nothing holds any more: it is told once."""
        found = []
        for incident, one in list(self._later.items()):
            place = places.get(one.incident.node)
            if place is not None and not self._holder(one, place):
                del self._later[incident]
                self.freed.append(incident)
                found.append(replace(one, change=replace(one.change, held="")))
        return found

    # ------------------------------------------------------------ what is being worked on

    def works(
        self, incidents: Iterable[Incident], places: Mapping[str, Placement], rules: Mapping[str, Rule]
    ) -> list[tuple[str, Decision]]:
        """(event, window) for each outage that people know of and whose every open point stands in the window."""
        windows = [one for one in self._force if one.kind == "window"]
        of_event: dict[str, list[Facts]] = {}
        for one in incidents if windows else ():
            place, rule = places.get(one.node), rules.get(one.rule)
            known = one.subject == "outage" and one.audience != "shadow" and one.id not in self._untold
            if known and place is not None and rule is not None:
                of_event.setdefault(one.event, []).append(facts_of(one, rule.severity, place))
        return [
            (event, window)
            for event, seen in of_event.items()
            for window in windows
            if all(covers(window, facts) for facts in seen)
        ]
