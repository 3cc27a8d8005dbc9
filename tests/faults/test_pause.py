"""`siaga faults pause` in its short form."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from contract.clock import SystemClock
from faults import register
from faults.laboratory import Laboratory


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(240)
def test_short_form_fences_the_zombie_and_replaces_the_hung(tmp_path: Path) -> None:
    """A zombie's transaction is refused, a stopped process is replaced, a paused one goes on: nothing is lost and
    nothing told twice."""
    fault = register.fault("pause")
    laboratory = Laboratory(
        "pause", fault.short_rounds, 1, random.Random(1), tmp_path, SystemClock(), lambda _: None, short=True
    )
    result = fault.run(laboratory)
    assert result.passed, result.failures
    assert result.figures["replaced"] == 1
    assert result.figures["refused_by_the_fence"] >= result.figures["stopped_before_a_transaction"]
    assert result.events_expected == result.events_opened == result.cases > 0
