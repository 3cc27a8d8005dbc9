"""What truly happened to the water is told without the alert engine."""

from __future__ import annotations

from faults.truth import Excursion, events, excursions


def _series(*levels: float) -> list[tuple[float, float]]:
    """A level every 300 s."""
    return [(300.0 * number, cm) for number, cm in enumerate(levels)]


def _floods(*levels: float) -> list[tuple[float, float | None]]:
    return excursions(_series(*levels), raise_cm=70, clear_cm=60, for_s=480, clear_for_s=1_800)


def test_a_rise_and_a_fall_are_one_flood() -> None:
    """From the first level above to the first below from which on it stayed there."""
    assert _floods(40, 75, 90, 80, 65, *[50] * 8) == [(300.0, 1_500.0)]


def test_a_rise_too_short_is_none() -> None:
    """One high level, and another later, have not lasted."""
    assert _floods(40, 75, 40, 75, 72, 40, *[40] * 8) == []


def test_water_between_the_levels_ends_nothing() -> None:
    """Below the one that raises, above the one that clears: the flood goes on, and a rise again is the same one."""
    assert _floods(75, 75, 75, *[65] * 9, 80, 80, 80, *[50] * 8) == [(0.0, 4_500.0)]


def test_a_fall_too_short_ends_nothing() -> None:
    """Half an hour below, and not a minute less."""
    assert _floods(75, 75, 75, *[50] * 5, 80, 80, *[50] * 8) == [(0.0, 3_000.0)]


def test_a_flood_that_lasts_has_no_end() -> None:
    """The series ends while the water stands high."""
    assert _floods(75, 75, 75) == [(0.0, None)]


def test_floods_of_one_river_that_overlap_are_one_event() -> None:
    """Two gauges of one river at one time; the same river later; another river."""
    found = [
        Excursion("a", "Code", 0, 100),
        Excursion("b", "Code", 50, 150),
        Excursion("a", "Code", 500, None),
        Excursion("c", "Winongo", 60, 90),
    ]
    assert [[one.node for one in event] for event in events(found)] == [["a", "b"], ["a"], ["c"]]
