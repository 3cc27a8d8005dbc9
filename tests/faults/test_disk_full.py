"""`siaga faults disk-full` in its short form."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.bench import short


@pytest.mark.slow
@pytest.mark.trial
@pytest.mark.timeout(420)
def test_short_form_holds(tmp_path: Path) -> None:
    """A node's card and the city's disk are full for a while: drops are exact and told, levels are kept, it heals."""
    result = short("disk-full", tmp_path, seed=3)
    assert result.passed, result.failures
    assert result.stored > 100
    assert result.dropped == sum(result.figures["dropped_by_sensor"].values()) > 0
    assert result.events_expected == result.events_opened == result.cases == 1
