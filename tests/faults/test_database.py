"""`siaga faults database` in its short form."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.bench import short


@pytest.mark.slow
@pytest.mark.trial
@pytest.mark.timeout(420)
def test_short_form_holds(tmp_path: Path) -> None:
    """PostgreSQL dead, full, locked, cut off about a COMMIT; SQLite busy: one flood, one case, once."""
    result = short("database", tmp_path, seed=2)
    assert result.passed, result.failures
    assert result.stored > 100
    assert result.dropped == result.refused == 0
    assert result.events_expected == result.events_opened == result.cases > 5
