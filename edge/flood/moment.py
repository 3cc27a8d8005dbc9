"""Times as telemetries and recordings write them."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contract.clock import SECOND_US, to_us

ISO = "iso8601"
EPOCH_S = "epoch_s"
EPOCH_MS = "epoch_ms"
_LATEST_S = 2**53 // SECOND_US


def zone(name: str) -> ZoneInfo | None:
    """The zone of that name, None for the empty name. Raises ValueError for a name nobody knows."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; Asia/Jakarta is one") from None


def read_us(value: Any, form: str, local: ZoneInfo | None) -> int:
    """Microseconds since 1970 UTC. `form` is iso8601, epoch_s, epoch_ms or a strptime format; `local` is the zone of
    a time that names none. Raises ValueError with a sentence."""
    if form in (EPOCH_S, EPOCH_MS):
        try:
            seconds = float(value) / (1000 if form == EPOCH_MS else 1)
        except (TypeError, ValueError):
            raise ValueError(f"{value!r} is no {form} time") from None
        if not math.isfinite(seconds) or not 0 <= seconds <= _LATEST_S:
            raise ValueError(f"{value!r} is no {form} time")
        return round(seconds * SECOND_US)
    text = str(value).strip()
    try:
        moment = datetime.fromisoformat(text) if form == ISO else datetime.strptime(text, form)  # noqa: DTZ007
    except ValueError:
        raise ValueError(f"{text!r} is no time of the form {form}") from None
    if moment.tzinfo is None:
        if local is None:
            raise ValueError(f"{text!r} has no zone")
        moment = moment.replace(tzinfo=local)
    return to_us(moment)
