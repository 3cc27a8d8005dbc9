"""What becomes of BMKG's alerts: kept, ended, and who is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from support.city_data import NOON_US
from support.weather import ELSEWHERE, RAIN, alert, identifier, warning

from alerts.figures import clock_words
from alerts.weather.cap import read_alert
from alerts.weather.judging import Judged, concerns, judge
from alerts.weather.words import brief_of
from cities.cells import cells_of
from cities.load import available, load
from contract.clock import HOUR_US, MINUTE_US
from contract.errors import BadInput
from contract.gsm7 import MOST, septets
from contract.levels import Level
from contract.weather import CREDIT, WeatherWarning

PROFILE = load("yogyakarta")
CELLS = cells_of(PROFILE, {})
HALF = "-8.0,110.39 -8.0,110.6 -7.6,110.6 -7.6,110.39 -8.0,110.39"
"""the east of the city"""
NOW_US = NOON_US + 6 * MINUTE_US


class Story:
    """Alerts one after the other; what holds, and who was told what."""

    def __init__(self) -> None:
        self.known: list[WeatherWarning] = []
        self.last: Judged | None = None

    def hears(self, document: str, now_us: int = NOW_US) -> list[str]:
        """`what level kecamatan` of each notice."""
        read = read_alert(document.encode())
        if not concerns(read, CELLS, self.known):
            return []
        self.last = made = judge(read, None, PROFILE, CELLS, self.known, now_us)
        ended = {"ended_us": now_us, "ended_by": made.warning.id}
        self.known = [replace(one, **ended) if one.id in made.ended else one for one in self.known] + [made.warning]
        return [f"{'again' if one.update else 'first'} {one.level.name} {len(one.regions)}" for one in made.notices]

    def holds(self, now_us: int = NOW_US) -> list[str]:
        return [one.id[-3:] for one in self.known if one.holds(now_us)]


ALL = len({one.code for one in PROFILE.regions if one.level == "kecamatan"})


def east() -> int:
    story = Story()
    story.hears(alert(polygons=(HALF,)))
    return len(story.known[0].regions)


def test_the_first_word_says_everything_with_its_credit() -> None:
    """Event, area, from when and until when, in both languages, and whose word it is; it wakes people."""
    story = Story()
    assert story.hears(alert()) == [f"first WASPADA {ALL}"]
    assert story.last is not None
    (told,) = story.last.notices
    assert told.text["id"] == (
        f"Peringatan dini cuaca BMKG: {RAIN['id']}. Wilayah: seluruh {PROFILE.name}. "
        f"Berlaku {_clock(5)} sampai {_clock(120)}. Sumber: {CREDIT}."
    )
    assert told.text["en"].startswith("BMKG weather warning: ")
    assert CREDIT in told.text["en"]
    assert (told.topic, told.credit, told.link, told.expires_us) == ("bmkg", CREDIT, "/cuaca", _sent() + 2 * HOUR_US)


def _sent() -> int:
    return NOON_US // 1_000_000 * 1_000_000


def _clock(minutes: int) -> str:
    return clock_words(_sent() + minutes * MINUTE_US, NOW_US, "id", ZoneInfo(PROFILE.zone), PROFILE.zone_word)


def test_an_update_takes_the_place_of_what_it_names() -> None:
    """Whom it concerned hears of an update; whom it concerns anew, a first word; whom no more, that it is over."""
    story = Story()
    story.hears(alert(1, polygons=(HALF,)))
    assert story.hears(alert(2, kind="Update", references=[1])) == [
        f"first WASPADA {ALL - east()}",
        f"again WASPADA {east()}",
    ]
    assert story.holds() == ["002"]
    assert story.hears(alert(3, kind="Update", references=[2], polygons=(HALF,))) == [
        f"again WASPADA {east()}",
        f"again NORMAL {ALL - east()}",
    ]
    assert story.last is not None
    assert [one.event for one in story.last.notices] == [identifier(1), f"{identifier(1)}/over"]
    assert "tidak berlaku lagi" in story.last.notices[1].text["id"]


def test_a_graver_word_is_a_first_one() -> None:
    """Severe after Moderate wakes people, and the same again does not."""
    story = Story()
    story.hears(alert(1))
    assert story.hears(alert(2, severity="Severe", kind="Update", references=[1])) == [f"first SIAGA {ALL}"]
    assert story.hears(alert(3, severity="Moderate")) == [f"again WASPADA {ALL}"]


def test_a_cancel_takes_it_back() -> None:
    """Everybody who was told hears so; it holds no more, also without a word of its own."""
    story = Story()
    story.hears(alert(1))
    assert story.hears(alert(2, kind="Cancel", references=[1], info=False)) == [f"again NORMAL {ALL}"]
    assert story.holds() == []


def test_what_another_warning_covers_is_not_called_over() -> None:
    """Nobody is told that they are out of it who are not."""
    story = Story()
    story.hears(alert(1))
    story.hears(alert(2, polygons=(HALF,)))
    assert story.hears(alert(3, kind="Cancel", references=[1], info=False)) == [f"again NORMAL {ALL - east()}"]
    assert story.holds() == ["002"]


def test_what_was_taken_back_before_it_came_is_not_taken_up() -> None:
    """The feed is read out of order: the Update is known, and then comes what it replaced."""
    story = Story()
    story.hears(alert(2, kind="Update", references=[1]))
    assert story.hears(alert(1)) == []
    assert story.holds() == ["002"]


@pytest.mark.parametrize(
    "how",
    [{"status": "Exercise"}, {"status": "Test"}, {"polygons": (ELSEWHERE,)}, {"kind": "Ack"}, {"for_us": 0}],
    ids=["an exercise", "a test", "elsewhere", "an acknowledgement", "over already"],
)
def test_what_is_no_warning_here_and_now_tells_nobody(how: dict[str, Any]) -> None:
    story = Story()
    assert story.hears(alert(**how)) == []
    assert story.holds() == []


def test_the_same_twice_is_told_once() -> None:
    story = Story()
    assert [len(story.hears(alert())), len(story.hears(alert()))] == [1, 0]


def test_it_ends_by_itself() -> None:
    """When its time is over; what names no time after three hours, and what names a year after a day."""
    story = Story()
    story.hears(alert(1))
    assert (story.holds(_sent() + 2 * HOUR_US - 1), story.holds(_sent() + 2 * HOUR_US)) == (["001"], [])
    story = Story()
    bare = alert(2)
    story.hears(bare[: bare.index("<expires>")] + bare[bare.index("</expires>") + len("</expires>") :])
    story.hears(alert(3, for_us=9_000 * HOUR_US))
    assert [one.expires_us - _sent() for one in story.known] == [3 * HOUR_US, 24 * HOUR_US]


def test_a_message_from_the_future_is_refused() -> None:
    """One of the two clocks is wrong, and nobody knows which."""
    with pytest.raises(BadInput, match=r"sent 34 min from now\. Look at this machine's clock"):
        Story().hears(alert(sent_us=NOON_US + 40 * MINUTE_US))


def test_only_rain_that_is_there_bears_a_gauge_out() -> None:
    """Begun, seen or likely, and no light one; wind is no rain."""
    one = warning()
    assert one.bears_rain(NOW_US)
    for changed in (
        {"onset_us": NOW_US + 1}, {"certainty": "Possible"}, {"severity": "Minor"}, {"ended_us": NOW_US},
        {"expires_us": NOW_US}, {"event": {"id": "Angin Kencang"}, "headline": {"id": "Angin kencang"}},
    ):  # fmt: skip
        assert not replace(one, **changed).bears_rain(NOW_US), changed  # type: ignore[arg-type]
    assert replace(one, event={"id": "Thunderstorm"}, headline={"id": "Hujan lebat"}).bears_rain(NOW_US)


@pytest.mark.parametrize("city", available())
@pytest.mark.parametrize("what", ["first", "again", "over"])
@pytest.mark.parametrize("event", [RAIN["id"], "Hujan Sangat Lebat disertai Kilat/Petir dan Angin Kencang serta " * 4])
def test_the_short_text_is_one_message(city: str, what: Any, event: str) -> None:
    """In both languages, for each number of the city's kecamatan, however long BMKG's words are."""
    profile = load(city)
    codes: Sequence[str] = [one.code for one in profile.regions if one.level == "kecamatan"]
    said = warning(event={"id": event, "en": event})
    for count in range(1, len(codes) + 1):
        for text in brief_of(what, said, codes[:count], profile, NOW_US).values():
            assert septets(text) <= MOST, text
            assert text.startswith("BMKG")


def test_a_level_of_water_is_never_said_of_weather() -> None:
    """AWAS is said of water alone."""
    assert {warning(severity=one).level for one in ("Extreme", "Severe", "Moderate", "Minor", "Unknown")} == {
        Level.SIAGA,
        Level.WASPADA,
    }
