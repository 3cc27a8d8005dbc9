"""The river's chart as numbers."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from api.chart import NARROW, WIDE, chart_of, charts_of
from contract.clock import HOUR_US, SECOND_US
from contract.levels import Level, Scale, Threshold
from contract.quality import Quality
from store.ports import Row, Series

START = 1_769_200_000 * SECOND_US
END = START + 24 * HOUR_US
SCALE = Scale(
    "g1",
    "nol",
    "rising",
    (
        Threshold(Level.WASPADA, 70, 60, "Siaga 3"),
        Threshold(Level.SIAGA, 74, 70, "Siaga 2"),
        Threshold(Level.AWAS, 160, 140, "Siaga 1"),
    ),
)


def row(after_s: float, cm: float | None, quality: Quality = Quality.GOOD) -> Row:
    us = START + round(after_s * SECOND_US)
    values = {} if cm is None else {"level_cm": cm}
    return Row(Series("kota", "g1", "level", "flood"), "r", us, us, "0" * 16, 1, "synced", quality, {}, values)


def chart(rows, scale=SCALE, paper=WIDE):
    return chart_of(rows, scale, START, END, paper, 900, 7 * 3600)


def test_a_hole_breaks_the_line_and_is_marked():
    """No line is drawn where nothing was measured, at either end neither."""
    rows = [row(7200 + 300 * i, 40.0) for i in range(12)] + [row(20000 + 300 * i, 50.0) for i in range(12)]
    drawn = chart(rows)
    assert len(drawn.segments) == 2
    assert len(drawn.gaps) == 3


def test_missing_and_doubted_values_are_not_joined_to_the_line():
    """A doubted value is a cross on the paper's edge at most; a missing one is nothing."""
    rows = [row(300 * i, 40.0) for i in range(10)]
    rows[5] = row(1500, 900.0, Quality.FAIL)
    rows[6] = row(1800, None, Quality.MISSING)
    drawn = chart(rows)
    assert len(drawn.flagged) == 1
    assert drawn.flagged[0][1] == drawn.y0
    assert "900" not in drawn.segments[0]


def test_thresholds_carry_labels_that_do_not_cover_each_other():
    """Four centimetres apart on the staff are still two readable labels."""
    labels = sorted(line.label_y for line in chart([row(10, 40.0)]).lines)
    assert all(b - a >= 16.9 for a, b in itertools.pairwise(labels))


def test_ticks_fall_on_whole_local_hours():
    """The zone's hours, not UTC's."""
    ticks = chart([row(10, 40.0)]).x_ticks
    assert len(ticks) >= 4
    assert all((tick.value // SECOND_US + 7 * 3600) % 3600 == 0 for tick in ticks)


def test_falling_scale_has_its_worst_band_below():
    """Where low water is the danger, AWAS lies at the bottom."""
    falling = Scale("g1", "nol", "falling", (Threshold(Level.WASPADA, 50, 55, "W"), Threshold(Level.AWAS, 20, 25, "A")))
    bands = {band.css: band for band in chart([row(10, 40.0)], falling).bands}
    assert bands["awas"].y > bands["waspada"].y > bands["normal"].y


def test_a_gauge_without_a_staff_still_has_a_chart():
    """No scale: no bands, no thresholds, a line."""
    drawn = chart([row(300 * i, 40.0 + i) for i in range(5)], None)
    assert (drawn.bands, drawn.lines) == ((), ())
    assert len(drawn.segments) == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 86_000), st.floats(-200, 2000)), max_size=60))
def test_everything_lies_on_the_paper(points):
    """Whatever was measured, nothing is drawn outside, and the highest value is kept by the thinning."""
    rows = [row(at, cm) for at, cm in sorted(dict(points).items())]
    for drawn in (charts := charts_of(rows, SCALE, START, END, gap_s=900, offset_s=0)).wide, charts.narrow:
        pairs = [tuple(map(float, pair.split(","))) for segment in drawn.segments for pair in segment.split()]
        for x, y in [*pairs, *drawn.lone]:
            assert drawn.x0 - 0.1 <= x <= drawn.x1 + 0.1
            assert drawn.y0 - 0.1 <= y <= drawn.y1 + 0.1


def test_ten_thousand_points_are_thinned_and_the_peak_stays():
    """A phone is not sent what it cannot show; the crest is never lost."""
    rows = [row(8 * i, 40.0 + (100.0 if i == 7777 else i % 3)) for i in range(10_000)]
    wide, narrow = chart(rows), chart(rows, paper=NARROW)
    assert sum(len(segment) for segment in wide.segments) < 25_000
    assert sum(len(segment) for segment in narrow.segments) < 9_000
    for drawn in (wide, narrow):
        tops = [float(pair.split(",")[1]) for segment in drawn.segments for pair in segment.split()]
        assert min(tops) < min(line.y for line in drawn.lines if line.level is Level.SIAGA)
