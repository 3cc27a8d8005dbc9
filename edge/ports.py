"""What a kind of sensor is to the agent, and what time is to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from contract.kinds import KindName, Values
from contract.messages import ClockSource


class Instant(NamedTuple):
    """One moment on the node's clocks. `source` is what the wall clock rests on now ("none": do not believe it)."""

    mono_us: int
    wall_us: int
    source: ClockSource


@dataclass(frozen=True, slots=True)
class SensorInfo:
    """A sensor as its folder describes it. `period_s` is how often it is due."""

    sensor: str
    kind: KindName
    period_s: float
    model: str = ""


class SensorFault(Exception):
    """The sensor gave nothing this time. The text is for technicians; the reading goes out as missing (9)."""


class Sensor(Protocol):
    """One sensor. `sample` may block (it has a thread of its own), never longer than `timeout_s`."""

    @property
    def info(self) -> SensorInfo: ...

    @property
    def timeout_s(self) -> float: ...

    def sample(self) -> Values:
        """Measure now. Raises SensorFault where nothing could be measured."""

    def close(self) -> None: ...
