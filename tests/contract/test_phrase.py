"""Which sentence is shown and which is marked, and what is said of a bulletin."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.bulletins import bulletin

from contract.phrase import PHRASES, PhraseBook, Signature, Wording, as_shown, phrases_of

BOOK = PhraseBook(texts={("jv", "drill"): "Menika latihan.", ("id", "drill"): "Ini latihan."}, muster={})
OWN = Wording(city="c", language="jv", phrase="drill", text="Latihan niki.", by="p", at_us=1)
SIGNED = Signature(
    id="s", city="c", language="jv", phrase="drill", text="Menika latihan.", speaker="Bu Sri", by="p", at_us=2
)


def test_nobody_has_signed() -> None:
    """A speaker's language is marked, Indonesian is not."""
    found = as_shown(BOOK, [], [])
    assert found["jv", "drill"].unchecked
    assert not found["id", "drill"].unchecked


def test_a_signature_is_of_one_text() -> None:
    """Of the file's it holds; of the city's own wording, or of a file that says something else by now, it does not."""
    assert not as_shown(BOOK, [], [SIGNED])["jv", "drill"].unchecked
    changed = as_shown(BOOK, [OWN], [SIGNED])["jv", "drill"]
    assert changed.unchecked
    assert changed.own
    assert changed.text == OWN.text
    assert not as_shown(BOOK, [OWN], [replace(SIGNED, text=OWN.text)])["jv", "drill"].unchecked
    newer = replace(BOOK, texts={("jv", "drill"): "Niki latihan."})
    assert as_shown(newer, [], [SIGNED])["jv", "drill"].unchecked


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        ("order", "leave_now"),
        ("fact", "water_rises"),
        ("correction", "false_alarm"),
        ("all_clear", "all_clear"),
    ],
)
def test_what_is_said_of_a_bulletin(kind: str, first: str) -> None:
    """What matters first; in a drill, that it is one comes before everything."""
    live = phrases_of(bulletin(kind=kind))
    assert live[0] == first
    assert set(live) <= set(PHRASES)
    assert phrases_of(bulletin(kind=kind, drill=True)) == ("drill", *live)
