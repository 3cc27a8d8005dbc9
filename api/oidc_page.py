"""`/masuk/openid`: in and back by the city's own accounts; `/akun/openid`: one's own account joined to one of them."""

from __future__ import annotations

import structlog
from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api import tokens
from api.context import Context
from api.door import Door
from api.id_token import Refused
from api.oidc import BACK, TRY_US, Identity, OpenId, Try
from api.oidc_accounts import Accounts, Wrong
from api.page import Pages
from api.policy import caller_of
from api.sign_in import next_address, opened
from api.throttle import Throttle
from contract.clock import SECOND_US
from contract.errors import Unavailable

HERE = "/masuk/openid"
LINK = "/akun/openid"
AWAY_S = 30

log = structlog.get_logger("api")


class Answers:
    """What people read who were not let in, and what is noted of them."""

    def __init__(self, context: Context, pages: Pages) -> None:
        self._context = context
        self._pages = pages
        self._throttle = Throttle(context.city, context.people, context.clock)
        self._away = False

    def refused(self, request: Request, said: str, why: str, status: int = 403, wait_s: float = 0) -> Response:
        """`said` is the key of a sentence, `why` a word for the log of who was turned away."""
        self._context.security.note("bad_openid", caller_of(request), why)
        return self._page(request, said, status, wait_s)

    def healed(self) -> None:
        """The provider answers."""
        if self._away:
            self._away = False
            log.info("identity provider answers again")

    def away(self, request: Request, error: Unavailable) -> Response:
        """The provider does not answer; it is said once."""
        if not self._away:
            self._away = True
            log.warning("identity provider away", why=str(error))
        response = self._page(request, "openid_away", 503)
        response.headers["Retry-After"] = str(AWAY_S)
        return response

    def too_often(self, request: Request) -> Response | None:
        """None: go on."""
        wait_s = self._throttle.openid(caller_of(request).address)
        if wait_s is None:
            return None
        response = self.refused(request, "error_429_wait", "too_many_tries", 429, wait_s)
        response.headers["Retry-After"] = str(round(wait_s))
        return response

    def _page(self, request: Request, said: str, status: int, wait_s: float = 0) -> Response:
        # The address with its answer works once: in another language one reads the page from which one goes again.
        again = "/akun" if caller_of(request).signed_in else "/masuk"
        values = {"said": said, "minutes": round(wait_s / 60), "failed": False}
        response = self._pages.render(request, "openid_gagal.html", values, status=status, private=True, at=again)
        self._context.cookies.drop_try(response)
        return response


def begun(context: Context, response: Response, openid: OpenId, one: Try) -> Response:
    """With the cookie that the way back asks for."""
    context.cookies.set_try(response, openid.sealed(one), TRY_US // SECOND_US)
    return response


def router(context: Context, pages: Pages, door: Door, openid: OpenId | None) -> APIRouter:
    """Routes of this resource; without a provider they answer 404."""
    routes = APIRouter()
    if openid is None:
        return _nothing(routes)
    answers = Answers(context, pages)
    accounts = Accounts(context)

    @routes.get(HERE, include_in_schema=False)
    def begin(request: Request, lanjut: str = "") -> Response:
        if (wait := answers.too_often(request)) is not None:
            return wait
        try:
            one, address = openid.begin(wanted=next_address(lanjut))
        except Unavailable as error:
            return answers.away(request, error)
        except Refused as refused:
            return answers.refused(request, "openid_failed", refused.why)
        return begun(context, RedirectResponse(address, status_code=303), openid, one)

    @routes.post(LINK, include_in_schema=False)
    def begin_link(request: Request) -> Response:
        """A page with the way there, not a redirect: a form of ours leads to no other site."""
        try:
            one, address = openid.begin(wanted="/akun", session=caller_of(request).session)
        except Unavailable as error:
            return answers.away(request, error)
        except Refused as refused:
            return answers.refused(request, "openid_failed", refused.why)
        response = pages.render(request, "openid_gabung.html", {"address": address}, private=True, at="/akun")
        return begun(context, response, openid, one)

    @routes.get(BACK, include_in_schema=False)
    def back(request: Request) -> Response:
        if (wait := answers.too_often(request)) is not None:
            return wait
        try:
            one, identity = believed(request)
        except Refused as refused:
            said = "openid_denied" if refused.why == "denied" else "openid_failed"
            return answers.refused(request, said, refused.why)
        except Unavailable as error:
            return answers.away(request, error)
        answers.healed()
        response = joined(request, one, identity) if one.session else let_in(request, one, identity)
        context.cookies.drop_try(response)
        return response

    def believed(request: Request) -> tuple[Try, Identity]:
        """Raises Refused, and Unavailable where the provider does not answer."""
        query = dict(request.query_params)
        if len(query) != len(request.query_params.multi_items()):
            raise Refused("said_twice")
        one = openid.opened(request.cookies.get(context.cookies.attempt, ""), query.get("state", ""))
        # Once, in whichever copy of this server it comes back.
        bucket = tokens.digest(f"openid {one.state}")
        if context.people.attempt(context.city, bucket, context.clock.now_us(), 2 * TRY_US / SECOND_US) > 1:
            raise Refused("state_again")
        return one, openid.identity(one, query)

    def joined(request: Request, one: Try, identity: Identity) -> Response:
        caller = caller_of(request)
        if one.session != caller.session:
            return answers.refused(request, "openid_failed", "other_session")
        person = accounts.link(caller, identity)
        if isinstance(person, Wrong):
            return answers.refused(request, person.said, person.why, 409)
        return RedirectResponse("/akun?kabar=openid", status_code=303)

    def let_in(request: Request, one: Try, identity: Identity) -> Response:
        person = accounts.of(identity)
        if isinstance(person, Wrong):
            return answers.refused(request, person.said, person.why)
        return opened(context, door.open(request, caller_of(request), person, "openid"), one.wanted or "/akun")

    return routes


def _nothing(routes: APIRouter) -> APIRouter:
    """The same addresses in a city without a provider."""

    def nothing() -> Response:
        raise HTTPException(404)

    for method, path in (("GET", HERE), ("POST", LINK), ("GET", BACK)):
        routes.add_api_route(path, nothing, methods=[method], include_in_schema=False)
    return routes
