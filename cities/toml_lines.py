"""Where each key of a TOML text stands. tomllib gives values without lines; people mend lines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

Path = tuple[str | int, ...]

_TABLE = re.compile(r"^\[(?!\[)\s*(?P<name>[^\]]+?)\s*\]")
_ARRAY = re.compile(r"^\[\[\s*(?P<name>[^\]]+?)\s*\]\]")
_KEY = re.compile(r"^(?P<key>(?:[A-Za-z0-9_\-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*[A-Za-z0-9_\-]+)*)\s*=\s*(?P<value>.*)$")
_STRING = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'")


def key_lines(text: str) -> dict[Path, int]:
    """Every table, array item and key of a (valid) TOML text with the line it starts on, counted from 1."""
    lines: dict[Path, int] = {}
    items: dict[Path, int] = {}
    table: Path = ()
    waiting_for = ""
    depth = 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if waiting_for:
            waiting_for = "" if waiting_for in line else waiting_for
            continue
        if depth > 0:
            depth += _depth(line)
            continue
        if found := _ARRAY.match(line):
            parent = _resolved(_split(found["name"]), items)
            items[parent] = items.get(parent, -1) + 1
            table = (*parent, items[parent])
            lines[table] = number
        elif found := _TABLE.match(line):
            table = _resolved(_split(found["name"]), items)
            lines[table] = number
        elif found := _KEY.match(line):
            lines[(*table, *_split(found["key"]))] = number
            value = found["value"]
            for quote in ('"""', "'''"):
                if value.startswith(quote) and quote not in value[3:]:
                    waiting_for = quote
            depth = 0 if waiting_for else _depth(value)
    return lines


def line_of(lines: Mapping[Path, int], path: Sequence[str | int]) -> int:
    """The line of a path, or of the nearest thing round it, or 1."""
    for length in range(len(path), 0, -1):
        found = lines.get(tuple(path[:length]))
        if found is not None:
            return found
    return 1


def _split(name: str) -> list[str]:
    return [part.strip().strip("\"'") for part in name.split(".")]


def _resolved(names: Sequence[str], items: Mapping[Path, int]) -> Path:
    """`scale.waspada` inside the third `[[scale]]` is ("scale", 2, "waspada")."""
    path: Path = ()
    for position, name in enumerate(names):
        path = (*path, name)
        if position < len(names) - 1 and path in items:
            path = (*path, items[path])
    return path


def _depth(line: str) -> int:
    bare = _STRING.sub("", line).split("#", 1)[0]
    return bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
