"""From a reading of the wire to a row of the store."""

from __future__ import annotations

from contract.messages import Reading
from ingest.decode import BatchNews
from store.ports import Row, Series


def row_of(city: str, batch: BatchNews, reading: Reading, region: str, received_us: int) -> Row:
    """The row that keeps a reading: only what was measured, with the region where it was measured."""
    return Row(
        series=Series(city, batch.node, reading.sensor, reading.kind),
        region=region,
        observed_us=reading.observed_us,
        received_us=received_us,
        epoch=batch.epoch,
        seq=reading.seq,
        trust=reading.trust,
        quality=reading.quality,
        checks={name: int(flag) for name, flag in reading.checks.items()},
        values=reading.values.model_dump(exclude_none=True),
    )
