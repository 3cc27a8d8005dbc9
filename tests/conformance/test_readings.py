"""The readings port's promises, on every store that keeps readings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.city_data import EPOCH, NOON_US, row

from contract.clock import HOUR_US, MINUTE_US, SECOND_US
from contract.errors import Unavailable
from contract.kinds import KINDS, KindName, fields_of
from contract.quality import Quality
from faults.parts.influx import Influx, external, influx
from store import open_readings
from store.ports import Ledger, ReadingStore, Row, Scalar, Series
from store.rows import WINDOW_US

WINDOW = NOON_US - NOON_US % WINDOW_US


@dataclass
class Kept:
    """A store under test and a city of its own in it."""

    store: ReadingStore
    city: str
    sees_ties_across_writes: bool
    rows_are_never_touched_again: bool

    def row(self, seq: int, observed_us: int, **more: object) -> Row:
        return row(seq, observed_us, **{"city": self.city, **more})  # type: ignore[arg-type]

    def series(self, node: str = "gauge-1", kind: KindName = "flood", sensor: str = "level") -> Series:
        return Series(self.city, node, sensor, kind)


@pytest.fixture(scope="session")
def influx_server() -> Iterator[Influx]:
    """One InfluxDB a session."""
    with influx() as server:
        yield server


@pytest.fixture(
    params=["sqlite", "influxdb", *(["influxdb-external"] if os.environ.get("SIAGA_TEST_INFLUX_URL") else [])]
)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    """Every adapter in turn."""
    city = f"kota-{uuid4().hex[:8]}"
    is_influx = False
    store: ReadingStore
    if request.param == "sqlite":
        store = open_readings(f"sqlite:///{tmp_path}/readings.db")
    else:
        is_influx = True
        server = external() if request.param == "influxdb-external" else request.getfixturevalue("influx_server")
        store = open_readings(server.url, token=server.token)
    yield Kept(store, city, not is_influx, not is_influx)
    store.close()


def test_a_row_comes_back_as_it_was_written(kept: Kept) -> None:
    """Every field of every kind, with its type; what was not measured is not there."""
    samples: dict[str, Scalar] = {"boolean": True, "integer": 7, "float": 25.0, "text": 'a "quoted" \\ path, x=1'}
    rows = []
    for kind in KINDS:
        values: dict[str, Scalar] = {
            spec.name: spec.choices[0] if spec.choices else samples[spec.scalar] for spec in fields_of(kind)
        }
        rows.append(
            Row(
                Series(kept.city, "node-1", "all", kind),
                "34.71.01.1001",
                NOON_US,
                NOON_US + 5,
                EPOCH,
                len(rows) + 1,
                "corrected",
                Quality.SUSPECT,
                {"spike": 3, "flat_line": 4},
                values,
            )
        )
        rows.append(
            Row(rows[-1].series, "", NOON_US + 1, NOON_US + 6, EPOCH, len(rows) + 1, "synced", Quality.MISSING, {}, {})
        )
    assert kept.store.write(rows) == []
    for kind in KINDS:
        series = Series(kept.city, "node-1", "all", kind)
        found = kept.store.between(series, NOON_US, NOON_US + 2)
        assert list(found) == [one for one in rows if one.series == series]
        for name, value in found[0].values.items():
            assert type(value) is type(next(one for one in rows if one.series == series).values[name]), name


def test_the_same_row_again_changes_nothing(kept: Kept) -> None:
    """An acknowledgement that was lost costs a second write and no second row."""
    rows = [kept.row(seq, NOON_US + seq * SECOND_US) for seq in range(1, 6)]
    assert kept.store.write(rows) == []
    assert kept.store.write(rows + rows[:2]) == []
    assert list(kept.store.between(kept.series(), NOON_US, NOON_US + HOUR_US)) == rows
    assert list(kept.store.ledger(kept.city)) == [Ledger("gauge-1", EPOCH, 5, 5)]


def test_a_row_sent_again_later_keeps_its_first_receipt(kept: Kept) -> None:
    """Where rows are never touched again, a reader that caught up is not shown them twice. (InfluxDB overwrites: there
    the newest receipt is kept, and the row is seen again.)"""
    first, again = kept.row(1, NOON_US, received_us=NOON_US + 5), kept.row(1, NOON_US, received_us=NOON_US + 9)
    assert kept.store.write([first]) == []
    assert kept.store.write([again]) == []
    expected = first if kept.rows_are_never_touched_again else again
    assert list(kept.store.latest(kept.city)) == [expected]


def test_another_identity_at_a_taken_time_is_refused(kept: Kept) -> None:
    """The first stays, whoever says otherwise, within one write and (where the store sees it) across two."""
    first, other, free = kept.row(1, NOON_US), kept.row(2, NOON_US), kept.row(3, NOON_US + 1)
    refused = kept.store.write([first, other, free])
    assert [(bad.row, bad.time_taken) for bad in refused] == [(other, True)]
    assert list(kept.store.between(kept.series(), NOON_US, NOON_US + 2)) == [first, free]
    # A batch with a tie is looked up: what is stored wins over what comes first.
    refused = kept.store.write([other, first])
    assert [(bad.row, bad.time_taken) for bad in refused] == [(other, True)]
    if kept.sees_ties_across_writes:
        assert [bad.time_taken for bad in kept.store.write([other])] == [True]
        assert list(kept.store.between(kept.series(), NOON_US, NOON_US + 1)) == [first]


def test_one_bad_row_costs_no_good_one(kept: Kept) -> None:
    """What a store will never take is named with the reason; the rest is kept."""
    bad = [
        kept.row(1, NOON_US + 1, level_cm=float("nan")),
        kept.row(2, NOON_US + 2, level_cm="high"),
        kept.row(3, NOON_US + 3, salinity=3.0),
        kept.row(4, NOON_US + 4, node="a\nb"),
        kept.row(5, 2**60),
    ]
    good = [kept.row(6, NOON_US + 6), kept.row(7, NOON_US + 7, level_cm=12)]
    refused = kept.store.write([*bad[:3], good[0], *bad[3:], good[1]])
    assert [one.row.seq for one in refused] == [1, 2, 3, 4, 5]
    assert all(one.reason and not one.time_taken for one in refused)
    assert [one.seq for one in kept.store.between(kept.series(), NOON_US, NOON_US + HOUR_US)] == [6, 7]


def test_latest_is_the_newest_of_each_series(kept: Kept) -> None:
    """By observed time, whatever order they came in; one row a series, of the city asked for."""
    kept.store.write([kept.row(2, NOON_US + 2), kept.row(1, NOON_US + 1), kept.row(3, NOON_US, node="gauge-2")])
    kept.store.write([kept.row(9, NOON_US + 9, city=f"{kept.city}-other")])
    found = {one.series.node: one.seq for one in kept.store.latest(kept.city, "flood")}
    assert found == {"gauge-1": 2, "gauge-2": 3}
    assert len(kept.store.latest(kept.city)) == 2
    assert list(kept.store.latest(kept.city, "crowd")) == []


def test_between_gives_the_newest_rows_in_order(kept: Kept) -> None:
    """The start counts, the end does not, and a limit cuts the oldest."""
    kept.store.write([kept.row(seq, NOON_US + seq * SECOND_US) for seq in range(10)])
    found = kept.store.between(kept.series(), NOON_US + 2 * SECOND_US, NOON_US + 8 * SECOND_US)
    assert [one.seq for one in found] == [2, 3, 4, 5, 6, 7]
    found = kept.store.between(kept.series(), NOON_US, NOON_US + HOUR_US, limit=3)
    assert [one.seq for one in found] == [7, 8, 9]
    assert list(kept.store.between(kept.series("nobody"), 0, NOON_US)) == []


def test_catching_up_sees_every_row_once_and_in_order(kept: Kept) -> None:
    """Page after page from the last receipt on, rows that share one are never torn apart, and what was observed days
    before it was received is not missed."""
    rows = []
    for seq in range(1, 61):
        late_us = 3 * 24 * HOUR_US if seq % 10 == 0 else SECOND_US
        received_us = NOON_US + seq // 7 * 20 * MINUTE_US
        rows.append(kept.row(seq, received_us - late_us + seq, received_us=received_us, node=f"gauge-{seq % 3}"))
    kept.store.write(rows)
    kept.store.write([kept.row(1, NOON_US, city=f"{kept.city}-other")])
    seen: list[Row] = []
    since_us = 0
    while page := kept.store.received_since(kept.city, since_us, limit=15):
        assert len(page) <= 15
        seen += page
        since_us = page[-1].received_us + 1
    assert seen == sorted(rows, key=lambda one: (one.received_us, one.series.node, one.epoch, one.seq))


def test_rows_of_one_receipt_are_never_torn_apart(kept: Kept) -> None:
    """A group larger than the limit comes whole: a reader must be able to get past it."""
    kept.store.write([kept.row(seq, NOON_US + seq, received_us=NOON_US + HOUR_US) for seq in range(1, 21)])
    kept.store.write([kept.row(30, NOON_US + 30, received_us=NOON_US + 2 * HOUR_US)])
    page = kept.store.received_since(kept.city, NOON_US, limit=5)
    assert [one.seq for one in page] == list(range(1, 21))
    assert [one.seq for one in kept.store.received_since(kept.city, NOON_US + HOUR_US + 1, limit=5)] == [30]


def test_the_roll_up_follows_the_raw_rows(kept: Kept) -> None:
    """Only good and unknown readings count, a late one corrects its window, windows without any are not there."""
    series = kept.series()
    kept.store.write(
        [
            kept.row(1, WINDOW + 10, level_cm=10.0),
            kept.row(2, WINDOW + 20, level_cm=30.0),
            kept.row(3, WINDOW + 30, level_cm=999.0, quality=Quality.SUSPECT),
            kept.row(4, WINDOW + 40, level_cm=None, quality=Quality.MISSING),
            kept.row(5, WINDOW + WINDOW_US, level_cm=None, quality=Quality.MISSING),
            kept.row(6, WINDOW + 2 * WINDOW_US, level_cm=5.0, quality=Quality.UNKNOWN),
        ]
    )
    end_us = WINDOW + 3 * WINDOW_US
    first, last = kept.store.five_minutes(series, "level_cm", WINDOW, end_us)
    assert first == (WINDOW, 2, 20.0, 10.0, 30.0, 30.0)
    assert last == (WINDOW + 2 * WINDOW_US, 1, 5.0, 5.0, 5.0, 5.0)
    kept.store.write([kept.row(7, WINDOW + 5, level_cm=50.0)])
    assert kept.store.five_minutes(series, "level_cm", WINDOW, end_us)[0] == (WINDOW, 3, 30.0, 10.0, 50.0, 30.0)
    assert [one.start_us for one in kept.store.five_minutes(series, "level_cm", WINDOW + 1, end_us)] == [last.start_us]
    assert list(kept.store.five_minutes(series, "source", WINDOW, end_us)) == []


def test_the_ledger_counts_rows_and_seqs_by_epoch(kept: Kept) -> None:
    """One identity kept at two times is two rows and one seq: the duplicate shows."""
    kept.store.write([kept.row(1, NOON_US), kept.row(2, NOON_US + 1), kept.row(1, NOON_US + 2)])
    kept.store.write([kept.row(1, NOON_US + 3, epoch="00000000000000bb")])
    found = list(kept.store.ledger(kept.city))
    assert found == [Ledger("gauge-1", EPOCH, 3, 2), Ledger("gauge-1", "00000000000000bb", 1, 1)]


def test_an_empty_city_is_no_error(kept: Kept) -> None:
    """Before the first reading everything is empty, and the store answers."""
    kept.store.ping()
    assert list(kept.store.write([])) == []
    assert list(kept.store.latest(kept.city)) == []
    assert list(kept.store.received_since(kept.city, 0)) == []
    assert list(kept.store.ledger(kept.city)) == []
    assert list(kept.store.five_minutes(kept.series(), "level_cm", 0, NOON_US)) == []


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 900)), min_size=1, max_size=8), max_size=5)
)
def test_any_order_of_writes_ends_alike(kept: Kept, batches: list[list[tuple[int, int]]]) -> None:
    """Whatever is written how often and in which order: each time holds the first identity that came, and the roll-up
    is that of the raw rows."""
    city = f"kota-{uuid4().hex[:8]}"
    # A seq's time is frozen, so that only different seqs can meet at one time.
    frozen: dict[int, int] = {}
    expected: dict[int, int] = {}
    for batch in batches:
        rows = []
        for seq, second in batch:
            observed_us = WINDOW + frozen.setdefault(seq, second) * SECOND_US
            if not kept.sees_ties_across_writes and expected.get(observed_us, seq) != seq:
                continue
            expected.setdefault(observed_us, seq)
            rows.append(kept.row(seq, observed_us, city=city, level_cm=float(seq)))
        kept.store.write(rows)
    series = Series(city, "gauge-1", "level", "flood")
    found = {one.observed_us: one.seq for one in kept.store.between(series, 0, NOON_US + HOUR_US)}
    assert found == expected
    buckets = {one.start_us: one for one in kept.store.five_minutes(series, "level_cm", WINDOW, NOON_US + HOUR_US)}
    for start, bucket in buckets.items():
        inside = [float(seq) for at, seq in expected.items() if start <= at < start + WINDOW_US]
        assert (bucket.n, bucket.low, bucket.high) == (len(inside), min(inside), max(inside))
        assert bucket.mean == pytest.approx(sum(inside) / len(inside))
    assert sum(one.n for one in buckets.values()) == len(expected)


def _refused_token(server: Influx) -> ReadingStore:
    return open_readings(server.url, token="nobody:wrong")


def _missing_bucket(server: Influx) -> ReadingStore:
    return open_readings(server.url.replace("/readings?", "/nowhere?"), token=server.token)


@pytest.mark.parametrize(
    ("wrong", "sentence"), [(_refused_token, "does not accept the token"), (_missing_bucket, "has no bucket nowhere")]
)
def test_a_real_influxdb_set_up_wrongly_is_told_to_the_operator(
    influx_server: Influx, wrong: Callable[[Influx], ReadingStore], sentence: str
) -> None:
    """A wrong token or bucket loses nothing: it is Unavailable with what to mend, on reading and on writing."""
    store = wrong(influx_server)
    with pytest.raises(Unavailable, match=sentence):
        store.ping()
    with pytest.raises(Unavailable, match=sentence):
        store.write([row(1, NOON_US)])
    store.close()


def test_a_field_of_another_type_is_refused_alone(influx_server: Influx) -> None:
    """A real InfluxDB that already holds a field as a float refuses the integer row; the others are kept."""
    store = open_readings(influx_server.url, token=influx_server.token)
    city = f"kota-{uuid4().hex[:8]}"
    _write_raw(
        influx_server, f'flood,city={city}-raw,node=n,sensor=s epoch="a",seq=1i,received_us=1i,quality="good" 1000'
    )
    # `quality` is a number elsewhere in the same measurement: InfluxDB keeps a type for each shard.
    old = row(1, 2, city=city)
    fresh = [row(seq, NOON_US + seq, city=city) for seq in range(2, 12)]
    refused = store.write([*fresh[:5], old, *fresh[5:]])
    assert [bad.row for bad in refused] == [old]
    assert "type" in refused[0].reason
    assert [one.seq for one in store.latest(city, "flood")] == [11]
    store.close()


def _write_raw(server: Influx, line: str) -> None:
    from store.influx_http import InfluxHttp
    from store.open import influx_parts

    url, org, bucket = influx_parts(server.url)
    raw = InfluxHttp(url, org, bucket, server.token)
    assert raw.write([line.encode()]) == []
    raw.close()
