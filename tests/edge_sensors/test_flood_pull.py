"""The pull of an existing telemetry, from a real web server."""

from __future__ import annotations

import http.server
import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contract.clock import SECOND_US, ManualClock, rfc3339
from edge.flood.fetch import fetch, origin_of
from edge.flood.pull import PullOptions, age_text
from edge.flood.sensor import FloodSensor, Options, build
from edge.ports import Sensor, SensorFault

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


@contextmanager
def web(answer: Answer) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                answer(self)
            except OSError:
                return

        def log_message(self, *_: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def saying(body: str | bytes, status: int = 200, location: str = "") -> Answer:
    data = body.encode() if isinstance(body, str) else body

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        if location:
            handler.send_header("Location", location)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def gauge(url: str, clock: ManualClock | None = None, **source: object) -> Sensor:
    options = Options.model_validate({"source": {"type": "pull", "url": url, "timeout_s": 2.0} | source})
    return build("gauge", 300, options, clock=clock or ManualClock())


CLOCK = ManualClock()
STATIONS = {
    "data": [
        {"name": "Depok", "river": {"tma": "210"}},
        {"name": "Katulampa", "river": {"tma": "1.9", "at": [0, CLOCK.now_us() // 1000]}},
    ]
}
KATULAMPA: dict[str, object] = {
    "length": ["data", {"name": "Katulampa"}, "river", "tma"],
    "time": ["data", {"name": "Katulampa"}, "river", "at", -1],
    "time_format": "epoch_ms",
    "unit": "m",
}


def test_a_figure_deep_in_json() -> None:
    """A path of keys, indices and a pick by name; a number written as text; metres become cm."""
    with web(saying(json.dumps(STATIONS))) as url:
        values = gauge(url, CLOCK, **KATULAMPA).sample()
    assert values.level_cm == pytest.approx(190)  # type: ignore[union-attr]
    assert values.source == "telemetry"  # type: ignore[union-attr]


def test_a_repeated_old_value_is_not_a_new_reading() -> None:
    """The second look at the same observation is a fault that says how old it is; a new observation is a reading."""
    clock, at = ManualClock(), {"us": ManualClock().now_us()}

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        saying(json.dumps({"cm": 100, "at": rfc3339(at["us"])}))(handler)

    with web(answer) as url:
        sensor = gauge(url, clock, length=["cm"], time=["at"])
        sensor.sample()
        clock.advance(720)
        with pytest.raises(SensorFault, match=r"no new observation at http:.+ since the one 12 min ago"):
            sensor.sample()
        at["us"] = clock.now_us()
        sensor.sample()


def test_a_stale_value_says_how_old() -> None:
    """A telemetry that stopped in the night is silent, whatever it still shows."""
    clock = ManualClock()
    body = json.dumps({"cm": 100, "at": rfc3339(clock.now_us() - 12_000 * SECOND_US)})
    with web(saying(body)) as url, pytest.raises(SensorFault, match="is 3 h 20 min old"):
        gauge(url, clock, length=["cm"], time=["at"], max_age_s=7200).sample()


def test_a_value_from_tomorrow_is_refused() -> None:
    """An observation far ahead of the node's clock is somebody's wrong clock."""
    clock = ManualClock()
    body = json.dumps({"cm": 100, "at": rfc3339(clock.now_us() + 86_400 * SECOND_US)})
    with web(saying(body)) as url, pytest.raises(SensorFault, match="ahead of this node's clock"):
        gauge(url, clock, length=["cm"], time=["at"]).sample()


def test_a_local_time_needs_its_zone() -> None:
    """ "2025-06-15 22:06:40" is a moment in Jakarta only where somebody said so."""
    clock = ManualClock()  # 2025-06-15T15:06:40Z
    with web(saying('{"cm": 100, "at": "2025-06-15 22:06:00"}')) as url:
        local = gauge(url, clock, length=["cm"], time=["at"], time_format="%Y-%m-%d %H:%M:%S", time_zone="Asia/Jakarta")
        assert local.sample().level_cm == 100  # type: ignore[union-attr]
        with pytest.raises(SensorFault, match="has no zone"):
            gauge(url, clock, length=["cm"], time=["at"]).sample()


CSV = """time,gauge,level_m,rain
2025-06-15T15:05:00Z,A,1.5,0.2
2025-06-15T15:06:00Z,A,1.7,0.4
2025-06-15T15:04:00Z,B,9,0
"""


def test_the_newest_row_of_a_csv() -> None:
    """Newest by time where there is a time, the last row otherwise, of the rows that were asked for."""
    with web(saying(CSV)) as url:
        by_time = gauge(url, format="csv", length=["level_m"], rain=["rain"], time=["time"], unit="m").sample()
        last = gauge(url, format="csv", length=["level_m"], unit="m").sample()
        chosen = gauge(url, format="csv", length=["level_m"], unit="m", where={"gauge": "A"}).sample()
    assert (by_time.level_cm, by_time.rain_mm) == (170, 0.4)  # type: ignore[union-attr]
    assert last.level_cm == 900  # type: ignore[union-attr]
    assert chosen.level_cm == 170  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("answer", "source", "words"),
    [
        (saying("<html>"), {"length": ["cm"]}, "is not JSON"),
        (saying("[" * 100_000), {"length": ["cm"]}, "is not JSON"),
        (saying('{"mm": 1}'), {"length": ["cm"]}, "has no 'cm' at step 1"),
        (saying('{"a": [1]}'), {"length": ["a", 3]}, "has no 3 at step 2"),
        (saying('{"a": [{"b": 1}]}'), {"length": ["a", {"b": 2}]}, "at step 2"),
        (saying('{"cm": "penuh"}'), {"length": ["cm"]}, "which is no number"),
        (saying('{"cm": true}'), {"length": ["cm"]}, "which is no number"),
        (saying('{"cm": NaN}'), {"length": ["cm"]}, "which is no number"),
        (saying('{"cm": null}'), {"length": ["cm"]}, "without a value"),
        (saying('{"cm": 9e9}'), {"length": ["cm"]}, "beyond any gauge"),
        (saying("", 404), {"length": ["cm"]}, "answers HTTP 404"),
        (saying("x" * 200), {"length": ["cm"], "most_bytes": 100}, "more than 100 bytes"),
        (saying("", 302, "file:///etc/passwd"), {"length": ["cm"]}, "neither http nor https"),
        (saying("", 302, "/again"), {"length": ["cm"]}, "redirects more than 3 times"),
        (saying(CSV), {"format": "csv", "length": ["level_cm"]}, "no column 'level_cm'"),
        (saying("a,b\n"), {"format": "csv", "length": ["a"]}, "has no row"),
        (saying("a\n1,5\n"), {"format": "csv", "length": ["a"]}, "more columns than its header"),
        (saying('a\n"1\n2\n'), {"format": "csv", "length": ["a"]}, "not a CSV"),
        (saying(b"\xff\xfe"), {"format": "csv", "length": ["a"]}, "not a CSV"),
        (saying(CSV), {"format": "csv", "length": ["level_m"], "where": {"gauge": "C"}}, "no row with"),
    ],
)
def test_an_answer_that_is_no_reading_says_why(answer: Answer, source: dict[str, object], words: str) -> None:
    """Whatever the other side says, the technician reads one sentence."""
    with web(answer) as url, pytest.raises(SensorFault, match=words):
        gauge(url, **source).sample()


def test_a_key_goes_nowhere_else() -> None:
    """The header with the key reaches its origin, does not follow a redirect elsewhere, and is in no text of ours."""
    seen: list[str | None] = []

    def elsewhere(handler: http.server.BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers.get("X-Key"))
        saying('{"cm": 5}')(handler)

    with web(elsewhere) as second:

        def first(handler: http.server.BaseHTTPRequestHandler) -> None:
            seen.append(handler.headers.get("X-Key"))
            saying("", 302, f"{second}/x?token=2")(handler)

        with web(first) as url:
            sensor = gauge(f"{url}/level?token=1", length=["cm"], headers={"X-Key": "rahasia"})
            assert sensor.sample().level_cm == 5  # type: ignore[union-attr]
    assert seen == ["rahasia", None]
    assert isinstance(sensor, FloodSensor)
    assert "rahasia" not in repr(sensor._options)
    with pytest.raises(SensorFault) as fault:
        sensor.sample()
    assert "token" not in str(fault.value)
    assert origin_of("https://user:word@host:8443/a?b=c") == "https://host:8443"


def test_a_server_that_drips_cannot_hold_the_node() -> None:
    """A byte now and then does not stretch the deadline."""
    gone = threading.Event()

    class Drip(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1000)
            try:
                self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not gone.wait(0.05):
                    self.request.sendall(b" ")
            except OSError:
                return

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Drip)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        began = time.monotonic()
        with pytest.raises(SensorFault, match="gives no answer"):
            fetch(f"http://127.0.0.1:{server.server_address[1]}/", {}, 10_000_000, 0.4)
        assert time.monotonic() - began < 2
    finally:
        gone.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "ftp://a/", "length": ["x"]},
        {"url": "file:///etc/passwd", "length": ["x"]},
        {"url": "http://a/"},
        {"url": "http://a/", "format": "csv", "length": ["a", 1]},
        {"url": "http://a/", "length": ["x"], "time_zone": "WIB"},
        {"url": "http://a/", "length": ["x"], "max_age_s": -1},
    ],
)
def test_wrong_options_are_refused(wrong: dict[str, object]) -> None:
    """A typing error is found when node.toml is read."""
    with pytest.raises(ValidationError):
        PullOptions.model_validate({"type": "pull"} | wrong)


@pytest.mark.parametrize(("seconds", "text"), [(45, "45 s"), (720, "12 min"), (12_000, "3 h 20 min")])
def test_ages_are_readable(seconds: float, text: str) -> None:
    """Nobody at a pole divides by 3600."""
    assert age_text(seconds) == text


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
    max_leaves=8,
)


@settings(deadline=None, max_examples=60)
@given(JSON, st.lists(st.sampled_from(["a", "b"]) | st.integers(-2, 2) | st.just({"a": "b"}), min_size=1, max_size=3))
def test_any_document_gives_a_value_or_a_sentence(document: object, path: list[object]) -> None:
    """No shape of answer ends in a traceback."""
    from edge.flood.pull import figure, pick_json

    options = PullOptions.model_validate({"type": "pull", "url": "http://a/", "length": path})
    with suppress(SensorFault):
        found = figure(pick_json(json.dumps(document).encode(), options).length, "length")
        assert found is None or isinstance(found, float)
