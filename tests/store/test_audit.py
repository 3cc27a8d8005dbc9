"""The chain itself: whatever is done to it, the first row that is wrong is named, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.audit import Verdict, canonical, details_of, details_text, seal, verify
from store.people import AuditRow

CITY = "yogyakarta"
Head = tuple[int, str]


def _chain(length: int) -> list[AuditRow]:
    rows: list[AuditRow] = []
    for number in range(1, length + 1):
        previous = rows[-1].digest if rows else ""
        rows.append(_sealed(AuditRow(CITY, number, number * 10, "a", "w", f"o{number}", {"n": number}, previous, "")))
    return rows


def _sealed(row: AuditRow) -> AuditRow:
    return replace(row, digest=seal(row))


def _head(rows: Sequence[AuditRow]) -> Head:
    return (rows[-1].number, rows[-1].digest) if rows else (0, "")


def _told(verdict: Verdict) -> tuple[str, int] | None:
    return (verdict.wrong.how, verdict.wrong.number) if verdict.wrong else None


def _renumbered(rows: Sequence[AuditRow]) -> list[AuditRow]:
    return [replace(row, number=number) for number, row in enumerate(rows, start=1)]


@given(length=st.integers(0, 12))
def test_a_chain_that_nobody_touched_holds(length: int) -> None:
    """Of any length, none among them; the head is told, to be noted down."""
    rows = _chain(length)
    assert verify(rows, _head(rows)) == Verdict(length, _head(rows)[1], None)


@given(length=st.integers(1, 12), data=st.data())
def test_a_changed_row_is_named(length: int, data: st.DataObject) -> None:
    """Any field of any row."""
    rows = _chain(length)
    at = data.draw(st.integers(0, length - 1))
    change: dict[str, Any] = data.draw(
        st.sampled_from(
            [
                {"city": "sleman"},
                {"at_us": 1},
                {"at_us": None},
                {"at_us": "10"},
                {"actor": "b"},
                {"what": "v"},
                {"object": "other"},
                {"details": {}},
                {"details": {"n": "1"}},
                {"previous": "0" * 64},
                {"digest": "0" * 64},
                {"digest": ""},
            ]
        )
    )
    spoiled = [*rows[:at], replace(rows[at], **change), *rows[at + 1 :]]
    assert _told(verify(spoiled, _head(rows))) == ("changed", at + 1)


@given(length=st.integers(2, 12), data=st.data())
def test_a_row_that_was_changed_and_sealed_anew_is_named(length: int, data: st.DataObject) -> None:
    """The next one was sealed over another; of the newest one the head says so."""
    rows = _chain(length)
    at = data.draw(st.integers(0, length - 1))
    spoiled = [*rows[:at], _sealed(replace(rows[at], object="other")), *rows[at + 1 :]]
    assert _told(verify(spoiled, _head(rows))) == ("head" if at == length - 1 else "changed", at + 1)


@given(length=st.integers(2, 12), renumber=st.booleans(), data=st.data())
def test_removed_rows_are_named(length: int, renumber: bool, data: st.DataObject) -> None:
    """One or several before the last; also where the later ones were numbered anew."""
    rows = _chain(length)
    first = data.draw(st.integers(0, length - 2))
    last = data.draw(st.integers(first, length - 2))
    left = [*rows[:first], *rows[last + 1 :]]
    assert _told(verify(_renumbered(left) if renumber else left, _head(rows))) == ("removed", first + 1)


@given(length=st.integers(1, 12), data=st.data())
def test_a_cut_tail_is_named(length: int, data: st.DataObject) -> None:
    """However much of it, down to nothing."""
    rows = _chain(length)
    left = data.draw(st.integers(0, length - 1))
    assert _told(verify(rows[:left], _head(rows))) == ("truncated", left + 1)


@given(length=st.integers(1, 12), data=st.data())
def test_an_inserted_row_is_named(length: int, data: st.DataObject) -> None:
    """Sealed well over the one before it, the later ones numbered anew."""
    rows = _chain(length)
    at = data.draw(st.integers(0, length - 1))
    previous = rows[at - 1].digest if at else ""
    new = _sealed(AuditRow(CITY, at + 1, 0, "b", "w", "o", {}, previous, ""))
    spoiled = _renumbered([*rows[:at], new, *rows[at:]])
    assert _told(verify(spoiled, (length + 1, rows[-1].digest))) == ("inserted", at + 1)


def test_a_row_behind_the_head_is_named() -> None:
    """Well sealed, and the head does not know it."""
    rows = _chain(3)
    assert _told(verify(rows, _head(rows[:2]))) == ("inserted", 3)


@pytest.mark.parametrize("number", [0, -1, 2, "x", None, 1.5])
def test_a_number_that_is_none_is_named(number: Any) -> None:
    """SQLite keeps a word in a column of numbers; two rows of one number are one too many."""
    rows = _chain(3)
    spoiled = [rows[0], rows[1], replace(rows[2], number=number)]
    assert _told(verify(spoiled, _head(rows))) == ("inserted", 3)


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ((0, ""), ("head", 3)),
        ((3, "0" * 64), ("head", 3)),
        (("x", "0" * 64), ("head", 3)),
        ((9, "0" * 64), ("truncated", 4)),
        ((0, "0" * 64), ("inserted", 1)),
    ],
)
def test_a_head_that_was_replaced_is_named(head: Any, told: tuple[str, int]) -> None:
    """Removed, another digest, another number."""
    assert _told(verify(_chain(3), head)) == told


def test_two_rows_that_changed_places_are_named() -> None:
    """With their numbers exchanged, so that there is no gap."""
    rows = _chain(4)
    spoiled = [rows[0], replace(rows[2], number=2), replace(rows[1], number=3), rows[3]]
    assert _told(verify(spoiled, _head(rows))) == ("removed", 2)


@given(facts=st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text()))
def test_facts_are_kept_as_they_are(facts: dict[str, str | int | bool | None]) -> None:
    """Any text and any number there and back."""
    plain = {name: value for name, value in facts.items() if not name.startswith("personal.")}
    assert details_of(details_text(plain, {}, None)) == plain


@pytest.mark.parametrize("text", ["", "{", "[]", "1", '{"n": 1}', '{"b":1,"a":1}', '{"n":1,"n":1}', None, b"{}", 5])
def test_a_text_that_was_never_written_fits_no_digest(text: object) -> None:
    """Also one that means the same: another space, another order, a fact twice."""
    assert list(details_of(text)) == ["unreadable"]


def test_the_seal_is_what_it_was() -> None:
    """A later version must find today's logs in order: one row's digest, computed by hand from its text."""
    row = AuditRow(CITY, 1, 5, "cli:0", "node.adopt", "gauge-1", {"site": "b", "n": 2}, "", "")
    text = '["yogyakarta",1,5,"cli:0","node.adopt","gauge-1",{"n":2,"site":"b"},""]'
    assert canonical([row.city, 1, 5, row.actor, row.what, row.object, row.details, ""]) == text
    assert seal(row) == "fd73132724bd81ed86bd38a786af9a5fe4d0fee3019f7ad4d157c496e2ec1eb7"
