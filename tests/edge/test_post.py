"""What a gauge keeper keyed in goes the way of any other reading: once, through the post's own spool."""

from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from support.posts import POST, with_post

from broker.ports import BrokerAddress
from broker.subscription import PahoSubscription, service_topics
from cities.load import load
from contract.clock import DAY_US, HOUR_US, SECOND_US, ManualClock, SystemClock
from contract.errors import BadInput
from contract.messages import Ack, Refusal
from contract.quality import Quality
from edge.agent import Agent, Identity
from edge.outbound import Transport
from edge.ports import Instant, SensorInfo
from edge.post.carry import LongAwake, run
from edge.post.source import LOOK_US, BookSource, reconcile
from edge.spool import Bound, Spool
from faults.parts.brokers import nats, wait_until
from ingest.pipeline import Ingest
from store import open_city, open_readings, sqlite_file
from store.book import Entry, KeepersBook

BOOT = "0f7e1c52-0000-4000-8000-000000000001"
NOW_US = 1_780_000_000 * SECOND_US
AT = Instant(3 * DAY_US, NOW_US, "ntp")


def entry(number: int, *, cm: float = 80.0, at_us: int = NOW_US, quality: Quality = Quality.GOOD) -> Entry:
    checks = {} if quality is Quality.GOOD else {"spike": 3}
    values = {"level_cm": cm, "source": "manual"}
    return Entry(f"slip-{number}", POST, "manual", "flood", at_us, NOW_US, quality, checks, values, "k" * 32, "Pak")


class Post:
    """The post's agent, without a broker, and the book that feeds it. It may be killed at any moment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bound = Bound()
        self.book = KeepersBook(folder / "book.sqlite3")
        self.start()

    def start(self) -> None:
        self.spool = Spool(self.folder / "post.spool", BOOT, AT, bound=self.bound)
        reconcile(self.book, POST, self.spool)
        self.source = BookSource(self.book, POST)
        self.agent = Agent(
            Identity("yogyakarta", POST),
            [SensorInfo("manual", "flood", 3600.0)],
            self.spool,
            [BrokerAddress("127.0.0.1", 1)],
            random.Random(1),
            hears=self.source.hears,
        )
        self.source.feed(self.agent)
        self.turns = 0

    def turn(self) -> None:
        self.turns += 1
        at = AT._replace(mono_us=AT.mono_us + self.turns * LOOK_US, wall_us=AT.wall_us + self.turns * LOOK_US)
        assert self.source.due(at) == ()

    def die(self) -> None:
        self.spool.close()
        self.start()

    def spooled(self) -> list[tuple[str, int, int]]:
        return [(row.values, row.taken.wall_us, int(row.quality)) for row in self.spool.after(0, 100)]

    def states(self) -> list[str]:
        return [one.state for one in reversed(self.book.newest(POST, "manual", 100))]


@pytest.fixture
def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    monkeypatch.setattr(sqlite_file, "BUSY_S", 0.02)
    made = Post(tmp_path)
    yield made
    made.spool.close()
    made.book.close()


def test_an_entry_comes_into_the_spool_once_with_its_own_time_and_flag(post: Post) -> None:
    """However often the book is looked at."""
    post.book.enter(entry(1, at_us=NOW_US - 5 * HOUR_US))
    post.book.enter(entry(2, cm=800, quality=Quality.SUSPECT))
    for _ in range(3):
        post.turn()
    values = '{{"level_cm":{},"source":"manual"}}'
    assert post.spooled() == [
        (values.format("80.0"), NOW_US - 5 * HOUR_US, 1),
        (values.format("800.0"), NOW_US, 3),
    ]
    assert [(one.epoch, one.seq) for one in post.book.waiting(POST)] == [(post.spool.epoch, 1), (post.spool.epoch, 2)]


def test_a_slip_is_entered_once_and_a_moment_is_one_readings(post: Post) -> None:
    """The second reading of the same minute is a microsecond later, in the book as in the spool."""
    first, new = post.book.enter(entry(1))
    again, newer = post.book.enter(entry(1))
    assert (first, new, newer) == (again, True, False)
    second, _ = post.book.enter(entry(2))
    assert second.observed_us == first.observed_us + 1


@contextmanager
def held_by_another(book: Path) -> Iterator[None]:
    """Somebody else writes in the book for as long as this lasts."""
    with closing(sqlite3.connect(book, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def test_killed_between_spool_and_book_it_is_there_once(post: Post) -> None:
    """The power fails after the spool has it and before the book knows: the next life finds it by its moment."""
    post.book.enter(entry(1))
    with held_by_another(post.folder / "book.sqlite3"):
        post.turn()
    assert post.book.waiting(POST)[0].seq is None
    post.die()
    assert post.book.waiting(POST)[0].seq == 1
    post.turn()
    assert len(post.spooled()) == 1


def test_an_answer_finds_the_entry_that_the_book_could_not_note(post: Post) -> None:
    """The spool has it, the book was held by another, and the city is quick: neither sent again nor called lost."""
    post.book.enter(entry(1))
    stored = Ack(epoch=post.spool.epoch, server_us=NOW_US, stored=((1, 1),))
    with held_by_another(post.folder / "book.sqlite3"):
        post.turn()
        assert not post.source.hears(stored)
    assert post.source.hears(stored)
    assert post.states() == ["stored"]
    post.die()
    post.turn()
    assert post.states() == ["stored"]
    assert len(post.spooled()) == 1


def test_what_waited_in_the_book_for_long_is_carried_by_a_machine_that_has_just_started(post: Post) -> None:
    """Its place on the monotonic clock lies before the machine's own beginning, and is no damage."""
    awake = LongAwake(ManualClock(NOW_US))
    post.book.enter(entry(1, at_us=NOW_US - 10 * DAY_US))
    post.source.due(Instant(awake.mono_us(), awake.now_us(), "ntp"))
    assert [moment for _, moment, _ in post.spooled()] == [NOW_US - 10 * DAY_US]


def test_a_spool_that_is_gone_is_filled_again_from_the_book(post: Post) -> None:
    """Under its new epoch; what the city had answered is not sent again."""
    for number in (1, 2):
        post.book.enter(entry(number))
        post.turn()
    post.book.answered(POST, post.spool.epoch, [(1, 1)], [])
    post.spool.close()
    for file in post.folder.glob("post.spool*"):
        file.unlink()
    post.start()
    post.turn()
    assert [moment for _, moment, _ in post.spooled()] == [NOW_US + 1]
    assert post.states() == ["stored", "waiting"]


def test_what_the_spool_dropped_is_called_lost(post: Post) -> None:
    """It was ours to keep, and the keeper is told to key it in again."""
    post.bound = Bound(max_rows=2)
    post.die()
    for number in range(3):
        post.book.enter(entry(number))
        post.turn()
    post.die()
    assert post.states() == ["lost", "lost", "waiting"]


def test_the_answer_is_in_the_book_before_the_spool_lets_go(post: Post) -> None:
    """Stored and refused; where the book cannot be written the answer waits for the next."""
    for number in (1, 2):
        post.book.enter(entry(number))
        post.turn()
    ack = Ack(
        epoch=post.spool.epoch, server_us=NOW_US, stored=((1, 1),), refused=(Refusal(seq=2, reason="time_taken"),)
    )
    other = Ack(epoch="f" * 16, server_us=NOW_US, stored=((1, 2),))
    assert post.source.hears(other)
    assert post.states() == ["waiting", "waiting"]
    assert post.source.hears(ack)
    assert post.states() == ["stored", "refused"]
    post.book.close()
    assert not post.source.hears(ack)


def test_posts_without_certificates_wait_in_the_book(post: Post) -> None:
    """Where the broker asks for them: said by the post's name, and no spool is touched."""
    post.book.enter(entry(1))
    with capture_logs() as lines, pytest.raises(BadInput, match="no post has a certificate"):
        run(
            city="yogyakarta",
            posts=[one for one in with_post(load("yogyakarta")).nodes if one.keyed_in],
            book=post.book,
            folder=post.folder / "other",
            brokers=[BrokerAddress("127.0.0.1", 1)],
            certificates=post.folder,
            clock=SystemClock(),
            source=lambda: "ntp",
            stop=threading.Event(),
        )
    assert [(line["event"], line["node"]) for line in lines] == [("post_without_certificate", POST)]
    assert post.states() == ["waiting"]
    assert not (post.folder / "other").exists()


def test_from_the_book_to_the_store(tmp_path: Path) -> None:
    """The whole way on a real broker that comes late: nothing is lost, each is stored once, the book knows."""
    clock, stop = SystemClock(), threading.Event()
    profile = with_post(load("yogyakarta"))
    with ExitStack() as stack:
        broker = stack.enter_context(nats())
        broker.stop()
        book = stack.enter_context(closing(KeepersBook(tmp_path / "book.sqlite3")))
        readings = stack.enter_context(closing(open_readings(f"sqlite:///{tmp_path}/readings.db")))
        cities = stack.enter_context(closing(open_city(f"sqlite:///{tmp_path}/city.db")))
        cities.put_profile(profile, clock.now_us() - DAY_US)
        now_us = clock.now_us()
        book.enter(entry(1, at_us=now_us))
        book.enter(entry(2, at_us=now_us - 3 * HOUR_US, cm=75))
        carrier = threading.Thread(
            target=run,
            kwargs={
                "city": "yogyakarta",
                "posts": [one for one in profile.nodes if one.keyed_in],
                "book": book,
                "folder": tmp_path,
                "brokers": [broker.address],
                "certificates": None,
                "clock": clock,
                "source": lambda: "ntp",
                "stop": stop,
                "transport": Transport(reconnect_first_s=0.05, reconnect_max_s=0.1),
            },
        )
        carrier.start()
        stack.callback(carrier.join)
        stack.callback(stop.set)
        assert wait_until(lambda: [one.seq for one in book.waiting(POST)] == [1, 2])
        broker.start()
        source = stack.enter_context(
            closing(
                PahoSubscription(
                    [broker.address], "ingest", service_topics("yogyakarta"), rng=random.Random(1), clock=clock
                )
            )
        )
        stage = Ingest(city="yogyakarta", subscription=source, readings=readings, cities=cities, clock=clock)
        accepting = threading.Thread(target=stage.run, args=(stop,))
        accepting.start()
        stack.callback(accepting.join)
        stack.callback(stop.set)
        assert wait_until(lambda: not book.waiting(POST))
        rows = sorted(readings.received_since("yogyakarta", 0), key=lambda row: row.observed_us)
        assert [(row.series.node, row.series.sensor, row.observed_us, row.values) for row in rows] == [
            (POST, "manual", now_us - 3 * HOUR_US, {"level_cm": 75.0, "source": "manual"}),
            (POST, "manual", now_us, {"level_cm": 80.0, "source": "manual"}),
        ]
        assert {one.state for one in book.newest(POST, "manual", 5)} == {"stored"}
