"""A gauge that was cut off for three hours, from its spool to the record: on real stores, killed at any moment."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs
from support import alerting, watch
from support.alerting import GAUGE, Stores
from support.receiver import Receiver as Server
from support.receiver import receiver as serving
from support.watch import CITY

from alerts.process import AlertsProcess
from alerts.sampling import Paces, Sampling
from alerts.webhooks import Receiver
from complaints.outward import Outward
from contract.addresses import Target, networks
from contract.clock import MINUTE_US, ManualClock
from contract.errors import Unavailable
from contract.incident import Incident, State, What
from contract.levels import Level
from faults.parts.bench_city import Letterbox
from faults.parts.brokers import wait_until
from fleet.twin import BrokerTwin
from store.ports import Row, Series

LOW = 40.0
CREST = (90.0, 120.0, 170.0, 180.0, 190.0, 190.0, 185.0, 180.0, 175.0, 170.0, 90.0)
"""beyond Siaga 1 for forty minutes, a reading every five"""


class Cut:
    """The small city's engine, with everybody who could be told listening, and one gauge that can be cut off."""

    def __init__(self, stores: Stores, server: Server | None = None, **how: Any) -> None:
        self.stores, self.post, self.clock, self.how = stores, Letterbox(), ManualClock(watch.START_US), how
        if server is not None:
            target = Target("http", "127.0.0.1", server.port, "/hook")
            receivers = tuple(Receiver(circle, target, (bytes(32),), circle) for circle in ("public", "staff"))
            outward = Outward(networks("127.0.0.1/32", where=""), whole_s=2.0)
            sampling = Sampling(Paces(), BrokerTwin(CITY, self.post))
            self.how |= {"receivers": receivers, "outward": outward, "sampling": sampling}
        self.seq = 0
        self.kept: list[tuple[int, int, float]] = []
        self.process = self.engine()
        self.passes(1)

    def engine(self) -> AlertsProcess:
        return alerting.process(self.stores, self.post, clock=self.clock, faster=1.0, lease_ttl_s=1e6, **self.how)

    def passes(self, minutes: float) -> None:
        """The engine turns a minute at a time, and delivers."""
        for _ in range(round(minutes)):
            self.clock.advance(59.9)
            self.turn()

    def turn(self) -> None:
        assert self.process.turn(0.0)
        while self.process.outbox.turn():
            pass

    def says(self, *levels: float) -> None:
        """A reading every five minutes comes at once."""
        for cm in levels:
            self.passes(5)
            self.seq += 1
            self.stores.readings.write([alerting.row(self.seq, self.clock.now_us(), cm)])
            self.post.post(*alerting.batch(self.seq, self.clock.now_us(), cm))
            self.turn()

    def keeps(self, *levels: float, awake: bool = False) -> None:
        """The node is cut off: it reads on and keeps what it reads. `awake`: the engine turns each minute meanwhile;
        else it sleeps through it."""
        for cm in levels:
            self.passes(5) if awake else self.clock.advance(300)
            self.seq += 1
            self.kept.append((self.seq, self.clock.now_us(), cm))
        self.turn()
        assert wait_until(lambda: self.turn() or not self.process.facts()["catching_up"])

    def sends_what_it_kept(self) -> None:
        """By the late lane, behind what it said first."""
        now_us = self.clock.now_us()
        self.stores.readings.write([alerting.row(*one, received_us=now_us) for one in self.kept])
        self.post.post(*alerting.late_batch(self.kept, now_us))
        self.kept = []
        self.turn()

    def looks_back(self) -> None:
        """A minute after the back-fill, the look begins; it is over when nothing waits for one any more."""
        self.passes(2)
        assert wait_until(lambda: self.turn() or not len(self.process._engine.late))

    def killed(self) -> None:
        """The process is gone without a word, and another one has taken over."""
        self.process = self.engine()
        self.passes(1)

    def found(self) -> list[Incident]:
        return [one for one in self.stores.cities.incidents(CITY) if one.found_us is not None]


def three_hours(city: Cut, *, awake: bool = False) -> None:
    """The whole crest lies within the time in which nothing came."""
    city.says(LOW)
    city.keeps(*[LOW] * 12, *CREST, *[LOW] * 13, awake=awake)
    city.says(LOW)
    city.sends_what_it_kept()


@pytest.fixture
def city(stores: Stores) -> Cut:
    return Cut(stores)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        yield made


def test_a_crest_of_a_gauge_that_was_cut_off_is_put_on_record_and_nobody_is_called(
    stores: Stores, server: Server
) -> None:
    """One incident with its own times and every level; no case, no line, no webhook, no wish to hurry, nothing in the
    outbox. What is high now is told the same minute."""
    city = Cut(stores, server)
    three_hours(city, awake=True)
    assert city.found() == []
    with capture_logs() as logs:
        city.looks_back()
    (incident,) = city.found()
    crossed_us = watch.START_US + round(59.9e6 * (1 + 5 * 14))
    assert (incident.node, incident.rule, incident.peak) == (GAUGE, "flood", Level.AWAS)
    assert (incident.state, incident.audience, incident.owed) == (State.RESOLVED, "staff", "public")
    assert abs(incident.crossed_us - crossed_us) < MINUTE_US
    assert incident.came_us is not None
    assert incident.found_us is not None
    assert incident.resolved_us is not None
    assert incident.opened_us < incident.resolved_us < incident.came_us < incident.found_us
    told = stores.cities.changes_of(incident.event)
    assert (told[0].what, told[-1].what) == (What.OPENED, What.RESOLVED)
    assert Level.AWAS in {change.level for change in told}
    assert all(change.at_us < incident.came_us <= change.said_us for change in told)
    event = stores.cities.event(incident.event)
    assert event is not None
    assert event.closed_us == incident.resolved_us
    assert [(one["entity"], one["water"]) for one in logs if one["event"] == "incident.found_afterwards"] == [
        (incident.entity, "AWAS")
    ]
    city.passes(10)
    assert server.got == []
    assert stores.cities.find_cases(CITY, public_only=False).total == 0
    assert stores.cities.outbox_depth(CITY) == (0, 0)
    assert stores.cities.tellings(CITY) == {}
    assert city.post.said == []
    assert stores.cities.open_incidents(CITY) == []
    city.says(180, 180, 180)
    assert len(server.got) >= 2
    assert stores.cities.find_cases(CITY).total == 1
    city.passes(1)
    assert city.post.said
    (live,) = stores.cities.open_incidents(CITY)
    (told_now,) = stores.cities.events([live.event]).values()
    assert told_now.recurs is None, "a flood that is told goes on from none that was not"


def test_a_kill_between_the_record_and_the_snapshot_finds_it_once(city: Cut) -> None:
    """The same stretch is looked at again, and what is found is on record already."""
    three_hours(city)
    kept = city.stores.cities.engine_snapshot(CITY)
    assert kept is not None
    city.process._snapshot_every_s = 1e9
    city.looks_back()
    (incident,) = city.found()
    assert city.stores.cities.engine_snapshot(CITY) == kept
    city.killed()
    assert len(city.process._engine.late) == 1
    city.looks_back()
    assert city.found() == [incident]


def test_a_kill_before_the_look_loses_no_stretch(city: Cut) -> None:
    """With a snapshot or without one: what came is read again from the store, and is known to have come late."""
    city.process._snapshot_every_s = 1e9
    three_hours(city)
    city.killed()
    city.looks_back()
    assert len(city.found()) == 1


def test_an_engine_that_was_down_while_the_spool_came_finds_it(city: Cut) -> None:
    """It never heard those messages; the store has them."""
    city.says(LOW)
    city.keeps(*[LOW] * 12, *CREST, *[LOW] * 13)
    now_us = city.clock.now_us()
    city.stores.readings.write([alerting.row(*one, received_us=now_us) for one in city.kept])
    city.killed()
    city.looks_back()
    assert [one.peak for one in city.found()] == [Level.AWAS]
    assert city.stores.cities.open_incidents(CITY) == []


def test_what_is_found_does_not_become_what_an_engine_goes_on_from(city: Cut) -> None:
    """After a restart, water that had begun to rise is told as soon as it would have been without the record."""
    city.says(LOW)
    city.keeps(90, 90, 90, *[LOW] * 7)
    city.says(90)
    crossed_us = city.clock.now_us()
    city.sends_what_it_kept()
    city.looks_back()
    city.killed()
    city.says(90, 90)
    (live,) = city.stores.cities.open_incidents(CITY)
    assert (live.found_us, live.crossed_us) == (None, crossed_us)
    assert len(city.found()) == 1


def test_a_crest_that_the_live_engine_met_is_its_own(city: Cut) -> None:
    """The gauge is back while the water is still high: one incident, the live one, and it stays as it was told."""
    city.says(LOW)
    city.keeps(*[LOW] * 20, *CREST[:6])
    city.says(190, 190, 190)
    (live,) = city.stores.cities.open_incidents(CITY)
    city.sends_what_it_kept()
    city.looks_back()
    city.says(*[LOW] * 8)
    (over,) = city.stores.cities.incidents(CITY)
    assert (over.id, over.opened_us, over.state) == (live.id, live.opened_us, State.RESOLVED)


def test_what_is_not_over_waits_for_the_live_engine(city: Cut) -> None:
    """The look comes before the live engine is sure: nothing is put on record, and the flood is told."""
    city.says(LOW)
    city.keeps(*[LOW] * 20, *CREST[:6])
    city.says(190)
    city.sends_what_it_kept()
    city.passes(3)
    assert wait_until(lambda: city.turn() or city.process._looking_back._look is None)
    assert city.stores.cities.incidents(CITY) == []
    city.says(190, 190)
    (live,) = city.stores.cities.open_incidents(CITY)
    city.says(*[LOW] * 8)
    city.passes(11)
    assert wait_until(lambda: city.turn() or not len(city.process._engine.late))
    assert [one.id for one in city.stores.cities.incidents(CITY)] == [live.id]


def test_a_rule_in_shadow_finds_in_shadow(stores: Stores) -> None:
    """Nobody was to be told, and nobody is shown it."""
    city = Cut(stores, rules=[replace(watch.rule("flood"), audience="shadow")])
    three_hours(city)
    city.looks_back()
    assert [(one.audience, one.owed) for one in city.found()] == [("shadow", "shadow")]


class Elsewhere:
    """A readings' store that answers those who look back with what `away` says."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.away: Exception | None = None

    def between(self, series: Series, start_us: int, end_us: int, *, limit: int = 50_000) -> Sequence[Row]:
        if self.away is not None:
            raise self.away
        return self._real.between(series, start_us, end_us, limit=limit)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@pytest.mark.parametrize("away", [Unavailable("the database does not answer"), ValueError("a row that is none")])
def test_a_store_that_is_away_is_asked_again(stores: Stores, away: Exception) -> None:
    """It is found when the store is back, however few rows it gives at once; what is live is judged meanwhile, also
    where nobody thought of what the store says."""
    with contextlib.closing(stores.readings):
        elsewhere = Elsewhere(stores.readings)
        stores.readings = elsewhere  # type: ignore[assignment]
        city = Cut(stores)
        city.process._looking_back._rows_most = 7
        three_hours(city)
        elsewhere.away = away
        city.passes(3)
        city.says(90, 90, 90)
        assert len(stores.cities.open_incidents(CITY)) == 1
        assert city.found() == []
        elsewhere.away = None
        city.passes(11)
        assert wait_until(lambda: city.turn() or not len(city.process._engine.late))
        assert len(city.found()) == 1


def test_a_city_store_that_is_away_takes_it_later(stores: Stores) -> None:
    """What was found is not lost with the commit that failed."""
    city = Cut(stores)
    three_hours(city)
    frail = _Frail(stores.cities)
    city.process._looking_back._cities = frail  # type: ignore[assignment]
    city.passes(2)
    assert wait_until(lambda: not city.process.turn(0.0))
    frail.away = False
    assert wait_until(lambda: city.turn() or not len(city.process._engine.late))
    assert len(city.found()) == 1


class _Frail:
    def __init__(self, real: Any) -> None:
        self._real = real
        self.away = True

    def commit(self, *what: Any) -> None:
        if self.away:
            raise Unavailable("the database is away")
        self._real.commit(*what)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def test_a_flood_that_was_last_heard_high_a_day_ago_ends_with_its_last_reading(city: Cut) -> None:
    """The node sent its spool and was gone again: nothing is known of the end."""
    city.says(LOW)
    city.keeps(*[LOW] * 20, *CREST[:6])
    last_us = city.kept[-1][1]
    city.clock.advance(3_600)
    city.turn()
    city.sends_what_it_kept()
    city.passes(3)
    assert wait_until(lambda: city.turn() or city.process._looking_back._look is None)
    assert city.found() == []
    city.clock.advance(86_400)
    city.turn()
    city.looks_back()
    assert [one.resolved_us for one in city.found()] == [last_us]
