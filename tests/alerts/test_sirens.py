"""From an order to a siren that sounds once, in time, and falls silent when the order is taken back."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support.bulletins import bulletin
from support.city_data import NOON_US
from support.duty_room import HILIR, DutyRoom, profile

from alerts.outbox import Outbox
from alerts.sirens.carrier import NOT_NEEDED, STILL_NEEDED, SirenCarrier
from alerts.sirens.pretended import PretendedSiren
from contract.bulletin import Bulletin
from contract.clock import ManualClock
from contract.errors import Rejected, Unavailable
from contract.siren import SirenInfo, silencing, sounding
from store import open_city
from store.people import Deed
from store.ports import CityStore, EngineCommit

INFO = SirenInfo("masjid", "Masjid", ("gauge-1",), 60.0)


@dataclass
class _Moody(PretendedSiren):
    """One whose line may be down."""

    away: bool = False
    tried: list[str] = field(default_factory=list)

    def sound(self, for_s: float, key: str, *, drill: bool = False) -> str:
        self.tried.append(key)
        if self.away:
            raise Unavailable("no line")
        return super().sound(for_s, key, drill=drill)


class Mosque:
    """A siren behind the outbox of a real store."""

    def __init__(self, cities: CityStore) -> None:
        self.cities, self.siren = cities, _Moody()
        self.clock = ManualClock(NOON_US + 60_000_000)
        self.city = bulletin().city
        carrier = SirenCarrier(self.city, self.siren, cities)
        self.outbox = Outbox(self.city, cities, {INFO.channel: carrier}, self.clock, random.Random(1))

    def told(self, *said: Bulletin) -> None:
        lease = self.cities.lease(self.city, "uji", NOON_US, 60)
        assert lease is not None
        self.cities.commit(lease, EngineCommit(bulletins=said))

    def sound(self, said: Bulletin) -> int:
        asks = sounding([INFO], said, self.clock.now_us())
        return self.cities.ask_sirens(self.city, asks, Deed("siti", "siren.sounded", said.id, self.clock.now_us()))

    def outcome(self, said: Bulletin) -> list[tuple[Any, ...]]:
        return [(one.do, one.state, one.said) for one in self.cities.sirens_asked(self.city, said.id)]


@pytest.fixture
def mosque(tmp_path: Path) -> Iterator[Mosque]:
    cities = open_city(f"sqlite:///{tmp_path}/city.db")
    yield Mosque(cities)
    cities.close()


def test_an_order_sounds_once_and_its_outcome_is_kept(mosque: Mosque) -> None:
    """However often somebody presses while it sounds; each new row has its deed."""
    order = bulletin(kind="order")
    mosque.told(order)
    assert [mosque.sound(order), mosque.sound(order)] == [1, 0]
    mosque.outbox.turn()
    assert mosque.siren.told == [("sound", f"siren/masjid/{order.id}/sound/0")]
    assert mosque.siren.rings_s == 60.0
    assert mosque.outcome(order) == [("sound", "delivered", "accepted")]
    assert [row.what for row in mosque.cities.audit(mosque.city)] == ["siren.sounded"]
    mosque.clock.advance(60)
    assert mosque.sound(order) == 1


def test_a_siren_that_was_away_is_not_sounded_late(mosque: Mosque) -> None:
    """It is tried for five minutes; then it is kept that it did not sound."""
    order = bulletin(kind="order")
    mosque.told(order)
    mosque.siren.away = True
    mosque.sound(order)
    mosque.outbox.turn()
    assert mosque.outcome(order)[0][1] == "waiting"
    mosque.siren.away = False
    mosque.clock.advance(301)
    mosque.outbox.turn()
    assert len(mosque.siren.tried) == 1
    assert mosque.outcome(order) == [("sound", "abandoned", "expired before it could be said")]


@pytest.mark.parametrize("kind", ["correction", "all_clear"])
def test_an_order_that_was_taken_back_sounds_no_more(mosque: Mosque, kind: Any) -> None:
    """It is looked at again at the last moment; and the siren is silenced."""
    order, end = bulletin(1, kind="order"), bulletin(2, kind=kind)
    mosque.told(order)
    mosque.sound(order)
    mosque.told(end)
    stop = silencing([INFO], end, mosque.clock.now_us())
    mosque.cities.ask_sirens(mosque.city, stop, Deed("siti", "siren.stopped", end.id, mosque.clock.now_us()))
    mosque.outbox.turn()
    assert mosque.outcome(order) == [("sound", "delivered", NOT_NEEDED)]
    assert [do for do, _ in mosque.siren.told] == ["stop"]


def test_an_order_that_waited_does_not_begin_after_it_was_stopped(mosque: Mosque) -> None:
    """Somebody pressed "Hentikan sirene" while the line was down; pressed anew, it sounds."""
    order = bulletin(kind="order")
    mosque.told(order)
    mosque.siren.away = True
    mosque.sound(order)
    mosque.outbox.turn()
    mosque.clock.advance(10)
    stop = silencing([INFO], order, mosque.clock.now_us(), word="stop/1")
    mosque.cities.ask_sirens(mosque.city, stop, Deed("siti", "siren.stopped", order.id, mosque.clock.now_us()))
    mosque.siren.away = False
    mosque.outbox.turn()
    mosque.outbox.turn()
    assert mosque.outcome(order) == [("stop", "delivered", "accepted"), ("sound", "delivered", NOT_NEEDED)]
    mosque.clock.advance(60)
    mosque.sound(order)
    mosque.outbox.turn()
    assert [do for do, _ in mosque.siren.told] == ["stop", "sound"]


@pytest.mark.parametrize("other", ["order", "drill", "over", "stopped", "long ago"])
def test_a_siren_of_two_gauges_is_not_silenced_while_it_sounds_for_the_other(mosque: Mosque, other: str) -> None:
    """The first gauge's water is down; at the second people are still told to go. What is over there too, a drill, or a
    siren that somebody has silenced since, keeps nothing sounding."""
    first, end = bulletin(1, kind="order"), bulletin(3, kind="all_clear")
    second = bulletin(2, of="incident-2", node="gauge-2", kind="order", drill=other == "drill")
    mosque.told(first, second)
    both = SirenInfo("masjid", "Masjid", ("gauge-1", "gauge-2"), 60.0)
    now_us = mosque.clock.now_us
    deed = Deed("siti", "siren.sounded", second.id, now_us())
    mosque.cities.ask_sirens(mosque.city, sounding([both], second, now_us()), deed)
    mosque.outbox.turn()
    mosque.clock.advance(601 if other == "long ago" else 5)
    if other == "over":
        mosque.told(bulletin(4, of="incident-2", node="gauge-2", kind="all_clear"))
    if other == "stopped":
        mosque.cities.ask_sirens(mosque.city, silencing([both], second, now_us(), word="stop/1"), deed)
        mosque.outbox.turn()
    mosque.siren.told.clear()
    mosque.told(end)
    mosque.cities.ask_sirens(mosque.city, silencing([both], end, now_us()), deed)
    mosque.outbox.turn()
    assert [do for do, _ in mosque.siren.told] == ([] if other == "order" else ["stop"])
    assert mosque.outcome(end) == [("stop", "delivered", STILL_NEEDED if other == "order" else "accepted")]


def test_a_drill_sounds_as_a_drill(mosque: Mosque) -> None:
    """Nobody who hears it takes it for an order, where the siren can tell them apart."""
    drill = bulletin(kind="order", drill=True)
    mosque.told(drill)
    mosque.sound(drill)
    mosque.outbox.turn()
    assert [do for do, _ in mosque.siren.told] == ["drill"]


def test_a_row_that_says_nothing_is_refused(mosque: Mosque) -> None:
    """Rather than sounding for whatever it may have meant."""
    (ask,) = sounding([INFO], bulletin(kind="order"), NOON_US)
    mosque.told(bulletin(kind="order"))
    mosque.cities.ask_sirens(mosque.city, [ask], Deed("siti", "siren.sounded", "x", NOON_US))
    (row,) = mosque.cities.due(mosque.city, mosque.clock.now_us())
    carrier = SirenCarrier(mosque.city, mosque.siren, mosque.cities)
    for body in ({}, {"do": "howl"}, {**asdict(ask)["body"], "for_s": "long"}):
        with pytest.raises(Rejected):
            carrier.carry(type(row)(**{**asdict(row), "body": body}), NOON_US)
    assert mosque.siren.told == []


@pytest.mark.parametrize(("sirens", "sounded"), [("automatic", ["sound"]), ("manual", [])])
def test_a_city_chooses_whether_an_order_sounds_by_itself(tmp_path: Path, sirens: str, sounded: list[str]) -> None:
    """In the transaction of the order itself; what ends it silences either way."""
    here = (SirenInfo("masjid", "Masjid", (HILIR,), 60.0),)
    room = DutyRoom(tmp_path, profile(sirens=sirens), sirens=here)
    for minute in (0, 5, 10, 15, 20, 25):
        room.reads(minute, HILIR, 170)
    order = next(one for one in room.bulletins() if one.kind == "order")
    city = room.profile.code
    assert [one.do for one in room.cities.sirens_asked(city, order.id)] == sounded
    room.says(26, "wrong", reason="Sensor tertutup sampah")
    assert room.last().kind == "correction"
    assert [one.do for one in room.cities.sirens_asked(city, room.last().id)] == ["stop"]
    room.close()
