"""The batch that goes up: spool rows as the wire's `Readings`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

from contract import codec
from contract.kinds import VALUES
from contract.messages import READINGS, Reading, Readings
from contract.quality import Quality
from edge.spoolrow import Row

Presence = Literal["online", "offline"]
Reason = Literal["connected", "lost", "stopped"]


def batch(city: str, node: str, epoch: str, rows: Sequence[Row], sent_us: int) -> bytes:
    """The message for rows of one boot whose times are frozen."""
    return codec.encode(
        Readings(
            city=city,
            node=node,
            boot=rows[0].boot,
            epoch=epoch,
            sent_us=sent_us,
            readings=tuple(_reading(row) for row in rows),
        )
    )


def _reading(row: Row) -> Reading:
    if row.observed_us is None or row.trust is None:
        raise ValueError(f"reading {row.seq} has no time yet")
    return READINGS[row.kind](
        seq=row.seq,
        sensor=row.sensor,
        observed_us=row.observed_us,
        mono_us=row.taken.mono_us,
        trust=row.trust,
        quality=row.quality,
        checks={name: Quality(flag) for name, flag in json.loads(row.checks).items()},
        values=VALUES[row.kind].model_validate_json(row.values),  # type: ignore[arg-type]
    )
