"""Clocks that are wrong, jump, drift or learn the time late."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.bench import short


@pytest.mark.slow
def test_order_holds_and_times_are_mended(tmp_path: Path) -> None:
    """Four floods under lying clocks and one more with processes under libfaketime: each is one flood and one case, and
    no trusted time is more than 2 s off."""
    result = short("clock", tmp_path, seed=1)
    assert result.passed, result.failures
    assert result.events_expected == result.events_opened == result.cases == result.rounds + 1
    assert result.figures["kept_corrected"]
    assert result.figures["processes_kept_corrected"]
