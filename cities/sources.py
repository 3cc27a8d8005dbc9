"""TOML and CSV files read into forms, with a finding (file, line, remedy) for whatever does not fit."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from cities.findings import Findings
from cities.toml_lines import Path as KeyPath
from cities.toml_lines import key_lines, line_of
from cities.toml_text import NotTomlError, parsed

F = TypeVar("F", bound=BaseModel)
_SHOWN = 60


class TomlSource(NamedTuple, Generic[F]):
    """A TOML file as its form, and where its keys stand."""

    file: str
    form: F
    lines: Mapping[KeyPath, int]

    def line(self, *path: str | int) -> int:
        return line_of(self.lines, path)


class CsvRow(NamedTuple, Generic[F]):
    """One row of a CSV file as its form."""

    line: int
    form: F


class Table(NamedTuple, Generic[F]):
    """A CSV file. Where it is not `whole`, a row was unreadable: nobody may call what it held unknown."""

    rows: list[CsvRow[F]]
    whole: bool


def read_toml(folder: Path, file: str, model: type[F], findings: Findings) -> TomlSource[F] | None:
    """The file as `model`, None where it cannot be read at all or does not fit; the reasons are in `findings`."""
    text = read_text(folder, file, findings)
    if text is None:
        return None
    document = parse_toml(file, text, findings)
    if document is None:
        return None
    lines = key_lines(text)
    try:
        return TomlSource(file, model.model_validate(document), lines)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_context=False):
            what, remedy = _words(detail, model)
            findings.add(file, line_of(lines, detail["loc"]), what, remedy)
        return None


def parse_toml(file: str, text: str, findings: Findings) -> dict[str, Any] | None:
    """The document, None (and a finding with its line) where it is not TOML."""
    try:
        return parsed(text)
    except NotTomlError as error:
        findings.add(
            file, error.line, f"this is not TOML: {error.what}", "Mend the line; strings stand in double quotes."
        )
        return None


def read_csv(folder: Path, file: str, model: type[F], findings: Findings) -> Table[F]:
    """The rows that fit; each that does not is a finding. Lines starting with `#` and empty ones are skipped."""
    text = read_text(folder, file, findings)
    if text is None:
        return Table([], whole=False)
    whole = True
    reader = csv.reader(text.splitlines())
    header: list[str] | None = None
    rows: list[CsvRow[F]] = []
    line = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            findings.add(file, reader.line_num or 1, f"this is not CSV: {error}", "Mend the line.")
            return Table([], whole=False)
        if cells is None:
            break
        first, line = line + 1, reader.line_num
        if line > first:
            findings.add(file, first, "a double quote opens here and does not close", "Close it, or take it out.")
            return Table([], whole=False)
        if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
            continue
        if header is None:
            header = [cell.strip() for cell in cells]
            if not _header_fits(file, reader.line_num, header, model, findings):
                return Table([], whole=False)
            continue
        row = _row(file, reader.line_num, header, cells, model, findings)
        if row is None:
            whole = False
        else:
            rows.append(CsvRow(reader.line_num, row))
    if header is None:
        findings.add(file, 1, "the file is empty", f"Its first line is: {','.join(model.model_fields)}")
        whole = False
    return Table(rows, whole)


def read_text(folder: Path, file: str, findings: Findings) -> str | None:
    """The text of a file, None (and a finding) where it is missing, unreadable or not UTF-8."""
    try:
        data = (folder / file).read_bytes()
    except FileNotFoundError:
        findings.add(file, 1, "the file is missing", "Every city has it; cities/README.md shows one.")
        return None
    except OSError as error:
        findings.add(file, 1, f"the file cannot be read: {error.strerror}", "Look at its permissions.")
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.add(
            file,
            data[: error.start].count(b"\n") + 1,
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            'Save the file as "CSV UTF-8" or with UTF-8 encoding.',
        )
        return None


def _header_fits(file: str, line: int, header: Sequence[str], model: type[BaseModel], findings: Findings) -> bool:
    known = model.model_fields
    if len(header) == 1 and ";" in header[0]:
        findings.add(file, line, "the columns are separated by semicolons", "Save the file with commas.")
        return False
    needed = [name for name, info in known.items() if info.is_required()]
    unknown = [name for name in header if name not in known]
    missing = [name for name in needed if name not in header]
    double = sorted({name for name in header if header.count(name) > 1})
    for words, names in (("unknown column", unknown), ("missing column", missing), ("column named twice:", double)):
        for name in names:
            findings.add(file, line, f"{words} {name!r}", f"The columns are: {','.join(known)}")
    return not (unknown or missing or double)


def _row(
    file: str, line: int, header: Sequence[str], cells: Sequence[str], model: type[F], findings: Findings
) -> F | None:
    if len(cells) != len(header):
        findings.add(
            file,
            line,
            f"{len(cells)} cells where the header has {len(header)}",
            "Put a cell that holds a comma in double quotes.",
        )
        return None
    given = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    # An empty cell of a column that has a default means the default.
    given = {name: cell for name, cell in given.items() if cell or model.model_fields[name].is_required()}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_context=False):
            what, remedy = _words(detail, model)
            findings.add(file, line, what, remedy)
        return None


def _words(detail: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    path = ".".join(str(part) for part in detail["loc"])
    last = str(detail["loc"][-1]) if detail["loc"] else path
    kind = detail["type"]
    if kind == "missing" and last in {"en", "id"}:
        language = "English" if last == "en" else "Indonesian"
        return f"{path} is missing: a text without its {language}", 'Write it as { id = "…", en = "…" }.'
    if kind == "missing":
        return f"{path} is missing", "Add it; cities/README.md shows an example."
    if kind == "extra_forbidden":
        known = f" Known here: {', '.join(model.model_fields)}." if len(detail["loc"]) == 1 else ""
        return f"{path} is not a key of this file", f"Correct its spelling or take it out.{known}"
    if kind == "string_too_short":
        return f"{path} is empty", "Write something in it."
    shown = repr(detail["input"])
    shown = shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"
    return f"{path}: {detail['msg'][:1].lower()}{detail['msg'][1:]}, got {shown}", "Correct the value."
