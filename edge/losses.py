"""Readings that are gone: how many of which sensor, and between which times they were taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from contract.kinds import NodeValues
from contract.quality import Quality
from edge.ports import Instant
from edge.spoolrow import COUNT_MAX, DROPS_SENSOR, Entry

UNKNOWN = "unknown"
"""The sensor in a report about readings of which not even the sensor can be read."""


class Lost(NamedTuple):
    """Readings that are gone. `first_us`, `last_us`: between which times they were taken, as far as can be told."""

    how_many: int
    first_us: int
    last_us: int

    def and_(self, other: Lost) -> Lost:
        return Lost(
            self.how_many + other.how_many, min(self.first_us, other.first_us), max(self.last_us, other.last_us)
        )


def add_loss(lost: dict[str, Lost], sensor: str, more: Lost) -> None:
    """Count `more` with what a sensor has lost already."""
    earlier = lost.get(sensor)
    lost[sensor] = more if earlier is None else earlier.and_(more)


def both(lost: Mapping[str, Lost], more: Mapping[str, Lost]) -> dict[str, Lost]:
    """What each sensor has lost in one and in the other."""
    together = dict(lost)
    for sensor, one in more.items():
        add_loss(together, sensor, one)
    return together


def report(sensor: str, lost: Lost, boot: str, at: Instant) -> Entry:
    """The reading that tells of it."""
    values = NodeValues(
        dropped_sensor=sensor,
        dropped_count=min(lost.how_many, COUNT_MAX),
        dropped_first_us=lost.first_us,
        dropped_last_us=lost.last_us,
    )
    return _entry(values, boot, at)


def report_of_unknown(boot: str, at: Instant) -> Entry:
    """The reading that says that nobody knows how many more there were."""
    return _entry(NodeValues(dropped_sensor=UNKNOWN), boot, at)


def _entry(values: NodeValues, boot: str, at: Instant) -> Entry:
    return Entry(
        sensor=DROPS_SENSOR,
        kind="node",
        boot=boot,
        taken=at,
        quality=Quality.GOOD,
        checks="{}",
        values=values.model_dump_json(exclude_none=True),
    )
