"""A spool on a card that rots: what can be read is found again, and what is gone is said, neither more nor less."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.spools import BOOT, entry, moment, publish, spool_at

from contract.kinds import NodeValues
from contract.quality import Quality
from edge.losses import Lost
from edge.ports import Instant
from edge.salvage import Salvage
from edge.spool import Bound, Spool
from edge.spoolrow import CONTENT, DROPS_SENSOR, Row, checksum

_PAGE = 1_024
_TABLE_LEAF, _INDEX_LEAF = 0x0D, 0x0A
_LOG_HEAD, _FRAME_HEAD = 32, 24


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool.db"


def fill(spool: Spool, number: int, sensor: str = "level", start_s: float = 0.0) -> None:
    """Readings of a second each, one a commit; each has a value of its own."""
    for n in range(number):
        spool.add(entry(sensor, at=moment(start_s + n), values=f'{{"level_cm":{start_s + n}}}'))
        spool.commit(moment(start_s + n))


def filled(path: Path, number: int) -> None:
    """A spool that was closed cleanly, with readings 1 to `number` of the seconds 0 to `number` - 1."""
    with closing(spool_at(path)) as spool:
        fill(spool, number)


def as_killed(path: Path, spool: Spool) -> None:
    """Leave the spool's files as `kill -9` would."""
    files = {file: file.read_bytes() for file in path.parent.iterdir() if not file.name.endswith("-shm")}
    spool.close()
    for file, data in files.items():
        file.write_bytes(data)


def levels(spool: Spool) -> list[str]:
    return sorted(row.values for row in spool.after(0, 10_000) if row.sensor != DROPS_SENSOR)


def expected(*seconds: int) -> list[str]:
    return sorted(f'{{"level_cm":{float(second)}}}' for second in seconds)


def drops(spool: Spool) -> dict[str, NodeValues]:
    rows = [row for row in spool.after(0, 10_000) if row.sensor == DROPS_SENSOR]
    values = [NodeValues.model_validate_json(row.values) for row in rows]
    return {str(one.dropped_sensor): one for one in values}


def covers(told: NodeValues, at: Instant) -> bool:
    return (told.dropped_first_us or 0) <= at.wall_us <= (told.dropped_last_us or 0)


# ---------------------------------------------------------------- where a number stands in a file


def cells(data: bytes, start: int, leaf: int) -> Iterator[int]:
    """Where the cells of the page at `start` are, if it is such a leaf (https://www.sqlite.org/fileformat2.html)."""
    if data[start] == leaf:
        number = int.from_bytes(data[start + 3 : start + 5])
        for place in range(start + 8, start + 8 + 2 * number, 2):
            yield start + int.from_bytes(data[place : place + 2])


def after_varint(data: bytes, place: int) -> tuple[int, int]:
    """A number of SQLite's and the place behind it."""
    value = 0
    while True:
        value, place = value << 7 | data[place] & 0x7F, place + 1
        if data[place - 1] < 0x80:
            return value, place


def number_in_table(data: bytes, pages: list[int], seq: int) -> int:
    """The last byte of a reading's number, in the last of these pages that has it."""
    for page in reversed(pages):
        for cell in cells(data, page, _TABLE_LEAF):
            size, place = after_varint(data, cell)
            number, place = after_varint(data, place)
            if number == seq and BOOT.encode() in data[place : place + size]:
                return place - 1
    raise AssertionError("no such reading")


def numbers_on(data: bytes, page: int) -> set[int]:
    """The readings of a page."""
    rows = ((after_varint(data, after_varint(data, cell)[1]), cell) for cell in cells(data, page, _TABLE_LEAF))
    return {number for (number, place), cell in rows if BOOT.encode() in data[place : cell + 200]}


def number_in_index(data: bytes, seq: int) -> int:
    """The last byte of a reading's entry in the index of ranks: a rank, a number, and again the number, by which SQLite
    finds the row."""
    for page in pages_of(data):
        for cell in cells(data, page, _INDEX_LEAF):
            size, place = after_varint(data, cell)
            if data[place] == 4 and data[place + 3] == 1 and data[place + size - 1] == seq:
                return place + size - 1
    raise AssertionError("no such reading")


def pages_of(data: bytes) -> list[int]:
    return list(range(_PAGE, len(data), _PAGE))


def frames_of(log: bytes) -> list[int]:
    """Where the pages in a log begin."""
    return list(range(_LOG_HEAD + _FRAME_HEAD, len(log), _FRAME_HEAD + _PAGE))


def flip(file: Path, place: int, bits: int) -> None:
    data = bytearray(file.read_bytes())
    data[place] ^= bits
    file.write_bytes(data)


# ---------------------------------------------------------------- numbers that rot


@pytest.mark.parametrize("bit", [1, 64], ids=["another's", "nobody's"])
def test_reading_whose_number_has_rotted_is_found_again(path: Path, bit: int) -> None:
    """One bit of a row's number, and it is the number of another reading or of none: both are read, nothing is said to
    be gone."""
    filled(path, 10)
    data = path.read_bytes()
    flip(path, number_in_table(data, pages_of(data), 3), bit)
    with closing(spool_at(path)) as spool:
        assert levels(spool) == expected(*range(10))
        assert drops(spool) == {}


def test_reading_whose_number_is_beyond_mending_takes_no_others_place(path: Path) -> None:
    """Two bits: it is gone, the one whose number it bears is not, and the time that is said is its own."""
    filled(path, 10)
    data = path.read_bytes()
    flip(path, number_in_table(data, pages_of(data), 6), 0b101)
    with closing(spool_at(path, at=moment(60))) as spool:
        assert levels(spool) == expected(*range(5), *range(6, 10))
        (told,) = drops(spool).values()
        assert told.dropped_count == 1
        assert covers(told, moment(5))
        assert not covers(told, moment(2))


def test_number_that_rots_in_the_log_costs_nothing(path: Path) -> None:
    """The log is read past the damage, and the row behind it under its own number."""
    with closing(spool_at(path)) as spool:
        fill(spool, 40)
        as_killed(path, spool)
    log = path.with_name(path.name + "-wal")
    data = log.read_bytes()
    flip(log, number_in_table(data, frames_of(data), 3), 64)
    with closing(spool_at(path)) as spool:
        assert path.with_name("spool.db.damaged-1").exists()
        assert levels(spool) == expected(*range(40))
        assert drops(spool) == {}


@pytest.mark.parametrize("bit", [1, 64], ids=["another's", "nobody's"])
def test_number_that_rots_in_the_index_is_no_loss(path: Path, bit: int) -> None:
    """Every reading is there, so nothing is said to be gone."""
    filled(path, 10)
    flip(path, number_in_index(path.read_bytes(), 3), bit)
    with closing(spool_at(path)) as spool:
        assert path.with_name("spool.db.damaged-1").exists()
        assert levels(spool) == expected(*range(10))
        assert drops(spool) == {}


def test_reading_that_rotted_with_its_number_in_the_index_is_told_with_its_time(path: Path) -> None:
    """The index names a number that is nobody's: one reading is said to be gone, of times that include its own."""
    filled(path, 10)
    flip(path, number_in_index(path.read_bytes(), 3), 64)
    flip(path, path.read_bytes().index(b'{"level_cm":2.0}') + 13, 1)
    with closing(spool_at(path, at=moment(60))) as spool:
        assert levels(spool) == expected(0, 1, *range(3, 10))
        (told,) = drops(spool).values()
        assert told.dropped_count == 1
        assert covers(told, moment(2))


def test_index_out_of_order_counts_nothing(path: Path) -> None:
    """The counters do not sum up either: nobody can say how many there were, and that is what is said."""
    with closing(spool_at(path)) as spool:
        fill(spool, 10)
        publish(spool, list(range(1, 11)))
        spool._db.execute("UPDATE ledger SET seal = 1")
    flip(path, number_in_index(path.read_bytes(), 3), 64)
    with closing(spool_at(path)) as spool:
        assert levels(spool) == expected(*range(10))
        assert drops(spool)["unknown"].dropped_count is None


def test_number_that_rotted_does_not_hide_what_lies_behind_a_broken_page(path: Path) -> None:
    """A row just before the broken page bears a number beyond all others: what follows is read all the same."""
    filled(path, 60)
    data = path.read_bytes()
    (page,) = [one for one in pages_of(data) if 20 in numbers_on(data, one)]
    end = max(numbers_on(data, page))
    last = end - 1  # the last that SQLite's driver hands over before the page that it cannot read
    (broken,) = [one for one in pages_of(data) if end + 1 in numbers_on(data, one)]
    flip(path, number_in_table(data, [page], last), 0b1100000)
    for place in range(broken, broken + 8):
        flip(path, place, 0xFF)
    with closing(spool_at(path)) as spool:
        gone = {last, end, *numbers_on(data, broken)}  # no search finds what is behind a number too high
        assert levels(spool) == expected(*(seq - 1 for seq in range(1, 61) if seq not in gone))
        (told,) = drops(spool).values()
        assert told.dropped_count == len(gone)
        assert covers(told, moment(last - 1))


def test_counters_that_are_none_do_not_end_the_agent(path: Path) -> None:
    """Zeros where the ledger was: its counters read as nothing, and the readings come over at the first start."""
    filled(path, 10)
    with closing(sqlite3.connect(path)) as db:
        (root,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'ledger'").fetchone()
    data = path.read_bytes()
    (cell,) = cells(data, (root - 1) * _PAGE, _TABLE_LEAF)
    for place in range(cell, cell + 2 + after_varint(data, cell)[0]):
        flip(path, place, data[place])
    with closing(spool_at(path)) as spool:
        assert levels(spool) == expected(*range(10))
        assert spool.ledger().closes


def test_first_checksums_did_not_cover_the_number(path: Path) -> None:
    """A spool that was written with them is read; a reading gets one of now with its time."""
    with closing(spool_at(path)) as spool:
        fill(spool, 3)
        content = spool._db.execute(f"SELECT {CONTENT} FROM reading WHERE seq = 2").fetchone()  # noqa: S608
        spool._db.execute("UPDATE reading SET crc = ? WHERE seq = 2", (checksum(content),))
        assert levels(spool) == expected(0, 1, 2)
        publish(spool, [2])
        assert levels(spool) == expected(0, 1, 2)


def test_number_that_rots_under_a_running_agent_costs_no_other_reading(path: Path) -> None:
    """No search finds such a row, and what a search finds is sound: nothing is dropped, and the next start has both."""
    with closing(spool_at(path)) as spool:
        fill(spool, 10)
        spool._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        spool._db.execute("PRAGMA shrink_memory")
        data = path.read_bytes()
        flip(path, number_in_table(data, pages_of(data), 3), 1)
        assert levels(spool) == expected(0, 1, *range(3, 10))
        spool.commit(moment(20))
        assert levels(spool) == expected(0, 1, *range(3, 10))
        assert drops(spool) == {}
        assert spool.ledger().closes
    with closing(spool_at(path)) as spool:
        assert levels(spool) == expected(*range(10))
        assert drops(spool) == {}


# ---------------------------------------------------------------- a log of which only the beginning can be read


def last_frame_with(log: bytes, what: bytes) -> int:
    return next(page for page in reversed(frames_of(log)) if what in log[page : page + _PAGE])


def test_commits_that_nobody_can_read_are_said(path: Path) -> None:
    """The page that everything hangs on is broken in the log: readings of before it are there, and that more came, of
    which nobody knows how many, is said."""
    with closing(spool_at(path)) as spool:
        fill(spool, 20)
        as_killed(path, spool)
    log = path.with_name(path.name + "-wal")
    flip(log, last_frame_with(log.read_bytes(), b"SQLite format 3\0"), 1)
    with closing(spool_at(path, at=moment(60))) as spool:
        assert 0 < len(levels(spool)) < 20
        assert drops(spool)["unknown"].dropped_count is None


def test_earlier_state_of_a_report_does_not_take_its_place(path: Path) -> None:
    """The notes are broken in the log, so an earlier state helps out: what has grown or gone since stays so."""
    with closing(spool_at(path, Bound(max_rows=10))) as spool:
        fill(spool, 20)
        spool.next_birth_no(moment(20))
        fill(spool, 10, start_s=30)
        before, left = drops(spool)["level"], levels(spool)
        as_killed(path, spool)
    log = path.with_name(path.name + "-wal")
    data = log.read_bytes()
    flip(log, data.index(b"birth_no", last_frame_with(data, b"birth_no")) + len(b"birth_no"), 1)
    with closing(spool_at(path, Bound(max_rows=10), moment(60))) as spool:
        assert path.with_name("spool.db.damaged-1").exists()
        assert drops(spool) == {"level": before}
        assert levels(spool) == left


# ---------------------------------------------------------------- when it was, by the neighbours


def row(seq: int, at_s: float, sensor: str = "level", *, published: bool = False) -> Row:
    taken = moment(at_s)
    frozen = (taken.wall_us, "synced") if published else (None, None)
    return Row(seq, sensor, "flood", BOOT, taken, Quality.GOOD, "{}", "{}", *frozen)  # type: ignore[arg-type]


def found(*rows: Row, known: set[int], counted: bool = True, pending: int | None = None) -> Salvage:
    return Salvage(rows={one.seq: one for one in rows}, known=known, counted=counted, pending=pending)


def us(at_s: float) -> int:
    return moment(at_s).wall_us


def test_loss_without_a_number_may_be_older_than_all_that_is_left() -> None:
    """The index cannot be read and the counters say that three are gone: the first ones as well as the last."""
    gap = found(row(5, 5), row(6, 6), known=set(), counted=False, pending=5).gap("", us(9))
    assert gap.lost == {"unknown": Lost(3, 0, us(9))}
    assert not gap.at_least


def test_drop_report_says_nothing_of_its_neighbours_times() -> None:
    """It keeps its number while it grows, with the time of its last word."""
    gap = found(row(1, 1), row(2, 90, DROPS_SENSOR), row(4, 4), known={1, 2, 3, 4}, pending=4).gap("", us(99))
    assert gap.lost == {"unknown": Lost(1, us(1), us(4))}


def test_answered_reading_that_can_still_be_read_hides_no_loss() -> None:
    """It makes up the number of those that should be there, and is none of them."""
    gap = found(row(1, 1, published=True), row(4, 4), known={3, 4}, pending=2).gap("", us(9))
    assert gap.lost == {"unknown": Lost(1, us(1), us(4))}


def test_part_of_an_index_that_names_too_many_is_not_believed() -> None:
    """Which of them is nobody's cannot be told, nor what the rest of the index names."""
    gap = found(row(1, 1), row(3, 3), known={1, 2, 3, 66}, counted=False, pending=3).gap("", us(9))
    assert gap.lost == {"unknown": Lost(1, 0, us(9))}


def test_index_without_a_reading_that_is_there_counts_nothing() -> None:
    """Where the counters are gone as well, nobody knows how many there were, and that is said."""
    gap = found(row(1, 1), row(3, 3), known={1, 67}).gap("", us(9))
    assert gap.at_least


def rot(spool: Spool, seq: int, wall_us: int | None = None) -> None:
    """Let a reading not sum up any more; `wall_us`: with another time."""
    spool._db.execute("UPDATE reading SET crc = 1, wall_us = ifnull(?, wall_us) WHERE seq = ?", (wall_us, seq))


def test_rotten_neighbour_lends_no_time(path: Path) -> None:
    """Of two that have rotted beside each other, one in its time: the other's is not measured by that."""
    with closing(spool_at(path)) as spool:
        fill(spool, 2)
        fill(spool, 1, "rain", start_s=2)
        fill(spool, 3, start_s=3)
        rot(spool, 3)
        rot(spool, 4, wall_us=5)
        levels(spool)
        spool.commit(moment(9))
        told = drops(spool)
        assert (told["rain"].dropped_first_us, told["rain"].dropped_last_us) == (us(1), us(4))
        assert (told["level"].dropped_first_us, told["level"].dropped_last_us) == (us(1), us(4))


def test_drop_report_lends_no_time(path: Path) -> None:
    """A report that has grown bears a later time than the reading behind it."""
    with closing(spool_at(path, Bound(max_rows=10))) as spool:
        fill(spool, 11)
        (report,) = [one.seq for one in spool.after(0, 100) if one.sensor == DROPS_SENSOR]
        fill(spool, 1, "rain", start_s=20)
        fill(spool, 5, start_s=30)
        rot(spool, report + 1)
        levels(spool)
        spool.commit(moment(40))
        assert covers(drops(spool)["rain"], moment(20))


def test_answered_reading_that_has_rotted_is_no_loss(path: Path) -> None:
    """The city has it: it is counted as stored, and no report tells of nothing."""
    with closing(spool_at(path)) as spool:
        fill(spool, 3)
        publish(spool, [1, 2, 3])
        rot(spool, 2)
        assert len(levels(spool)) == 2
        spool.acknowledge([(1, 3)], [], moment(5))
        assert drops(spool) == {}
        ledger = spool.ledger()
        assert (ledger.stored, ledger.dropped, ledger.closes) == (3, 0, True)
