"""`{expected}`: when the water that passes now comes to the gauges below, in words; and when nothing is said of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.watch import Watch, placements, profile, watch

from alerts.engine import Transition
from alerts.expected import Forecasts
from alerts.words import Words
from contract.clock import HOUR_US, MINUTE_US
from contract.incident import What
from contract.travel import Reach, Travel

GAUGE, BELOW = "code-hulu", "code-hilir"
CITY = replace(profile(), reaches=(Reach(GAUGE, BELOW, 2 * 3_600.0, 3.5 * 3_600.0),))


def opened() -> tuple[Watch, Transition]:
    """A flood that rises, opened at minute 10 (22.16 WIB)."""
    city = watch()
    for minute, cm in ((0, 75), (5, 80), (10, 90)):
        city.level(minute, GAUGE, cm)
    return city, city.told[-1]


def said(transition: Transition, language: str = "id", forecasts: Forecasts | None = None) -> str:
    place = placements()[transition.incident.node]
    return (forecasts or Forecasts(CITY)).words(transition, place, Words(CITY).time, language)


def test_what_passes_now_is_expected_below() -> None:
    """In both languages, with the day where it is another than that of the telling."""
    _, one = opened()
    assert one.change.what is What.OPENED
    assert said(one) == " Diperkirakan di code-hilir antara 16 Jun 00.16 dan 01.46 WIB."
    assert said(one, "en") == " Expected at code-hilir between 16 Jun 00.16 and 01.46 WIB."


def test_what_history_taught_is_what_is_said() -> None:
    """Instead of the city's own word, and two gauges below in the order in which the water comes to them."""
    _, one = opened()
    forecasts = Forecasts(CITY)
    forecasts.learn(
        [Travel(GAUGE, "winongo", 36_000.0, 40_000.0, 43_200.0, True), Travel(GAUGE, BELOW, 0.0, 60.0, 3_600.0, True)]
    )
    assert said(one, forecasts=forecasts) == (
        " Diperkirakan di code-hilir antara 22.16 dan 23.16 WIB; di winongo antara 16 Jun 08.16 dan 10.16 WIB."
    )


@pytest.mark.parametrize("late_min", [11, 600])
def test_old_news_forecasts_nothing(late_min: int) -> None:
    """What is judged more than two periods after it was measured, as after a time away from the broker."""
    _, one = opened()
    told = replace(one, change=replace(one.change, said_us=one.change.at_us + late_min * MINUTE_US))
    assert said(one)
    assert said(told) == ""


def test_water_that_falls_is_silent_or_rests_on_peoples_word_forecasts_nothing() -> None:
    """Nor does the end of a flood, nor a gauge that no reach begins at."""
    city, one = opened()
    assert said(replace(one, trend=-1)) == ""
    assert said(replace(one, incident=replace(one.incident, no_data=True))) == ""
    assert said(replace(one, change=replace(one.change, source="on_site"))) == ""
    assert said(replace(one, incident=replace(one.incident, node=BELOW))) == ""
    for minute in range(15, 60, 5):
        city.level(minute, GAUGE, 40)
    assert city.told[-1].change.what is What.RESOLVED
    assert said(replace(city.told[-1], trend=0)) == ""


def test_a_window_that_is_over_is_not_told() -> None:
    """A gauge read hourly may be told two hours late; water that came in one is there."""
    _, one = opened()
    slow = replace(placements()[GAUGE], sensors={"gauge": ("flood", 3_600.0)})
    told = replace(one, change=replace(one.change, said_us=one.change.at_us + 2 * HOUR_US - 1))
    near = Forecasts(replace(CITY, reaches=(Reach(GAUGE, BELOW, 600.0, 3_600.0),)))
    assert near.words(told, slow, Words(CITY).time, "id") == ""
    assert Forecasts(CITY).words(told, slow, Words(CITY).time, "id") != ""
