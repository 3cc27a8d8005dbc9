"""What is wrong in a city folder, collected so that a person mends it in one go."""

from __future__ import annotations

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
