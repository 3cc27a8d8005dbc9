"""What a node costs: rows a second into its spool, and processor time a node in a fleet. Prints one JSON object."""

from __future__ import annotations

import argparse
import random
import resource
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import structlog

from benchmarks.machine import tell
from broker.embedded import EmbeddedBroker
from broker.ports import BrokerAddress
from broker.subscription import PahoSubscription, service_topics
from cities.load import load
from contract.clock import SECOND_US, SystemClock
from contract.quality import Quality
from edge.ports import Instant
from edge.spool import Spool
from edge.spoolrow import Entry
from firmware_sim.fleet import Fleet
from firmware_sim.scenario import load_scenario
from ingest.pipeline import Ingest
from store import open_city, open_readings

BOOT = "0b5d6b16-21ac-4e0e-9a53-3a1f1d5a6c01"
WALL_US = 1_769_248_800 * SECOND_US
GROUP = 50
GROUPS = 60
ROUNDS = 5
SETTLE_S = 6.0


def moment(mono_us: int) -> Instant:
    return Instant(mono_us, WALL_US + mono_us, "ntp")


def spooling(folder: Path) -> dict[str, int]:
    """Rows a second: groups of fifty, each durable (WAL, synchronous=FULL) before the next; and single rows."""
    values = '{"level_cm":187.5,"source":"sensor"}'
    found = {}
    for name, size in (("groups_of_50", GROUP), ("one_by_one", 1)):
        rates = []
        for number in range(ROUNDS):
            with closing(Spool(folder / f"{name}-{number}.sqlite3", BOOT, moment(SECOND_US))) as spool:
                mono_us = SECOND_US
                began_s = time.perf_counter()
                for _ in range(GROUPS):
                    for _ in range(size):
                        mono_us += 1_000
                        spool.add(Entry("level", "flood", BOOT, moment(mono_us), Quality.GOOD, "{}", values))
                    assert spool.commit(moment(mono_us))
                rates.append(GROUPS * size / (time.perf_counter() - began_s))
                assert spool.ledger().committed == GROUPS * size
        found[f"spool_rows_per_s_{name}"] = round(statistics.median(rates))
    return found


@contextmanager
def receiving(folder: Path, clock: SystemClock) -> Iterator[BrokerAddress]:
    """A broker and an ingest in processes and threads of their own; its processor time is not the fleet's."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    broker = EmbeddedBroker(folder / "broker", port=port, clock=clock)
    broker.start()
    try:
        yield broker.address
    finally:
        broker.stop()


def ingesting(address: BrokerAddress, folder: Path, ready: Any, stop: Any) -> None:
    """The city's side, as a process."""
    clock = SystemClock()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    city = load("yogyakarta")
    with ExitStack() as stack:
        readings = stack.enter_context(closing(open_readings(f"sqlite:///{folder / 'readings.sqlite3'}")))
        cities = stack.enter_context(closing(open_city(f"sqlite:///{folder / 'city.sqlite3'}")))
        cities.put_profile(city, clock.now_us())
        source = stack.enter_context(
            closing(
                PahoSubscription(
                    [address], "benchmark-ingest", service_topics(city.code), rng=random.Random(1), clock=clock
                )
            )
        )
        stage = Ingest(city=city.code, subscription=source, readings=readings, cities=cities, clock=clock)
        ready.set()
        end = threading.Event()
        thread = threading.Thread(target=stage.run, args=(end,))
        thread.start()
        stop.wait()
        end.set()
        thread.join()


def fleet(folder: Path, seconds: float, speed: float) -> dict[str, Any]:
    """Processor time of this process while 130 real agents measure, spool, publish and are acknowledged."""
    import multiprocessing

    clock = SystemClock()
    context = multiprocessing.get_context("spawn")
    ready, stop = context.Event(), context.Event()
    with receiving(folder, clock) as address:
        city_side = context.Process(target=ingesting, args=(address, folder, ready, stop))
        city_side.start()
        assert ready.wait(30)
        nodes = Fleet(
            profile=load("yogyakarta"), scenario=load_scenario("calm"), brokers=[address], folder=folder / "nodes",
            speed=speed, clock=clock, seed=1,
        )  # fmt: skip
        end = threading.Event()
        thread = threading.Thread(target=nodes.run, args=(end,))
        thread.start()
        pause = threading.Event()
        pause.wait(SETTLE_S)  # births and first connections are not what a node costs from day to day
        before = (used_s(), time.perf_counter(), nodes.progress())
        pause.wait(seconds)
        after = (used_s(), time.perf_counter(), nodes.progress())
        end.set()
        thread.join()
        stop.set()
        city_side.join()
    passed_s = after[1] - before[1]
    samples = after[2].samples - before[2].samples
    cpu_s = after[0] - before[0]
    return {
        "fleet_nodes": after[2].nodes,
        "fleet_online": after[2].online,
        "fleet_speed": speed,
        "fleet_seconds": round(passed_s, 1),
        "fleet_samples_per_s": round(samples / passed_s),
        "fleet_cpu_ms_per_node_second": round(1_000 * cpu_s / passed_s / after[2].nodes, 3),
        "fleet_cpu_ms_per_sample": round(1_000 * cpu_s / max(1, samples), 3),
    }


def used_s() -> float:
    """Processor time of this process, user and system."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15.0, help="how long the fleet is watched")
    parser.add_argument("--speed", type=float, default=60.0, help="how many times as fast its world runs")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    with tempfile.TemporaryDirectory(prefix="siaga-benchmark-") as name:
        folder = Path(name)
        figures = {**spooling(folder), **fleet(folder, given.seconds, given.speed)}
    tell("edge", figures)


if __name__ == "__main__":
    main()
