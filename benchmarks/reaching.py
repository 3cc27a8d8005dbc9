"""A hundred thousand who follow, by six channels, and the first message of AWAS: how long until all of it is taken.

Real `siaga reach` as a process, on the one-machine profile's database, and all providers emulated in one other process:
each takes so many messages a second as is printed, refuses more with 429, and knows what it has taken by its key. The
time counts from the commit of the bulletin to the last message taken, by the providers' clock. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psutil

from benchmarks.machine import tell
from cities.load import load
from contract.clock import SECOND_US
from faults.parts.brokers import wait_until
from faults.parts.followers import CITY, CLOCK, Mix, awas, counts, followers, keep, providers, reach_file
from faults.parts.stages import stage
from store import open_city
from store.ports import EngineCommit

FOLLOWERS = 100_000
MIX: Mix = {
    "webpush": (0.70, 2_000.0),
    "email": (0.20, 500.0),
    "whatsapp": (0.045, 120.0),
    "sms": (0.04, 120.0),
    "telegram": (0.014, 28.0),
    "ntfy": (0.001, 20.0),
}
WITHIN_S = 60.0


def of_all(pid: int) -> list[psutil.Process]:
    """A process and those that it started."""
    first = psutil.Process(pid)
    return [first, *first.children(recursive=True)]


def cpu_s(process: psutil.Process) -> float:
    return float(sum(process.cpu_times()[:2]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=FOLLOWERS, help="fewer, to try; the result is not kept")
    parser.add_argument("--senders", type=int, default=len(os.sched_getaffinity(0)), help="processes that send")
    options = parser.parse_args()
    city = load(CITY)
    node = next(one.node for one in city.nodes if one.kind == "gauge")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="siaga-benchmark-")))
        http, smtp, pid = stack.enter_context(providers(folder, MIX))
        settings = {
            "SIAGA_CITY": CITY,
            "SIAGA_DATA_FOLDER": folder / "data",
            "SIAGA_CITY_URL": f"sqlite:///{folder / 'city.db'}",
            "SIAGA_REACH_FILE": reach_file(folder, http, smtp, MIX),
            "SIAGA_OUTWARD_ALLOW": "127.0.0.0/8",
            "SIAGA_REACH_SENDERS": options.senders,
        }
        cities = stack.enter_context(closing(open_city(str(settings["SIAGA_CITY_URL"]))))
        cities.put_profile(city, CLOCK.now_us())
        keep(str(settings["SIAGA_CITY_URL"]), followers(options.count, http, MIX))
        reach = stack.enter_context(stage(folder / "log", settings, "reach"))
        must_lead = wait_until(lambda: reach.lines("reach.leading"), 30, 0.1)
        assert must_lead, reach.said()
        lease = cities.lease(CITY, "benchmark", CLOCK.now_us(), 600)
        assert lease is not None
        bulletin = awas(node)
        began_s = time.time()
        cities.commit(lease, EngineCommit(bulletins=(bulletin,)))
        committed_s = time.time()
        wait_until(lambda: reach.ended or sum(counts(http)["taken"].values()) >= options.count, 300, 0.5)
        told = counts(http)
        kept_s = CLOCK.now_us()
        wait_until(lambda: not any(cities.waiting_sends(CITY).values()), 30, 0.2)
        kept = (CLOCK.now_us() - kept_s) / SECOND_US
        figures: dict[str, Any] = {
            "followers": options.count,
            "senders": options.senders,
            "rates_per_s": {kind: rate for kind, (_, rate) in MIX.items()},
            "taken": told["taken"],
            "accepted_for_all_s": round(max(told["last_s"].values()) - committed_s, 1),
            "accepted_for_all_by_kind_s": {kind: round(at - committed_s, 1) for kind, at in told["last_s"].items()},
            "commit_s": round(committed_s - began_s, 3),
            "kept_after_s": round(kept, 1),
            "again_by_key": sum(told["again"].values()),
            "refused_429": sum(told["refused"].values()),
            "missing": options.count - sum(told["taken"].values()),
            "within_s": WITHIN_S,
            "reach_cpu_s": round(sum(map(cpu_s, of_all(reach.pid))), 1),
            "providers_cpu_s": round(cpu_s(psutil.Process(pid)), 1),
            "cores": len(os.sched_getaffinity(0)),
        }
        if reach.ended:
            sys.exit(reach.said())
    if options.count == FOLLOWERS:
        tell("reaching", figures)
    else:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
