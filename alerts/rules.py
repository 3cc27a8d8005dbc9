"""A rule as a plain value: what it watches, when it raises and clears, whom it tells and in which words.

Durations are seconds of a city's own time and end in `_s`, so that `contract.compress.compressed` plays them fast.
Thresholds are never in a rule: they live with the gauge, in its scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from alerts.timing import AT_ONCE, Timing
from contract.city import Link, NodeKind, Text
from contract.incident import Audience, Subject
from contract.kinds import KindName
from contract.levels import Level

GroupBy = Literal["river", "cause", "uplink", "site", "node"]
Severity = Literal["info", "warning", "critical"]
Side = Literal["low", "high", "both"]


@dataclass(frozen=True, slots=True)
class Match:
    """Which streams a rule watches. `sensor` None: every sensor of that kind on a node of these kinds. `sites` and
    `regions` empty: wherever it stands; a region stands for itself and all that lie in it (`34.71` for `34.71.04`)."""

    kind: KindName
    nodes: tuple[NodeKind, ...]
    sensor: str | None = None
    sites: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    def stands(self, kind: NodeKind, site: str, region: str) -> bool:
        """Whether a node of this kind, at this site in this region, is one of them."""
        if kind not in self.nodes or (self.sites and site not in self.sites):
            return False
        return not self.regions or any(lies_in(region, one) for one in self.regions)

    def takes(self, kind: KindName, sensor: str) -> bool:
        """Whether readings of this kind of this sensor, on one of its nodes, are meant."""
        return kind == self.kind and self.sensor in {None, sensor}


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
class Rise:
    """Raise where `field` has come up by `raise_cm` within `window_s` (down, on a gauge where low water is the danger);
    clear where it is less than `clear_cm`."""

    field: str
    raise_cm: float
    clear_cm: float
    window_s: float


@dataclass(frozen=True, slots=True)
class Mark:
    """Raise where `field` is at or beyond `raise_at`, clear where it is below `clear_at`: for what has no scale."""

    field: str
    raise_at: float
    clear_at: float


@dataclass(frozen=True, slots=True)
class Usual:
    """Raise where `field` lies `raise_times` the usual deviation, and at least `least`, from what is usual for the hour
    of the week; clear where it is less than `clear_times`. `side`: on which side it is looked at. No hour is judged
    before it has been seen in so many `weeks`."""

    field: str
    raise_times: float
    clear_times: float
    least: float
    weeks: int
    side: Side = "both"


@dataclass(frozen=True, slots=True)
class Release:
    """Raise on a notice that a dam lets go `raise_at` or more of `field`; where it is empty, on any release."""

    field: str
    raise_at: float


@dataclass(frozen=True, slots=True)
class Need:
    """So many sensors of a group must be past what this rule looks for."""

    rule: str
    count: int


@dataclass(frozen=True, slots=True)
class Combined:
    """Raise where, within `within_s` of each other, as many sensors of a group as are needed are past the mark of their
    own rule: an incident of it is open, at `level` or worse where one is named, or silent where `silent`."""

    needs: tuple[Need, ...]
    within_s: float
    level: Level | None = None
    silent: bool = False

    @property
    def field(self) -> str:
        """What it looks at: no field of a reading, but its rules."""
        return " ".join(need.rule for need in self.needs)


Condition = Levels | Absence | Rise | Mark | Usual | Release | Combined


@dataclass(frozen=True, slots=True)
class LinkSilence:
    """How long silence may last of a node that speaks over `link`."""

    link: Link
    no_data_for_s: float


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a city's pack.

    `for_s`: how long the condition must hold, completed only by a later good sample. `clear_for_s`: how long good
    samples must stay clear. `keep_firing_for_s`: for how long after the last good sample that met the condition nothing
    ends or grows milder, however clear it is. `no_data_for_s`: how long silence may last, except where `silences` says
    another time for the link of a node. `recurs_within_s`: a new event of a group
    within this time of the old one's end points to it. `severity` goes into the log line; which agency answers is the
    desk's to say, by category and area. `timing` is when its events are told. `version` is a hash of the rule's text,
    `judges` of what it judges by: other words or another audience leave that as it is.
    """

    id: str
    version: str
    subject: Subject
    match: Match
    condition: Condition
    for_s: float
    clear_for_s: float
    no_data_for_s: float
    recurs_within_s: float
    severity: Severity
    category: str
    audience: Audience
    group_by: GroupBy
    texts: Mapping[str, Text]
    keep_firing_for_s: float = 0.0
    silences: tuple[LinkSilence, ...] = ()
    judges: str = ""
    timing: Timing = AT_ONCE

    def silence_s(self, link: str) -> float:
        """How long a node of this link may be silent."""
        return next((one.no_data_for_s for one in self.silences if one.link == link), self.no_data_for_s)

    def silences_s(self) -> tuple[float, ...]:
        """Every silence that the rule knows, the one for all other links first."""
        return (self.no_data_for_s, *(one.no_data_for_s for one in self.silences))


def alike(one: Rule, other: Rule) -> bool:
    """Whether what one has measured so far counts for the other: the same sort of condition on the same numbers.
    Figures, words and places may differ."""
    return (one.id, one.subject, one.match.kind, type(one.condition), one.condition.field) == (
        other.id,
        other.subject,
        other.match.kind,
        type(other.condition),
        other.condition.field,
    )


def lies_in(region: str, area: str) -> bool:
    """Whether a region's code is the area's, or begins with it at a dot."""
    return region == area or region.startswith(area + ".")


def combining(rules: Sequence[Rule]) -> dict[str, list[Rule]]:
    """The rules that take several together, by each rule whose findings they take."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        if isinstance(rule.condition, Combined):
            for need in rule.condition.needs:
                found.setdefault(need.rule, []).append(rule)
    return found


NOWHERE = Match("node", ())
"""of a rule that reads nothing itself"""


def longest_window_s(rules: Sequence[Rule]) -> float:
    """How far back a reading can still matter to what is judged now."""
    return max((_window_s(rule) for rule in rules), default=0.0)


def _window_s(rule: Rule) -> float:
    if isinstance(rule.condition, Release):
        return 0.0  # what was announced stands in the state and with its incident, and needs nothing from before
    looked_s = rule.condition.window_s if isinstance(rule.condition, Rise) else 0.0
    return max(rule.for_s, rule.clear_for_s, rule.keep_firing_for_s, looked_s, *rule.silences_s())
