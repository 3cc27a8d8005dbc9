"""`soak`: a city under load for an hour (each round is one): memory and descriptors of every process stay flat.

The hour begins after half an hour in which caches fill and heaps find their size. A process breathes, and one that
collects its garbage breathes deeply; what it never gives back is a leak, and lifts its leanest, its usual and its
fullest moments alike. So these of the last third are held against those of the first, and the least of the three
growths counts. Nothing is averaged over processes. The simulator is many agents in one process and is judged by the
agent; beside it runs one as on a Pi.

What is judged is the memory that is a process's own (anonymous and shared). Its resident set holds the pages of its
program and libraries besides, which the kernel takes from it and gives back as it likes: a slope of those says
something of the machine. Both are told, and every sample stands in `memory.csv` of the trial's folder.
"""

from __future__ import annotations

import contextlib
import csv
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

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
_MOMENTS = (0, 50, 95)
_MOST_DESCRIPTORS = 8
"""a store's idle connection, a page that is being served: what may come and go"""
_KEYS = frozenset({"RssAnon", "RssShmem", "VmRSS"})
_CALM = """
[scenario]
title = { id = "Hari biasa", en = "An ordinary day" }
starts_at = 08:00:00
"""


@dataclass
class Trace:
    """One process's samples: seconds, MiB of its own, open descriptors, and its whole resident set in MiB."""

    at_s: list[float] = field(default_factory=list)
    mib: list[float] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)
    resident_mib: list[float] = field(default_factory=list)

    def settled(self, warm_up_s: float) -> Trace:
        """What was sampled after the warm-up."""
        first = next((at for at, at_s in enumerate(self.at_s) if at_s >= warm_up_s), len(self.at_s))
        return Trace(self.at_s[first:], self.mib[first:], self.descriptors[first:], self.resident_mib[first:])

    def look(self, process: psutil.Process, at_s: float) -> None:
        """One more sample."""
        own, resident = _memory(process.pid)
        self.at_s.append(at_s)
        self.mib.append(own)
        self.resident_mib.append(resident)
        self.descriptors.append(process.num_fds())

    def mib_per_hour(self, mib: list[float]) -> float:
        """How fast either memory grows from the first third to the last: the least growth of its leanest, middle and
        fullest moments (0, 50 and 95 of a hundred). Of what grows steadily it is the slope. Raises ValueError for fewer
        than three samples."""
        third = len(mib) // 3
        if not third:
            raise ValueError("growth needs three samples")
        first, last = sorted(mib[:third]), sorted(mib[-third:])
        more = min(last[share * third // 100] - first[share * third // 100] for share in _MOMENTS)
        return more / (self.at_s[-third] - self.at_s[0]) * HOUR_S

    @property
    def more_descriptors(self) -> int:
        """How many more it held in its last quarter, at its best moment, than in its first: what came and went is in
        both."""
        quarter = max(1, len(self.descriptors) // 4)
        return min(self.descriptors[-quarter:]) - max(self.descriptors[:quarter])


def _memory(pid: int) -> tuple[float, float]:
    """MiB that are the process's own, and MiB resident (proc(5): RssAnon and RssShmem, VmRSS; in kB). Raises
    psutil.NoSuchProcess."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise psutil.NoSuchProcess(pid) from error
    kib = {key: int(rest.split()[0]) for key, _, rest in (line.partition(":") for line in lines) if key in _KEYS}
    if not kib.keys() >= _KEYS:
        raise psutil.NoSuchProcess(pid)  # a process that has ended and waits for its parent
    return (kib["RssAnon"] + kib["RssShmem"]) / 1024, kib["VmRSS"] / 1024


def judge(traces: dict[str, Trace], result: Result, *, warm_up_s: float, memory: bool, agents: int = 1) -> None:
    """Each process by itself. `memory`: whether the time was long enough for growth to mean something. `agents`: how
    many the simulator runs."""
    for name, trace in traces.items():
        settled = trace.settled(warm_up_s)
        result.figures[name] = {
            "mib": round(settled.mib[-1], 1),
            "resident_mib": round(settled.resident_mib[-1], 1),
            "descriptors": settled.descriptors[-1],
        }
        more = settled.more_descriptors
        result.expect(more <= _MOST_DESCRIPTORS, f"{name} holds {more} descriptors more than at first")
        if memory:
            per_hour = settled.mib_per_hour(settled.mib)
            result.figures[name]["mib_per_hour"] = round(per_hour, 2)
            result.figures[name]["resident_mib_per_hour"] = round(settled.mib_per_hour(settled.resident_mib), 2)
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
                traces[name].look(process, at_s)
        if clock.mono_us() - told_us > 10 * SECOND_US:
            told_us = clock.mono_us()
            said = ", ".join(f"{name} {trace.mib[-1]:.0f}" for name, trace in traces.items())
            laboratory.say(f"{at_s:.0f} of {length_s:.0f} s, MiB: {said}")
        pause.wait(every_s)
    for name, process in watched.items():
        must(process.is_running(), f"{name} died: {city.up.said()}")
    _write(laboratory.folder / "memory.csv", traces)
    return dict(traces)


def _write(file: Path, traces: Mapping[str, Trace]) -> None:
    with file.open("w", newline="", encoding="utf-8") as to:
        rows = csv.writer(to)
        rows.writerow(("process", "at_s", "own_mib", "resident_mib", "descriptors"))
        for name, one in traces.items():
            for at_s, own, resident, open_files in zip(
                one.at_s, one.mib, one.resident_mib, one.descriptors, strict=True
            ):
                rows.writerow((name, f"{at_s:.1f}", f"{own:.2f}", f"{resident:.2f}", open_files))
