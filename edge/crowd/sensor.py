"""The crowd sensor: the newest frame, the people in it, and the figures of the period since the last sample."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable
from typing import Literal, Self

import structlog
from pydantic import BaseModel, ConfigDict, Field, model_validator

from contract.errors import BadInput
from contract.kinds import CrowdValues
from edge.crowd.counting import Counter
from edge.crowd.detector import Detector, Frame, Mode
from edge.crowd.grabber import Grabber
from edge.crowd.health import BLIND, Health, Limits
from edge.crowd.network import load
from edge.crowd.region import Corner, inside
from edge.ports import Sensor, SensorFault, SensorInfo

log = structlog.get_logger()

_METHOD: dict[Mode, Literal["ssdlite_fast", "ssdlite_balanced"]] = {
    "fast": "ssdlite_fast",
    "balanced": "ssdlite_balanced",
}
_THUMBNAIL_STEP = 8


class Options(BaseModel):
    """What a technician may set for a camera. Numbers leave the node; frames never do."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    source: str | int = Field(
        description="a USB camera's index (0), an rtsp:// address, or a video file",
        union_mode="left_to_right",
        repr=False,
    )
    mode: Mode = Field(
        default="balanced", description="fast: one pass; balanced: the frame and two overlapping halves, three passes"
    )
    every_s: float = Field(default=0.5, gt=0, le=60, description="how often a frame is judged, in s")
    threshold: float | None = Field(
        default=None, gt=0, lt=1, description="score from which a body counts; empty: the mode's own"
    )
    region: list[list[float]] = Field(
        default=[], description="corners [x, y] of the counted area in fractions of the picture; empty: all of it"
    )
    engine: Literal["auto", "opencv", "onnxruntime"] = Field(
        default="auto", description="auto: ONNX Runtime where it is installed, else OpenCV"
    )
    threads: int = Field(default=1, ge=1, le=16, description="processor threads of the detector")
    loop: bool = Field(default=False, description="video file: begin again after the end")
    speed: float = Field(default=1.0, gt=0, le=100, description="video file: played so many times as fast")
    warm_up_s: float = Field(default=30.0, ge=0, le=600, description="how long a camera may take to give a frame, in s")
    stalled_after_s: float = Field(default=10.0, gt=0, le=600, description="no frame for so long: stalled, in s")
    frozen_after_s: float = Field(default=10.0, gt=0, le=600, description="the same frame for so long: frozen, in s")
    dark_below: float = Field(default=12.0, ge=0, le=255, description="mean brightness below which it is dark")
    fewest_fps: float | None = Field(
        default=None,
        ge=0,
        le=100,
        description="fewer judged frames a second: low_fps; empty: half of what every_s asks",
    )

    @model_validator(mode="after")
    def _region_is_a_polygon(self) -> Self:
        if self.region and len(self.region) < 3:
            raise ValueError("a region has three corners or more")
        for corner in self.region:
            if len(corner) != 2 or not all(0 <= part <= 1 for part in corner):
                raise ValueError("a corner is [x, y], both from 0 to 1")
        return self

    @property
    def corners(self) -> tuple[Corner, ...]:
        """The region's corners."""
        return tuple((corner[0], corner[1]) for corner in self.region)


class CrowdSensor:
    """Judges frames in a thread of its own; a sample is what it saw since the sample before."""

    timeout_s = 5.0

    def __init__(
        self,
        info: SensorInfo,
        options: Options,
        detector: Detector,
        grabber: Grabber,
        mono_us: Callable[[], int] = lambda: time.monotonic_ns() // 1000,
    ) -> None:
        self.info = info
        self._options = options
        self._detector = detector
        self._grabber = grabber
        self._mono_us = mono_us
        limits = Limits(
            warm_up_s=options.warm_up_s,
            stalled_after_s=options.stalled_after_s,
            frozen_after_s=options.frozen_after_s,
            dark_below=options.dark_below,
            fewest_fps=0.5 / options.every_s if options.fewest_fps is None else options.fewest_fps,
        )
        self._lock = threading.Lock()
        self._counter = Counter()
        self._began_us = mono_us()
        self._health = Health(limits, self._began_us)
        self._fault = ""
        self._stop = threading.Event()
        self._judge = threading.Thread(target=self._run, name=f"crowd {info.sensor}", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._grabber.start()
        self._judge.start()

    def sample(self) -> CrowdValues:
        """The figures since the last sample; no figures, and the reason in `camera`, where the picture is lost.

        Raises SensorFault where the detector has failed.
        """
        with self._lock:
            if self._fault:
                raise SensorFault(self._fault)
            now_us = self._mono_us()
            frames, figures = self._counter.take()
            elapsed_s = max((now_us - self._began_us) / 1e6, 1e-6)
            self._began_us = now_us
            state = self._health.state(now_us, frames / elapsed_s)
            if state in BLIND:
                self._counter.forget()
                figures = None
        method = _METHOD[self._options.mode]
        fps = round(min(frames / elapsed_s, 1000.0), 3)
        if figures is None:
            return CrowdValues(camera=state, frames=frames, fps=fps, method=method)
        return CrowdValues(
            people=figures.people,
            people_min=figures.people_min,
            people_p90=figures.people_p90,
            people_max=figures.people_max,
            lower_bound=figures.lower_bound,
            method=method,
            frames=frames,
            fps=fps,
            camera=state,
        )

    def close(self) -> None:
        """Stop watching; the last frame is forgotten."""
        self._stop.set()
        self._grabber.close()
        if self._judge.is_alive():
            self._judge.join(10)

    def _run(self) -> None:
        try:
            self._watch()
        except Exception as error:  # a thread has nobody above it: the fault is kept for the next sample
            log.exception("crowd.detector_failed", sensor=self.info.sensor)
            with self._lock:
                self._fault = f"the detector has failed: {error}"

    def _watch(self) -> None:
        number = 0
        while not self._stop.is_set():
            began = time.monotonic()
            grabbed = self._grabber.newest(number, timeout_s=self._options.every_s)
            if grabbed is None:
                continue
            number = grabbed.number
            self._look(grabbed.frame, grabbed.mono_us)
            self._stop.wait(max(0.0, self._options.every_s - (time.monotonic() - began)))

    def _look(self, frame: Frame, at_us: int) -> None:
        people = self._detector.people(frame)
        count = int(inside(people.feet, self._options.corners).sum())
        with self._lock:
            self._health.frame(
                at_us, zlib.crc32(frame.tobytes()), float(frame[::_THUMBNAIL_STEP, ::_THUMBNAIL_STEP].mean())
            )
            self._counter.add(count)


def build(sensor: str, period_s: float, options: Options) -> Sensor:
    """A camera that is being watched from now on. Raises BadInput for a damaged detector or a missing extra."""
    try:
        network = load(options.engine, options.threads)
    except ImportError:
        raise BadInput(
            "OpenCV is not installed", where=f"sensor {sensor}", remedy="Install siaga with its extra: siaga[camera]."
        ) from None
    detector = Detector(network, options.mode, options.threshold)
    grabber = Grabber(options.source, loop=options.loop, speed=options.speed)
    info = SensorInfo(sensor=sensor, kind="crowd", period_s=period_s, model=f"camera, {network.engine}")
    watching = CrowdSensor(info, options, detector, grabber)
    watching.start()
    return watching
