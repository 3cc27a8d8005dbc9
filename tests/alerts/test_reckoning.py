"""Forecasts that people were told: which are kept, and what came of each. Hours count from the moment at which the
water passed the gauge above; it was told for between three and four of them, most likely three and a half."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import watch
from support.alerting import Judged, Stores, row
from support.watch import CITY, START_US, Watch, placements, scale

from alerts.commit import gather
from alerts.expected import Forecasts
from alerts.reckoning import Reckoning, outcome_of
from alerts.rules import Rule
from alerts.travel import Point
from alerts.words import Words
from contract.city import Text
from contract.clock import DAY_US, HOUR_US, MINUTE_US, ManualClock
from contract.errors import Unavailable
from contract.forecast import ENOUGH_TOLD, Forecast, Outcome, tried
from contract.incident import What
from contract.levels import Level
from contract.travel import Reach, Travel, in_force
from faults.parts.brokers import wait_until
from store.ports import EngineCommit, Lease, ReadingStore, Row, Series

ABOVE, BELOW = "code-hulu", "code-hilir"
REACH = Reach(ABOVE, BELOW, 3 * 3_600.0, 4 * 3_600.0)
LOW, WASPADA, SIAGA = 40.0, 80.0, 120.0


def told(n: int = 0, **changes: Any) -> Forecast:
    """That SIAGA passed above at hour 0."""
    made = Forecast(
        city=CITY, incident=f"i{n}", change=1, upstream=ABOVE, downstream=BELOW, audience="public", level=Level.SIAGA,
        passed_us=START_US, from_us=_at(3), expected_us=_at(3.5), until_us=_at(4), told_us=START_US + MINUTE_US,
    )  # fmt: skip
    return replace(made, **changes)


def _at(hour: float) -> int:
    return START_US + round(hour * HOUR_US)


def below(*steps: tuple[float, float], until: float = 8, every: float = 0.25) -> list[Point]:
    """Every quarter of an hour from hour 0 on: so many cm from each of these hours on, low water before."""
    found = []
    for i in range(int(until / every) + 1):
        hour = i * every
        found.append(Point(_at(hour), next((cm for since, cm in reversed(steps) if hour >= since), LOW)))
    return found


@pytest.mark.parametrize(
    ("steps", "outcome", "came", "inside"),
    [
        ([(3.25, WASPADA), (3.75, SIAGA)], "level", 3.75, True),
        ([(3, SIAGA)], "level", 3, True),
        ([(2, SIAGA)], "level", 2, False),
        ([(5.5, SIAGA)], "level", 5.5, False),
        ([(3.25, WASPADA), (3.5, LOW)], "crest", 3.25, True),
        ([(4.5, WASPADA), (4.75, LOW)], "crest", 4.5, False),
        ([], "absent", None, False),
        ([(6.25, SIAGA)], "absent", None, False),
        ([(3.25, 55.0), (3.5, LOW)], "absent", None, False),
        ([(1, SIAGA), (6, LOW)], "there", None, False),
    ],
    ids=[
        "level",
        "first moment",
        "early",
        "late",
        "lower crest",
        "late crest",
        "low",
        "other water",
        "ripple",
        "there",
    ],
)
def test_what_came_is_the_level_that_was_told_or_else_a_crest(
    steps: list[tuple[float, float]], outcome: Outcome, came: float | None, inside: bool
) -> None:
    """Within an hour and a half and six hours of the passing; what stood there before came from elsewhere."""
    found = outcome_of(told(), below(*steps), scale(BELOW))
    assert found.outcome == outcome
    assert found.came_us == (None if came is None else _at(came))
    assert found.inside is inside
    assert found == replace(told(), outcome=outcome, came_us=found.came_us)


def test_the_error_is_counted_from_the_likeliest_moment() -> None:
    """Half an hour late, though within what was told; an hour and a half early."""
    late, early = (outcome_of(told(), below((hour, SIAGA)), scale(BELOW)) for hour in (4, 2))
    assert (late.inside, late.error_us) == (True, HOUR_US // 2)
    assert (early.inside, early.error_us) == (False, -3 * HOUR_US // 2)


@pytest.mark.parametrize(
    "missing", [(-1, 9), (1.25, 4), (3, 6), (3.5, 9)], ids=["all", "from before", "amid", "to the end"]
)
def test_of_what_nobody_read_nothing_is_said(missing: tuple[float, float]) -> None:
    """A hole of more than half of the time in which the water is looked for: it may have come in it."""
    first, last = missing
    points = [one for one in below() if not _at(first) < one.at_us < _at(last)]
    assert outcome_of(told(), points, scale(BELOW)).outcome == "unseen"
    assert outcome_of(told(), below(), scale(BELOW)).outcome == "absent"


def test_a_typing_error_is_no_water() -> None:
    """One reading far from its neighbours, where the scale says how far the water moves."""
    points = [one._replace(cm=400.0) if one.at_us == _at(3.5) else one for one in below()]
    assert outcome_of(told(), points, replace(scale(BELOW), jump_cm=60.0)).outcome == "absent"
    assert outcome_of(told(), points, scale(BELOW)).outcome == "level"


def test_where_low_water_is_the_danger_it_is_looked_for_below() -> None:
    """The marks of a gauge whose direction is falling."""
    falling = replace(scale(BELOW, up=(70, 50, 20), clear=(80, 60, 30)), direction="falling")
    assert outcome_of(told(), below((0, 90.0), (3.5, 45.0)), falling).outcome == "level"
    assert outcome_of(told(), below((0, 90.0), (3.5, 65.0), (3.75, 90.0)), falling).outcome == "crest"


# ------------------------------------------------------------ what is said of it


def came(n: int, minutes: float, **changes: Any) -> Forecast:
    """One that came so many minutes from its likeliest moment."""
    made = told(n)
    return replace(made, outcome="level", came_us=made.expected_us + round(minutes * MINUTE_US), **changes)


def test_told_forecasts_say_the_error_once_there_are_enough() -> None:
    """Until then history's word stands; what did not come is counted beside it, and what only staff heard is not."""
    history = Travel(ABOVE, BELOW, 10_000.0, 12_000.0, 14_000.0, True, 9, 9, 600.0)
    some = [came(n, 10 * n * (-1) ** n) for n in range(1, ENOUGH_TOLD + 1)]
    beside = [told(7, outcome="absent"), told(8, outcome="there"), told(9), came(10, 999, audience="staff")]
    assert tried([history], [*some[1:], *beside]) == (history,)
    (found,) = tried([history], [*some, *beside])
    assert (found.told, found.forecasts, found.error_s, found.absent) == (True, ENOUGH_TOLD, 30 * 60.0, 1)
    assert replace(found, told=False, forecasts=9, error_s=600.0, absent=0) == history
    other = replace(history, downstream="winongo")
    assert tried([other], some) == (other,)


def flood() -> Watch:
    """SIAGA at the gauge above from minute 10 on."""
    city = watch.watch()
    for minute, cm in ((0, 115), (5, 120), (10, 130)):
        city.level(minute, ABOVE, cm)
    assert city.told[-1].change.what is What.OPENED
    return city


def speaking(rule: Rule) -> Rule:
    """The rule with a forecast in its texts."""
    texts = {name: rule.texts[name] for name in rule.texts}
    texts |= {name: Text(texts[name].id + "{expected}", texts[name].en + "{expected}") for name in ("opened", "level")}
    return replace(rule, texts=texts)


def kept(city: Watch, *, silent_rule: bool = False, **profile: Any) -> Sequence[Forecast]:
    """The forecasts that this story leaves behind."""
    words = Words(replace(watch.profile(), reaches=(REACH,), **profile))
    if not silent_rule:
        city.told = [replace(one, rule=speaking(one.rule)) for one in city.told]
        city.passed = [(us, [replace(one, rule=speaking(one.rule)) for one in some]) for us, some in city.passed]
    now_us = city.told[-1].change.said_us
    return gather(city.told, city.notifier(), placements(), words, now_us).forecasts


def test_what_people_are_told_to_expect_is_kept() -> None:
    """With the change that told it, for each gauge below."""
    city = flood()
    change = city.told[-1].change
    (one,) = kept(city)
    assert (one.incident, one.change, one.audience) == (change.incident, change.number, "public")
    assert (one.upstream, one.downstream, one.level) == (ABOVE, BELOW, Level.SIAGA)
    assert (one.passed_us, one.told_us, one.outcome) == (change.at_us, change.said_us, "")
    hours = [(us - change.at_us) / HOUR_US for us in (one.from_us, one.expected_us, one.until_us)]
    assert hours == [3, 3.5, 4]


def test_what_nobody_is_told_is_not_kept() -> None:
    """A rule whose texts forecast nothing, and one in shadow."""
    assert not kept(flood(), silent_rule=True)
    shadow = watch.watch({ABOVE: "shadow"})
    for minute, cm in ((0, 115), (5, 120), (10, 130)):
        shadow.level(minute, ABOVE, cm)
    assert shadow.told
    assert not kept(shadow)


def test_the_sentence_says_how_far_out_it_was_so_far() -> None:
    """By history, and by what was told once that is enough."""
    one = flood().told[-1]
    forecasts = Forecasts(replace(watch.profile(), reaches=(REACH,)))
    history = [Travel(ABOVE, BELOW, 10_800.0, 12_600.0, 14_400.0, True, 9, 9, 600.0)]

    def said(language: str) -> str:
        return forecasts.words(one, placements()[ABOVE], Words(watch.profile()).time, language)

    assert "meleset" not in said("id")
    forecasts.learn(history)
    assert said("id").endswith("WIB (rata-rata meleset 10 menit).")
    forecasts.learn(history, [came(n, 40) for n in range(ENOUGH_TOLD)])
    assert said("en").endswith("WIB (40 minutes out on average).")
    assert in_force((REACH,), history) == tuple(history)


# ------------------------------------------------------------ kept through everything


class Away:
    """A readings' store that answers with this."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def between(self, series: Series, start_us: int, end_us: int, *, limit: int = 0) -> Sequence[Row]:
        raise self._error


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    with closing(Stores(tmp_path)) as made:
        made.cities.put_profile(watch.profile(), START_US)
        yield made


@pytest.fixture
def lease(stores: Stores) -> Lease:
    """Of a city with one forecast told."""
    city = flood()
    held = stores.cities.lease(CITY, "satu", START_US, 1e6)
    assert held is not None
    incident, event = city.told[-1].incident, city.told[-1].event
    forecast = told(incident=incident.id)
    stores.cities.commit(held, EngineCommit(incidents=[incident], events=[event], forecasts=[forecast]))
    return held


def reckon(stores: Stores, lease: Lease, hour: float, readings: Any = None) -> Forecast:
    """A process that began just now looks at `hour`; the forecast as the store has it then."""
    clock = ManualClock(_at(hour))
    room = Reckoning(CITY, stores.cities, readings or stores.readings, clock)
    scales = {one.gauge: one for one in watch.profile().scales}
    room.turn(lease, placements(), scales)
    wait_until(lambda: room.turn(lease, placements(), scales) is None and not room.busy)
    (found,) = stores.cities.forecasts(CITY, 0)
    return found


def write(readings: ReadingStore, points: Sequence[Point]) -> None:
    readings.write([row(seq, one.at_us, one.cm, BELOW) for seq, one in enumerate(points, start=1)])


def test_a_forecast_is_held_against_the_water_once_it_cannot_come_any_more(stores: Stores, lease: Lease) -> None:
    """Not before, and by whichever process is there then; what was found stays found."""
    write(stores.readings, below((3.25, SIAGA)))
    assert reckon(stores, lease, 5.9).outcome == ""
    found = reckon(stores, lease, 6)
    assert (found.outcome, found.came_us) == ("level", _at(3.25))
    assert not stores.cities.open_forecasts(CITY)
    stores.cities.commit(lease, EngineCommit(forecasts=[replace(found, outcome="absent", came_us=None)]))
    stores.cities.commit(lease, EngineCommit(forecasts=[told(incident=found.incident)]))
    assert reckon(stores, lease, 7) == found


def test_what_comes_by_back_fill_is_waited_for_a_day(stores: Stores, lease: Lease) -> None:
    """Then nobody will know any more."""
    assert reckon(stores, lease, 6).outcome == ""
    assert reckon(stores, lease, 29.9).outcome == ""
    write(stores.readings, below((3.25, SIAGA)))
    assert reckon(stores, lease, 29.9).outcome == "level"


def test_what_was_never_read_is_given_up(stores: Stores, lease: Lease) -> None:
    """After a day."""
    assert reckon(stores, lease, 6 + DAY_US / HOUR_US).outcome == "unseen"


@pytest.mark.parametrize("error", [Unavailable("the readings are away"), ValueError("a row that is none")])
def test_a_store_that_is_away_is_asked_again(stores: Stores, lease: Lease, error: Exception) -> None:
    """Nothing is said of the forecast meanwhile, and no engine ends by it, whatever the store says."""
    write(stores.readings, below((3.25, SIAGA)))
    assert reckon(stores, lease, 40, Away(error)).outcome == ""
    assert reckon(stores, lease, 40).outcome == "level"


def test_the_process_keeps_what_it_tells_and_what_comes_of_it(stores: Stores) -> None:
    """From the first reading above to the water below, killed in between."""
    way = Travel(ABOVE, BELOW, 1_200.0, 1_800.0, 2_400.0, True, 9)
    stores.cities.keep_travels(CITY, [way], START_US)
    rules = [speaking(one) if one.subject == "flood" else one for one in watch.rules()]
    city = Judged(stores, rules=rules)
    for cm in (LOW, SIAGA, SIAGA, SIAGA):
        city.level(cm)
    (forecast,) = stores.cities.open_forecasts(CITY)
    assert forecast.level is Level.SIAGA
    since_us = city.clock.now_us()
    for minute in range(-10, 60, 5):
        at_us = since_us + minute * MINUTE_US
        stores.readings.write([row(100 + minute, at_us, SIAGA if minute >= 25 else LOW, BELOW)])
    city.process = city.engine(rules=rules)
    for _ in range(11):
        city.level(SIAGA)

    def scored() -> Forecast:
        city.clock.advance(60)
        assert city.process.turn(0.0)
        (found,) = stores.cities.forecasts(CITY, 0)
        return found

    assert wait_until(lambda: scored().outcome == "level")
    found = scored()
    assert found.came_us == since_us + 25 * MINUTE_US
    assert found.inside
