"""Photos, seen at `/foto`. At `/petugas` an officer's proof is taken in, and what a photo shows is made unreadable."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.context import Context
from api.elsewhere import worked_by
from api.form import files_of, form_of, texts_of
from api.language import Speech
from api.page import PRIVATE, Pages, same
from api.policy import Reach, answers_for, caller_of, reach_of, sees_case
from complaints.photos.decoding import BYTES_MOST, Cell, Unfit
from complaints.photos.doubts import doubts_of
from complaints.photos.keeping import MOST, Photos, Place
from complaints.photos.worker import COLUMNS, ROWS
from contract.errors import BadInput
from store.cases import Case, CitizenReport
from store.people import Deed
from store.photos import Photo

LARGER = (
    (re.compile(r"/lapor"), MOST * BYTES_MOST + 64 * 1024),
    (re.compile(r"/petugas/[^/]+/foto"), 3 * BYTES_MOST),
)
"""paths whose forms carry photos, and how many bytes they may have"""
SEALED = "default-src 'none'; sandbox; frame-ancestors 'none'"
ACTIONS = ("tampilkan", "tutup", "samarkan", "hapus")
NEWS = ("bukti", "tampilkan", "tutup", "samarkan")


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo on a page: `doubts` are sentences, `compare` one about the angle that it has in common with another;
    `twin` the case that has one like it, "" where there is none to look at."""

    photo: Photo
    doubts: Sequence[str] = ()
    compare: str = ""
    twin: str = ""


def public_photos(context: Context, case: Case) -> list[Shown]:
    """What everybody may see of a case."""
    return [Shown(one) for one in context.cities.photos_of(case.number) if one.shown_us is not None]


def worked_photos(context: Context, speech: Speech, case: Case) -> list[Shown]:
    """All of a case, with what does not fit."""
    return [_doubted(context, speech, one, case) for one in context.cities.photos_of(case.number)]


def photos_by_report(context: Context, reports: Sequence[CitizenReport]) -> Mapping[str, list[Shown]]:
    """Each report's, by its id; also where that waits aside."""
    found: dict[str, list[Shown]] = {one.id: [] for one in reports}
    for one in context.cities.photos_of_reports(list(found)):
        found[one.report].append(Shown(one))
    return found


def _doubted(context: Context, speech: Speech, photo: Photo, case: Case) -> Shown:
    twin = context.cities.photo(photo.city, photo.twin) if photo.twin else None
    like = twin.number if twin is not None else ""
    said, compare = [], ""
    for one in doubts_of(photo, case.opened_us):
        key = f"photo_doubt_{one.what}"
        if one.photo:
            key += "_here" if like == case.number else "" if like else "_gone"
        time = speech.duration(one.us)
        sentence = speech(key, number=like, time=time, km=speech.number(one.m / 1000, 1))
        if one.what == "spot":
            compare = sentence
        else:
            said.append(sentence)
    return Shown(photo, said, compare, like if like != case.number else "")


class PhotoPages:
    """Raises HTTPException where there is nothing, or nothing for whoever asks."""

    def __init__(self, context: Context, pages: Pages, photos: Photos) -> None:
        self._context = context
        self._pages = pages
        self._photos = photos

    def picture(self, request: Request, photo_id: str, *, small: bool) -> Response:
        """The JPEG. Its address stays and what may be seen changes, so that it is asked anew each time."""
        photo, case = self._seen(request, photo_id)
        public = case is not None and case.public and photo.shown_us is not None
        etag = f'"{photo.id}-{photo.blurred}-{"k" if small else "b"}"'
        headers = {
            "ETag": etag,
            "Cache-Control": "no-cache" if public else PRIVATE,
            "Content-Security-Policy": SEALED,
            "Content-Disposition": f'inline; filename="{photo.id}.jpg"',
        }
        if public and same(request, etag):
            return Response(status_code=304, headers=headers)
        picture = self._context.cities.photo_picture(photo.city, photo.id, small=small)
        if picture is None:
            raise HTTPException(404)
        return Response(picture, media_type="image/jpeg", headers=headers)

    def prove(self, request: Request, number: str, files: Sequence[bytes]) -> Response:
        """An officer's photo of what was done."""
        case = self._worked(request, number)
        if worked_by(self._context, case) is not None:
            return self._all(request, case, said="desk_not_here", status=409)
        now_us = self._context.clock.now_us()
        place = Place(case.lat, case.lon)
        before = {one.id for one in self._context.cities.photos_of(number)}
        try:
            photo = self._photos.keep(
                files[0] if files else b"", case=number, report="", kind="proof", now_us=now_us, place=place
            )
        except Unfit as wrong:
            said = f"photo_wrong_{wrong.code if files else 'none'}"
            return self._all(request, case, said=said, status=400)
        if photo.id not in before:
            self._record(request, case, photo.id, "bukti")
        return RedirectResponse(f"/petugas/{number}/foto/{photo.id}?kabar=bukti", status_code=303)

    def one(self, request: Request, number: str, photo_id: str, *, said: str = "", good: bool = True) -> Response:
        """A photo, what does not fit, and what can be done with it."""
        case = self._worked(request, number)
        found = self._context.cities.photo(self._context.city, photo_id)
        if found is None or found.number != number:
            raise HTTPException(404)
        speech = self._pages.speech(request)
        values = {"one": _doubted(self._context, speech, found, case), "columns": COLUMNS, "rows": ROWS}
        return self._shown(request, case, {**values, "said": said, "good": good}, 200 if good else 400)

    def act(self, request: Request, number: str, photo_id: str, fields: Mapping[str, str], marks: set[str]) -> Response:
        """What one of its forms asks for."""
        case = self._worked(request, number)
        action, city = fields.get("aksi", ""), self._context.city
        found = self._context.cities.photo(city, photo_id)
        if found is None or found.number != number:
            raise HTTPException(404)
        if action == "samarkan":
            try:
                self._photos.blur(photo_id, _cells(marks))
            except BadInput:
                return self.one(request, number, photo_id, said="photo_wrong_marks", good=False)
        elif action == "hapus":
            self._context.cities.erase_photo(city, photo_id)
        elif action in ACTIONS:
            shown_us = self._context.clock.now_us() if action == "tampilkan" else None
            self._context.cities.show_photo(city, photo_id, shown_us)
        else:
            raise HTTPException(400)
        self._record(request, case, photo_id, action)
        where = f"/petugas/{number}" if action == "hapus" else f"/petugas/{number}/foto/{photo_id}"
        return RedirectResponse(f"{where}?kabar={'foto' if action == 'hapus' else action}", status_code=303)

    def _all(self, request: Request, case: Case, *, said: str, status: int) -> Response:
        return self._shown(request, case, {"one": None, "said": said, "good": False}, status)

    def _shown(self, request: Request, case: Case, values: Mapping[str, object], status: int) -> Response:
        at = f"/petugas/{case.number}" if request.method == "POST" else None
        known = {"case": case, **values}
        return self._pages.render(request, "petugas_foto.html", known, status=status, private=True, at=at)

    def _record(self, request: Request, case: Case, photo_id: str, what: str) -> None:
        about = {"what": what, "photo": photo_id}
        now_us = self._context.clock.now_us()
        self._context.security.record(Deed(caller_of(request).actor, "case.photo", case.number, now_us, about))

    def _seen(self, request: Request, photo_id: str) -> tuple[Photo, Case | None]:
        """The public sees what was let be seen of a case that it sees; whose work it is sees everything; what waits
        aside, only who sees all."""
        caller, reach = caller_of(request), reach_of(request)
        photo = self._context.cities.photo(self._context.city, photo_id)
        if photo is None:
            raise HTTPException(404)
        case = self._context.cities.case(photo.number) if photo.number else None
        theirs = answers_for(caller, reach, case)
        public = case is not None and photo.shown_us is not None and sees_case(caller, reach, case)
        if not (theirs or public):
            raise HTTPException(404)
        return photo, case

    def _worked(self, request: Request, number: str) -> Case:
        caller, reach = caller_of(request), reach_of(request)
        if reach is Reach.AREA and not caller.agency:
            raise HTTPException(403)
        case = self._context.cities.case(number)
        if case is None or case.city != self._context.city or not answers_for(caller, reach, case):
            raise HTTPException(404)
        return case


def _cells(marks: set[str]) -> set[Cell]:
    """From `column-row`, counted from 0; what is no square is none."""
    found = {re.fullmatch(r"(\d{1,2})-(\d{1,2})", one) for one in marks}
    return {(int(one[1]), int(one[2])) for one in found if one is not None}


def router(context: Context, pages: Pages, photos: Photos) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    page = PhotoPages(context, pages, photos)

    @routes.get("/foto/{photo_id}.jpg", include_in_schema=False)
    def picture(request: Request, photo_id: str) -> Response:
        return page.picture(request, photo_id, small=False)

    @routes.get("/foto/{photo_id}/kecil.jpg", include_in_schema=False)
    def thumbnail(request: Request, photo_id: str) -> Response:
        return page.picture(request, photo_id, small=True)

    @routes.post("/petugas/{number}/foto", include_in_schema=False)
    async def prove(request: Request, number: str) -> Response:
        _, files = await files_of(request, "foto", files_most=1, bytes_most=BYTES_MOST)
        return await run_in_threadpool(page.prove, request, number, files)

    @routes.get("/petugas/{number}/foto/{photo_id}", include_in_schema=False)
    def one(request: Request, number: str, photo_id: str, kabar: str = "") -> Response:
        return page.one(request, number, photo_id, said=f"photo_done_{kabar}" if kabar in NEWS else "")

    @routes.post("/petugas/{number}/foto/{photo_id}", include_in_schema=False)
    async def act(request: Request, number: str, photo_id: str) -> Response:
        form = await form_of(request)
        marks = {one for one in form.getlist("petak") if isinstance(one, str)}
        return await run_in_threadpool(page.act, request, number, photo_id, texts_of(form), marks)

    return routes
