"""How grave a river is: four levels, one vocabulary for the whole product.

A city's own number and name come from its scale file and always stand second: Siaga 1 is the worst on some rivers
and the mildest on others.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal


class Level(IntEnum):
    """1 is the worst. Compare with `worse_than`, never with `<`, which reads the wrong way round."""

    AWAS = 1
    SIAGA = 2
    WASPADA = 3
    NORMAL = 4

    def worse_than(self, other: Level) -> bool:
        return self.value < other.value


@dataclass(frozen=True, slots=True)
class Threshold:
    """One level of a gauge.

    `raise_cm` is reached at or above (at or below where the scale's direction is "falling"). The level ends where the
    reading is past `clear_cm` on the other side for the rule's clear time. `local_name` is the city's own ("Siaga 1").
    """

    level: Level
    raise_cm: float
    clear_cm: float
    local_name: str


@dataclass(frozen=True, slots=True)
class Scale:
    """The staff of one gauge: datum, direction, thresholds from the mildest to the worst.

    `jump_cm`: how far its water moves at most from one reading to the next; what jumps further waits for the reading
    after it. None: every reading is believed alone.
    `least_cm`, `most_cm`: what its staff or instrument can show at all; what lies beyond says nothing of the water.
    """

    gauge: str
    datum: str
    direction: Literal["rising", "falling"]
    thresholds: tuple[Threshold, ...]
    normal_name: str = "Normal"
    jump_cm: float | None = None
    least_cm: float | None = None
    most_cm: float | None = None

    @property
    def furthest_cm(self) -> float | None:
        """The bound on the side of the danger."""
        return self.most_cm if self.direction == "rising" else self.least_cm

    def can_show(self, level_cm: float) -> bool:
        """Whether the gauge can show this figure at all."""
        above = self.least_cm is None or level_cm >= self.least_cm
        return above and (self.most_cm is None or level_cm <= self.most_cm)

    def level_at(self, level_cm: float) -> Level:
        """The level that a single reading shows, without hysteresis."""
        shown = Level.NORMAL
        for threshold in self.thresholds:
            reached = level_cm >= threshold.raise_cm if self.direction == "rising" else level_cm <= threshold.raise_cm
            if reached and threshold.level.worse_than(shown):
                shown = threshold.level
        return shown

    def threshold(self, level: Level) -> Threshold | None:
        """The threshold of a level, None for NORMAL and for a level this gauge does not have."""
        return next((threshold for threshold in self.thresholds if threshold.level is level), None)

    def local_name(self, level: Level) -> str:
        """What this city calls the level on this gauge."""
        threshold = self.threshold(level)
        return threshold.local_name if threshold else self.normal_name


def measured_anew(old: Scale, new: Scale) -> bool:
    """Whether a gauge's centimetres are others than before: another zero, or another direction."""
    return (old.datum, old.direction) != (new.datum, new.direction)
