"""Short words for tests of the spool."""

from __future__ import annotations

from pathlib import Path

from contract.clock import SECOND_US
from contract.kinds import KindName
from contract.quality import Quality
from edge.ports import Instant
from edge.spool import Bound, Refrozen, Spool
from edge.spoolrow import Entry

BOOT = "0f7e1c52-0000-4000-8000-000000000001"
WALL_US = 1_750_000_000 * SECOND_US


def moment(mono_s: float = 0.0) -> Instant:
    """An instant of a node whose clock is synchronised."""
    us = round(mono_s * SECOND_US)
    return Instant(1_000 * SECOND_US + us, WALL_US + us, "ntp")


def entry(sensor: str = "level", kind: KindName = "flood", at: Instant | None = None, values: str = "{}") -> Entry:
    return Entry(sensor, kind, BOOT, at or moment(), Quality.GOOD, "{}", values)


def spool_at(path: Path, bound: Bound | None = None, at: Instant | None = None) -> Spool:
    return Spool(path, BOOT, at or moment(), bound=bound)


def publish(spool: Spool, seqs: list[int]) -> None:
    """Freeze their times, as a first publish does."""
    rows = spool.rows(seqs)
    spool.freeze([Refrozen(row.seq, row.taken.wall_us, "synced") for row in rows], moment())
