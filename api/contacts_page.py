"""`/kontak`: who passes warnings on in each RW. Numbers are personal: for staff alone, and every look is a deed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.chain import COLUMNS, UPLOAD_MOST, Passing, Trouble
from api.context import Context
from api.form import fields_of
from api.page import Pages
from api.policy import Caller, Reach, caller_of, reach_of
from api.qr import qr_svg
from contract.chain import CONTACT_ROLES, LANGUAGES, NAME_MOST, Contact
from contract.errors import BadInput, Rejected
from contract.impact_check import PHONE_MOST, RW_MOST

ON_A_PAGE = 200
TROUBLES_MOST = 50
FIELDS: Mapping[str, str] = {
    "rw": "rw",
    "region": "kelurahan",
    "name": "nama",
    "role": "peran",
    "phone": "telepon",
    "language": "bahasa",
}
"""column -> the field that it is typed into"""
LIMITS: Mapping[str, int] = {"rw": RW_MOST, "nama": NAME_MOST, "telepon": PHONE_MOST}
TOLD = {"simpan": "contact_kept", "tutup": "contact_ended", "unggah": "contacts_kept"}
REFUSALS: tuple[str, ...] = ("taken", "ended", "too_many")
BACK = "/kontak"


class Book:
    """The page, and what each of its forms brings about."""

    def __init__(self, context: Context, pages: Pages) -> None:
        self._pages = pages
        self._passing = Passing(context)

    def page(
        self,
        request: Request,
        *,
        sought: str = "",
        number: int = 1,
        typed: Mapping[str, str] | None = None,
        altered: str = "",
        troubles: Sequence[Trouble] = (),
        said: str = "",
        good: bool = False,
        status: int = 200,
    ) -> Response:
        """The list. `typed`: what stands in the form by its fields; `altered`: whose it is."""
        caller, reach = self._who(request)
        found = [one for one in self._passing.contacts(caller, reach) if _fits(one, sought, self._passing.regions)]
        pages = max(1, -(-len(found) // ON_A_PAGE))
        number = min(max(number, 1), pages)
        shown = found[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
        self._passing.looked(caller, "kontak", len(shown))
        values = {
            "contacts": shown,
            "count": len(found),
            "page": number,
            "pages": pages,
            "sought": sought,
            "regions": self._passing.regions,
            "roles": CONTACT_ROLES,
            "languages": LANGUAGES,
            "columns": ",".join(COLUMNS),
            "typed": {name: (typed or {}).get(name, "") for name in FIELDS.values()},
            "typing": typed is not None,
            "altered": altered,
            "limits": LIMITS,
            "upload_most": UPLOAD_MOST,
            "troubles": troubles[:TROUBLES_MOST],
            "trouble_count": len(troubles),
            "said": said,
            "good": good,
        }
        at = BACK if request.method == "POST" else None
        return self._pages.render(request, "kontak.html", values, status=status, private=True, at=at)

    def altering(self, request: Request, contact_id: str) -> Response:
        """The form with one of them in it."""
        one = self._known(request, contact_id)
        typed = {FIELDS[column]: str(getattr(one, column)) for column in COLUMNS}
        return self.page(request, sought=one.rw, typed=typed, altered=one.id, good=True)

    def keep(self, request: Request, form: Mapping[str, str]) -> Response:
        """A new one, or the one under `ubah` as it is now."""
        caller, reach = self._who(request)
        known = self._known(request, form["ubah"]) if form.get("ubah") else None
        cells = {column: form.get(name, "") for column, name in FIELDS.items()}
        altered = known.id if known is not None else ""
        try:
            made = self._passing.read(caller, reach, cells, known)
        except BadInput as wrong:
            said = f"contact_wrong_{wrong.where}"
            return self.page(request, typed=form, altered=altered, said=said, status=400)
        return self._kept(request, caller, [made], "simpan")

    def upload(self, request: Request, text: str) -> Response:
        """All that a table says, or none of it and why not."""
        caller, reach = self._who(request)
        contacts, troubles = self._passing.read_table(caller, reach, text)
        if troubles:
            return self.page(request, troubles=troubles, said="contacts_not_kept", status=400)
        return self._kept(request, caller, contacts, "unggah")

    def end(self, request: Request, contact_id: str) -> Response:
        """They are asked no more."""
        caller, _ = self._who(request)
        if not self._passing.end(caller, self._known(request, contact_id)):
            raise HTTPException(404)
        return RedirectResponse("/kontak?kabar=tutup", status_code=303)

    def link(self, request: Request, contact_id: str) -> Response:
        """A new secret link, shown once."""
        caller, _ = self._who(request)
        one = self._known(request, contact_id)
        address = self._passing.link(caller, one)
        if address is None:
            raise HTTPException(404)
        speech = self._pages.speech(request)
        code = qr_svg(address, speech("contact_link_qr", rw=one.rw))
        values = {"contact": one, "address": address, "qr": code}
        return self._pages.render(request, "kontak_tautan.html", values, private=True, at="")

    def _kept(self, request: Request, caller: Caller, contacts: Sequence[Contact], what: str) -> Response:
        try:
            self._passing.keep(caller, contacts)
        except Rejected as refused:
            if refused.reason not in REFUSALS:
                raise
            text = f"contact_refused_{refused.reason}"
            return self._pages.trouble(request, 409, "refused_title", text, back=BACK)
        return RedirectResponse(f"/kontak?kabar={what}", status_code=303)

    def _who(self, request: Request) -> tuple[Caller, Reach]:
        caller, reach = caller_of(request), reach_of(request)
        if not self._passing.may(caller, reach):
            raise HTTPException(403)
        return caller, reach

    def _known(self, request: Request, contact_id: str) -> Contact:
        caller, reach = self._who(request)
        found = self._passing.contact(caller, reach, contact_id)
        if found is None:
            raise HTTPException(404)
        return found


def _fits(contact: Contact, sought: str, regions: Mapping[str, str]) -> bool:
    text = f"{contact.rw} {contact.name} {contact.region} {regions.get(contact.region, '')}".casefold()
    return all(word in text for word in sought.casefold().split())


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    book = Book(context, pages)

    @routes.get("/kontak", include_in_schema=False)
    def contacts(request: Request, cari: str = "", hal: int = 1, ubah: str = "", kabar: str = "") -> Response:
        if ubah:
            return book.altering(request, ubah)
        return book.page(request, sought=cari, number=hal, said=TOLD.get(kabar, ""), good=True)

    @routes.post("/kontak", include_in_schema=False)
    async def keep(request: Request) -> Response:
        return await run_in_threadpool(book.keep, request, await fields_of(request))

    @routes.post("/kontak/unggah", include_in_schema=False)
    async def upload(request: Request) -> Response:
        return await run_in_threadpool(book.upload, request, (await fields_of(request)).get("tabel", ""))

    @routes.post("/kontak/{contact_id}/tutup", include_in_schema=False)
    def end(request: Request, contact_id: str) -> Response:
        return book.end(request, contact_id)

    @routes.post("/kontak/{contact_id}/tautan", include_in_schema=False)
    def link(request: Request, contact_id: str) -> Response:
        return book.link(request, contact_id)

    return routes
