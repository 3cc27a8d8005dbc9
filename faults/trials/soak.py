"""`soak`: a city under load for an hour (each round is one): memory and descriptors of every process stay flat.

Memory is judged by the slope of a line (least squares) through the least of each minute after a warm-up: a process
breathes, and what it never gives back is a leak. Nothing is averaged over processes. The simulator is many agents in
one process and is judged by the agent; beside it runs one as on a Pi.
"""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import psutil

from broker.ports import BrokerAddress
from contract.clock import SECOND_US
from faults.laboratory import Laboratory
from faults.parts.brokers import HOST, wait_until
from faults.parts.flood_city import FLEET, adopt_pole, pole
from faults.parts.must import must
from faults.parts.whole_city import WholeCity, whole_city, write_city
from faults.result import Result

HOUR_S = 3_600.0
SHORT_S = 8.0
PROCESSES = ("ingest", "alerts", "api", FLEET, "nats-server")
LEAST_PER_S = 1_000
_SPEED = 1_500.0
_POINTS, _SHORT_POINTS = 250, 40
_WARM_UP = 0.2
"""the first share of the time, in which caches fill"""
_MOST_MIB_PER_HOUR = 1.0
_MOST_DESCRIPTORS = 8
"""a store's idle connection, a page that is being served: what may come and go"""
_CALM = """
[scenario]
title = { id = "Hari biasa", en = "An ordinary day" }
starts_at = 08:00:00
"""


@dataclass
class Trace:
    """One process's samples: seconds, resident MiB, open descriptors."""

    at_s: list[float] = field(default_factory=list)
    mib: list[float] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)

    def settled(self, warm_up_s: float) -> Trace:
        """What was sampled after the warm-up."""
        first = next((at for at, at_s in enumerate(self.at_s) if at_s >= warm_up_s), len(self.at_s))
        return Trace(self.at_s[first:], self.mib[first:], self.descriptors[first:])

    @property
    def mib_per_hour(self) -> float:
        least: dict[int, tuple[float, float]] = {}
        for at_s, mib in zip(self.at_s, self.mib, strict=True):
            minute = int(at_s // 60)
            if minute not in least or mib < least[minute][1]:
                least[minute] = (at_s, mib)
        return slope([at_s for at_s, _ in least.values()], [mib for _, mib in least.values()]) * HOUR_S

    @property
    def more_descriptors(self) -> int:
        """How many more it held in its last quarter, at its best moment, than in its first: what came and went is in
        both."""
        quarter = max(1, len(self.descriptors) // 4)
        return min(self.descriptors[-quarter:]) - max(self.descriptors[:quarter])


def slope(x: Sequence[float], y: Sequence[float]) -> float:
    """Of the line of least squares, in y a unit of x. Raises ValueError for fewer than two different x."""
    n = len(x)
    mean_x, mean_y = sum(x) / max(1, n), sum(y) / max(1, n)
    spread = sum((one - mean_x) ** 2 for one in x)
    if n < 2 or spread == 0:
        raise ValueError("a line needs two points")
    return sum((one - mean_x) * (other - mean_y) for one, other in zip(x, y, strict=True)) / spread


def judge(traces: dict[str, Trace], result: Result, *, warm_up_s: float, memory: bool, agents: int = 1) -> None:
    """Each process by itself. `memory`: whether the time was long enough for a slope to mean something. `agents`: how
    many the simulator runs."""
    for name, trace in traces.items():
        settled = trace.settled(warm_up_s)
        result.figures[name] = {"mib": round(settled.mib[-1], 1), "descriptors": settled.descriptors[-1]}
        more = settled.more_descriptors
        result.expect(more <= _MOST_DESCRIPTORS, f"{name} holds {more} descriptors more than at first")
        if memory:
            per_hour = settled.mib_per_hour
            result.figures[name]["mib_per_hour"] = round(per_hour, 2)
            most = _MOST_MIB_PER_HOUR * (agents if name == FLEET else 1)
            result.expect(per_hour < most, f"{name} grows by {per_hour:.2f} MiB an hour")


def run(laboratory: Laboratory) -> Result:
    """`rounds` hours; the short form is some seconds, which only prove the instrument, and descriptors."""
    result = laboratory.result()
    length_s = SHORT_S if laboratory.short else laboratory.rounds * HOUR_S
    soak(laboratory, result, length_s)
    return result


def soak(laboratory: Laboratory, result: Result, length_s: float) -> None:
    """Sample for `length_s` and judge."""
    points = _SHORT_POINTS if laboratory.short else _POINTS
    folder = laboratory.room("city")
    with contextlib.ExitStack() as stack:
        (folder / "data").mkdir()
        (folder / "fleet").mkdir()
        (folder / "data" / "fleet").symlink_to(folder / "fleet")
        write = partial(write_city, points=points)
        city = stack.enter_context(whole_city(folder, speed=_SPEED, write=write, scenario=_CALM))
        adopt_pole(city.cities)
        agent = stack.enter_context(pole(folder, BrokerAddress(HOST, int(str(city.settings["SIAGA_MQTT_PORT"]))), None))
        connected = wait_until(lambda: city.stored() > 2 * points, 60, 0.2)
        must(connected, city.up.said())
        before = city.stored()
        began_us = laboratory.clock.mono_us()
        traces = _sample(laboratory, city, agent.now.pid, length_s)
        took_s = (laboratory.clock.mono_us() - began_us) / SECOND_US
        per_s = (city.stored() - before) / took_s
        result.figures["readings_per_s"] = round(per_s)
        agents = len(list((folder / "fleet").glob("*.spool"))) - 1
        judge(traces, result, warm_up_s=_WARM_UP * length_s, memory=not laboratory.short, agents=agents)
        result.figures["readings_per_s_aimed_at"] = LEAST_PER_S
        result.expect(per_s > 0, "nothing was kept")
        for one in (agent.now, city.up):
            code = one.terminate()
            result.expect(code == 0, f"a process ended with {code}: {one.said()}")
        counted = city.books()
    counted.enter(result)
    # A goodbye does not wait for the answer to the last batches.
    most = round(per_s * 3)
    result.expect(counted.pending <= most, f"{counted.pending} readings waited in the spools at the end")


def _sample(laboratory: Laboratory, city: WholeCity, agent: int, length_s: float) -> dict[str, Trace]:
    """A sample of every process every few seconds."""
    every_s = 0.25 if laboratory.short else 5.0
    clock, pause = laboratory.clock, threading.Event()
    watched = {name: psutil.Process(pid) for name in PROCESSES if (pid := city.pid(name)) is not None}
    must(len(watched) == len(PROCESSES), city.up.said())
    watched |= {"up": psutil.Process(city.up.pid), "edge": psutil.Process(agent)}
    traces: defaultdict[str, Trace] = defaultdict(Trace)
    began_us = told_us = clock.mono_us()
    while (at_s := (clock.mono_us() - began_us) / SECOND_US) < length_s:
        for name, process in watched.items():
            with contextlib.suppress(psutil.NoSuchProcess):
                traces[name].at_s.append(at_s)
                traces[name].mib.append(process.memory_info().rss / 2**20)
                traces[name].descriptors.append(process.num_fds())
        if clock.mono_us() - told_us > 10 * SECOND_US:
            told_us = clock.mono_us()
            said = ", ".join(f"{name} {trace.mib[-1]:.0f}" for name, trace in traces.items())
            laboratory.say(f"{at_s:.0f} of {length_s:.0f} s, MiB: {said}")
        pause.wait(every_s)
    for name, process in watched.items():
        must(process.is_running(), f"{name} died: {city.up.said()}")
    return dict(traces)
