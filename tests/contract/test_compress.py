"""A day in minutes: what is scaled and what is not."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf, nan
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.compress import compressed


class Pair(NamedTuple):
    wait_s: float
    note: str


@dataclass(frozen=True)
class Rule:
    name: str = "river"
    for_s: float = 60.0
    clear_for_s: int = 300
    rise_cm_per_min: float = 2.0
    raise_cm: float = 150.0
    period_s: float | None = None
    noisy_s: bool = True
    status: str = "10_s"
    derived_s: float = field(init=False, default=7.0)


@dataclass(frozen=True)
class Pack:
    rules: tuple[Rule, ...]
    by_name: dict[str, Rule]
    best: Rule
    pair: Pair


FACTORS = st.floats(0.01, 1_000)


@given(FACTORS)
def test_durations_divided_rates_multiplied(factor: float) -> None:
    """A world that runs f times as fast waits 1/f and rises f times as steeply; nothing else moves."""
    rule = compressed(Rule(), factor)
    assert rule.for_s == 60.0 / factor
    assert rule.clear_for_s == 300 / factor
    assert rule.rise_cm_per_min == 2.0 * factor
    assert (rule.name, rule.raise_cm, rule.period_s, rule.noisy_s, rule.status) == ("river", 150.0, None, True, "10_s")
    assert rule.derived_s == 7.0


@given(FACTORS)
def test_depth(factor: float) -> None:
    """Tuples, dicts and dataclasses inside dataclasses are reached; a named tuple is a plain value."""
    pack = compressed(Pack((Rule(), Rule()), {"one": Rule()}, Rule(), Pair(60.0, "kept")), factor)
    assert {rule.for_s for rule in (*pack.rules, *pack.by_name.values(), pack.best)} == {60.0 / factor}
    assert pack.pair == Pair(60.0, "kept")


@given(st.floats(0.01, 1_000))
def test_there_and_back(factor: float) -> None:
    """Compressing and stretching again gives the same world."""
    assert compressed(compressed(Rule(), factor), 1 / factor).for_s == pytest.approx(60.0)


def test_real_time_is_untouched() -> None:
    """Factor one changes no value."""
    assert compressed(Rule(), 1) == Rule()


@pytest.mark.parametrize("factor", [0, -1, -0.5, nan, inf, -inf])
def test_impossible_factor(factor: float) -> None:
    """A world that stands still, runs backwards or knows no speed is refused."""
    with pytest.raises(ValueError, match="times as fast"):
        compressed(Rule(), factor)


@pytest.mark.parametrize("value", [5, "text", None, 3.5, Rule])
def test_what_is_no_dataclass_is_kept(value: object) -> None:
    """A bare number has no name that says what it is."""
    assert compressed(value, 2) is value
