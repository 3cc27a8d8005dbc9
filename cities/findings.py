"""What is wrong in a city folder, collected so that a person mends it in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One mistake: the file (relative to the city's folder), its line (from 1), what is wrong, how to mend it."""

    file: str
    line: int
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        return ". ".join(part for part in (f"{self.file} line {self.line}: {self.what}", self.remedy) if part)


@dataclass(slots=True)
class Findings:
    """A list that is only ever added to."""

    found: list[Finding] = field(default_factory=list)

    def add(self, file: str, line: int, what: str, remedy: str = "") -> None:
        self.found.append(Finding(file, line, what, remedy))


def doubles(file: str, what: str, codes: Sequence[tuple[str, int]], findings: Findings) -> set[str]:
    """The codes (each with its line); one that comes twice is a finding."""
    first: dict[str, int] = {}
    for code, line in codes:
        if code in first:
            findings.add(
                file,
                line,
                f"{what} {code!r} is already on line {first[code]}",
                "Give each its own code, or take one out.",
            )
        first.setdefault(code, line)
    return set(first)


def known_agency(file: str, line: int, agency: str, known: set[str] | None, findings: Findings) -> None:
    """Whether it is among the city's agencies; `known` None: they could not be read, so nobody is unknown."""
    if known is not None and agency not in known:
        findings.add(
            file, line, f"agency {agency!r} is not in agencies.toml", f"Known here: {', '.join(sorted(known))}."
        )
