"""What befalls an engine: bursts, pauses, spoilt memory, a city that changes while something is open."""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from support import alerting, watch
from support.alerting import Stores
from support.people_data import person

from alerts.figures import LEVEL_WORDS
from alerts.process import AlertsProcess
from alerts.samples import Sample
from broker.ports import Incoming
from broker.subscription import PahoSubscription
from contract.city import Profile
from contract.clock import MINUTE_US, ManualClock, SystemClock
from contract.decision import Decision
from contract.incident import State
from contract.levels import Level
from contract.quality import Quality
from faults.parts.brokers import nats, wait_until
from store.decisions import deed_of
from store.people import Deed
from store.ports import EngineCommit, Row, Series

GAUGE, POINT = alerting.GAUGE, "wifi-1"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(now_us=SystemClock().now_us())


@pytest.fixture
def stores(tmp_path: Path, clock: ManualClock) -> Iterator[Stores]:
    with closing(Stores(tmp_path)) as made:
        made.cities.put_profile(watch.profile(), clock.now_us())
        yield made


def begin(stores: Stores, reader: PahoSubscription, clock: ManualClock, **how: Any) -> AlertsProcess:
    """An engine at the city's own speed, whose lease outlasts the story."""
    return alerting.process(stores, reader, clock=clock, faster=1.0, lease_ttl_s=1e6, **how)


def end(engine: AlertsProcess) -> None:
    """As SIGTERM does: it saves and leaves the city free."""
    stop = threading.Event()
    stop.set()
    engine.run(stop)


def without(*nodes: str) -> Profile:
    city = watch.profile()
    return replace(city, nodes=tuple(one for one in city.nodes if one.node not in nodes))


def in_flood(stores: Stores, clock: ManualClock) -> None:
    """Three readings at SIAGA, the last one now."""
    for seq, cm in enumerate((120, 125, 130), start=1):
        stores.readings.write([alerting.row(seq, clock.now_us() - (15 - 5 * seq) * MINUTE_US, cm)])


def point(seq: int, at_us: int, internet: str) -> Row:
    series = Series(watch.CITY, POINT, "wifi", "hotspot")
    values = {"internet": internet}
    return Row(series, "34.71.04.1001", at_us, at_us, watch.EPOCH, seq, "synced", Quality.GOOD, {}, values)


def city_sample(node: str, seq: int, at_us: int) -> Sample:
    return Sample(node, "wifi", "hotspot", watch.EPOCH, seq, at_us, "synced", Quality.GOOD, {"internet": "open"})


def without_internet(stores: Stores, clock: ManualClock) -> None:
    """Eleven minutes of readings that say so, the last one now."""
    rows = [point(seq, clock.now_us() - (12 - seq) * MINUTE_US, "down") for seq in range(1, 13)]
    stores.readings.write(rows)


def later(engine: AlertsProcess, clock: ManualClock, minutes: float = 0.1) -> None:
    clock.advance(60 * minutes)
    assert engine.turn(0.0)


def deliver(engine: AlertsProcess) -> None:
    while engine.outbox.turn():
        pass


def last_words(stores: Stores) -> str:
    (case,) = stores.cities.find_cases(watch.CITY).cases
    return stores.cities.updates(case.number)[-1].text["id"]


def test_what_people_decide_is_followed_and_outlives_the_engine(
    stores: Stores, reader: PahoSubscription, clock: ManualClock
) -> None:
    """The gauge is gone: one person's word and, by the next engine, another's. No third engine takes it up again."""
    people = [person(number, "operator", city=watch.CITY) for number in (1, 2)]
    for one in people:
        stores.cities.put_person(one, Deed("system", "person.joined", one.id, clock.now_us()))
    in_flood(stores, clock)
    engine = begin(stores, reader, clock)
    assert engine.turn(0.0)
    later(engine, clock, 40)
    (incident,) = stores.cities.open_incidents(watch.CITY)
    assert incident.no_data
    for one in people:
        said = Decision(
            id=one.id, city=watch.CITY, kind="end", by=one.id, at_us=clock.now_us(), incident=incident.id,
            body={"reason": "pos hanyut"},
        )  # fmt: skip
        stores.cities.decide(said, deed_of(said))
        assert len(stores.cities.open_incidents(watch.CITY)) == 1
        later(engine, clock)
        if one is people[0]:
            assert len(stores.cities.open_incidents(watch.CITY)) == 1
            engine = begin(stores, reader, clock)
            assert engine.turn(0.0)
    assert stores.cities.open_incidents(watch.CITY) == []
    told = stores.cities.changes_of(incident.event)
    assert [(one.what.value, one.source) for one in told][-1] == ("resolved", "people")
    again = begin(stores, reader, clock)
    assert again.turn(0.0)
    later(again, clock)
    assert stores.cities.changes_of(incident.event) == told
    deliver(again)
    assert last_words(stores).startswith("Diakhiri oleh dua petugas")


def test_a_silence_holds_what_the_process_would_say(
    stores: Stores, reader: PahoSubscription, clock: ManualClock
) -> None:
    """It is counted among the engine's facts, and said when the silence is over."""
    operator = person(1, "operator", city=watch.CITY)
    stores.cities.put_person(operator, Deed("system", "person.joined", operator.id, clock.now_us()))
    silence = Decision(
        id="s", city=watch.CITY, kind="silence", by=operator.id, at_us=clock.now_us(),
        until_us=clock.now_us() + 2 * MINUTE_US, body={"matchers": {"node": POINT}, "reason": "uji coba"},
    )  # fmt: skip
    stores.cities.decide(silence, deed_of(silence))
    without_internet(stores, clock)
    engine = begin(stores, reader, clock)
    assert engine.turn(0.0)
    later(engine, clock)
    deliver(engine)
    assert len(stores.cities.open_incidents(watch.CITY)) == 1
    assert (engine.facts()["silenced"], engine.facts()["muted"]) == (1, 1)
    later(engine, clock, 1.8)
    deliver(engine)
    assert stores.cities.find_cases(watch.CITY).total == 0
    for _ in range(10):
        later(engine, clock, 0.3)
    deliver(engine)
    assert stores.cities.find_cases(watch.CITY).total == 1
    assert (engine.facts()["silenced"], engine.facts()["muted"]) == (1, 0)


def test_a_full_queue_opens_no_false_silence(stores: Stores, reader: PahoSubscription, clock: ManualClock) -> None:
    """The gauge's word waits behind six hundred others: until the queue is drained nobody is called silent."""
    in_flood(stores, clock)
    engine = begin(stores, reader, clock)
    assert engine.turn(0.0)
    for _ in range(30):
        later(engine, clock, 59 / 60)
    clock.advance(50)
    for seq in range(1, 601):
        assert reader.publish(*alerting.batch(seq, clock.now_us(), 20, "winongo"), qos=1)
    assert reader.publish(*alerting.batch(4, clock.now_us(), 130), qos=1)
    assert wait_until(lambda: len(reader._waiting) >= 601, 20.0)
    while engine.facts()["judged"] < 601:
        assert engine.turn(0.2)
    (incident,) = stores.cities.open_incidents(watch.CITY)
    assert [one.what.value for one in stores.cities.changes_of(incident.event)] == ["opened"]
    for _ in range(30):
        later(engine, clock, 59 / 60)
    assert not stores.cities.open_incidents(watch.CITY)[0].no_data
    later(engine, clock, 0.9)
    assert stores.cities.open_incidents(watch.CITY)[0].no_data


def test_a_snapshot_that_does_not_fit_together_is_rebuilt_from_the_store(
    stores: Stores, reader: PahoSubscription, clock: ManualClock
) -> None:
    """Bytes that are no snapshot, and a snapshot with a hole: the flood goes on as the same incident."""
    in_flood(stores, clock)
    first = begin(stores, reader, clock)
    assert first.turn(0.0)
    (opened,) = stores.cities.open_incidents(watch.CITY)
    end(first)
    kept = stores.cities.engine_snapshot(watch.CITY)
    assert kept is not None
    state = json.loads(zlib.decompress(kept[0]))
    state["streams"][0][3] = state["streams"][0][3][:4]
    holed = zlib.compress(json.dumps(state).encode())
    for number, spoilt in enumerate((b"", b"\x00" * 50, kept[0][:-5], holed)):
        clock.advance(60)
        lease = stores.cities.lease(watch.CITY, f"spoiler-{number}", clock.now_us(), 1.0)
        assert lease is not None
        stores.cities.commit(lease, EngineCommit(snapshot=spoilt, watermark_us=clock.now_us()))
        stores.cities.release(lease)
        again = begin(stores, reader, clock, holder=f"lagi-{number}")
        assert again.turn(0.0)
        assert [one.id for one in stores.cities.open_incidents(watch.CITY)] == [opened.id]
        assert again.facts()["streams"] >= 1
        end(again)


def test_a_gauge_taken_off_the_list_leaves_no_flood_open_in_silence(
    stores: Stores, reader: PahoSubscription, clock: ManualClock
) -> None:
    """Nobody watches it any more: that is said, shown as dangerous, and said once; its return goes on with it."""
    in_flood(stores, clock)
    engine = begin(stores, reader, clock)
    later(engine, clock)
    (opened,) = stores.cities.open_incidents(watch.CITY)
    deliver(engine)
    stores.cities.put_profile(without(GAUGE), clock.now_us())
    later(engine, clock)
    (left,) = stores.cities.open_incidents(watch.CITY)
    assert (left.id, left.dangerous, left.level) == (opened.id, True, Level.SIAGA)
    deliver(engine)
    assert "tidak lagi dipantau" in last_words(stores)
    for holder in ("dua", "tiga"):
        end(engine)
        engine = begin(stores, reader, clock, holder=holder)
        later(engine, clock)
    assert stores.cities.open_incidents(watch.CITY)[0].changes == left.changes
    stores.cities.put_profile(watch.profile(), clock.now_us())
    later(engine, clock)
    for seq in range(10, 18):
        clock.advance(300)
        now_us = clock.now_us()
        judged = engine.facts()["judged"]
        assert reader.publish(*alerting.batch(seq, now_us, 30), qos=1)
        assert wait_until(lambda n=judged: engine.turn(0.1) and engine.facts()["judged"] > n)
    assert list(stores.cities.open_incidents(watch.CITY)) == []
    ended = stores.cities.incident(opened.id)
    assert ended is not None
    assert ended.state is State.RESOLVED
    deliver(engine)
    assert last_words(stores).startswith("Aman kembali")


def test_a_rule_that_is_gone_leaves_no_flood_open_in_silence(
    stores: Stores, reader: PahoSubscription, clock: ManualClock
) -> None:
    """The city took the rule out of its pack between two lives of the engine."""
    in_flood(stores, clock)
    engine = begin(stores, reader, clock)
    later(engine, clock)
    deliver(engine)
    end(engine)
    again = begin(stores, reader, clock, holder="dua", rules=[watch.rule("hotspot")])
    later(again, clock)
    (left,) = stores.cities.open_incidents(watch.CITY)
    assert left.dangerous
    deliver(again)
    assert "tidak lagi dipantau" in last_words(stores)


def test_a_neighbours_all_clear_does_not_close_the_case_of_an_unwatched_gauge(
    stores: Stores, reader: PahoSubscription, clock: ManualClock
) -> None:
    """Two gauges of one river; one is taken off the list while high. The other's fall is not its own."""
    in_flood(stores, clock)
    other = [alerting.row(seq, clock.now_us() - (15 - 5 * seq) * MINUTE_US, 90, "code-hilir") for seq in (1, 2, 3)]
    stores.readings.write(other)
    engine = begin(stores, reader, clock)
    later(engine, clock)
    stores.cities.put_profile(without(GAUGE), clock.now_us())
    later(engine, clock)
    for seq in range(4, 13):
        clock.advance(300)
        judged = engine.facts()["judged"]
        assert reader.publish(*alerting.batch(seq, clock.now_us(), 30, "code-hilir"), qos=1)
        assert wait_until(lambda n=judged: engine.turn(0.1) and engine.facts()["judged"] > n)
    (left,) = stores.cities.open_incidents(watch.CITY)
    assert left.node == GAUGE
    deliver(engine)
    (case,) = stores.cities.find_cases(watch.CITY).cases
    assert case.state != "done"


def test_a_point_taken_off_the_list_ends_its_outage_and_says_how(
    stores: Stores, reader: PahoSubscription, clock: ManualClock
) -> None:
    """A WiFi point that is no more is no outage; the case says that nothing was measured."""
    without_internet(stores, clock)
    engine = begin(stores, reader, clock)
    later(engine, clock)
    later(engine, clock, minutes=2)
    assert [one.node for one in stores.cities.open_incidents(watch.CITY)] == [POINT]
    stores.cities.put_profile(without(POINT), clock.now_us())
    later(engine, clock)
    assert list(stores.cities.open_incidents(watch.CITY)) == []
    deliver(engine)
    (case,) = stores.cities.find_cases(watch.CITY).cases
    assert case.state == "done"
    assert "ditutup tanpa pengukuran" in last_words(stores)
    assert stores.cities.tellings(watch.CITY) == {}


def test_a_point_taken_off_the_list_before_anybody_was_told_is_never_told(
    stores: Stores, reader: PahoSubscription, clock: ManualClock
) -> None:
    """The first word still waited: no case, and nothing in the outbox that a desk would have to refuse."""
    without_internet(stores, clock)
    engine = begin(stores, reader, clock)
    later(engine, clock)
    assert [one.node for one in stores.cities.open_incidents(watch.CITY)] == [POINT]
    stores.cities.put_profile(without(POINT), clock.now_us())
    later(engine, clock)
    later(engine, clock, minutes=10)
    deliver(engine)
    assert list(stores.cities.open_incidents(watch.CITY)) == []
    assert stores.cities.find_cases(watch.CITY).total == 0
    assert stores.cities.outbox_depth(watch.CITY) == (0, 0)
    assert stores.cities.tellings(watch.CITY) == {}


def test_a_machine_that_slept_asks_the_store_what_it_missed(
    stores: Stores, reader: PahoSubscription, clock: ManualClock
) -> None:
    """Nine minutes asleep (or without the city's store): what ingest kept meanwhile is judged first."""
    engine = begin(stores, reader, clock)
    later(engine, clock)
    clock.advance(9 * 60)
    in_flood(stores, clock)
    assert engine.turn(0.0)
    (incident,) = stores.cities.open_incidents(watch.CITY)
    assert incident.level is Level.SIAGA
    deliver(engine)
    assert last_words(stores).startswith(LEVEL_WORDS[Level.SIAGA]["id"])


def test_points_are_not_blamed_while_the_broker_is_gone(stores: Stores, clock: ManualClock) -> None:
    """The broker dies; an hour later nothing has been filed. It comes back, and every point has its full time."""
    with nats() as own, closing(alerting.subscription(own.address, "own")) as reader:
        assert wait_until(lambda: reader.connected)
        stores.readings.write([point(1, clock.now_us(), "open")])
        engine = begin(stores, reader, clock)
        assert wait_until(lambda: engine.turn(0.1) and engine._engine is not None and engine._engine.proved_us > 0)
        own.kill()
        assert wait_until(lambda: not reader.connected)
        for _ in range(60):
            later(engine, clock, 0.9)
        assert list(stores.cities.incidents(watch.CITY)) == []
        own.start()
        assert wait_until(lambda: reader.connected)
        engine_now = engine._engine
        assert engine_now is not None
        before_us = clock.now_us()
        clock.advance(6)
        assert wait_until(lambda: engine.turn(0.1) and engine_now.proved_us > before_us)
        for minute in range(16):
            assert list(stores.cities.incidents(watch.CITY)) == [], minute
            before_us = clock.now_us()
            clock.advance(60)
            assert wait_until(lambda us=before_us: engine.turn(0.1) and engine_now.proved_us > us)
        assert [one.node for one in stores.cities.open_incidents(watch.CITY)] == [POINT]


def test_a_clock_that_jumps_silences_nobody(stores: Stores, reader: PahoSubscription, clock: ManualClock) -> None:
    """NTP puts our clock an hour forward, and then back: no gauge and no point is called silent for that."""
    in_flood(stores, clock)
    stores.readings.write([point(1, clock.now_us(), "open")])
    engine = begin(stores, reader, clock)
    later(engine, clock)
    for jump_us in (60 * MINUTE_US, -120 * MINUTE_US, 60 * MINUTE_US):
        clock.set_wall(clock.now_us() + jump_us)
        for _ in range(20):
            later(engine, clock, 0.5)
    (incident,) = stores.cities.open_incidents(watch.CITY)
    assert [one.what.value for one in stores.cities.changes_of(incident.event)] == ["opened"]


class _Waiting:
    """A subscription in whose next wait something happens."""

    def __init__(self, real: PahoSubscription) -> None:
        self._real = real
        self.meanwhile: Callable[[], None] | None = None

    @property
    def connected(self) -> bool:
        return self._real.connected

    def take(self, limit: int, timeout_s: float) -> Sequence[Incoming]:
        taken = self._real.take(limit, timeout_s)
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            happens()
        return taken

    def done(self, messages: Sequence[Incoming]) -> None:
        self._real.done(messages)

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> bool:
        return self._real.publish(topic, payload, qos=qos, retain=retain)

    def close(self) -> None:
        self._real.close()


@pytest.mark.parametrize("lease_s", [1e6, 120.0])
@pytest.mark.parametrize("jump_us", [60 * MINUTE_US, -60 * MINUTE_US])
def test_a_clock_that_jumps_while_the_engine_waits_silences_nobody(
    stores: Stores, reader: PahoSubscription, clock: ManualClock, jump_us: int, lease_s: float
) -> None:
    """The engine waits for messages nearly all the time: that is when a clock is put right. Nor does it silence anybody
    where the engine's own lease looks old for it, and it takes the city over from itself."""
    in_flood(stores, clock)
    stores.readings.write([point(1, clock.now_us(), "open")])
    waiting = _Waiting(reader)
    engine = alerting.process(stores, waiting, clock=clock, faster=1.0, lease_ttl_s=lease_s)
    later(engine, clock)
    for jump in (jump_us, -jump_us):
        waiting.meanwhile = lambda jump=jump: clock.set_wall(clock.now_us() + jump)
        for _ in range(20):
            later(engine, clock, 0.5)
    (incident,) = stores.cities.open_incidents(watch.CITY)
    assert [one.what.value for one in stores.cities.changes_of(incident.event)] == ["opened"]


def test_fifty_thousand_readings_in_a_burst_leave_one_deadline_a_stream() -> None:
    """A city's spools empty themselves at once: nothing is opened, and no reading leaves anything behind."""
    city = watch.watch()
    points = [f"wifi-{n}" for n in range(1, 8)]
    for number in range(50_000):
        minute = number / 50_000
        city.engine.step(city_sample(points[number % 7], number + 1, watch.at(minute)), watch.at(minute))
    assert city.engine.streams() == 7
    assert len(city.engine._heap) == 7
    assert city.pass_to(2) == []


def test_a_sensor_that_is_not_believed_for_hours_is_said_when_that_begins(
    stores: Stores, reader: PahoSubscription, clock: ManualClock
) -> None:
    """Each of its readings is counted; a log of ten thousand lines hides the one that matters."""
    engine = begin(stores, reader, clock)
    with capture_logs() as said:
        for minute in (*range(600), 700):
            engine._say_unbelieved(GAUGE, minute * MINUTE_US, 3.0)
        engine._say_unbelieved("code-hilir", 0, 3.0)
    begun = [(one["node"], one["at_us"] // MINUTE_US) for one in said if one["event"] == "gauge.not_believed"]
    assert begun == [(GAUGE, 0), (GAUGE, 700), ("code-hilir", 0)]
    assert engine.facts()["not_believed"] == 602
