"""answers.toml: the ready answers of a city's officers, every one of which can be said of every case."""

from __future__ import annotations

from cities import forms
from cities.findings import Findings, doubles
from cities.sources import TomlSource
from contract.answer import LONGEST, PLACES, Answer, misplaced, places_in
from contract.topics import valid_id

FILE = "answers.toml"


def check_answers(source: TomlSource[forms.AnswersFile], categories: set[str] | None, findings: Findings) -> None:
    """Codes that are one's own, placeholders that there are, the same ones in both languages. `categories` None: they
    could not be read, so none is unknown."""
    codes = [(one.code, source.line("answer", at, "code")) for at, one in enumerate(source.form.answer)]
    doubles(source.file, "answer", codes, findings)
    for at, one in enumerate(source.form.answer):
        line = source.line("answer", at, "text")
        if not valid_id(one.code):
            findings.add(
                source.file,
                source.line("answer", at, "code"),
                f"answer code {one.code!r} cannot stand in a form",
                "Use lower-case letters, digits and single hyphens, at most 48.",
            )
        for category in one.categories:
            if categories is not None and category not in categories:
                findings.add(
                    source.file,
                    source.line("answer", at, "categories"),
                    f"category {category!r} is not in categories.toml",
                    f"Known here: {', '.join(sorted(categories))}.",
                )
        for text in (one.text.id, one.text.en):
            what = misplaced(text)
            if what is not None:
                known = ", ".join(f"{{{name}}}" for name in PLACES)
                findings.add(source.file, line, f"answer {one.code!r} says {what}", f"Placeholders: {known}.")
            elif len(text) > LONGEST:
                findings.add(
                    source.file, line, f"answer {one.code!r} has {len(text)} characters", f"At most {LONGEST}."
                )
        if misplaced(one.text.id) is None and misplaced(one.text.en) is None:
            only = places_in(one.text.id) ^ places_in(one.text.en)
            if only:
                findings.add(
                    source.file,
                    line,
                    f"answer {one.code!r} names {{{min(only)}}} in one language alone",
                    "Say the same in both.",
                )


def answers_of(source: TomlSource[forms.AnswersFile]) -> tuple[Answer, ...]:
    """In the order of the file."""
    return tuple(Answer(one.code, one.text.id, one.text.en, one.categories) for one in source.form.answer)
