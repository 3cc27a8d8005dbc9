"""The city's disk fills up: said once, nothing corrupted, nothing lost; work goes on by itself when there is room."""

from __future__ import annotations

import contextlib
import errno
import io
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.parts.brokers import wait_until
from faults.parts.whole_city import STAGES, WholeCity, whole_city
from firmware_sim.ledgers import ledger

SIZE = "24m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with room for little."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("A FULL DISK IS NOT TESTED: only root may mount a small file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(folder: Path) -> Path:
    """Take all the room that is left."""
    ballast = folder / "ballast"
    for size in (1 << 20, 1 << 12):
        with ballast.open("ab", buffering=0) as file:
            while _written(file, size):
                pass
    return ballast


def _written(file: io.FileIO, size: int) -> bool:
    try:
        return file.write(bytes(size)) > 0
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False


def _answered(city: WholeCity) -> int:
    """How many readings their nodes have been told of, from the spools."""
    return sum(node.stored for node in ledger(city.data / "fleet"))


def _whole(database: Path) -> str:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(180)
def test_a_full_disk_stops_the_answers_and_nothing_else(tmp_path: Path, small_disk: Path) -> None:
    """While the disk is full no reading is acknowledged and no process dies; then every reading that waited is kept."""
    stores = {
        "SIAGA_READINGS_URL": f"sqlite:///{small_disk / 'readings.db'}",
        "SIAGA_CITY_URL": f"sqlite:///{small_disk / 'city.db'}",
    }
    with whole_city(tmp_path, speed=300, **stores) as city:
        assert wait_until(lambda: city.stored() > 100, 30, 0.1), city.up.said()
        before = {process.pid for process in city.everybody()}
        ballast = _fill(small_disk)
        assert wait_until(lambda: _said(city, "store.readings_unavailable"), 30, 0.1), city.up.said()
        stored, answered = city.stored(), _answered(city)
        assert not wait_until(lambda: _answered(city) > answered + 50, 8, 0.5), "answered without keeping"
        assert city.stored() - stored < 50
        ballast.unlink()
        assert wait_until(lambda: city.stored() > stored + 300, 60, 0.2), city.up.said()
        assert {process.pid for process in city.everybody()} == before
        assert _said(city, "store.readings_unavailable") == _said(city, "store.readings_available") == 1
        for event in ("store.city_unavailable", "alerts.away", "ingest.waiting"):
            for stage in STAGES:
                assert _said(city, event, stage) <= 1, (event, stage)
        assert city.up.terminate() == 0, city.up.said()
        counted = city.books()
    assert (counted.lost, counted.duplicated, counted.dropped) == (0, 0, 0)
    assert _whole(small_disk / "readings.db") == "ok"
    assert _whole(small_disk / "city.db") == "ok"


def _said(city: WholeCity, event: str, stage: str = "ingest") -> int:
    """How often a stage said it."""
    return sum(f'"stage": "{stage}"' in line for line in city.up.lines(event))
