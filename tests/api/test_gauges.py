"""What a gauge shows, above all when it says nothing."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import firmware_sim
from api.chart import WIDE, chart_of
from api.gauges import gauge_of, place_on, trend_of
from api.rivers import table_of
from api.snapshot import Snapshot, trend_us
from contract.clock import HOUR_US, MINUTE_US, SECOND_US
from contract.incident import Incident, State
from contract.levels import Level, Scale, Threshold
from contract.quality import Quality
from store.ports import Placement, Row, Series

TURNED_CM = 3.0
NOW = 1_769_223_600 * SECOND_US
PLACE = Placement(
    "kota",
    "g1",
    "gauge",
    "G",
    "s",
    "Code di Sayidan",
    "r",
    0.0,
    0.0,
    "Code",
    5.0,
    "",
    "public",
    {"level": ("flood", 60.0)},
)
SCALE = Scale(
    "g1",
    "nol",
    "rising",
    (
        Threshold(Level.WASPADA, 70, 60, "Siaga 3"),
        Threshold(Level.SIAGA, 110, 95, "Siaga 2"),
        Threshold(Level.AWAS, 160, 140, "Siaga 1"),
    ),
)


def row(age_s: float, cm: float | None, quality: Quality = Quality.GOOD) -> Row:
    us = NOW - round(age_s * SECOND_US)
    values = {} if cm is None else {"level_cm": cm}
    return Row(Series("kota", "g1", "level", "flood"), "r", us, us, "0" * 16, 1, "synced", quality, {}, values)


def incident(level: Level, *, no_data: bool = False) -> Incident:
    return Incident(
        id="i",
        city="kota",
        rule="river_level",
        rule_version="1",
        entity="g1/level",
        node="g1",
        subject="flood",
        audience="public",
        event="e",
        state=State.FIRING,
        no_data=no_data,
        level=level,
        peak=level,
        value=150.0,
        peak_value=150.0,
        crossed_us=NOW - HOUR_US,
        opened_us=NOW - HOUR_US,
        changed_us=NOW - HOUR_US,
        resolved_us=None,
        changes=1,
    )


def shown(rows: list[Row], open_: Incident | None = None):
    latest = [max(rows, key=lambda one: one.observed_us)] if rows else []
    incidents = [open_] if open_ else []
    snapshot = Snapshot(NOW, [PLACE], {}, {"g1": latest}, {"g1": rows}, {}, incidents, {})
    return gauge_of(PLACE, SCALE, snapshot)


def test_a_gauge_that_stands_still_is_in_doubt_while_it_speaks():
    """Since when; a silent one is shown as silent, which says more."""
    flat = {"g1": NOW - HOUR_US, "g2": NOW}
    for seconds_ago, flat_us in ((60, NOW - HOUR_US), (3 * 3600, None)):
        rows = [row(seconds_ago, 120.0)]
        told = Snapshot(NOW, [PLACE], {}, {"g1": rows}, {"g1": rows}, {}, [], {}, flat_lines=flat)
        assert gauge_of(PLACE, SCALE, told).flat_us == flat_us
    assert shown([row(60, 120.0)]).flat_us is None


def test_live_reading_shows_its_level_with_the_citys_name():
    """Level, number and the city's own word come from the newest good reading."""
    gauge = shown([row(60, 120.0)])
    assert (gauge.level, gauge.local_name, gauge.level_cm, gauge.voice) == (Level.SIAGA, "Siaga 2", 120.0, "live")


def test_hysteresis_keeps_the_graver_level():
    """While the incident is still SIAGA a reading just below its threshold does not show it as milder."""
    assert shown([row(60, 105.0)], incident(Level.SIAGA)).level is Level.SIAGA


def test_a_reading_above_the_incident_shows_at_once():
    """A measured fact does not wait for the rule."""
    assert shown([row(60, 171.0)], incident(Level.SIAGA)).level is Level.AWAS


def test_silent_while_calm_is_no_data_not_green():
    """The old number is kept, the colour is not."""
    gauge = shown([row(3 * 3600, 40.0)])
    assert (gauge.voice, gauge.css, gauge.level_cm) == ("silent", "nodata", 40.0)
    assert not gauge.alarming


def test_silent_while_high_is_dangerous():
    """It keeps its level's colour and is called dangerous, with or without an incident."""
    for open_ in (None, incident(Level.SIAGA), incident(Level.SIAGA, no_data=True)):
        gauge = shown([row(3 * 3600, 140.0)], open_)
        assert (gauge.voice, gauge.css, gauge.alarming) == ("dangerous", "siaga", True)
        assert gauge.silent_us == NOW - 3 * HOUR_US
        assert gauge.trend is None


def test_silent_while_rising_is_dangerous():
    """A gauge below every threshold that went silent on its way up is no calm gauge."""
    rising = [row(1500 - 60 * i, 30.0 + 2 * i) for i in range(18)]
    gauge = shown(rising)
    assert gauge.level is Level.NORMAL
    assert gauge.voice == "dangerous"
    assert gauge.css == "nodata"


def test_missing_values_do_not_count_as_a_reading():
    """A sensor that sends nothing but missing values is as silent as one that sends nothing."""
    gauge = shown([row(4000, 40.0), *(row(60 * i, None, Quality.MISSING) for i in range(5))])
    assert (gauge.voice, gauge.level_cm) == ("silent", 40.0)


def test_a_doubted_spike_is_not_the_rivers_level():
    """A failed or suspect value never becomes the shown level."""
    gauge = shown([row(120, 45.0), row(60, 700.0, Quality.FAIL)])
    assert (gauge.level, gauge.level_cm) == (Level.NORMAL, 45.0)


def test_never_spoken_is_unknown():
    """No reading ever: no level at all."""
    gauge = shown([])
    assert (gauge.voice, gauge.level, gauge.css) == ("never", None, "nodata")


def test_trend_ignores_ripples_and_needs_time():
    """Two centimetres are waves; two readings are no trend."""
    assert trend_of([row(1800 - 60 * i, 50.0 + i % 2) for i in range(20)]) == "steady"
    assert trend_of([row(1800 - 60 * i, 50.0 + 3 * i) for i in range(20)]) == "rising"
    assert trend_of([row(1800 - 60 * i, 150.0 - 3 * i) for i in range(20)]) == "falling"
    assert trend_of([row(60, 50.0), row(30, 90.0)]) is None


@pytest.mark.parametrize("speed", [1.0, 120.0])
@pytest.mark.parametrize("period_s", [60.0, 300.0])
def test_the_arrow_turns_with_the_river(speed, period_s):
    """Through a real flood, also a compressed one: a river that fell by three centimetres, which the next sample
    bears out, is not called rising, nor one that rose so falling."""
    with (Path(firmware_sim.__file__).parent / "data" / "dead_run_2018-06.csv").open() as file:
        stages = [float(line["stage_m"]) * 100 for line in csv.DictReader(file)]
    start = max(range(len(stages)), key=stages.__getitem__) - 60
    every_s, window_s = period_s / speed, trend_us(speed) / SECOND_US
    part = 300.0 / period_s
    flood = [
        stages[start + int(i / part)] * (1 - i / part % 1) + stages[start + int(i / part) + 1] * (i / part % 1)
        for i in range(round(150 * part))
    ]
    rows = [row((len(flood) - i) * every_s, cm) for i, cm in enumerate(flood)]
    seen = Counter()
    for i in range(4, len(rows)):
        first = max(0, i - int(window_s / every_s))
        trend = trend_of(rows[first : i + 1])
        seen[trend] += 1
        before, middle, now = flood[i - 2 : i + 1]
        recent = flood[max(first, i - round(15 * 60 / period_s)) : i + 1]
        if before > middle > now and max(recent) - middle > TURNED_CM:
            assert trend != "rising", (i, recent)
        if before < middle < now and middle - min(recent) > TURNED_CM:
            assert trend != "falling", (i, recent)
    assert seen["rising"] > 10
    assert seen["falling"] > 10


def test_the_arrow_rests_with_the_river():
    """A rise that ended a while ago, and one odd value, are no trend of now."""
    rose = [50.0, 60.0, 70.0, 80.0, *[80.0] * 16]
    assert trend_of([row(1200 - 60 * i, cm) for i, cm in enumerate(rose)]) == "steady"
    branch = [50.0] * 10 + [90.0] + [50.0] * 3
    assert trend_of([row(1200 - 60 * i, cm) for i, cm in enumerate(branch)]) == "steady"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 7200), st.none() | st.floats(0, 400), st.sampled_from(list(Quality))), max_size=12
    )
)
def test_only_live_good_readings_below_every_threshold_are_green(readings):
    """Whatever arrived: green means a live, believed reading that is normal."""
    gauge = shown([row(age, cm, quality if cm is not None else Quality.MISSING) for age, cm, quality in readings])
    if gauge.css == "normal":
        assert gauge.observed_us is not None
        assert gauge.level_cm is not None
        assert gauge.level_cm < 70
        assert gauge.voice == "live"
        assert NOW - gauge.observed_us < 5 * MINUTE_US


def test_place_without_the_rivers_name_twice():
    """A site called after its river is not said as "Sungai Code di Code di Sayidan"."""
    assert place_on(PLACE) == "Sayidan"
    assert place_on(replace(PLACE, site_name="Kali Code di Sayidan")) == "Kali Code di Sayidan"
    assert place_on(replace(PLACE, river="")) == "Code di Sayidan"


def test_one_reading_alone_waits_for_the_next():
    """A single good sample above a threshold is measured, not yet a fact; the next one, or the engine, makes it so."""
    assert shown([row(120, 60.0), row(60, 170.0)]).pending
    assert not shown([row(180, 60.0), row(120, 168.0), row(60, 170.0)]).pending
    assert not shown([row(120, 60.0), row(60, 170.0)], incident(Level.AWAS)).pending
    assert shown([row(120, 115.0), row(60, 170.0)], incident(Level.SIAGA)).pending
    assert not shown([row(120, 170.0), row(60, 60.0)]).pending


def test_a_doubted_reading_does_not_bear_out_the_one_before():
    """Only good readings count towards a fact."""
    assert shown([row(180, 60.0), row(120, 400.0, Quality.SUSPECT), row(60, 170.0)]).pending


def test_low_but_rising_into_silence_is_dangerous_for_a_day():
    """The arrow is remembered up to the last word; a day later the silence is only silence."""
    rising = [30.0 + i for i in range(20)]
    assert shown([row(3600 + 60 * (20 - i), cm) for i, cm in enumerate(rising)]).voice == "dangerous"
    assert shown([row(90_000 + 60 * (20 - i), cm) for i, cm in enumerate(rising)]).voice == "silent"


def test_what_the_gauge_cannot_show_is_not_its_level() -> None:
    """9,999 is drawn and listed as doubted; the level is of the last figure that a staff of four metres can show, with
    its age, and the figure that cannot be turns no arrow."""
    staff = replace(SCALE, least_cm=-20.0, most_cm=400.0)
    water = [row(1_200 - 60 * i, 50.0) for i in range(18)]
    wrong = [row(60, 9_999.0), row(0, -9_999.0)]
    rows = [*water, *wrong]
    snapshot = Snapshot(NOW, [PLACE], {}, {"g1": rows[-1:]}, {"g1": rows}, {}, [], {})
    seen = gauge_of(PLACE, staff, snapshot)
    assert (seen.level, seen.level_cm, seen.trend) == (Level.NORMAL, 50.0, "steady")
    assert seen.observed_us == water[-1].observed_us
    assert gauge_of(PLACE, SCALE, snapshot).level_cm == -9_999.0
    assert [(one.level, one.doubted) for one in table_of(rows, staff)[:3]] == [
        (None, True), (None, True), (Level.NORMAL, False)
    ]  # fmt: skip
    chart = chart_of(rows, staff, water[0].observed_us, NOW, WIDE, 120.0, 0)
    assert (len(chart.flagged), chart == chart_of(rows, SCALE, water[0].observed_us, NOW, WIDE, 120.0, 0)) == (2, False)
