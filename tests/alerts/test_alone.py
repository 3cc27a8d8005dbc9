"""A reading that jumped alone is found below every mark too."""

from __future__ import annotations

import pytest

from alerts.alone import Alone
from alerts.doubt import NO_JUMP
from contract.clock import MINUTE_US


def found(levels: list[float], *, jump_cm: float = 100.0, every_min: int = 60) -> list[float]:
    """What was not borne out of readings so many minutes apart, two hours being live."""
    alone = Alone(jump_cm, 120 * MINUTE_US)
    said = [alone.hear((1 + number) * every_min * MINUTE_US, cm) for number, cm in enumerate(levels)]
    return [one[1] for one in said if one is not None]


@pytest.mark.parametrize(
    ("levels", "alone"),
    [
        ([700, 80, 700], [80]),
        ([700, 80, 700, 80, 700], [80, 80]),
        ([600, 900, 610], [900]),
        ([700, 80, 80, 80], []),
        ([700, 80], []),
        ([600, 690, 600], []),
        ([300, 900, 700, 690], []),
        ([80], []),
    ],
    ids=["typed", "twice", "upwards", "the water fell", "nothing after it", "no jump", "a wave", "the first"],
)
def test_a_reading_that_the_next_does_not_bear_out(levels: list[float], alone: list[float]) -> None:
    """As long as it stands alone."""
    assert found(levels) == alone


def test_after_a_hole_nothing_is_held_together() -> None:
    """Three hours apart nobody knows what the water did; two hours apart they do."""
    assert found([700, 80, 700], every_min=180) == []
    assert found([700, 80, 700], every_min=120) == [80]


def test_a_scale_that_names_no_jump_finds_none() -> None:
    """Nothing is guessed."""
    assert found([700, 80, 700], jump_cm=NO_JUMP) == []
