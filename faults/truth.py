"""What truly happened to the water, by a story's physics alone: the alert engine's own code has no word in it.

A flood of one gauge begins when its water is at or above the level that raises, and ends when it has been below the
level that clears for the clear time. Floods of one river's gauges that overlap are one event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from contract.city import Profile
from contract.kinds import FloodValues
from contract.levels import Level
from firmware_sim.story import Pole, Story

_EVERY_S = 60.0


class Excursion(NamedTuple):
    """One gauge's flood, in story seconds. `until_s`: when its water had last been above; None while it is."""

    node: str
    river: str
    from_s: float
    until_s: float | None


def excursions(
    levels: Iterable[tuple[float, float]], raise_cm: float, clear_cm: float, for_s: float, clear_for_s: float
) -> list[tuple[float, float | None]]:
    """(from, until) of each flood in a series of (seconds, cm). A rise shorter than `for_s` is none."""
    found: list[tuple[float, float | None]] = []
    above_since: float | None = None
    below_since: float | None = None
    began: float | None = None
    for at_s, cm in levels:
        if began is None:
            above_since = None if cm < raise_cm else (at_s if above_since is None else above_since)
            if above_since is not None and at_s - above_since >= for_s:
                began, below_since = above_since, None
        elif cm >= clear_cm:
            below_since = None
        else:
            below_since = at_s if below_since is None else below_since
            if at_s - below_since >= clear_for_s:
                found.append((began, below_since))
                began = above_since = None
    if began is not None:
        found.append((began, None))
    return found


def floods(story: Story, profile: Profile, until_s: float, *, for_s: float, clear_for_s: float) -> list[Excursion]:
    """Every flood of every gauge with a rising scale, from story second 0 to `until_s`."""
    found: list[Excursion] = []
    scales = {scale.gauge: scale for scale in profile.scales if scale.direction == "rising"}
    for pole in story.poles:
        scale = scales.get(pole.spec.node)
        mark = scale.threshold(Level.WASPADA) if scale is not None else None
        if mark is None:
            continue
        series = _levels(story, pole, until_s)
        found += [
            Excursion(pole.spec.node, pole.site.river, from_s, to_s)
            for from_s, to_s in excursions(series, mark.raise_cm, mark.clear_cm, for_s, clear_for_s)
        ]
    return found


def _levels(story: Story, pole: Pole, until_s: float) -> Iterable[tuple[float, float]]:
    sensor = next(sensor for sensor in pole.spec.sensors if sensor.kind == "flood")
    at_s = 0.0
    while at_s <= until_s:
        values = story.values(pole, sensor, at_s)
        if isinstance(values, FloodValues) and values.level_cm is not None:
            yield at_s, values.level_cm
        at_s += _EVERY_S


def events(found: Sequence[Excursion]) -> list[tuple[Excursion, ...]]:
    """The excursions of each event: those of one river that overlap."""
    grouped: list[list[Excursion]] = []
    ends: list[float] = []
    for one in sorted(found, key=lambda one: (one.river, one.from_s)):
        until_s = float("inf") if one.until_s is None else one.until_s
        if grouped and grouped[-1][0].river == one.river and one.from_s <= ends[-1]:
            grouped[-1].append(one)
            ends[-1] = max(ends[-1], until_s)
        else:
            grouped.append([one])
            ends.append(until_s)
    return [tuple(group) for group in grouped]
