"""Rows a second that each readings store keeps through its port. Prints one JSON object; see README.md.

SQLite always; InfluxDB where `influxd` is installed (1.x behind the tests' proxy); VictoriaMetrics where it is
installed, for the speed of writing alone: it keeps what is sent twice, answers 204 to nonsense and is not durable at
once, so it is no store of ours. Each rate stands beside that of SQLite in the same run.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx

from benchmarks.machine import tell
from benchmarks.pipeline import batches, rate, rows_of
from cities.load import load
from siaga.ports_free import free_port
from store import open_readings
from store.ports import ReadingStore, Row

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

WRITE_ROWS = 1_000
READY_TRIES = 200


@contextmanager
def victoria_metrics(folder: Path) -> Iterator[str]:
    """The URL under which influxdb-client's writes are taken."""
    port = free_port()
    process = subprocess.Popen(
        ["victoria-metrics", f"-httpListenAddr=127.0.0.1:{port}", f"-storageDataPath={folder}", "-loggerLevel=ERROR"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        pause = threading.Event()
        for _ in range(READY_TRIES):
            try:
                if httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False).status_code == 200:
                    break
            except httpx.HTTPError:
                pause.wait(0.05)
        yield f"influxdb://127.0.0.1:{port}/siaga?org=siaga"
    finally:
        process.terminate()
        process.wait()


def keeping(store: ReadingStore, rows: Sequence[Row]) -> int:
    """Rows a second. Every round writes rows of an epoch and of times of its own."""
    rounds = iter(range(1_000))

    def work() -> int:
        number = next(rounds)
        shift_us = number * 7_200_000_000
        for start in range(0, len(rows), WRITE_ROWS):
            part = [
                row._replace(epoch=f"{number:016x}", observed_us=row.observed_us - shift_us)
                for row in rows[start : start + WRITE_ROWS]
            ]
            refused = store.write(part)
            assert not refused, refused[0].reason
        return len(rows)

    return rate(work)


def main() -> None:
    """Measure what is installed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=200, help="batches of 50 readings")
    count = parser.parse_args().batches
    rows = [row for batch in batches(load("yogyakarta"), count) for row in rows_of(batch)]
    rates: dict[str, int] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="siaga-stores-")))
        urls = {"sqlite": (f"sqlite:///{folder / 'readings.sqlite3'}", "")}
        if shutil.which("influxd"):
            from faults.parts.influx import influx

            server = stack.enter_context(influx())
            urls[f"influxdb {server.version}"] = (server.url, server.token)
        if shutil.which("victoria-metrics"):
            urls["victoria-metrics"] = (stack.enter_context(victoria_metrics(folder / "vm")), "any")
        for name, (url, token) in urls.items():
            with closing(open_readings(url, token=token)) as store:
                rates[name] = keeping(store, rows)
    runs = [
        {"store": name, "rows_per_s": found, "ratio_to_sqlite": round(found / rates["sqlite"], 2)}
        for name, found in rates.items()
    ]
    tell("stores", {"rows": len(rows), "runs": runs})


if __name__ == "__main__":
    main()
