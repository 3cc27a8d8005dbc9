"""`/ikuti`: to be told of a place; behind a link of their own what somebody follows, to pause it or to leave."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response

from api.assets import STATIC
from api.context import Context
from api.following import CITY, LEVELS, Asked, Following, Wish, refusal
from api.form import form_of, text_of, texts_of
from api.page import Pages
from api.policy import caller_of
from api.qr import qr_svg
from api.sign_in import with_its_form
from api.weather_page import feed_of
from contract.errors import BadInput, Rejected
from contract.following import ADDRESS_LONGEST
from contract.subscription import LABEL_MOST, TOPICS

PATH = "/ikuti"
FIELDS: Mapping[str, str] = {
    "place": "tempat",
    "kind": "saluran",
    "address": "alamat",
    "topics": "kabar",
    "level": "tingkat",
}
"""what BadInput names -> the field that it was typed into"""


class FollowPage:
    """The form, and the pages after it."""

    def __init__(self, context: Context, pages: Pages) -> None:
        self._context = context
        self._pages = pages
        self._following = Following(context)

    def form(self, request: Request, typed: Mapping[str, str] | None = None, said: str = "") -> Response:
        """`typed`: what was sent and could not be kept."""
        asked = request.query_params
        place = CITY if "kota" in asked else f"g:{asked.get('alat', '')}" if "alat" in asked else ""
        place = place or (f"r:{asked['wilayah']}" if "wilayah" in asked else "")
        offered = self._context.ways.offered
        values = {
            "gauges": self._following.gauges(),
            "regions": self._following.regions(),
            "whole": CITY,
            "kinds": offered,
            "vapid_key": self._context.ways.vapid_key,
            "topics": [one for one in TOPICS if one != "bmkg" or self._passes_on_weather()],
            "levels": LEVELS,
            "typed": {"tempat": place, "saluran": "", "tingkat": "WASPADA", "alamat": "", "nama": "", **(typed or {})},
            "label_most": LABEL_MOST,
            "address_most": ADDRESS_LONGEST,
            "said": said,
            "good": False,
        }
        return self._shown(request, "ikuti.html", values, status=400 if said else 200)

    def _passes_on_weather(self) -> bool:
        """Whether anybody asks BMKG: nothing is offered that is never told."""
        return feed_of(self._context, self._context.clock.now_us()) is not None

    def ask(self, request: Request, fields: Mapping[str, str], topics: list[str]) -> Response:
        """Somebody wants to follow."""
        wish = Wish(
            place=fields.get("tempat", ""),
            kind=fields.get("saluran", ""),
            address=fields.get("alamat", ""),
            language=fields.get("bahasa", ""),
            topics=topics,
            level=fields.get("tingkat", ""),
            quiet="tenang" in fields,
            label=fields.get("nama", ""),
        )
        try:
            asked = self._following.ask(wish, caller_of(request).address)
        except BadInput as wrong:
            typed = fields if wish.kind != "webpush" else {**fields, "alamat": ""}
            return self.form(request, typed, f"follow_wrong_{wrong.where}")
        except Rejected as refused:
            return self._pages.trouble(request, 409, "refused_title", refusal(refused), back=PATH)
        if asked.wait_s is not None:
            return self._slow(request, asked.wait_s)
        if asked.secret:
            return RedirectResponse(f"{PATH}/{asked.secret}", status_code=303)
        if asked.start:
            return self._start(request, asked.start)
        return RedirectResponse(f"{PATH}/kode/{asked.id}", status_code=303)

    def _start(self, request: Request, link: str) -> Response:
        """Shown once: who has the link begins the chat."""
        speech = self._pages.speech(request)
        values = {"link": link, "bot": self._context.ways.bot, "qr": qr_svg(link, speech("follow_start_qr"))}
        return self._pages.render(request, "ikuti_telegram.html", values, private=True, at=PATH)

    def code(self, request: Request, subscription_id: str, *, said: str = "") -> Response:
        """Where the code is given; a link in a message brings it along."""
        code = request.query_params.get("kode", "")[:6]
        values = {"id": subscription_id, "code": code if code.isdigit() else "", "said": said, "good": False}
        return self._shown(request, "ikuti_kode.html", values, status=400 if said else 200)

    def confirm(self, request: Request, subscription_id: str, code: str) -> Response:
        asked: Asked = self._following.confirm(subscription_id, code, caller_of(request).address)
        if asked.wait_s is not None:
            return self._slow(request, asked.wait_s)
        if not asked.secret:
            return self.code(request, subscription_id, said="follow_wrong_code")
        return RedirectResponse(f"{PATH}/{asked.secret}", status_code=303)

    def own(self, request: Request, secret: str, *, said: str = "", good: bool = False) -> Response:
        """What somebody follows."""
        one = self._following.behind(secret)
        if one is None:
            return self._shut(request)
        language, now_us = self._pages.speech(request).language, self._context.clock.now_us()
        values = {
            "secret": secret,
            "kind": one.kind,
            "follows": [
                {
                    "one": each,
                    "name": self._following.name_of(each, language),
                    "paused": each.state == "paused" and not each.told_at(now_us),
                }
                for each in self._following.all_of(one)
            ],
            "said": said,
            "good": good,
        }
        return self._shown(request, "ikuti_saya.html", values, status=400 if said and not good else 200)

    def alter(self, request: Request, secret: str, fields: Mapping[str, str]) -> Response:
        """Pause, go on, leave."""
        one = self._following.behind(secret)
        if one is None:
            return self._shut(request)
        chosen = next((each for each in self._following.all_of(one) if each.id == fields.get("langganan")), None)
        word = fields.get("kata", "")
        if chosen is None or not self._following.alter(chosen, word):
            return self.own(request, secret, said="follow_nothing_done")
        if word == "berhenti" and chosen.id == one.id:
            return self._left(request)
        return RedirectResponse(f"{PATH}/{secret}", status_code=303)

    def leaving(self, request: Request, subscription_id: str) -> Response:
        """A button and nothing else: whoever looks at a link beforehand must not end anything."""
        return self._pages.render(request, "ikuti_keluar.html", {"id": subscription_id, "left": False}, private=True)

    def leave(self, request: Request, subscription_id: str) -> Response:
        self._following.leave(subscription_id)
        return self._left(request)

    def _left(self, request: Request) -> Response:
        return self._pages.render(request, "ikuti_keluar.html", {"id": "", "left": True}, private=True, at=PATH)

    def _shown(self, request: Request, template: str, values: Mapping[str, object], *, status: int) -> Response:
        return with_its_form(self._context, self._pages, request, template, values, back=PATH, status=status)

    def _shut(self, request: Request) -> Response:
        """The same for a link that never was and for one of which somebody has left."""
        caller = caller_of(request)
        self._context.security.note("bad_link", caller, "following link")
        return self._pages.trouble(request, 404, "follow_shut_title", "follow_shut", back=PATH)

    def _slow(self, request: Request, wait_s: float) -> Response:
        response = self._pages.trouble(request, 429, "error_429_title", "error_429_wait", wait_s=wait_s, back=PATH)
        response.headers["Retry-After"] = str(round(wait_s))
        return response


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    page = FollowPage(context, pages)

    @routes.get("/ikuti", include_in_schema=False)
    def form(request: Request) -> Response:
        return page.form(request)

    @routes.post("/ikuti", include_in_schema=False)
    async def ask(request: Request) -> Response:
        sent = await form_of(request)
        topics = [str(one) for one in sent.getlist("kabar")]
        return await run_in_threadpool(page.ask, request, texts_of(sent), topics)

    @routes.get("/ikuti/kode/{subscription_id}", include_in_schema=False)
    def code(request: Request, subscription_id: str) -> Response:
        return page.code(request, subscription_id)

    @routes.post("/ikuti/kode/{subscription_id}", include_in_schema=False)
    async def confirm(request: Request, subscription_id: str) -> Response:
        given = text_of(await form_of(request), "kode")
        return await run_in_threadpool(page.confirm, request, subscription_id, given)

    @routes.get("/ikuti/keluar/{subscription_id}", include_in_schema=False)
    def leaving(request: Request, subscription_id: str) -> Response:
        return page.leaving(request, subscription_id)

    @routes.post("/ikuti/keluar/{subscription_id}", include_in_schema=False)
    def leave(request: Request, subscription_id: str) -> Response:
        return page.leave(request, subscription_id)

    @routes.get("/ikuti/{secret}", include_in_schema=False)
    def own(request: Request, secret: str) -> Response:
        return page.own(request, secret)

    @routes.post("/ikuti/{secret}", include_in_schema=False)
    async def alter(request: Request, secret: str) -> Response:
        return await run_in_threadpool(page.alter, request, secret, texts_of(await form_of(request)))

    @routes.get("/sw.js", include_in_schema=False)
    def worker() -> Response:
        """At the root, whose pages it may open. Asked for again each time, so that a mended one is taken."""
        return FileResponse(STATIC / "sw.js", media_type="text/javascript", headers={"Cache-Control": "no-cache"})

    @routes.get("/manifest.webmanifest", include_in_schema=False)
    def manifest() -> Response:
        """What a phone needs to keep the page like an app, without which an iPhone takes no push."""
        told = {
            "name": f"Siaga {context.profile.name}",
            "short_name": "Siaga",
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "lang": "id",
            "background_color": "#FBFAF7",
            "theme_color": "#0B5D6B",
            "icons": [{"src": "/static/favicon.svg", "sizes": "any", "type": "image/svg+xml"}],
        }
        return JSONResponse(told, media_type="application/manifest+json", headers={"Cache-Control": "no-cache"})

    return routes
