"""A complaint system of the city's own that takes every case while processes die: it thinks a moment before it answers,
so that whoever asks is often dead by then. What was filed there is judged from its own books."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from faults.parts.brokers import wait_until
from firmware_sim.systems import CitySystem, Held, city_system
from store.cases import Case
from store.filings import FILING_STATES, Filing
from store.ports import CityStore

NAME = "kota"
_LAG_S = 2.5
_SETTLES_S = 4.0
_OURS = re.compile(r"^Nomor Siaga: (\S+)$", re.MULTILINE)
_NOT_FOR_OTHERS = frozenset({"hidden", "duplicate"})


@dataclass(frozen=True, slots=True)
class OwnSystem:
    """The system, and the file that the city is given."""

    far: CitySystem
    file: Path

    @property
    def settings(self) -> Mapping[str, object]:
        """What makes a city file there."""
        return {"SIAGA_SYSTEMS_FILE": self.file}

    @property
    def held(self) -> Sequence[Held]:
        return tuple(self.far.held)

    @property
    def thinks(self) -> bool:
        """Whether it has taken a case and has not answered yet."""
        return self.far.thinking > 0

    @property
    def looked_up(self) -> int:
        """How often it was asked whether it has a case of ours."""
        return self.far.listed

    def until_filed(self, cities: CityStore, city: str, cases: Sequence[Case], within_s: float) -> bool:
        """Whether all of them came to be filed here in time."""
        return wait_until(lambda: not _missing(cases, filings(cities, city)), within_s, 0.2)


@contextlib.contextmanager
def own_system(folder: Path) -> Iterator[OwnSystem]:
    """One that speaks Open311, listening on loopback."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "systems.toml"
    with city_system() as far:
        far.lag_s = _LAG_S
        file.write_text(
            f'[[system]]\nname = "{NAME}"\nlabel = "Sistem Kota"\nkind = "open311"\nurl = "{far.open311_url()}"\n'
            f"unchecked = true\nsettles_s = {_SETTLES_S}\n"
        )
        yield OwnSystem(far, file)


def filings(cities: CityStore, city: str) -> list[Filing]:
    """Every case's row."""
    return list(cities.filings(city, NAME, FILING_STATES, limit=100_000))


def filing_books(held: Sequence[Held], rows: Sequence[Filing], cases: Sequence[Case]) -> list[str]:
    """What is wrong with what was filed, in words: a case that is not there, or twice, or under another number."""
    there: dict[str, str] = {}
    wrong: list[str] = []
    refs = [_OURS.findall(one.text) for one in held]
    times = Counter(ref[0] for ref in refs if len(ref) == 1)
    wrong += [f"{one.number} names {found} of ours" for one, found in zip(held, refs, strict=True) if len(found) != 1]
    wrong += [f"{ref} was filed {count} times" for ref, count in sorted(times.items()) if count > 1]
    for one, found in zip(held, refs, strict=True):
        there.setdefault(found[0] if found else "", one.number)
    known = {one.number for one in cases}
    wrong += [f"{ref} was filed and is no case" for ref in sorted(times.keys() - known)]
    wrong += [f"{number} was never filed" for number in _missing(cases, rows)]
    for row in rows:
        if row.state in ("filed", "closed") and row.foreign and there.get(row.number) != row.foreign:
            wrong.append(f"{row.number} is {row.foreign} with us and {there.get(row.number)} there")
    return wrong


def _missing(cases: Sequence[Case], rows: Sequence[Filing]) -> list[str]:
    filed = {row.number for row in rows if row.state == "filed"}
    wanted = {one.number for one in cases if one.public and one.status not in _NOT_FOR_OTHERS}
    return sorted(wanted - filed)
