"""Every fault there is, in the order of a campaign. A trial is imported only when it runs."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import NamedTuple, cast

from contract.errors import BadInput
from faults.laboratory import Laboratory
from faults.result import Result


class Fault(NamedTuple):
    """`rounds` is what a campaign runs, `short_rounds` what the tests run. `holds`: what must be true in the end."""

    name: str
    does: str
    holds: str
    rounds: int
    short_rounds: int

    def run(self, laboratory: Laboratory) -> Result:
        """Raises NotInstalled where this machine lacks a part, Broken where the city never came up."""
        module = importlib.import_module(f"faults.trials.{self.name.replace('-', '_')}")
        return cast(Callable[[Laboratory], Result], module.run)(laboratory)


FAULTS = (
    Fault("kill", "kill -9 of each process in a flood", "one case an event", 200, 10),
    Fault("pause", "SIGSTOP of a stage for 5 to 300 s", "a zombie is fenced, a hung stage replaced", 40, 3),
    Fault("broker-down", "no broker for an hour, then 1,000 nodes come back", "≤ 60 connects/s, live first", 1, 1),
    Fault("broker-amnesia", "the broker starts again with its data deleted", "nothing is missing", 20, 2),
    Fault("flap", "the link goes down and up every few seconds", "nothing is missing", 40, 4),
    Fault("slow", "64 kbit/s, 2 s round trips, stalls", "nothing is missing", 10, 1),
    Fault("half-open", "a connection that is dead and does not say so", "noticed within 1.5 keepalives", 20, 2),
    Fault("black-hole", "packets vanish on the way", "noticed, and the way back found", 20, 2),
    Fault("influx", "InfluxDB away, slow, refusing, and one poison line in 5,000", "the rest is written", 5, 1),
    Fault("database", "PostgreSQL restarts, has no connection left; SQLite is busy", "decisions wait", 20, 2),
    Fault("disk-full", "no space at a node, at the city", "drops are counted, floods last; it heals", 10, 1),
    Fault("power-cut", "the node's card as it was at a random instant", "no committed reading gone", 500, 20),
    Fault("corrupt", "bits flipped in a spool, its end cut off", "salvaged, a new epoch, no crash loop", 1_000, 40),
    Fault("clock", "1970, ten years ahead, steps of three years", "order holds, times are mended", 50, 2),
    Fault("replay", "readings twice, in another order, a month old", "the end is the same", 10_000, 15),
    Fault("poison", "mutated payloads among live ones", "none accepted, nobody stops", 1_000_000, 5_000),
    Fault("api", "every operation and page asked as nobody expects", "no server error, no markup", 30_000, 200),
    Fault("flapping", "a level that plays round its limit for a day", "one incident", 200, 10),
    Fault("upgrade", "old nodes, a new city; a migration killed midway", "old or new, never half", 50, 3),
    Fault("reach", "who tells residents dies, its providers go away", "all told, none twice, nothing old", 20, 1),
    Fault("soak", "an hour of load", "memory and descriptors stay flat", 1, 1),
    Fault("identity", "a stranger, or a node, who says it is another", "none accepted, each noticed", 95, 95),
)  # fmt: skip


def fault(name: str) -> Fault:
    """Raises BadInput for a name that is not in the list."""
    found = next((fault for fault in FAULTS if fault.name == name), None)
    if found is None:
        raise BadInput(
            f"there is no fault {name!r}",
            where="siaga faults",
            remedy=f"One of: {', '.join(fault.name for fault in FAULTS)}, all.",
        )
    return found
