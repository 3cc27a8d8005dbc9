"""May this reading be stored? Pure judgement on its time, its sensor and its kind."""

from __future__ import annotations

from typing import NamedTuple

from contract.clock import EARLIEST_US, MINUTE_US, rfc3339
from contract.messages import Reading, RefusalReason
from ingest.place import Known

AHEAD_US = 5 * MINUTE_US


class Verdict(NamedTuple):
    """Why a reading is refused."""

    reason: RefusalReason
    detail: str


def refusal(reading: Reading, known: Known, now_us: int) -> Verdict | None:
    """None where the reading may be stored."""
    when = implausible(reading.observed_us, now_us)
    if when is not None:
        return Verdict("time_implausible", when)
    kinds = known.sensors.get(reading.sensor)
    if kinds is None:
        return Verdict(
            "unknown_sensor", f"{known.node} has no sensor {reading.sensor!r}, says the registry and its birth"
        )
    if reading.kind not in kinds:
        return Verdict("wrong_kind", f"{reading.sensor} is a {'/'.join(sorted(kinds))} sensor, not {reading.kind}")
    return None


def implausible(observed_us: int, now_us: int) -> str | None:
    """What is wrong with a time, None where it may be true. Trust does not matter: a trusted clock can be wrong too."""
    if observed_us < EARLIEST_US:
        return f"observed at {rfc3339(observed_us)}, before 2020"
    if observed_us > now_us + AHEAD_US:
        ahead_s = (observed_us - now_us) // 1_000_000
        return f"observed {ahead_s} s in the future of the server's clock"
    return None


def awaits_birth(reading: Reading, known: Known, boot: str) -> bool:
    """An unknown sensor of a boot whose birth has not been heard: its birth may be on the way through another copy."""
    return reading.sensor not in known.sensors and known.born != boot
