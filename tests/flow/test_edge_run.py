"""`siaga edge run` as on a pole: one real process with a node.toml, a real broker, a real `siaga ingest` on SQLite."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from contract.clock import SECOND_US, SystemClock
from contract.probe import probe_answer
from edge.spool import SpoolLedger, read_ledger
from faults.parts.brokers import RunningBroker, nats, wait_until
from store import open_readings
from store.ports import Row

ROOT = Path(__file__).parents[2]
CITY, NODE = "yogyakarta", "jog-gauge-01"
CLOCK = SystemClock()

NODE_TOML = """
[node]
city = "yogyakarta"
node = "jog-gauge-01"
spool = "spool.db"
boot_delay_s = 0.0

[[brokers]]
host = "127.0.0.1"
port = {broker}

[transport]
resend_s = 2.0

[[sensors]]
type = "flood"
sensor = "gauge"
period_s = 0.05

[sensors.options]
source = {{ type = "replay", file = "{river}", length_column = "level_cm", speed = 60.0, loop = true }}

[[sensors]]
type = "hotspot"
sensor = "wifi"
period_s = 0.5

[sensors.options]
probe_url = "http://127.0.0.1:{web}/probe"
broker = "127.0.0.1"
broker_port = {broker}
broker_tls = false
gateway = "127.0.0.1"
probes = 2
timeout_s = 2.0

[[sensors]]
type = "node"
sensor = "self"
period_s = 0.5

[sensors.options]
disk = "{folder}"
"""


class _Probe(http.server.BaseHTTPRequestHandler):
    """The city's probe page."""

    def do_GET(self) -> None:
        (nonce,) = parse_qs(urlsplit(self.path).query)["nonce"]
        body = probe_answer(nonce).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@contextlib.contextmanager
def web() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Probe)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def siaga(*arguments: str, log: Path, settings: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A command as a process of its own. It is killed if it is still there in the end."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SIAGA_")}
    with (
        log.open("ab") as file,
        subprocess.Popen(
            [sys.executable, "-m", "siaga", *arguments],
            cwd=ROOT,
            env=clean | (settings or {}),
            stdout=file,
            stderr=file,
        ) as process,
    ):
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


class Pole:
    """The files of one node, its city's stores, and what both say."""

    def __init__(self, folder: Path, broker: RunningBroker, web_port: int) -> None:
        self.folder = folder
        self.config = folder / "node.toml"
        self.spool = folder / "spool.db"
        self.log = folder / "edge.log"
        self.settings = {
            "SIAGA_CITY": CITY,
            "SIAGA_DATA_FOLDER": str(folder / "city"),
            "SIAGA_BROKERS": f"127.0.0.1:{broker.address.port}",
            "SIAGA_READINGS_URL": f"sqlite:///{folder}/readings.db",
            "SIAGA_LOG_FORMAT": "json",
        }
        river = folder / "river.csv"
        rows = [f"2026-01-01T{n // 60:02d}:{n % 60:02d}:00Z,{40 + n % 7}" for n in range(600)]
        river.write_text("time,level_cm\n" + "\n".join(rows) + "\n")
        text = NODE_TOML.format(broker=broker.address.port, web=web_port, river=river, folder=folder)
        self.config.write_text(text)

    def edge(self) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
        return siaga("edge", "run", "--config", str(self.config), log=self.log)

    def ingest(self) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
        return siaga("ingest", log=self.folder / "ingest.log", settings=self.settings)

    def apply(self) -> None:
        with siaga("city", "apply", log=self.folder / "apply.log", settings=self.settings) as process:
            assert process.wait(30) == 0, (self.folder / "apply.log").read_text()

    def ledger(self) -> SpoolLedger:
        return read_ledger(self.spool)

    def pending(self) -> set[int]:
        with closing(sqlite3.connect(f"file:{self.spool}?mode=ro", uri=True)) as db:
            return {seq for (seq,) in db.execute("SELECT seq FROM reading")}

    def kept(self) -> list[Row]:
        """Every row of this node in the store, by reading them."""
        with closing(open_readings(self.settings["SIAGA_READINGS_URL"])) as store:
            return [row for row in store.received_since(CITY, 0, limit=1_000_000) if row.series.node == NODE]

    def stored(self, at_least: int) -> bool:
        return "edge_runs" in self.log.read_text() and self.ledger().stored >= at_least

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
def pole(tmp_path: Path) -> Iterator[Pole]:
    with nats() as broker, web() as port:
        made = Pole(tmp_path, broker, port)
        made.apply()
        yield made


@pytest.mark.slow
def test_node_that_is_killed_loses_nothing_and_repeats_nothing(pole: Pole) -> None:
    """kill -9 in the middle of its work, a new life, SIGTERM: what is in the store and what is still in the spool are
    together exactly what was committed, each once; the end takes under two seconds."""
    with pole.ingest():
        with pole.edge() as first:
            assert wait_until(lambda: pole.stored(60), 40), pole.log.read_text()
            first.send_signal(signal.SIGKILL)
            first.wait(5)
        killed = pole.ledger()
        with pole.edge() as second:
            assert wait_until(lambda: pole.stored(killed.stored + 60), 40), pole.log.read_text()
            began_us = CLOCK.mono_us()
            second.send_signal(signal.SIGTERM)
            assert second.wait(5) == 0
            took_s = (CLOCK.mono_us() - began_us) / SECOND_US
    ledger, pending, kept = pole.ledger(), pole.pending(), pole.kept()
    times = Counter((row.epoch, row.seq) for row in kept)
    assert took_s < 2.0
    assert ledger.closes
    assert (ledger.epoch, ledger.refused, ledger.dropped) == (killed.epoch, 0, 0)
    assert max(times.values()) == 1
    assert {epoch for epoch, _ in times} == {ledger.epoch}
    numbers = sorted({seq for _, seq in times} | pending)
    assert len(numbers) == ledger.committed
    # The end was not clean: the numbers go on a good way further, so that none can be given twice.
    assert numbers[: killed.committed] == list(range(1, killed.committed + 1))
    assert numbers[killed.committed :] == list(range(numbers[killed.committed], numbers[-1] + 1))
    assert len(times) >= ledger.stored
    _assert_every_sensor_measured(kept)
    _assert_log_reads_well(pole.events())


def _assert_every_sensor_measured(kept: list[Row]) -> None:
    """Not only rows: what was measured is in them, the agent's own counters too."""
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for row in kept:
        by_kind.setdefault(row.series.kind, []).append(dict(row.values))
    assert any(40 <= values["level_cm"] <= 46 for values in by_kind["flood"])
    assert any(
        (values.get("internet"), values.get("broker_ok"), values.get("gateway_ok")) == ("open", True, True)
        for values in by_kind["hotspot"]
    )
    for values in by_kind["node"]:
        assert values["spool_pending"] >= 0
        assert values["spool_dropped"] == 0
        assert values["clock_source"] in ("ntp", "rtc", "server", "none")


def _assert_log_reads_well(events: list[dict[str, Any]]) -> None:
    """Every line is an event with fields, and a healthy life says few: it runs, it is connected, it stopped."""
    names = Counter(event["event"] for event in events)
    assert names["edge_runs"] == names["connected"] == 2
    assert names["stopped"] == 1
    assert len(events) <= 10, names
    assert not [event for event in events if event["level"] in ("warning", "error")], events


BAD = {
    "text without quotes": ('node = "jog-gauge-01"', "node = jog-gauge-01", ["line 4", "double quotes"]),
    "unknown name": ("boot_delay_s", "boot_delai_s", ["line 6", "node.boot_delai_s", "spelling"]),
    "no such kind": ('type = "hotspot"', 'type = "wifi"', ["sensors.1.type", "wifi"]),
    "port out of bounds": ("port = 1\n", "port = 70000\n", ["line 10", "brokers.0.port", "70000"]),
    "name that stands twice": ("port = 1\n", "port = 1\nport = 2\n", ["line 11", "twice"]),
    "recording that is not there": ("river.csv", "lake.csv", ["lake.csv"]),
    "no such column": ('length_column = "level_cm"', 'length_column = "stage_cm"', ["stage_cm"]),
    "certificate that is not there": (
        "[transport]",
        '[tls]\nca_file = "ca.pem"\ncert_file = "n.pem"\nkey_file = "n.key"\n[transport]',
        ["ca.pem", "Enrol"],
    ),
    "certificate that is none": (
        "[transport]",
        '[tls]\nca_file = "river.csv"\ncert_file = "river.csv"\nkey_file = "river.csv"\n[transport]',
        ["river.csv", "certificate"],
    ),
    "spool in a place that cannot be": ('spool = "spool.db"', 'spool = "river.csv/spool.db"', ["river.csv", "written"]),
}


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SIAGA_")}
    return subprocess.run(
        [sys.executable, "-m", "siaga", *arguments],
        cwd=ROOT,
        env=clean,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A sound node.toml with its recording."""
    (tmp_path / "river.csv").write_text("time,level_cm\n2026-01-01T00:00:00Z,40\n2026-01-01T00:01:00Z,41\n")
    path = tmp_path / "node.toml"
    path.write_text(NODE_TOML.format(broker=1, web=1, river=tmp_path / "river.csv", folder=tmp_path))
    return path


@pytest.mark.parametrize("case", BAD)
def test_bad_configuration_is_one_sentence(written: Path, case: str) -> None:
    """Exit code 2 and one line that says what, where and how to mend it; never a traceback."""
    old, new, says = BAD[case]
    text = written.read_text()
    assert old in text
    written.write_text(text.replace(old, new, 1))
    done = _run("edge", "run", "--config", str(written))
    lines = [line for line in done.stderr.splitlines() if line]
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert len(lines) == 1, done.stderr
    for word in says:
        assert word in lines[0]


def test_second_agent_on_one_spool_is_refused(written: Path) -> None:
    """Started by mistake beside the first: one sentence, and the first goes on."""
    log = written.with_name("edge.log")
    with siaga("edge", "run", "--config", str(written), log=log) as first:
        assert wait_until(lambda: "edge_runs" in log.read_text(), 20), log.read_text()
        second = _run("edge", "run", "--config", str(written))
        assert first.poll() is None
        first.terminate()
        assert first.wait(5) == 0
    assert second.returncode == 2
    assert second.stderr.count("\n") == 1
    assert "another agent has this spool open" in second.stderr


def test_check_says_what_would_run(written: Path) -> None:
    """Who, what, how often, to whom, and where its memory lies; nothing is written."""
    done = _run("edge", "check", "--config", str(written))
    assert done.returncode == 0, done.stderr
    for word in (NODE, CITY, "gauge (flood, every 0.05 s)", "self (node", "127.0.0.1:1 without TLS", "spool.db"):
        assert word in done.stdout
    assert not written.with_name("spool.db").exists()


def test_spool_can_be_asked_from_outside(written: Path) -> None:
    """`siaga edge spool` on something else is a sentence too."""
    done = _run("edge", "spool", str(written))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "cannot be read as a spool" in done.stderr
