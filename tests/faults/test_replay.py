"""Readings twice, in another order, a month late: the end is the same."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from support.bench import short

from contract.clock import DAY_US
from faults.parts.bench_city import Template
from faults.result import Result
from faults.trials import replay


@pytest.mark.slow
def test_end_is_that_of_the_clean_run(tmp_path: Path) -> None:
    """Rows, quarantine, incidents and cases after fifty disturbed floods, some of them with a restart in between, and
    after one that a second real city hears several times."""
    result = short("replay", tmp_path, seed=1)
    assert result.passed, result.failures
    assert result.events_expected == result.events_opened == result.cases > 0
    assert result.figures["restarts"]
    assert result.figures["processes_repeated"]


def test_an_impossible_past_makes_no_good_reading_old(tmp_path: Path) -> None:
    """A refused reading of 1970 came before the good one whose number is lower: the crest is told all the same."""
    (tmp_path / "template").mkdir()
    template = Template(tmp_path / "template", replay.START_US - 60 * DAY_US, faster=replay.FASTER)
    story = replay.told(random.Random(6424965734481045226))
    order = replay.Order.drawn(story, random.Random(2315136251991755957))
    assert order.live
    clean = replay.end(template, tmp_path / "clean", replay.in_order(story))
    result = Result("replay", 2026, 1)
    replay.hear(template, tmp_path / "disturbed", story, order, clean, result, 6788)
    assert result.failures == []
    assert [one[-1] for one in clean.incidents] == ["SIAGA", ""]
