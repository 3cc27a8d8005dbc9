"""A file of `[[sections]]` beside a city: other systems, channels, sirens. Read strictly, mistakes by their line.

A mistake in it is a BadInput that names file, line, field and remedy.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cities.toml_lines import key_lines, line_of
from contract.errors import BadInput
from contract.topics import valid_id

_KIB = 1024


class SectionFile:
    """The sections of one name, in their order. `setting` names the file; `called` is what each of them is."""

    def __init__(self, path: Path, name: str, *, setting: str, called: str, most: int, largest_kib: int = 64) -> None:
        """Raises BadInput for what cannot be read, is no TOML or holds anything else than these sections."""
        self.path = path
        self._name = name
        text = _text(path, setting, largest_kib * _KIB)
        try:
            table = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise BadInput(
                f"is not TOML: {error}", where=str(path), remedy="Mend the line; text stands in double quotes."
            ) from None
        self._lines = key_lines(text)
        self.sections = self._sections(table, called, most)

    def _sections(self, table: Mapping[str, Any], called: str, most: int) -> Sequence[Mapping[str, Any]]:
        for name in table:
            if name != self._name:
                remedy = f"The file holds [[{self._name}]] sections alone."
                raise self._wrong((name,), "this field is not known", remedy)
        listed = table.get(self._name, [])
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise self._wrong((self._name,), "is no list of sections", f"Write [[{self._name}]] with two brackets.")
        if len(listed) > most:
            raise self._wrong((self._name,), f"there are {len(listed)} {called}", f"At most {most}.")
        return listed

    def where(self, number: int, field: str) -> str:
        """A field of a section, as an error names it. Sections are counted from 0."""
        return self._where((self._name, number, field))

    def wrong(self, number: int, field: str, what: str, remedy: str) -> BadInput:
        """What is wrong with a field of a section."""
        return self._wrong((self._name, number, field), what, remedy)

    def check_known(self, number: int, known: Mapping[str, Any] | Sequence[str]) -> None:
        """Raises BadInput for a field that is not among these."""
        for field in self.sections[number]:
            if field not in known:
                raise self.wrong(number, field, "this field is not known", f"Known here: {', '.join(known)}.")

    def check_id(self, number: int, name: str) -> None:
        """Raises BadInput for a name that is no id."""
        if not valid_id(name):
            remedy = "Use lower-case letters, digits, single hyphens."
            raise self.wrong(number, "name", f"{name!r} is not an id", remedy)

    def check_secret(self, number: int) -> bool:
        """Whether the section names a secret. Raises BadInput where it names two."""
        section = self.sections[number]
        if "secret_file" in section and "secret_env" in section:
            raise self.wrong(number, "secret_env", "it has two secrets", "Keep one of the two lines.")
        return "secret_file" in section or "secret_env" in section

    def secret(self, number: int, environment: Mapping[str, str]) -> str:
        """What its `secret_env` or `secret_file` holds, "" where it names none. Raises BadInput."""
        section = self.sections[number]
        if "secret_env" in section:
            secret = environment.get(section["secret_env"], "").strip()
            field, what, remedy = "secret_env", f"{section['secret_env']} is not set", "Set it, or use a file."
        elif "secret_file" in section:
            path, secret = self.secret_of(number)
            field, what, remedy = "secret_file", f"{path} holds no secret", "One line with the secret in it."
        else:
            return ""
        if not secret or not secret.isprintable():
            raise self.wrong(number, field, what, remedy)
        return secret

    def secret_of(self, number: int) -> tuple[Path, str]:
        """The file that `secret_file` names, beside this one, and what it holds. Raises BadInput."""
        path = self.path.parent / self.sections[number]["secret_file"]
        try:
            return path, path.read_text(encoding="utf-8-sig").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not plain text"
            raise self.wrong(
                number, "secret_file", f"{path} cannot be read: {why}", "Name the file of its secret."
            ) from None

    def _where(self, path: tuple[str | int, ...]) -> str:
        return f"{self.path}, line {line_of(self._lines, path)}: {path[-1]}"

    def _wrong(self, path: tuple[str | int, ...], what: str, remedy: str) -> BadInput:
        return BadInput(what, where=self._where(path), remedy=remedy)

    def check_template(self, number: int) -> None:
        """Of a gateway's `body`, `headers` and `accepted`. Raises BadInput."""
        table = self.sections[number]
        for part in ("{to}", "{text}"):
            if part not in table["body"]:
                raise self.wrong(number, "body", f"it has no {part}", f"Write {part} where it goes.")
        if not all(isinstance(value, str) and value.isprintable() for value in table.get("headers", {}).values()):
            raise self.wrong(number, "headers", "a header is no text", 'Write { Name = "…" }.')
        try:
            re.compile(table.get("accepted", ""))
        except re.error as error:
            raise self.wrong(number, "accepted", f"it is no pattern: {error}", "A regular expression.") from None


def _text(path: Path, setting: str, largest: int) -> str:
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", where=str(path), remedy=f"Check {setting}.") from None
    except UnicodeDecodeError:
        raise BadInput("is not UTF-8 text", where=str(path), remedy="Save it as UTF-8.") from None
    if len(raw) > largest:
        raise BadInput(f"has {len(raw)} bytes", where=str(path), remedy=f"At most {largest}.")
    return text
