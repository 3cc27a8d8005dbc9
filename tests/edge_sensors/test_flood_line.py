"""Line-oriented devices: over a real TCP socket and over a real pseudo-terminal."""

from __future__ import annotations

import os
import pty
import socketserver
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from edge.flood.line import LineOptions, nmea_ok, parse
from edge.flood.sensor import Options, build
from edge.flood.source import Raw
from edge.ports import SensorFault

MAXBOTIX = {"type": "line", "pattern": r"^R(?P<length>[0-9]{4})$", "unit": "mm", "invalid": [300.0, 5000.0, 9999.0]}
Talk = Callable[[socketserver.BaseRequestHandler], None]


def line(**changes: object) -> LineOptions:
    return LineOptions.model_validate({"type": "line", "url": "loop://", "pattern": "(?P<length>.+)"} | changes)


def with_checksum(body: str) -> str:
    total = 0
    for character in body.encode():
        total ^= character
    return f"${body}*{total:02X}"


@pytest.mark.parametrize(
    ("options", "text", "expected"),
    [
        (MAXBOTIX, "R1234", Raw(123.4, None)),
        (MAXBOTIX, "R5000", Raw(None, None)),
        (MAXBOTIX, "234", None),
        (MAXBOTIX, "R12x4", None),
        ({"pattern": r"L=(?P<length>[-0-9.]+)m", "unit": "m"}, "id=3 L=-1.25m", Raw(-125.0, None)),
        ({"pattern": r"(?P<length>[0-9.]+) ft", "unit": "ft"}, "10 ft", Raw(304.8, None)),
        ({"pattern": r"H(?P<length>\d+),T(?P<rain>\d+)"}, "H210,T17", Raw(210.0, 17.0)),
        ({"pattern": r"T(?P<rain>\d+)"}, "T17", Raw(None, 17.0)),
        ({"pattern": r"(?P<length>\S+)"}, "nan", None),
        ({"pattern": r"(?P<length>\S+)"}, "inf", None),
    ],
)
def test_a_line_and_its_reading(options: dict[str, object], text: str, expected: Raw | None) -> None:
    """Units become cm; "no echo" is an answer without a value; anything else is no answer."""
    assert parse(text, line(**options)) == expected


def test_a_wrong_checksum_is_no_reading() -> None:
    """A line damaged on its way is left out rather than believed."""
    options = line(pattern=r"PWL,(?P<length>[0-9.]+)", checksum="nmea", unit="m")
    good = with_checksum("PWL,3.21")
    assert parse(good, options) == Raw(pytest.approx(321.0), None)
    assert parse(good.replace("3.21", "8.21"), options) is None
    assert parse("$PWL,3.21", options) is None


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=80))
def test_any_text_is_a_reading_or_none(text: str) -> None:
    """Garbage on the line never raises."""
    reading = parse(text, line(pattern=r"(?P<length>\S+)", checksum="none"))
    assert reading is None or isinstance(reading, Raw)
    assert isinstance(nmea_ok(text), bool)


@contextmanager
def device(talk: Talk) -> Iterator[str]:
    """A TCP device; the address for pyserial."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                talk(self)
            except OSError:
                return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = False
        allow_reuse_address = True

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"socket://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def repeating(spoken: bytes) -> Talk:
    """A device that talks on and on, as the real ones do, until its listener is gone."""

    def talk(handler: socketserver.BaseRequestHandler) -> None:
        handler.request.settimeout(0.02)
        while True:
            handler.request.sendall(spoken)
            try:
                if not handler.request.recv(1):
                    return
            except TimeoutError:
                continue

    return talk


def gauge(url: str, samples: int = 5, **changes: object) -> Options:
    source = MAXBOTIX | {"url": url, "timeout_s": 1.0} | changes
    return Options.model_validate(
        {"source": source, "mounting": "distance", "mount_height_cm": 520.0, "samples": samples}
    )


def test_an_ultrasonic_sensor_above_the_water() -> None:
    """The level is the mounting height less the median distance; a single wild echo does not move it."""
    spoken = b"234\rR1230\rR1232\rR0500\rR1234\rR1231\r"

    talk = repeating(spoken)
    with device(talk) as url, closing(build("gauge", 60, gauge(url))) as sensor:
        values = sensor.sample()
    assert values.level_cm == pytest.approx(520 - 123.1)
    assert values.source == "sensor"
    assert values.rain_mm is None


def test_mostly_no_echo_is_a_fault() -> None:
    """One distance among four "no echo" is not a level: the aim is wrong, and the sentence says so."""

    talk = repeating(b"\rR5000\rR5000\rR1234\rR5000\rR5000\r")
    with (
        device(talk) as url,
        closing(build("gauge", 60, gauge(url))) as sensor,
        pytest.raises(SensorFault, match="only 1 of 5 answers"),
    ):
        sensor.sample()


def test_a_silent_device_is_a_fault_within_its_time() -> None:
    """A device that says nothing, or nothing usable, is told apart."""
    with (
        device(lambda handler: handler.request.recv(1)) as url,
        closing(build("gauge", 60, gauge(url, timeout_s=0.3))) as sensor,
        pytest.raises(SensorFault, match="no line came"),
    ):
        sensor.sample()

    mumble = repeating(b"\rready\rready\r")
    with (
        device(mumble) as url,
        closing(build("gauge", 60, gauge(url, timeout_s=0.3))) as sensor,
        pytest.raises(SensorFault, match="lines came, none held a reading"),
    ):
        sensor.sample()


def test_a_device_that_went_away_is_opened_again() -> None:
    """The connection is lost, the sample is a fault; when the device is back, so is the reading."""
    calls: list[int] = []

    def talk(handler: socketserver.BaseRequestHandler) -> None:
        calls.append(1)
        if len(calls) > 1:
            repeating(b"\rR1000\r")(handler)

    with device(talk) as url, closing(build("gauge", 60, gauge(url, samples=1))) as sensor:
        with pytest.raises(SensorFault, match="cannot be read"):
            sensor.sample()
        assert sensor.sample().level_cm == pytest.approx(420.0)


def test_a_device_that_waits_to_be_asked() -> None:
    """`request` is sent before every answer, and the whole first line counts."""

    def talk(handler: socketserver.BaseRequestHandler) -> None:
        height = 1200
        while handler.request.recv(16):
            handler.request.sendall(f"R{height}\r\n".encode())
            height += 10

    with device(talk) as url, closing(build("gauge", 60, gauge(url, samples=3, request="?\r\n"))) as sensor:
        assert sensor.sample().level_cm == pytest.approx(520 - 121.0)
        assert sensor.sample().level_cm == pytest.approx(520 - 124.0)


def test_a_line_that_never_ends_is_not_kept() -> None:
    """A device gone mad fills no memory, and its tail is not taken for a reading."""

    talk = repeating(b"\r" + b"R" * 5000 + b"\rR1000\r")
    with device(talk) as url, closing(build("gauge", 60, gauge(url, samples=1))) as sensor:
        assert sensor.sample().level_cm == pytest.approx(420.0)


def test_a_serial_port() -> None:
    """The same device on a terminal, which is what a serial port is to the kernel."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    stop = threading.Event()

    def talk() -> None:
        while not stop.wait(0.02):
            os.write(ours, b"R2000\r")

    speaker = threading.Thread(target=talk)
    sensor = build("gauge", 60, gauge(os.ttyname(theirs), samples=3))
    speaker.start()
    try:
        assert sensor.sample().level_cm == pytest.approx(320.0)
        assert sensor.sample().level_cm == pytest.approx(320.0)
    finally:
        stop.set()
        speaker.join()
        sensor.close()
        os.close(ours)
        os.close(theirs)


def test_a_port_that_is_not_there() -> None:
    """A missing device, a refused address and a wrong one are sentences."""
    for url in ("/dev/ttyNOTHERE", "socket://127.0.0.1:1", "nonsense://x"):
        sensor = build("gauge", 60, gauge(url))
        with pytest.raises(SensorFault, match=r"cannot be read|is not an address"):
            sensor.sample()
        sensor.close()


@pytest.mark.parametrize("pattern", ["R([0-9]{4})", "R(?P<level>[0-9]+)", "R(?P<length>[0-9"])
def test_a_pattern_without_its_group_is_refused(pattern: str) -> None:
    """A pattern that can give no figure is found when node.toml is read."""
    with pytest.raises(ValidationError, match=r"pattern needs a group|not a regular expression"):
        line(pattern=pattern)


@pytest.mark.parametrize(
    "mounting", [{"mounting": "distance"}, {"mount_height_cm": 500.0}, {"mounting": "distance", "mount_height_cm": "5"}]
)
def test_a_mounting_that_is_half_told_is_refused(mounting: dict[str, object]) -> None:
    """A height belongs to a distance sensor, and a distance sensor needs one."""
    with pytest.raises(ValidationError):
        Options.model_validate({"source": MAXBOTIX | {"url": "loop://"}} | mounting)
