"""The ledger of events sees a flood that nobody noticed, one that was told twice, and one that never was."""

from __future__ import annotations

import pytest
from support.bulletins import bulletin

from contract.clock import SECOND_US
from contract.incident import Incident, State
from contract.levels import Level
from faults.books import FloodBooks, bulletin_books, flood_books
from faults.truth import Excursion
from store.cases import Case

_BEGAN_US = 1_750_000_000 * SECOND_US
_SPEED = 100.0
_TRUE = [
    [Excursion("hulu", "Code", 1_000, 3_000), Excursion("hilir", "Code", 1_500, 3_500)],
    [Excursion("hulu", "Code", 9_000, 12_000)],
]


def _incident(node: str, at_s: float, event: str, number: int = 0, *, open_: bool = False) -> Incident:
    crossed_us = _BEGAN_US + round(at_s / _SPEED * SECOND_US)
    return Incident(
        id=f"{node}-{at_s}-{number}",
        city="contoh",
        rule="flood",
        rule_version="1",
        entity=f"{node}/level",
        node=node,
        subject="flood",
        audience="public",
        event=event,
        state=State.FIRING if open_ else State.RESOLVED,
        no_data=False,
        level=Level.WASPADA,
        peak=Level.WASPADA,
        value=80.0,
        peak_value=80.0,
        crossed_us=crossed_us,
        opened_us=crossed_us,
        changed_us=crossed_us,
        resolved_us=None if open_ else crossed_us,
        changes=2,
    )


def _case(number: str, event: str) -> Case:
    return Case(
        number=number,
        city="contoh",
        event=event,
        category="banjir",
        agency="bpbd",
        region="99",
        title={},
        description={},
        lat=0.0,
        lon=0.0,
        status="submitted",
        source="sensor",
        opened_us=0,
        updated_us=0,
        finish_due_us=0,
        closed_us=None,
        public=True,
    )


_INCIDENTS = [_incident("hulu", 1_000, "e1"), _incident("hilir", 1_500, "e1"), _incident("hulu", 9_000, "e2")]
_CASES = [_case("1", "e1"), _case("2", "e2")]


def _books(incidents: list[Incident], cases: list[Case]) -> FloodBooks:
    return flood_books(_TRUE, incidents, cases, began_us=_BEGAN_US, speed=_SPEED, slack_s=1.0)


def test_each_true_flood_with_its_incident_and_its_case_settles() -> None:
    """Two floods, three gauges' incidents, two cases: nothing is to be said."""
    assert _books(_INCIDENTS, _CASES) == FloodBooks(2, 2, 2, [], [], [], [])


def test_a_flood_that_nobody_noticed_is_missing() -> None:
    """The second flood has no incident, and the first no word from its lower gauge."""
    assert _books(_INCIDENTS[:1], _CASES[:1]).missing == ["flood 1 of hilir", "flood 2 of hulu"]


def test_a_flood_without_a_case_is_missing_it() -> None:
    """Noticed, and never filed."""
    assert _books(_INCIDENTS, _CASES[:1]).missing == ["the case of flood 2"]


def test_a_doubled_incident_is_seen() -> None:
    """The same gauge's flood, opened again under another id."""
    again = _incident("hulu", 1_050, "e1", number=1)
    assert _books([*_INCIDENTS, again], _CASES).doubled == ["flood 1 of hulu has 2 incidents"]


def test_a_doubled_case_is_seen() -> None:
    """One flood, two events, and so two cases: nobody's unique key is broken, and people read of it twice."""
    split = [_INCIDENTS[0], _incident("hilir", 1_500, "e9"), _INCIDENTS[2]]
    told = _books(split, [*_CASES, _case("3", "e9")])
    assert told.doubled == ["flood 1 has 2 events", "flood 1 has 2 cases"]


def test_a_flood_that_never_was_is_seen() -> None:
    """An incident while the water stood low."""
    assert len(_books([*_INCIDENTS, _incident("hulu", 6_000, "e3")], _CASES).untrue) == 1


def test_an_incident_that_outlives_its_flood_is_seen() -> None:
    """The water has gone, the incident has not."""
    left = [*_INCIDENTS[:2], _incident("hulu", 9_000, "e2", open_=True)]
    assert _books(left, _CASES).left_open == ["hulu/level of flood 2"]


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ([(1, "fact"), (2, "fact"), (3, "all_clear")], ""),
        ([(1, "fact"), (2, "order"), (3, "fact"), (4, "all_clear")], ""),
        ([(1, "fact"), (3, "all_clear")], "numbered [1, 3]"),
        ([(1, "fact"), (2, "fact")], "told as ['fact', 'fact']"),
        ([(1, "all_clear")], "told as ['all_clear']"),
        ([(1, "fact"), (2, "all_clear"), (3, "all_clear")], "told as ['fact', 'all_clear', 'all_clear']"),
        ([], "told as []"),
    ],
)
def test_a_flood_that_was_told_with_a_gap_or_without_an_end_is_seen(told: list[tuple[int, str]], found: str) -> None:
    """What the public reads of a flood is whole: from the first word to the all-clear, each once."""
    flood = _incident("hulu", 1_000, "event-1")
    wrong = bulletin_books([flood], [bulletin(number, of=flood.id, kind=kind) for number, kind in told])
    assert [one.removeprefix("hulu/level: ") for one in wrong] == ([found] if found else [])


def test_a_bulletin_of_what_nobody_kept_is_seen() -> None:
    """Nothing is said in public that the city's own record does not hold."""
    assert bulletin_books([], [bulletin(1, of="x")]) == ["told of x, which nobody kept"]
