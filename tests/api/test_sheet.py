"""What leaves as a spreadsheet is text, whatever somebody wrote."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.sheet import cell, line

FORMULAS = [
    '=HYPERLINK("http://evil.example")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＋1", "－1",
    "＠x", "\u00a0=1", "|calc", "%0A=1", "\0=1",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    """It begins with an apostrophe, which spreadsheets read as: text."""
    assert cell(text) == f"'{text}"


def test_plain_words_stay_as_they_are() -> None:
    """An id, a time and a word need nothing."""
    for text in ("", "person.role", "2026-11-22T03:00:00Z", "{}", "34.71.06"):
        assert cell(text) == text


@given(st.lists(st.text(alphabet="=+-@|%\t\r\n\"',; a1\u00a0\uff1d", max_size=8), min_size=1, max_size=6))
def test_whatever_text_comes_is_read_back_as_so_many_cells(texts: list[str]) -> None:
    """Quotes, commas and line ends make no cell of their own, and none that is read begins a formula."""
    (read,) = csv.reader(io.StringIO(line(texts), newline=""))
    assert [one.removeprefix("'") for one in read] == [one.removeprefix("'") for one in texts]
    assert not any(one.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for one in read)
