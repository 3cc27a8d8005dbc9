"""From a telling to residents' phones: all who follow, once, in order, and nothing that is old."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from support.city_data import NOON_US
from support.reaching import telling
from support.subscriptions import subscription

from alerts.channels.port import Receipt
from alerts.reach import fairness
from alerts.reach.http import Lines, NoAnswer
from alerts.reach.port import Parcel
from alerts.reach.process import ReachProcess, Source
from alerts.reach.reachfile import Opened
from contract.clock import HOUR_US, MINUTE_US, SECOND_US, ManualClock
from contract.errors import Rejected, Unavailable
from contract.levels import Level
from contract.reach import ProviderInfo
from contract.reach_shown import day_of
from contract.subscription import ReachKind, Subscription, Telling
from faults.parts.brokers import wait_until
from store import open_city
from store.ports import CityStore, Outgoing

ZONE = ZoneInfo("Asia/Jakarta")
CITY = telling().city


@dataclass
class Pretended:
    """A provider that honours keys and may be away, refuse an address, or take a message without an answer."""

    away: bool = False
    mute: bool = False
    gone: str = ""
    took: dict[str, Parcel] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    again: int = 0
    until: Callable[[], bool] = lambda: True
    """it answers when this is so"""

    async def send(self, parcel: Parcel) -> Receipt:
        while not self.until():
            await asyncio.sleep(0)
        if self.away:
            raise Unavailable("no line")
        if parcel.address == self.gone:
            raise Rejected(f"410 for {parcel.address}", reason="gone")
        self.again += parcel.key in self.took
        if parcel.key not in self.took:
            self.order.append(parcel.key)
        self.took[parcel.key] = parcel
        if self.mute:
            self.mute = False
            raise NoAnswer("the line broke")
        return Receipt("accepted", "HTTP 201")

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Reached:
    """The stage, its store and one provider of e-mail."""

    store: CityStore
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON_US))
    provider: Pretended = field(default_factory=Pretended)
    budget: int | None = None
    said: list[Telling] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def follow(self, count: int, **changed: Any) -> None:
        for at in range(count):
            one = subscription(
                id=f"s{at}", address=f"warga{at}@contoh.example", state="active", whole_city=True, quiet_from_min=None
            )
            self.store.put_subscription(replace(one, **changed), f"d{at}", None)

    def say(self, *told: Telling) -> None:
        self.said += [replace(one, seq=len(self.said) + at + 1) for at, one in enumerate(told)]

    def since(self, seq: int) -> list[tuple[int, Telling | None]]:
        return [(one.seq, one) for one in self.said if one.seq > seq]

    @contextmanager
    def running(self) -> Iterator[ReachProcess]:
        info = ProviderInfo(kind="email", rate_per_s=5_000.0, budget_day=self.budget)
        opened: dict[ReachKind, Opened] = {"email": Opened(info, self.provider)}
        stage = ReachProcess(
            city=CITY, name="Kota", zone=ZONE, cities=self.store, sources=[Source("bulletins", self.since)],
            open_providers=lambda _lines: opened, make_lines=Lines, clock=self.clock, rng=random.Random(1),
            holder="satu", lease_ttl_s=60.0, base_url="https://siaga.example",
        )  # fmt: skip
        self.stop = threading.Event()
        thread = threading.Thread(target=stage.run, args=(self.stop,))
        thread.start()
        try:
            yield stage
        finally:
            self.stop.set()
            thread.join(10)
            assert not thread.is_alive()

    def until(self, true: Callable[[], object]) -> None:
        for _ in range(600):
            if true():
                return
            threading.Event().wait(0.02)
        raise AssertionError(self.counts())

    def counts(self) -> dict[tuple[str, str], int]:
        found: dict[tuple[str, str], int] = {}
        for told in self.store.told(CITY):
            for one in told.tallies:
                found[one.state, one.reason] = found.get((one.state, one.reason), 0) + one.count
        return found


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Reached]:
    store = open_city(f"sqlite:///{tmp_path}/city.db")
    yield Reached(store)
    store.close()


def test_each_message_says_where_one_tap_ends_it(city: Reached) -> None:
    """For mail programs that offer it of themselves: the reader's own address and nobody else's."""
    city.follow(2)
    city.say(telling())
    with city.running():
        city.until(lambda: city.counts().get(("accepted", "")) == 2)
    assert {key: one.leave for key, one in city.provider.took.items()} == {
        f"t1/s{at}": f"https://siaga.example/ikuti/keluar/s{at}" for at in range(2)
    }


def test_all_who_follow_are_told_once_and_the_first_word_comes_first(city: Reached) -> None:
    """Two tellings of a gauge, in order, each to everybody; started anew nobody is told again."""
    city.follow(30)
    city.say(telling(), telling("t2", level=Level.AWAS))
    with city.running():
        city.until(lambda: city.counts() == {("accepted", ""): 60})
    with city.running() as stage:
        city.until(lambda: stage.facts()["leading"])
    assert city.provider.again == 0
    for at in range(30):
        assert city.provider.order.index(f"t1/s{at}") < city.provider.order.index(f"t2/s{at}")
    message = city.provider.took["t2/s3"].message
    assert (message.title, message.link, message.urgent) == ("AWAS · Kota", "https://siaga.example/siaran/t1", True)


class LateToAnswer:
    """A store whose answer about what is due comes after all that it names was sent and kept."""

    def __init__(self, store: CityStore) -> None:
        self._store = store
        self.late: list[int] = []
        self.facts: Callable[[], dict[str, Any]] = dict

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def sends_due(self, city: str, kind: ReachKind, now_us: int, **bounds: Any) -> Any:
        found = self._store.sends_due(city, kind, now_us, **bounds)
        if kind == "email" and found and not self.late:
            self.late.append(0)  # the first is what is sent
        elif kind == "email" and found and len(self.late) == 1:
            self.late.append(len(found))
            wait_until(lambda: not self._store.waiting_sends(city).get(kind))
            turned = self.facts()["loops"]
            wait_until(lambda: self.facts()["loops"] > turned + 1)
        return found


def test_an_answer_of_the_store_that_is_old_sends_nobody_a_second_time(city: Reached) -> None:
    """The queue is read while results are being written: what was kept meanwhile stands as waiting in the answer."""
    city.follow(30)
    late = LateToAnswer(city.store)
    city.store = cast(CityStore, late)
    city.provider.until = lambda: len(late.late) > 1
    city.say(telling())
    with city.running() as stage:
        late.facts = stage.facts
        city.until(lambda: city.counts() == {("accepted", ""): 30})
        city.say(telling("t2", level=Level.AWAS))
        city.until(lambda: city.counts() == {("accepted", ""): 60})
    assert late.late[1] == 30
    assert city.provider.again == 0


class SlowToKeep:
    """A store that takes what came of sends, and answers late."""

    def __init__(self, store: CityStore) -> None:
        self._store = store
        self.took, self.answers = threading.Event(), threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def settle(self, *given: Any) -> None:
        self._store.settle(*given)
        self.took.set()
        self.answers.wait(10)


def test_told_to_end_while_it_writes_it_counts_what_was_spent_once(city: Reached) -> None:
    """What the store has taken already is not handed to it a second time."""
    city.follow(5)
    slow = SlowToKeep(city.store)
    city.store = cast(CityStore, slow)
    city.say(telling())
    with city.running():
        assert slow.took.wait(10)
        # The jobs are cancelled within a tenth of a second; only then does the store answer.
        threading.Timer(0.5, slow.answers.set).start()
    spent = city.store.reach_spent(CITY, day_of(NOON_US, ZONE))
    assert sum(spent.values()) == city.counts()["accepted", ""] == len(city.provider.took)


def test_after_two_hours_without_a_provider_all_are_told_and_nothing_old(city: Reached) -> None:
    """What still holds goes out and says of when it is; what expired meanwhile does not, and is counted so."""
    city.follow(20)
    short = telling("t0", node="gauge-2", expires_us=NOON_US + HOUR_US)
    city.say(short, telling())
    city.provider.away = True
    with city.running() as stage:
        city.until(lambda: stage.facts()["away"] == ["email"])
        city.clock.advance(2 * 3_600)
        city.provider.away = False
        city.until(lambda: city.counts() == {("accepted", ""): 20, ("expired", ""): 20})
    assert {key.partition("/")[0] for key in city.provider.took} == {"t1"}
    assert all("[Terlambat: kabar pukul" in one.message.text for one in city.provider.took.values())


def test_what_was_taken_without_a_word_is_said_again_under_its_key(city: Reached) -> None:
    """The provider knows the key, and the person hears it once."""
    city.follow(1)
    city.provider.mute = True
    city.say(telling())
    with city.running():
        city.until(lambda: city.provider.took)
        city.until(lambda: city.clock.advance(2) or city.counts() == {("accepted", ""): 1})
    assert (len(city.provider.took), city.provider.again) == (1, 1)


def test_an_address_that_is_none_any_more_bounces(city: Reached) -> None:
    """It fails with the reason, and nothing is sent there again."""
    city.follow(2)
    city.provider.gone = "warga1@contoh.example"
    city.say(telling())
    with city.running():
        city.until(lambda: city.counts() == {("accepted", ""): 1, ("failed", "gone"): 1})
        city.until(lambda: _state(city, "s1") == "bounced")
    bounced = city.store.subscription(CITY, "s1")
    assert bounced is not None
    assert bounced.reason == "410 for …"  # what a provider answers is kept longer than an address may be


def test_a_spent_budget_holds_updates_and_no_first_word(city: Reached) -> None:
    """An update of WASPADA waits for the next day; the order goes out though the budget is spent."""
    city.follow(3)
    city.budget = 3
    city.say(telling(), telling("t2", exempt=False, node="gauge-2"), telling("t3", level=Level.AWAS))
    with city.running() as stage:
        city.until(lambda: city.counts().get(("accepted", "")) == 6)
        assert stage.facts()["near_budget"] == ["email"]
    assert {key.partition("/")[0] for key in city.provider.took} == {"t1", "t3"}
    assert city.counts()["waiting", ""] == 3


def test_who_asked_to_be_told_is_asked_whether_it_was_they(city: Reached) -> None:
    """A row of the outbox goes to the subscription's own address."""
    city.follow(1, state="pending")
    body = {"subscription": "s0", "text": {"id": "Ketuk untuk ikut.", "en": "Tap."}}
    city.store.put_outgoing(
        [Outgoing(key="subscribe/s0", city=CITY, channel="subscribe", event="", body=body, created_us=NOON_US)]
    )
    with city.running():
        city.until(lambda: "subscribe/s0" in city.provider.took)
        city.until(lambda: city.store.outbox_depth(CITY) == (0, 0))
    assert city.provider.took["subscribe/s0"].message.text == "Ketuk untuk ikut."


# ------------------------------------------------------------ fairness


def test_only_updates_of_waspada_and_of_outages_are_bound() -> None:
    """Whatever else is said goes out at once, also at night."""
    night_us = NOON_US + 11 * HOUR_US
    one = subscription(state="active", whole_city=True, topics=frozenset({"flood", "outage"}), from_level=Level.NORMAL)
    for changed, bound in (
        ({}, False),
        ({"exempt": False}, True),
        ({"exempt": False, "level": Level.SIAGA}, False),
        ({"exempt": False, "topic": "outage", "level": Level.NORMAL}, True),
    ):
        told = telling(at_us=night_us, **changed)
        resting_us = fairness.rests_us(told, night_us - MINUTE_US)
        (send,) = fairness.sends_of(told, [one], resting_us, ZONE, night_us, [""])
        assert (send.not_before_us > night_us) is bound, changed
        assert send.rank == bound


def test_a_retry_is_spread_and_never_sooner_than_asked() -> None:
    """Full jitter under five minutes."""
    rng = random.Random(3)
    waits = [(fairness.again_us(20, 0, rng)) / SECOND_US for _ in range(200)]
    assert min(waits) < 60
    assert 240 < max(waits) <= 300
    assert fairness.again_us(0, 0, rng, 90.0) == 90 * SECOND_US


def _state(city: Reached, name: str) -> str:
    found: Subscription | None = city.store.subscription(CITY, name)
    return found.state if found is not None else ""
