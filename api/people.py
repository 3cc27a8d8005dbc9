"""`/orang`: who has an account, who is invited, and what waits for a second administrator. For administrators."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.administration import Administration, wrong_of
from api.area import Area, area_in, offered, typed_in
from api.context import Context
from api.door import folded
from api.form import form_of, text_of
from api.invitations import FOR_PEOPLE
from api.page import Pages
from api.policy import caller_of
from contract.errors import Rejected

PAGE = 100
TOLD = {
    "ubah": "people_changed",
    "mati": "people_disabled",
    "hidup": "people_enabled",
    "keluar": "people_signed_out",
    "hapus": "people_erased",
    "usul": "proposal_waits",
    "setuju": "proposal_done",
    "batal": "proposal_gone",
}


def office_of(context: Context) -> Administration:
    return Administration(
        city=context.city,
        people=context.people,
        clock=context.clock,
        sessions=context.sessions,
        base_url=context.base_url,
    )


def shown_once(pages: Pages, request: Request, link: str, text: str) -> Response:
    """A link that nobody keeps; `text` is the key of what to do with it."""
    return pages.render(request, "tautan.html", {"link": link, "text": text}, private=True, at="")


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    profile = context.profile
    choices = offered(profile, FOR_PEOPLE)
    office = office_of(context)

    @routes.get("/orang", include_in_schema=False)
    def people(request: Request, cari: str = "", peran: str = "", lanjut: str = "", kabar: str = "") -> Response:
        everybody = context.people.people(context.city)
        wanted = folded(cari)
        found = [
            one
            for one in everybody
            if (not wanted or wanted in one.account or wanted in one.name.lower())
            and (peran not in FOR_PEOPLE or one.role == peran)
        ]
        rest = [one for one in found if one.account > lanjut]
        values = {
            **choices,
            "found": rest[:PAGE],
            "count": len(found),
            "total": len(everybody),
            "next": rest[PAGE - 1].account if len(rest) > PAGE else "",
            "first_page": not lanjut,
            "search": cari,
            "wanted_role": peran if peran in FOR_PEOPLE else "",
            "proposals": office.open_proposals(),
            "accounts": {one.id: one.account for one in everybody},
            "alone": office.alone(caller_of(request)),
            "said": TOLD.get(kabar, ""),
            "good": True,
        }
        return pages.render(request, "orang.html", values, private=True)

    def invitation_form(request: Request, status: int = 200, said: str = "", area: Area | None = None) -> Response:
        values = {**choices, "area": area or Area("officer"), "said": said, "alone": office.alone(caller_of(request))}
        return pages.render(request, "orang_undang.html", values, status=status, private=True)

    @routes.get("/orang/undang", include_in_schema=False)
    def invite_page(request: Request) -> Response:
        return invitation_form(request)

    @routes.post("/orang/undang", include_in_schema=False)
    async def invite(request: Request) -> Response:
        form = await form_of(request)
        typed = typed_in(profile, form, FOR_PEOPLE, Area("officer"))
        return await run_in_threadpool(invited, request, area_in(profile, form, FOR_PEOPLE), typed)

    def invited(request: Request, area: Area | str, typed: Area) -> Response:
        if isinstance(area, str):
            return invitation_form(request, 400, area, typed)
        outcome = office.invite(caller_of(request), area)
        if outcome.waiting:
            return RedirectResponse("/orang?kabar=usul", status_code=303)
        return shown_once(pages, request, outcome.link, "link_invitation")

    @routes.post("/orang/usulan/{proposal_id}", include_in_schema=False)
    async def decide(request: Request, proposal_id: str) -> Response:
        form = await form_of(request)
        return await run_in_threadpool(decided, request, proposal_id, text_of(form, "jawab"))

    def decided(request: Request, proposal_id: str, answer: str) -> Response:
        caller = caller_of(request)
        if answer != "setuju":
            told = "batal" if office.withdraw(caller, proposal_id) else ""
            return RedirectResponse(f"/orang?kabar={told}" if told else "/orang", status_code=303)
        try:
            outcome = office.confirm(caller, proposal_id)
        except Rejected as refused:
            return pages.trouble(request, 409, "refused_title", wrong_of(refused), back="/orang")
        if outcome is None:
            raise HTTPException(404)
        if outcome.link:
            return shown_once(pages, request, outcome.link, "link_confirmed")
        return RedirectResponse("/orang?kabar=setuju", status_code=303)

    return routes
