"""A city's rule pack: one TOML file a rule, read strictly. Every mistake names file, line, field and remedy."""

from __future__ import annotations

import hashlib
import json
import re
import string
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_args

from alerts.rules import (
    NOWHERE,
    Absence,
    Combined,
    Condition,
    GroupBy,
    Levels,
    LinkSilence,
    Mark,
    Match,
    Need,
    Release,
    Rise,
    Rule,
    Severity,
    Side,
    Usual,
)
from alerts.timing import DEFAULTS, Timing
from cities.toml_text import read_table
from contract.city import Link, NodeKind, Text
from contract.errors import BadInput
from contract.incident import WATER, Audience, Subject, What
from contract.kinds import KINDS, FieldSpec, KindName, fields_of
from contract.levels import Level
from contract.topics import valid_id

TELLINGS: tuple[str, ...] = ("title", "grown", *(what.value for what in What))
PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "flood": frozenset(
        {"level", "local", "place", "river", "value", "trend", "time", "since", "scale", "expected", "confirmed"}
    ),
    "outage": frozenset({"place", "group", "time", "since", "minutes", "cause", "count"}),
    "rise": frozenset({"place", "river", "rise", "minutes", "time", "since"}),
    "notice": frozenset({"place", "group", "value", "time", "since"}),
    "release": frozenset(
        {"dam", "dams", "count", "place", "river", "group", "amount", "time", "since", "begins", "until", "end"}
    ),
}
"""by the rule's subject, and of a rule about releases"""
SUBJECTS: Mapping[str, Subject] = {
    "levels": "flood",
    "absence": "outage",
    "rise": "rise",
    "mark": "notice",
    "usual": "notice",
    "release": "notice",
    "several": "notice",
    "both": "notice",
}
"""of each sort of condition"""
_COMBINED = frozenset({"several", "both"})
"""conditions that read nothing themselves"""
_OPTIONAL_TEXTS = frozenset({"grown", "recovering", "relapsed", "data_back", "updated"})
_ONLY_ANNOUNCED = frozenset({"updated"})
_NEVER_TOLD = frozenset({"level", "recovering", "relapsed"})
"""of what is announced, which neither climbs nor eases"""
_WITHOUT_LEVELS = frozenset({"rise", "notice"})
"""subjects that have no level to tell of"""
_FIELDS = frozenset(
    {
        "id",
        "subject",
        "severity",
        "category",
        "audience",
        "group_by",
        "for_s",
        "clear_for_s",
        "keep_firing_for_s",
        "no_data_for_s",
        "recurs_within_s",
        "match",
        "levels",
        "absence",
        "rise",
        "notify",
        "mark",
        "usual",
        "release",
        "several",
        "both",
        "text",
    }
)
_DAY_S = 86_400.0
_LARGEST = 1e9
"""of a mark: beyond everything that is measured"""
_MOST_MEMBERS = 10_000
_LONGEST = 1_000
"""characters of a text"""


@dataclass(frozen=True)
class Sheet:
    """A rule, and the file that it stands in."""

    path: Path
    text: str
    rule: Rule

    def wrong(self, field: str, what: str, remedy: str) -> BadInput:
        """A finding, with its file and line."""
        return BadInput(what, where=f"{self.path}, line {line_of(self.text, field)}: {field}", remedy=remedy)


def load_rules(folder: Path) -> tuple[Rule, ...]:
    """All rules of a pack in order of their file names. Raises BadInput for the first mistake."""
    return tuple(sheet.rule for sheet in load_sheets(folder))


def load_sheets(folder: Path) -> tuple[Sheet, ...]:
    """The same with their files, each of which is read once: another one may be saved meanwhile. Raises BadInput."""
    if not folder.is_dir():
        raise BadInput("there is no such folder", where=str(folder), remedy="Create it with one .toml file a rule.")
    sheets: dict[str, Sheet] = {}
    for path in sorted(folder.glob("*.toml")):
        sheet = load_sheet(path)
        taken = sheets.setdefault(sheet.rule.id, sheet)
        if taken is not sheet:
            raise sheet.wrong(
                "id",
                f"the id {sheet.rule.id!r} is already taken by {taken.path.name}",
                "Give each rule of a city an id of its own.",
            )
    _others_are_there(tuple(sheets.values()))
    return tuple(sheets.values())


def _others_are_there(sheets: Sequence[Sheet]) -> None:
    """Rules that take several together name rules of the pack that measure something."""
    measuring = {one.rule.id: one.rule for one in sheets if not isinstance(one.rule.condition, Combined | Release)}
    for sheet in sheets:
        condition = sheet.rule.condition
        if not isinstance(condition, Combined):
            continue
        field = "several.rule" if len(condition.needs) == 1 else "both.rules"
        for need in condition.needs:
            if need.rule not in measuring:
                known = ", ".join(sorted(measuring))
                raise sheet.wrong(field, f"{need.rule!r} is no rule that measures", f"Known here: {known}.")
        named = [measuring[need.rule].condition for need in condition.needs]
        if condition.level is not None and not any(isinstance(one, Levels) for one in named):
            raise sheet.wrong(field, "no rule named here has levels", "Leave the level out.")


def load_rule(path: Path) -> Rule:
    """One rule. Raises BadInput."""
    return load_sheet(path).rule


def load_sheet(path: Path) -> Sheet:
    """One rule and its file. Raises BadInput."""
    text, table = read_table(path)
    return Sheet(path, text, _Reader(path, text, table).rule())


class _Reader:
    """Takes one file apart, knowing at each step where it is."""

    def __init__(self, path: Path, text: str, table: dict[str, Any]) -> None:
        self._path = path
        self._text = text
        self._table = table

    def rule(self) -> Rule:
        self._no_others(self._table, _FIELDS, "")
        subject: Subject = self._choice("subject", get_args(Subject))
        kind, match = (NOWHERE.kind, NOWHERE) if self._combines() else self._match()
        no_data_for_s, silences = self._silences()
        announced = self._announces(kind)
        for_s, clear_for_s = (0.0 if announced else self._seconds(name) for name in ("for_s", "clear_for_s"))
        rule_id = self._word("id")
        if not valid_id(rule_id):
            raise self._wrong("id", f"{rule_id!r} is not an id", "Use lower-case letters, digits and single hyphens.")
        return Rule(
            id=rule_id,
            version=hashlib.sha256(self._text.encode()).hexdigest()[:12],
            subject=subject,
            match=match,
            condition=self._condition(subject, kind),
            for_s=for_s,
            clear_for_s=clear_for_s,
            no_data_for_s=no_data_for_s,
            recurs_within_s=self._seconds("recurs_within_s", default=_DAY_S),
            severity=self._choice("severity", get_args(Severity)),
            category=self._word("category"),
            audience=self._choice("audience", get_args(Audience)),
            group_by=self._choice("group_by", get_args(GroupBy)),
            texts=self._texts("release" if announced else subject),
            keep_firing_for_s=self._seconds("keep_firing_for_s", default=0.0),
            silences=silences,
            judges=_digest_of(self._table),
            timing=self._timing(subject),
        )

    def _combines(self) -> bool:
        """Whether the rule takes several together. Where it looks and how long they may be silent is theirs to say."""
        if _COMBINED.isdisjoint(self._table):
            return False
        for name in ("match", "no_data_for_s"):
            if name in self._table:
                raise self._wrong(name, "the rules that are taken together say this", f"Leave {name} out.")
        if self._table.get("group_by") not in ("river", "site", "node"):
            raise self._wrong("group_by", "this is nothing that sensors have in common", 'Use "river" or "site".')
        return True

    def _announces(self, kind: KindName) -> bool:
        """Whether the rule tells of what is announced, which is a fact with a beginning and an end of its own. No other
        can: a measurement needs a second one, and of an announcement there is none."""
        if "release" not in self._table:
            if kind == "release":
                raise self._wrong("match.kind", "what is announced is no measurement", "Write the section [release].")
            return False
        for name in ("for_s", "clear_for_s", "keep_firing_for_s"):
            if name in self._table:
                raise self._wrong(
                    name, "one notice is enough, and what it announces says when it ends", f"Leave {name} out."
                )
        if kind != "release":
            raise self._wrong("match.kind", f"nothing is announced by {kind!r}", 'Write kind = "release".')
        if self._table.get("group_by") not in ("river", "site", "node"):
            raise self._wrong("group_by", "this is nothing that dams have in common", 'Use "river" or "site".')
        return True

    def _silences(self) -> tuple[float, tuple[LinkSilence, ...]]:
        """`no_data_for_s` as one number, or as a section with one for each link and a `default`."""
        if not _COMBINED.isdisjoint(self._table):
            return 0.0, ()
        if not isinstance(self._table.get("no_data_for_s"), dict):
            return self._seconds("no_data_for_s", least=1.0), ()
        name, links = "no_data_for_s", get_args(Link)
        table = self._section(name, frozenset({"default", *links}))
        known = {link: self._seconds(f"{name}.{link}", least=1.0, value=table[link]) for link in links if link in table}
        default_s = self._seconds(f"{name}.default", least=1.0, value=table.get("default", "nothing"))
        return default_s, tuple(LinkSilence(link, seconds) for link, seconds in known.items())

    def _match(self) -> tuple[KindName, Match]:
        table = self._section("match", frozenset({"kind", "nodes", "sensor", "sites", "regions"}))
        kind: KindName = self._choice("match.kind", KINDS, table.get("kind"))
        nodes = tuple(self._listed("match.nodes", table.get("nodes"), get_args(NodeKind)))
        sensor = table.get("sensor")
        if sensor is not None and not (isinstance(sensor, str) and valid_id(sensor)):
            raise self._wrong("match.sensor", f"{sensor!r} is not a sensor's id", "Name one sensor, or leave it out.")
        sites, regions = (self._codes(f"match.{name}", table.get(name)) for name in ("sites", "regions"))
        return kind, Match(kind, nodes, sensor, sites, regions)

    def _codes(self, field: str, value: Any) -> tuple[str, ...]:
        """Codes of places, none where the field is left out."""
        if value is None:
            return ()
        if not isinstance(value, list) or not value or not all(isinstance(one, str) and one.strip() for one in value):
            raise self._wrong(field, f"a list of codes is expected, got {value!r}", f'Write {field} = ["…"].')
        return tuple(self._readable(field, one) for one in value)

    def _condition(self, subject: str, kind: KindName) -> Condition:
        given = [name for name in SUBJECTS if name in self._table]
        if len(given) != 1:
            raise self._wrong(
                given[-1] if given else "",
                "a rule has exactly one condition",
                f"Write one of the sections {', '.join(f'[{name}]' for name in SUBJECTS)}.",
            )
        (name,) = given
        if subject != SUBJECTS[name]:
            raise self._wrong(
                name, f"{name} does not fit the subject {subject!r}", f'Use subject = "{SUBJECTS[name]}".'
            )
        readers: Mapping[str, Callable[[Mapping[str, FieldSpec]], Condition]] = {
            "levels": self._levels,
            "absence": self._absence,
            "rise": self._rise,
            "mark": self._mark,
            "usual": self._usual,
            "release": self._release,
            "several": self._several,
            "both": self._both,
        }
        return readers[name]({spec.name: spec for spec in fields_of(kind)})

    def _levels(self, fields: Mapping[str, FieldSpec]) -> Levels:
        table = self._section("levels", frozenset({"field"}))
        return Levels(self._measured("levels.field", fields, table, unit="cm"))

    def _absence(self, fields: Mapping[str, FieldSpec]) -> Absence:
        table = self._section("absence", frozenset({"field", "good"}))
        if "field" not in table and "good" not in table:
            return Absence("", ())
        texts = [n for n, spec in fields.items() if spec.choices]
        field = self._choice("absence.field", tuple(texts), table.get("field"))
        return Absence(field, tuple(self._listed("absence.good", table.get("good"), fields[field].choices)))

    def _rise(self, fields: Mapping[str, FieldSpec]) -> Rise:
        table = self._section("rise", frozenset({"field", "raise_cm", "clear_cm", "window_s"}))
        field = self._measured("rise.field", fields, table, unit="cm")
        window_s = self._seconds("rise.window_s", least=1.0, value=table.get("window_s", "nothing"))
        raise_cm, clear_cm = self._marks("rise", "cm", table)
        return Rise(field, raise_cm, clear_cm, window_s)

    def _mark(self, fields: Mapping[str, FieldSpec]) -> Mark:
        table = self._section("mark", frozenset({"field", "raise_at", "clear_at"}))
        return Mark(self._measured("mark.field", fields, table), *self._marks("mark", "at", table))

    def _usual(self, fields: Mapping[str, FieldSpec]) -> Usual:
        names = frozenset({"field", "raise_times", "clear_times", "least", "weeks", "side"})
        table = self._section("usual", names)
        weeks = table.get("weeks")
        least = self._above_0("usual.least", table.get("least"), "Set least.")
        if isinstance(weeks, bool) or not isinstance(weeks, int) or not 3 <= weeks <= 52:
            raise self._wrong("usual.weeks", f"3 to 52 weeks are expected, got {weeks!r}", "Set weeks = 6.")
        side = self._choice("usual.side", get_args(Side), table.get("side", "both"))
        field = self._measured("usual.field", fields, table)
        return Usual(field, *self._marks("usual", "times", table), least, weeks, side)

    def _release(self, fields: Mapping[str, FieldSpec]) -> Release:  # noqa: ARG002  its amounts are two of them
        table = self._section("release", frozenset({"field", "raise_at"}))
        if not table:
            return Release("", 0.0)
        field = self._choice("release.field", ("discharge_m3s", "opening_cm"), table.get("field"))
        remedy = "Set raise_at, or leave [release] empty for any release."
        return Release(field, self._above_0("release.raise_at", table.get("raise_at"), remedy))

    def _several(self, fields: Mapping[str, FieldSpec]) -> Combined:  # noqa: ARG002 - it reads none
        table = self._section("several", frozenset({"rule", "count", "level", "silent", "within_s"}))
        rule, count, silent = table.get("rule"), table.get("count"), table.get("silent", False)
        if isinstance(count, bool) or not isinstance(count, int) or not 2 <= count <= _MOST_MEMBERS:
            raise self._wrong("several.count", f"a number from 2 is expected, got {count!r}", "Set count = 2.")
        if not isinstance(silent, bool) or (silent and "level" in table):
            raise self._wrong("several.silent", "it is true, or left out; and true without a level", "Keep one.")
        need = Need(self._other_rule("several.rule", rule), count)
        return Combined((need,), *self._together("several", table), silent)

    def _both(self, fields: Mapping[str, FieldSpec]) -> Combined:  # noqa: ARG002 - it reads none
        table = self._section("both", frozenset({"rules", "level", "within_s"}))
        rules = table.get("rules")
        if not isinstance(rules, list) or len(rules) != 2 or rules[0] == rules[1]:
            raise self._wrong(
                "both.rules", f"two rules are expected, got {rules!r}", 'Write rules = ["flood", "rise"].'
            )
        needs = tuple(Need(self._other_rule("both.rules", rule), 1) for rule in rules)
        return Combined(needs, *self._together("both", table))

    def _other_rule(self, field: str, name: Any) -> str:
        if not isinstance(name, str) or not valid_id(name) or name == self._table.get("id"):
            raise self._wrong(field, f"{name!r} is not the id of another rule", "Name a rule of this pack.")
        return name

    def _together(self, section: str, table: Mapping[str, Any]) -> tuple[float, Level | None]:
        within_s = self._seconds(f"{section}.within_s", least=1.0, value=table.get("within_s", "nothing"))
        if "level" not in table:
            return within_s, None
        levels = [level.name for level in Level if level is not Level.NORMAL]
        return within_s, Level[self._choice(f"{section}.level", levels, table["level"])]

    def _measured(self, name: str, fields: Mapping[str, FieldSpec], table: Mapping[str, Any], unit: str = "") -> str:
        """A field of the kind that holds a number, and in this unit where one is meant."""
        numeric = [n for n, spec in fields.items() if spec.scalar in {"float", "integer"}]
        field = str(self._choice(name, numeric, table.get("field")))
        fitting = [n for n in numeric if not unit or fields[n].unit == unit]
        if field not in fitting:
            raise self._wrong(
                name,
                f"{field} is in {fields[field].unit}, and what it is held against is in {unit}",
                f"Choose one of: {', '.join(fitting)}; a [mark] takes any." if fitting else "Write a [mark].",
            )
        return field

    def _marks(self, section: str, unit: str, table: Mapping[str, Any]) -> tuple[float, float]:
        """`raise_…` above nothing, and `clear_…` below it: one that clears where it raises would flicker."""
        up, down = f"raise_{unit}", f"clear_{unit}"
        for name in (up, down):
            self._number(f"{section}.{name}", table.get(name), "a number", f"Set {name}.")
        if not table[up] > 0:
            raise self._wrong(f"{section}.{up}", f"{table[up]:g} is always reached", "Write more than 0.")
        if not table[down] < table[up]:
            raise self._wrong(
                f"{section}.{down}",
                f"it would clear at {table[down]:g}, which is not below the {table[up]:g} at which it raises",
                f"Write less than {table[up]:g}, so that it does not flicker.",
            )
        return float(table[up]), float(table[down])

    def _above_0(self, field: str, value: Any, remedy: str) -> float:
        number = self._number(field, value, "a number above 0", remedy)
        if not number > 0:
            raise self._wrong(field, f"a number above 0 is expected, got {value!r}", remedy)
        return number

    def _number(self, field: str, value: Any, expected: str, remedy: str) -> float:
        """A finite number that something could be measured by; compared before it is made a float."""
        good = isinstance(value, int | float) and not isinstance(value, bool)
        if not good or not -_LARGEST <= value <= _LARGEST:
            raise self._wrong(field, f"{expected} is expected, got {value!r}", remedy)
        return float(value)

    def _timing(self, subject: Subject) -> Timing:
        """The rule's own times, the subject's where it says nothing. Nobody waits for a public flood's first word."""
        usual = DEFAULTS[subject]
        names = [field.name for field in fields(Timing)]
        table = self._section("notify", frozenset(names)) if "notify" in self._table else {}
        timing = Timing(
            **{n: self._seconds(f"notify.{n}", default=getattr(usual, n), value=table.get(n)) for n in names}
        )
        if subject in WATER and timing.group_wait_s and self._table.get("audience") == "public":
            raise self._wrong(
                "notify.group_wait_s", "the first word of a public flood never waits", "Set it to 0, or leave it out."
            )
        return timing

    def _texts(self, subject: str) -> dict[str, Text]:
        never = _NEVER_TOLD if subject == "release" else _ONLY_ANNOUNCED
        table = self._section("text", frozenset(TELLINGS) - never)
        texts: dict[str, Text] = {}
        for name in TELLINGS:
            if name in never:
                continue
            if name not in table:
                if name in _OPTIONAL_TEXTS or (name == "level" and subject in _WITHOUT_LEVELS):
                    continue
                raise self._wrong("text", f"the text {name!r} is missing", f"Write [text.{name}] with id and en.")
            both = self._section(f"text.{name}", frozenset({"id", "en"}), table[name])
            texts[name] = Text(
                id=self._template(f"text.{name}.id", both.get("id"), subject),
                en=self._template(f"text.{name}.en", both.get("en"), subject),
            )
        return texts

    def _template(self, field: str, value: Any, subject: str) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(field, "the text is missing", "Write it in double quotes.")
        if len(value) > _LONGEST:
            raise self._wrong(field, f"the text has {len(value)} characters", f"Write at most {_LONGEST}.")
        self._readable(field, value.replace("\n", " "))
        known = PLACEHOLDERS[subject]
        try:
            parts = list(string.Formatter().parse(value))
        except ValueError as error:
            raise self._wrong(field, f"the braces do not close: {error}", "Write a placeholder as {place}.") from None
        for _, name, spec, conversion in parts:
            if name is None:
                continue
            if name not in known or spec or conversion:
                raise self._wrong(
                    field,
                    f"the placeholder {{{name}}} is not known",
                    f"Known here: {', '.join(sorted(known))}, each alone in its braces.",
                )
        return value

    # ------------------------------------------------------------ small readers

    def _section(self, name: str, allowed: frozenset[str], value: Any = None) -> dict[str, Any]:
        table = self._table.get(name) if value is None else value
        if not isinstance(table, dict):
            raise self._wrong(name, f"the section [{name}] is missing", f"Write [{name}].")
        self._no_others(table, allowed, name + ".")
        return table

    def _no_others(self, table: Mapping[str, Any], allowed: frozenset[str], prefix: str) -> None:
        for name in table:
            if name not in allowed:
                raise self._wrong(
                    prefix + name, "this field is not known", f"Known here: {', '.join(sorted(allowed))}."
                )

    def _word(self, field: str, default: str | None = None) -> str:
        value = self._table.get(field, default)
        if not isinstance(value, str) or (not value.strip() and default is None):
            raise self._wrong(field, f"a text is expected, got {value!r}", f'Write {field} = "…".')
        return self._readable(field, value)

    def _readable(self, field: str, value: str) -> str:
        """A text without control characters, which no page shows and not every store takes."""
        if any(unicodedata.category(one) == "Cc" for one in value):
            raise self._wrong(field, f"a control character stands in {value!r}", "Take it out.")
        return value

    def _seconds(self, field: str, *, least: float = 0.0, default: float | None = None, value: Any = None) -> float:
        value = self._table.get(field, default) if value is None else value
        good = isinstance(value, int | float) and not isinstance(value, bool)
        if not good or not least <= value <= 366 * _DAY_S:
            raise self._wrong(field, f"a number of seconds from {least:g} is expected, got {value!r}", f"Set {field}.")
        return float(value)

    def _choice(self, field: str, choices: Sequence[str], value: Any = None) -> Any:
        value = self._table.get(field) if value is None else value
        if value not in choices:
            raise self._wrong(field, f"{value!r} is not one of them", f"Choose one of: {', '.join(choices)}.")
        return value

    def _listed(self, field: str, value: Any, choices: Sequence[str]) -> list[Any]:
        if not isinstance(value, list) or not value:
            raise self._wrong(field, f"a list is expected, got {value!r}", f"Choose from: {', '.join(choices)}.")
        return [self._choice(field, choices, item) for item in value]

    def _wrong(self, field: str, what: str, remedy: str) -> BadInput:
        return BadInput(
            what, where=f"{self._path}, line {line_of(self._text, field)}: {field or 'rule'}", remedy=remedy
        )


def _digest_of(table: Mapping[str, Any]) -> str:
    """A digest of what a rule judges by: all of its file but its words and when and to whom they
    are said, and how it is laid out."""
    judging = {name: value for name, value in table.items() if name not in {"text", "audience", "notify"}}
    return hashlib.sha256(json.dumps(judging, sort_keys=True).encode()).hexdigest()[:12]


def line_of(text: str, field: str) -> int:
    """The line on which a dotted field stands; its section's line where it is missing; 1 where that is, too."""
    *section, name = field.split(".")
    wanted = ".".join(section)
    current, found = "", 1
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[([^\]]+)\]", line)
        if header:
            current = header.group(1).strip()
            if current in {wanted, field}:
                found = number
            if current == field:
                return number
        elif current == wanted and _sets(line, name):
            return number
        elif section and current == ".".join(section[:-1]) and _sets(line, section[-1]):
            found = number
    return found


def _sets(line: str, key: str) -> bool:
    return re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", line) is not None
