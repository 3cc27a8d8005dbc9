"""What Open311 asks of the city's desk: cases found, told and filed as GeoReport v2 has them. Knows no route."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request

from api.cases import description_of
from api.context import Context
from api.form import texts_of
from api.geometry import region_of
from api.language import Language, say
from api.map import Cells
from api.open311_format import moment, parse_moment
from api.policy import FILING, Caller, reached
from complaints.intake import Intake, Said
from contract.city import Category
from contract.clock import DAY_US, to_us
from contract.distance import distance_m
from contract.errors import BadInput, Rejected
from store.cases import Case, CaseUpdate
from store.people import Deed

SPAN_US = 90 * DAY_US
MOST = 1000
DESCRIPTION_MOST = 4000
FARTHEST_M = 60_000.0


class Refusal(Exception):
    """The request cannot be answered: the code and every reason, as the specification's error body wants them."""

    def __init__(self, code: int, *descriptions: str) -> None:
        super().__init__(*descriptions)
        self.code = code
        self.descriptions = descriptions


@dataclass(frozen=True, slots=True)
class Query:
    """What `GET /requests` asks for. `open_` None: both."""

    numbers: tuple[str, ...]
    categories: tuple[str, ...]
    start_us: int
    end_us: int
    open_: bool | None
    page: int
    page_size: int
    extensions: bool


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _date_us(name: str, text: str | None) -> int | None:
    if not text:
        return None
    try:
        return to_us(parse_moment(text))
    except (ValueError, OverflowError) as error:
        raise Refusal(400, f"{name}: {error}") from None


def _whole(name: str, text: str | None, default: int, most: int) -> int:
    if not text:
        return default
    if len(text) > len(str(most)) or not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise Refusal(400, f"{name} is a whole number from 1 to {most}")
    return int(text)


def query_of(params: Any, now_us: int) -> Query:
    """Read the parameters; an empty one counts as absent. Raises Refusal(400)."""
    start_us, end_us = (
        _date_us("start_date", params.get("start_date")),
        _date_us("end_date", params.get("end_date")),
    )
    if end_us is None:
        end_us = start_us + SPAN_US if start_us is not None else now_us + 1
    if start_us is None:
        start_us = end_us - SPAN_US
    if start_us > end_us:
        raise Refusal(400, "start_date is after end_date")
    if end_us - start_us > SPAN_US + 1:
        raise Refusal(400, "start_date and end_date may be at most 90 days apart")
    states = set(_listed(params.get("status")))
    if states - {"open", "closed"}:
        raise Refusal(400, "status is open, closed or both with a comma")
    return Query(
        numbers=_listed(params.get("service_request_id")),
        categories=_listed(params.get("service_code")),
        start_us=start_us,
        end_us=end_us,
        open_=None if len(states) != 1 else states == {"open"},
        page=_whole("page", params.get("page"), 1, MOST),
        page_size=_whole("page_size", params.get("page_size"), MOST, MOST),
        extensions=params.get("extensions") == "true",
    )


class Desk:
    """The resource itself, one city's."""

    def __init__(self, context: Context, cells: Cells) -> None:
        self._context = context
        self._cells = cells
        self._intake = Intake(context.cities, context.profile)
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
            "metadata": False,
            "type": "realtime",
            "keywords": ",".join(category.keywords),
            "group": category.group,
        }

    def category(self, code: str) -> Category:
        if code not in self._categories:
            raise Refusal(404, f"service_code {code} not found")
        return self._categories[code]

    def request(self, case: Case, language: Language, thread: Sequence[CaseUpdate] | None = None) -> dict[str, Any]:
        """One case. With its thread, the newest line is its note."""
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
            "media_url": "",
        }

    def noted(self, case: Case, language: Language, extensions: bool) -> dict[str, Any]:
        """One case with its thread, the whole of it where extensions are asked for."""
        thread = self._context.cities.updates(case.number)
        told = self.request(case, language, thread)
        if extensions:
            told["notes"] = [
                {
                    "datetime": moment(update.at_us, self._context.profile.zone),
                    "description": _in(update.text, language),
                    "type": update.state,
                }
                for update in thread
            ]
        return told

    def find(self, query: Query) -> Sequence[Case]:
        """At most 1,000, newest first; ids override everything else."""
        cities, city = self._context.cities, self._context.city
        if query.numbers:
            found = (cities.case(number) for number in query.numbers[:MOST])
            return [case for case in found if case is not None and case.public and case.city == city]
        upto = min(query.page * query.page_size, MOST)
        cases = cities.find_cases(
            city,
            categories=query.categories,
            open_=query.open_,
            start_us=query.start_us,
            end_us=query.end_us,
            limit=upto,
            public_only=True,
        ).cases
        return list(cases)[(query.page - 1) * query.page_size : upto]

    def one(self, number: str) -> Case:
        case = self._context.cities.case(number)
        if case is None or not case.public or case.city != self._context.city:
            raise Refusal(404, f"service_request_id {number} not found")
        return case

    def allow(self, request: Request, api_key: str) -> Caller:
        """The form's key, or one that is shown as `Authorization: Bearer …`, must be one that may file. Says whose."""
        context = self._context
        text = api_key or context.access.shown_key(request)
        if not text:
            raise Refusal(403, "api_key was not provided")
        caller = context.access.of_key(request, text)
        if caller is None:
            context.security.note("bad_key", context.access.nobody(request), "POST Open311")
            raise Refusal(403, "api_key is not valid")
        if reached(FILING, caller, at_home=False) is None:
            context.security.note("denied", caller, "POST Open311")
            raise Refusal(403, "api_key may not file reports")
        return caller

    def file(self, request: Request, form: FormData, idempotency_key: str) -> Case:
        """File a resident's report. Raises Refusal with everything that is wrong."""
        text = {name: value for name, value in texts_of(form).items() if value.strip()}
        caller = self.allow(request, text.get("api_key", ""))
        self.jurisdiction(text.get("jurisdiction_id"))
        wrong = []
        if "service_code" not in text:
            wrong.append("service_code was not provided")
        description = text.get("description", "")
        if len(description) > DESCRIPTION_MOST:
            wrong.append(f"description has {len(description)} characters; at most {DESCRIPTION_MOST} are taken")
        place = self._place(text, wrong)
        if wrong or place is None:
            raise Refusal(400, *wrong)
        category = self.category(text["service_code"])
        lat, lon = place
        cells, _ = self._cells.now()
        profile = self._context.profile
        now_us = self._context.clock.now_us()
        try:
            said = Said(
                # Each program counts for itself: what one has used up must not swallow another's report.
                key=f"open311/{caller.key}/{idempotency_key}",
                source="open311",
                category=category.code,
                lat=lat,
                lon=lon,
                region=region_of(profile, cells, lat, lon),
                # GeoReport lets a report be wordless; the desk does not, so the category speaks for it.
                text=description or category.name.id,
            )
            case = self._intake.take(said, now_us).case
        except (BadInput, Rejected) as error:
            raise Refusal(400, str(error)) from None
        if case is None:
            raise Refusal(409, "this report was sent before and waits for an officer")
        self._context.security.record(Deed(caller.actor, "case.reported", case.number, now_us))
        return case

    def _place(self, text: dict[str, str], wrong: list[str]) -> tuple[float, float] | None:
        if "lat" not in text or "long" not in text:
            known = next(
                (region for region in self._context.profile.regions if region.code == text.get("address_id")), None
            )
            if known is not None:
                return known.lat, known.lon
            more = " (an address_string is not looked up here; an address_id is a region's code)"
            wrong.append(
                f"lat and long were not provided{more if text.keys() & {'address_string', 'address_id'} else ''}"
            )
            return None
        try:
            lat, lon = float(text["lat"]), float(text["long"])
        except ValueError:
            wrong.append("lat and long are decimal degrees")
            return None
        profile = self._context.profile
        # A comparison that NaN fails, too.
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            wrong.append("lat is from -90 to 90, long from -180 to 180")
            return None
        if distance_m(lat, lon, profile.lat, profile.lon) > FARTHEST_M:
            wrong.append(f"lat and long are not in {profile.name}")
            return None
        return lat, lon


def _in(text: Any, language: Language) -> str:
    return str(text.get(language) or text.get("id") or "")
