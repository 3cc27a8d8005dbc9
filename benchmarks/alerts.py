"""What the alert engine takes: readings a second on one core, and memory a stream. Prints one JSON object."""

from __future__ import annotations

import gc
import statistics
import time
import tracemalloc
from typing import Any

from alerts.engine import Engine
from alerts.rulefile import load_rules
from alerts.samples import Sample
from benchmarks.machine import tell
from cities.load import load, rules_folder
from contract.clock import SECOND_US
from contract.levels import Scale
from contract.quality import Quality
from store.ports import Placement

CITY = "yogyakarta"
EPOCH = "5f3a9c0d1e2b4a68"
START_US = 1_769_248_800 * SECOND_US
PERIOD_US = 60 * SECOND_US
SIZES = (1_000, 10_000, 100_000)
ROUNDS = 5
QUIET_CM, HIGH_CM = 30.0, 10_000.0
SWING_CM = (0.0, 1.0, 3.0, 4.0, 3.0, 1.0, 0.0, -2.0, -3.0, -4.0, -3.0, -1.0)
"""how the water moves from round to round, each gauge's in its own time"""


class City:
    """A city of `count` nodes, half of them gauges and half WiFi points, and their readings, round by round."""

    def __init__(self, count: int) -> None:
        profile = load(CITY)
        self._staff = profile.scales[0]
        self.gauges = [f"gauge-{number}" for number in range(count // 2)]
        self.points = [f"wifi-{number}" for number in range(count - count // 2)]
        self._region = profile.regions[-1].code
        places = [self._gauge(node, number) for number, node in enumerate(self.gauges)]
        places += [self._point(node, number) for number, node in enumerate(self.points)]
        self._places = {place.node: place for place in places}
        self._scales = {
            node: Scale(node, self._staff.datum, self._staff.direction, self._staff.thresholds) for node in self.gauges
        }
        self._rules = load_rules(rules_folder(CITY))
        self._seq = 0

    def engine(self) -> Engine:
        return Engine(CITY, self._rules, self._places, self._scales, travel_s=3.0)

    def round(self, level_cm: float) -> list[Sample]:
        """One reading of every node, all taken at the same moment; the water moves a little round `level_cm`."""
        self._seq += 1
        at_us = START_US + self._seq * PERIOD_US
        water: list[dict[str, Any]] = [{"level_cm": level_cm + swing} for swing in SWING_CM]
        wifi: dict[str, Any] = {"internet": "open"}
        return [
            *(
                Sample(
                    node,
                    "gauge",
                    "flood",
                    EPOCH,
                    self._seq,
                    at_us,
                    "synced",
                    Quality.GOOD,
                    water[(number + self._seq) % len(water)],
                )
                for number, node in enumerate(self.gauges)
            ),
            *(
                Sample(node, "wifi", "hotspot", EPOCH, self._seq, at_us, "synced", Quality.GOOD, wifi)
                for node in self.points
            ),
        ]

    def _gauge(self, node: str, number: int) -> Placement:
        return self._placed(node, "gauge", river=f"river-{number % 50}", uplink="")

    def _point(self, node: str, number: int) -> Placement:
        return self._placed(node, "wifi", river="", uplink=f"uplink-{number // 20}")

    def _placed(self, node: str, kind: Any, *, river: str, uplink: str) -> Placement:
        sensors: Any = {"gauge": ("flood", 60.0)} if kind == "gauge" else {"wifi": ("hotspot", 60.0)}
        return Placement(
            city=CITY, node=node, kind=kind, name=node, site=node, site_name=node, region=self._region, lat=-7.8,
            lon=110.4, river=river, river_km=1.0, uplink=uplink, audience="public", sensors=sensors,
        )  # fmt: skip


def judge(engine: Engine, samples: list[Sample]) -> tuple[float, int]:
    """(seconds of processor time, transitions) of one round: every reading, the canary, and the deadlines."""
    now_us = samples[0].observed_us
    told = 0
    began_s = time.process_time()
    for sample in samples:
        told += len(engine.step(sample, now_us))
    engine.witness(now_us)
    told += len(engine.tick(now_us))
    return time.process_time() - began_s, told


def speed(count: int) -> dict[str, int]:
    """Readings a second with the water low, and while every gauge stands high."""
    found = {}
    for name, level_cm in (("quiet", QUIET_CM), ("flood", HIGH_CM)):
        city = City(count)
        engine = city.engine()
        judge(engine, city.round(level_cm))
        for _ in range(10):  # until every gauge that is high has an open incident
            judge(engine, city.round(level_cm))
        took_s = statistics.median(judge(engine, city.round(level_cm))[0] for _ in range(ROUNDS))
        found[f"readings_per_s_{name}_{count}"] = round(count / took_s)
    return found


def memory(count: int) -> dict[str, int]:
    """Bytes of Python objects that the engine holds for each stream, places and scales not counted."""
    city = City(count)
    samples = city.round(QUIET_CM)
    gc.collect()
    tracemalloc.start()
    engine = city.engine()
    before = tracemalloc.get_traced_memory()[0]
    for sample in samples:
        engine.step(sample, sample.observed_us)
    gc.collect()
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    began_s = time.process_time()
    kept = engine.snapshot()
    return {
        f"bytes_per_stream_{count}": round(held / engine.streams()),
        f"snapshot_bytes_{count}": len(kept),
        f"snapshot_ms_{count}": round((time.process_time() - began_s) * 1_000),
    }


def main() -> None:
    figures: dict[str, Any] = {}
    for count in SIZES:
        figures |= speed(count) | memory(count)
    tell("alerts", figures)


if __name__ == "__main__":
    main()
