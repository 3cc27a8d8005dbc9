"""The spool: nothing committed is lost, and the ledger always closes."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.spools import BOOT, entry, moment, publish, spool_at

from contract.errors import BadInput
from contract.kinds import KindName, NodeValues
from edge.spool import Bound, Refrozen, Spool, read_ledger
from edge.spoolrow import DROPS_SENSOR
from faults.parts.small_disk import fill as fill_up
from faults.parts.small_disk import small_disk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool.db"


@pytest.fixture
def spool(path: Path) -> Iterator[Spool]:
    with closing(spool_at(path)) as opened:
        yield opened


def fill(spool: Spool, number: int, sensor: str = "level", kind: KindName = "flood", start_s: float = 0.0) -> None:
    for n in range(number):
        spool.add(entry(sensor, kind, moment(start_s + n)))
    spool.commit(moment(start_s + number))


def drops(spool: Spool) -> dict[str, NodeValues]:
    rows = [row for row in spool.after(0, 10_000) if row.sensor == DROPS_SENSOR]
    values = [NodeValues.model_validate_json(row.values) for row in rows]
    return {str(one.dropped_sensor): one for one in values}


# ---------------------------------------------------------------- keeping


def test_group_is_due_after_a_second_or_at_fifty(spool: Spool) -> None:
    """Group commit spares the card: a second, or fifty readings."""
    spool.add(entry(at=moment(10)))
    assert spool.due_us() == moment(11).mono_us
    for _ in range(49):
        spool.add(entry(at=moment(10)))
    assert spool.due_us() == 0
    assert spool.ledger().committed == 0
    spool.commit(moment(10))
    assert spool.ledger().committed == 50
    assert spool.due_us() is None


def test_commit_survives_and_numbers_go_on(path: Path) -> None:
    """After a restart everything committed is there, under the same epoch, and a drained spool does not start at 1."""
    with closing(spool_at(path)) as spool:
        fill(spool, 3)
        publish(spool, [1, 2, 3])
        spool.acknowledge([(1, 3)], [], moment(9))
        before = spool.ledger()
    with closing(spool_at(path)) as again:
        assert again.ledger() == before
        fill(again, 1)
        assert [row.seq for row in again.after(0, 10)] == [4]


def test_file_is_as_durable_as_promised(path: Path) -> None:
    """WAL with synchronous=FULL: a power cut loses nothing committed."""
    with closing(spool_at(path)) as spool:
        assert spool._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert spool._db.execute("PRAGMA synchronous").fetchone() == (2,)


def test_second_agent_on_one_spool_is_refused(path: Path, spool: Spool) -> None:
    """Two agents on one spool would use each other's numbers."""
    with pytest.raises(BadInput, match="another agent"):
        spool_at(path)


def test_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        spool_at(tmp_path / "file" / "spool.db")


def test_ledger_is_readable_while_the_agent_runs(path: Path, spool: Spool) -> None:
    """Another process reads the figures without disturbing the writer."""
    fill(spool, 5)
    assert read_ledger(path) == spool.ledger()
    assert read_ledger(path).pending == 5
    with pytest.raises(BadInput, match="no spool"):
        read_ledger(path.with_name("other.db"))


# ---------------------------------------------------------------- answers


def test_answers_delete_and_count(spool: Spool) -> None:
    """Stored and refused readings are gone and counted; the rest is pending."""
    fill(spool, 6)
    publish(spool, [1, 2, 3, 4, 5, 6])
    assert spool.acknowledge([(1, 2), (5, 5)], [3], moment(7)) == ([1, 2, 5], [3])
    ledger = spool.ledger()
    assert (ledger.stored, ledger.refused, ledger.pending) == (3, 1, 2)
    assert ledger.closes


def test_answer_for_what_was_never_published_changes_nothing(spool: Spool) -> None:
    """Only a reading that was sent can have been stored."""
    fill(spool, 2)
    publish(spool, [1])
    spool.acknowledge([(1, 2**53)], [2], moment(3))
    assert [row.seq for row in spool.after(0, 10)] == [2]
    spool.acknowledge([(1, 1)], [1], moment(4))
    assert spool.ledger().stored == 1


# ---------------------------------------------------------------- times


def test_tie_is_moved_by_a_microsecond(spool: Spool) -> None:
    """(sensor, time) is unique, also against readings that are long acknowledged; other sensors are free."""
    fill(spool, 2)
    fill(spool, 1, "rain")
    spool.freeze([Refrozen(1, 5_000, "synced")], moment())
    spool.acknowledge([(1, 1)], [], moment())
    spool.freeze([Refrozen(2, 5_000, "synced"), Refrozen(3, 5_000, "synced")], moment())
    assert [row.observed_us for row in spool.rows([2, 3])] == [5_001, 5_000]


def test_time_once_frozen_stays(spool: Spool) -> None:
    """A second look at the clock does not give a reading a second time."""
    fill(spool, 1)
    spool.freeze([Refrozen(1, 5_000, "synced")], moment())
    spool.freeze([Refrozen(1, 9_000, "corrected")], moment())
    (row,) = spool.rows([1])
    assert (row.observed_us, row.trust) == (5_000, "synced")


def test_birth_numbers_grow_across_restarts_and_cards(path: Path, tmp_path: Path) -> None:
    """A restart goes on; a node with a new card starts above what the old one can have reached."""
    with closing(spool_at(path)) as spool:
        first = spool.next_birth_no(moment())
        second = spool.next_birth_no(moment(1))
    with closing(spool_at(path)) as spool:
        third = spool.next_birth_no(moment(2))
    with closing(spool_at(tmp_path / "new.db")) as spool:
        fourth = spool.next_birth_no(moment(60))
    assert first < second < third < fourth


# ---------------------------------------------------------------- the bound


def test_drop_order_is_node_crowd_hotspot_and_flood_last(spool: Spool, path: Path) -> None:
    """Over the bound the least grave kind goes first, the oldest first inside a kind."""
    spool.close()
    with closing(spool_at(path.with_name("small.db"), Bound(max_rows=20))) as small:
        kinds: tuple[KindName, ...] = ("flood", "hotspot", "crowd", "node")
        for kind in kinds:
            fill(small, 5, kind, kind)
        fill(small, 6, "flood", "flood", 100)
        left = [row.sensor for row in small.after(0, 100) if row.sensor != DROPS_SENSOR]
        assert "node" not in left
        assert left.count("crowd") == 2  # 26 readings and 2 reports, of which 20 may stay
        assert left.count("hotspot") == 5
        assert left.count("flood") == 11
        assert small.pending == 20
        crowd = [row.seq for row in small.after(0, 100) if row.sensor == "crowd"]
        assert crowd == [14, 15]


def test_every_drop_is_reported_by_sensor_and_time_range(path: Path) -> None:
    """What is gone is said in readings: whose, how many, from when to when. Reports nobody heard yet grow."""
    with closing(spool_at(path, Bound(max_rows=20))) as spool:
        for start in range(0, 60, 10):
            fill(spool, 10, start_s=start)
        report = drops(spool)["level"]
        ledger = spool.ledger()
        assert report.dropped_count == ledger.dropped == 41
        assert report.dropped_first_us == moment(0).wall_us
        assert report.dropped_last_us == moment(40).wall_us
        assert ledger.closes
        assert ledger.pending == 20


def test_bound_on_bytes(path: Path) -> None:
    """The bytes bound holds too, and the file stays near it."""
    with closing(spool_at(path, Bound(max_bytes=200_000))) as spool:
        for start in range(0, 4_000, 50):
            fill(spool, 50, start_s=start)
        assert spool._bytes <= 200_000
        assert spool.ledger().closes
    assert path.stat().st_size <= 300_000


def test_what_may_be_stored_already_is_dropped_last(path: Path) -> None:
    """A published reading may be in the store: counting it as dropped would be wrong."""
    with closing(spool_at(path, Bound(max_rows=10))) as spool:
        fill(spool, 5)
        publish(spool, [1, 2, 3, 4, 5])
        fill(spool, 10)
        assert [row.seq for row in spool.rows([1, 2, 3, 4, 5])] == [1, 2, 3, 4, 5]


# ---------------------------------------------------------------- damage


def test_copy_put_back_in_place_begins_a_new_epoch(path: Path) -> None:
    """A restored backup would use numbers again; its readings stay, with their frozen times."""
    with closing(spool_at(path)) as spool:
        fill(spool, 4)
        publish(spool, [1])
        old = spool.epoch
    kept = path.with_name("backup")
    shutil.copy(path, kept)
    kept.replace(path)
    with closing(spool_at(path)) as spool:
        assert spool.epoch != old
        assert spool.ledger().pending == 4
        assert spool.ledger().closes
        assert spool.rows([1])[0].observed_us is not None


def test_copy_written_over_the_file_begins_a_new_epoch(path: Path) -> None:
    """`cp backup spool.db` keeps the file's own number: its mark tells that it is of an earlier day."""
    with closing(spool_at(path)) as spool:
        fill(spool, 4)
        old = spool.epoch
    backup = path.read_bytes()
    with closing(spool_at(path)) as spool:
        fill(spool, 3)
        assert spool.epoch == old
    inode = path.stat().st_ino
    path.write_bytes(backup)
    assert path.stat().st_ino == inode
    with closing(spool_at(path)) as spool:
        assert spool.epoch != old
        assert spool.ledger().pending == 4
        assert spool.ledger().closes


def test_backup_made_while_the_agent_ran_is_known_after_its_end(path: Path) -> None:
    """A clean end gives the file a new mark too."""
    with closing(spool_at(path)) as spool:
        fill(spool, 4)
        spool._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        backup = path.read_bytes()
        fill(spool, 3)
        old = spool.epoch
    path.write_bytes(backup)
    with closing(spool_at(path)) as spool:
        assert spool.epoch != old


@pytest.mark.parametrize("what", ["moved away", "replaced by an older copy", "replaced by garbage", "all removed"])
def test_file_taken_from_under_a_running_agent_is_put_back(path: Path, what: str) -> None:
    """Everything that was committed before and after is there, under the same numbering; what somebody put in its
    place is kept beside it."""
    with closing(spool_at(path)) as spool:
        fill(spool, 4)
    older = path.read_bytes()
    with closing(spool_at(path)) as spool:
        epoch = spool.epoch
        fill(spool, 3, start_s=10)
        publish(spool, [1, 2])
        match what:
            case "moved away":
                path.rename(path.with_name("elsewhere"))
            case "all removed":
                for part in path.parent.glob("spool.db*"):
                    part.unlink()
            case _:
                other = path.with_name("other")
                other.write_bytes(older if "older" in what else b"no database" * 500)
                other.replace(path)
        fill(spool, 2, start_s=20)
        spool.acknowledge([(1, 2)], [], moment(30))
        fill(spool, 1, start_s=40)
        expected = spool.ledger()
        assert read_ledger(path) == expected
    with closing(spool_at(path)) as spool:
        assert (spool.epoch, spool.ledger()) == (epoch, expected)
        assert [row.seq for row in spool.after(0, 20)] == [3, 4, 5, 6, 7, 8, 9, 10]
        assert expected.closes
    assert path.with_name("spool.db.replaced-1").exists() is what.startswith("replaced")


def test_damaged_file_is_set_aside_and_salvaged(path: Path) -> None:
    """A hole in the middle: readable readings come over with their frozen times, the gap is said, nothing loops."""
    with closing(spool_at(path)) as spool:
        for start in range(0, 2_000, 100):
            fill(spool, 100, start_s=start)
        publish(spool, [1, 2])
        first, old = spool.rows([1])[0], spool.epoch
        birth_no = spool.next_birth_no(moment())
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 4_096] = b"\xff" * 4_096
    path.write_bytes(data)
    with closing(spool_at(path)) as spool:
        rows = [row for row in spool.after(0, 10_000) if row.sensor != DROPS_SENSOR]
        assert spool.epoch != old
        assert len(rows) > 1_000
        assert (rows[0].observed_us, rows[0].taken) == (first.observed_us, first.taken)
        assert drops(spool)["unknown"].dropped_count == 2_000 - len(rows)
        assert spool.next_birth_no(moment()) > birth_no
        assert spool.ledger().closes
    assert path.with_name("spool.db.damaged-1").exists()


def test_reading_that_rotted_on_the_card_is_counted_and_reported(path: Path) -> None:
    """A damaged value inside a sound file is dropped like any other loss, and the rest goes on."""
    with closing(spool_at(path)) as spool:
        fill(spool, 5)
        spool._db.execute("UPDATE reading SET vals = 'x' WHERE seq = 3")
        assert [row.seq for row in spool.after(0, 10)] == [1, 2, 4, 5]
        spool.commit(moment(9))
        assert drops(spool)["level"].dropped_count == 1
        assert spool.ledger().dropped == 1
        assert spool.ledger().closes


def test_flipped_digit_is_no_reading_any_more(path: Path) -> None:
    """A digit of a value is another one: still a number, still in bounds, and not what was measured."""
    with closing(spool_at(path)) as spool:
        fill(spool, 5)
        spool.add(entry(values='{"level_cm":123.0}'))
        spool.commit(moment(6))
    path.write_bytes(path.read_bytes().replace(b'{"level_cm":123.0}', b'{"level_cm":323.0}'))
    with closing(spool_at(path)) as spool:
        assert [row.seq for row in spool.after(0, 10)] == [1, 2, 3, 4, 5]
        spool.commit(moment(9))
        assert drops(spool)["level"].dropped_count == 1
        assert spool.ledger().closes


def test_text_that_is_none_any_more_does_not_end_the_agent(path: Path) -> None:
    """One flipped bit makes a text undecodable: the driver's own error would end every life of the agent."""
    with closing(spool_at(path)) as spool:
        fill(spool, 5)
        boot = spool.boot.encode()
    path.write_bytes(path.read_bytes().replace(boot, b"\xff" + boot[1:], 1))
    with closing(spool_at(path)) as spool:
        assert len(spool.after(0, 10)) == 4
        spool.commit(moment(9))
        assert spool.ledger().dropped == 1


def test_name_in_the_schema_may_rot_too(path: Path) -> None:
    """A column that is called otherwise is found by its place."""
    with closing(spool_at(path)) as spool:
        fill(spool, 5)
        old = spool.epoch
    path.write_bytes(path.read_bytes().replace(b"  sensor TEXT NOT NULL, kind", b"  sensos TEXT NOT NULL, kind"))
    with closing(spool_at(path)) as spool:
        assert spool.epoch != old
        assert len([row for row in spool.after(0, 10) if row.sensor != DROPS_SENSOR]) == 5


def killed(path: Path, number: int) -> tuple[str, list[int]]:
    """A spool as `kill -9` leaves it, its readings in the log: epoch and numbers."""
    with closing(spool_at(path)) as spool:
        for start in range(number):
            fill(spool, 1, start_s=start)
        epoch, seqs = spool.epoch, [row.seq for row in spool.after(0, 1_000)]
        files = {file: file.read_bytes() for file in path.parent.iterdir() if not file.name.endswith("-shm")}
    for file, data in files.items():
        file.write_bytes(data)
    return epoch, seqs


def test_number_is_not_used_again_after_a_log_that_ends_early(path: Path) -> None:
    """A log cut short looks like a power cut; numbers it may have held are left out."""
    epoch, seqs = killed(path, 20)
    log = path.with_name(path.name + "-wal")
    log.write_bytes(log.read_bytes()[:-3_000])
    with closing(spool_at(path)) as spool:
        assert spool.epoch == epoch
        assert len(spool.after(0, 1_000)) < len(seqs)
        fill(spool, 1)
        assert spool.newest()["level"] > max(seqs)


def test_bit_in_the_middle_of_the_log_swallows_nothing(path: Path) -> None:
    """SQLite stops at a frame that does not sum up; what was committed after it is read all the same."""
    epoch, seqs = killed(path, 20)
    log = path.with_name(path.name + "-wal")
    data = bytearray(log.read_bytes())
    data[len(data) // 2] ^= 1
    log.write_bytes(data)
    with closing(spool_at(path)) as spool:
        assert spool.epoch != epoch
        readings = [row for row in spool.after(0, 1_000) if row.sensor != DROPS_SENSOR]
        said = sum(one.dropped_count or 0 for one in drops(spool).values())
        assert len(readings) >= len(seqs) - 8
        assert len(readings) + said == len(seqs)


def test_counter_that_rots_is_noticed(path: Path) -> None:
    """The highest number used and the counters are signed: one bit less, and numbers would be used again."""
    with closing(spool_at(path)) as spool:
        fill(spool, 5)
        publish(spool, [1, 2, 3, 4, 5])
        spool.acknowledge([(1, 5)], [], moment(6))
        old = spool.epoch
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE sqlite_sequence SET seq = 1 WHERE name = 'reading'")
        db.commit()
    with closing(spool_at(path)) as spool:
        assert spool.epoch != old


def test_spool_that_is_gone_is_missed(path: Path) -> None:
    """An empty file where a spool was: nobody knows what it held, and that is said."""
    with closing(spool_at(path)) as spool:
        fill(spool, 5)
    path.write_bytes(b"")
    with closing(spool_at(path)) as spool:
        assert drops(spool)["unknown"].dropped_count is None


def test_agent_of_before_checksums_may_come_back(path: Path) -> None:
    """What it changes loses its checksum or seal by itself, so that the next agent does not take it for damaged."""
    with closing(spool_at(path)) as spool:
        fill(spool, 3)
        old = spool.epoch
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE reading SET observed_us = 1, trust = 'synced' WHERE seq = 1")
        db.execute("INSERT INTO reading SELECT 4, sensor, kind, rank, boot, mono_us, wall_us, source, NULL, NULL,"
                   " quality, checks, vals, cost, NULL FROM reading WHERE seq = 2")  # fmt: skip
        db.execute("UPDATE ledger SET committed = committed + 1")
        db.execute("UPDATE meta SET value = '7' WHERE key = 'birth_no'")
        db.commit()
    with closing(spool_at(path)) as spool:
        assert spool.epoch == old
        assert [row.seq for row in spool.after(0, 10)] == [1, 2, 3, 4]


def test_file_of_before_checksums_is_brought_up(path: Path) -> None:
    """Its readings, numbers and times stay; from then on they are protected."""
    with closing(spool_at(path)) as spool:
        fill(spool, 3)
        old = spool.epoch
    with closing(sqlite3.connect(path)) as db:
        for trigger in ("reading_unsealed", "ledger_unsealed", "meta_unsealed"):
            db.execute(f"DROP TRIGGER {trigger}")
        for table, column in (("reading", "crc"), ("ledger", "highest"), ("ledger", "seal")):
            db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        db.commit()
    with closing(spool_at(path)) as spool:
        assert (spool.epoch, spool.pending) == (old, 3)
        fill(spool, 1)
        publish(spool, [1, 4])
    with closing(spool_at(path)) as spool:
        assert (spool.epoch, [row.seq for row in spool.after(0, 10)]) == (old, [1, 2, 3, 4])


@pytest.mark.parametrize("seed", range(60))
def test_any_damage_at_all_never_stops_an_agent(path: Path, seed: int) -> None:
    """Bit flips, truncation, garbage: it opens, it works, it opens again."""
    rng = random.Random(seed)
    with closing(spool_at(path)) as spool:
        fill(spool, 60)
        publish(spool, [1, 2, 3])
    data = bytearray(path.read_bytes())
    match seed % 3:
        case 0:
            for _ in range(rng.randint(1, 40)):
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        case 1:
            data = data[: rng.randrange(len(data))]
        case _:
            start = rng.randrange(len(data))
            data[start : start + rng.randint(1, 3_000)] = rng.randbytes(rng.randint(1, 3_000))
    path.write_bytes(data)
    for _ in range(2):
        with closing(spool_at(path)) as spool:
            fill(spool, 2)
            rows = spool.after(0, 10_000)
            publish(spool, [row.seq for row in rows])
            spool.acknowledge([(1, 2**53)], [], moment())
            assert spool.ledger().closes


# ---------------------------------------------------------------- a full disk


def squeeze(spool: Spool, more: int = 0) -> None:
    """SQLite itself refuses to grow the file by more than that many pages: the same error as a full disk."""
    pages = spool._db.execute("PRAGMA page_count").fetchone()[0]
    spool._db.execute(f"PRAGMA max_page_count = {pages + more}")


def release(spool: Spool) -> None:
    spool._db.execute("PRAGMA max_page_count = 1000000000")


def test_full_disk_is_waited_out(spool: Spool, path: Path) -> None:
    """Readings wait in memory, are tried again, and all arrive in order once there is space."""
    fill(spool, 20)
    squeeze(spool)
    for n in range(200):
        spool.add(entry(at=moment(100 + n)))
    assert not spool.commit(moment(300))
    assert spool.in_trouble
    assert spool.due_us() == moment(301).mono_us
    assert read_ledger(path).committed == 20
    release(spool)
    assert spool.commit(moment(302))
    assert not spool.in_trouble
    walls = [row.taken.wall_us for row in spool.after(20, 1_000)]
    assert walls == [moment(100 + n).wall_us for n in range(200)]
    assert spool.ledger().closes
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_memory_is_written_in_parts_while_the_disk_is_short(spool: Spool) -> None:
    """What was gathered in hours need not fit at once: it goes to disk part by part, in order, each counted."""
    fill(spool, 20)
    squeeze(spool)
    for n in range(5_000):
        spool.add(entry(at=moment(n)))
    assert not spool.commit(moment(5_000))
    release(spool)
    parts = []
    while not spool.commit(moment(5_001 + len(parts))):
        parts.append(spool.ledger().committed)
        assert spool.ledger().closes
        assert spool.due_us() == moment(5_001 + len(parts)).mono_us
    assert len(parts) >= 2
    assert parts == sorted(set(parts))
    assert spool.ledger().committed == 5_020
    walls = [row.taken.wall_us for row in spool.after(20, 6_000)]
    assert walls == [moment(n).wall_us for n in range(5_000)]


def test_memory_is_bounded_on_a_full_disk(path: Path) -> None:
    """The ring drops in the same order as the disk and says so when it can write again."""
    with closing(spool_at(path, Bound(ring_rows=100))) as spool:
        fill(spool, 20)
        squeeze(spool)
        for n in range(150):
            spool.add(entry("level" if n % 2 else "people", "flood" if n % 2 else "crowd", moment(n)))
        assert not spool.commit(moment(300))
        assert spool.waiting == 100
        release(spool)
        assert spool.commit(moment(310))
        assert drops(spool)["people"].dropped_count == 50
        assert "level" not in drops(spool)
        assert spool.ledger().closes
        assert spool.ledger().committed == 20 + 150 + 1


def test_answers_on_a_full_disk_are_not_forgotten(spool: Spool) -> None:
    """What the city has is not sent again, though it cannot be deleted yet."""
    fill(spool, 40)
    publish(spool, list(range(1, 41)))
    for n in range(200):
        spool.add(entry(at=moment(n)))
    squeeze(spool)
    spool.acknowledge([(1, 30)], [], moment(1))
    assert spool.in_trouble
    assert [row.seq for row in spool.after(0, 5)] == [31, 32, 33, 34, 35]
    release(spool)
    spool.commit(moment(9))
    assert spool.ledger().stored == 30
    assert spool.ledger().closes


@pytest.mark.parametrize("left_kib", [300, 500, 1_000])
def test_a_small_disk_that_the_spool_has_filled_empties_through_the_city(tmp_path: Path, left_kib: int) -> None:
    """No room for a reserve, and readings come until nothing fits: what is kept can be published and answered all the
    same, and then readings are kept again. Nothing but what memory did not hold is dropped."""
    with small_disk(tmp_path / "card", "1m") as card:
        fill_up(card, leave=left_kib * 1_024)
        with closing(spool_at(card / "spool.db", Bound(ring_rows=100))) as spool:
            at_s = 0
            while not (spool.in_trouble and spool.waiting == 100):
                at_s += 1
                for n in range(20):
                    spool.add(entry(at=moment(at_s + n / 100)))
                spool.commit(moment(at_s))
            full = spool.ledger()
            assert full.pending > 0
            while pending := [row.seq for row in spool.after(0, 100) if row.seq <= full.committed]:
                at_s += 60
                publish(spool, pending)
                assert spool.acknowledge([(pending[0], pending[-1])], [], moment(at_s))[0] == pending
            at_s += 60
            spool.commit(moment(at_s))
            assert spool.waiting == 0
            emptied = spool.ledger()
            assert emptied.closes
            assert emptied.stored >= full.pending
            assert sum(one.dropped_count or 0 for one in drops(spool).values()) == emptied.dropped


# ---------------------------------------------------------------- any order of everything

OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 3), st.integers(1, 8)),
        st.tuples(st.just("commit"), st.just(0), st.just(0)),
        st.tuples(st.just("publish"), st.integers(0, 30), st.integers(1, 10)),
        st.tuples(st.just("stored"), st.integers(0, 30), st.integers(0, 10)),
        st.tuples(st.just("refused"), st.integers(0, 30), st.just(0)),
        st.tuples(st.just("reopen"), st.just(0), st.just(0)),
        st.tuples(st.just("crash"), st.just(0), st.just(0)),
    ),
    max_size=25,
)
KIND_OF: tuple[KindName, ...] = ("node", "crowd", "hotspot", "flood")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=OPERATIONS, rows=st.integers(5, 40))
def test_ledger_closes_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory, operations: list[tuple[str, int, int]], rows: int
) -> None:
    """Any order of adding, committing, publishing, answering, restarting and crashing."""
    path = tmp_path_factory.mktemp("ledger") / "spool.db"
    spool = spool_at(path, Bound(max_rows=rows))
    said: dict[int, int] = {}
    try:
        for number, (what, one, two) in enumerate(operations):
            match what:
                case "add":
                    for _ in range(two):
                        spool.add(entry(KIND_OF[one], KIND_OF[one], moment(number)))
                case "publish":
                    publish(spool, [row.seq for row in spool.after(one, two)])
                case "stored":
                    spool.acknowledge([(one, one + two)], [], moment(number))
                case "refused":
                    spool.acknowledge([], [one], moment(number))
                case "reopen":
                    spool.commit(moment(number))
                    spool.close()
                    spool = spool_at(path, Bound(max_rows=rows))
                case "crash":
                    spool.close()
                    spool = spool_at(path, Bound(max_rows=rows))
                case _:
                    spool.commit(moment(number))
            ledger = spool.ledger()
            assert ledger.closes
            assert ledger == read_ledger(path)
            assert spool.pending == ledger.pending
            for row in spool.after(0, 1_000):
                if row.observed_us is not None:
                    assert said.setdefault(row.seq, row.observed_us) == row.observed_us
        times = [(row.sensor, row.observed_us) for row in spool.after(0, 1_000) if row.observed_us is not None]
        assert len(times) == len(set(times))
    finally:
        spool.close()


def test_boot_of_a_drop_report_is_this_boot(path: Path) -> None:
    """A report is timed like any other reading."""
    with closing(spool_at(path, Bound(max_rows=10))) as spool:
        fill(spool, 30)
        (row,) = [row for row in spool.after(0, 100) if row.sensor == DROPS_SENSOR]
        assert row.boot == BOOT


def test_disk_that_the_spool_has_filled_empties_through_the_city(spool: Spool, path: Path) -> None:
    """The reserve lets what is on disk be published, answered and deleted; then the readings in memory follow."""
    assert path.with_name("spool.db.reserve").stat().st_size == 256 * 1024
    for start in range(0, 3_000, 50):
        fill(spool, 50, start_s=start)
    squeeze(spool)
    n = 0
    while spool.commit(moment(4_000 + n)):
        n += 1
        spool.add(entry(at=moment(4_000 + n)))
    assert not path.with_name("spool.db.reserve").exists()
    squeeze(spool, 256)  # what giving up the reserve has freed
    rounds = 0
    while spool.pending and rounds < 100:
        rounds += 1
        seqs = [row.seq for row in spool.after(0, 100)]
        publish(spool, seqs)
        spool.acknowledge([(seqs[0], seqs[-1])], [], moment(9_000 + rounds))
    ledger = spool.ledger()
    assert not spool.in_trouble
    assert (ledger.pending, ledger.dropped, ledger.committed) == (0, 0, 3_000 + n)
    assert path.with_name("spool.db.reserve").exists()


def test_trouble_ends_by_itself_though_there_is_nothing_to_write(spool: Spool) -> None:
    """A time could not be frozen and no reading came since: it is tried again at its time, not in a busy loop."""
    fill(spool, 20)
    for _ in range(200):
        spool._db.execute("INSERT INTO said (sensor, observed_us) VALUES ('filler', random())")
    squeeze(spool)
    times = [Refrozen(row.seq, 10**15 + row.seq, "synced") for row in spool.after(0, 20)]
    while spool.freeze(times, moment(1)):
        times = [Refrozen(seq, when + 1_000, trust) for seq, when, trust in times]
        spool._db.execute("UPDATE reading SET observed_us = NULL, trust = NULL")
    assert spool.in_trouble
    assert spool.due_us() == moment(2).mono_us
    release(spool)
    assert spool.commit(moment(2))
    assert not spool.in_trouble
    assert spool.due_us() is None


def test_another_programs_lock_is_waited_out(spool: Spool, path: Path) -> None:
    """Somebody looks into the file with a tool and leaves a transaction open: the node goes on measuring."""
    fill(spool, 3)
    spool._db.execute("PRAGMA busy_timeout = 10")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        spool.add(entry(at=moment(5)))
        assert not spool.commit(moment(6))
        assert spool.in_trouble
        other.execute("ROLLBACK")
    assert spool.commit(moment(7))
    assert spool.ledger().pending == 4
