"""A history of gauges to what it teaches of the water's way between them, and that as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean
from typing import Any

from alerts.travel import ENOUGH, Learned, Point, crests, sound
from alerts.travel import learn as learn_reach
from contract.city import Profile
from siaga.history import Series


def in_river_time(given: Series, speed: float) -> Series:
    """What a world that runs `speed` times as fast has stored, as it would have been read at the river: backwards from
    the last reading on."""
    last_us = max((past.at_us for past in given.history), default=0)
    slow = [past._replace(at_us=last_us - round((last_us - past.at_us) * speed)) for past in given.history]
    return given._replace(history=slow)


def learn(profile: Profile, given: Series) -> list[Learned]:
    """One a reach of the city, in the order of its file."""
    found = {}
    for gauge in {one for reach in profile.reaches for one in (reach.upstream, reach.downstream)}:
        scale = profile.scale_of(gauge)
        points = [Point(past.at_us, past.cm) for past in given.history if past.gauge == gauge]
        falling = scale is not None and scale.direction == "falling"
        found[gauge] = crests(sound(points, scale.jump_cm if scale else None), falling=falling)
    return [learn_reach(reach, found[reach.upstream], found[reach.downstream]) for reach in profile.reaches]


def as_json(profile: Profile, given: Series, learned: Sequence[Learned]) -> dict[str, Any]:
    """Under the names that the series gives its gauges; all times in minutes."""
    name = {node: gauge for gauge, node in given.gauges.items()}
    pairs = []
    for reach, one in zip(profile.reaches, learned, strict=True):
        travel, errors = one.travel, [_minutes(error) for error in one.left_out_s]
        pairs.append(
            {
                "upstream": name.get(reach.upstream, reach.upstream),
                "downstream": name.get(reach.downstream, reach.downstream),
                "learned": travel.learned,
                "events": len(one.events),
                "needed": ENOUGH,
                "earliest_min": _minutes(travel.earliest_s),
                "usual_min": _minutes(travel.usual_s),
                "latest_min": _minutes(travel.latest_s),
                "told_by_city": {
                    "earliest_min": _minutes(reach.earliest_s),
                    "latest_min": _minutes(reach.latest_s),
                },
                "lags_min": [_minutes(event.lag_s) for event in one.events],
                "left_out": {
                    "errors_min": errors,
                    "mean_error_min": round(mean(map(abs, errors))) if errors else None,
                    "worst_error_min": max(map(abs, errors), default=None),
                    "within": one.within,
                },
                "so_far": {
                    "forecasts": travel.forecasts,
                    "mean_error_min": None if travel.error_s is None else _minutes(travel.error_s),
                },
            }
        )
    return {"city": profile.code, "readings": len(given.history), "ignored": list(given.ignored), "pairs": pairs}


def _minutes(seconds: float) -> int:
    return round(seconds / 60)
