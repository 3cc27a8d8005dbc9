"""A process that uses a spool as its agent does and says after every step what it was promised.

`python -m faults.parts.spool_writer SPOOL SEED STEPS`: a line of JSON on standard output after each step, and only
then, on a line of standard input, the next one: whoever reads knows what had been promised at which moment.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from contract.clock import SECOND_US
from contract.kinds import CrowdValues, FloodValues, HotspotValues, KindName, NodeValues, Values
from contract.quality import Quality
from edge.ports import Instant
from edge.spool import Bound, Entry, Refrozen, Spool

BOOT = "0f7e1c52-0000-4000-8000-000000000001"
START = Instant(1_000 * SECOND_US, 1_750_000_000 * SECOND_US, "ntp")
BOUND = Bound(max_rows=60)
_KINDS: tuple[KindName, ...] = ("flood", "crowd", "hotspot", "node")


class Promised(NamedTuple):
    """What a spool has said is on disk. `rows`: seq, sensor, values, time taken, frozen time. `highest`: the largest
    number it has ever used."""

    epoch: str
    ledger: tuple[int, ...]
    saved_us: int
    birth_no: int
    highest: int
    rows: tuple[tuple[int, str, str, int, int | None], ...]

    @property
    def facts(self) -> tuple[object, ...]:
        """What must be found again exactly."""
        return (self.epoch, self.ledger, self.saved_us, self.rows)


def promised(spool: Spool, birth_no: int, highest: int) -> Promised:
    """Read from the spool, as its agent reads."""
    rows = tuple(
        (row.seq, row.sensor, row.values, row.taken.wall_us, row.observed_us) for row in spool.after(0, 1_000_000)
    )
    highest = max([highest, *(row[0] for row in rows)])
    return Promised(spool.epoch, tuple(spool.ledger()[1:]), spool.saved_us, birth_no, highest, rows)


def parsed(line: bytes) -> Promised:
    """A line of the process."""
    epoch, ledger, saved_us, birth_no, highest, rows = json.loads(line)
    return Promised(epoch, tuple(ledger), saved_us, birth_no, highest, tuple(tuple(row) for row in rows))


def values_of(kind: KindName, number: int) -> Values:
    """A measurement that no other reading has."""
    if kind == "flood":
        return FloodValues(level_cm=number / 10)
    if kind == "crowd":
        return CrowdValues(people=number)
    if kind == "hotspot":
        return HotspotValues(clients=number)
    return NodeValues(uptime_s=float(number))


class Writer:
    """The steps of one life of a node."""

    def __init__(self, path: Path, rng: random.Random) -> None:
        self._path = path
        self._rng = rng
        self._now = START
        self._number = 0
        self._birth_no = 0
        self._highest = 0
        self._spool = Spool(path, BOOT, self._now, bound=BOUND)

    def step(self) -> Promised:
        """One thing an agent does, to its end."""
        doings: tuple[tuple[int, Callable[[], None]], ...] = (
            (10, self._measure),
            (5, self._publish),
            (5, self._hear),
            (1, self._save_time),
            (1, self._connect),
            (1, self._start_again),
        )
        self._now = self._now._replace(mono_us=self._now.mono_us + SECOND_US, wall_us=self._now.wall_us + SECOND_US)
        self._rng.choices([do for _, do in doings], [weight for weight, _ in doings])[0]()
        said = promised(self._spool, self._birth_no, self._highest)
        self._highest = said.highest
        return said

    def close(self) -> None:
        self._spool.close()

    def _measure(self) -> None:
        for _ in range(self._rng.randint(1, 8)):
            kind = self._rng.choice(_KINDS)
            self._number += 1
            values = values_of(kind, self._number).model_dump_json(exclude_none=True)
            self._spool.add(Entry(kind, kind, BOOT, self._now, Quality.GOOD, "{}", values))
        self._spool.commit(self._now)

    def _publish(self) -> None:
        rows = self._spool.after(0, self._rng.randint(1, 20))
        times = [Refrozen(row.seq, row.taken.wall_us, "synced") for row in rows if row.observed_us is None]
        self._spool.freeze(times, self._now)

    def _hear(self) -> None:
        said = [row.seq for row in self._spool.after(0, 1_000) if row.observed_us is not None]
        heard = [seq for seq in said if self._rng.random() < 0.7]
        refused = [seq for seq in heard if self._rng.random() < 0.1]
        self._spool.acknowledge([(seq, seq) for seq in heard if seq not in refused], refused, self._now)

    def _save_time(self) -> None:
        self._spool.save_time(self._now.wall_us, self._now)

    def _connect(self) -> None:
        self._birth_no = self._spool.next_birth_no(self._now)

    def _start_again(self) -> None:
        self._spool.close()
        self._spool = Spool(self._path, BOOT, self._now, bound=BOUND)


def main(path: Path, seed: int, steps: int) -> None:
    writer = Writer(path, random.Random(seed))
    try:
        for _ in range(steps):
            sys.stdout.write(json.dumps(writer.step()) + "\n")
            sys.stdout.flush()
            sys.stdin.readline()
    finally:
        writer.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
