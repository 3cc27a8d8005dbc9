"""A city's `notify.toml` (may be left out): how much is told in a minute, and what mutes what. Read strictly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from alerts.inhibit import LABELS, Inhibition
from alerts.notify import TOLD_PER_MIN, Manners
from alerts.rules import Rule, Severity
from cities.toml_lines import key_lines, line_of
from cities.toml_text import read_table
from contract.errors import BadInput
from contract.incident import WATER, Subject
from store.ports import Cause

FILE = "notify.toml"
_MOST = 100_000
_SIDES = ("source", "target", "equal")
_Place = tuple[str | int, ...]


def load_manners(city_folder: Path, rules: Sequence[Rule]) -> Manners:
    """The city's bounds. Raises BadInput naming file, line, field and remedy for the first mistake."""
    path = city_folder / FILE
    if not path.exists():
        return Manners()
    text, table = read_table(path)
    return _Reader(path, text, table, rules).manners()


class _Reader:
    def __init__(self, path: Path, text: str, table: Mapping[str, Any], rules: Sequence[Rule]) -> None:
        self._path = path
        self._lines = key_lines(text)
        self._table = table
        self._floods = {rule.id for rule in rules if rule.subject in WATER}
        self._known: dict[str, tuple[str, ...]] = {
            "rule": tuple(rule.id for rule in rules),
            "subject": get_args(Subject),
            "severity": get_args(Severity),
            "audience": ("staff", "public"),
            "cause": tuple(cause for cause in get_args(Cause) if cause),
        }

    def manners(self) -> Manners:
        self._no_others(self._table, ("budget", "inhibit"), ())
        budget = self._table.get("budget", {})
        if not isinstance(budget, dict):
            raise self._wrong(("budget",), "is no section", "Write [budget].")
        self._no_others(budget, ("told_per_min",), ("budget",))
        told = budget.get("told_per_min", TOLD_PER_MIN)
        if not isinstance(told, int | float) or isinstance(told, bool) or not 1 <= told <= _MOST:
            raise self._wrong(
                ("budget", "told_per_min"), f"a number from 1 to {_MOST} is expected, got {told!r}", "Set it to 60."
            )
        listed = self._table.get("inhibit", [])
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise self._wrong(("inhibit",), "is no list of sections", "Write [[inhibit]] with two brackets.")
        return Manners(float(told), tuple(self._inhibition(number, one) for number, one in enumerate(listed)))

    def _inhibition(self, number: int, table: Mapping[str, Any]) -> Inhibition:
        here: _Place = ("inhibit", number)
        self._no_others(table, _SIDES, here)
        source, target = (self._matchers(table.get(side), (*here, side)) for side in ("source", "target"))
        if target.get("subject") in WATER or target.get("rule") in self._floods:
            raise self._wrong((*here, "target"), "a flood is never muted", "Name outages as the target.")
        equal = table.get("equal", [])
        if not isinstance(equal, list) or any(name not in LABELS for name in equal):
            raise self._wrong((*here, "equal"), f"{equal!r} is no list of labels", f"Known: {', '.join(LABELS)}.")
        return Inhibition(source, target, tuple(equal))

    def _matchers(self, table: Any, place: _Place) -> dict[str, str]:
        if not isinstance(table, dict) or not table:
            raise self._wrong(place, "nothing is matched", f'Write {place[-1]} = {{ cause = "power" }}.')
        self._no_others(table, LABELS, place)
        for name, value in table.items():
            choices = self._known.get(name)
            if not isinstance(value, str) or (choices is not None and value not in choices):
                raise self._wrong(
                    place, f"{value!r} is no {name}", f"One of: {', '.join(choices)}." if choices else "Write a text."
                )
        return table

    def _no_others(self, table: Mapping[str, Any], known: Sequence[str], place: _Place) -> None:
        for name in table:
            if name not in known:
                raise self._wrong((*place, name), "this field is not known", f"Known here: {', '.join(known)}.")

    def _wrong(self, place: _Place, what: str, remedy: str) -> BadInput:
        field = ".".join(str(part) for part in place if isinstance(part, str))
        return BadInput(what, where=f"{self._path}, line {line_of(self._lines, place)}: {field}", remedy=remedy)
