"""Cases and what people said: what citizens and officers follow.

An event has one case. What a person says is a report, a row of its own: it holds who they are, as far as they said it,
and nothing else does. Many reports may belong to one case.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, get_args

from contract.case import CaseStatus, CaseWord, word_of
from contract.promise import Pause

ReportSource = Literal["web", "open311", "phone", "telegram", "whatsapp", "sms", "email", "system"]
"""the way that a report came; `system`: another system of the city's"""
NEVER_DUE_US = 2**62
"""the place in an inbox of a case that nothing was promised of"""
REPORT_SOURCES: tuple[ReportSource, ...] = get_args(ReportSource)
Queue = Literal["open", "shadow"]


@dataclass(frozen=True, slots=True)
class Case:
    """What citizens and officers follow. `number` is what people say aloud: `YOG-2026-000123`.

    Times are microseconds. The three dues are the city's promise as it stands now, None where it promised nothing;
    while `paused_us` is set, the clock has stood still since then. `agency` answers it now and `owner` is the officer
    of theirs who took it, by id. Until `triaged_us`, only category, place and state are for the public. `escalated` is
    how far up it has been told, 0 to 3, and `reopened` how often an end was none.
    """

    number: str
    city: str
    event: str | None
    category: str
    agency: str
    region: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    lat: float
    lon: float
    status: CaseStatus
    source: Literal["sensor", "citizen"]
    opened_us: int
    updated_us: int
    finish_due_us: int | None
    closed_us: int | None
    public: bool
    recurs: str | None = None
    respond_due_us: int | None = None
    verify_due_us: int | None = None
    answered_us: int | None = None
    triaged_us: int | None = None
    paused_us: int | None = None
    owner: str = ""
    escalated: int = 0
    reopened: int = 0
    duplicate_of: str = ""

    @property
    def state(self) -> CaseWord:
        """What people outside are told."""
        return word_of(self.status)


@dataclass(frozen=True, slots=True)
class CaseUpdate:
    """One line of a case's thread; `key` is unique, so that the same line is never told twice. `author` is `sensor`,
    `warga`, or the name of the office that says it; `person` who of theirs, by id; of a resident their report's
    id. `inner`: for staff alone, and for the resident who wrote it."""

    key: str
    number: str
    at_us: int
    said_us: int
    status: CaseStatus
    text: Mapping[str, str]
    author: str
    inner: bool = False
    person: str = ""

    @property
    def state(self) -> CaseWord:
        """What people outside are told."""
        return word_of(self.status)


@dataclass(frozen=True, slots=True)
class CitizenReport:
    """What a person said, at a place, and who they are as far as they said it.

    `key` is unique: the same report sent twice is one. `account` is a digest of whoever sent it, by which limits are
    counted; `name` and `contact` are theirs and leave with `erased_us`, as does `text`. `anonymous`: officers do not
    see who it is either. `secret`: nobody outside the agency sees that it exists. In the queue `shadow` it waits
    unseen and without a case (`number` is ""), for its account has said too much.
    """

    id: str
    city: str
    number: str
    key: str
    at_us: int
    source: ReportSource
    category: str
    lat: float
    lon: float
    region: str
    text: str
    language: str = "id"
    name: str = ""
    contact: str = ""
    account: str = ""
    anonymous: bool = False
    secret: bool = False
    queue: Queue = "open"
    erased_us: int | None = None
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """what the category asks beside the words, by its code; leaves with `text`"""
    about_office: bool = False
    """it is about the office itself that would answer, which must not see it; then it is `secret`, too"""


@dataclass(frozen=True, slots=True)
class Near:
    """Which open case something new belongs to: one of these categories, no farther than this, heard of since then."""

    categories: tuple[str, ...]
    radius_m: float
    since_us: int


@dataclass(frozen=True, slots=True)
class Around:
    """No farther than so many metres from a place."""

    lat: float
    lon: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class Sight:
    """A case as whoever moves it must see it, read under its lock. `standing`: its event is not over, so what the
    sensors see is not clear yet. `erased`: the ids of its reports whose words are gone."""

    case: Case
    pauses: Sequence[Pause]
    standing: bool
    erased: frozenset[str]


@dataclass(frozen=True, slots=True)
class Moved:
    """What a case becomes: itself, the lines that say so (the first one's key makes it happen once), its pauses."""

    case: Case
    updates: Sequence[CaseUpdate]
    pauses: Sequence[Pause]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of cases: what was asked for, and where the next page starts (None at the end)."""

    cases: Sequence[Case]
    next_cursor: str | None
    total: int


@dataclass(frozen=True, slots=True)
class Inbox:
    """Which open cases an officer looks for. Empty means any; `regions` are codes or their beginnings at a dot.
    `withheld`: those alone that the public does not see."""

    agency: str = ""
    regions: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    owner: str = ""
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case stands in an inbox: those whose clock runs come first, then by what is due next, then by age."""

    paused: bool
    due_us: int
    opened_us: int
    number: str

    @classmethod
    def of(cls, case: Case) -> Place:
        due_us = case.finish_due_us
        if case.answered_us is None and case.respond_due_us is not None:
            due_us = case.respond_due_us
        return cls(case.paused_us is not None, NEVER_DUE_US if due_us is None else due_us, case.opened_us, case.number)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many cases wait in an inbox: overdue, due within a day, later or never, and those whose clock is stopped."""

    late: int
    today: int
    later: int
    paused: int

    @property
    def total(self) -> int:
        return self.late + self.today + self.later + self.paused


class CaseStore(Protocol):
    """Cases, their threads, pauses and reports."""

    def desk_mark(self) -> int:
        """A number that every change of a case, its thread, reports, photos and filings, or of a person's name, moves
        in its own transaction, whichever process makes it. What is read after it is at least as new. Of all cities of
        the database together."""

    def file_case(self, case: Case, update: CaseUpdate, near: Near | None = None) -> Case:
        """Keep a new case under the next number of its city and year and return it; `case.number` is ignored on the
        way in. Where the event already has a case, that one is returned and nothing is written. `near`: an open public
        case that residents made there, and that no event has, becomes this event's."""

    def file_report(
        self,
        report: CitizenReport,
        case: Case,
        update: CaseUpdate,
        near: Near | None,
        *,
        opens: bool = True,
        release: bool = False,
    ) -> tuple[Case, bool] | None:
        """Keep what a person said: (its case, whether that was there before). It joins the nearest open public case
        that `near` describes, else `case` is filed with `update`; where it may not open one, it is put aside into the
        shadow queue, and there is None. A key that is known keeps nothing and says what became of it; `release` takes
        one out of the shadow queue."""

    def aside(self, city: str, *, limit: int = 200) -> Sequence[CitizenReport]:
        """The shadow queue, the newest first."""

    def trusted(self, city: str, account: str) -> bool:
        """Whether something that an account said was looked at, and not hidden."""

    def report_of(self, city: str, key: str) -> CitizenReport | None:
        """By its key."""

    def report(self, report_id: str) -> CitizenReport | None: ...

    def lines(self, city: str, from_us: int, until_us: int, *, limit: int = 1_000) -> Sequence[CaseUpdate]:
        """What was said in public of all public cases, by when it was said (both ends included), the oldest first."""

    def move_case(self, number: str, key: str, decide: Callable[[Sight], Moved]) -> Moved | None:
        """Read the case under its lock, ask what becomes of it, and keep that, all in one transaction. None, and
        nothing is asked, where the update's `key` is already there. What `decide` raises undoes everything. Rejected
        where there is no such case."""

    def case(self, number: str) -> Case | None: ...

    def case_of_event(self, event: str) -> Case | None: ...

    def cases_of(self, events: Collection[str]) -> Mapping[str, Case]:
        """The cases of these events, by event; however many, in few questions."""

    def updates(self, number: str, *, inner: bool = False) -> Sequence[CaseUpdate]:
        """The thread in order of at_us; `inner`: the lines for staff alone among it."""

    def pauses(self, number: str) -> Sequence[Pause]:
        """When and why its clock stood still, the oldest first."""

    def reports(self, number: str) -> Sequence[CitizenReport]:
        """What people said that belongs to it, the oldest first."""

    def report_counts(self, numbers: Collection[str]) -> Mapping[str, int]:
        """How many reports belong to each of these cases, without those of the shadow queue; 0 is left out."""

    def replied(self, numbers: Collection[str]) -> Collection[str]:
        """Those of these cases in which a resident has written to the office since an officer last did anything."""

    def reports_since(self, city: str, account: str, since_us: int) -> Sequence[CitizenReport]:
        """What an account has said since then, the oldest first."""

    def erase_reports(self, city: str, closed_before_us: int, now_us: int, *, limit: int = 500) -> int:
        """Empty who said it and what they said, also what they wrote back, of cases that were over before then; how
        many were."""

    def erase_report(self, city: str, key: str, now_us: int) -> bool:
        """The same for one report, on the reporter's own word; False where it is done."""

    def inbox(self, city: str, wanted: Inbox, *, limit: int = 200, after: Place | None = None) -> Sequence[Case]:
        """Open cases that are in sight, the most pressing first, by their `Place`; those that come after one."""

    def waiting(self, city: str, wanted: Inbox, now_us: int) -> Waiting:
        """How many cases stand in that inbox at this moment."""

    def find_cases(
        self,
        city: str,
        *,
        numbers: Sequence[str] = (),
        categories: Sequence[str] = (),
        open_: bool | None = None,
        start_us: int | None = None,
        end_us: int | None = None,
        cursor: str | None = None,
        limit: int = 100,
        public_only: bool = True,
        also: tuple[str, Sequence[str]] | None = None,
        changed_us: tuple[int, int] | None = None,
        within: Around | None = None,
        counted: bool = True,
    ) -> Found:
        """Newest opened first; start and end bind opened_us, `changed_us` (from, until) updated_us, both ends
        included. `also`: besides the public ones, those of an agency
        within regions (codes or beginnings of them at a dot; none: the whole city). Hidden ones are not found.
        `counted`: else `Found.total` is 0, which spares a look at all of them."""
