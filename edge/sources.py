"""Where a runner's samples come from: real sensors, each in a thread of its own, or a simulation in the same loop."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

import structlog

from contract.clock import SECOND_US, Clock
from contract.kinds import Values
from contract.messages import ClockSource
from edge.ports import Instant, Sensor, SensorFault

FASTEST_S = 10.0
"""how often a sensor may be asked for at most where its node says nothing else"""
_log = structlog.get_logger("edge.sensors")


class Sample(NamedTuple):
    """What a sensor gave when it was due. `values` None: nothing, and `fault` says why. `at`: when it was measured;
    None means now."""

    sensor: str
    values: Values | None
    fault: str = ""
    at: Instant | None = None


class Source(Protocol):
    """What feeds one agent. Nothing here may block: it runs in the runner's loop."""

    def next_us(self) -> int | None:
        """The monotonic moment at which `due` has something to do next; None where only a wake-up will tell."""

    def due(self, at: Instant) -> Sequence[Sample]:
        """Every sample that is there by now. Called at least at every `next_us`, and after every wake-up."""

    def hurry(self, sensor: str, period_s: float, until_us: int, at: Instant) -> None:
        """Sample that one at least so often until then (monotonic); it replaces the last such wish."""

    def close(self) -> None: ...


class NoSource:
    """A node whose samples somebody else pushes into its agent."""

    def next_us(self) -> int | None:
        return None

    def due(self, at: Instant) -> Sequence[Sample]:  # noqa: ARG002 - the port's signature
        return ()

    def hurry(self, sensor: str, period_s: float, until_us: int, at: Instant) -> None:
        """Whoever pushes the samples knows how often."""

    def close(self) -> None:
        return


class ThreadedSensors:
    """Real sensors. A slow one delays nobody; a hung one is reported missing at its time-out and once a period after
    that, keeps its one thread, and is believed again as soon as it comes back."""

    def __init__(
        self,
        sensors: Sequence[Sensor],
        clock: Clock,
        source: Callable[[], ClockSource],
        wake: Callable[[], None],
        *,
        fastest_s: Mapping[str, float] | None = None,
    ) -> None:
        """`fastest_s`: how often a sensor may be asked for at most, FASTEST_S where nothing is said."""
        self._wake = wake
        self._fastest_s = fastest_s or {}
        self._clock = clock
        self._source = source
        self._results: queue.SimpleQueue[tuple[_Worker, int, Sample]] = queue.SimpleQueue()
        now_us = clock.mono_us()
        self._workers = [_Worker(sensor, self._finish, self._instant, now_us) for sensor in sensors]

    def next_us(self) -> int | None:
        return min((worker.next_us() for worker in self._workers), default=None)

    def due(self, at: Instant) -> Sequence[Sample]:
        samples = []
        while not self._results.empty():
            worker, turn, sample = self._results.get()
            if worker.came_back(turn):
                samples.append(sample)
        for worker in self._workers:
            missing = worker.turn(at.mono_us)
            if missing is not None:
                samples.append(missing)
        return samples

    def hurry(self, sensor: str, period_s: float, until_us: int, at: Instant) -> None:
        """No sensor is asked faster than it may be, nor slower than ever."""
        for worker in self._workers:
            if worker.name == sensor:
                worker.hurry(max(period_s, self._fastest_s.get(sensor, FASTEST_S)), until_us, at.mono_us)

    def close(self) -> None:
        """Sensors that are idle are closed here; one that hangs is left to end with the process."""
        for worker in self._workers:
            worker.close()

    def _instant(self) -> Instant:
        return Instant(self._clock.mono_us(), self._clock.now_us(), self._source())

    def _finish(self, worker: _Worker, turn: int, sample: Sample) -> None:
        self._results.put((worker, turn, sample))
        self._wake()


class _Worker:
    """One sensor, its thread and its timetable. `turn` and `came_back` belong to the loop, `_run` to the thread."""

    def __init__(
        self,
        sensor: Sensor,
        finish: Callable[[_Worker, int, Sample], None],
        instant: Callable[[], Instant],
        now_us: int,
    ) -> None:
        self._sensor = sensor
        self._finish = finish
        self._instant = instant
        self.name = sensor.info.sensor
        self._period_us = round(sensor.info.period_s * SECOND_US)
        self._hurried_us, self._hurry_until_us = self._period_us, 0
        self._timeout_us = round(sensor.timeout_s * SECOND_US)
        self._due_us = now_us
        self._deadline_us: int | None = None
        self._turn = 0
        self._hung = False
        self._failing = False
        self._orders: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=f"sensor-{self.name}", daemon=True)
        self._thread.start()

    def next_us(self) -> int:
        if self._deadline_us is not None and not self._hung:
            return min(self._deadline_us, self._due_us)
        return self._due_us

    def hurry(self, period_s: float, until_us: int, mono_us: int) -> None:
        """A shorter period until then; the next sample comes within it."""
        if not self._is_hurried(mono_us):
            _log.info("sensor_hurries", sensor=self.name, period_s=period_s)
        self._hurried_us, self._hurry_until_us = min(round(period_s * SECOND_US), self._period_us), until_us
        self._due_us = min(self._due_us, mono_us + self._hurried_us)

    def _is_hurried(self, mono_us: int) -> bool:
        return mono_us < self._hurry_until_us

    def turn(self, mono_us: int) -> Sample | None:
        """Order a sample where one is due; say "missing" where the last one has not come in time."""
        if self._deadline_us is not None and not self._hung and mono_us >= self._deadline_us:
            self._hung = True
            _log.error("sensor_hangs", sensor=self.name, timeout_s=self._timeout_us / SECOND_US)
            self._skip_to(mono_us)
            return Sample(self.name, None, "no answer in time")
        if mono_us < self._due_us:
            return None
        self._skip_to(mono_us)
        if self._hung:
            return Sample(self.name, None, "still no answer")
        if self._deadline_us is None:
            self._turn += 1
            self._deadline_us = mono_us + self._timeout_us
            self._orders.put(self._turn)
        return None

    def came_back(self, turn: int) -> bool:
        """The thread is idle again. False where its sample has been reported missing meanwhile."""
        late = self._hung or turn != self._turn
        self._deadline_us = None
        if self._hung:
            self._hung = False
            _log.info("sensor_answers_again", sensor=self.name)
        return not late

    def close(self) -> None:
        self._orders.put(None)
        if self._deadline_us is None:
            self._thread.join(timeout=0.5)

    def _skip_to(self, mono_us: int) -> None:
        """The next due time on the timetable: a stall makes no crowd of samples."""
        period_us = self._hurried_us if self._is_hurried(mono_us) else self._period_us
        missed = max(0, mono_us - self._due_us) // period_us
        self._due_us += (missed + 1) * period_us

    def _run(self) -> None:
        while (turn := self._orders.get()) is not None:
            self._finish(self, turn, self._sample())
        self._sensor.close()

    def _sample(self) -> Sample:
        try:
            values = self._sensor.sample()
        except SensorFault as fault:
            if not self._failing:
                self._failing = True
                _log.warning("sensor_fails", sensor=self.name, reason=str(fault))
            return Sample(self.name, None, str(fault) or "no value", self._instant())
        # A driver may raise anything; the other sensors of this pole must not go silent for it.
        except Exception as error:  # noqa: BLE001
            if not self._failing:
                self._failing = True
                _log.error("sensor_is_broken", sensor=self.name, error=repr(error))
            return Sample(self.name, None, repr(error), self._instant())
        if self._failing:
            self._failing = False
            _log.info("sensor_measures_again", sensor=self.name)
        return Sample(self.name, values, "", self._instant())
