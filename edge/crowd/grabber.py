"""Keeps only the newest frame of a camera. A camera is slower to forget than we are to count: frames queue up in
drivers and streams, and a count of ten seconds ago is not a count of now."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from edge.crowd.detector import Frame
from edge.crowd.redact import redact

log = structlog.get_logger()

_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 60.0
_OPEN_TIMEOUT_MS = 10_000
_READ_TIMEOUT_MS = 10_000
_USUAL_FPS = 25.0


class Grabbed(NamedTuple):
    """The newest frame. `number` grows with every frame; `mono_us` is when it was read."""

    number: int
    mono_us: int
    frame: Frame


def wait_s(failures: int) -> float:
    """How long to wait after so many failures in a row: 1 s, doubled to a minute."""
    return float(min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** max(0, failures - 1)))


def quieten() -> None:
    """Stop OpenCV from printing addresses, passwords included, when a stream cannot be opened."""
    import cv2

    if hasattr(cv2, "setLogLevel"):
        cv2.setLogLevel(0)
    elif hasattr(cv2, "utils") and hasattr(cv2.utils, "logging"):
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def _is_device(source: str) -> bool:
    """Whether it names a camera of this machine, plugged in or not; a recording may lie in /dev/shm."""
    return source.startswith("/dev/") and not Path(source).is_file()


def open_capture(source: str | int) -> Any:
    """A capture that opens and reads with time limits. A stream goes to FFmpeg alone: other readers take its address
    for a file name, and one of them prints it."""
    import cv2

    if isinstance(source, int) or _is_device(source):
        return cv2.VideoCapture(source)
    limits: list[int] = []
    for name, value in (("OPEN_TIMEOUT_MSEC", _OPEN_TIMEOUT_MS), ("READ_TIMEOUT_MSEC", _READ_TIMEOUT_MS)):
        if hasattr(cv2, f"CAP_PROP_{name}"):
            limits += [getattr(cv2, f"CAP_PROP_{name}"), value]
    return cv2.VideoCapture(source, cv2.CAP_FFMPEG, limits)


class Grabber:
    """A thread that reads one source and forgets all but the last frame.

    A file is played at its own rate times `speed`, once or in a loop; a stream is read as it comes, and opened again
    with growing waits when it ends.
    """

    def __init__(self, source: str | int, *, loop: bool = False, speed: float = 1.0) -> None:
        self._source = source
        self._is_file = isinstance(source, str) and "://" not in source and not _is_device(source)
        self._loop = loop
        self._speed = speed
        self._fresh = threading.Condition()
        self._newest: Grabbed | None = None
        self._number = 0
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._said = False
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def newest(self, after: int, timeout_s: float) -> Grabbed | None:
        """The newest frame whose number is greater than `after`, or None when none came in time."""
        with self._fresh:
            self._fresh.wait_for(lambda: self._newest is not None and self._newest.number > after, timeout_s)
            newest = self._newest
            return newest if newest is not None and newest.number > after else None

    @property
    def ended(self) -> bool:
        """Whether a file was played to its end."""
        return self._ended.is_set()

    def close(self, timeout_s: float = 15.0) -> None:
        """Stop reading and forget the last frame. A read that hangs ends by its own time limit."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        with self._fresh:
            self._newest = None

    def _run(self) -> None:
        quieten()
        failures = 0
        while not self._stop.is_set():
            frames = self._play()
            failures = 0 if frames else failures + 1
            if self._is_file and frames and not self._loop:
                self._ended.set()
                return
            if self._stop.is_set():
                return
            self._tell_lost()
            if self._stop.wait(0.0 if self._is_file and frames else wait_s(failures)):
                return

    def _play(self) -> int:
        import cv2

        capture = open_capture(self._source)
        frames = 0
        try:
            if not capture.isOpened():
                return 0
            rate = capture.get(cv2.CAP_PROP_FPS) if self._is_file else 0.0
            step_s = 1.0 / (rate if 0 < rate < 1000 else _USUAL_FPS) / self._speed
            began = time.monotonic()
            while not self._stop.is_set():
                # A file is as patient as a camera is not: it is read no faster than it happened.
                ahead_s = began + frames * step_s - time.monotonic() if self._is_file else 0.0
                if ahead_s > 0 and self._stop.wait(ahead_s):
                    break
                came, frame = capture.read()
                if not came or frame is None:
                    break
                frames += 1
                self._keep(frame)
            return frames
        finally:
            capture.release()

    def _keep(self, frame: Frame) -> None:
        if self._said:
            log.info("camera.healed", source=self._name)
            self._said = False
        with self._fresh:
            self._number += 1
            self._newest = Grabbed(self._number, time.monotonic_ns() // 1000, frame)
            self._fresh.notify_all()

    def _tell_lost(self) -> None:
        if not self._said and not self._is_file:
            log.warning("camera.lost", source=self._name)
            self._said = True
        elif not self._said and self._number == 0:
            log.warning("camera.unreadable", source=self._name)
            self._said = True

    @property
    def _name(self) -> str:
        return redact(self._source) if isinstance(self._source, str) else f"camera {self._source}"
