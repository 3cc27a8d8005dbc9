"""Clock trust and re-stamping."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.clock import DAY_US, HOUR_US, SECOND_US
from contract.messages import ClockSource
from edge.clock import BUILD_US, MAX_ROUND_TRIP_US, Timekeeper, boot_id, system_source
from edge.ports import Instant

TRUE_US = 1_750_000_000 * SECOND_US
YEAR_US = 365 * DAY_US


def at(mono_s: float, wall_us: int, source: ClockSource) -> Instant:
    return Instant(round(mono_s * SECOND_US), wall_us, source)


def test_reading_of_a_synchronised_clock_keeps_its_time() -> None:
    """NTP's word is taken as it is, and called synced."""
    time = Timekeeper()
    taken = time.stamp(at(10, TRUE_US, "ntp"))
    assert time.time_of(taken, same_boot=True) == (TRUE_US, "synced")


def test_boot_in_1970_waits_and_is_corrected_by_the_citys_answer() -> None:
    """Readings of a boot without a clock get their right time from monotonic offsets, within half a round trip."""
    time = Timekeeper()
    taken = time.stamp(at(5, 5 * SECOND_US, "none"))
    assert time.time_of(taken, same_boot=True) is None
    # Asked at mono 100 s, answered when it is TRUE_US, heard at mono 101 s.
    assert time.answer(TRUE_US, 100 * SECOND_US, at(101, 101 * SECOND_US, "none"))
    known = time.time_of(taken, same_boot=True)
    assert known is not None
    assert known[1] == "corrected"
    assert abs(known[0] - (TRUE_US - 95 * SECOND_US)) <= SECOND_US


def test_untrusted_time_is_never_before_the_floor() -> None:
    """A node that knows nothing says at least "not before I was built, and not before I last knew the time"."""
    saved_us = TRUE_US
    time = Timekeeper(saved_us)
    time.note(at(10, 0, "none"))
    taken = time.stamp(at(70, 60 * SECOND_US, "none"))
    assert time.guess(taken, same_boot=True) == (saved_us + 60 * SECOND_US, "untrusted")
    assert Timekeeper(0).stamp(at(1, 0, "none")).wall_us >= BUILD_US


def test_earlier_boot_that_never_knew_goes_out_untrusted_at_once() -> None:
    """Nothing links that boot's clock to this one's."""
    time = Timekeeper()
    taken = at(5, TRUE_US, "none")
    assert time.time_of(taken, same_boot=False) == (TRUE_US, "untrusted")


@pytest.mark.parametrize("step_us", [-3 * YEAR_US, 3 * YEAR_US, HOUR_US])
def test_step_of_the_wall_clock_moves_no_time(step_us: int) -> None:
    """A step is noticed; what was taken before and what is taken after is timed as if it had not happened."""
    time = Timekeeper()
    before = time.stamp(at(10, TRUE_US, "ntp"))
    after = time.stamp(at(20, TRUE_US + 10 * SECOND_US + step_us, "ntp"))
    time.answer(TRUE_US + 11 * SECOND_US, 21 * SECOND_US, at(21, TRUE_US + 11 * SECOND_US + step_us, "ntp"))
    assert time.steps == 1
    known_before, known_after = time.time_of(before, same_boot=True), time.time_of(after, same_boot=True)
    assert known_before is not None
    assert known_after is not None
    assert abs(known_before[0] - TRUE_US) <= SECOND_US
    assert abs(known_after[0] - (TRUE_US + 10 * SECOND_US)) <= SECOND_US


def test_step_that_the_city_confirms_is_adopted() -> None:
    """A battery clock that was an hour wrong and is set right: the city's answer ends the dispute for the new time."""
    time = Timekeeper()
    time.note(at(10, TRUE_US - HOUR_US, "rtc"))
    time.note(at(20, TRUE_US + 10 * SECOND_US, "ntp"))
    assert time.disputed
    assert time.answer(TRUE_US + 11 * SECOND_US, 21 * SECOND_US, at(21, TRUE_US + 11 * SECOND_US, "ntp"))
    assert not time.disputed
    assert time.source == "ntp"


def test_clock_that_claims_ntp_and_says_1970_is_not_believed() -> None:
    """Below the floor no source is believed, with or without an anchor."""
    time = Timekeeper()
    assert time.stamp(at(5, 5 * SECOND_US, "ntp")).source == "none"
    time.answer(TRUE_US, 10 * SECOND_US, at(10, 10 * SECOND_US, "ntp"))
    assert time.stamp(at(11, 11 * SECOND_US, "ntp")) == at(11, TRUE_US + SECOND_US, "server")


def test_wall_clock_that_the_city_contradicts_is_overruled() -> None:
    """A clock a year ahead would have every reading refused."""
    time = Timekeeper()
    taken = time.stamp(at(10, TRUE_US + YEAR_US, "rtc"))
    time.answer(TRUE_US, 10 * SECOND_US, at(10, TRUE_US + YEAR_US, "rtc"))
    assert time.time_of(taken, same_boot=True) == (TRUE_US, "corrected")


def test_late_or_foolish_answers_are_not_used() -> None:
    """An answer from before the question, one that took too long, and one from 1970 change nothing."""
    time = Timekeeper()
    assert not time.answer(TRUE_US, 20 * SECOND_US, at(10, 0, "none"))
    assert not time.answer(TRUE_US, 0, Instant(MAX_ROUND_TRIP_US + 1, 0, "none"))
    assert not time.answer(0, 10 * SECOND_US, at(10, 0, "none"))
    assert time.anchor is None


def test_slow_answer_is_used_only_where_no_better_one_comes() -> None:
    """An answer to a retained birth that somebody read late must not shift a node's time by half a minute."""
    time = Timekeeper()
    answers = [time.answer(TRUE_US, n * 100 * SECOND_US, at(n * 100 + 30, 0, "none")) for n in range(1, 5)]
    assert answers == [False, False, False, True]


@given(
    offsets_s=st.lists(st.floats(0, 86_400), min_size=1, max_size=20),
    start_wall_s=st.integers(0, 5_000_000_000),
    round_trip_s=st.floats(0, 4),
    share=st.floats(0, 1),
)
def test_every_reading_of_a_boot_is_right_within_half_the_round_trip(
    offsets_s: list[float], start_wall_s: int, round_trip_s: float, share: float
) -> None:
    """Whatever the wall clock said, after one answer every reading of the boot is at most 2 s wrong."""
    time = Timekeeper()
    boot_us = TRUE_US
    taken = [
        time.stamp(Instant(round(s * SECOND_US), start_wall_s * SECOND_US + round(s * SECOND_US), "none"))
        for s in sorted(offsets_s)
    ]
    asked_us = 90_000 * SECOND_US
    heard_us = asked_us + round(round_trip_s * SECOND_US)
    server_us = boot_us + asked_us + round(share * (heard_us - asked_us))
    assert time.answer(server_us, asked_us, Instant(heard_us, start_wall_s * SECOND_US + heard_us, "none"))
    for one in taken:
        known = time.time_of(one, same_boot=True)
        assert known is not None
        assert abs(known[0] - (boot_us + one.mono_us)) <= 2 * SECOND_US + 1


def test_this_machine_can_be_asked() -> None:
    """The kernel's answer is one of the words of the wire; a boot has a name."""
    assert system_source() in ("ntp", "rtc", "none")
    assert len(boot_id()) == 36
