"""What every way of asking a gauge gives back, before mounting and datum are applied."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

Unit = Literal["cm", "mm", "m", "ft"]
Origin = Literal["sensor", "telemetry"]

_CM: dict[Unit, float] = {"cm": 1.0, "mm": 0.1, "m": 100.0, "ft": 30.48}


def to_cm(value: float, unit: Unit) -> float:
    """A length in cm. (The international foot is 30.48 cm exactly.)"""
    return value * _CM[unit]


class Raw(NamedTuple):
    """One answer of a gauge. `length_cm` is a level or a distance, as the mounting says; `rain` a counter's tips or
    mm, as the rain options say. None: the answer did not hold it."""

    length_cm: float | None = None
    rain: float | None = None


class Source(Protocol):
    """One way of asking. A failure is a SensorFault with a sentence for technicians."""

    @property
    def timeout_s(self) -> float:
        """How long `read` may take at most."""

    @property
    def origin(self) -> Origin:
        """An instrument here, or somebody else's telemetry."""

    def read(self, samples: int) -> list[Raw]:
        """Up to `samples` quick answers, at least one. A source that has one answer a period gives one."""

    def close(self) -> None: ...
