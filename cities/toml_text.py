"""TOML as people save it: with or without a byte order mark, and never more than a page of it. What tomllib would take
and nothing after it could hold (numbers beyond 64 bits, tables in tables in tables) is refused here, with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cities.toml_lines import Path as KeyPath
from cities.toml_lines import key_lines, line_of
from contract.errors import BadInput

LARGEST_BYTES = 256 * 1024
_DEEPEST = 16
_WHOLE = range(-(2**63), 2**63)
"""what TOML promises of a whole number"""
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")


class NotTomlError(ValueError):
    """The text is no TOML that can be used: what is wrong, and on which line."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what)
        self.what = what
        self.line = line


class TomlText(NamedTuple):
    """A file's text and what stands in it."""

    text: str
    table: dict[str, Any]


def read_table(path: Path) -> TomlText:
    """The file. Raises BadInput naming file, line and remedy."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"cannot be read: {error.strerror}", where=str(path), remedy="Look at its permissions."
        ) from None
    if len(data) > LARGEST_BYTES:
        raise BadInput(f"has {len(data)} bytes", where=str(path), remedy=f"At most {LARGEST_BYTES}.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadInput(
            f"cannot be read: byte 0x{data[error.start]:02x} is not UTF-8",
            where=f"{path}, line {line}",
            remedy="Save it as UTF-8 text.",
        ) from None
    try:
        return TomlText(text, parsed(text))
    except NotTomlError as error:
        raise BadInput(
            f"not valid TOML: {error.what}",
            where=f"{path}, line {error.line}",
            remedy="Mend the line; texts stand in double quotes.",
        ) from None


def parsed(text: str) -> dict[str, Any]:
    """What stands in a TOML text. Raises NotTomlError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        line = int(at[1]) if at else len(text.splitlines()) or 1
        raise NotTomlError(_AT_LINE.sub("", str(error)).strip(), line) from None
    except RecursionError:
        raise NotTomlError("it is nested too deeply", _longest_line(text)) from None
    except ValueError:
        raise NotTomlError("a number in it is too long", _longest_line(text)) from None
    for place, value in _values(table):
        if len(place) > _DEEPEST:
            raise NotTomlError("it is nested too deeply", line_of(key_lines(text), place))
        if isinstance(value, int) and value not in _WHOLE:
            key = ".".join(str(part) for part in place)
            raise NotTomlError(f"{key} is a whole number of more than 64 bits", line_of(key_lines(text), place))
    return table


def _values(table: Mapping[str, Any]) -> Iterator[tuple[KeyPath, Any]]:
    """Everything in it, tables and lists too, no deeper than one too deep."""
    waiting: list[tuple[KeyPath, Any]] = [((), table)]
    while waiting:
        place, value = waiting.pop()
        yield place, value
        if len(place) > _DEEPEST:
            continue
        if isinstance(value, dict):
            waiting += [((*place, name), one) for name, one in value.items()]
        elif isinstance(value, list):
            waiting += [((*place, number), one) for number, one in enumerate(value)]


def _longest_line(text: str) -> int:
    """Where such a thing stands, for which tomllib names no line."""
    lines = text.splitlines()
    return lines.index(max(lines, key=len)) + 1
