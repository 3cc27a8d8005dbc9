"""What Open311 reads of the city's desk: cases found and told as GeoReport v2 has them. Knows no route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from api.cases import description_of
from api.context import Context
from api.elsewhere import case_under, first_system
from api.language import Language, say
from api.open311_format import moment
from api.open311_query import MOST, Query, Refusal
from complaints.systems.open311 import SPOKEN
from contract.case import CaseStatus
from contract.city import Category
from store.cases import Case, CaseUpdate

WORDS: Mapping[CaseStatus, str] = {**SPOKEN, "confirmed": "INVESTIGATING"}
"""our statuses in the words of FixMyStreet's extension; what is confirmed is "diperiksa" on our pages"""


class Desk:
    """The resource itself, one city's."""

    def __init__(self, context: Context) -> None:
        self._context = context
        profile = context.profile
        self._categories = {category.code: category for category in profile.categories}
        self._agencies = {agency.code: agency.name for agency in profile.agencies}
        self._regions = {region.code: region.name for region in profile.regions}

    def jurisdiction(self, wanted: str | None) -> None:
        """One city lives here; another's id is unknown."""
        if wanted and wanted != self._context.city:
            raise Refusal(404, f"jurisdiction_id {wanted} not found: this endpoint serves {self._context.city}")

    def service(self, category: Category, language: Language) -> dict[str, Any]:
        return {
            "service_code": category.code,
            "service_name": category.name.in_(language),
            "description": category.description.in_(language),
            "metadata": bool(category.attributes),
            "type": "realtime",
            "keywords": ",".join(category.keywords),
            "group": category.group,
        }

    def category(self, code: str) -> Category:
        if code not in self._categories:
            raise Refusal(404, f"service_code {code} not found")
        return self._categories[code]

    def definition(self, category: Category, language: Language) -> dict[str, Any]:
        """What a report of this kind asks beside place and words."""
        asked = sorted(category.attributes, key=lambda one: one.order)
        return {
            "service_code": category.code,
            "attributes": [
                {
                    "variable": True,
                    "code": one.code,
                    "datatype": one.datatype,
                    "required": one.required,
                    "datatype_description": say(f"open311_{one.datatype}", language),
                    "order": order,
                    "description": one.description.in_(language),
                    "values": [{"key": value.key, "name": value.name.in_(language)} for value in one.values],
                }
                for order, one in enumerate(asked, start=1)
            ],
        }

    def beside(self, numbers: Sequence[str]) -> Mapping[str, tuple[str, str, str]]:
        """What the list says of cases that is not in the case: a photo, and the number and address that the city's own
        system gave it, where people are told those."""
        first, photos = first_system(self._context), self._context.cities.shown_photos(numbers)
        known = self._context.cities.filings_among(self._context.city, first.name, numbers) if first else {}
        said = {number: (one.foreign, one.url) for number, one in known.items()}
        return {number: (photos.get(number, ""), *said.get(number, ("", ""))) for number in numbers}

    def told(self, case: Case, beside: tuple[str, str, str], language: Language) -> dict[str, Any]:
        """A case as the list has it."""
        photo, foreign, url = beside
        return self._tracked(self.request(case, language, photo=photo), foreign, url)

    def _tracked(self, told: dict[str, Any], foreign: str, url: str) -> dict[str, Any]:
        """The same, with the number that people are told instead of ours, where the city has it so. Ours stays the key:
        it was told before the other one was known, and a key never changes."""
        first = first_system(self._context)
        if first is None:
            return told
        told["tracking_system"], told["tracking_number"], told["tracking_url"] = first.label, foreign, url
        if foreign:
            told["service_notice"] = " ".join(part for part in (first.label, foreign, url) if part)
        if first.desk:
            told["agency_responsible"] = first.label
        return told

    def request(
        self, case: Case, language: Language, thread: Sequence[CaseUpdate] | None = None, *, photo: str = ""
    ) -> dict[str, Any]:
        """One case. With its thread, the newest line is its note. `photo`: the id of one that the public may see."""
        zone = self._context.profile.zone
        category = self._categories.get(case.category)
        agency = self._agencies.get(case.agency)
        note = say(f"case_{case.state}", language)
        if thread:
            newest = max(thread, key=lambda update: (update.at_us, update.said_us))
            note = f"{note}: {_in(newest.text, language)}"
        title, description = _in(case.title, language), _in(description_of(case), language)
        return {
            "service_request_id": case.number,
            "status": "open" if case.closed_us is None else "closed",
            "status_notes": note,
            "service_name": category.name.in_(language) if category else case.category,
            "service_code": case.category,
            "description": "\n".join(part for part in (title, description) if part),
            "agency_responsible": agency.in_(language) if agency else case.agency,
            "service_notice": "",
            "requested_datetime": moment(case.opened_us, zone),
            "updated_datetime": moment(case.closed_us or case.updated_us, zone),
            "expected_datetime": "" if case.finish_due_us is None else moment(case.finish_due_us, zone),
            "address": self._regions.get(case.region, ""),
            "address_id": case.region,
            "zipcode": "",
            "lat": case.lat,
            "long": case.lon,
            "media_url": f"{self._context.base_url}/foto/{photo}.jpg" if photo else "",
        }

    def noted(self, case: Case, language: Language, extensions: bool) -> dict[str, Any]:
        """One case with its thread, the whole of it where extensions are asked for."""
        thread = self._context.cities.updates(case.number)
        photo, foreign, url = self.beside([case.number])[case.number]
        told = self.request(case, language, thread, photo=photo)
        if extensions:
            told["extended_attributes"] = {
                "title": _in(case.title, language),
                "detailed_status": WORDS[case.status],
                "reports": self._context.cities.report_counts([case.number]).get(case.number, 0),
            }
            told["notes"] = [
                {
                    "datetime": moment(update.at_us, self._context.profile.zone),
                    "description": _in(update.text, language),
                    "type": update.state,
                }
                for update in thread
            ]
        return self._tracked(told, foreign, url)

    def find(self, query: Query) -> Sequence[Case]:
        """At most 1,000, newest first; ids override everything else."""
        cities, city = self._context.cities, self._context.city
        if query.numbers:
            found = (case_under(self._context, number) for number in dict.fromkeys(query.numbers[:MOST]))
            return [case for case in found if case is not None and case.public and case.city == city]
        upto = min(query.page * query.page_size, MOST)
        cases = cities.find_cases(
            city,
            categories=query.categories,
            open_=query.open_,
            start_us=query.start_us,
            end_us=query.end_us,
            changed_us=query.changed_us,
            within=query.within,
            limit=upto,
            public_only=True,
            counted=False,
        ).cases
        return list(cases)[(query.page - 1) * query.page_size : upto]

    def updates(self, numbers: Sequence[str], start_us: int, end_us: int, language: Language) -> list[dict[str, Any]]:
        """Public lines of public cases, as FixMyStreet's extension has them, the oldest first, at most 1,000. Their
        time is when they were said: who asks on from the newest that they know misses none."""
        found = self._context.cities.lines(self._context.city, start_us, end_us, limit=MOST)
        return [self.update(one, language) for one in found if not numbers or one.number in numbers]

    def update(self, line: CaseUpdate, language: Language) -> dict[str, Any]:
        return {
            "update_id": sha256(line.key.encode()).hexdigest()[:20],
            "service_request_id": line.number,
            "status": WORDS[line.status],
            "updated_datetime": moment(line.said_us, self._context.profile.zone),
            "description": _in(line.text, language),
            "media_url": "",
        }

    def token(self, token: str) -> dict[str, Any]:
        """What became of a report that waited: its number, empty while it waits."""
        report = self._context.cities.report(token)
        if report is None or report.city != self._context.city or report.source != "open311":
            raise Refusal(404, f"token {token} not found")
        return {"service_request_id": report.number, "token": token}

    def one(self, number: str) -> Case:
        case = case_under(self._context, number)
        if case is None or not case.public or case.city != self._context.city:
            raise Refusal(404, f"service_request_id {number} not found")
        return case


def _in(text: Any, language: Language) -> str:
    return str(text.get(language) or text.get("id") or "")
