"""What the operator's table of alarms costs at a thousand open ones. Prints one JSON object.

`python -m benchmarks.console 5000` takes another number.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import httpx

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.seed import Town, normal, town
from support.visitors import person, signed_in
from support.web_server import serving

from benchmarks.machine import tell

USUAL = 1_000
ROUNDS = 40
OTHERS = 50


def in_trouble(folder: Path, number: int) -> Town:
    """A city on SQLite in which so many points are out, each an event of its own; the first fifty have cases."""
    city = town(folder)
    normal(city)
    points = city.nodes("wifi")
    for i in range(number):
        point = points[i % len(points)]
        one = point if i < OTHERS else replace(point, node=f"{point.node}-{i}", name=f"{point.name} {i}")
        city.open_outage(one, minutes_ago=12 + i / 60, case=i < OTHERS)
    return city


def costs(ask: Callable[[], object]) -> tuple[list[float], list[float]]:
    """Of each round: milliseconds by the clock, and of processor time of the whole process."""
    walls, cpus = [], []
    for _ in range(ROUNDS):
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        ask()
        walls.append(1000 * (time.perf_counter() - wall_s))
        cpus.append(1000 * (time.process_time() - cpu_s))
    return walls, cpus


def main(number: int) -> None:
    found: dict[str, float] = {"open_alarms": number}
    with tempfile.TemporaryDirectory() as folder:
        city = in_trouble(Path(folder), number)
        visitor = signed_in(city, person(city, "operator", "operator"))
        code = city.profile.code
        with serving(city, keys=()) as address, httpx.Client(base_url=address, headers=visitor.sent) as client:

            def page() -> None:
                client.get("/operator").raise_for_status()

            def read() -> None:
                opened = city.cities.open_incidents(code)
                city.cities.attention(code, opened, city.now_us)
                about = {one.event for one in opened}
                city.cities.events(about)
                city.cities.cases_of(about)

            page()  # the first one makes the templates
            for name, ask in (("page", page), ("read", read)):
                walls, cpus = costs(ask)
                found |= {
                    f"{name}_ms_p50": round(median(walls), 1),
                    f"{name}_ms_p95": round(sorted(walls)[ROUNDS * 95 // 100], 1),
                    f"{name}_cpu_ms_p50": round(median(cpus), 1),
                }
        city.close()
    tell("console", found)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else USUAL)
