"""A reading as the engine judges it, whether it came by MQTT or out of the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from contract.kinds import KindName
from contract.messages import ClockTrust, Readings
from contract.quality import Quality
from store.ports import Row


class Sample(NamedTuple):
    """One reading. Order within a node is (epoch, seq); `values` may lack fields or hold None for them."""

    node: str
    sensor: str
    kind: KindName
    epoch: str
    seq: int
    observed_us: int
    trust: ClockTrust
    quality: Quality
    values: Mapping[str, Any]


def from_message(message: Readings) -> list[Sample]:
    """The readings of a batch in the order they were taken, for live ones travel before back-fill."""
    return [
        Sample(
            message.node,
            reading.sensor,
            reading.kind,
            message.epoch,
            reading.seq,
            reading.observed_us,
            reading.trust,
            reading.quality,
            vars(reading.values),
        )
        for reading in sorted(message.readings, key=lambda reading: reading.seq)
    ]


def from_row(row: Row) -> Sample:
    """The same reading, as the store kept it."""
    series = row.series
    return Sample(
        series.node,
        series.sensor,
        series.kind,
        row.epoch,
        row.seq,
        row.observed_us,
        row.trust,
        row.quality,
        row.values,
    )
