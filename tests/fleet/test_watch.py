"""The watch between a log that grows and a database that may be away."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from support.brokerlog import judged

from broker.ports import BrokerAddress
from contract.clock import ManualClock
from contract.errors import Unavailable
from fleet.evict import Evictions
from fleet.follow import FollowedLog
from fleet.watch import Watch
from store.people import SecurityEvent

DENIED = "1700000000: Denied PUBLISH from tugu (d0, q1, r0, m1, 'siaga/v1/c/kali/ack', ... (6 bytes))\n"


class Database:
    """Keeps events, unless it is away."""

    def __init__(self) -> None:
        self.kept: list[SecurityEvent] = []
        self.away = False

    def note(self, events: Sequence[SecurityEvent]) -> None:
        if self.away:
            raise Unavailable("the database does not answer")
        self.kept += events


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "mosquitto.log"


@pytest.fixture
def watch(tmp_path: Path, log: Path, database: Database) -> Iterator[Watch]:
    brokerlog = judged("c")

    def nobody(client: str) -> object:
        raise AssertionError(f"nobody is revoked, and {client} is to be thrown out")

    evictions = Evictions(
        file=tmp_path / "revoked.txt", connect=nobody, address=BrokerAddress("127.0.0.1", 1),  # type: ignore[arg-type]
        clients_of=brokerlog.clients_of,
    )  # fmt: skip
    with contextlib.closing(FollowedLog(log)) as followed:
        yield Watch(followed=followed, judged=brokerlog, evictions=evictions, note=database.note, clock=ManualClock(0))


def test_equal_ones_of_a_minute_are_one_with_a_count(watch: Watch, log: Path, database: Database) -> None:
    """Whoever knocks a thousand times is one row."""
    log.write_text(DENIED * 1_000)
    watch.turn()
    assert [(event.what, event.claimed, event.count) for event in database.kept] == [("acl_denied", "tugu", 1_000)]


def test_a_database_that_is_away_loses_no_event(watch: Watch, log: Path, database: Database) -> None:
    """They wait, are counted on, and are kept once it is back; the log's space is not given back before."""
    database.away = True
    log.write_text(DENIED * 100)
    watch.turn()
    with log.open("a") as more:
        more.write(DENIED * 100)
    watch.turn()
    assert (database.kept, watch.facts()["failing"]) == ([], True)
    assert log.stat().st_blocks * 512 >= log.stat().st_size
    database.away = False
    watch.turn()
    assert [event.count for event in database.kept] == [200]
    assert watch.facts()["failing"] is False
    assert log.stat().st_blocks * 512 <= 8_192


def test_made_up_topics_take_nobodys_room(watch: Watch, log: Path, database: Database) -> None:
    """Twenty thousand different ones within a minute are some rows and a count; what another does then is a row."""
    line = "1700000000: Denied PUBLISH from {} (d0, q1, r0, m1, 'a/{}', ... (6 bytes))\n"
    database.away = True
    log.write_text("".join(line.format("tugu", number) for number in range(20_000)) + line.format("kali", "only"))
    watch.turn()
    database.away = False
    watch.turn()
    assert [(one.claimed, one.detail) for one in database.kept if one.claimed != "tugu"] == [
        ("kali", "publish to a/only")
    ]
    assert len(database.kept) <= 60
    assert sum(one.count for one in database.kept) == 20_001
    assert watch.facts()["left_out"] == 0
