"""What a level means where people live: reached, next, and what may stand in a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.impacts import impact

from contract.errors import BadInput
from contract.impact import DEPTHS, Impact, dialled, meaning, rw_key
from contract.impact_check import CODES, check_impact, clash, problems_of
from contract.levels import Level, Scale, Threshold

SCALE = Scale(
    "gauge-1", "contoh", "rising", (Threshold(Level.WASPADA, 70, 60, "3"), Threshold(Level.AWAS, 160, 140, "1"))
)
TODAY = date(2026, 6, 1)
ANKLE, KNEE = impact(depth="ankle", from_cm=150.0), impact(depth="knee", from_cm=180.0)
CUT_OFF = impact(rw="RW 05", depth="cut_off", from_cm=160.0)
CHEST = impact(rw="RW 06", depth="chest", from_cm=180.0)
WRONG: Mapping[str, dict[str, Any]] = {
    "gauge": {"gauge": "gauge-9"},
    "from_cm": {"from_cm": float("nan")},
    "range": {"from_cm": 59.0},
    "rw": {"rw": " "},
    "muster": {"muster": "x" * 81},
    "place": {"muster_lon": None},
    "far": {"muster_lat": -8.8},
    "phone": {"phone": "telepon pak RW"},
    "checked_by": {"checked_by": "BPBD\u202e"},
    "future": {"checked_on": date(2026, 6, 2)},
    "compared": {"compared": ""},
}


def codes(one: Impact, scale: Scale | None = SCALE) -> list[str]:
    known = scale if one.gauge == "gauge-1" else None
    return [found.code for found in problems_of(one, known, today=TODAY, place=(-7.8, 110.37))]


def test_the_worst_is_told_first_and_each_rw_once() -> None:
    """Of an RW that was at the ankles before, the knees; what comes next with how much is missing, rounded up."""
    told = meaning([KNEE, ANKLE, CUT_OFF, CHEST], 180.0)
    assert told.reached == (CHEST, KNEE, CUT_OFF)
    assert (told.following, told.missing_cm, told.others) == ((), None, (ANKLE,))
    before = meaning([KNEE, ANKLE, CUT_OFF, CHEST], 159.2)
    assert (before.reached, before.following, before.missing_cm) == ((ANKLE,), (CUT_OFF,), 1)
    assert before.others == (KNEE, CHEST)


def test_where_the_level_is_not_known_nothing_is_reached_and_nothing_is_next() -> None:
    """All rows remain to be read, the lowest first."""
    told = meaning([KNEE, ANKLE], None)
    assert told == meaning([ANKLE, KNEE], None)
    assert (told.reached, told.following, told.missing_cm, told.others) == ((), (), None, (ANKLE, KNEE))


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(60, 90), st.sampled_from("abc"), st.sampled_from(DEPTHS)), max_size=12),
    st.none() | st.floats(50, 100),
)
def test_no_row_is_lost_or_told_twice(rows: list[tuple[int, str, Any]], level_cm: float | None) -> None:
    """Whatever the table and the level: each row is in one part; what is called reached is, and what is next is not."""
    table = list({one.key: one for cm, rw, depth in rows for one in [impact(from_cm=cm, rw=rw, depth=depth)]}.values())
    told = meaning(table, level_cm)
    assert sorted(told.all, key=lambda one: one.key) == sorted(table, key=lambda one: one.key)
    if level_cm is not None:
        assert {rw_key(one.rw) for one in told.reached} == {rw_key(one.rw) for one in table if one.from_cm <= level_cm}
        assert all(one.from_cm > level_cm for one in told.following)
        assert told.missing_cm is None or level_cm + told.missing_cm >= told.following[0].from_cm
        assert [one.gravity for one in told.reached] == sorted((one.gravity for one in told.reached), reverse=True)


def test_a_sound_row_has_no_problem() -> None:
    """Also without position and comparison, at both ends of the staff, and dialled as people write numbers."""
    assert codes(impact()) == []
    assert codes(impact(muster_lat=None, muster_lon=None, compared_on=None, compared="")) == []
    assert codes(impact(from_cm=60.0)) == codes(impact(from_cm=1160.0)) == []
    assert dialled("+62 (274) 555-123") == "+62274555123"
    assert codes(impact(phone="112")) == codes(impact(phone="+62 (274) 555-123")) == []


@pytest.mark.parametrize("code", WRONG)
def test_each_mistake_has_its_code_and_its_remedy(code: str) -> None:
    """One thing is wrong and one thing is said, with the column that it stands in."""
    (found,) = (
        problems_of(impact(**WRONG[code]), None if code == "gauge" else SCALE, today=TODAY, place=(-7.8, 110.37))
        if code != "from_cm"
        else problems_of(impact(**WRONG[code]), SCALE)[:1]
    )
    assert found.code == code
    assert found.code in CODES
    assert found.what and found.remedy and found.column  # noqa: PT018


@pytest.mark.parametrize("phone", ["", "12", "1" * 16, "+", "0274/555", "112 ext 5", "tel:112", "٣٤٥٦", "1" * 25])
def test_a_number_that_cannot_be_dialled(phone: str) -> None:
    """Too short, too long, with words in it, or in other digits than a telephone's."""
    assert "phone" in codes(impact(phone=phone))
    with pytest.raises(BadInput, match="cannot be dialled"):
        check_impact(impact(phone=phone))


def test_low_water_means_nothing_at_a_door() -> None:
    """A gauge whose danger is falling water has no impact rows."""
    assert codes(impact(from_cm=100.0), replace(SCALE, direction="falling")) == ["falling"]


def test_rows_that_contradict_each_other() -> None:
    """The same level twice, and shallower in higher water, also where the higher row was there first."""
    for one, other, code in (
        (impact(rw="rw 04   contoh", depth="chest"), KNEE, "doubled"),
        (impact(from_cm=200.0, depth="ankle"), KNEE, "shallower"),
        (impact(from_cm=100.0, depth="waist"), KNEE, "shallower"),
    ):
        found = clash(one, [CHEST, other])
        assert found is not None
        assert (found[0].code, found[1]) == (code, other)
    assert clash(impact(from_cm=200.0, depth="knee"), [KNEE, CHEST]) is None
    assert clash(impact(from_cm=200.0, depth="ankle"), [replace(KNEE, gauge="gauge-2")]) is None
