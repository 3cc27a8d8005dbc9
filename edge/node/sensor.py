"""The node sensor: its own machine, and what the agent counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import psutil
from pydantic import BaseModel, ConfigDict, Field

from contract.kinds import NodeValues
from contract.messages import ClockSource
from edge.node.board import slowed, supply, temperature_c, throttled_bits, undervoltage, uptime_s
from edge.ports import Sensor, SensorFault, SensorInfo


class Options(BaseModel):
    """What a technician may set for the node itself."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    disk: str = Field(default="/", description="a path on the file system to watch: the one that holds the spool")
    vcgencmd: str = Field(default="vcgencmd", description="the Raspberry Pi firmware's tool, where there is one")
    timeout_s: float = Field(default=2.0, gt=0, le=30, description="how long that tool may take, in s")


class AgentCounters(NamedTuple):
    """What only the agent knows of itself. None: it does not say."""

    spool_pending: int | None = None
    spool_dropped: int | None = None
    clock_source: ClockSource | None = None


class NodeSensor:
    """One look at the machine a period. A figure that the kernel does not tell stays null."""

    def __init__(
        self,
        info: SensorInfo,
        options: Options,
        counters: Callable[[], AgentCounters],
        *,
        sys: Path = Path("/sys"),
        proc: Path = Path("/proc"),
    ) -> None:
        self.info = info
        self._options = options
        self._counters = counters
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
        counters = self._counters()
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
            spool_pending=counters.spool_pending,
            spool_dropped=counters.spool_dropped,
            clock_source=counters.clock_source,
        )

    def close(self) -> None:
        """Nothing stays open between looks."""


def build(sensor: str, period_s: float, options: Options, extra: Callable[[], AgentCounters] | None = None) -> Sensor:
    """The node's own sensor. `extra` gives the agent's counters; each sample calls it, from the sensor's thread."""
    info = SensorInfo(sensor=sensor, kind="node", period_s=period_s, model="node")
    return NodeSensor(info, options, extra or AgentCounters)


def _percent(value: float) -> float:
    return min(100.0, max(0.0, float(value)))
