"""A node that says too much is left with what it says, and nobody else has to wait for it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.accepting import NODE, Outage, batch, birth, reading
from support.city_data import NOON_US, profile
from support.linked import CITY

from contract import codec, topics
from contract.clock import ManualClock
from contract.compress import compressed
from contract.messages import Ack
from faults.parts.bench_city import Letterbox
from ingest.pace import Pace, Rate
from ingest.pipeline import Ingest
from store import open_city, open_readings
from store.ports import CityStore

READINGS = topics.readings(CITY, NODE)
OTHER = "kali"
RATE = Rate()


@dataclass
class Desk:
    """Ingest between two letterboxes, by a clock of the test."""

    clock: ManualClock
    box: Letterbox
    cities: CityStore
    away: Outage
    ingest: Ingest
    seqs: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def post(self, messages: int, *, each: int = 1, node: str = NODE) -> None:
        for _ in range(messages):
            said = batch(*(reading(next(self.seqs)) for _ in range(each)), node=node)
            self.box.post(topics.readings(CITY, node), said)

    def work(self) -> None:
        while self.ingest.turn():
            pass

    def stored(self, node: str = NODE) -> int:
        """As its node is told."""
        acks = [codec.decode(Ack, payload) for topic, payload in self.box.said if topic == topics.ack(CITY, node)]
        return sum(high - low + 1 for ack in acks for low, high in ack.stored)

    def events(self) -> Sequence[tuple[str, str, str]]:
        return [(one.where, one.what, one.claimed) for one in self.cities.security_events(CITY, limit=100)]


@pytest.fixture
def open_desk(tmp_path: Path, city_template: Path) -> Iterator[Callable[[Rate | None], Desk]]:
    with ExitStack() as stack:

        def made(rate: Rate | None) -> Desk:
            folder = tmp_path / str(rate is None)
            folder.mkdir()
            (folder / "city.db").write_bytes(city_template.read_bytes())
            cities = stack.enter_context(closing(open_city(f"sqlite:///{folder}/city.db", migrate=False)))
            cities.put_profile(profile(CITY, nodes=(NODE, OTHER)), NOON_US - 1)
            store = stack.enter_context(closing(open_readings(f"sqlite:///{folder}/readings.db")))
            clock, box, away = ManualClock(NOON_US), Letterbox(), Outage(cities)
            ingest = Ingest(city=CITY, subscription=box, readings=store, cities=away, clock=clock, rate=rate)
            desk = Desk(clock, box, cities, away, ingest)
            for node in (NODE, OTHER):
                box.post(topics.birth(CITY, node), birth(node=node))
            desk.work()
            return desk

        yield made


def test_what_is_too_much_is_left_and_taken_when_it_comes_again(open_desk: Callable[[Rate | None], Desk]) -> None:
    """Beyond the burst nothing is answered and nothing refused, so that it stays in the node's spool; the same again
    later is stored. Another node is not concerned."""
    desk = open_desk(RATE)
    desk.post(300)
    desk.post(5, node=OTHER)
    desk.work()
    assert (desk.stored(), desk.stored(OTHER)) == (200, 5)
    facts = desk.ingest.facts()
    assert (facts["left"], facts["refused"], facts["held"], facts["garbage"]) == (100, 0, 0, 0)
    assert desk.cities.quarantined(CITY) == []
    desk.clock.advance(10)
    desk.seqs = itertools.count(201)
    desk.post(100)
    desk.work()
    assert desk.stored() == 300


def test_readings_are_counted_beside_messages(open_desk: Callable[[Rate | None], Desk]) -> None:
    """Large batches: the burst, then a thousand a minute for ever."""
    desk = open_desk(Rate(burst_readings=2_000))
    desk.post(30, each=100)
    desk.work()
    assert desk.stored() == 2_000
    for _ in range(120):
        desk.clock.advance(1)
        desk.post(1, each=100)
        desk.work()
    assert desk.stored() == pytest.approx(2_000 + 2 * 1_000, abs=100)


def test_an_hour_of_a_thousand_nodes_passes_at_once() -> None:
    """After an hour without a broker every node sends a reading of every second: none is left with its node."""
    pace = Pace(CITY, RATE)
    for number in range(1_000):
        topic = topics.readings(CITY, f"simpul-{number}")
        for _ in range(36):
            assert pace.lets_in(topic, NOON_US)
            pace.read(topic, 100)


def test_readings_do_not_keep_a_birth_out() -> None:
    """A node that has said too much is still known when it begins anew."""
    pace = Pace(CITY, RATE)
    while pace.lets_in(READINGS, NOON_US):
        pass
    for topic in (topics.birth(CITY, NODE), topics.status(CITY, NODE)):
        assert pace.lets_in(topic, NOON_US)
    assert pace.lets_in("no/topic/of/ours", NOON_US)


def test_a_compressed_city_has_a_compressed_rate() -> None:
    """Its nodes measure that much more in a minute."""
    faster = compressed(RATE, 60.0)
    assert (faster.readings_per_min, faster.messages_per_min) == (60_000, 36_000)


def test_a_city_s_own_rate_is_one_of_readings() -> None:
    """Twice as much is twice as much of all; half as much leaves a node its births and its small batches."""
    twice, half = Rate.of(2_000), Rate.of(500)
    assert (twice.readings_per_min, twice.messages_per_min) == (2_000, 1_200)
    assert (twice.burst_readings, twice.burst_messages) == (40_000, 400)
    assert (half.readings_per_min, half.messages_per_min) == (500, 600)
    assert (half.burst_readings, half.burst_messages) == (10_000, 200)


def test_the_lowest_rate_that_can_be_set_keeps_no_birth_out() -> None:
    """A node that connects again every other second for ten minutes says a birth and a state each time."""
    pace = Pace(CITY, Rate.of(60))
    for second in range(0, 600, 2):
        for topic in (topics.birth(CITY, NODE), topics.status(CITY, NODE)):
            assert pace.lets_in(topic, NOON_US + second * 1_000_000)


def test_whoever_goes_on_unanswered_is_a_security_event_once_an_hour(open_desk: Callable[[Rate | None], Desk]) -> None:
    """A burst too much within a minute is more than any node sends that waits for its answers. Where the city's
    database is away it is written down later."""
    desk = open_desk(RATE)
    desk.post(390)
    desk.work()
    assert desk.events() == []
    desk.clock.advance(120)
    desk.post(450)
    desk.away.away = True
    desk.work()
    assert desk.events() == []
    desk.away.away = False
    for _ in range(5):
        desk.clock.advance(60)
        desk.post(450)
        desk.work()
    assert desk.events() == [("ingest", "too_much", NODE)]
    desk.clock.advance(3_600)
    desk.post(450)
    desk.work()
    assert desk.events() == [("ingest", "too_much", NODE)] * 2
    assert sum(event.count for event in desk.cities.security_events(CITY, limit=100)) > 400


def test_what_is_left_costs_next_to_nothing(open_desk: Callable[[Rate | None], Desk]) -> None:
    """Who sends a thousand a second takes less than a quarter of what as many readings would that are kept, so that
    the others hardly wait for it."""
    spent = []
    for rate in (RATE, None):
        desk = open_desk(rate)
        desk.post(200)
        desk.work()
        desk.post(4_000)
        began_s = time.process_time()
        desk.work()
        spent.append(time.process_time() - began_s)
        assert desk.stored() == (200 if rate else 4_200)
    assert spent[0] < spent[1] / 4
