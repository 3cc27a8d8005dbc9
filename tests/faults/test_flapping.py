"""A day round a level is one incident; what would not be is seen."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

from support.bench import short

from alerts.rulefile import load_rules
from contract.levels import Scale
from contract.quality import Quality
from edge.quality import GAUGE, QualityLimits
from faults.parts.stages import ROOT
from faults.result import Result
from faults.trials import flapping
from faults.trials.flapping import SCALE, Play

PACK = load_rules(ROOT / "cities" / "yogyakarta" / "rules")
RULES = tuple(rule for rule in PACK if rule.audience != "shadow")
FLOOD = next(rule for rule in RULES if rule.subject == "flood")


def _settled(play: Play, seeds: range, *, limits: QualityLimits = GAUGE, scale: Scale = SCALE) -> Result:
    result = Result("flapping", 0, len(seeds))
    for seed in seeds:
        rng = random.Random(seed)
        day = flapping.draw(rng, play)
        flapping.account(day, flapping.judge(day, RULES, rng, limits=limits, scale=scale), FLOOD, result)
    return result


def test_short_form_holds(tmp_path: Path) -> None:
    """As `siaga faults flapping --short` runs it."""
    result = short("flapping", tmp_path, seed=7, rounds=40)
    assert result.passed, result.failures
    assert result.events_expected == result.events_opened == 20


def test_a_scale_without_hysteresis_is_caught() -> None:
    """Where a flood ends at the level at which it begins, a day round that level is many floods: the trial says so."""
    marks = tuple(replace(mark, clear_cm=mark.raise_cm - 0.1) for mark in SCALE.thresholds)
    result = _settled(Play.LEVEL, range(12), scale=replace(SCALE, thresholds=marks))
    assert result.duplicated > 0
    assert not result.passed


def test_a_stuck_gauge_that_nobody_flags_is_caught() -> None:
    """With the flat line of a day alone the trial fails."""
    assert not _settled(Play.STUCK_LOW, range(3), limits=replace(GAUGE, stuck_suspect_s=0.0)).passed


def test_spikes_that_nobody_flags_are_caught() -> None:
    """With neither the spike nor the rate of change judged the trial fails."""
    blind = replace(GAUGE, spike_suspect=None, spike_fail=None, max_rise_per_min=None, max_fall_per_min=None)
    assert not _settled(Play.CALM, range(3), limits=blind).passed


def test_sound_water_is_believed() -> None:
    """A day without a fault has no flagged sample, in calm and in flood."""
    for play in (Play.CALM, Play.LEVEL):
        rng = random.Random(11)
        day = replace(flapping.draw(rng, play), spikes={})
        assert set(flapping.judge(day, RULES, rng).flags) == {Quality.GOOD}
