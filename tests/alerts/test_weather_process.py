"""The stage that asks BMKG, against a server that answers as BMKG does, also on its bad days."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.away import Away
from support.city_data import NOON_US
from support.weather import FEED, RAIN, Bmkg, alert, bmkg

from alerts.weather.feed import PER_MIN, Feed
from alerts.weather.process import EVERY_S, LONGEST_WAIT_S, WeatherProcess
from cities.cells import cells_of
from cities.load import load
from complaints.outward import Outward
from contract.addresses import networks
from contract.clock import MINUTE_US, ManualClock
from contract.errors import BadInput
from contract.weather import STALE_US, standing
from store import open_city
from store.ports import CityStore

PROFILE = load("yogyakarta")
CELLS = cells_of(PROFILE, {})
ALLOWED = networks("127.0.0.0/8", where="test")
CITY = PROFILE.code


class Room:
    """The stage, its store and its clock beside BMKG."""

    def __init__(self, folder: Path, office: Bmkg) -> None:
        self.office = office
        self.clock = ManualClock(NOON_US + 6 * MINUTE_US)
        self.store: CityStore = open_city(f"sqlite:///{folder}/city.db", migrate=False)
        self.stage = self.started()

    def started(self, holder: str = "satu") -> WeatherProcess:
        feed = Feed(self.office.url, Outward(ALLOWED), self.clock)
        return WeatherProcess(
            profile=PROFILE, cities=self.store, feed=feed, cells=lambda: CELLS, clock=self.clock,
            rng=random.Random(1), holder=holder,
        )  # fmt: skip

    def turn(self, after_s: float = 0.0) -> float:
        self.clock.advance(after_s)
        return self.stage.turn()

    def holds(self) -> list[str]:
        now_us = self.clock.now_us()
        return [one.id[-3:] for one in standing(self.store.weather(CITY, now_us), now_us)]

    def told(self) -> list[str]:
        return [one.text["en"] for one in self.store.notices_since(CITY, 0)]

    def trouble(self) -> str:
        feed = self.store.weather_feed(CITY)
        assert feed is not None
        return feed.trouble


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with nothing in it."""
    path = tmp_path_factory.mktemp("weather") / "city.db"
    open_city(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def room(tmp_path: Path, empty: Path) -> Iterator[Room]:
    shutil.copy(empty, tmp_path / "city.db")
    with bmkg() as office:
        made = Room(tmp_path, office)
        with closing(made.store):
            yield made


def test_a_warning_is_kept_and_told_once(room: Room) -> None:
    """In both languages, from two places of the feed; the next turn asks the feed alone, and whether it changed."""
    english = alert(language="en", event=RAIN["en"])
    room.office.publish("CYO1", alert(), english)
    room.office.publish("CAC1", alert(2, polygons=("4,95 4,96 5,96 5,95 4,95",)))
    assert room.turn() == EVERY_S
    assert room.office.asked == [
        FEED, f"{FEED}/CYO1_alert.xml", f"{FEED}/CAC1_alert.xml", "/alerts/nowcast/en/CYO1_alert.xml",
    ]  # fmt: skip
    assert room.holds() == ["001"]
    (told,) = room.told()
    assert "Heavy Rain and Lightning" in told
    assert (room.turn(60), room.office.asked[4:], room.office.unchanged) == (EVERY_S, [FEED], 1)
    assert len(room.told()) == 1
    assert room.stage.facts() == {"loops": 0, "leading": True, "heard_s_ago": 0, "trouble": "", "holding": 1}


def test_killed_and_started_again_it_tells_nothing_twice(room: Room) -> None:
    """Another process reads the same feed from its beginning."""
    room.office.publish("CYO1", alert())
    room.turn()
    room.stage = room.started("dua")
    assert room.turn(60) == EVERY_S
    assert len(room.office.asked) == 3, "the first one's lease holds"
    room.turn(60)
    assert (room.holds(), len(room.told()), room.office.asked[3:5]) == (["001"], 1, [FEED, f"{FEED}/CYO1_alert.xml"])


def test_an_update_and_a_cancel_in_one_turn(room: Room) -> None:
    """Judged in the order in which they were sent, whatever the order of the feed."""
    later = NOON_US + MINUTE_US
    room.office.publish("B", alert(2, sent_us=later, kind="Update", references=[1]))
    room.office.publish("A", alert(1))
    room.turn()
    assert room.holds() == ["002"]
    assert [text.split(":")[0] for text in room.told()] == ["BMKG weather warning", "BMKG weather warning, updated"]
    room.office.publish("C", alert(3, sent_us=later + MINUTE_US, kind="Cancel", references=[2], info=False))
    room.turn(60)
    assert (room.holds(), room.told()[2][:38]) == ([], "The BMKG weather warning no longer hol")


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({"feed": b"<html><body>Just a moment...</body></html>"}, "a web page came instead of XML"),
        ({"feed": b"<rss>" + b"x" * 10 * 2**20}, "the answer is longer than 2 MB"),
        ({"feed": b"<!DOCTYPE a [<!ENTITY b 'c'>]><rss/>"}, "a document type or an entity"),
        ({"status": 503, "headers": {"Retry-After": "300"}}, "127.0.0.1 answered with 503"),
        ({"status": 302, "headers": {"Location": "http://169.254.169.254/"}}, "answered with 302"),
    ],
    ids=["a web page", "ten megabytes", "a bomb", "busy", "led elsewhere"],
)
def test_a_bad_day_of_the_feed_is_said_and_waited_out(room: Room, bad: dict[str, Any], why: str) -> None:
    """What holds goes on to hold, the waits grow, and the first good answer heals it."""
    room.office.publish("CYO1", alert())
    room.turn()
    heard_us = room.clock.now_us()
    for name, value in bad.items():
        setattr(room.office, name, value)
    waits = [room.turn(60) for _ in range(3)]
    assert why in room.trouble()
    assert room.holds() == ["001"]
    feed = room.store.weather_feed(CITY)
    assert feed is not None
    assert (feed.heard_us, feed.since_us) == (heard_us, heard_us + MINUTE_US)
    assert feed.stale(heard_us + STALE_US + 1)
    assert waits == sorted(waits)
    assert waits[2] >= (300 if bad.get("status") == 503 else 2 * EVERY_S)
    room.office.feed, room.office.status = None, 200
    assert room.turn(900) == EVERY_S
    assert room.trouble() == ""


def test_an_alert_that_cannot_be_read_is_asked_for_again(room: Room) -> None:
    """The others are kept meanwhile, and what is wrong is said with its link."""
    room.office.publish("CYO1", "<html>wait</html>")
    room.office.publish("CYO2", alert(2))
    room.turn()
    assert room.holds() == ["002"]
    assert room.trouble().endswith(
        "a web page came instead of XML. Often that is a wall that asks who we are; it passes."
    )
    assert f"{FEED}/CYO1_alert.xml" in room.trouble()
    room.office.alerts["CYO1"] = alert(1)
    room.turn(60)
    assert (sorted(room.holds()), room.trouble()) == (["001", "002"], "")


def test_a_link_that_leads_away_is_not_followed(room: Room) -> None:
    """Whoever could write into the feed must not send us anywhere."""
    room.office.publish("CYO1", alert())
    room.office.links["CYO1"] = "http://127.0.0.1:1/alert.xml"
    room.turn()
    assert "leads away from" in room.trouble()
    assert room.office.asked == [FEED]


def test_it_asks_no_more_often_than_it_may(room: Room) -> None:
    """Two hundred alerts at once: fifty requests in a minute, the rest in the minutes after."""
    for number in range(120):
        room.office.publish(f"X{number}", alert(number, polygons=("4,95 4,96 5,96 5,95 4,95",)))
    room.turn()
    assert PER_MIN - 2 <= len(room.office.asked) <= PER_MIN < 60
    seen = len(room.office.asked)
    room.turn(5)
    assert len(room.office.asked) == seen + 1, "the feed itself, and no alert"
    for _ in range(2):
        room.turn(60)
    assert {one.rpartition("/")[2] for one in room.office.asked} >= {f"X{number}_alert.xml" for number in range(120)}


def test_english_that_is_away_holds_nothing_up(room: Room) -> None:
    """What BMKG said in Indonesian stands in both; that of another alert is not taken for it."""
    room.office.publish("CYO1", alert(1))
    room.office.publish("CYO2", alert(2), alert(9, language="en", event="Something else"))
    room.turn()
    assert sorted(room.holds()) == ["001", "002"]
    assert all(RAIN["id"] in text for text in room.told())


def test_an_address_that_may_not_be_asked_is_refused(room: Room) -> None:
    """With the setting's name."""
    with pytest.raises(BadInput, match="SIAGA_BMKG_URL"):
        Feed("http://169.254.169.254/latest", Outward(), room.clock)


def test_a_store_that_is_away_is_waited_for(room: Room) -> None:
    """Nothing is lost: nothing was marked as read."""
    room.office.publish("CYO1", alert())
    feed = Feed(room.office.url, Outward(ALLOWED), room.clock)
    lost = WeatherProcess(
        profile=PROFILE, cities=Away(), feed=feed, cells=lambda: CELLS, clock=room.clock,  # type: ignore[arg-type]
        rng=random.Random(1), holder="satu",
    )  # fmt: skip
    assert EVERY_S / 2 < lost.turn() <= lost.turn() <= LONGEST_WAIT_S
    assert room.office.asked == []
    room.turn()
    assert room.holds() == ["001"]
