"""QARTOD's checks on a stream."""

from __future__ import annotations

import csv
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.shared_data import need

from contract.clock import SECOND_US
from contract.compress import compressed
from contract.kinds import CrowdValues, FloodValues, HotspotValues
from contract.quality import Quality
from edge.quality import GAUGE, Checker, QualityLimits, default_limits

FIVE_MIN_US = 300 * SECOND_US


def flags(levels: Sequence[float | None], limits: QualityLimits = GAUGE, period_us: int = FIVE_MIN_US) -> list[Quality]:
    checker = Checker(limits)
    return [
        checker.judge(None if level is None else FloodValues(level_cm=level), number * period_us).quality
        for number, level in enumerate(levels)
    ]


def dead_run() -> list[float]:
    path = need("flood/usgs_01589330_dead_run_2018-06.csv")
    with path.open(newline="") as file:
        return [float(row["stage_m"]) * 100 for row in csv.DictReader(file) if row["stage_m"]]


@pytest.mark.parametrize("speed", [1.0, 60.0, 600.0])
def test_genuine_flash_flood_stays_good(speed: float) -> None:
    """A month of Dead Run with two flash floods: every sample good, also in a compressed world."""
    levels = dead_run()
    assert set(flags(list(levels), compressed(GAUGE, speed), round(FIVE_MIN_US / speed))) == {Quality.GOOD}


def test_faster_flood_than_any_in_the_record_stays_good() -> None:
    """45 cm in five minutes, six times in a row."""
    assert set(flags([30.0 + 45 * n for n in range(7)])) == {Quality.GOOD}


@pytest.mark.parametrize("period_s", [10, 60, 300])
def test_single_jump_is_flagged_and_the_return_is_not(period_s: int) -> None:
    """+150 cm for one sample: not good at once; the samples round it are."""
    seen = flags([40, 41, 40, 42, 192, 41, 40, 41], period_us=period_s * SECOND_US)
    assert [number for number, flag in enumerate(seen) if flag is not Quality.GOOD] == [4]


@pytest.mark.parametrize("period_s", [10, 300])
def test_a_rise_that_the_next_sample_confirms_is_good_from_then_on(period_s: int) -> None:
    """A wall of water, or a gate that was opened: one sample is suspect, and the warning does not wait for more."""
    seen = flags([40.0] * 6 + [440.0, 445.0, 446.0, 444.0], period_us=period_s * SECOND_US)
    assert seen[6] in (Quality.SUSPECT, Quality.FAIL)
    assert seen[7:] == [Quality.GOOD] * 3


def test_two_spikes_that_do_not_agree_confirm_nothing() -> None:
    """An insect in the radar's path, twice: neither is a witness for the other, and the return is good."""
    seen = flags([40.0] * 6 + [440.0, 240.0, 40.0, 41.0], period_us=300 * SECOND_US)
    assert Quality.GOOD not in seen[6:8]
    assert seen[8:] == [Quality.GOOD] * 2


def test_a_fall_that_stays_is_good_again_after_three_samples() -> None:
    """A gate was closed and the water moves: three samples are suspect, the fourth is good, and so is what follows."""
    seen = flags([190.0] * 6 + [40.0, 40.2, 40.4, 40.6, 40.8, 41.0], period_us=10 * SECOND_US)
    assert seen[6:] == [Quality.SUSPECT] * 3 + [Quality.GOOD] * 3


@pytest.mark.parametrize("dead", [0.0, -2.5, 37.0])
def test_an_instrument_that_dies_in_a_flood_ends_none(dead: float) -> None:
    """It falls at once and never moves again: suspect to the end, and the river that comes back is good at once."""
    seen = flags([40.0, 80.0, 120.0, 160.0, *[dead] * 200, 161.0, 160.0, 158.0])
    assert seen[:4] == [Quality.GOOD] * 4
    assert seen[4:204] == [Quality.SUSPECT] * 200
    assert seen[204:] == [Quality.GOOD] * 3


def test_a_river_that_falls_at_once_and_moves_is_good_again() -> None:
    """A gate was shut: what moves is no dead instrument."""
    seen = flags([190.0] * 3 + [191.0] * 3 + [40.0, 40.3, 39.9, 40.2, 40.2, 40.2])
    assert seen[6:] == [Quality.SUSPECT] * 3 + [Quality.GOOD] * 3


def test_genuine_flood_with_one_spike_in_it() -> None:
    """The spike is flagged wherever it falls in a real flood, and nothing else is."""
    levels = dead_run()
    rise = max(range(1, len(levels)), key=lambda n: levels[n] - levels[n - 1])
    window = levels[rise - 30 : rise + 30]
    for place in range(5, 55, 7):
        spiked = list(window)
        spiked[place] += 150
        bad = [number for number, flag in enumerate(flags(list(spiked))) if flag is not Quality.GOOD]
        assert bad == [place]


def test_outside_the_instrument_fails_and_outside_the_place_is_suspect() -> None:
    limits = QualityLimits(field="level_cm", fail_min=0, fail_max=1000, suspect_max=600)
    assert flags([-1, 300, 700, 1001], limits) == [Quality.FAIL, Quality.GOOD, Quality.SUSPECT, Quality.FAIL]


def test_flat_line_is_suspect_then_fails_then_recovers() -> None:
    """Stuck for 30 min is suspect, for 60 min it fails, and one honest movement ends it."""
    limits = QualityLimits(field="level_cm", flat_suspect_s=1800, flat_fail_s=3600, flat_tolerance=0.5)
    seen = flags([50.0] * 13 + [52.0], limits)
    assert seen[5] is Quality.GOOD
    assert seen[6] is Quality.SUSPECT
    assert seen[12] is Quality.FAIL
    assert seen[13] is Quality.GOOD


def test_nothing_measured_is_missing_and_never_good() -> None:
    """No value is not a safe value, whether the sensor failed or answered with nothing in its answer."""
    checker = Checker(GAUGE)
    assert checker.judge(None, 0, fault=True).quality is Quality.MISSING
    assert checker.judge(FloodValues(), 1).quality is Quality.MISSING
    assert checker.judge(FloodValues(rain_mm=1.0), 2).quality is Quality.GOOD
    checker.judge(FloodValues(level_cm=10.0), 3)
    assert checker.judge(FloodValues(rain_mm=1.0), 4).quality is Quality.MISSING


def test_dead_uplink_is_a_good_reading() -> None:
    """That the internet is down is a measurement; there is no latency to judge, and nothing is missing."""
    checker = Checker(default_limits("hotspot"))
    assert checker.judge(HotspotValues(gateway_ok=False, internet="down"), 0).quality is Quality.GOOD


def test_other_kinds_are_judged_by_their_own_field() -> None:
    checker = Checker(QualityLimits(field="people", suspect_max=100))
    assert checker.judge(CrowdValues(people=101), 0).quality is Quality.SUSPECT


def test_limits_scale_with_a_compressed_world() -> None:
    """Durations shrink, rates grow, heights stay."""
    fast = compressed(GAUGE, 60)
    assert fast.max_rise_per_min == 900
    assert fast.flat_suspect_s == 1440
    assert fast.spike_suspect == GAUGE.spike_suspect


@given(st.lists(st.one_of(st.none(), st.floats(-2000, 4000)), max_size=60))
def test_memory_is_constant_and_every_verdict_is_a_flag(levels: list[float | None]) -> None:
    """Any stream at all: a flag for each, missing exactly where nothing came, and a bounded memory."""
    checker = Checker(GAUGE)
    for number, level in enumerate(levels):
        judged = checker.judge(None if level is None else FloodValues(level_cm=level), number * FIVE_MIN_US)
        assert (judged.quality is Quality.MISSING) == (level is None)
        assert all(flag is not Quality.GOOD for flag in judged.checks.values())
        assert len(checker._raw) <= 5


@pytest.mark.parametrize("period_s", [60, 300])
def test_a_lively_gauge_that_stands_still_is_suspect_within_half_an_hour(period_s: int) -> None:
    """Eight hours of small waves, then one number for ever; the first that moves is good again."""
    alive = [40.0 + (0.3, -0.2, 0.5, 0.0, -0.4, 0.1, 0.6)[number % 7] for number in range(8 * 3_600 // period_s)]
    dead = [40.2] * (3_600 // period_s)
    seen = flags([*alive, *dead, 40.6, 40.1], period_us=period_s * SECOND_US)
    flagged = seen.index(Quality.SUSPECT)
    assert 0 < (flagged - len(alive)) * period_s <= 1_800
    assert seen[: len(alive)] == [Quality.GOOD] * len(alive)
    assert set(seen[flagged : len(alive) + len(dead)]) == {Quality.SUSPECT}
    assert seen[-2:] == [Quality.GOOD, Quality.GOOD]


def test_an_instrument_that_counts_whole_centimetres_is_believed_in_calm_water() -> None:
    """A river that falls by a centimetre every two hours stands still most of the time: nothing is wrong with it."""
    assert set(flags([40.0 - number // 24 for number in range(480)])) == {Quality.GOOD}
