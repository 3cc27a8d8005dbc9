"""Time as whole microseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.clock import SECOND_US, ManualClock, SystemClock, from_us, rfc3339, to_us
from contract.messages import MAX_US

TIMES = st.integers(0, MAX_US)


@given(TIMES)
def test_to_undoes_from(us: int) -> None:
    """Not a microsecond is lost, over the whole range of the wire."""
    assert to_us(from_us(us)) == us


@given(TIMES, TIMES)
def test_text_sorts_as_time_does(one: int, other: int) -> None:
    """RFC 3339 with six digits always."""
    assert (rfc3339(one) < rfc3339(other)) == (one < other)
    assert datetime.fromisoformat(rfc3339(one)) == from_us(one)


def test_zone() -> None:
    """10:00 in Yogyakarta is 03:00 UTC."""
    wib = timezone(timedelta(hours=7))
    assert rfc3339(to_us(datetime(2026, 1, 24, 10, 0, tzinfo=wib))) == "2026-01-24T03:00:00.000000Z"


def test_naive_datetime() -> None:
    """A datetime without a zone has no moment."""
    with pytest.raises(ValueError, match="without a zone"):
        to_us(datetime(2026, 1, 24))  # noqa: DTZ001


def test_system_clock() -> None:
    """Wall time is now, monotonic time goes forward."""
    clock = SystemClock()
    before_us = clock.mono_us()
    assert abs(clock.now_us() - to_us(datetime.now(UTC))) < 5 * SECOND_US
    assert clock.mono_us() >= before_us


def test_manual_clock() -> None:
    """Both clocks advance together; a step moves the wall alone."""
    clock = ManualClock(now_us=100, mono_us=5)
    clock.advance(1.5)
    assert (clock.now_us(), clock.mono_us()) == (1_500_100, 1_500_005)
    clock.set_wall(7)
    assert (clock.now_us(), clock.mono_us()) == (7, 1_500_005)
