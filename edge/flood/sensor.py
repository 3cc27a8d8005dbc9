"""The flood sensor: ask the source, take the median, apply the mounting and the datum, count the rain."""

from __future__ import annotations

import statistics
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from contract.clock import Clock, SystemClock
from contract.kinds import FloodValues
from edge.flood.line import LineOptions, LineSource
from edge.flood.modbus import ModbusOptions, ModbusSource
from edge.flood.pull import PullOptions, PullSource
from edge.flood.rain import RainMeter, RainOptions
from edge.flood.replay import ReplayOptions, replay
from edge.flood.source import Raw, Source
from edge.ports import Sensor, SensorFault, SensorInfo


class Options(BaseModel):
    """What a technician may set for a gauge. Heights are above the gauge's datum, in cm."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    source: Annotated[
        LineOptions | ModbusOptions | PullOptions | ReplayOptions,
        Field(discriminator="type", description="how the gauge is asked: line, modbus, pull or replay"),
    ]
    mounting: Literal["level", "distance"] = Field(
        default="level",
        description="level: the length is the water's height; distance: it is measured from above to the water",
    )
    mount_height_cm: float | None = Field(
        default=None, description="distance: height of the sensor's face above the datum, in cm"
    )
    offset_cm: float = Field(default=0.0, description="added to the level, to bring it to the gauge's datum, in cm")
    samples: int = Field(default=5, ge=1, le=50, description="quick answers a reading, of which the median counts")
    rain: RainOptions | None = Field(default=None, description="how the rain figure is to be read")

    @model_validator(mode="after")
    def _mounted(self) -> Self:
        if (self.mounting == "distance") != (self.mount_height_cm is not None):
            raise ValueError('mount_height_cm belongs to mounting = "distance", and is needed there')
        return self


class FloodSensor:
    """One gauge, whatever it is asked through."""

    def __init__(self, info: SensorInfo, options: Options, source: Source) -> None:
        self.info = info
        self._options = options
        self._source = source
        self._meter = RainMeter(options.rain or RainOptions(reports="mm", most_mm=2000))

    @property
    def timeout_s(self) -> float:
        return self._source.timeout_s

    def sample(self) -> FloodValues:
        """The median level, and the rain since the previous reading. Raises SensorFault."""
        answers = self._source.read(self._options.samples)
        rain_mm = self._meter.mm(next((raw.rain for raw in reversed(answers) if raw.rain is not None), None))
        level_cm = self._level_cm(answers)
        if level_cm is None and rain_mm is None and not any(raw.rain is not None for raw in answers):
            raise SensorFault("the source answers without a value")
        try:
            return FloodValues(level_cm=level_cm, rain_mm=rain_mm, source=self._source.origin)
        except ValidationError:
            raise SensorFault(f"{level_cm} cm and {rain_mm} mm are beyond any gauge: check unit and mounting") from None

    def close(self) -> None:
        self._source.close()

    def _level_cm(self, answers: list[Raw]) -> float | None:
        lengths = [raw.length_cm for raw in answers if raw.length_cm is not None]
        if not lengths:
            return None
        if 2 * len(lengths) <= len(answers):
            raise SensorFault(f"only {len(lengths)} of {len(answers)} answers held a length: check the sensor's aim")
        length_cm = statistics.median(lengths)
        mount_height_cm = self._options.mount_height_cm
        level_cm = length_cm if mount_height_cm is None else mount_height_cm - length_cm
        return round(level_cm + self._options.offset_cm, 3)


def build(sensor: str, period_s: float, options: Options, *, clock: Clock | None = None) -> Sensor:
    """A gauge. A recording is read now (BadInput where it is broken); anything else opens at the first sample.

    `clock` judges the age of a telemetry's observation and paces a recording; the machine's own by default.
    """
    source = _source(options, clock or SystemClock())
    model = f"{options.source.type} gauge"
    return FloodSensor(SensorInfo(sensor=sensor, kind="flood", period_s=period_s, model=model), options, source)


def _source(options: Options, clock: Clock) -> Source:
    chosen = options.source
    if isinstance(chosen, LineOptions):
        return LineSource(chosen)
    if isinstance(chosen, ModbusOptions):
        return ModbusSource(chosen)
    if isinstance(chosen, PullOptions):
        return PullSource(chosen, clock)
    return replay(chosen, clock)
