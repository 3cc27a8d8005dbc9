"""What a flood of alarms costs: a pack that opens an incident on every point at once. Prints one JSON object.

`python -m benchmarks.alarms 1000000` takes another number of points than the hundred thousand.
"""

from __future__ import annotations

import gc
import sys
import time
import tracemalloc
from collections.abc import Sequence
from typing import Any

from alerts.engine import Engine, Transition
from alerts.notify import Notifier
from alerts.rulefile import load_rules
from alerts.samples import Sample
from benchmarks.machine import tell
from cities.load import load, rules_folder
from contract.clock import MINUTE_US, SECOND_US
from contract.quality import Quality
from store.ports import Placement

CITY = "yogyakarta"
EPOCH = "5f3a9c0d1e2b4a68"
START_US = 1_769_248_800 * SECOND_US
USUAL = 100_000
MINUTES = 10


def points(count: int) -> dict[str, Placement]:
    """So many WiFi points that share nothing, so that each is an event of its own."""
    region = load(CITY).regions[-1].code
    sensors: Any = {"wifi": ("hotspot", 60.0)}
    return {
        node: Placement(
            city=CITY, node=node, kind="wifi", name=node, site=node, site_name=node, region=region, lat=-7.8, lon=110.4,
            river="", river_km=0.0, uplink="", audience="public", sensors=sensors,
        )
        for node in (f"wifi-{number}" for number in range(count))
    }  # fmt: skip


def exploded(places: dict[str, Placement]) -> tuple[Sequence[Transition], float]:
    """Every point falls silent at once: what the engine tells, and the seconds of processor time it took."""
    rules = tuple(rule for rule in load_rules(rules_folder(CITY)) if rule.subject == "outage")
    engine = Engine(CITY, rules, places, {})
    for node in places:
        sample = Sample(node, "wifi", "hotspot", EPOCH, 1, START_US, "synced", Quality.GOOD, {"internet": "open"})
        engine.step(sample, START_US)
    for minute in range(16):
        engine.witness(START_US + minute * MINUTE_US)
    began_s = time.process_time()
    told = engine.tick(START_US + 15 * MINUTE_US)
    return told, time.process_time() - began_s


def figures(count: int) -> dict[str, int]:
    """Alarms judged and decided on in a second; what one that is held back keeps; what a minute costs."""
    places = points(count)
    told, judged_s = exploded(places)
    now_us = START_US + 15 * MINUTE_US
    gc.collect()
    notifier = Notifier(CITY, places)
    began_s = time.process_time()
    notifier.take(told, now_us)
    notifier.rows()
    notifier.kept()
    notifier.tick(now_us + 2 * MINUTE_US)
    decided_s = time.process_time() - began_s
    said = len(notifier.sayings)
    notifier.kept()
    began_s = time.process_time()
    for minute in range(3, 3 + MINUTES):
        notifier.tick(now_us + minute * MINUTE_US)
        said += len(notifier.sayings)
        notifier.kept()
    minute_s = (time.process_time() - began_s) / MINUTES
    assert said + notifier.held_back == len(told) == count
    return {
        f"judged_per_s_{count}": round(count / judged_s),
        f"decided_per_s_{count}": round(count / decided_s),
        f"held_back_{count}": notifier.held_back,
        f"said_{count}": said,
        f"us_per_minute_while_held_back_{count}": round(minute_s * 1_000_000),
        f"bytes_per_held_back_{count}": held_bytes(places, told, now_us),
    }


def held_bytes(places: dict[str, Placement], told: Sequence[Transition], now_us: int) -> int:
    """What the notifier keeps of each event that waits, the engine's own transition not counted."""
    few = told[:10_000]
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    notifier = Notifier(CITY, places)
    notifier.take(few, now_us)
    notifier.kept()
    notifier.tick(now_us + 2 * MINUTE_US)
    gc.collect()
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return round(held / len(few))


def main(count: int) -> None:
    found: dict[str, Any] = {}
    for size in sorted({min(10_000, count), count}):
        found |= figures(size)
    tell("alarms", found)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else USUAL)
