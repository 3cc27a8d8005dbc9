"""What the city's own systems were told of cases: one row a case and system.

Siaga keeps its own case always. A row says where the same case stands in a system of the city's, under which number,
and what is still to be done about it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

FilingState = Literal["waiting", "filed", "unknown", "refused", "closed"]
"""`waiting`: not there yet. `unknown`: it was sent, nobody answered, and the system cannot be asked: a person says what
became of it. `refused`: the system will not take it. `closed`: filed, and over on both sides."""
FILING_STATES: tuple[FilingState, ...] = get_args(FilingState)


@dataclass(frozen=True, slots=True)
class Filing:
    """A case and a system. Times are microseconds.

    `foreign` is the system's own number, `url` its page there. `sent_us`: since then a request may have arrived there
    of which nothing is known yet. `next_us`: not before then. `told_us`: up to which line of our thread it was told.
    `heard`: its last status, as it says it; `said` the last thing that went wrong, in words. `version` grows with each
    change.
    """

    number: str
    city: str
    system: str
    state: FilingState
    made_us: int
    foreign: str = ""
    url: str = ""
    attempts: int = 0
    next_us: int = 0
    sent_us: int | None = None
    told_us: int = 0
    heard: str = ""
    said: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Feed:
    """A system as it is doing. `since_us`: cases opened before then are not filed there. `well_us`: when it last
    answered, None for never; `said`: what is wrong with it, "" while nothing is."""

    city: str
    system: str
    since_us: int
    polled_us: int = 0
    cursor: str = ""
    well_us: int | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases a system takes: of these categories (none: all), and, `unchecked`, before an officer has looked.
    `older`: also what was opened before the system was named, as long as it is open."""

    categories: tuple[str, ...] = ()
    unchecked: bool = False
    older: bool = False


class FilingStore(Protocol):
    """Filings and feeds."""

    def queue_filings(self, feed: Feed, wanted: Wanted, now_us: int) -> int:
        """Give every public case that the system takes and has no row of a waiting one; how many there were. What is
        hidden or another case's double is none of them."""

    def filings(
        self,
        city: str,
        system: str,
        states: Collection[FilingState],
        *,
        due_us: int | None = None,
        limit: int = 200,
    ) -> Sequence[Filing]:
        """The oldest first; `due_us`: those alone that may be tried by then."""

    def untold(self, city: str, system: str, *, limit: int = 200) -> Sequence[Filing]:
        """Filed ones whose case has lines that the system was not told of."""

    def filings_of(self, number: str) -> Sequence[Filing]:
        """Where a case was filed, by system."""

    def filings_among(self, city: str, system: str, numbers: Collection[str]) -> Mapping[str, Filing]:
        """Those of these cases at a system, by our number."""

    def filing_under(self, city: str, system: str, foreign: str) -> Filing | None:
        """By the system's own number."""

    def filing_counts(self, city: str) -> dict[tuple[str, FilingState], int]:
        """How many there are of each system and state; 0 is left out."""

    def change_filing(self, changed: Filing) -> Filing | None:
        """Keep it where nobody changed it since it was read (`version`), and return it as it stands then. None where
        somebody did: nothing is kept. Rejected where another case has that number in the system."""

    def feeds(self, city: str) -> Sequence[Feed]:
        """Every system that was ever named, by name."""

    def put_feed(self, feed: Feed) -> Feed:
        """Keep how it does, and return it; `since_us` of a known one stays as it is."""
