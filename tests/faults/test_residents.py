"""Reports of residents in the ledger: what is lost, doubled or split is seen."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from support.city_data import case

from faults.parts.residents import Kept, Place, Residents, report_books
from store.cases import Case

RIVER = Place("flood", -7.78, 110.37)
FIRST = replace(case(None), number="J-1", category="flood", lat=RIVER.lat, lon=RIVER.lon, opened_us=100, closed_us=200)
SECOND = replace(FIRST, number="J-2", opened_us=200, closed_us=None)
KEPT = [Kept("a", FIRST.number, "flood"), Kept("b", "J-2", "flood")]


def people() -> Residents:
    """Two have reported and read that it was taken; a third one's form may have arrived or not."""
    return Residents("", [RIVER], random.Random(1), sent=["a", "b", "c"], answered={"a", "b"})


def test_reports_that_are_kept_once_and_have_their_case_are_in_order() -> None:
    """A place has one case after the other; what nobody was answered may be kept or not."""
    assert report_books(people(), KEPT, [FIRST, SECOND]) == []
    assert report_books(people(), [*KEPT, Kept("c", "J-2", "flood")], [FIRST, SECOND]) == []


def test_two_events_of_the_sensors_may_overlap_at_the_desk_and_a_resident_s_case_may_not() -> None:
    """The end of one reaches the desk a moment after the beginning of the next; each is its own case."""
    sensed = [replace(FIRST, event="e1", closed_us=201), replace(SECOND, event="e2")]
    assert report_books(people(), KEPT, sensed) == []
    told = report_books(people(), KEPT, [sensed[0], replace(sensed[1], event=None)])
    assert told == ["J-1 and J-2 are open at one place"]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda kept, cases: kept.pop(), "b was taken and is gone"),
        (lambda kept, cases: kept.append(kept[0]), "a is kept 2 times"),
        (lambda kept, cases: kept.append(Kept("x", "J-2", "flood")), "x was never sent"),
        (lambda kept, cases: cases.pop(), "b is of the case J-2, which is not its own"),
        (lambda kept, cases: kept.append(Kept("c", None, "flood")), "c is of the case None"),
        (lambda kept, cases: kept.append(Kept("c", "J-2", "wifi")), "c is of the case J-2"),
        (lambda kept, cases: cases.append(replace(SECOND, number="J-3", opened_us=300)), "J-2 and J-3 are open at one"),
    ],
)
def test_what_is_lost_doubled_or_split_is_named(spoil: Callable[[list[Kept], list[Case]], object], says: str) -> None:
    """By the form's key or the cases' numbers."""
    kept, cases = list(KEPT), [FIRST, SECOND]
    spoil(kept, cases)
    assert says in "; ".join(report_books(people(), kept, cases))


def test_a_good_form_that_is_refused_is_a_failure() -> None:
    """Whatever it was answered."""
    refused = people()
    refused.refused.append("c was answered 400")
    assert report_books(refused, KEPT, [FIRST, SECOND]) == ["c was answered 400"]
