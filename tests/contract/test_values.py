"""The small plain values: quality, levels, privacy, ranges, errors."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import BadInput, Rejected, Unavailable
from contract.levels import Level, Scale, Threshold
from contract.messages import to_ranges
from contract.privacy import ROUNDED_TO, SMALLEST_SHOWN, public_count
from contract.quality import Quality, roll_up

FLAGS = st.lists(st.sampled_from(Quality), max_size=6)
RISING = Scale(
    gauge="gauge-01",
    datum="staff zero",
    direction="rising",
    thresholds=(
        Threshold(Level.WASPADA, 150.0, 140.0, "Siaga 3"),
        Threshold(Level.SIAGA, 200.0, 190.0, "Siaga 2"),
        Threshold(Level.AWAS, 250.0, 240.0, "Siaga 1"),
    ),
)
FALLING = Scale(
    gauge="gauge-02",
    datum="staff zero",
    direction="falling",
    thresholds=(Threshold(Level.WASPADA, 50.0, 60.0, "Kuning"), Threshold(Level.AWAS, 20.0, 30.0, "Merah")),
)


@given(FLAGS)
def test_roll_up_takes_the_gravest(flags: list[Quality]) -> None:
    """MISSING over FAIL over SUSPECT over GOOD over UNKNOWN; no check at all is UNKNOWN."""
    order = [Quality.MISSING, Quality.FAIL, Quality.SUSPECT, Quality.GOOD, Quality.UNKNOWN]
    assert roll_up(flags) == min(flags, key=order.index, default=Quality.UNKNOWN)


@given(FLAGS, st.randoms())
def test_roll_up_has_no_order(flags: list[Quality], random: object) -> None:
    """The order in which checks ran does not matter, nor does a check that ran twice."""
    assert roll_up(flags) == roll_up(reversed(flags)) == roll_up(flags + flags)


def test_roll_up_is_never_better_than_a_check() -> None:
    """One bad check is enough."""
    assert roll_up([Quality.GOOD, Quality.GOOD, Quality.SUSPECT]) is Quality.SUSPECT
    assert roll_up([Quality.GOOD, Quality.UNKNOWN]) is Quality.GOOD


@pytest.mark.parametrize(
    ("level_cm", "level"),
    [
        (149.9, Level.NORMAL),
        (150.0, Level.WASPADA),
        (199.9, Level.WASPADA),
        (200.0, Level.SIAGA),
        (250.0, Level.AWAS),
        (9_999.0, Level.AWAS),
        (-10.0, Level.NORMAL),
    ],
)
def test_rising_scale(level_cm: float, level: Level) -> None:
    """A threshold is reached at or above."""
    assert RISING.level_at(level_cm) is level


@pytest.mark.parametrize(
    ("level_cm", "level"), [(60.0, Level.NORMAL), (50.0, Level.WASPADA), (20.0, Level.AWAS), (0.0, Level.AWAS)]
)
def test_falling_scale(level_cm: float, level: Level) -> None:
    """Where low is bad, at or below."""
    assert FALLING.level_at(level_cm) is level


@given(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
def test_more_water_is_never_milder(one_cm: float, other_cm: float) -> None:
    """On a rising scale a higher reading shows the same level or a worse one."""
    low, high = sorted((one_cm, other_cm))
    assert not RISING.level_at(low).worse_than(RISING.level_at(high))


def test_names_stand_second() -> None:
    """The city's own name of a level, also of a level that this gauge does not have."""
    assert RISING.local_name(Level.AWAS) == "Siaga 1"
    assert RISING.local_name(Level.NORMAL) == "Normal"
    assert FALLING.local_name(Level.SIAGA) == "Normal"
    assert FALLING.threshold(Level.SIAGA) is None


def test_one_is_the_worst() -> None:
    """AWAS is worse than everything, nothing is worse than itself."""
    assert sorted(Level, key=lambda level: level.value) == [Level.AWAS, Level.SIAGA, Level.WASPADA, Level.NORMAL]
    assert Level.AWAS.worse_than(Level.SIAGA)
    assert not any(level.worse_than(level) for level in Level)
    assert not any(Level.NORMAL.worse_than(level) for level in Level)


@given(st.integers(-5, 10_000_000))
def test_a_small_count_is_never_told(count: int) -> None:
    """Below ten all counts look alike; above, the number is rounded to five and never falls below ten."""
    told = public_count(count)
    assert told is not None
    if count < SMALLEST_SHOWN:
        assert told == "<10"
    else:
        assert int(told) >= SMALLEST_SHOWN
        assert int(told) % ROUNDED_TO == 0
        assert abs(int(told) - count) <= ROUNDED_TO / 2


def test_no_count_is_no_count() -> None:
    """Nothing counted is not "few"."""
    assert public_count(None) is None


@given(st.lists(st.integers(1, 200)))
def test_ranges_hold_exactly_their_seqs(seqs: list[int]) -> None:
    """Folding and unfolding gives the same set, in ascending ranges with a gap between any two."""
    ranges = to_ranges(seqs)
    assert {seq for first, last in ranges for seq in range(first, last + 1)} == set(seqs)
    assert all(first <= last for first, last in ranges)
    assert all(one[1] + 1 < other[0] for one, other in pairwise(ranges))


def test_bad_input_is_one_sentence_for_people() -> None:
    """Where, what, remedy, in this order."""
    error = BadInput("no such region", where="nodes.toml line 3", remedy="Use an adm4 code.")
    assert str(error) == "nodes.toml line 3: no such region. Use an adm4 code."
    assert str(BadInput("no such region")) == "no such region"


def test_port_errors_carry_what_the_caller_needs() -> None:
    """When to try again, or why never."""
    assert Unavailable("away", retry_after_s=3.0).retry_after_s == 3.0
    assert Unavailable("away").retry_after_s is None
    assert Rejected("no", reason="fenced").reason == "fenced"
