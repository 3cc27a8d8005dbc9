"""`/masuk` and `/keluar`: the door for staff and signed-in residents."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.context import Context
from api.door import ACCOUNT_MOST, Door, Opened
from api.form import fields_of
from api.page import Pages
from api.policy import caller_of
from api.tokens import Device, fresh

TEXT_MOST = 1000


def next_address(wanted: str) -> str:
    """Where to go after signing in: a page of ours, never another site's."""
    plain = wanted.isascii() and wanted.isprintable() and len(wanted) <= TEXT_MOST
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and "\\" not in wanted
    return wanted if plain and ours else ""


def with_form(request: Request) -> tuple[str, Device | None]:
    """The token for a form of somebody who may not have signed in, and the device to remember if it is a new one."""
    known = caller_of(request).csrf
    if known:
        return known, None
    device = Device(fresh())
    return device.form_token, device


def with_its_form(
    context: Context,
    pages: Pages,
    request: Request,
    template: str,
    values: Mapping[str, object],
    *,
    back: str,
    status: int,
) -> Response:
    """A page for anybody, with the token for its form. `back`: where it is read again after that was sent."""
    csrf, device = with_form(request)
    at = back if request.method == "POST" else None
    response = pages.render(request, template, {**values, "csrf": csrf}, status=status, private=True, at=at)
    if device is not None:
        context.cookies.set_device(response, device)
    return response


def router(context: Context, pages: Pages, door: Door) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()

    def form(
        request: Request, wanted: str, *, status: int = 200, said: str = "", minutes: int = 0, account: str = ""
    ) -> Response:
        token, device = with_form(request)
        values = {
            "csrf": token,
            "wanted": next_address(wanted),
            "said": said,
            "account": account[:ACCOUNT_MOST],
            "minutes": minutes,
            "openid": context.openid is not None,
            "openid_only": bool(context.openid and context.openid.provider.break_glass),
        }
        response = pages.render(request, "masuk.html", values, status=status, private=True)
        if device is not None:
            context.cookies.set_device(response, device)
        return response

    @routes.get("/masuk", include_in_schema=False)
    def sign_in_page(request: Request, lanjut: str = "") -> Response:
        return form(request, lanjut)

    @routes.post("/masuk", include_in_schema=False)
    async def sign_in(request: Request) -> Response:
        fields = await fields_of(request)
        wanted = fields.get("lanjut", "")
        caller = caller_of(request)
        account = fields.get("akun", "")
        came = await door.sign_in(request, caller, account, fields.get("sandi", ""))
        if isinstance(came, Opened):
            return opened(context, came, next_address(wanted) or "/akun")
        if came.wait_s is None:
            return await run_in_threadpool(form, request, wanted, status=403, said="sign_in_wrong", account=account)
        minutes = round(came.wait_s / 60)
        response = await run_in_threadpool(
            form, request, wanted, status=429, said="sign_in_slow", minutes=minutes, account=account
        )
        response.headers["Retry-After"] = str(round(came.wait_s))
        return response

    @routes.get("/keluar", include_in_schema=False)
    def sign_out_page(request: Request) -> Response:
        return pages.render(request, "keluar.html", {}, private=True)

    @routes.post("/keluar", include_in_schema=False)
    def sign_out(request: Request) -> Response:
        caller = caller_of(request)
        if caller.session:
            context.sessions.end(caller.session, caller.person)
        response = RedirectResponse("/keluar", status_code=303)
        context.cookies.drop_session(response)
        return response

    return routes


def opened(context: Context, came: Opened, address: str) -> Response:
    """On to a page, with the cookies of a session that has just begun."""
    response = RedirectResponse(address, status_code=303)
    context.cookies.set_session(response, came.token)
    context.cookies.set_device(response, came.device)
    return response
