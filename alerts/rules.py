"""A rule as a plain value: what it watches, when it raises and clears, whom it tells and in which words.

Durations are seconds of a city's own time and end in `_s`, so that `contract.compress.compressed` plays them fast.
Thresholds are never in a rule: they live with the gauge, in its scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from contract.city import NodeKind, Text
from contract.incident import Audience, Subject
from contract.kinds import KindName

GroupBy = Literal["river", "uplink", "site", "node"]
Severity = Literal["info", "warning", "critical"]


@dataclass(frozen=True, slots=True)
class Match:
    """Which streams a rule watches. `sensor` None: every sensor of that kind on a node of these kinds."""

    kind: KindName
    nodes: tuple[NodeKind, ...]
    sensor: str | None = None


@dataclass(frozen=True, slots=True)
class Levels:
    """Raise and clear by the thresholds of the gauge's own scale, with its hysteresis. `field` is in the scale's cm."""

    field: str


@dataclass(frozen=True, slots=True)
class Absence:
    """Raise when no live reading comes, or when `field` is measured and is none of `good`.

    An empty `field` leaves silence alone.
    """

    field: str
    good: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a city's pack.

    `for_s`: how long the condition must hold, completed only by a later good sample. `clear_for_s`: how long good
    samples must stay clear. `no_data_for_s`: how long silence may last. `recurs_within_s`: a new event of a group
    within this time of the old one's end points to it. `severity` goes into the log line; which agency answers is the
    desk's to say, by category and area. `version` is a hash of the rule's text.
    """

    id: str
    version: str
    subject: Subject
    match: Match
    condition: Levels | Absence
    for_s: float
    clear_for_s: float
    no_data_for_s: float
    recurs_within_s: float
    severity: Severity
    category: str
    audience: Audience
    group_by: GroupBy
    texts: Mapping[str, Text]


def longest_window_s(rules: Sequence[Rule]) -> float:
    """How far back a reading can still matter to what is judged now."""
    return max((max(rule.for_s, rule.clear_for_s, rule.no_data_for_s) for rule in rules), default=0.0)
