"""The twelve emergency phrases: the file that comes with the product, and what is said of one that does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from cities.phrases import FILE, phrases, read_phrases
from contract.errors import BadInput
from contract.gsm7 import plain
from contract.phrase import PHRASE_LANGUAGES, PHRASES

TEXT = FILE.read_text(encoding="utf-8")


def test_every_phrase_is_there_in_six_languages() -> None:
    """Seventy-two sentences, none the same as another language's by mistake, none too long to be shouted."""
    book = phrases()
    assert len(book.texts) == len(PHRASES) * len(PHRASE_LANGUAGES) == 72
    assert all(len(plain(text)) <= 70 for text in book.texts.values())
    for language in PHRASE_LANGUAGES:
        own = [book.texts[language, phrase] for phrase in PHRASES]
        assert len(set(own)) == len(PHRASES)
        assert [one for one in own if "{" in one] == [
            book.texts[language, "go_to_muster"],
            book.texts[language, "call_help"],
        ]


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("[leave_now]", "[leave_soon]", "leave_soon", "there is no phrase 'leave_soon'"),
        ('jv = "Lunga saiki! Aja ngenteni!"\n', "", "leave_now.jv", "is not there"),
        ('"Lunga saiki! Aja ngenteni!"', "7", "leave_now.jv", "is no text"),
        ('"Lunga saiki! Aja ngenteni!"', '""', "leave_now.jv", "is empty"),
        ('"Lunga saiki! Aja ngenteni!"', f'"{"a" * 121}"', "leave_now.jv", "over 120 characters"),
        ('"Ayo menyang {muster}!"', '"Ayo menyang kana!"', "go_to_muster.jv", "braces"),
        ('"Ayo menyang {muster}!"', '"Ayo {muster!r} {muster}!"', "go_to_muster.jv", "braces"),
        ('"Lunga saiki! Aja ngenteni!"', '"Lunga {saiki"', "leave_now.jv", "braces"),
        ('sas = "Lalo nengka', 'bug = "Lalo nengka', "leave_now.bug", "'bug' is no language here"),
        ('jv = "titik kumpul"', 'jv = " "', "muster_place.jv", "no plain name"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(tmp_path: Path, old: str, new: str, where: str, what: str) -> None:
    """File, line, field, what is wrong and how to mend it; nothing of the file is used."""
    path = tmp_path / "phrases.toml"
    assert old in TEXT
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput) as said:
        read_phrases(path)
    assert what in said.value.what
    assert said.value.where.startswith("phrases.toml line ")
    assert said.value.where.endswith(f"field {where}")
    line = int(said.value.where.split()[2].rstrip(","))
    assert 10 < line < 120
    assert said.value.remedy


def test_what_is_no_toml_is_named_with_its_line(tmp_path: Path) -> None:
    """As every file of a city."""
    path = tmp_path / "phrases.toml"
    path.write_text(TEXT.replace("[drill]", "[drill", 1), encoding="utf-8")
    line = TEXT[: TEXT.index("[drill]")].count("\n") + 1
    with pytest.raises(BadInput, match=rf"phrases.toml, line {line}"):
        read_phrases(path)
