"""Floods that nobody saw, through a city's rules: levels found late, levels told wrongly, and what errors change.

`python -m benchmarks.made_up_floods [MANY]` draws so many floods (1,500), the same each time, and prints one JSON
object, kept in `results/`. A flood is one to three waves that rise within a quarter of an hour to a day, on water that
plays by a centimetre or two, read every 5 to 60 minutes under a scale with a `jump_cm` of 30, 60 or 100. In one of
thirty an error is planted at every place, as into the recorded floods.
"""

from __future__ import annotations

import math
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from alerts.rulefile import load_rules
from alerts.rules import Levels
from benchmarks import floods
from benchmarks.machine import tell
from cities.load import rules_folder
from contract.clock import MINUTE_US
from contract.levels import Level, Scale, Threshold

SEED = 7
MANY = 1_500
PLANTED_ONE_IN = 30
_EVERY_MIN = (5, 10, 15, 30, 60)
_JUMP_CM = (30.0, 60.0, 100.0)
_RISE_MIN = (15, 30, 45, 60, 120, 240, 720, 1_440)
_MARKS = Scale(
    "made-up",
    "",
    "rising",
    (
        Threshold(Level.WASPADA, 90.0, 80.0, ""),
        Threshold(Level.SIAGA, 120.0, 108.0, ""),
        Threshold(Level.AWAS, 160.0, 144.0, ""),
    ),
)


def water(draw: random.Random, every_min: int) -> list[floods.Point]:
    """One to three waves, each a rise like half a cosine and a fall that slows, with ten hours after the last."""
    base = draw.uniform(10, 60)
    waves, start = [], draw.uniform(60, 240)
    for _ in range(draw.choice((1, 2, 3))):
        rise = draw.choice(_RISE_MIN)
        fall = rise * draw.choice((1.5, 3, 6))
        waves.append((start, rise, fall, draw.uniform(40, 350)))
        start += rise + fall * draw.uniform(0.3, 2) + draw.uniform(0, 200)

    def cm(minute: int) -> float:
        height = base
        for began, rise, fall, peak in waves:
            if began < minute <= began + rise:
                height += peak * (0.5 - 0.5 * math.cos(math.pi * (minute - began) / rise))
            elif minute > began + rise:
                height += peak * math.exp(-2 * (minute - began - rise) / fall)
        return height + draw.gauss(0, 1.5)

    return [floods.Point(minute * MINUTE_US, cm(minute)) for minute in range(0, int(start + 600), every_min)]


def drawn(many: int) -> Iterator[tuple[list[floods.Point], floods.River]]:
    """So many floods and the gauge that hears each: under Jakarta's rule where it is read twice an hour or less, else
    under Yogyakarta's, whose silence of half an hour is for gauges that speak more often."""
    draw = random.Random(SEED)
    hourly, often = (
        next(one for one in load_rules(rules_folder(city)) if isinstance(one.condition, Levels))
        for city in ("jakarta", "yogyakarta")
    )
    for _ in range(many):
        every_min, jump_cm = draw.choice(_EVERY_MIN), draw.choice(_JUMP_CM)
        scale = replace(_MARKS, jump_cm=jump_cm)
        yield water(draw, every_min), floods.River(often if every_min < 30 else hourly, scale, 60.0 * every_min)


def measured(many: int = MANY) -> dict[str, Any]:
    """All figures of so many floods."""
    whole: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for number, (points, river) in enumerate(drawn(many)):
        figures = floods.judge(points, river)
        trusting = floods.judge(points, floods.River(river.rule, replace(river.scale, jump_cm=None), river.period_s))
        if number % PLANTED_ONE_IN == 0:
            floods.plant(points, river, figures)
        whole.update(
            readings=figures.readings,
            levels=len(figures.true),
            late=len(figures.late),
            late_without_jump_cm=len(trusting.late),
            other=len(figures.other),
            other_without_jump_cm=len(trusting.other),
            planted=figures.planted,
        )
        wrong.update(figures.wrong)
    return {"seed": SEED, "floods": many, **whole, "planted_that_told_a_level": dict(sorted(wrong.items()))}


if __name__ == "__main__":
    tell("made_up_floods", measured(*(int(one) for one in sys.argv[1:])))
