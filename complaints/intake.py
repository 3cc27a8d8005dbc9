"""What people report: joined to what is known already, limited where somebody says too much, filed as a case else.

A report alone never warns anybody: it has no way to a bulletin, and its words are nobody's to read but officers' until
one has looked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from uuid import UUID, uuid5

from complaints.dues import Dues, calendar_of, dues_of
from complaints.routing import agency_for, category_of
from contract.city import Category, Profile
from contract.clock import DAY_US
from contract.errors import BadInput
from store.cases import Case, CaseUpdate, CitizenReport, Near, Queue, ReportSource
from store.ports import CityStore

AUTHOR = "warga"
LONGEST = 4_000
NAME_MOST = 200
A_DAY = 5
"""reports of one account within a day; what is more waits aside"""
JOINS_US = 14 * DAY_US
"""how long an open case that nothing was heard of still takes up what is reported beside it"""
_SPACE = UUID("0b8e4b3e-6f0e-5a55-8f0a-2f1d6c7f5a11")


@dataclass(frozen=True, slots=True)
class Said:
    """A report as it came in. `key`: the same key again is the same report. `region` is the adm4 code of the place.
    `attributes` are checked already (`complaints.attributes`). `about_office`: it is about the office itself that would
    answer; the inspectorate takes it, unseen by that office, where the city has named one."""

    key: str
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
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    about_office: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a report. `case` is None where it waits aside; `joined`: the case was there before."""

    report: CitizenReport
    case: Case | None
    joined: bool
    queue: Queue


class Intake:
    """One city's."""

    def __init__(self, cities: CityStore, profile: Profile) -> None:
        self._cities = cities
        self._profile = profile
        self._calendar = calendar_of(profile)

    def take(self, said: Said, now_us: int) -> Taken:
        """Keep a report. Raises BadInput for an unknown category, a place that is none, or empty or endless words.

        An account of which nothing was ever looked at has one report in the queue at a time, any other five a day;
        what is more waits aside, but where it belongs to a case that is known. So many accounts cannot fill the queue
        with more than one each.
        """
        category = category_of(self._profile, said.category)
        report = self._checked(said, now_us)
        before = len(self._cities.reports_since(report.city, report.account, now_us - DAY_US)) if report.account else 0
        if before >= A_DAY:
            return self._file(report, category, now_us, None, opens=False)
        opens = not before or self._cities.trusted(report.city, report.account)
        return self._file(report, category, now_us, _near(category, now_us), opens=opens)

    def release(self, report: CitizenReport, now_us: int) -> Taken:
        """Take a report out of the shadow queue, by an officer's word."""
        category = category_of(self._profile, report.category)
        return self._file(report, category, now_us, _near(category, now_us), release=True)

    def _file(
        self,
        report: CitizenReport,
        category: Category,
        now_us: int,
        near: Near | None,
        *,
        opens: bool = True,
        release: bool = False,
    ) -> Taken:
        case = self._case(report, category, now_us)
        first = CaseUpdate(
            key=f"{report.id}/filed",
            number="",
            at_us=report.at_us,
            said_us=now_us,
            status="submitted",
            text={"id": "Laporan warga diterima.", "en": "A citizen's report was received."},
            author=AUTHOR,
        )
        filed = self._cities.file_report(report, case, first, near, opens=opens, release=release)
        if filed is None:
            return Taken(report, None, joined=False, queue="shadow")
        return Taken(replace(report, number=filed[0].number), filed[0], filed[1], "open")

    def _checked(self, said: Said, now_us: int) -> CitizenReport:
        text = said.text.strip()
        if not text or len(text) > LONGEST:
            raise BadInput(
                f"the description has {len(text)} characters",
                where="description",
                remedy=f"Say in 1 to {LONGEST} characters what is wrong.",
            )
        if not (-90 <= said.lat <= 90 and -180 <= said.lon <= 180):
            raise BadInput(
                f"{said.lat}, {said.lon} is no place on earth", where="lat, long", remedy="Send WGS 84 degrees."
            )
        return CitizenReport(
            id=str(uuid5(_SPACE, f"{self._profile.code}/{said.key}")),
            city=self._profile.code,
            number="",
            key=said.key,
            at_us=now_us,
            source=said.source,
            category=said.category,
            lat=said.lat,
            lon=said.lon,
            region=said.region,
            text=text,
            language=said.language,
            name="" if said.anonymous else said.name.strip()[:NAME_MOST],
            contact=said.contact.strip()[:NAME_MOST],
            account=said.account,
            anonymous=said.anonymous,
            secret=said.secret or self._apart(said.about_office),
            attributes=said.attributes,
            about_office=self._apart(said.about_office),
        )

    def _apart(self, about_office: bool) -> bool:
        """Whether the inspectorate takes it."""
        return about_office and bool(self._profile.inspectorate)

    def _case(self, report: CitizenReport, category: Category, now_us: int) -> Case:
        theirs = self._profile.works_elsewhere(public=not report.secret)
        dues = Dues() if theirs else dues_of(category.promise, now_us, self._calendar, (), now_us)
        return Case(
            number="",
            city=report.city,
            event=None,
            category=category.code,
            agency=self._profile.inspectorate
            if report.about_office
            else agency_for(self._profile, category, report.region),
            region=report.region,
            title={"id": category.name.id, "en": category.name.en},
            description={},
            lat=report.lat,
            lon=report.lon,
            status="submitted",
            source="citizen",
            opened_us=now_us,
            updated_us=now_us,
            closed_us=None,
            public=not report.secret,
            **asdict(dues),
        )


def _near(category: Category, now_us: int) -> Near:
    return Near((category.code,), category.radius_m, now_us - JOINS_US)
