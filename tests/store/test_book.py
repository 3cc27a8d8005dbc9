"""What the keepers' book asks itself at each page stays cheap, however thick it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from store.book import KeepersBook


def test_whether_a_slip_is_borne_out_is_found_without_reading_the_book(tmp_path: Path) -> None:
    """By an index of those entries that bear another out."""
    path = tmp_path / "book.sqlite3"
    with closing(KeepersBook(path)) as book:
        assert not book.is_confirmed("a slip")
    asked = "SELECT 1 FROM entry WHERE confirms = ? AND confirms <> ''"
    with closing(sqlite3.connect(path)) as db:
        (plan,) = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {asked}", ("a slip",))]
    assert "ix_entry_confirms" in plan
