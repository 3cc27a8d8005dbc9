"""The alert process on a real broker and real stores: from the message to the case, and what a kill cannot break."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support import alerting, watch
from support.alerting import Stores
from support.people_data import deed, person
from support.receiver import receiver

from alerts.sampling import Paces, Sampling
from broker.subscription import PahoSubscription
from contract import topics
from contract.clock import HOUR_US, MINUTE_US, SECOND_US, ManualClock, SystemClock
from contract.codec import decode
from contract.compress import compressed
from contract.duty import Shift, Way
from contract.errors import Unavailable
from contract.incident import Incident, State
from contract.messages import Burst
from contract.travel import Travel
from faults.parts.brokers import RunningBroker, wait_until
from fleet.twin import BrokerTwin
from store.ports import CityStore, EngineCommit, Lease

CLOCK = SystemClock()


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    made = Stores(tmp_path)
    made.cities.put_profile(watch.profile(), CLOCK.now_us())
    yield made
    made.close()


class River:
    """A gauge that speaks every tenth of a second, to the broker and (as ingest would) to the store."""

    def __init__(self, speaker: PahoSubscription, stores: Stores) -> None:
        self._speaker = speaker
        self._stores = stores
        self._pause = threading.Event()
        self.seq = 0

    def stands(self, cm: float, seconds: float) -> None:
        until_us = CLOCK.mono_us() + round(seconds * SECOND_US)
        while CLOCK.mono_us() < until_us:
            self.say(cm)
            self._pause.wait(0.1)

    def say(self, cm: float) -> None:
        self.seq += 1
        now_us = CLOCK.now_us()
        self._stores.readings.write([alerting.row(self.seq, now_us, cm)])
        topic, payload = alerting.batch(self.seq, now_us, cm)
        assert wait_until(lambda: self._speaker.publish(topic, payload, qos=1))


def the_story(stores: Stores) -> list[str]:
    incidents = stores.cities.incidents(watch.CITY)
    return [change.what.value for one in incidents for change in stores.cities.changes_of(one.event)]


def test_a_flood_is_opened_filed_followed_and_closed(
    broker: RunningBroker, stores: Stores, reader: PahoSubscription
) -> None:
    """The whole way by itself: incident, event, a case with a number and an agency, its thread, its end."""
    stop = threading.Event()
    engine = alerting.process(stores, reader)
    thread = threading.Thread(target=engine.run, args=(stop,))
    thread.start()
    try:
        assert wait_until(lambda: engine.leading)
        river = River(reader, stores)
        river.stands(40, 0.3)
        river.stands(90, 0.9)
        assert wait_until(lambda: stores.cities.find_cases(watch.CITY).total == 1, 2.0)
        river.stands(200, 0.9)
        river.stands(30, 2.6)
        case = stores.cities.find_cases(watch.CITY).cases[0]
        assert wait_until(lambda: (stores.cities.case(case.number) or case).state == "done", 3.0)
    finally:
        facts = engine.facts()
        stop.set()
        thread.join(5)
    assert not thread.is_alive()
    assert (facts["leading"], facts["streams"], facts["judged"], facts["told"]) == (True, 1, river.seq, 4)
    assert the_story(stores) == ["opened", "level", "recovering", "resolved"]
    assert (case.agency, case.category, case.public, case.source) == ("bpbd", "banjir", True, "sensor")
    thread_of_case = [update.text["id"] for update in stores.cities.updates(case.number)]
    assert thread_of_case[0].startswith("WASPADA Sungai Code di code-hulu: 90 cm")
    assert "Belum dikonfirmasi petugas" in thread_of_case[0]
    assert thread_of_case[1].startswith("AWAS Sungai Code")
    assert thread_of_case[-1].startswith("Aman kembali")
    assert stores.cities.outbox_depth(watch.CITY) == (0, 0)
    assert stores.cities.lease(watch.CITY, "dua", CLOCK.now_us(), 1.0) is not None, "the lease is left free"


def test_a_flood_has_its_gauge_read_more_often(broker: RunningBroker, stores: Stores, reader: PahoSubscription) -> None:
    """The wish is on the wire while the flood is open, with the gauge's own sensor in it."""
    wish = topics.command(watch.CITY, alerting.GAUGE, topics.BURST)
    stop = threading.Event()
    twin = BrokerTwin(watch.CITY, reader)
    engine = alerting.process(stores, reader, sampling=Sampling(compressed(Paces(), alerting.FASTER), twin))
    thread = threading.Thread(target=engine.run, args=(stop,))
    with closing(PahoSubscription([broker.address], "gauge", [(wish, 0)], rng=random.Random(1), clock=CLOCK)) as node:
        assert wait_until(lambda: node.connected)
        thread.start()
        try:
            assert wait_until(lambda: engine.leading)
            river = River(reader, stores)
            river.stands(40, 0.3)
            assert engine.facts()["hurried"] == []
            river.stands(200, 0.9)
            assert wait_until(lambda: engine.facts()["hurried"] == [alerting.GAUGE], 3.0)
            assert [one["node"] for one in engine.facts()["wishes"]] == [alerting.GAUGE]
            heard = [decode(Burst, one.payload) for one in node.take(10, 3.0)]
        finally:
            stop.set()
            thread.join(5)
    assert {(one.node, one.sensor) for one in heard} == {(alerting.GAUGE, "gauge")}
    assert min(one.period_s for one in heard) == pytest.approx(60.0 / alerting.FASTER)


@pytest.mark.slow
def test_kill_9_at_any_moment_leaves_one_event_and_one_case(
    broker: RunningBroker, stores: Stores, reader: PahoSubscription
) -> None:
    """The process is killed five times on the way of one flood; another takes over each time. Who is on duty is called
    for it, and what is called is called under one key."""
    with receiver() as push:
        push.status = 200
        _on_duty(stores)
        (incident,) = _killed_on_the_way(broker, stores, reader, push.url)
        sent = stores.cities.sent_to_people(watch.CITY, incident.event)
        assert {one.state for one in sent} == {"delivered"}
        assert len({one.key for one in sent}) == len(sent) > 0
        reached = {json.loads(one.body)["tags"][0] for one in push.got}
        assert reached == {one.key[-40:] for one in sent if one.said.startswith("accepted")}
        assert reached


def _on_duty(stores: Stores) -> None:
    """One person with one way, all day."""
    siti, now_us = person(1, city=watch.CITY), CLOCK.now_us()
    stores.cities.put_person(siti, deed("person.joined", siti.id))
    way = Way(city=watch.CITY, person=siti.id, channel="push", address="topik-siti", rings=False)
    stores.cities.put_way(way, deed("duty.way"))
    shift = Shift(id="a", city=watch.CITY, person=siti.id, rung=1, from_us=now_us, to_us=now_us + HOUR_US)
    stores.cities.put_shifts(watch.CITY, [shift], deed("duty.planned"))


def _killed_on_the_way(
    broker: RunningBroker, stores: Stores, reader: PahoSubscription, push: str
) -> Sequence[Incident]:
    rng = random.Random(20180603)
    river = River(reader, stores)
    running = _start(broker, stores, 0, push, ready=True)
    try:
        for number, (cm, seconds) in enumerate(((40, 0.8), (90, 1.2), (130, 1.0), (200, 1.2), (90, 1.0)), start=1):
            before = rng.uniform(0.1, seconds)
            river.stands(cm, before)
            running.kill()
            running.wait()
            running = _start(broker, stores, number, push)
            river.stands(cm, seconds - before + 0.6)
            for _ in range(60 if cm == 200 else 0):
                # Water that has fallen again by the time an engine leads needs nobody any more.
                if any(stores.cities.sent_to_people(watch.CITY, one.event) for one in _open(stores)):
                    break
                river.stands(cm, 0.3)
        for _ in range(60):
            river.stands(20, 0.3)
            if any(one.state is State.RESOLVED for one in stores.cities.incidents(watch.CITY)):
                break
        assert wait_until(lambda: stores.cities.outbox_depth(watch.CITY) == (0, 0), 5.0)
    finally:
        running.terminate()
        assert running.wait(10) == 0
    incidents = stores.cities.incidents(watch.CITY)
    assert [one.state for one in incidents] == [State.RESOLVED]
    assert len({one.event for one in incidents}) == 1
    cases = stores.cities.find_cases(watch.CITY)
    assert [case.state for case in cases.cases] == ["done"]
    story = the_story(stores)
    assert (story[0], story[-1]) == ("opened", "resolved")
    assert (story.count("opened"), story.count("resolved")) == (1, 1)
    return incidents


def _open(stores: Stores) -> Sequence[Incident]:
    return stores.cities.open_incidents(watch.CITY)


def _start(
    broker: RunningBroker, stores: Stores, number: int, push: str, *, ready: bool = False
) -> subprocess.Popen[bytes]:
    tests = Path(alerting.__file__).resolve().parents[1]
    began_us = CLOCK.now_us()
    running = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "support.alerting",
            str(broker.address.port),
            str(stores.folder),
            f"engine-{number}",
            push,
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": f"{tests.parent}{os.pathsep}{tests}"},
    )  # fmt: skip
    if ready:

        def leads() -> bool:
            kept = stores.cities.engine_snapshot(watch.CITY)
            return kept is not None and kept[1] > began_us

        assert wait_until(leads, 20.0)
    return running


def test_what_was_missed_while_down_is_judged_on_start(stores: Stores, reader: PahoSubscription) -> None:
    """A flood came, rose and is still there; only the store knows. It is opened with its own times."""
    now_us = CLOCK.now_us()
    for seq, cm in enumerate([40, 80, 85, 120, 125, 130], start=1):
        stores.readings.write([alerting.row(seq, now_us - (30 - 5 * seq) * MINUTE_US, cm)])
    engine = alerting.process(stores, reader, faster=1.0)
    assert engine.turn(0.0)
    (incident,) = stores.cities.open_incidents(watch.CITY)
    assert incident.crossed_us == now_us - 20 * MINUTE_US
    assert incident.opened_us == now_us - 10 * MINUTE_US
    assert the_story(stores) == ["opened", "level"]
    assert engine.turn(0.0)
    again = alerting.process(stores, reader, faster=1.0)
    assert again.turn(0.0)
    assert the_story(stores) == ["opened", "level"]


def test_a_gauge_that_stands_still_is_kept_for_the_pages_until_another_engine_begins(
    stores: Stores, reader: PahoSubscription
) -> None:
    """Since when it does not move; who begins anew knows nothing of it and says so."""
    now_us = CLOCK.now_us()
    begin_us = now_us - 60 * MINUTE_US
    for i in range(12):
        for node, cm in (("code-hulu", 80.0 + 6 * i), ("code-hilir", 80.0)):
            stores.readings.write([alerting.row(i + 1, begin_us + 5 * i * MINUTE_US, cm, node)])
    for known in ({"code-hilir": begin_us + 5 * MINUTE_US}, {}):
        engine = alerting.process(stores, reader, faster=1.0)
        assert wait_until(lambda one=engine, due=known: one.turn(0.1) and stores.cities.flat_lines(watch.CITY) == due)


def test_a_gauge_is_held_against_those_that_the_learned_travel_times_join(
    stores: Stores, reader: PahoSubscription
) -> None:
    """Of no near neighbour: its water must have come by what the city's history taught."""
    now_us = CLOCK.now_us()
    begin_us = now_us - 100 * MINUTE_US
    for i in range(20):
        for node, cm in (("winongo", 80.0 + 12 * min(i, 6)), ("code-hilir", 80.0)):
            stores.readings.write([alerting.row(i + 1, begin_us + 5 * i * MINUTE_US, cm, node)])
    stores.cities.keep_travels(watch.CITY, [Travel("winongo", "code-hilir", 0.0, 1.0, 2.0, learned=True)], now_us)
    rules = [replace(one, clear_for_s=4 * 3_600.0) for one in watch.rules() if one.subject == "flood"]
    engine = alerting.process(stores, reader, faster=1.0, rules=rules)
    due = {"code-hilir": begin_us}
    assert wait_until(lambda: engine.turn(0.1) and stores.cities.flat_lines(watch.CITY) == due)


def test_another_engine_waits_and_takes_over_and_the_old_one_stops(
    broker: RunningBroker, stores: Stores, reader: PahoSubscription
) -> None:
    """One engine a city. The one that was away too long finds that its word no longer counts."""
    clock = ManualClock(now_us=CLOCK.now_us())
    first = alerting.process(stores, reader, holder="satu", clock=clock, faster=1.0)
    other = alerting.subscription(broker.address, "other")
    try:
        second = alerting.process(stores, other, holder="dua", clock=clock, faster=1.0)
        assert first.turn(0.0)
        second.turn(0.0)
        assert (first.leading, second.leading) == (True, False)
        clock.advance(5)
        second.turn(0.0)
        assert second.leading
        first.turn(0.0)
        assert not first.leading
    finally:
        other.close()


def test_a_fenced_engine_steps_down_before_it_tells_anything(stores: Stores, reader: PahoSubscription) -> None:
    """It still believes in its lease; the store knows of a newer one and takes nothing from it."""
    clock = ManualClock(now_us=CLOCK.now_us())
    engine = alerting.process(stores, reader, clock=clock, faster=1.0)
    assert engine.turn(0.0)
    assert stores.cities.lease(watch.CITY, "dua", clock.now_us() + 3_600 * SECOND_US, 10.0) is not None
    clock.advance(0.25)
    reader.publish(*alerting.batch(1, clock.now_us(), 90), qos=1)
    assert wait_until(lambda: not engine.turn(0.2))
    assert not engine.leading
    engine.turn(0.0)
    assert not engine.leading


class Frail:
    """A city store whose commits fail while `away`; everything else is the real one's."""

    def __init__(self, real: CityStore) -> None:
        self._real = real
        self.away = False

    def commit(self, lease: Lease, commit: EngineCommit) -> None:
        if self.away:
            raise Unavailable("the database is away")
        self._real.commit(lease, commit)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def test_a_decision_waits_for_the_database_and_is_told_once(stores: Stores, reader: PahoSubscription) -> None:
    """While the database is away nothing is acknowledged and nothing is forgotten; when it is back, it is kept once."""
    frail = Frail(stores.cities)
    clock = ManualClock(now_us=CLOCK.now_us())
    # The clock leaps: a short lease would end at each leap, and with it what no store has kept of the readings.
    lasting = {"faster": 1.0, "lease_ttl_s": 3_600.0}
    engine = alerting.process(stores, reader, clock=clock, cities=frail, **lasting)  # type: ignore[arg-type]
    assert engine.turn(0.0)

    def judged(readings: int) -> bool:
        engine.turn(0.05)
        return bool(engine.facts()["judged"] >= readings)

    for seq, cm in enumerate((90, 90, 90), start=1):
        clock.advance(300)
        frail.away = seq == 3
        reader.publish(*alerting.batch(seq, clock.now_us(), cm), qos=1)
        assert wait_until(partial(judged, seq))
    assert list(stores.cities.open_incidents(watch.CITY)) == []
    frail.away = False
    assert wait_until(lambda: engine.turn(0.05) and bool(stores.cities.open_incidents(watch.CITY)))
    assert the_story(stores) == ["opened"]
