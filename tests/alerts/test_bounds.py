"""What a gauge cannot show is no information, however often it comes."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from support.watch import CITY, Watch, at, placements, profile, rule, rules, scale

from alerts.engine import Engine
from alerts.replay import Past, replay
from alerts.rulefile import load_rule
from cities.load import rules_folder
from contract.clock import MINUTE_US
from contract.levels import Scale
from siaga.history import placed

GAUGE = "code-hulu"
STAFF = replace(scale(GAUGE), jump_cm=50.0, least_cm=-20.0, most_cm=400.0)
"""WASPADA from 70 (clear 60), SIAGA 110 (95), AWAS 160 (140)"""


def city(staff: Scale = STAFF, heard: list[tuple[float, float]] | None = None) -> Watch:
    """The small city's gauge under this scale; `heard`: (minute, cm) of what was not believed."""

    def note(_node: str, at_us: int, cm: float) -> None:
        if heard is not None:
            heard.append(((at_us - at(0)) / MINUTE_US, cm))

    return Watch(Engine(CITY, rules(), placements(), {GAUGE: staff}, unbelieved=note))


def told(watch: Watch, *readings: tuple[float, float]) -> list[str]:
    """What is told of a list of (minute, cm)."""
    for minute, cm in readings:
        watch.level(minute, GAUGE, cm)
    return watch.story()


def test_the_same_figure_again_and_again_is_not_believed() -> None:
    """9,999 bears out 9,999, and no staff is a hundred metres high. Without a bound it is an AWAS."""
    heard: list[tuple[float, float]] = []
    wrong = tuple((minute, 9_999.0) for minute in range(5, 65, 5))
    assert told(city(replace(STAFF, most_cm=None)), (0, 40), *wrong)[0] == "15 opened AWAS code-hulu"
    watch = city(heard=heard)
    assert told(watch, (0, 40), *wrong) == []
    assert heard == list(wrong)
    assert watch.pass_to(200) == []


def test_the_bound_itself_is_believed() -> None:
    """What the gauge can just show is water."""
    assert told(city(), (0, 360), (5, 400), (10, 400)) == ["10 opened AWAS code-hulu"]


def test_it_breaks_no_run_and_leaves_no_trace() -> None:
    """The next true reading is held against the last true one."""
    assert told(city(), (0, 60), (5, 75), (6, -9_999), (7, 9_999), (10, 78), (14, 80)) == [
        "14 opened WASPADA code-hulu"
    ]
    assert told(city(), (0, -9_999), (5, 75), (10, 75), (15, 75)) == ["15 opened WASPADA code-hulu"]
    assert told(city(), (0, 40), (1, -9_999), (5, 75), (10, 75), (15, 75)) == ["15 opened WASPADA code-hulu"]


@pytest.mark.parametrize("cm", [9_999.0, -9_999.0])
def test_a_gauge_that_says_nothing_else_is_silent(cm: float) -> None:
    """It neither ends the flood nor keeps it alive: half an hour after the last good reading it is dangerous."""
    watch = city()
    told(watch, (0, 75), (5, 75), (10, 75), *((minute, cm) for minute in range(15, 100, 5)))
    assert watch.story() == ["10 opened WASPADA code-hulu", "40 no_data WASPADA code-hulu"]
    assert told(watch, (100, 80))[2:] == ["100 data_back WASPADA code-hulu"]


def test_an_officers_slip_is_not_believed_either() -> None:
    """1,100 for 110, read on site."""
    heard: list[tuple[float, float]] = []
    watch = city(heard=heard)
    told(watch, (0, 75), (5, 75), (10, 75))
    assert [watch.read_on_site(minute, GAUGE, 1_100.0) for minute in (12, 21, 30)] == [[], [], []]
    assert heard == [(minute, 1_100.0) for minute in (12, 21, 30)]
    assert [watch.read_on_site(minute, GAUGE, 110.0) for minute in (31, 40)][1] == ["40 level SIAGA code-hulu"]


def test_low_water_has_its_own_bound() -> None:
    """Where low is bad, what lies below the bottom is no drought; what lies above the staff is no all-clear."""
    marks = tuple(replace(one, raise_cm=-one.raise_cm, clear_cm=-one.clear_cm) for one in STAFF.thresholds)
    low = replace(STAFF, direction="falling", thresholds=marks, least_cm=-400.0, most_cm=20.0)
    assert told(city(low), (0, -40), (5, -9_999), (10, -9_999), (15, -9_999)) == []
    assert told(city(low), (0, -75), (5, -75), (10, -75))[0] == "10 opened WASPADA code-hulu"


def test_no_water_rises_to_what_cannot_be() -> None:
    """A rule about a rise hears as little of it."""
    rise = load_rule(rules_folder("yogyakarta") / "rise.toml")
    for staff, opened in ((STAFF, False), (replace(STAFF, most_cm=None), True)):
        watch = Watch(Engine(CITY, [rise], placements(), {GAUGE: staff}))
        lines = told(watch, *((m, 40.0) for m in range(0, 40, 5)), *((m, 9_999.0) for m in range(40, 70, 5)))
        assert bool(lines) is opened


@pytest.mark.parametrize("beside", [False, True], ids=["a rise alone", "a rise beside the levels"])
def test_each_of_them_is_said_once_whichever_rules_hear_it(beside: bool) -> None:
    """By a rule about a rise where no other hears the gauge, and not again for every rule that does."""
    heard: list[tuple[str, float]] = []
    rise = load_rule(rules_folder("yogyakarta") / "rise.toml")
    pack = [*rules(), rise] if beside else [rise]
    engine = Engine(
        CITY, pack, placements(), {GAUGE: STAFF}, unbelieved=lambda node, _at_us, cm: heard.append((node, cm))
    )
    told(Watch(engine), (0, 40), (5, 9_999), (10, 9_999), (15, -9_999), (20, math.nan), (25, 41))
    assert heard == [(GAUGE, 9_999.0), (GAUGE, 9_999.0), (GAUGE, -9_999.0)]


def test_a_replay_names_each_of_them() -> None:
    """As what was not believed, also below every mark, and no order comes of it."""
    town = replace(profile(), scales=(STAFF,))
    readings = [(0, 40), (5, 9_999), (10, 9_999), (15, -9_999), (20, -9_999), (25, 41)]
    history = [Past(GAUGE, at(minute), cm) for minute, cm in readings]
    story = replay(town, [rule("flood")], placed(town), history)
    assert story.lives == []
    assert [(one.at_us, one.cm) for one in story.unbelieved] == [(one.at_us, one.cm) for one in history[1:5]]


def test_a_bound_survives_a_restart() -> None:
    """The snapshot knows by which scale it was measured."""
    watch = city()
    told(watch, (0, 75), (5, 75))
    kept, watch.engine = watch.engine.snapshot(), city().engine
    watch.engine.restore(kept)
    assert told(watch, (10, 75)) == ["10 opened WASPADA code-hulu"]
