"""The hotspot sensor as a whole, and the counting of stations."""

from __future__ import annotations

import http.server
import json
import re
import socket
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contract.errors import BadInput
from contract.probe import probe_answer
from edge.hotspot import stations
from edge.hotspot.sensor import HotspotSensor, Options, build
from edge.ports import SensorFault, SensorInfo

IW = """Station 12:34:56:78:9a:bc (on wlan0)
\tinactive time:\t304 ms
\trx bytes:\t18816
\tsignal:  \t-40 [-43, -44] dBm
Station aa:bb:cc:dd:ee:ff (on wlan0)
\tinactive time:\t12 ms
"""
HOSTAPD = """Selected interface 'wlan0'
12:34:56:78:9a:bc
flags=[AUTH][ASSOC][AUTHORIZED]
aid=1
dot11RSNAStatsSTAAddress=12:34:56:78:9a:bc
aa:bb:cc:dd:ee:ff
flags=[AUTH][ASSOC]
"""
UBUS = json.dumps({"freq": 2412, "clients": {"12:34:56:78:9a:bc": {"auth": True}, "aa:bb:cc:dd:ee:ff": {}}})
MAC = st.lists(st.integers(0, 255), min_size=6, max_size=6).map(lambda parts: ":".join(f"{part:02x}" for part in parts))


@pytest.mark.parametrize(
    ("count", "text"), [(stations.count_iw, IW), (stations.count_hostapd, HOSTAPD), (stations.count_ubus, UBUS)]
)
def test_two_stations(count: stations.Callable[[str], int | None], text: str) -> None:
    """Each tool's text gives a number, and only that."""
    assert count(text) == 2
    assert type(count(text)) is int


def test_none_is_zero_and_nonsense_is_null() -> None:
    """An empty list is nobody there; an error text is nothing known."""
    assert stations.count_iw("") == 0
    assert stations.count_iw("command failed: No such device (-19)") is None
    assert stations.count_hostapd("Selected interface 'wlan0'\n") == 0
    assert stations.count_hostapd("FAIL\n") is None
    assert stations.count_ubus('{"clients": {}}') == 0
    assert stations.count_ubus("Command failed: Not found") is None
    assert stations.count_ubus('{"clients": []}') is None


@settings(deadline=None, max_examples=60)
@given(st.lists(MAC, unique=True, max_size=20))
def test_every_station_counts_once(addresses: list[str]) -> None:
    """Any list of stations has its own length."""
    text = "".join(f"Station {address} (on wlan1)\n\tsignal: -50 dBm\n" for address in addresses)
    assert stations.count_iw(text) == len(addresses)


def tool(folder: Path, text: str, code: int = 0) -> str:
    """A program that prints `text`, as the real tool would."""
    path = folder / "tool"
    path.write_text(f"#!{sys.executable}\nimport sys\nsys.stdout.write({text!r})\nsys.exit({code})\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_the_tool_is_run_and_its_failure_is_null(tmp_path: Path) -> None:
    """A real process gives the text; a missing one, or one that fails, gives null."""
    assert stations.stations("iw", "wlan0", 10, tool(tmp_path, IW)) == 2
    assert stations.stations("iw", "wlan0", 10, tool(tmp_path, IW, code=1)) is None
    assert stations.stations("iw", "wlan0", 10, str(tmp_path / "absent")) is None


@pytest.fixture
def city_port() -> Iterator[int]:
    """The city's probe page."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            (nonce,) = parse_qs(urlsplit(self.path).query)["nonce"]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(probe_answer(nonce).encode())

        def log_message(self, *_: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_whole_look(city_port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sample says everything from the gateway outwards, and no hardware address is printed anywhere."""
    options = Options(
        probe_url=f"http://127.0.0.1:{city_port}/probe",
        gateway="127.0.0.1",
        broker="127.0.0.1",
        broker_port=city_port,
        broker_tls=False,
        stations="iw",
        stations_program=tool(tmp_path, IW),
        probes=3,
    )
    sensor = build("wifi", 60, options)
    values = sensor.sample()
    sensor.close()
    seen = values.model_dump()
    assert seen | {"latency_ms": None} == {
        "gateway_ok": True,
        "dns_ok": None,
        "internet": "open",
        "broker_ok": True,
        "clients": 2,
        "latency_ms": None,
        "loss_percent": 0.0,
    }
    assert 0 < seen["latency_ms"] < 1000
    told = "".join(capsys.readouterr()) + values.model_dump_json() + repr(vars(sensor))
    assert not re.search(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", told)


def test_a_dead_uplink(tmp_path: Path) -> None:
    """Without a default route, a resolver and a broker every step says no; none of them is a zero or a guess."""
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "route").write_text("Iface\tDestination\n")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    options = Options(
        probe_url=f"http://127.0.0.1:{port}/probe",
        dns_name="siaga.example",
        broker="siaga.example",
        timeout_s=0.3,
    )
    info = SensorInfo("wifi", "hotspot", 60)
    values = HotspotSensor(info, options, proc=tmp_path, etc=tmp_path).sample()
    assert (values.gateway_ok, values.dns_ok, values.internet, values.broker_ok) == (False, False, "down", False)
    assert values.latency_ms is None
    assert values.loss_percent == 100
    assert values.clients is None


def test_a_fault_is_said_once_and_its_healing_once(city_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Three looks at a dead broker make one line, and the healing another."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        dead = unused.getsockname()[1]
    info = SensorInfo("wifi", "hotspot", 60)
    sensor = HotspotSensor(info, Options(gateway="127.0.0.1", broker="127.0.0.1", broker_port=dead, broker_tls=False))
    for _ in range(3):
        assert sensor.sample().broker_ok is False
    sensor._options = sensor._options.model_copy(update={"broker_port": city_port})
    for _ in range(2):
        assert sensor.sample().broker_ok is True
    told = capsys.readouterr().out
    assert told.count("hotspot.fault") == 1
    assert told.count("hotspot.healed") == 1


def test_nothing_to_measure_is_a_fault(tmp_path: Path) -> None:
    """A machine that tells nothing and a configuration that asks nothing: the reading is missing, with a reason."""
    with pytest.raises(SensorFault, match="nothing could be told"):
        HotspotSensor(SensorInfo("wifi", "hotspot", 60), Options(), proc=tmp_path, etc=tmp_path).sample()


@pytest.mark.parametrize(
    "wrong",
    [
        {"probe_url": "ftp://siaga.example/"},
        {"probe_url": "http://user:word@siaga.example/"},
        {"probes": 0},
        {"stations": "nmap"},
        {"stations_interface": "wlan0; reboot"},
        {"brokr": "x"},
    ],
)
def test_wrong_options_are_refused(wrong: dict[str, object]) -> None:
    """A typing error in node.toml is found when it is read."""
    with pytest.raises(ValidationError):
        Options.model_validate(wrong)


def test_an_authority_that_is_not_there(tmp_path: Path) -> None:
    """A missing certificate file is a sentence with its remedy."""
    with pytest.raises(BadInput, match="cannot be read"):
        build("wifi", 60, Options(broker="b", broker_ca=str(tmp_path / "absent.pem")))
