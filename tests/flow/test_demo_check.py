"""The whole way of a reading, with every process real: from the gauge in the river to the case on the public map."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from contract.clock import SystemClock
from siaga import heartbeat

REQUIRED = {
    "readings_spooled",
    "readings_stored",
    "lost",
    "duplicated",
    "incidents_opened",
    "incidents_closed",
    "cases_filed",
    "case_url",
    "seconds_crossing_to_case_p50",
    "seconds_crossing_to_case_p95",
    "wall_s",
}


def _start(folder: Path) -> subprocess.Popen[str]:
    with (folder / "stderr.txt").open("w") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "siaga", "demo", "--check", "--json", "--folder", str(folder)],
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            cwd=Path(__file__).parents[2],
        )


def _report(process: subprocess.Popen[str], folder: Path) -> dict[str, Any]:
    output, _ = process.communicate(timeout=100)
    said = (folder / "stderr.txt").read_text()
    assert process.returncode == 0, said
    report: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    return report


def _assert_whole_chain(report: dict[str, Any]) -> None:
    assert report.keys() >= REQUIRED
    assert report["lost"] == 0
    assert report["duplicated"] == 0
    assert report["readings_spooled"] == (
        report["readings_stored"] + report["readings_refused"] + report["readings_dropped"] + report["readings_pending"]
    )
    assert report["readings_stored"] > 1_000
    assert report["worst_level"] == "AWAS"
    assert report["incidents_opened"] == report["incidents_closed"] > 1
    assert report["cases_filed"] == report["cases_closed"] >= 1
    assert "/kasus/" in report["case_url"]
    assert report["wall_s"] < 60


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(150)
def test_a_flood_becomes_a_case_and_ends_even_though_ingest_is_killed_twice(tmp_path: Path) -> None:
    """kill -9 of ingest, twice on the way: nothing lost, nothing twice, the case filed, followed and closed."""
    process = _start(tmp_path)
    clock = SystemClock()
    pause = threading.Event()
    killed: set[int] = set()
    started_us = clock.mono_us()
    try:
        for at_s in (12, 22):
            while process.poll() is None and clock.mono_us() - started_us < at_s * 1_000_000:
                pause.wait(0.1)
            while process.poll() is None:
                beat = heartbeat.read(tmp_path / "run", "ingest")
                if beat is not None and beat.pid not in killed:
                    os.kill(beat.pid, signal.SIGKILL)
                    killed.add(beat.pid)
                    break
                pause.wait(0.05)
        report = _report(process, tmp_path)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(10)
    assert len(killed) == 2
    _assert_whole_chain(report)
