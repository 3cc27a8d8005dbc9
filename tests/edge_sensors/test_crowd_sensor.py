"""The camera as a whole: real video files, streams that are not there, frames that stay in memory."""

from __future__ import annotations

import http.server
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs
from support.shared_data import need

from contract.kinds import CrowdValues
from edge.crowd.detector import Detector
from edge.crowd.grabber import Grabber
from edge.crowd.network import load
from edge.crowd.sensor import CrowdSensor, Options, build
from edge.ports import Sensor, SensorFault, SensorInfo


def until(told: Callable[[], bool], most_s: float = 20.0) -> None:
    """Wait for a thread's own progress."""
    ends = time.monotonic() + most_s
    tick = threading.Event()
    while not told():
        assert time.monotonic() < ends, "it did not happen in time"
        tick.wait(0.02)


def values_of(sensor: Sensor) -> CrowdValues:
    values = sensor.sample()
    assert isinstance(values, CrowdValues)
    return values


def first_seen(sensor: Sensor, told: Callable[[CrowdValues], bool], most_s: float = 20.0) -> CrowdValues:
    """The first sample of which `told` is true."""
    seen: list[CrowdValues] = []

    def look() -> bool:
        seen.append(values_of(sensor))
        return told(seen[-1])

    until(look, most_s)
    return seen[-1]


@pytest.fixture
def clip(tmp_path: Path) -> Callable[[int, Callable[[int], int]], str]:
    """Writes a small video whose frame `n` is uniformly of one brightness."""

    def write(frames: int, brightness: Callable[[int], int]) -> str:
        path = str(tmp_path / f"clip{frames}.avi")
        writer = cv2.VideoWriter(path, cv2.VideoWriter.fourcc(*"MJPG"), 25, (64, 48))
        assert writer.isOpened()
        for number in range(frames):
            writer.write(np.full((48, 64, 3), brightness(number), dtype=np.uint8))
        writer.release()
        return path

    return write


def test_people_on_a_real_street() -> None:
    """A street of PETS 2009, between 3 and 9 people at any time: the figures of a period say so."""
    sensor = build(
        "cam",
        60,
        Options(source=str(need("people/video/pets2009-s2l1.avi")), mode="fast", every_s=0.1, speed=3.0, loop=True),
    )
    try:
        # Samples are taken by hand here: the period ends when twelve looks were taken.
        assert isinstance(sensor, CrowdSensor)
        until(lambda: len(sensor._counter._period) >= 12)
        values = values_of(sensor)
    finally:
        sensor.close()
    assert values.camera == "ok"
    assert values.method == "ssdlite_fast"
    assert values.frames is not None
    assert values.frames >= 12
    assert 2 <= (values.people or 0) <= 9
    assert (values.people_min or 0) <= (values.people or 0) <= (values.people_max or 0)
    assert values.lower_bound is False


def test_a_region_leaves_people_out() -> None:
    """The same street, counted only in a corner of the sky: nobody stands there."""
    corner = [[0.0, 0.0], [0.1, 0.0], [0.1, 0.05], [0.0, 0.05]]
    sensor = build(
        "cam", 60, Options(source=str(need("people/video/pets2009-s2l1.avi")), mode="fast", every_s=0.1, region=corner)
    )
    try:
        assert first_seen(sensor, lambda values: values.frames != 0).people == 0
    finally:
        sensor.close()


def test_a_finished_video_is_stalled_and_null(clip: Callable[..., str]) -> None:
    """After the last frame there is no count any more, never the last one again."""
    source = clip(10, lambda number: 100 + number)
    sensor = build("cam", 60, Options(source=source, mode="fast", every_s=0.05, stalled_after_s=0.4))
    try:
        assert first_seen(sensor, lambda values: values.people is not None).people == 0
        stalled = first_seen(sensor, lambda values: values.camera == "stalled")
        assert (stalled.people, stalled.people_max, stalled.lower_bound) == (None, None, None)
    finally:
        sensor.close()


def test_a_frozen_picture_is_null(clip: Callable[..., str]) -> None:
    """The same frame for longer than allowed is a frozen camera, though frames keep coming."""
    source = clip(50, lambda number: 120)
    sensor = build("cam", 60, Options(source=source, mode="fast", every_s=0.05, frozen_after_s=0.5, loop=True))
    try:
        frozen = first_seen(sensor, lambda values: values.camera == "frozen")
        assert frozen.people is None
    finally:
        sensor.close()


def test_a_dark_picture_is_null(clip: Callable[..., str]) -> None:
    """In the dark nobody is seen; that is not nobody."""
    sensor = build("cam", 60, Options(source=clip(50, lambda number: number % 4), mode="fast", every_s=0.05, loop=True))
    try:
        assert first_seen(sensor, lambda values: values.camera == "dark").people is None
    finally:
        sensor.close()


def test_a_camera_that_is_not_there_warms_up_then_stalls(tmp_path: Path) -> None:
    """No frame ever: a state, not a zero and not a crash."""
    sensor = build("cam", 60, Options(source=str(tmp_path / "absent.mp4"), warm_up_s=0.5))
    try:
        first = values_of(sensor)
        assert (first.camera, first.people) == ("warming_up", None)
        assert first_seen(sensor, lambda values: values.camera == "stalled").people is None
    finally:
        sensor.close()


def test_a_password_reaches_neither_log_nor_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    """A stream that refuses: our own lines, OpenCV's and FFmpeg's carry no password."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    source = f"rtsp://admin:rahasia@127.0.0.1:{port}/s"
    options = Options(source=source)
    sensor = build("cam", 60, options)
    assert isinstance(sensor, CrowdSensor)
    try:
        until(lambda: sensor._grabber._said)
    finally:
        sensor.close()
    told = "".join(capfd.readouterr())
    assert "rtsp://***@127.0.0.1" in told
    assert "rahasia" not in told
    assert "rahasia" not in repr(options)
    with pytest.raises(ValidationError) as wrong:
        Options.model_validate({"source": source, "every_s": -1})
    assert "rahasia" not in str(wrong.value)


def test_a_stream_that_breaks_is_opened_again(capfd: pytest.CaptureFixture[str]) -> None:
    """A camera on the network that closes its stream after some frames: lost and healed are each said, and the count
    goes on."""
    served: list[int] = []

    class Camera(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.append(1)
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            with suppress(OSError):
                for number in range(60):
                    picture = np.full((48, 64, 3), 60 + number, dtype=np.uint8)
                    jpeg = cv2.imencode(".jpg", picture)[1].tobytes()
                    head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                    self.wfile.write(head.encode() + jpeg + b"\r\n")

        def log_message(self, *_: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Camera)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    source = f"http://viewer:rahasia@127.0.0.1:{server.server_address[1]}/video"
    sensor = build("cam", 60, Options(source=source, mode="fast", every_s=0.05))
    try:
        until(lambda: len(served) >= 3, 30)
        assert first_seen(sensor, lambda values: values.frames != 0).people == 0
    finally:
        sensor.close()
        server.shutdown()
        thread.join()
        server.server_close()
    told = "".join(capfd.readouterr())
    assert told.count("camera.lost") >= 2
    assert told.count("camera.healed") >= 1
    assert "rahasia" not in told


def test_only_the_newest_frame_is_kept(clip: Callable[..., str]) -> None:
    """Whoever looks late sees now, not the queue."""
    grabber = Grabber(clip(200, lambda number: number), speed=20.0)
    grabber.start()
    try:
        until(lambda: grabber.ended)
        newest = grabber.newest(0, 1.0)
        assert newest is not None
        assert newest.number == 200
        assert abs(int(newest.frame.mean()) - 199) <= 3
        assert grabber.newest(200, 0.01) is None
    finally:
        grabber.close()
    assert grabber.newest(0, 0.0) is None


def test_a_camera_that_is_closed_at_once_is_not_called_unreadable(clip: Callable[..., str]) -> None:
    """Checking a node's file opens nothing for long: no failure is told that is none."""
    source = clip(50, lambda number: number)
    with capture_logs() as logs:
        for _ in range(20):
            grabber = Grabber(source)
            grabber.start()
            grabber.close()
    assert logs == []


def test_a_detector_that_fails_is_a_fault(clip: Callable[..., str]) -> None:
    """The judging thread's death is told at the next sample, not hidden behind an old count."""

    class Broken:
        engine = "broken"

        def run(self, blob: object) -> object:
            raise RuntimeError("out of memory")

    options = Options(source=clip(50, lambda number: number), every_s=0.05)
    detector = Detector(Broken(), "fast")  # type: ignore[arg-type]
    sensor = CrowdSensor(SensorInfo("cam", "crowd", 60), options, detector, Grabber(options.source))
    sensor.start()
    try:
        until(lambda: bool(sensor._fault))
        with pytest.raises(SensorFault, match="the detector has failed: out of memory"):
            sensor.sample()
    finally:
        sensor.close()


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Every file this process opens for writing."""
    opened: set[str] = set()
    watching = [True]

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watching[0] and event == "open":
            mode = arguments[1]
            if isinstance(mode, str) and any(letter in mode for letter in "wax+"):
                opened.add(str(arguments[0]))

    sys.addaudithook(hook)
    monkeypatch.chdir(tmp_path)
    yield opened
    watching[0] = False


def test_no_frame_leaves_memory(clip: Callable[..., str], written: set[str], tmp_path: Path) -> None:
    """While a camera is watched, nothing is written anywhere near it."""
    source = clip(50, lambda number: number)
    before = sorted(path.name for path in tmp_path.iterdir())
    sensor = build("cam", 60, Options(source=source, mode="fast", every_s=0.05, loop=True))
    try:
        first_seen(sensor, lambda values: values.frames != 0)
    finally:
        sensor.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert not {path for path in written if not path.startswith("/dev/")}


def test_an_engine_that_is_not_installed_is_said() -> None:
    """ONNX Runtime is used where it is, and asked for by name only where it is."""
    from importlib.util import find_spec

    from contract.errors import BadInput

    if find_spec("onnxruntime") is None:
        with pytest.raises(BadInput, match="ONNX Runtime is not installed"):
            load("onnxruntime")
        assert load("auto").engine == "opencv"
    else:
        assert load("auto").engine == "onnxruntime"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"source": 1.5},
        {"source": 0, "region": [[0.0, 0.0], [1.0, 1.0]]},
        {"source": 0, "region": [[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]]},
        {"source": 0, "mode": "best"},
        {"source": 0, "store_frames": True},
    ],
)
def test_wrong_options_are_refused(wrong: dict[str, object]) -> None:
    """Found when node.toml is read."""
    with pytest.raises(ValidationError):
        Options.model_validate(wrong)
