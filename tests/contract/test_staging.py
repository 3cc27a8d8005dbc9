"""How far something is told, from its file and from what two people have promoted."""

from __future__ import annotations

from itertools import product

import pytest

from contract.incident import Audience
from contract.staging import BREADTH, Stage, in_force, narrower, wider


def promoted(stage: Audience, version: str = "v1") -> Stage:
    return Stage("contoh", "rule", "flood", version, stage, "a", "b", 0)


def test_what_nobody_promoted_is_told_to_nobody() -> None:
    """However far its file allows it."""
    assert [in_force(widest, None) for widest in BREADTH] == ["shadow"] * 3


@pytest.mark.parametrize(("widest", "stage"), list(product(BREADTH, BREADTH)))
def test_the_narrower_of_file_and_promotion_counts(widest: Audience, stage: Audience) -> None:
    """In either order; neither can widen the other."""
    told = in_force(widest, promoted(stage), "v1")
    assert told == min((widest, stage), key=BREADTH.index)
    assert not wider(told, than=widest)
    assert not wider(told, than=stage)


@pytest.mark.parametrize(("stage", "told"), [("shadow", "shadow"), ("staff", "staff"), ("public", "staff")])
def test_what_judges_otherwise_is_for_staff_at_most(stage: Audience, told: Audience) -> None:
    """Until it is promoted again, or judges as before."""
    assert in_force("public", promoted(stage, "v1"), "v2") == told
    assert in_force("public", promoted(stage, "v1"), "v1") == stage


def test_a_circle_is_not_wider_than_itself() -> None:
    """Nor narrower."""
    assert not any(wider(one, than=one) for one in BREADTH)
    assert all(narrower(one, one) == one for one in BREADTH)
