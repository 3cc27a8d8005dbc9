"""Weather warnings of another office, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

from support.city_data import NOON_US
from support.subscriptions import notice
from support.weather import identifier, warning

from contract.clock import HOUR_US
from contract.weather import WeatherFeed
from store.ports import CityStore

CITY = warning().city


def test_a_warning_is_kept_once_as_it_was_said(city_store: CityStore) -> None:
    """Every field, with what residents are told of it; the same again changes nothing, and tells nobody."""
    full = warning(1, references=("a", "b"), severity="Severe", ended_us=NOON_US, ended_by="b")
    assert city_store.put_weather(full, [], [notice(1, topic="bmkg")], NOON_US)
    assert not city_store.put_weather(replace(full, severity="Minor"), [], [notice(2, topic="bmkg")], NOON_US)
    assert list(city_store.weather(CITY, NOON_US)) == [full]
    assert [one.id for one in city_store.notices_since(CITY, 0)] == ["notice-1"]
    assert list(city_store.weather("sleman", NOON_US)) == []


def test_what_is_replaced_ends_once(city_store: CityStore) -> None:
    """Of this city and this identifier alone, and who ended it first stays."""
    for one in (warning(1), warning(1, city="sleman"), warning(2, sent_us=NOON_US + 1)):
        assert city_store.put_weather(one, [], [], NOON_US)
    assert city_store.put_weather(warning(3, sent_us=NOON_US + 2), [identifier(1), "unknown"], [], NOON_US + 5)
    assert city_store.put_weather(warning(4, sent_us=NOON_US + 3), [identifier(1)], [], NOON_US + 9)
    found = {one.id: (one.ended_us, one.ended_by) for one in city_store.weather(CITY, NOON_US)}
    assert list(found) == [identifier(4), identifier(3), identifier(2), identifier(1)]
    assert found[identifier(1)] == (NOON_US + 5, identifier(3))
    assert found[identifier(2)] == (None, "")
    assert [one.ended_us for one in city_store.weather("sleman", NOON_US)] == [None]


def test_what_is_over_is_left_out_and_forgotten(city_store: CityStore) -> None:
    """By the end of its time, not by when it was sent."""
    city_store.put_weather(warning(1), [], [], NOON_US)
    city_store.put_weather(warning(2, expires_us=NOON_US + 9 * HOUR_US), [], [], NOON_US)
    later = NOON_US + 2 * HOUR_US
    assert [one.id for one in city_store.weather(CITY, later)] == [identifier(2)]
    assert city_store.forget_weather(CITY, later + 1) == 1
    assert [one.id for one in city_store.weather(CITY, 0)] == [identifier(2)]


def test_how_the_feed_fares_is_what_was_noted_last(city_store: CityStore) -> None:
    """One row a city."""
    assert city_store.weather_feed(CITY) is None
    silent = WeatherFeed(city=CITY, heard_us=None, trouble="away", since_us=NOON_US)
    city_store.note_weather_feed(silent)
    assert city_store.weather_feed(CITY) == silent
    heard = WeatherFeed(city=CITY, heard_us=NOON_US, since_us=NOON_US, asked_us=NOON_US + 1)
    city_store.note_weather_feed(heard)
    assert city_store.weather_feed(CITY) == heard
    assert city_store.weather_feed("sleman") is None
