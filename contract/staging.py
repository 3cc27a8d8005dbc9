"""How far what a rule or a gauge finds is told: `shadow`, `staff` or `public`, and what takes two people. Pure.

A city's files name the widest circle that they allow. What is in force is the narrower of that and of the stage to
which two people have promoted it; nobody has promoted what is new, so it begins in shadow: judged, kept, told to
nobody. A rule that judges otherwise than when it was promoted (its version changed) is for staff at most until two
people have looked at it again; other words for the same condition change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from contract.city import Text
from contract.incident import Audience, Subject

Staged = Literal["rule", "node"]
"""what has a stage: a rule of the city's pack, or a node (a gauge, a WiFi point, a camera)"""

BREADTH: tuple[Audience, ...] = ("shadow", "staff", "public")
"""from nobody to everybody"""


@dataclass(frozen=True, slots=True)
class PackRule:
    """A rule as whoever promotes it sees it. `version` is a digest of what it judges by, without its words;
    `audience` the widest circle that its file allows; `severity` "" where no engine has said it yet."""

    id: str
    version: str
    audience: Audience
    subject: Subject
    title: Text
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """What was promoted, how far and by whom. `version` is the rule's then, "" for a node. `by_two` is "" for a stage
    that one person has lowered; both are no person's where a city's first pack or an upgrade brought it."""

    city: str
    what: Staged
    name: str
    version: str
    stage: Audience
    by_one: str
    by_two: str
    at_us: int


@dataclass(frozen=True, slots=True)
class StageProposal:
    """A wider stage that one person wants and another must agree to."""

    id: str
    city: str
    what: Staged
    name: str
    version: str
    stage: Audience
    by: str
    created_us: int
    until_us: int


Stages = Mapping[tuple[Staged, str], Stage]
"""what was promoted, by what it is and its name"""


def narrower(one: Audience, other: Audience) -> Audience:
    """The smaller of two circles of people."""
    return BREADTH[min(BREADTH.index(one), BREADTH.index(other))]


def wider(one: Audience, than: Audience) -> bool:
    """Whether it reaches people whom the other does not."""
    return BREADTH.index(one) > BREADTH.index(than)


def in_force(widest: Audience, stage: Stage | None, version: str = "") -> Audience:
    """Who is told: the narrower of what the file allows and what was promoted. `version`: as it judges today."""
    if stage is None:
        return "shadow"
    kept = stage.stage if stage.version == version else narrower(stage.stage, "staff")
    return narrower(widest, kept)
