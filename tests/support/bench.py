"""The short form of a fault, as the tests run it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from contract.clock import SystemClock
from faults.laboratory import Laboratory
from faults.parts.missing import NotInstalled
from faults.register import fault
from faults.result import Result


def short(name: str, folder: Path, *, seed: int, rounds: int | None = None) -> Result:
    """Run it as `siaga faults NAME --short --seed SEED` does; skipped where this machine lacks a part of it."""
    found = fault(name)
    laboratory = Laboratory(
        fault=name,
        rounds=rounds or found.short_rounds,
        seed=seed,
        rng=random.Random(seed),
        folder=folder,
        clock=SystemClock(),
        say=lambda line: None,
        short=True,
    )
    try:
        return found.run(laboratory)
    except NotInstalled as missing:
        pytest.skip(str(missing))
