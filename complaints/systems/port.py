"""What a complaint system of the city's is asked, whichever it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args
from urllib.parse import quote

from contract.case import CASE_STATUSES, CaseStatus

Become = CaseStatus | Literal["same"]
"""what a word of another system makes of our case; `same`: it stays what it is"""
BECOME: tuple[str, ...] = (*CASE_STATUSES, "same")
SystemKind = Literal["manual", "open311", "webhook", "lapor", "qlue"]
SYSTEM_KINDS: tuple[SystemKind, ...] = get_args(SystemKind)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A case as another system gets it. `ref` is our number and stands in the text too, so that it can be found again;
    `service` is the category in the system's own code. Words are Indonesian."""

    ref: str
    service: str
    category: str
    title: str
    text: str
    place: str
    lat: float
    lon: float
    opened_us: int
    agency: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of our thread on its way out. `key` is the same however often it is sent."""

    key: str
    text: str
    status: CaseStatus
    at_us: int


@dataclass(frozen=True, slots=True)
class Filed:
    """The system has it: under which number, and where to look, "" where it does not say."""

    foreign: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class ForeignUpdate:
    """What a system says of a case. `word` is its status as it writes it, `status` what that is with us (None: a word
    that the city's file does not translate); `text` what its people wrote. `id`: the system's own mark of this line, ""
    where it tells only how things stand."""

    foreign: str
    word: str
    status: Become | None
    text: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Polled:
    """What was new, and from where to ask the next time."""

    updates: Sequence[ForeignUpdate]
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class SystemInfo:
    """A system as pages show it, without secrets. `page`: its public page, with {foreign}; `email`: whom a person
    writes to; `states`: its words for what are states with us; `home`: where its own people work, "" where the file
    does not say. `desk`: the city's cases are worked on there, and not at our desk."""

    name: str
    kind: SystemKind
    label: str
    categories: tuple[str, ...] = ()
    unchecked: bool = False
    page: str = ""
    email: str = ""
    states: tuple[tuple[str, Become], ...] = ()
    shown_first: bool = False
    home: str = ""
    desk: bool = False

    def takes(self, category: str) -> bool:
        """Whether cases of this category are filed there."""
        return not self.categories or category in self.categories

    def page_of(self, foreign: str) -> str:
        """Where the system shows it, "" where the city's file does not say."""
        return self.page.replace("{foreign}", quote(foreign, safe="")) if foreign else ""

    def status_of(self, word: str) -> Become | None:
        """What its word is with us, whatever its case and spaces."""
        known = {one.casefold(): status for one, status in self.states}
        return known.get(" ".join(word.split()).casefold())


class System(Protocol):
    """A system that programs can talk to. Every question raises Unavailable where it was not asked at all, Unanswered
    where it may have been, and Rejected where it will never take it.

    `asks`: whether `find` can tell; `same_twice`: whether it takes the same reference twice for one.
    """

    asks: bool
    same_twice: bool

    def file(self, case: Outgoing) -> Filed:
        """Once."""

    def find(self, ref: str, since_us: int) -> Filed | None:
        """What was filed under our number since then, None for nothing."""

    def update(self, foreign: str, line: Line) -> None:
        """Add a line of ours."""

    def poll(self, foreigns: Sequence[str], cursor: str, now_us: int) -> Polled:
        """What became of those that are open there."""
