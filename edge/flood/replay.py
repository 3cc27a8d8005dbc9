"""A recording played as if it happened now."""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contract.clock import SECOND_US, Clock
from edge.flood.moment import ISO, read_us
from edge.flood.recording import Recording, read_recording, unit_of
from edge.flood.source import Origin, Raw
from edge.ports import SensorFault

_HELD_STEPS = 1.5


class ReplayOptions(BaseModel):
    """Which recording, and how fast."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    type: Literal["replay"]
    file: str = Field(description="CSV with a column `time` (ISO 8601 with zone) and the columns named below")
    length_column: str = Field(
        default="", description="level or distance; its name ends in its unit: _cm, _mm, _m or _ft"
    )
    rain_column: str = Field(default="", description="rain since the row before; its name ends in _mm")
    speed: float = Field(default=1.0, gt=0, le=100_000, description="seconds of the recording in one second now")
    start: str = Field(
        default="", description="where in the recording to begin, ISO 8601 with zone; empty: its first row"
    )
    loop: bool = Field(default=False, description="begin again after the end")
    hold_s: float | None = Field(
        default=None, gt=0, description="how long a row holds, in s of the recording; empty: 1.5 of its usual steps"
    )
    origin: Literal["sensor", "telemetry"] = Field(
        default="telemetry", description="what the readings are said to come from"
    )

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if not self.length_column and not self.rain_column:
            raise ValueError("name a length_column, a rain_column, or both")
        if self.length_column:
            unit_of(self.length_column)
        if self.rain_column and not self.rain_column.endswith("_mm"):
            raise ValueError(f"the column {self.rain_column!r} does not end in _mm")
        if self.start:
            read_us(self.start, ISO, None)
        return self


class ReplaySource:
    """The first look is the beginning. Each look gives the newest row, or a fault where the recording has a gap."""

    def __init__(self, recording: Recording, options: ReplayOptions, clock: Clock) -> None:
        self.origin: Origin = options.origin
        self._recording = recording
        self._options = options
        self._clock = clock
        self._start_us = read_us(options.start, ISO, None) if options.start else recording.times_us[0]
        held_s = options.hold_s
        self._hold_us = recording.usual_step_us * _HELD_STEPS if held_s is None else held_s * SECOND_US
        self._began_us: int | None = None
        self._rained_to: int | None = None

    @property
    def timeout_s(self) -> float:
        return 1.0

    def read(self, samples: int) -> list[Raw]:  # noqa: ARG002
        """The row that holds now. Raises SensorFault in a gap and after the end."""
        index, at_us = self._row()
        recording = self._recording
        rain = self._rain(index)
        age_us = at_us - recording.times_us[index]
        if age_us > self._hold_us:
            ended = index == len(recording.times_us) - 1
            raise SensorFault("the recording has ended" if ended else "the recording has a gap here")
        return [Raw(recording.length_cm[index], rain)]

    def close(self) -> None:
        """The file was read whole."""

    def _row(self) -> tuple[int, float]:
        now_us = self._clock.mono_us()
        if self._began_us is None:
            self._began_us = now_us
        times_us = self._recording.times_us
        at_us = self._start_us + (now_us - self._began_us) * self._options.speed
        if self._options.loop and at_us > times_us[-1] + self._hold_us:
            length_us = times_us[-1] + self._hold_us - times_us[0]
            at_us = times_us[0] + (at_us - times_us[0]) % length_us
        index = bisect_right(times_us, at_us) - 1
        if index < 0:
            raise SensorFault("the recording begins later than the chosen start")
        return index, at_us

    def _rain(self, index: int) -> float | None:
        """Rain of the rows passed since the last look (of this row alone at the first, and after a loop)."""
        if not self._options.rain_column:
            return None
        before = self._rained_to
        self._rained_to = index
        first = index if before is None or index < before else before + 1
        fallen = [mm for mm in self._recording.rain_mm[first : index + 1] if mm is not None]
        return sum(fallen) if fallen or first > index else None


def replay(options: ReplayOptions, clock: Clock) -> ReplaySource:
    """Read the file and be ready. Raises BadInput where it is broken."""
    recording = read_recording(Path(options.file), options.length_column, options.rain_column)
    return ReplaySource(recording, options, clock)
