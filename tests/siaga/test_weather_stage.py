"""`siaga weather` as it is wired, and what the doctor says of BMKG's feed."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest
from support.city_data import NOON_US
from support.commands import new_city
from support.weather import alert, bmkg

from contract.clock import HOUR_US, MINUTE_US, ManualClock, SystemClock
from contract.errors import BadInput
from contract.weather import WeatherFeed, standing
from siaga import examine, heartbeat, wiring
from siaga.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    return new_city(tmp_path, monkeypatch).model_copy(update={"outward_allow": "127.0.0.0/8"})


def said(settings: Settings) -> str:
    try:
        return examine._weather(settings, ManualClock(NOON_US))
    except BadInput as wrong:
        return str(wrong)


def test_the_stage_runs_where_a_feed_is_named(settings: Settings) -> None:
    """It is one of those that `siaga up` starts; it keeps what BMKG warns of, and leaves the lease free at its end."""
    assert wiring.WEATHER not in wiring.stages_of(settings)
    clock, stop = SystemClock(), threading.Event()
    with bmkg() as office, closing(wiring.cities(settings)) as store:
        office.publish("CYO1", alert(sent_us=clock.now_us(), for_us=HOUR_US))
        named = settings.model_copy(update={"bmkg_url": office.url})
        assert wiring.WEATHER in wiring.stages_of(named)
        thread = threading.Thread(target=wiring.run_weather, args=(named, clock, stop))
        thread.start()
        try:
            for _ in range(500):
                beat = heartbeat.read(settings.run_folder, wiring.WEATHER)
                if beat is not None and beat.facts["holding"]:
                    break
                stop.wait(0.02)
        finally:
            stop.set()
            thread.join(10)
        (kept,) = standing(store.weather(settings.city, clock.now_us()), clock.now_us())
        assert len(kept.regions) == 14
        assert beat is not None
        assert (beat.facts["trouble"], beat.facts["holding"], beat.facts["leading"]) == ("", 1, True)
        assert store.lease(settings.city + "/weather", "another", clock.now_us(), 1) is not None


def test_without_a_feed_it_does_not_start(settings: Settings) -> None:
    """It says which setting, and what to write there."""
    with pytest.raises(BadInput, match=r"SIAGA_BMKG_URL: no feed is named\. https://www\.bmkg\.go\.id"):
        wiring.run_weather(settings, SystemClock(), threading.Event())


def test_the_doctor_says_when_the_feed_is_not_heard(settings: Settings) -> None:
    """Half an hour after it was, or where it never was; what is wrong with it stands beside it."""
    named = settings.model_copy(update={"bmkg_url": "https://www.bmkg.go.id/alerts/nowcast/id"})
    assert "was never asked. Start `siaga weather`" in said(named)
    with closing(wiring.cities(named)) as store:
        for heard_us, trouble, words in (
            (None, "HTTP 503", "was not heard ever: HTTP 503. Until then its warnings bear no gauge out."),
            (NOON_US - 31 * MINUTE_US, "", "was not heard for 31 min. Until then"),
            (NOON_US - 29 * MINUTE_US, "a web page", "BMKG's feed is heard, but a web page"),
        ):
            store.note_weather_feed(WeatherFeed(city=named.city, heard_us=heard_us, trouble=trouble))
            assert words in said(named)
    inside = settings.model_copy(update={"bmkg_url": "http://169.254.169.254/x"})
    assert "SIAGA_BMKG_URL: 169.254.169.254 is link-local" in said(inside)
