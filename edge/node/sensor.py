"""The node sensor: its own machine.

`spool_pending`, `spool_dropped` and `clock_source` of the reading are the agent's: it fills them in when it takes the
sample, in its own loop, so that no counter is shared with this sensor's thread.
"""

from __future__ import annotations

from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict, Field

from contract.kinds import NodeValues
from edge.node.board import slowed, supply, temperature_c, throttled_bits, undervoltage, uptime_s
from edge.ports import Sensor, SensorFault, SensorInfo


class Options(BaseModel):
    """What a technician may set for the node itself."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    disk: str = Field(default="/", description="a path on the file system to watch: the one that holds the spool")
    vcgencmd: str = Field(default="vcgencmd", description="the Raspberry Pi firmware's tool, where there is one")
    timeout_s: float = Field(default=2.0, gt=0, le=30, description="how long that tool may take, in s")


class NodeSensor:
    """One look at the machine a period. A figure that the kernel does not tell stays null."""

    def __init__(
        self,
        info: SensorInfo,
        options: Options,
        *,
        sys: Path = Path("/sys"),
        proc: Path = Path("/proc"),
    ) -> None:
        self.info = info
        self._options = options
        self._sys = sys
        self._proc = proc
        # psutil measures between two calls; the first has nothing to compare with and says 0.
        psutil.cpu_percent(interval=None)

    @property
    def timeout_s(self) -> float:
        return self._options.timeout_s + 1

    def sample(self) -> NodeValues:
        """Processor use since the look before, all else now. Raises SensorFault where the disk's path is gone."""
        try:
            disk_percent = psutil.disk_usage(self._options.disk).percent
        except OSError as error:
            raise SensorFault(f"the file system of {self._options.disk} cannot be asked: {error.strerror}") from None
        bits = throttled_bits(self._sys, self._options.vcgencmd, self._options.timeout_s)
        power = supply(self._sys)
        return NodeValues(
            cpu_percent=_percent(psutil.cpu_percent(interval=None)),
            memory_percent=_percent(psutil.virtual_memory().percent),
            disk_percent=_percent(disk_percent),
            temperature_c=temperature_c(self._sys),
            undervoltage=undervoltage(bits, self._sys),
            throttled=slowed(bits),
            supply=power.feeds,
            battery_percent=power.battery_percent,
            uptime_s=uptime_s(self._proc),
        )

    def close(self) -> None:
        """Nothing stays open between looks."""


def build(sensor: str, period_s: float, options: Options) -> Sensor:
    """The node's own sensor."""
    return NodeSensor(SensorInfo(sensor=sensor, kind="node", period_s=period_s, model="node"), options)


def _percent(value: float) -> float:
    return min(100.0, max(0.0, float(value)))
