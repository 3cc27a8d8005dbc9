"""A rule's own tests: made-up readings, and the lines that must be told of them. Pure but for reading the file.

```toml
about = "Naik, lalu surut"
every_s = 300

[series]
code-jetisharjo = "40 72 80 90 65*2 58*8"

[expect]
lines = '''
00:15 code-jetisharjo opened WASPADA
'''
```

A gauge, a camera or a point is called by its site or its node. A series is one reading each `every_s`: `72`, `58*8`
(eight times), `700+20*5` (five readings, each 20 more), `_` or `_*3` (none). Points read a word: `open*20 down*5 _*10`.
It is read into every field of its node that a rule looks at, or, called `"code-jetisharjo/rain_mm_hour"`, into that one
alone. A line is told at hours and minutes after the first reading, with its level, or with the id of a rule that is
neither about levels nor about absence; after the last moment of the longest series, and of all that is announced, no
time passes.

What a dam lets go is announced in a table of its own, `at` so long after the first reading:

```toml
[[release]]
at = "00:10"
post = "katulampa"
dam = "Bendung Katulampa"
discharge_m3s = 120
begins = "01:00"
lasts_s = 7200
```

`opening_cm` and `called_off = true` are the other things that a notice may say; `heard = "03:00"` lets it come so late.
"""

from __future__ import annotations

import difflib
import heapq
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from alerts.engine import Engine, Transition
from alerts.rulefile import line_of
from alerts.rules import Absence, Levels, Rule
from alerts.samples import Sample
from cities.toml_text import read_table
from contract.city import NOTICE
from contract.clock import MINUTE_US, SECOND_US
from contract.errors import BadInput
from contract.kinds import KindName, fields_of
from contract.levels import Scale
from contract.quality import Quality
from store.ports import Placement

_BEGIN_US = 1_750_000_000 * SECOND_US
_EPOCH = "0" * 16
_MOST = 100_000
_LEVELS = re.compile(r"(?P<value>_|-?\d+(?:\.\d+)?)(?P<step>(?<!_)[+-]\d+(?:\.\d+)?)?(?:\*(?P<times>\d{1,6}))?")
_WORDS = re.compile(r"(?P<value>_|[a-z_]+)(?:\*(?P<times>\d{1,6}))?")
_CLOCK = re.compile(r"(\d{2,3}):([0-5]\d)")
_LONGEST_S = 31 * 86_400.0
_TOLD_OF_RELEASES = frozenset(
    {"at", "heard", "post", "dam", "discharge_m3s", "opening_cm", "begins", "lasts_s", "called_off"}
)
_KEYS = frozenset({"about", "every_s", "series", "release", "expect"})


class _Reading(NamedTuple):
    at_us: int
    node: str
    fields: frozenset[str]
    value: float | str


class _Notice(NamedTuple):
    """What a post announces, when it said so and when that was heard."""

    told_us: int
    heard_us: int
    node: str
    values: Mapping[str, Any]

    def sample(self, seq: int) -> Sample:
        told_us = self.told_us
        return Sample(self.node, NOTICE, "release", _EPOCH, seq, told_us, "synced", Quality.GOOD, self.values)

    def moments(self) -> Iterator[tuple[int, _Notice | None]]:
        """When it is heard; and its end, up to which time passes."""
        yield self.heard_us, None
        yield self.heard_us, self
        if "lasts_s" in self.values:
            yield self.values["begins_us"] + round(self.values["lasts_s"] * SECOND_US), None


class _Series(NamedTuple):
    """What one line of the story reads, into which fields of which node."""

    node: str
    fields: frozenset[str]
    values: list[float | str | None]


@dataclass(frozen=True)
class Told:
    """How a story ended: `differs` holds, as a difference of lines, what was expected and not told, and the reverse."""

    path: Path
    about: str
    differs: tuple[str, ...]


def tell(
    path: Path,
    city: str,
    rules: Sequence[Rule],
    places: Mapping[str, Placement],
    scales: Mapping[str, Scale],
    names: Mapping[str, str],
    zone: str = "UTC",
) -> Told:
    """Tell the rules one story. `names`: the node by each name that a story may call it; `zone`: the city's clocks.
    Raises BadInput."""
    story = _Story(path, names, places, rules)
    engine = Engine(city, rules, places, scales, zone=zone)
    called = {node: name for name, node in names.items() if name in story.called}
    told: list[str] = []

    def keep(transitions: Sequence[Transition]) -> None:
        told.extend(_line(one, called.get(one.incident.node, one.incident.node)) for one in transitions)

    heard_us = _BEGIN_US
    for seq, (at_us, reading) in enumerate(story.moments(), start=1):
        while heard_us < at_us:
            # The platform hears itself all the time: what is silent in a story is silent.
            heard_us = min(heard_us + MINUTE_US, at_us)
            engine.witness(heard_us)
            keep(engine.tick(heard_us))
        if isinstance(reading, _Notice):
            keep(engine.step(reading.sample(seq), at_us))
        elif reading is not None:
            for sample in _samples(reading, seq, places[reading.node]):
                keep(engine.step(sample, at_us))
    differs = difflib.unified_diff(story.expected, told, "expected", "told", lineterm="", n=2)
    return Told(path, story.about, tuple(differs))


def read(path: Path, rules: Sequence[Rule], places: Mapping[str, Placement], names: Mapping[str, str]) -> None:
    """Whether a story can be told. Raises BadInput for the first mistake."""
    _Story(path, names, places, rules)


def _samples(reading: _Reading, seq: int, place: Placement) -> Iterator[Sample]:
    """The reading as each sensor of the node that a rule looks at would have said it."""
    for sensor, (kind, _) in place.sensors.items():
        values = dict.fromkeys(reading.fields & _names_of(kind), reading.value)
        if values:
            yield Sample(reading.node, sensor, kind, _EPOCH, seq, reading.at_us, "synced", Quality.GOOD, values)


def _first(moment: tuple[int, object]) -> int:
    return moment[0]


@cache
def _names_of(kind: KindName) -> frozenset[str]:
    return frozenset(field.name for field in fields_of(kind))


def _line(transition: Transition, node: str) -> str:
    change, rule = transition.change, transition.rule
    level = f" {change.level.name}" if change.level is not None else ""
    which = "" if isinstance(rule.condition, Levels | Absence) else f" {rule.id}"
    return f"{_clock(change.at_us)} {node} {change.what}{level}{which}"


def _clock(at_us: int) -> str:
    minutes = (at_us - _BEGIN_US) / MINUTE_US
    return f"{int(minutes // 60):02}:{minutes % 60:02g}" if minutes % 1 == 0 else f"{minutes:g} min"


class _Story:
    """One file, read strictly."""

    def __init__(
        self, path: Path, names: Mapping[str, str], places: Mapping[str, Placement], rules: Sequence[Rule]
    ) -> None:
        self._path = path
        self._places = places
        self._rules = rules
        self._text, table = read_table(path)
        for key in table.keys() - _KEYS:
            raise self._wrong(key, "this key is not known", f"Known here: {', '.join(sorted(_KEYS))}.")
        self.about = str(table.get("about", path.stem))
        every_s = table.get("every_s")
        if not isinstance(every_s, int | float) or isinstance(every_s, bool) or not 0 < every_s <= 86_400:
            raise self._wrong("every_s", f"a number of seconds is expected, got {every_s!r}", "Set every_s = 300.")
        self._every_us = round(every_s * SECOND_US)
        expect = table.get("expect")
        lines = expect.get("lines") if isinstance(expect, dict) and expect.keys() == {"lines"} else None
        if not isinstance(lines, str):
            raise self._wrong("expect", "what must be told is missing", "Write [expect] with lines = '''…'''.")
        self.expected = [" ".join(line.split()) for line in lines.splitlines() if line.strip()]
        self._posts: set[str] = set()
        self._notices = [self._notice(one, names) for one in self._tables(table.get("release", []))]
        self._series = self._read_series(table["series"], names) if "series" in table or not self._notices else {}

    @property
    def called(self) -> set[str]:
        """The names by which this story calls its nodes."""
        return {name.partition("/")[0] for name in self._series} | self._posts

    def moments(self) -> Iterator[tuple[int, _Reading | _Notice | None]]:
        """Every moment of the story and what was read or announced then, None where nothing was."""
        announced = sorted((moment for one in self._notices for moment in one.moments()), key=_first)
        yield from heapq.merge(self._readings(), announced, key=_first)

    def _readings(self) -> Iterator[tuple[int, _Reading | _Notice | None]]:
        length = max((len(one.values) for one in self._series.values()), default=0)
        for step in range(length):
            at_us = _BEGIN_US + step * self._every_us
            yield at_us, None
            for node, fields, values in self._series.values():
                value = values[step] if step < len(values) else None
                if value is not None:
                    yield at_us, _Reading(at_us, node, fields, value)

    def _read_series(self, table: Any, names: Mapping[str, str]) -> dict[str, _Series]:
        if not isinstance(table, dict) or not table:
            raise self._wrong("series", "there are no readings", "Write [series] with a line a gauge or point.")
        series = {}
        for name, text in table.items():
            called, _, field = name.partition("/")
            if called not in names:
                near = ", ".join(difflib.get_close_matches(called, names, 3)) or ", ".join(list(names)[:5])
                raise self._wrong(
                    f"series.{name}", f"{called!r} is no gauge, camera or point of the city", f"Such as {near}."
                )
            if not isinstance(text, str):
                raise self._wrong(f"series.{name}", f"{text!r} is no series", f'Write {name} = "40 72 80*3".')
            node = names[called]
            looked_at = self._looked_at(node)
            if field and field not in looked_at:
                known = ", ".join(sorted(looked_at)) or "nothing"
                raise self._wrong(f"series.{name}", f"no rule looks at {field!r} of it", f"Looked at: {known}.")
            own = {other.partition("/")[2] for other in table if other.startswith(f"{called}/")}
            fields = {field: looked_at[field]} if field else {one: looked_at[one] for one in looked_at.keys() - own}
            series[name] = self._one_series(name, node, fields, text)
        return series

    def _tables(self, value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self._wrong("release", "a notice is a table of its own", "Write [[release]] above each.")
        return value

    def _notice(self, table: Mapping[str, Any], names: Mapping[str, str]) -> _Notice:
        for key in table.keys() - _TOLD_OF_RELEASES:
            known = ", ".join(sorted(_TOLD_OF_RELEASES))
            raise self._wrong(f"release.{key}", "this key is not known", f"Known here: {known}.")
        post, dam = table.get("post"), table.get("dam")
        if not isinstance(post, str) or post not in names:
            raise self._wrong("release.post", f"{post!r} is no post of the city", "Name a node, or its site.")
        if not isinstance(dam, str) or not dam.strip():
            raise self._wrong("release.dam", f"a dam's name is expected, got {dam!r}", 'Write dam = "…".')
        self._posts.add(post)
        told_us = self._moment("at", table.get("at"))
        values: dict[str, Any] = {"dam": dam, "begins_us": self._moment("begins", table.get("begins", table["at"]))}
        for key in ("discharge_m3s", "opening_cm", "lasts_s"):
            if key in table:
                value = table[key]
                if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LONGEST_S:
                    raise self._wrong(f"release.{key}", f"a number is expected, got {value!r}", f"Set {key} = 120.")
                values[key] = float(value)
        if table.get("called_off", False) is True:
            values["called_off"] = True
        return _Notice(told_us, self._moment("heard", table.get("heard", table["at"])), names[post], values)

    def _moment(self, key: str, text: Any) -> int:
        found = _CLOCK.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise self._wrong(f"release.{key}", f"{text!r} is no time of the story", f'Write {key} = "00:10".')
        return _BEGIN_US + (int(found[1]) * 60 + int(found[2])) * MINUTE_US

    def _looked_at(self, node: str) -> dict[str, frozenset[str]]:
        """The fields of this node that a rule looks at, each with the words that it may say, none for a number."""
        place = self._places[node]
        kinds = {kind for kind, _ in place.sensors.values()}
        named = {
            (rule.match.kind, rule.condition.field)
            for rule in self._rules
            if place.kind in rule.match.nodes and rule.match.kind in kinds
        }
        return {
            field.name: frozenset(field.choices)
            for kind in kinds
            for field in fields_of(kind)
            if (kind, field.name) in named
        }

    def _one_series(self, name: str, node: str, fields: Mapping[str, frozenset[str]], text: str) -> _Series:
        words = frozenset[str]().union(*fields.values())
        numbers = any(not choices for choices in fields.values()) or not words
        values: list[float | str | None] = []
        for token in text.split():
            found = (_LEVELS if numbers else _WORDS).fullmatch(token)
            if found is None or not (numbers or found["value"] in {"_", *words}):
                right = "72, 58*8, 700+20*5, _*3" if numbers else f"_*3 or a word: {', '.join(sorted(words))}"
                raise self._wrong(f"series.{name}", f"{token!r} is not understood", f"Write {right}.")
            times = int(found["times"] or 1)
            if len(values) + times > _MOST:
                raise self._wrong(f"series.{name}", f"more than {_MOST:,} readings", "Make the story shorter.")
            for number in range(times):
                if found["value"] == "_":
                    values.append(None)
                elif numbers:
                    values.append(float(found["value"]) + number * float(found["step"] or 0))
                else:
                    values.append(found["value"])
        meant = frozenset(field for field, choices in fields.items() if bool(choices) is not numbers)
        return _Series(node, meant, values)

    def _wrong(self, field: str, what: str, remedy: str) -> BadInput:
        return BadInput(what, where=f"{self._path}, line {line_of(self._text, field)}: {field}", remedy=remedy)
