"""InfluxDB shows a point field by field while it is written. Nobody is to take half a reading for a reading."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from contract.quality import Quality
from faults.parts.influx import OwnInflux, influx
from store import open_readings
from store.ports import ReadingStore, Row, Series

EPOCH, NOON_US = "0" * 16, 1_750_000_000_000_000
REGION = "34.71.01.1001"
IDENTITY = f'epoch="{EPOCH}",received_us={NOON_US}i,trust="synced",quality=1i'


@pytest.fixture(scope="module")
def server() -> Iterator[OwnInflux]:
    with influx() as server:
        yield server


@pytest.fixture
def city(request: pytest.FixtureRequest) -> str:
    """Each test has a city of its own in the one server."""
    return f"c{abs(hash(request.node.nodeid))}"


@pytest.fixture
def store(server: OwnInflux, city: str) -> Iterator[ReadingStore]:
    with closing(open_readings(server.url, token=server.token)) as store:
        store.write([_row(city, 1, NOON_US)])
        yield store


def _row(city: str, seq: int, at_us: int, node: str = "gauge-1") -> Row:
    series = Series(city, node, "level", "flood")
    return Row(series, REGION, at_us, at_us, EPOCH, seq, "synced", Quality.GOOD, {}, {"level_cm": 40.0})


def _point(city: str, fields: str) -> str:
    return f"flood,city={city},node=gauge-1,region={REGION},sensor=level {fields} {NOON_US + 5}000"


@pytest.mark.parametrize(
    "fields",
    [
        "level_cm=900",
        f"{IDENTITY},n_values=1i,level_cm=900",
        f"{IDENTITY},seq=2i,n_values=1i",
        f"{IDENTITY},seq=2i,level_cm=900",
        f"{IDENTITY},seq=2i",
    ],
    ids=["no identity", "no number", "no value", "no count", "neither count nor value"],
)
def test_half_a_point_is_no_reading(server: OwnInflux, store: ReadingStore, city: str, fields: str) -> None:
    """The newest whole row stays the newest; no page and no engine is given the half."""
    server.put(_point(city, fields))
    whole = [_row(city, 1, NOON_US)]
    assert list(store.latest(city)) == whole
    assert list(store.between(whole[0].series, NOON_US, NOON_US + 10)) == whole
    assert list(store.received_since(city, NOON_US)) == whole
    assert [entry.rows for entry in store.ledger(city)] in ([1], [2])


def test_who_reads_while_others_write_sees_whole_rows(server: OwnInflux, store: ReadingStore, city: str) -> None:
    """Thirty looks at the newest readings beside a writer that never rests."""
    stop = threading.Event()

    def write() -> None:
        with closing(open_readings(server.url, token=server.token)) as writer:
            number = 1
            while not stop.is_set():
                number += 1
                writer.write([_row(city, number * 10 + one, NOON_US + number, f"gauge-{one}") for one in range(10)])

    busy = threading.Thread(target=write)
    busy.start()
    try:
        seen = [row for _ in range(30) for row in store.latest(city)]
    finally:
        stop.set()
        busy.join()
    assert len(seen) > 30
    assert all(row.values == {"level_cm": 40.0} for row in seen)
