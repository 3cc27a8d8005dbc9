"""What a category asks beside place and words, and whether what was answered is an answer. Pure.

The datatypes are those of Open311's GeoReport v2, section "GET Service Definition".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isfinite
from typing import NamedTuple

from contract.city import Attribute, Category

LONGEST = 2_000
"""characters of one answer"""
_LISTS = frozenset({"singlevaluelist", "multivaluelist"})


class Fault(NamedTuple):
    """What is wrong with the answer to one question, in the words of Open311; `missing`: there is none."""

    code: str
    said: str
    missing: bool = False


def answered(category: Category, given: Mapping[str, Sequence[str]]) -> tuple[dict[str, list[str]], list[Fault]]:
    """(code -> answers, in the order asked; what is wrong). `given`: code -> what came, any of it empty.

    What the category does not ask is left out: a client that offers more fields than we know is no mistake.
    """
    taken: dict[str, list[str]] = {}
    wrong: list[Fault] = []
    for one in sorted(category.attributes, key=lambda attribute: attribute.order):
        values = [text.strip() for text in given.get(one.code, ()) if text.strip()]
        if not values:
            if one.required:
                wrong.append(Fault(one.code, f"attribute[{one.code}] was not provided: {one.description.en}", True))
            continue
        if len(values) > 1 and one.datatype != "multivaluelist":
            wrong.append(Fault(one.code, f"attribute[{one.code}] takes one value"))
        elif said := next(filter(None, (_fault(one, value) for value in values)), ""):
            wrong.append(Fault(one.code, f"attribute[{one.code}] {said}"))
        else:
            taken[one.code] = list(dict.fromkeys(values))
    return taken, wrong


def read_out(category: Category, answers: Mapping[str, Sequence[str]], language: str) -> list[tuple[str, str]]:
    """(question, answer) for people, in the order asked; a list's keys by their names."""
    told: list[tuple[str, str]] = []
    for one in sorted(category.attributes, key=lambda attribute: attribute.order):
        names = {choice.key: choice.name.in_(language) for choice in one.values}
        if values := answers.get(one.code):
            told.append((one.description.in_(language), ", ".join(names.get(value, value) for value in values)))
    return told


def _fault(attribute: Attribute, value: str) -> str:
    if len(value) > LONGEST:
        return f"has {len(value)} characters; at most {LONGEST} are taken"
    if attribute.datatype == "number" and not _is_number(value):
        return "is a decimal number"
    if attribute.datatype == "datetime" and not _is_moment(value):
        return "is a date with its zone: 2026-01-24T10:00:00+07:00"
    keys = [choice.key for choice in attribute.values]
    if attribute.datatype in _LISTS and value not in keys:
        return f"is one of: {', '.join(keys)}"
    return ""


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text.replace(" ", "+")).tzinfo is not None
    except ValueError:
        return False
