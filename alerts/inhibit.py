"""What is not told while something graver explains it: Alertmanager's inhibition, on incidents. Pure.

A source mutes targets that have the same values under `equal`; missing, empty and equal are the same. An incident that
matches both sides is not muted by another that does, so that it can never mute itself. A flood is never muted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from alerts.rules import Rule
from contract.incident import WATER, Incident
from store.ports import Event, Placement

LABELS = (
    "rule", "subject", "severity", "category", "audience", "cause", "node", "site", "region", "river", "uplink", "power"
)  # fmt: skip
"""What an incident is known by here."""


@dataclass(frozen=True, slots=True)
class Inhibition:
    """While an incident like `source` is open, those like `target` with the same `equal` are not told."""

    source: Mapping[str, str]
    target: Mapping[str, str]
    equal: tuple[str, ...]


def labels_of(incident: Incident, rule: Rule, event: Event, place: Placement | None) -> dict[str, str]:
    """The labels of an incident where it stands now."""
    known = {
        "rule": rule.id,
        "subject": incident.subject,
        "severity": rule.severity,
        "category": rule.category,
        "audience": incident.audience,
        "cause": event.cause,
        "node": incident.node,
    }
    if place is None:
        return known
    return known | {
        "site": place.site,
        "region": place.region,
        "river": place.river,
        "uplink": place.uplink,
        "power": place.power,
    }


def fits(matchers: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Whether all matchers are the same as the labels; a missing label is an empty one."""
    return all(labels.get(name, "") == value for name, value in matchers.items())


@dataclass(slots=True)
class _Side:
    """The open sources of one inhibition, by the values under `equal`: those that are no targets themselves apart."""

    all: dict[tuple[str, ...], set[str]] = field(default_factory=lambda: defaultdict(set))
    sole: dict[tuple[str, ...], set[str]] = field(default_factory=lambda: defaultdict(set))


class Inhibitor:
    """The open sources of a city. Asking costs the number of inhibitions, however many incidents are open."""

    def __init__(self, inhibitions: Sequence[Inhibition]) -> None:
        self._inhibitions = tuple(inhibitions)
        self._sides = [_Side() for _ in self._inhibitions]
        self._sources: dict[str, dict[str, str]] = {}

    @property
    def any(self) -> bool:
        """Whether anything is ever muted."""
        return bool(self._inhibitions)

    def opened(self, incident: str, labels: Mapping[str, str]) -> None:
        """An incident began, or is known by other labels now."""
        if incident in self._sources:
            self.ended(incident)
        for one, side in zip(self._inhibitions, self._sides, strict=True):
            if fits(one.source, labels):
                self._sources[incident] = dict(labels)
                side.all[_equal(one, labels)].add(incident)
                if not fits(one.target, labels):
                    side.sole[_equal(one, labels)].add(incident)

    def ended(self, incident: str) -> bool:
        """An incident is over. Whether it may have muted something."""
        labels = self._sources.pop(incident, None)
        if labels is None:
            return False
        for one, side in zip(self._inhibitions, self._sides, strict=True):
            for sources in (side.all, side.sole):
                held = sources.get(_equal(one, labels))
                if held is not None:
                    held.discard(incident)
                    if not held:
                        del sources[_equal(one, labels)]
        return True

    def muted_by(self, incident: str, labels: Mapping[str, str]) -> str:
        """The id of an open incident that mutes this one, empty where none does."""
        if labels.get("subject") in WATER:
            return ""
        for one, side in zip(self._inhibitions, self._sides, strict=True):
            if not fits(one.target, labels):
                continue
            sources = (side.sole if fits(one.source, labels) else side.all).get(_equal(one, labels), ())
            found = next((source for source in sources if source != incident), "")
            if found:
                return found
        return ""


def _equal(inhibition: Inhibition, labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(labels.get(name, "") for name in inhibition.equal)
