"""When a city's promise is due: nights, weekends, holidays, pauses and zones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.clocks import Calendar, due_us
from contract.clock import DAY_US, HOUR_US, SECOND_US, from_us, to_us
from contract.promise import DaysOff, Pause, Term

WIB, WITA, WIT = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Makassar"), ZoneInfo("Asia/Jayapura")
CALENDAR = Calendar(WIB)
FAR_US = to_us(datetime(2027, 1, 1, tzinfo=WIB))


def at(text: str, zone: ZoneInfo = WIB) -> int:
    """A local moment, `2026-06-05 15:00`."""
    return to_us(datetime.fromisoformat(text).replace(tzinfo=zone))


def due(
    start: str, term: Term, pauses: Sequence[Pause] = (), now_us: int = FAR_US, calendar: Calendar = CALENDAR
) -> str:
    """As a local moment."""
    moment = due_us(at(start), term, calendar, pauses, now_us)
    assert moment is not None
    return from_us(moment).astimezone(WIB).strftime("%Y-%m-%d %H:%M")


def pause(start: str, end: str | None) -> Pause:
    return Pause(at(start), None if end is None else at(end), "weather")


def test_wall_time_runs_through_nights_and_weekends() -> None:
    """Jogja Smart Service promises 2 and 24 hours, and means hours."""
    assert due("2026-06-06 23:30", Term(seconds=2 * 3_600)) == "2026-06-07 01:30"
    assert due("2026-06-06 23:30", Term(seconds=24 * 3_600)) == "2026-06-07 23:30"


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-06-05 15:00", 3, "2026-06-10 15:00"),
        ("2026-06-02 09:00", 3, "2026-06-05 09:00"),
        ("2026-06-06 12:00", 1, "2026-06-09 00:00"),
        ("2026-06-02 00:00", 1, "2026-06-03 00:00"),
        ("2026-08-14 10:00", 1, "2026-08-18 10:00"),
        ("2026-12-24 16:00", 1, "2026-12-28 16:00"),
    ],
    ids=["over a weekend", "within a week", "begun on a Saturday", "from midnight", "Independence Day", "Christmas"],
)
def test_working_days_skip_weekends_and_holidays(start: str, days: int, expected: str) -> None:
    """SP4N-LAPOR counts working days; 17 August 2026 is a Monday, and this city works on 24 December."""
    calendar = Calendar(WIB, DaysOff({}, working=[date(2026, 12, 24)]))
    assert due(start, Term(working_days=days), calendar=calendar) == expected


def test_a_holiday_has_its_name() -> None:
    """The page that shows a due date says why it is so late."""
    assert "Kemerdekaan" in CALENDAR.day(date(2026, 8, 17)).name
    assert not CALENDAR.day(date(2026, 8, 17)).working
    assert CALENDAR.day(date(2026, 8, 16)) == Calendar(WIB).day(date(2026, 8, 16))
    assert CALENDAR.day(date(2026, 8, 18)).working


def test_the_city_has_the_last_word_on_its_calendar() -> None:
    """A local election day is off; a city that works on a day of joint leave says so."""
    own = Calendar(WIB, DaysOff({date(2026, 6, 3): "Pilkada"}, working=[date(2026, 8, 17)]))
    assert due("2026-06-02 09:00", Term(working_days=1), calendar=own) == "2026-06-04 09:00"
    assert own.day(date(2026, 6, 3)).name == "Pilkada"
    assert own.day(date(2026, 8, 17)).working


def test_a_pause_moves_the_end_by_what_it_took() -> None:
    """Three hours of waiting for the power company are three hours more."""
    assert due("2026-06-02 09:00", Term(seconds=6 * 3_600), [pause("2026-06-02 10:00", "2026-06-02 13:00")]) == (
        "2026-06-02 18:00"
    )


def test_a_pause_over_a_weekend_takes_no_working_time() -> None:
    """The clock stood still anyway."""
    assert due("2026-06-05 15:00", Term(working_days=1), [pause("2026-06-06 00:00", "2026-06-08 00:00")]) == (
        "2026-06-08 15:00"
    )


def test_pauses_that_overlap_count_once() -> None:
    """Two reasons at one time are one standstill."""
    both = [pause("2026-06-02 10:00", "2026-06-02 12:00"), pause("2026-06-02 11:00", "2026-06-02 13:00")]
    assert due("2026-06-02 09:00", Term(seconds=6 * 3_600), both) == "2026-06-02 18:00"


def test_while_it_stands_still_the_end_moves_with_the_clock_on_the_wall() -> None:
    """What is shown is when it would be due were it started again now."""
    standing = [pause("2026-06-02 10:00", None)]
    for hour in (11, 12, 20):
        now_us = at(f"2026-06-02 {hour}:00")
        expected = at("2026-06-02 15:00") + (hour - 10) * HOUR_US
        assert due_us(at("2026-06-02 09:00"), Term(seconds=6 * 3_600), CALENDAR, standing, now_us) == expected


def test_a_pause_after_the_end_changes_nothing() -> None:
    """What was late when it was paused stays late."""
    late = [pause("2026-06-02 16:00", "2026-06-03 16:00")]
    assert due("2026-06-02 09:00", Term(seconds=6 * 3_600), late) == "2026-06-02 15:00"


def test_each_zone_has_its_own_midnight() -> None:
    """Reported at one instant, Saturday has begun in Mataram and not in Jambi."""
    instant = at("2026-06-05 23:30")
    in_jambi = due_us(instant, Term(working_days=1), Calendar(WIB), [], FAR_US)
    in_mataram = due_us(instant, Term(working_days=1), Calendar(WITA), [], FAR_US)
    in_papua = due_us(instant, Term(working_days=1), Calendar(WIT), [], FAR_US)
    assert in_jambi == at("2026-06-08 23:30")
    assert in_mataram == at("2026-06-09 00:00", WITA)
    assert in_papua == at("2026-06-09 00:00", WIT)


def test_nothing_promised_is_never_due() -> None:
    """A category without a promise has no clock, not one that is over at once."""
    assert due_us(at("2026-06-02 09:00"), Term(), CALENDAR, [], FAR_US) is None


MOMENTS = st.integers(at("2026-01-01 00:00"), at("2026-03-01 00:00"))
STRETCHES = st.lists(st.tuples(MOMENTS, st.integers(0, 10 * DAY_US)), max_size=5)
TERMS = st.one_of(
    st.builds(Term, seconds=st.integers(1, 20 * 86_400)), st.builds(Term, working_days=st.integers(1, 15))
)


def _slow(start_us: int, term: Term, pauses: Sequence[Pause], step_us: int) -> int:
    """By walking: every step of time that counts is taken off what is left."""
    left_us = term.working_days * DAY_US or term.seconds * SECOND_US
    at_us = start_us
    while left_us > 0:
        local = from_us(at_us).astimezone(WIB).date()
        counts = not term.working_days or CALENDAR.day(local).working
        if counts and not any(one.from_us <= at_us < (one.until_us or 0) for one in pauses):
            left_us -= step_us
        at_us += step_us
    return at_us


@given(start=st.integers(0, 1_000), term=TERMS, stretches=STRETCHES)
def test_the_clock_is_what_a_walk_in_hours_would_find(start: int, term: Term, stretches: list[tuple[int, int]]) -> None:
    """Against a reference that looks at each hour."""
    start_us = at("2026-01-01 00:00") + start * HOUR_US
    whole = Term(seconds=term.seconds // 3_600 * 3_600 or 3_600) if term.seconds else term
    pauses = [
        Pause(one // HOUR_US * HOUR_US, one // HOUR_US * HOUR_US + long // HOUR_US * HOUR_US, "material")
        for one, long in stretches
    ]
    assert due_us(start_us, whole, CALENDAR, pauses, FAR_US) == _slow(start_us, whole, pauses, HOUR_US)


@given(start=MOMENTS, term=TERMS, stretches=STRETCHES, more=st.tuples(MOMENTS, st.integers(0, 10 * DAY_US)))
def test_another_pause_never_makes_it_due_sooner(
    start: int, term: Term, stretches: list[tuple[int, int]], more: tuple[int, int]
) -> None:
    """Nobody is punished for saying that they wait."""
    pauses = [Pause(one, one + long, "reporter") for one, long in stretches]
    before = due_us(start, term, CALENDAR, pauses, FAR_US)
    after = due_us(start, term, CALENDAR, [*pauses, Pause(more[0], sum(more), "reporter")], FAR_US)
    assert before is not None
    assert after is not None
    assert before <= after <= before + timedelta(days=60) // timedelta(microseconds=1)
