"""The desk that comes with the product: cases in the city's own store."""

from __future__ import annotations

from dataclasses import asdict

from complaints.casework import appended
from complaints.desk import Note, Receipt, Report
from complaints.dues import Dues, calendar_of, dues_of
from complaints.intake import JOINS_US
from complaints.routing import agency_for, category_of
from contract.case import ENDED, CaseStatus, CaseWord, moves
from contract.city import Profile
from contract.errors import BadInput, Rejected
from store.cases import Case, CaseUpdate, Moved, Near, Sight
from store.ports import CityStore

AUTHOR = "sensor"


class BuiltinDesk:
    """`complaints.desk.Desk` on a `CityStore`. `base_url` is where people read the pages."""

    def __init__(self, cities: CityStore, profile: Profile, base_url: str) -> None:
        self._cities = cities
        self._profile = profile
        self._calendar = calendar_of(profile)
        self._base_url = base_url.rstrip("/")

    def file(self, report: Report, now_us: int) -> Receipt:
        """See `Desk.file`. Rejected for a category that the city does not have."""
        known = self._cities.case_of_event(report.event)
        if known is not None:
            return self._receipt(known)
        try:
            category = category_of(self._profile, report.category)
        except BadInput as error:
            raise Rejected(str(error), reason="unknown_category") from None
        # What is on trial is told to nobody outside, so nobody was promised anything.
        # Where others work on it, nor do we promise.
        ours = report.public and not self._profile.desk
        dues = dues_of(category.promise, now_us, self._calendar, (), now_us) if ours else Dues()
        before = self._cities.case_of_event(report.recurs_event) if report.recurs_event else None
        case = Case(
            number="",
            city=report.city,
            event=report.event,
            category=report.category,
            agency=agency_for(self._profile, category, report.region),
            region=report.region,
            title=dict(report.title),
            description=dict(report.description),
            lat=report.lat,
            lon=report.lon,
            status="submitted",
            source="sensor",
            opened_us=now_us,
            updated_us=now_us,
            closed_us=None,
            public=report.public,
            recurs=before.number if before else None,
            triaged_us=now_us,
            **asdict(dues),
        )
        first = CaseUpdate(
            key=f"{report.event}/filed",
            number="",
            at_us=report.observed_us,
            said_us=now_us,
            status="submitted",
            text=dict(report.description),
            author=AUTHOR,
        )
        near = Near((category.code,), category.radius_m, now_us - JOINS_US) if report.public else None
        return self._receipt(self._cities.file_case(case, first, near))

    def note(self, note: Note, now_us: int) -> None:
        """See `Desk.note`."""
        case = self._cities.case_of_event(note.event)
        if case is None:
            raise Rejected(f"the event {note.event} has no case", reason="no_case")

        def decide(sight: Sight) -> Moved:
            update = CaseUpdate(
                key=note.key,
                number=case.number,
                at_us=note.at_us,
                said_us=now_us,
                status=_moved(sight.case.status, note.state),
                text=dict(note.text),
                author=AUTHOR,
            )
            return appended(sight, update)

        self._cities.move_case(case.number, note.key, decide)

    def _receipt(self, case: Case) -> Receipt:
        return Receipt(case.number, f"{self._base_url}/kasus/{case.number}")


def _moved(status: CaseStatus, word: CaseWord | None) -> CaseStatus:
    """What a case becomes by the sensors' word. What officers have ended, or given to others, stays so."""
    if word == "done":
        return "fixed_by_sensor" if "fixed_by_sensor" in moves(status, "sensor") else status
    return "in_progress" if word == "in_progress" and status not in ENDED else status
