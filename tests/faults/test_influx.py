"""`siaga faults influx` in its short form."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.bench import short


@pytest.mark.slow
@pytest.mark.trial
@pytest.mark.timeout(420)
def test_short_form_holds(tmp_path: Path) -> None:
    """InfluxDB down, slow, refusing, with a poison line and with a field of another type: nothing good is lost or
    doubled, each flood is opened and filed meanwhile."""
    result = short("influx", tmp_path, seed=1)
    assert result.passed, result.failures
    assert result.stored > 500
    assert result.refused >= 3
    assert result.events_expected == result.events_opened == result.cases > 10
    assert result.figures["requests_for_one_line_in_5000"] <= 26
    assert {"victoria", "victoria_points_lost_to_a_kill"} & result.figures.keys()
