"""The desk that comes with the product: cases in the city's own store."""

from __future__ import annotations

from complaints.desk import Note, Receipt, Report
from complaints.routing import agency_for, category_of, due_us
from contract.city import Profile
from contract.errors import BadInput, Rejected
from store.ports import Case, CaseUpdate, CityStore

AUTHOR = "sensor"


class BuiltinDesk:
    """`complaints.desk.Desk` on a `CityStore`. `base_url` is where people read the pages."""

    def __init__(self, cities: CityStore, profile: Profile, base_url: str) -> None:
        self._cities = cities
        self._profile = profile
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
            state="received",
            source="sensor",
            opened_us=now_us,
            updated_us=now_us,
            due_us=due_us(category, now_us),
            closed_us=None,
            public=report.public,
            recurs=before.number if before else None,
        )
        first = CaseUpdate(
            key=f"{report.event}/filed",
            number="",
            at_us=report.observed_us,
            said_us=now_us,
            state="received",
            text=dict(report.description),
            author=AUTHOR,
        )
        return self._receipt(self._cities.file_case(case, first))

    def note(self, note: Note, now_us: int) -> None:
        """See `Desk.note`."""
        case = self._cities.case_of_event(note.event)
        if case is None:
            raise Rejected(f"the event {note.event} has no case", reason="no_case")
        self._cities.add_update(
            CaseUpdate(
                key=note.key,
                number=case.number,
                at_us=note.at_us,
                said_us=now_us,
                state=note.state or case.state,
                text=dict(note.text),
                author=AUTHOR,
            )
        )

    def _receipt(self, case: Case) -> Receipt:
        return Receipt(case.number, f"{self._base_url}/kasus/{case.number}")
