"""What bears a gauge out besides another gauge and people: rain that is measured there, and BMKG's warning of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.alerting import Judged, Stores
from support.duty_room import DutyRoom, profile
from support.orders import HILIR, HULU, LAIN, TERMS, Tale
from support.watch import CITY, Watch, at, placements, rule, rules
from support.watch import profile as small_city
from support.weather import warning

from alerts.bulletins import OFFICER, Composer
from alerts.engine import Engine
from alerts.orders import Verdict, Witness
from alerts.rules import Mark, Rule
from alerts.words import Words
from contract.bulletin import bulletin_from, canonical, values_of
from contract.clock import HOUR_US
from contract.weather import STALE_US, WeatherFeed, WeatherWarning

JETIS, DANUREJAN = "34.71.02", "34.71.04"
NEVER = replace(TERMS, order_after_s=None)


def raining() -> Rule:
    """Ten millimetres at two readings, one after the other."""
    texts = {name: text for name, text in rule("flood").texts.items() if name != "level"}
    return replace(
        rule("flood"), id="rain", subject="notice", condition=Mark("rain_mm", 10, 5), for_s=0.0, clear_for_s=600.0,
        group_by="node", texts=texts,
    )  # fmt: skip


def wet(terms: Any = NEVER) -> Tale:
    """The small city, whose gauges measure rain as well. HULU stands in another kecamatan, LAIN at another river."""
    tale = Tale(terms)
    scales = {one.gauge: one for one in small_city().scales}
    places = placements()
    places[HULU] = replace(places[HULU], region="34.71.04.1001")
    tale.orders.place(places, scales)
    tale.city = Watch(Engine(CITY, (*rules(), raining()), places, scales))
    return tale


def rains(tale: Tale, minute: float, node: str, mm: float) -> list[str]:
    tale.city.reading(minute, node, "gauge", "flood", {"rain_mm": mm})
    return tale.due(minute)


def at_awas(tale: Tale, *minutes: float) -> list[str]:
    return [said for minute in minutes for said in tale.reads(minute, HILIR, 170)]


def warned(**changed: Any) -> WeatherWarning:
    """BMKG's, of heavy rain in the gauges' kecamatan, from the story's first minute for two hours."""
    times = {"sent_us": at(0), "onset_us": at(0), "kept_us": at(0), "expires_us": at(120)}
    return warning(**{"city": CITY, "regions": (JETIS,), **times, **changed})


@pytest.mark.parametrize("node", [HULU, LAIN], ids=["of its river", "in its kecamatan"])
def test_rain_that_is_measured_there_is_a_witness(node: str) -> None:
    """Heavy rain at a gauge of the river, or of another in the same kecamatan: the order waits for nothing."""
    tale = wet()
    assert [*rains(tale, 4, node, 12), *rains(tale, 5, node, 12)] == []
    assert at_awas(tale, 6, 11) == []
    assert at_awas(tale, 16) == [f"order {HILIR} witness {node}"]


def test_rain_that_is_over_is_none() -> None:
    """Nor is a drizzle."""
    tale = wet()
    for minute in range(0, 30, 5):
        rains(tale, minute, HULU, 12 if minute < 10 else 1)
    assert at_awas(tale, 30, 35, 40, 50) == []
    assert [*rains(tale, 51, HULU, 4), *rains(tale, 55, HULU, 14)] == []
    assert rains(tale, 60, HULU, 14) == [f"order {HILIR} witness {HULU}"]


def test_bmkgs_warning_of_rain_is_a_witness() -> None:
    """For a gauge of its kecamatan, at once."""
    tale = Tale(NEVER)
    assert at_awas(tale, 0, 5, 10) == []
    tale.orders.warned([warned(kept_us=at(11))])
    assert tale.passes(11) == [f"order {HILIR} witness "]


@pytest.mark.parametrize(
    ("changed", "terms"),
    [
        ({"regions": (DANUREJAN,)}, NEVER),
        ({"expires_us": at(10)}, NEVER),
        ({"onset_us": at(60)}, NEVER),
        ({"certainty": "Possible"}, NEVER),
        ({"severity": "Minor"}, NEVER),
        ({"event": {"id": "Angin Kencang"}, "headline": {"id": "Angin"}}, NEVER),
        ({}, replace(NEVER, weather_witness=False)),
        ({}, replace(NEVER, witnesses=2)),
    ],
    ids=["elsewhere", "over", "to come", "only possible", "light", "wind", "the city's choice", "two are asked for"],
)
def test_what_bears_nothing_out(changed: dict[str, Any], terms: Any) -> None:
    tale = Tale(terms)
    tale.orders.warned([warned(**changed)])
    assert at_awas(tale, 0, 5, 10, 15) == []


def test_a_warning_of_another_gauge_of_the_river_counts() -> None:
    """What rains there comes down here."""
    places = placements()
    places[HULU] = replace(places[HULU], region="34.71.04.1001")
    tale = Tale(NEVER)
    tale.orders.place(places, {one.gauge: one for one in small_city().scales})
    tale.orders.warned([warned(regions=(DANUREJAN,))])
    assert at_awas(tale, 0, 5, 10) == [f"order {HILIR} witness "]


def test_several_warnings_are_one_witness_and_wrong_asks_for_a_newer_one() -> None:
    """An officer called it wrong: what BMKG had said before bears nothing out any more."""
    two = replace(NEVER, witnesses=2)
    tale = Tale(two)
    tale.orders.warned([warned(), warned(id="another")])
    assert at_awas(tale, 0, 5, 10) == []
    tale = Tale(NEVER)
    at_awas(tale, 0, 5, 10)
    tale.says(11, "wrong", reason="kayu hanyut")
    tale.orders.warned([warned(kept_us=at(9))])
    assert tale.passes(12) == []
    tale.orders.warned([warned(kept_us=at(9)), warned(id="newer", kept_us=at(13))])
    assert tale.passes(13) == [f"order {HILIR} witness "]


def test_the_engine_relies_on_a_feed_that_is_heard(tmp_path: Path) -> None:
    """A warning that may have been taken back unheard bears nothing out; heard again it does, also after a kill; the
    order names BMKG in both languages."""
    room = DutyRoom(tmp_path, profile(order_after_s=None))
    room.cities.put_weather(warned(expires_us=at(600)), [], [], at(0))
    silent = WeatherFeed(city=CITY, heard_us=at(10) - STALE_US - 1)
    room.cities.note_weather_feed(silent)
    assert [said for minute in (0, 5, 10) for said in room.reads(minute, HILIR, 170)] == ["fact AWAS"]
    room.public.hear_of_weather(at(10))
    assert room.passes(11) == []
    room.cities.note_weather_feed(replace(silent, heard_us=at(11)))
    room.kill()
    assert room.passes(12) == ["order AWAS witness"]
    order = room.bulletins()[0]
    assert (order.witness, order.witness_en) == ("peringatan cuaca BMKG", "BMKG's weather warning")
    assert "Dikuatkan oleh peringatan cuaca BMKG." in order.text["id"]
    assert "Borne out by BMKG's weather warning." in order.text["en"]
    room.close()


def test_the_process_looks_for_bmkgs_word_as_it_turns(stores: Stores) -> None:
    """A warning that comes while the water stands at AWAS bears it out within a turn."""
    judged = Judged(stores, profile=profile(order_after_s=None))
    for _ in range(3):
        judged.level(170)
    assert [one.kind for one in stores.cities.bulletins(CITY)] == ["fact"]
    now_us = judged.clock.now_us()
    stores.cities.put_weather(warned(onset_us=now_us, kept_us=now_us, expires_us=now_us + HOUR_US), [], [], now_us)
    stores.cities.note_weather_feed(WeatherFeed(city=CITY, heard_us=now_us))
    judged.clock.advance(3)
    assert judged.process.turn(0.0)
    order, _ = stores.cities.bulletins(CITY)
    assert (order.kind, order.ground, order.witness_en) == ("order", "witness", "BMKG's weather warning")


def test_every_witness_is_named_in_both_languages() -> None:
    """A gauge and a person have one name; rain, BMKG and somebody whose name is gone have two."""
    tale = Tale(NEVER)
    at_awas(tale, 0, 5, 10)
    people = (Witness(3, by="siti"), Witness(4, by="x"))
    seen = (Witness(1, HULU), Witness(2, LAIN, rain=True), *people, Witness(5, weather="w"))
    names = {"siti": "Siti, BPBD"}
    composer = Composer(Words(small_city()), name_of=lambda person: names.get(person, OFFICER))
    verdict = Verdict("order", tale.city.told[-1], at(11), "witness", seen)
    ((made, _),) = composer.compose([], [verdict], placements(), at(11))
    assert made.witness == ("code-hulu, hujan di winongo, Siti, BPBD, petugas, peringatan cuaca BMKG")
    assert made.witness_en == ("code-hulu, rain at winongo, Siti, BPBD, an officer, BMKG's weather warning")
    assert f"Borne out by {made.witness_en}." in made.text["en"]
    assert f"Dikuatkan oleh {made.witness}." in made.text["id"]
    assert "hujan" not in made.script["en"]
    assert "hujan" not in made.sms["en"]


def test_what_was_signed_before_there_was_an_english_name_is_verified_still() -> None:
    """An empty one is not signed; one that is there is."""
    tale = Tale(NEVER)
    at_awas(tale, 0, 5, 10)
    verdict = Verdict("order", tale.city.told[-1], at(11), "witness", (Witness(1, HULU),))
    ((made, _),) = Composer(Words(small_city())).compose([], [verdict], placements(), at(11))
    assert made.witness_en == ""
    assert b"witness_en" not in canonical(made)
    other = replace(made, witness_en="rain")
    assert b'"witness_en":"rain"' in canonical(other)
    assert bulletin_from(values_of(other)) == other
