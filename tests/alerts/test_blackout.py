"""A blackout of five hundred points, kept in a store and told to a desk, by engines that are killed on the way."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest
from support import watch
from support.alerting import BASE_URL, Stores
from support.grid import Grid, grid, of
from support.watch import CITY, START_US, at

from alerts.carriers import DeskCarrier
from alerts.catchup import told_before
from alerts.commit import gather, remembered
from alerts.notify import Notifier
from alerts.outbox import DESK, Outbox
from alerts.timing import Timing
from alerts.words import Words
from complaints.builtin import BuiltinDesk
from contract.clock import ManualClock

HOTSPOT = replace(watch.rule("hotspot"), timing=Timing(90.0, 300.0, 14_400.0))


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    made = Stores(tmp_path)
    made.cities.put_profile(watch.profile(), START_US)
    yield made
    made.close()


def test_five_hundred_points_on_two_feeders_are_two_cases_and_a_digest(stores: Stores) -> None:
    """The word, the digest of those that stay silent, the all-clear: five lines in two cases, whenever the engine is
    killed; each case lists its 250 points and spares them."""
    places = grid(2, 5, 50)
    city = Grid(places, HOTSPOT)
    city.live(0, 2)
    for minute in range(2, 30):
        city.pass_to(minute)
    slow = {"f1-u1-p1", "f1-u1-p2", "f1-u2-p1"}
    city.live(30, 50, without=slow)
    city.live(50, 62, without=of(places, "f2"))
    kills = [at(minute) for minute in (17.5, 18, 25, 40.5, 44, 46)]
    words, clock = Words(watch.profile()), ManualClock(now_us=START_US)
    desk = DeskCarrier(BuiltinDesk(stores.cities, watch.profile(), BASE_URL))
    outbox = Outbox(CITY, stores.cities, {DESK: desk}, clock, random.Random(1))
    lease = stores.cities.lease(CITY, "satu", START_US, 86_400.0)
    assert lease is not None
    notifier = Notifier(CITY, places)
    for now_us, moments in groupby(city.passed, key=lambda one: one[0]):
        transitions = [transition for _, moment in moments for transition in moment]
        clock.advance((now_us - clock.now_us()) / 1_000_000)
        if kills and now_us >= kills[0]:
            kills.pop(0)
            notifier = Notifier(CITY, places)
            notifier.restore(*told_before(stores.cities, CITY), (HOTSPOT,), now_us)
        told = [remembered(one, stores.cities) for one in transitions]
        notifier.take(told, now_us)
        if told or notifier.unsaid():
            stores.cities.commit(lease, gather(told, notifier, places, words, now_us))
            notifier.kept()
            outbox.turn()
    cases = stores.cities.find_cases(CITY).cases
    threads = {
        case.event: [update.text["id"].rpartition(". ")[0] for update in stores.cities.updates(case.number)]
        for case in cases
    }
    events = {event: stores.cities.event(event) for event in threads if event}
    assert sorted((one.group, one.cause, one.spares_points) for one in events.values() if one) == [
        ("power/feeder-1", "power", True),
        ("power/feeder-2", "power", True),
    ]
    said = {one.group: threads[one.id] for one in events.values() if one}
    assert [len(lines) for _, lines in sorted(said.items())] == [3, 2]
    assert "Kini 250 titik" in said["power/feeder-1"][0]
    assert said["power/feeder-1"][1].startswith("3 dari 250 titik masih diam di 1, 247 sudah kembali")
    assert said["power/feeder-1"][2].startswith("Aman kembali: semua 250 titik di 1 menyala lagi")
    assert {case.state for case in cases} == {"done"}
    assert {len(stores.cities.incidents_of(event)) for event in events} == {250}
    assert stores.cities.outbox_depth(CITY) == (0, 0)
    assert stores.cities.tellings(CITY) == {}
    assert stores.cities.held_back(CITY) == 0
