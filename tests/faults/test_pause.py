"""`siaga faults pause` in its short form."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.bench import short


@pytest.mark.slow
@pytest.mark.trial
@pytest.mark.timeout(400)
def test_short_form_fences_the_zombie_and_replaces_the_hung(tmp_path: Path) -> None:
    """A zombie's transaction is refused, a stopped process is replaced, a paused one goes on: nothing is lost and
    nothing told twice."""
    # That an engine is stopped between its decision and its transaction can be tried, not forced.
    for seed in (1, 2, 3):
        result = short("pause", tmp_path / str(seed), seed=seed)
        if result.figures["refused_by_the_fence"] or result.lost or result.duplicated:
            break
    assert result.passed, result.failures
    assert result.figures["replaced"] == 1
    assert result.figures["refused_by_the_fence"] > 0
    assert result.events_expected == result.events_opened == result.cases > 0
