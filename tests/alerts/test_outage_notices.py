"""Public WiFi that goes dark, from the silent node to the resident who is told: once an event, and when it is over."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from support import watch
from support.duty_room import DutyRoom
from support.subscriptions import subscription
from support.watch import CITY, Watch, at

from alerts.channels.port import Receipt
from alerts.outage_notices import notices_of
from alerts.reach.http import Lines
from alerts.reach.port import Parcel
from alerts.reach.process import ReachProcess
from alerts.reach.reachfile import Opened
from alerts.reach.sources import sources
from alerts.tellings import Saying
from alerts.words import Words
from contract.clock import MINUTE_US, SECOND_US, ManualClock
from contract.gsm7 import MOST, septets
from contract.incident import Audience
from contract.levels import Level
from contract.notice import Notice
from contract.reach import ProviderInfo, thread_of
from contract.subscription import concerns, telling_of_notice
from store.ports import CityStore, Placement

POINTS = tuple(f"wifi-{n}" for n in range(1, 8))
NORTH = POINTS[:3]
KELURAHAN = "34.71.04.1001"


@dataclass
class Took:
    """A provider that takes everything."""

    took: list[Parcel] = field(default_factory=list)

    async def send(self, parcel: Parcel) -> Receipt:
        self.took.append(parcel)
        return Receipt("accepted", "HTTP 201")

    async def close(self) -> None:
        """Nothing is open."""


class Street:
    """The small city's points, minute by minute, and the loop that tells of them."""

    def __init__(self, folder: Path) -> None:
        self.room = DutyRoom(folder)

    def lives(self, begin: int, end: int, *, without: tuple[str, ...] = ()) -> list[Notice]:
        """Every point but some says each minute that its internet is open; the notices that come of it."""
        before = len(self.notices())
        for minute in range(begin, end):
            for node in POINTS:
                if node not in without:
                    self.room.watch.point(minute, node)
            self.room.turn(minute)
        return self.notices()[before:]

    def notices(self) -> list[Notice]:
        return list(self.room.cities.notices_since(CITY, 0))


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    made = Street(tmp_path)
    yield made
    made.room.close()


def test_a_point_that_falls_silent_is_told_once_and_when_it_is_back(street: Street) -> None:
    """With its kelurahan, where the nearest one works, and in a message of one part; kept with the case's own line."""
    street.lives(0, 5)
    (gone,) = street.lives(5, 30, without=("wifi-1",))
    assert (gone.topic, gone.node, gone.regions, gone.level) == ("outage", "wifi-1", (KELURAHAN,), Level.WASPADA)
    assert gone.text["id"].startswith("WiFi publik Alun-alun wifi-1 terputus sejak ")
    assert gone.text["id"].endswith("Belum dikonfirmasi petugas. Terdekat yang menyala: Alun-alun wifi-2, 0 m.")
    assert gone.text["en"].endswith("Nearest working: Alun-alun wifi-2, 0 m.")
    assert (gone.update, gone.link) == (False, "/wifi")
    (back,) = street.lives(30, 45)
    assert (back.event, back.update, back.level) == (gone.event, True, Level.NORMAL)
    assert "menyala kembali" in back.text["id"]
    assert "Terdekat" not in back.text["id"]
    assert all(septets(text) <= MOST for one in (gone, back) for text in one.brief.values())


def test_a_dead_uplink_is_one_notice_and_not_three(street: Street) -> None:
    """The points behind it are its children; what works is named from elsewhere; the end is one as well. Who ticked
    outages is told by kelurahan and by kecamatan, whatever level they chose; not who follows floods alone."""
    street.lives(0, 5)
    (gone,) = street.lives(5, 30, without=NORTH)
    assert (gone.node, gone.regions) == ("", (KELURAHAN,))
    assert "wifi-4" in gone.text["id"]
    telling = telling_of_notice(gone, street.room.profile)
    mine = subscription(
        city=CITY, state="active", topics=frozenset({"outage"}), regions=(KELURAHAN,), from_level=Level.AWAS
    )
    assert concerns(mine, telling)
    assert concerns(replace(mine, regions=("34.71.04",)), telling)
    assert not concerns(replace(mine, regions=("34.71.02",)), telling)
    assert not concerns(replace(mine, topics=frozenset({"flood"})), telling)
    assert not telling.exempt
    (back,) = street.lives(30, 45)
    assert back.text["id"].startswith("Aman kembali: semua 3 titik di Utara menyala lagi.")
    assert thread_of(telling_of_notice(gone, street.room.profile)) == thread_of(
        telling_of_notice(back, street.room.profile)
    )


def test_an_engine_that_is_killed_tells_it_once(street: Street) -> None:
    """In the very commit, and after it."""
    street.lives(0, 5)
    street.lives(5, 19, without=("wifi-1",))
    for minute in range(19, 25):
        for node in POINTS[1:]:
            street.room.watch.point(minute, node)
        street.room.turn(minute, dies=minute == 21)
    first = len(street.notices())
    street.room.kill()
    street.lives(25, 30, without=("wifi-1",))
    assert (first, len(street.notices())) == (1, 1)


def heard_of(audience: Audience | None = None) -> tuple[Watch, list[Saying]]:
    """A street whose first point falls silent, and what of it is said by minute 22; without a store."""
    city = watch.watch(dict.fromkeys(POINTS, audience) if audience else None)
    for minute in range(21):
        for node in POINTS[minute >= 5 :]:
            city.point(minute, node)
    notifier = city.notifier()
    notifier.tick(at(22))
    return city, notifier.sayings


def said_of(sayings: Sequence[Saying], places: Mapping[str, Placement], working: set[str]) -> list[str]:
    words = Words(watch.profile())
    made = notices_of(sayings, places, words, at(22), members=lambda _: (), working=lambda: working)
    return [one.text["id"] for one in made]


@pytest.mark.parametrize("audience", ["staff", "shadow"])
def test_what_people_are_not_told_of_is_no_notice(audience: Audience) -> None:
    """A point in its trial is nobody's news."""
    city, sayings = heard_of(audience)
    assert city.story() == ["19 opened wifi-1"]
    assert said_of(sayings, city.engine.places, set()) == []


def test_where_nothing_near_works_nothing_is_named() -> None:
    """Nor is one five kilometres away, a gauge, or the point itself."""
    city, sayings = heard_of()
    places = dict(city.engine.places)
    far = {node: replace(one, lat=one.lat + (0.0 if node == "wifi-1" else 0.1)) for node, one in places.items()}
    assert city.engine.working_points(at(22)) == {*POINTS[1:]}

    def names(working: set[str], where: Mapping[str, Placement]) -> bool:
        (said,) = said_of(sayings, where, working)
        return "Terdekat" in said

    assert names({"wifi-2"}, places)
    assert not names(set(), places)
    assert not names({"wifi-2"}, far)
    assert not names({"wifi-1", "code-hulu"}, places)


def test_a_notice_goes_wherever_a_point_of_the_event_is() -> None:
    """Also to the kelurahan of points that were told of before. Composed again it is the same notice."""
    city, sayings = heard_of()

    def made(now_us: int, *members: str) -> Notice:
        words, places = Words(watch.profile()), city.engine.places
        (one,) = notices_of(sayings, places, words, now_us, members=lambda _: members, working=tuple)
        return one

    alone, more = made(at(22), "wifi-1"), made(at(23), "wifi-1", "code-hulu")
    assert (alone.node, alone.regions) == ("wifi-1", (KELURAHAN,))
    assert (more.node, more.regions) == ("", ("34.71.02.1002", KELURAHAN))
    assert alone.id == more.id
    assert len({thread_of(telling_of_notice(one, watch.profile())) for one in (alone, more)}) == 1


def test_a_gauge_that_falls_silent_is_a_bulletin_and_no_notice(street: Street) -> None:
    """What is told of the water is told once."""
    for minute in (0, 5, 10):
        street.room.reads(minute, "code-hilir", 170)
    street.room.passes(60)
    assert street.notices() == []
    assert street.room.bulletins() != []


def test_from_the_silent_node_to_the_resident(street: Street) -> None:
    """The stage for residents takes it up by itself: one mail that it is gone, and half an hour after it
    one that it is back, which says of when that is."""
    cities: CityStore = street.room.cities
    follower = subscription(
        id="wiji", city=CITY, state="active", topics=frozenset({"outage"}), regions=(KELURAHAN,), quiet_from_min=None
    )
    cities.put_subscription(follower, "digest", None)
    provider, clock = Took(), ManualClock(at(0))
    stage = ReachProcess(
        city=CITY, name="Contoh", zone=ZoneInfo("Asia/Jakarta"), cities=cities,
        sources=sources(cities, street.room.profile),
        open_providers=lambda _lines: {"email": Opened(ProviderInfo(kind="email", rate_per_s=1_000.0), provider)},
        make_lines=Lines, clock=clock, rng=random.Random(1), holder="satu", lease_ttl_s=3_600.0,
        base_url="https://siaga.example",
    )  # fmt: skip
    stop = threading.Event()
    thread = threading.Thread(target=stage.run, args=(stop,))
    street.lives(0, 5)
    street.lives(5, 30, without=NORTH)
    clock.advance(30 * 60)
    thread.start()
    try:
        _until(lambda: len(provider.took) == 1)
        (over,) = street.lives(30, 45)
        rests_us = street.notices()[0].at_us + 30 * MINUTE_US
        clock.advance((max(rests_us, over.at_us) - clock.now_us()) / SECOND_US + 1)
        _until(lambda: len(provider.took) == 2)
    finally:
        stop.set()
        thread.join(10)
    gone, back = (one.message for one in provider.took)
    assert gone.title == "WiFi publik · Contoh"
    assert gone.text == street.notices()[0].text["id"]
    assert back.text == "[Terlambat: kabar pukul 15-06 22.46] " + street.notices()[1].text["id"]


def _until(true: object) -> None:
    for _ in range(600):
        if true():  # type: ignore[operator]
            return
        threading.Event().wait(0.02)
    raise AssertionError("it did not come")
