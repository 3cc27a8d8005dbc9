"""`/rw/{token}`: the one warning that matters now in an RW, what to read aloud, and one tap to say that it was done.

The link is the contact's own: it stands in the address, so that a phone that keeps no cookies can use it, and it is
passed on to nobody, for the share link carries the public page.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.chain import Passing, sms_of
from api.context import Context
from api.form import fields_of
from api.language import COOKIE
from api.page import Pages
from api.policy import caller_of
from api.sign_in import with_form
from api.throttle import Throttle
from api.voices import Voices
from contract.chain import REASON_MOST, UNDO_US, Contact

WORDS = {"sudah": "done", "tidak": "unable", "batal": "undo"}


class Megaphone:
    """One contact's page."""

    def __init__(self, context: Context, pages: Pages) -> None:
        self._context = context
        self._pages = pages
        self._passing = Passing(context)
        self._voices = Voices(context)
        self._throttle = Throttle(context.city, context.people, context.clock)

    def show(self, request: Request, token: str, said: str = "") -> Response:
        """What matters now, live and drill apart."""
        contact = self._passing.behind(token)
        if contact is None:
            return self._shut(request)
        chosen = "lang" in request.query_params or COOKIE in request.cookies
        if not chosen and contact.language != "id" and request.method in {"GET", "HEAD"}:
            return RedirectResponse(f"/rw/{token}?lang={contact.language}", status_code=303)
        language = self._pages.speech(request).language
        csrf, device = with_form(request)
        live, drills = self._passing.theirs(contact)
        now_us = self._context.clock.now_us()
        shown = []
        for one in (*live[:1], *drills[:1]):
            relay = self._passing.relay_of(contact, one)
            shown.append(
                {
                    "bulletin": one,
                    "relay": relay,
                    "undoable": relay is not None and now_us - relay.at_us <= UNDO_US,
                    "sms": sms_of(one, language),
                    "script": one.script.get(language) or one.text.get(language, ""),
                    "heard": self._voices.to_hear(one, language),
                    "share": self._passing.share(one, language),
                }
            )
        values = {
            "csrf": csrf,
            "contact": contact,
            "token": token,
            "shown": shown,
            "others": live[1:],
            "reason_most": REASON_MOST,
            "said": said,
            "good": False,
        }
        response = self._pages.render(request, "rw.html", values, status=400 if said else 200, private=True)
        if device is not None:
            self._context.cookies.set_device(response, device)
        return response

    def say(self, request: Request, token: str, fields: dict[str, str]) -> Response:
        """One tap."""
        contact: Contact | None = self._passing.behind(token)
        if contact is None:
            return self._shut(request)
        word, reason = WORDS.get(fields.get("kata", "")), " ".join(fields.get("alasan", "").split())[:REASON_MOST]
        if word is None or (word == "unable" and not reason):
            return self.show(request, token, "rw_reason_missing" if word else "rw_unknown_word")
        if not self._passing.say(contact, fields.get("siaran", ""), word, reason):
            return self.show(request, token, "rw_not_yours")
        return RedirectResponse(f"/rw/{token}#kabar", status_code=303)

    def _shut(self, request: Request) -> Response:
        caller = caller_of(request)
        self._context.security.note("bad_link", caller, "rw link")
        wait_s = self._throttle.link(caller.address)
        if wait_s is not None:
            response = self._pages.trouble(request, 429, "error_429_title", "error_429_wait", wait_s=wait_s)
            response.headers["Retry-After"] = str(round(wait_s))
            return response
        return self._pages.render(request, "rw_tutup.html", {}, status=404, private=True, at="")


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    megaphone = Megaphone(context, pages)

    @routes.get("/rw/{token}", include_in_schema=False)
    def page(request: Request, token: str) -> Response:
        return megaphone.show(request, token)

    @routes.post("/rw/{token}", include_in_schema=False)
    async def say(request: Request, token: str) -> Response:
        return await run_in_threadpool(megaphone.say, request, token, await fields_of(request))

    return routes
