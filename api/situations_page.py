"""`/keadaan`: what the command centre tells of roads, shelters and the power, and what it told before; as JSON too."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.context import Context
from api.following import Following
from api.form import fields_of
from api.page import Pages, json_etag
from api.policy import Caller, caller_of
from contract.clock import HOUR_US, from_us, rfc3339, to_us
from contract.errors import BadInput, Rejected
from contract.situation import KINDS, PLACE_MOST, TEXT_MOST, WHY_MOST, Situation
from store.people import Deed

PATH = "/keadaan"
READS_ALL = ("officer", "operator", "admin")
WRITES = ("operator", "admin")
USUAL_US = 6 * HOUR_US
SAID = {"simpan": "situation_said", "akhir": "situation_over"}
WRONG = ("kind", "text", "english", "place", "until", "why")
REFUSED = ("changed", "ended", "full")
FIELDS = ("macam", "teks", "english", "wilayah", "tempat", "mulai", "sampai", "umum", "sebab", "kunci", "versi")
_KEY = re.compile(r"[0-9a-f]{32}")


class Board:
    """The list, its form, and what that brings about."""

    def __init__(self, context: Context, pages: Pages) -> None:
        self._context = context
        self._pages = pages
        self._places = Following(context)
        self._regions = {one.code: one.name for one in context.profile.regions}
        self._agencies = {one.code: one.name for one in context.profile.agencies}
        self._zone = ZoneInfo(context.profile.zone)

    def page(
        self,
        request: Request,
        *,
        typed: Mapping[str, str] | None = None,
        said: str = "",
        good: bool = False,
        status: int = 200,
    ) -> Response:
        """What holds, what begins later, what is over. `typed`: what stands in the form; None for an empty one."""
        caller, now_us = caller_of(request), self._context.clock.now_us()
        cities, city = self._context.cities, self._context.city
        staff = caller.role in READS_ALL
        standing = [one for one in cities.situations(city, now_us) if staff or one.public]
        fields = typed or self._blank(now_us)
        values = {
            "now": [one for one in standing if one.from_us <= now_us],
            "later": [one for one in standing if one.from_us > now_us],
            "past": [one for one in cities.past_situations(city, now_us) if staff or one.public],
            "earlier": {one.id: self._earlier(one, staff=staff) for one in standing if one.version > 1},
            "regions": self._regions,
            "writes": caller.role in WRITES and bool(caller.person),
            "typed": {name: fields.get(name, "") for name in FIELDS},
            "typing": typed is not None,
            "places": self._places.regions(),
            "kinds": KINDS,
            "most": {"teks": TEXT_MOST, "english": TEXT_MOST, "tempat": PLACE_MOST, "sebab": WHY_MOST},
            "said": said,
            "good": good,
        }
        at = PATH if request.method == "POST" else None
        return self._pages.render(request, "keadaan.html", values, status=status, private=staff, at=at)

    def correcting(self, request: Request, note_id: str) -> Response:
        """The form with a note in it."""
        note = self._newest(note_id)
        if note is None or caller_of(request).role not in WRITES:
            raise HTTPException(404)
        typed = {
            "macam": note.kind,
            "teks": note.text.get("id", ""),
            "english": note.text.get("en", ""),
            "wilayah": f"r:{note.region}" if note.region else "",
            "tempat": note.place,
            "mulai": self._local(note.from_us),
            "sampai": self._local(note.until_us),
            "umum": "1" if note.public else "",
            "kunci": note.id,
            "versi": str(note.version),
        }
        return self.page(request, typed=typed)

    def say(self, request: Request, form: Mapping[str, str]) -> Response:
        """A note, its correction, or its end."""
        caller, now_us = caller_of(request), self._context.clock.now_us()
        known = self._newest(form.get("kunci", "")) if form.get("versi", "0") != "0" else None
        ends = known is not None and form.get("aksi") == "akhiri"
        try:
            if known is not None and ends:
                # Of what else stands in the form nothing can keep a note from being ended.
                said = replace(known, version=_next(form), until_us=now_us, said_us=now_us)
                note = self._signed(said, caller, form)
            else:
                note = self._note(caller, form, now_us, version=1 if known is None else _next(form))
            told = "situation.told" if note.version == 1 else "situation.corrected"
            deed = Deed(caller.actor, "situation.ended" if ends else told, note.id, now_us)
            self._context.cities.put_situation(note, deed)
        except BadInput as wrong:
            return self.page(request, typed=form, said=f"situation_wrong_{wrong.where}", status=400)
        except Rejected as refused:
            if refused.reason not in REFUSED:
                raise
            return self.page(request, typed=form, said=f"situation_{refused.reason}", status=409)
        return RedirectResponse(f"{PATH}?kabar={'akhir' if ends else 'simpan'}", status_code=303)

    def data(self, request: Request) -> Response:
        """What the public reads, for programs; times in UTC."""
        now_us = self._context.clock.now_us()
        told = [
            {
                "id": one.id,
                "version": one.version,
                "kind": one.kind,
                "text": dict(one.text),
                "region": one.region or None,
                "region_name": self._regions.get(one.region),
                "place": one.place or None,
                "from": rfc3339(one.from_us),
                "until": rfc3339(one.until_us),
                "said": rfc3339(one.said_us),
                "by": one.name,
                "office": one.office,
            }
            for one in self._context.cities.situations(self._context.city, now_us)
            if one.public
        ]
        return json_etag(request, {"city": self._context.city, "notes": told})

    def _note(self, caller: Caller, form: Mapping[str, str], now_us: int, *, version: int) -> Situation:
        """What was typed, signed by who typed it. Raises BadInput for a time that is none."""
        key = form.get("kunci", "")
        english = form.get("english", "").strip()
        region = form.get("wilayah", "").removeprefix("r:")
        if region and region not in self._regions:
            raise BadInput("the city has no such place", where="place", remedy="Choose one of the list.")
        said = Situation(
            id=key if _KEY.fullmatch(key) else secrets.token_hex(16),
            version=version,
            city=self._context.city,
            kind=form.get("macam", ""),  # type: ignore[arg-type]  # checked where it is kept
            text={"id": form.get("teks", "").strip()} | ({"en": english} if english else {}),
            region=region,
            place=form.get("tempat", "").strip(),
            from_us=self._moment(form.get("mulai", ""), now_us),
            until_us=self._moment(form.get("sampai", ""), now_us + USUAL_US),
            public="umum" in form,
            said_us=now_us,
            person="",
            name="",
            office="",
        )
        return self._signed(said, caller, form)

    def _signed(self, note: Situation, caller: Caller, form: Mapping[str, str]) -> Situation:
        """By who says it, with their reason."""
        agency = self._agencies.get(caller.agency)
        office = agency.id if agency is not None else ""
        why = form.get("sebab", "").strip()
        return replace(note, person=caller.person, name=caller.name, office=office, why=why)

    def _moment(self, text: str, otherwise_us: int) -> int:
        if not text.strip():
            return otherwise_us
        try:
            return to_us(datetime.fromisoformat(text.strip()).replace(tzinfo=self._zone))
        except (ValueError, OverflowError):
            raise BadInput("that is no time", where="until", remedy="2026-01-24T10:00") from None

    def _local(self, us: int) -> str:
        return from_us(us).astimezone(self._zone).strftime("%Y-%m-%dT%H:%M")

    def _blank(self, now_us: int) -> Mapping[str, str]:
        return {
            "kunci": secrets.token_hex(16),
            "versi": "0",
            "umum": "1",
            "mulai": self._local(now_us),
            "sampai": self._local(now_us + USUAL_US),
        }

    def _earlier(self, note: Situation, *, staff: bool) -> list[Situation]:
        """The versions before this one. The public reads those that it could read when they held."""
        return [
            one
            for one in self._context.cities.situation_history(note.id)
            if one.version < note.version and (staff or one.public)
        ]

    def _newest(self, note_id: str) -> Situation | None:
        found = self._context.cities.situation_history(note_id)
        return found[0] if found and found[0].city == self._context.city else None


def _next(form: Mapping[str, str]) -> int:
    """The version after the one that the form was opened with; 0, which none is, for what no form of ours says."""
    text = form.get("versi", "")
    return int(text) + 1 if re.fullmatch(r"[0-9]{1,9}", text) else 0


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    board = Board(context, pages)

    @routes.get(PATH, include_in_schema=False)
    def notes(request: Request, ubah: str = "", kabar: str = "") -> Response:
        return board.correcting(request, ubah) if ubah else board.page(request, said=SAID.get(kabar, ""), good=True)

    @routes.get(f"{PATH}.json", include_in_schema=False)
    def data(request: Request) -> Response:
        return board.data(request)

    @routes.post(PATH, include_in_schema=False)
    async def say(request: Request) -> Response:
        return await run_in_threadpool(board.say, request, await fields_of(request))

    return routes
