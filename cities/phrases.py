"""phrases.toml as the twelve sentences in six languages: read whole or refused with file, line, field and remedy."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, cast

from cities.toml_lines import key_lines, line_of
from cities.toml_text import read_table
from contract.errors import BadInput
from contract.phrase import PHRASE_LANGUAGES, PHRASES, Name, PhraseBook, PhraseLanguage, check_text

FILE = Path(__file__).parent / "phrases.toml"
MUSTER = "muster_place"
MUSTER_MOST = 40


@cache
def phrases() -> PhraseBook:
    """Those that come with the product."""
    return read_phrases(FILE)


def read_phrases(path: Path) -> PhraseBook:
    """All sentences of a file. Raises BadInput for the first thing in it that does not fit."""
    text, table = read_table(path)
    lines = key_lines(text)

    def wrong(what: str, remedy: str, *place: str) -> BadInput:
        field = f", field {'.'.join(place)}" if place else ""
        return BadInput(what, where=f"{path.name} line {line_of(lines, place)}{field}", remedy=remedy)

    def cells(section: str) -> dict[PhraseLanguage, str]:
        given: Any = table.get(section)
        if not isinstance(given, dict):
            raise wrong(f"[{section}] is missing", f"Add [{section}] with {', '.join(PHRASE_LANGUAGES)}.")
        for language in given:
            if language not in PHRASE_LANGUAGES:
                raise wrong(
                    f"{language!r} is no language here", f"One of {', '.join(PHRASE_LANGUAGES)}.", section, language
                )
        for language in PHRASE_LANGUAGES:
            if not isinstance(given.get(language), str):
                what = "is not there" if language not in given else "is no text"
                raise wrong(f"the sentence {what}", f'Write {language} = "…".', section, language)
        return cast("dict[PhraseLanguage, str]", given)

    for section in table:
        if section != MUSTER and section not in PHRASES:
            raise wrong(f"there is no phrase {section!r}", f"One of {', '.join(PHRASES)}.", section)
    muster = cells(MUSTER)
    for language, word in muster.items():
        if not word.strip() or len(word) > MUSTER_MOST or not word.isprintable():
            raise wrong("this is no plain name", f"Write at most {MUSTER_MOST} characters.", MUSTER, language)
    texts = dict[Name, str]()
    for phrase in PHRASES:
        for language, said in cells(phrase).items():
            try:
                check_text(phrase, said)
            except BadInput as error:
                raise wrong(error.what, error.remedy, phrase, language) from None
            texts[language, phrase] = said
    return PhraseBook(texts=texts, muster=muster)
