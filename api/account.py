"""`/akun`: one's own account: who one is to the city, the password, and where one is signed in."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.context import Context
from api.door import Door
from api.form import fields_of
from api.page import Pages
from api.passwords import Passwords, why_not
from api.policy import caller_of, reach_of, sees_account
from api.sign_in import opened
from api.throttle import Throttle
from contract.errors import Rejected
from store.people import Deed, Person


def router(context: Context, pages: Pages, door: Door, passwords: Passwords) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    throttle = Throttle(context.city, context.people, context.clock)
    agencies = {agency.code: agency.name for agency in context.profile.agencies}
    regions = {region.code: region.name for region in context.profile.regions}

    def own(request: Request) -> Person:
        caller = caller_of(request)
        person = context.people.person(caller.person)
        if person is None or not sees_account(caller, reach_of(request), person.id):
            raise HTTPException(404)
        return person

    def page(request: Request, *, status: int = 200, said: str = "", good: bool = False, wait_s: float = 0) -> Response:
        person = own(request)
        values = {
            "person": person,
            "agency": agencies.get(person.agency),
            "regions": [regions.get(code, code) for code in person.regions],
            "sessions": sorted(
                context.sessions.of(person.id), key=lambda one: one.digest != caller_of(request).session
            ),
            "current": caller_of(request).session,
            "csrf": caller_of(request).csrf,
            "openid": context.openid is not None,
            "said": said,
            "good": good,
            "minutes": round(wait_s / 60),
        }
        return pages.render(request, "akun.html", values, status=status, private=True, at="/akun")

    @routes.get("/akun", include_in_schema=False)
    def account(request: Request, kabar: str = "") -> Response:
        told = {"sandi": "password_changed", "sesi": "session_ended", "openid": "openid_linked"}.get(kabar, "")
        return page(request, said=told, good=True)

    @routes.post("/akun/sandi", include_in_schema=False)
    async def change_password(request: Request) -> Response:
        fields = await fields_of(request)
        caller = caller_of(request)
        person = await run_in_threadpool(own, request)
        wait_s = await run_in_threadpool(throttle.own_password, person.id)
        if wait_s is not None:
            await run_in_threadpool(context.security.note, "too_many_tries", caller, "own password", person.account)
            response = await run_in_threadpool(page, request, status=429, said="error_429_wait", wait_s=wait_s)
            response.headers["Retry-After"] = str(round(wait_s))
            return response
        if not await passwords.fits(person.password, fields.get("sandi_lama", "")):
            await run_in_threadpool(context.security.note, "bad_password", caller, "own password", person.account)
            return await run_in_threadpool(page, request, status=403, said="old_password_wrong")
        password = fields.get("sandi", "")
        wrong = why_not(password, account=person.account)
        if wrong:
            return await run_in_threadpool(page, request, status=400, said=wrong)
        if password != fields.get("sandi_lagi", password):
            return await run_in_threadpool(page, request, status=400, said="password_differs")
        changed = replace(person, password=await passwords.make(password))
        deed = Deed(person.id, "person.password", person.id, context.clock.now_us())
        # The store signs them out everywhere; this browser alone comes in again, with a new token.
        try:
            await run_in_threadpool(context.people.put_person, changed, deed, person)
        except Rejected:
            # Somebody has changed this account meanwhile; what was read must not be written back over that.
            return await run_in_threadpool(
                pages.trouble, request, 403, "refused_title", "refused_changed", back="/akun"
            )
        into = await run_in_threadpool(door.open, request, replace(caller, session=""), changed, "new password")
        return opened(context, into, "/akun?kabar=sandi")

    @routes.post("/akun/sesi", include_in_schema=False)
    async def end_sessions(request: Request) -> Response:
        fields = await fields_of(request)
        caller = caller_of(request)
        wanted = fields.get("sesi", "")
        if wanted == "semua":
            await run_in_threadpool(context.sessions.end_all, caller.person)
        else:
            await run_in_threadpool(context.sessions.end, wanted, caller.person)
        if wanted in {"semua", caller.session}:
            response = RedirectResponse("/keluar", status_code=303)
            context.cookies.drop_session(response)
            return response
        return RedirectResponse("/akun?kabar=sesi", status_code=303)

    return routes
