"""A card rots, and what can still be read of the spool is delivered once."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.bench import short


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 7])
def test_damage_costs_what_is_said_and_nothing_more(tmp_path: Path, seed: int) -> None:
    """No crash loop, no reading twice, no value that was never measured, and every loss in a report."""
    result = short("corrupt", tmp_path, seed=seed)
    assert result.passed, result.failures
    assert result.figures["readings_gone"] < result.figures["readings_at_risk"]
    assert result.figures["new_epochs"]
