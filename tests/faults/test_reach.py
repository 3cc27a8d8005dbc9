"""`siaga faults reach` in its short form, and the books that it judges by."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from support.bench import short

from faults.parts.said import read


@pytest.mark.slow
@pytest.mark.trial
@pytest.mark.timeout(180)
def test_short_form_tells_everybody_once_and_nothing_old(tmp_path: Path) -> None:
    """Killed while it sends, without its hand, without any provider: none missing, none under two keys, none stale; and
    a push service that takes everything and delivers nothing is told of."""
    result = short("reach", tmp_path, seed=47)
    assert result.passed, result.failures
    figures = result.figures
    assert (figures["missing"], figures["doubled"], figures["stale"]) == (0, 0, 0)
    assert figures["kills"] == 2
    assert figures["to_be_told"] == 1_000
    assert result.recovery_s_p95 is not None


def test_the_providers_books_know_each_word_by_its_key_and_whom_it_belongs_to(tmp_path: Path) -> None:
    """Said under another's key, or under one that names no word, is seen, and counts as said twice."""
    digest = hashlib.sha256(b"w/sub-2")
    topic, mail = base64.urlsafe_b64encode(digest.digest()).decode()[:32], digest.hexdigest()[:40]
    journal = tmp_path / "journal"
    good = ["sms 6281000000001 w/sub-1", f"webpush /push/2 /push/2#{topic}", f"email warga2 {mail}@kota.example"]
    bad = ["sms 6281000000003 w/sub-1", "ntfy warga-1 x/sub-1", "sms - to=62 text=a b"]
    journal.write_text("\n".join([*good, *bad]) + "\n", encoding="utf-8")
    said = read(journal, ["w"], 3)
    assert said.told == {("w", 1), ("w", 2)}
    assert said.doubled == 4  # the second of two, and all that is another's or nobody's
    assert list(said.unforeseen) == bad
