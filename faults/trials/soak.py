"""`soak`: a city under load for an hour (each round is one): memory and descriptors of every process stay flat.

The hour begins after half an hour in which caches fill and heaps find their size. A process breathes, and one that
collects its garbage breathes deeply; what it never gives back is a leak. So its leanest moment in the last third is
held against its leanest in the first. Nothing is averaged over processes. The simulator is many agents in one process
and is judged by the agent; beside it runs one as on a Pi.
"""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict
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
_WARM_UP_S = 1_800.0
SHORT_S = 8.0
_SHORT_WARM_UP_S = 1.5
PROCESSES = ("ingest", "alerts", "api", FLEET, "nats-server")
LEAST_PER_S = 1_000
_SPEED = 250.0
_POINTS, _SHORT_POINTS = 300, 40
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
        """From the leanest moment of the first third to that of the last. Of what grows steadily it is the slope.
        Raises ValueError for fewer than three samples."""
        third = len(self.mib) // 3
        if not third:
            raise ValueError("growth needs three samples")
        more = min(self.mib[-third:]) - min(self.mib[:third])
        return more / (self.at_s[-third] - self.at_s[0]) * HOUR_S

    @property
    def more_descriptors(self) -> int:
        """How many more it held in its last quarter, at its best moment, than in its first: what came and went is in
        both."""
        quarter = max(1, len(self.descriptors) // 4)
        return min(self.descriptors[-quarter:]) - max(self.descriptors[:quarter])


def judge(traces: dict[str, Trace], result: Result, *, warm_up_s: float, memory: bool, agents: int = 1) -> None:
    """Each process by itself. `memory`: whether the time was long enough for growth to mean something. `agents`: how
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
    if laboratory.short:
        soak(laboratory, result, _SHORT_WARM_UP_S, SHORT_S)
    else:
        soak(laboratory, result, _WARM_UP_S, laboratory.rounds * HOUR_S)
    return result


def soak(laboratory: Laboratory, result: Result, warm_up_s: float, judged_s: float) -> None:
    """Sample for as long as both say and judge what came after the warm-up."""
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
        traces = _sample(laboratory, city, agent.now.pid, warm_up_s + judged_s)
        took_s = (laboratory.clock.mono_us() - began_us) / SECOND_US
        per_s = (city.stored() - before) / took_s
        result.figures["readings_per_s"] = round(per_s)
        agents = len(list((folder / "fleet").glob("*.spool"))) - 1
        judge(traces, result, warm_up_s=warm_up_s, memory=not laboratory.short, agents=agents)
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
