"""The readings' SQLite file among processes, when killed, when full, and when the contract has grown."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.city_data import NOON_US, row

from contract.clock import SECOND_US
from contract.errors import Unavailable
from store import open_readings
from store.ports import ReadingStore, Series
from store.rows import WINDOW_US
from store.sqlite_file import SqliteFile
from store.sqlite_readings import SqliteReadings

_TESTS = Path(__file__).parents[1]
SERIES = Series("yogyakarta", "gauge-1", "level", "flood")

_WRITER = """
import sys
sys.path[:0] = [{root!r}, {tests!r}]
from support.city_data import NOON_US, row
from store import open_readings
store = open_readings("sqlite:///{file}")
node, first = sys.argv[1], int(sys.argv[2])
batch = 0
while True:
    seqs = range(first + batch * 50 + 1, first + batch * 50 + 51)
    store.write([row(seq, NOON_US + seq * 1000, node=node) for seq in seqs])
    batch += 1
    print(batch, flush=True)
    if batch == int(sys.argv[3]):
        break
store.close()
"""


def writer(file: Path, node: str, first: int = 0, batches: int = -1) -> subprocess.Popen[str]:
    """A process that writes batches of 50 rows and says each one's number when it is committed."""
    code = _WRITER.format(root=str(_TESTS.parent), tests=str(_TESTS), file=file)
    return subprocess.Popen(
        [sys.executable, "-c", code, node, str(first), str(batches)], stdout=subprocess.PIPE, text=True
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the readings are."""
    return tmp_path / "readings.db"


@pytest.fixture
def store(file: Path) -> Iterator[ReadingStore]:
    """This process's door to them."""
    opened = open_readings(f"sqlite:///{file}")
    yield opened
    opened.close()


def test_a_writer_killed_at_any_moment_leaves_whole_batches(file: Path, store: ReadingStore) -> None:
    """kill -9: every batch that was said is there, the one under way whole or not at all, and the roll-up agrees."""
    said = 0
    for kills in range(1, 4):
        with writer(file, "gauge-1", first=said * 50) as process:
            assert process.stdout is not None
            done = 0
            for line in process.stdout:
                done = int(line)
                if done == kills * 7:
                    process.kill()
            assert done >= kills * 7
        rows = store.between(SERIES, 0, 2**53)
        assert len(rows) % 50 == 0
        assert len(rows) >= (said + done) * 50
        said = len(rows) // 50
    (entry,) = store.ledger("yogyakarta")
    assert entry.rows == entry.distinct == said * 50
    assert sum(one.n for one in store.five_minutes(SERIES, "level_cm", 0, 2**53)) == said * 50
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_several_processes_write_one_file(file: Path, store: ReadingStore) -> None:
    """Copies of ingest side by side, started before the file exists: every row of each, and readers beside them."""
    processes = [writer(file, f"gauge-{number}", batches=10) for number in range(3)]
    reads = 0
    while any(process.poll() is None for process in processes):
        store.latest("yogyakarta")
        reads += 1
    for process in processes:
        with process:
            assert process.wait() == 0
    assert reads > 0
    assert [(one.node, one.rows, one.distinct) for one in store.ledger("yogyakarta")] == [
        (f"gauge-{number}", 500, 500) for number in range(3)
    ]


def test_threads_share_a_store(store: ReadingStore) -> None:
    """One store, many threads: each write is whole and nothing is lost."""

    def work(worker: int) -> int:
        for batch in range(5):
            seqs = range(batch * 10, batch * 10 + 10)
            store.write([row(seq, NOON_US + seq * SECOND_US, node=f"gauge-{worker}") for seq in seqs])
            store.latest("yogyakarta", "flood")
        return len(store.between(SERIES._replace(node=f"gauge-{worker}"), 0, 2**53))

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(work, range(6))) == [50] * 6


def test_a_reader_does_not_wait_for_a_writer(file: Path, store: ReadingStore) -> None:
    """While another process holds the write lock, reading goes on and shows what was committed."""
    store.write([row(1, NOON_US)])
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    holder.execute("DELETE FROM reading_flood")
    assert [one.seq for one in store.latest("yogyakarta")] == [1]
    holder.execute("ROLLBACK")
    holder.close()


def test_a_full_disk_loses_nothing_and_heals(file: Path) -> None:
    """Said clearly, nothing half written, what was there stays readable; with room again the same rows pass."""
    store = SqliteReadings(file)
    store.write([row(1, NOON_US)])
    with store._file.write() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    rows = [row(seq, NOON_US + seq * SECOND_US) for seq in range(2, 3_000)]
    for _ in range(2):
        with pytest.raises(Unavailable, match=r"disk under .* is full"):
            store.write(rows)
    assert [one.seq for one in store.between(SERIES, 0, 2**53)] == [1]
    store.ping()
    with store._file.write() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    assert store.write(rows) == []
    assert len(store.between(SERIES, 0, 2**53)) == 2_999
    store.close()


def test_a_series_of_a_write_that_failed_is_found_again(file: Path) -> None:
    """Its number was rolled back with the write; the next write must not use it from memory."""
    store = SqliteReadings(file)
    with store._file.write() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
    many = [row(seq, NOON_US + seq * SECOND_US, node="gauge-lost") for seq in range(3_000)]
    with pytest.raises(Unavailable):
        store.write(many)
    with store._file.write() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    store.write([row(1, NOON_US, node="gauge-2")])
    store.write(many)
    assert {one.series.node for one in store.latest("yogyakarta")} == {"gauge-2", "gauge-lost"}
    assert len(store.between(SERIES._replace(node="gauge-lost"), 0, 2**53)) == 3_000
    store.close()


def test_a_file_of_an_older_contract_grows(file: Path) -> None:
    """Fields that the contract has gained become columns; old rows have nothing there, new rows do."""
    older = open_readings(f"sqlite:///{file}")
    older.write([row(1, NOON_US, level_cm=1.0)])
    older.close()
    connection = sqlite3.connect(file)
    connection.execute("ALTER TABLE reading_flood DROP COLUMN rain_mm")
    for share in ("n", "mean", "low", "high", "last"):
        connection.execute(f"ALTER TABLE rollup_5m_flood DROP COLUMN rain_mm_{share}")
    connection.close()
    store = open_readings(f"sqlite:///{file}")
    store.write([row(2, NOON_US + 1, level_cm=2.0, rain_mm=0.5)])
    assert [one.values for one in store.between(SERIES, 0, 2**53)] == [
        {"level_cm": 1.0},
        {"level_cm": 2.0, "rain_mm": 0.5},
    ]
    (bucket,) = store.five_minutes(SERIES, "rain_mm", 0, 2**53)
    assert bucket == (NOON_US - NOON_US % WINDOW_US, 1, 0.5, 0.5, 0.5, 0.5)
    store.close()


def test_a_closed_store_says_so(file: Path) -> None:
    """Closing twice is fine; asking afterwards is not."""
    store = open_readings(f"sqlite:///{file}")
    store.close()
    store.close()
    with pytest.raises(Unavailable, match="closed"):
        store.ping()


def test_a_connection_in_use_outlives_the_door(file: Path) -> None:
    """Whoever reads while another thread closes the store reads to the end, and their connection is closed then."""
    door = SqliteFile(file)
    with door.read() as connection:
        door.close()
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")
    with pytest.raises(Unavailable, match="has been closed"), door.read():
        pass
