"""`/orang/{person_id}`: one account: what it may do, the way in and out of it, and its end. For administrators."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.administration import Outcome, wrong_of
from api.area import Area, area_in, area_of, offered, typed_in
from api.context import Context
from api.door import folded
from api.form import form_of, text_of
from api.invitations import FOR_PEOPLE
from api.page import Pages
from api.people import TOLD, office_of, shown_once
from api.policy import caller_of, reach_of, sees_account
from contract.errors import Rejected
from store.people import Person


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    profile = context.profile
    choices = offered(profile, FOR_PEOPLE)
    office = office_of(context)

    def known(request: Request, person_id: str) -> Person:
        person = context.people.person(person_id)
        if person is None or person.city != context.city or not person.account:
            raise HTTPException(404)
        if not sees_account(caller_of(request), reach_of(request), person.id):
            raise HTTPException(404)
        return person

    def one_page(
        request: Request,
        person: Person,
        status: int = 200,
        said: str = "",
        *,
        good: bool = False,
        typed: Area | None = None,
    ) -> Response:
        values = {
            **choices,
            "person": person,
            "area": typed or area_of(person),
            "sessions": context.sessions.of(person.id),
            "waiting": [one for one in office.open_proposals() if one.person == person.id],
            "alone": office.alone(caller_of(request)),
            "said": said,
            "good": good,
        }
        return pages.render(request, "orang_satu.html", values, status=status, private=True, at=f"/orang/{person.id}")

    @routes.get("/orang/{person_id}", include_in_schema=False)
    def person_page(request: Request, person_id: str, kabar: str = "") -> Response:
        return one_page(request, known(request, person_id), said=TOLD.get(kabar, ""), good=True)

    def act(request: Request, person: Person, told: str, do: Callable[[], Outcome]) -> Response:
        """Do it and say what came of it; what the store refuses is a sentence on the person's own page."""
        try:
            outcome = do()
        except Rejected as refused:
            said = wrong_of(refused)
            now = context.people.person(person.id)
            return one_page(request, now if now is not None and now.account else person, 409, said)
        if outcome.link:
            return shown_once(pages, request, outcome.link, "link_password")
        if outcome.waiting:
            told = "usul"
        back = "/orang" if told == "hapus" else f"/orang/{person.id}"
        return RedirectResponse(f"{back}?kabar={told}", status_code=303)

    @routes.post("/orang/{person_id}/peran", include_in_schema=False)
    async def change(request: Request, person_id: str) -> Response:
        form = await form_of(request)
        return await run_in_threadpool(changed, request, person_id, form)

    def changed(request: Request, person_id: str, form: FormData) -> Response:
        person = known(request, person_id)
        area = area_in(profile, form, FOR_PEOPLE)
        if isinstance(area, str):
            typed = typed_in(profile, form, FOR_PEOPLE, area_of(person))
            return one_page(request, person, 400, area, typed=typed)
        return act(request, person, "ubah", lambda: office.change(caller_of(request), person, area))

    @routes.post("/orang/{person_id}/tutup", include_in_schema=False)
    def disable(request: Request, person_id: str) -> Response:
        person = known(request, person_id)
        return act(request, person, "mati", lambda: office.disable(caller_of(request), person))

    @routes.post("/orang/{person_id}/buka", include_in_schema=False)
    def enable(request: Request, person_id: str) -> Response:
        person = known(request, person_id)
        return act(request, person, "hidup", lambda: office.enable(caller_of(request), person))

    @routes.post("/orang/{person_id}/sandi", include_in_schema=False)
    def new_password(request: Request, person_id: str) -> Response:
        person = known(request, person_id)
        return act(request, person, "usul", lambda: office.new_password(caller_of(request), person))

    @routes.post("/orang/{person_id}/keluar", include_in_schema=False)
    def sign_out(request: Request, person_id: str) -> Response:
        person = known(request, person_id)
        return act(request, person, "keluar", lambda: office.sign_out(caller_of(request), person))

    @routes.post("/orang/{person_id}/hapus", include_in_schema=False)
    async def erase(request: Request, person_id: str) -> Response:
        form = await form_of(request)
        return await run_in_threadpool(erased, request, person_id, text_of(form, "akun"))

    def erased(request: Request, person_id: str, account: str) -> Response:
        person = known(request, person_id)
        if folded(account) != person.account:
            return one_page(request, person, 400, "erase_account")
        return act(request, person, "hapus", lambda: office.erase(caller_of(request), person))

    return routes
