"""Readings twice, in another order, a month late: the end is the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.bench import short


@pytest.mark.slow
def test_end_is_that_of_the_clean_run(tmp_path: Path) -> None:
    """Rows, quarantine, incidents and cases after fifty disturbed floods, some of them with a restart in between, and
    after one that a second real city hears several times."""
    result = short("replay", tmp_path, seed=1)
    assert result.passed, result.failures
    assert result.events_expected == result.events_opened == result.cases > 0
    assert result.figures["restarts"]
    assert result.figures["processes_repeated"]
