"""`siaga faults identity` in its short form."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.bench import short

from faults.attacks import ATTACKS


@pytest.mark.slow
def test_nobody_is_taken_for_another(tmp_path: Path) -> None:
    """Every attack on a real broker, ingest and watch: none accepted, none unnoticed."""
    result = short("identity", tmp_path, seed=1)
    assert result.failures == []
    assert result.figures == {"attacks": len(ATTACKS), "accepted": 0, "unnoticed": 0}


def test_there_are_more_than_forty_and_each_is_another() -> None:
    """Ways of lying to the broker, to ingest and to the authority, told apart by name."""
    names = [attack.name for attack in ATTACKS]
    assert len(set(names)) == len(names) >= 40
    assert {attack.noticed for attack in ATTACKS} == {"broker", "ingest", "authority"}
