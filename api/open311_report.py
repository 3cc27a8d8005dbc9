"""What Open311's clients say to the city's desk: reports, and words on cases that are there. Knows no route."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from uuid import uuid4

from starlette.datastructures import FormData
from starlette.requests import Request

from api.context import Context
from api.form import answers_of, texts_of
from api.map import Cells
from api.open311_desk import Desk
from api.open311_query import Refusal
from api.policy import FILING, Caller, reached
from api.tokens import digest
from cities.cells import region_of
from complaints.attributes import answered
from complaints.casework import RESIDENT, Casework
from complaints.casework import Deed as Heard
from complaints.intake import Intake, Said, Taken
from complaints.photos.keeping import Photos, Place
from contract.case import ENDED, CaseStatus
from contract.city import Region
from contract.clock import DAY_US
from contract.distance import distance_m
from contract.errors import BadInput, Rejected
from store.cases import CaseUpdate
from store.people import Deed

DESCRIPTION_MOST = 4000
FARTHEST_M = 60_000.0
UPDATES_A_DAY = 20
"""words of residents that one case takes within a day"""
_WORDS = re.compile(r"\w+")
_OPEN = frozenset({"OPEN", "REOPEN"})
_CLOSED = frozenset({"CLOSED", "FIXED"})
_ADDRESSES = {"address_string", "address_id"}
_NOWHERE = "lat and long were not provided"
_HOW = " (an address_string must name one kelurahan or kecamatan of the city; an address_id is a region's code)"


class Reports:
    """One city's."""

    def __init__(self, context: Context, cells: Cells, desk: Desk, photos: Photos) -> None:
        self._context = context
        self._cells = cells
        self._desk = desk
        self._photos = photos
        self._intake = Intake(context.cities, context.profile)
        self._casework = Casework(context.cities, context.profile)
        self._regions = {one.code: one for one in context.profile.regions}

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

    def file(self, request: Request, form: FormData, media: Sequence[bytes] = ()) -> Taken:
        """File a resident's report with its photos. Raises Refusal with everything that is wrong."""
        text = {name: value for name, value in texts_of(form).items() if value.strip()}
        caller = self.allow(request, text.get("api_key", ""))
        self._desk.jurisdiction(text.get("jurisdiction_id"))
        wrong = []
        if "service_code" not in text:
            wrong.append("service_code was not provided")
        category = self._desk.category(text["service_code"]) if "service_code" in text else None
        attributes, faults = answered(category, answers_of(form)) if category else ({}, [])
        wrong += [one.said for one in faults]
        place = self._place(text, wrong)
        if wrong or place is None or category is None:
            raise Refusal(400, *wrong)
        description = _worded(text)
        if len(description) > DESCRIPTION_MOST:
            raise Refusal(400, f"description has {len(description)} characters; at most {DESCRIPTION_MOST} are taken")
        lat, lon, region = place
        now_us = self._context.clock.now_us()
        who = next((text[name] for name in ("device_id", "email", "phone", "account_id") if name in text), "")
        try:
            said = Said(
                # Each program counts for itself: what one has used up must not swallow another's report.
                key=f"open311/{caller.key}/{request.headers.get('idempotency-key') or uuid4().hex}",
                source="open311",
                category=category.code,
                lat=lat,
                lon=lon,
                region=region,
                # GeoReport lets a report be wordless; the desk does not, so the category speaks for it.
                text=description or category.name.id,
                name=" ".join(text[name] for name in ("first_name", "last_name") if name in text),
                contact=text.get("email") or text.get("phone") or "",
                account=digest(f"open311/{caller.key}/{who.casefold()}") if who else "",
                attributes=attributes,
            )
            pictures = [(raw, self._photos.look(raw)) for raw in media]
            taken = self._intake.take(said, now_us)
            there = Place(lat, lon)
            for raw, picture in pictures:
                number, report = taken.report.number, taken.report.id
                self._photos.keep(
                    raw, case=number, report=report, kind="report", now_us=now_us, place=there, picture=picture
                )
        except (BadInput, Rejected) as error:
            raise Refusal(400, str(error)) from None
        what = taken.report.id if taken.case is None else taken.case.number
        self._context.security.record(Deed(caller.actor, "case.reported", what, now_us))
        return taken

    def hear(self, request: Request, form: FormData) -> CaseUpdate:
        """A resident's word on a case, sent by a program: FixMyStreet's `POST servicerequestupdates`. Raises Refusal.

        Staff alone read the words. What is said to be done or not done is told to everybody, and does not end what the
        sensors still see.
        """
        text = {name: value for name, value in texts_of(form).items() if value.strip()}
        caller = self.allow(request, text.get("api_key", ""))
        self._desk.jurisdiction(text.get("jurisdiction_id"))
        if "service_request_id" not in text:
            raise Refusal(400, "service_request_id was not provided")
        case = self._desk.one(text["service_request_id"])
        now_us = self._context.clock.now_us()
        thread = self._context.cities.updates(case.number, inner=True)
        name = text.get("update_id") or request.headers.get("idempotency-key") or uuid4().hex
        heard = f"{case.number}/open311/"
        key = f"{heard}{caller.key}/{name}"
        lately = sum(one.key.startswith(heard) and one.said_us > now_us - DAY_US for one in thread)
        if lately >= UPDATES_A_DAY and not any(one.key == key for one in thread):
            raise Refusal(429, f"{case.number} has taken {UPDATES_A_DAY} updates within a day; send this one tomorrow")
        status = _status(text.get("status", ""), over=case.status in ENDED)
        try:
            self._casework.hear(case.number, Heard(key, "", RESIDENT, now_us), _worded(text), status)
        except (BadInput, Rejected) as error:
            raise Refusal(400, str(error)) from None
        self._context.security.record(Deed(caller.actor, "case.heard", case.number, now_us))
        return next(one for one in self._context.cities.updates(case.number, inner=True) if one.key == key)

    def _place(self, text: Mapping[str, str], wrong: list[str]) -> tuple[float, float, str] | None:
        """Degrees and the region's code; None where `wrong` says why."""
        profile = self._context.profile
        if "lat" not in text or "long" not in text:
            known = self._regions.get(text.get("address_id", "")) or self._named(text.get("address_string", ""))
            if known is not None:
                return known.lat, known.lon, known.code
            wrong.append(_NOWHERE + (_HOW if _ADDRESSES & text.keys() else ""))
            return None
        try:
            lat, lon = float(text["lat"]), float(text["long"])
        except ValueError:
            wrong.append("lat and long are decimal degrees")
            return None
        # A comparison that NaN fails, too.
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            wrong.append("lat is from -90 to 90, long from -180 to 180")
            return None
        if distance_m(lat, lon, profile.lat, profile.lon) > FARTHEST_M:
            wrong.append(f"lat and long are not in {profile.name}")
            return None
        return lat, lon, region_of(profile, self._cells.now()[0], lat, lon)

    def _named(self, address: str) -> Region | None:
        """The one kelurahan or kecamatan that an address names; a kecamatan beside its own kelurahan says no more."""
        said = f" {_plain(address)} "
        named = [one for one in self._regions.values() if f" {_plain(one.name)} " in said]
        above = {one.parent for one in named}
        finest = [one for one in named if one.code not in above]
        return finest[0] if len(finest) == 1 else None


def _plain(text: str) -> str:
    return " ".join(_WORDS.findall(text.casefold()))


def _worded(text: Mapping[str, str]) -> str:
    """What was said, and where a picture of it is: an officer reads the address, nobody fetches it."""
    return "\n".join(text[name].strip() for name in ("description", "media_url") if name in text)


def _status(word: str, *, over: bool) -> CaseStatus | None:
    """Where a resident's word moves a case, None where it does not."""
    said = word.strip().upper()
    if said in _OPEN and over:
        return "confirmed"
    return "fixed_by_resident" if said in _CLOSED and not over else None
