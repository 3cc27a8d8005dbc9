"""`/undangan/{token}`: where a one-time link leads."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.context import Context
from api.door import Door
from api.form import fields_of
from api.invitations import Invitations, Open, Wanted
from api.page import Pages
from api.passwords import Passwords
from api.policy import caller_of
from api.sign_in import opened, with_form
from api.throttle import Throttle
from contract.errors import Rejected
from store.people import Person


def router(context: Context, pages: Pages, door: Door, passwords: Passwords) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    invitations = Invitations(context.city, context.people, context.clock)
    throttle = Throttle(context.city, context.people, context.clock)
    agencies = {agency.code: agency for agency in context.profile.agencies}

    def form(
        request: Request, known: Open | None, status: int = 200, said: str = "", wanted: Wanted | None = None
    ) -> Response:
        csrf, device = with_form(request)
        values = {
            "invitation": known.invitation if known else None,
            "person": known.person if known else None,
            "agency": agencies.get(known.invitation.agency) if known else None,
            "csrf": csrf,
            "said": said,
            "account": wanted.account if wanted else "",
            "name": wanted.name if wanted else "",
        }
        response = pages.render(request, "undangan.html", values, status=status if known else 404, private=True)
        if device is not None:
            context.cookies.set_device(response, device)
        return response

    def looked_up(request: Request, token: str) -> Open | Response:
        """The invitation, or the answer that there is none or that somebody tries too many."""
        caller = caller_of(request)
        wait_s = throttle.link(caller.address)
        if wait_s is not None:
            context.security.note("too_many_tries", caller, "one-time link")
            response = pages.trouble(request, 429, "error_429_title", "error_429_wait", wait_s=wait_s)
            response.headers["Retry-After"] = str(round(wait_s))
            return response
        known = invitations.known(token)
        if known is None:
            context.security.note("bad_link", caller, "one-time link")
            return form(request, None)
        return known

    @routes.get("/undangan/{token}", include_in_schema=False)
    def invitation_page(request: Request, token: str) -> Response:
        known = looked_up(request, token)
        return form(request, known) if isinstance(known, Open) else known

    @routes.post("/undangan/{token}", include_in_schema=False)
    async def redeem(request: Request, token: str) -> Response:
        known = await run_in_threadpool(looked_up, request, token)
        if not isinstance(known, Open):
            return known
        wanted = Wanted.read(await fields_of(request), known)
        wrong = wanted.wrong(known)
        if wrong:
            return await run_in_threadpool(form, request, known, 400, wrong, wanted)
        invited = invitations.person_of(known, wanted)
        if not door.by_password(invited):
            return await run_in_threadpool(form, request, known, 403, "passwords_off", wanted)
        made = await passwords.make(wanted.password)
        return await run_in_threadpool(come_in, request, known, wanted, invited, made)

    def come_in(request: Request, known: Open, wanted: Wanted, invited: Person, password: str) -> Response:
        try:
            person = invitations.redeem(known, invited, password)
        except Rejected as refused:
            if refused.reason != "taken":
                raise
            return form(request, known, 409, "account_taken", wanted)
        if person is None:
            return form(request, None)
        return opened(context, door.open(request, caller_of(request), person, "invitation"), "/akun")

    return routes
