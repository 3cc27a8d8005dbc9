"""`/pos/{gauge}`: where a gauge keeper keys in what the staff shows. Opened by a link, or by an operator's session.

What is keyed in stands in the keepers' book, on this machine's disk, before the page says that it is saved. From there
it goes the way of any other reading, whatever is away meanwhile.
"""

from __future__ import annotations

import threading

import structlog
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.context import Context
from api.form import fields_of
from api.gauges import gauge_of
from api.keepers import Keeper, Links
from api.keying import UNITS, Typed, Unit, cm_of, confirmed, entry_of, is_doubtful, understood
from api.page import Pages
from api.policy import Reach, caller_of, reach_of
from api.releases import TEXT_MOST, Announced, release_of
from api.releases import entry_of as notice_of
from api.sign_in import with_form
from api.snapshot import Snapshots
from api.staffs import bounds_of, is_beyond
from api.throttle import Limit, Throttle
from api.tokens import fresh
from contract.city import MANUAL, NOTICE, NodeSpec
from contract.clock import SECOND_US
from contract.errors import Unavailable
from contract.levels import Level
from contract.quality import Quality
from store.book import Entry, KeepersBook
from store.people import Deed, Details

SHOWN = 5
NOTICES_SHOWN = 3
BY_KEEPER = Limit(60, 900)
TIES_US = SECOND_US
"""readings of one moment stand microseconds after each other"""

log = structlog.get_logger("api")


class Desk:
    """One post's page: who may come in, what the book holds, and what is said of it."""

    def __init__(self, context: Context, pages: Pages, snapshots: Snapshots, book: KeepersBook) -> None:
        self._context = context
        self._pages = pages
        self._snapshots = snapshots
        self._book = book
        self._links = Links(context.city, context.people, book, context.clock)
        self._throttle = Throttle(context.city, context.people, context.clock)
        self._noting = threading.Lock()

    def open(self, request: Request, node: str, token: str) -> Response:
        """By a link: the token goes into a cookie, so that no later address holds it."""
        link = self._links.find(token, node)
        if link is None:
            caller = caller_of(request)
            self._context.security.note("bad_link", caller, "keeper link")
            wait_s = self._throttle.link(caller.address)
            if wait_s is not None:
                return self._slow(request, wait_s)
            return self._shut(request, 404)
        response = RedirectResponse(f"/pos/{node}", status_code=303)
        age_s = max(1, (link.until_us - self._context.clock.now_us()) // SECOND_US)
        self._context.cookies.set_post(response, node, token, age_s)
        return response

    def keeper(self, request: Request, node: str) -> Keeper | None:
        """Who keys in: staff by their session, a keeper by the link's cookie."""
        caller = caller_of(request)
        if reach_of(request) is Reach.ANY and caller.person:
            return Keeper(caller.person, caller.name)
        token = request.cookies.get(self._context.cookies.post(node), "")
        link = self._links.find(token, node)
        return Keeper(link.id, link.name) if link is not None else None

    def show(
        self,
        request: Request,
        post: NodeSpec,
        said: str = "",
        typed: Typed | None = None,
        announced: Announced | None = None,
    ) -> Response:
        """The page, with what came of the slip that the address names."""
        keeper = self.keeper(request, post.node)
        if keeper is None:
            return self._shut(request, 403)
        known = self._book.of_slip(post.node, request.query_params.get("lembar", ""))
        told = known if known is not None and known.sensor == NOTICE else None
        known = known if told is None else None
        unit: Unit = "m" if request.query_params.get("satuan") == "m" else "cm"
        entries = self._book.newest(post.node, MANUAL, SHOWN)
        csrf, device = with_form(request)
        level, level_cm, at_us, away = self._standing(post.node)
        doubted = known if known is not None and known.quality is Quality.SUSPECT else None
        if doubted is not None and self._book.is_confirmed(doubted.slip):
            known, doubted = None, None
        values = {
            "csrf": csrf,
            "post": post,
            "keeper": keeper,
            "site": self._context.profile.site_of(post.node),
            "units": UNITS,
            "typed": typed or Typed(fresh()[:22], "", unit),
            "said": said,
            "bounds": bounds_of(self._pages.speech(request), self._context.profile.scale_of(post.node)),
            "good": False,
            "known": known,
            "told": told,
            "doubted": doubted,
            "last": self._believed_before(doubted) if doubted is not None else None,
            "entries": [(one, cm_of(one), self._book.is_confirmed(one.slip)) for one in entries],
            "notices": [(release_of(one), one) for one in self._book.newest(post.node, NOTICE, NOTICES_SHOWN)],
            "announced": announced or Announced(fresh()[:22], self._river_place(post.node)),
            "waiting": len(self._book.waiting(post.node)),
            "level": level,
            "level_cm": level_cm,
            "level_us": at_us,
            "away": away,
            "cm_of": cm_of,
        }
        response = self._pages.render(request, "pos.html", values, status=400 if said else 200, private=True)
        if device is not None:
            self._context.cookies.set_device(response, device)
        return response

    def key_in(self, request: Request, post: NodeSpec, fields: dict[str, str]) -> Response:
        """Into the book, then on to the page that says so: a reload sends nothing again."""
        keeper = self.keeper(request, post.node)
        if keeper is None:
            return self._shut(request, 403)
        if self._is_over(keeper):
            return self._slow(request, BY_KEEPER.window_s)
        typed = Typed.read(fields)
        if "tombol" in fields:
            pressed = Typed(typed.slip, typed.pressed(fields["tombol"]), typed.unit, typed.clock)
            return self.show(request, post, typed=pressed)
        now_us = self._context.clock.now_us()
        entry = self._entry(post.node, fields, typed, keeper, now_us)
        if isinstance(entry, str):
            return self.show(request, post, entry, typed)
        entered, _ = self._book.enter(entry)
        self._note_in_log()
        unit = "&satuan=m" if typed.unit == "m" else ""
        return RedirectResponse(f"/pos/{post.node}?lembar={entered.slip}{unit}#kabar", status_code=303)

    def announce(self, request: Request, post: NodeSpec, fields: dict[str, str]) -> Response:
        """What a dam lets go: into the same book, by the same way."""
        keeper = self.keeper(request, post.node)
        if keeper is None:
            return self._shut(request, 403)
        if self._is_over(keeper):
            return self._slow(request, BY_KEEPER.window_s)
        typed = Announced.read(fields)
        now_us = self._context.clock.now_us()
        entry = notice_of(typed, post.node, now_us, self._context.profile, keeper=keeper.id, name=keeper.name)
        if isinstance(entry, str):
            return self.show(request, post, entry, announced=typed)
        entered, _ = self._book.enter(entry)
        self._note_in_log()
        return RedirectResponse(f"/pos/{post.node}?lembar={entered.slip}#kabar", status_code=303)

    def _is_over(self, keeper: Keeper) -> bool:
        since_us = self._context.clock.now_us() - round(BY_KEEPER.window_s * SECOND_US)
        return self._book.count(keeper.id, since_us) >= BY_KEEPER.most

    def _river_place(self, node: str) -> str:
        site = self._context.profile.site_of(node)
        return site.name[:TEXT_MOST] if site is not None else ""

    def _entry(self, node: str, fields: dict[str, str], typed: Typed, keeper: Keeper, now_us: int) -> Entry | str:
        scale = self._context.profile.scale_of(node)
        if fields.get("benar"):
            doubted = self._book.of_slip(node, fields["benar"])
            if doubted is None or doubted.quality is not Quality.SUSPECT:
                return "post_slip"
            if is_beyond(scale, cm_of(doubted)):
                return "post_beyond"
            return confirmed(doubted, now_us, keeper=keeper.id, name=keeper.name)
        reading = understood(typed, now_us, self._context.profile)
        if isinstance(reading, str):
            return reading
        if is_beyond(scale, reading.level_cm):
            return "post_beyond"
        last = self._book.believed(node, MANUAL, reading.observed_us + TIES_US)
        doubtful = is_doubtful(reading.level_cm, last, scale)
        return entry_of(reading, node, now_us, keeper=keeper.id, name=keeper.name, doubtful=doubtful)

    def _believed_before(self, doubted: Entry) -> Entry | None:
        return self._book.believed(doubted.node, doubted.sensor, doubted.observed_us)

    def _standing(self, node: str) -> tuple[Level | None, float | None, int | None, bool]:
        """Level, height and moment of the river here as it is known now, and whether the city's stores are away."""
        own = self._book.believed(node, MANUAL, self._context.clock.now_us() + TIES_US)
        scale = self._context.profile.scale_of(node)
        level_cm = cm_of(own) if own is not None else None
        level = scale.level_at(level_cm) if scale is not None and level_cm is not None else None
        at_us = own.observed_us if own is not None else None
        try:
            snapshot = self._snapshots.now()
        except Unavailable:
            return level, level_cm, at_us, True
        placement = snapshot.placement(node)
        shown = gauge_of(placement, scale, snapshot) if placement is not None else None
        if shown is None or shown.level is None:
            return level, level_cm, at_us, False
        if at_us is None or (shown.observed_us or 0) >= at_us or (level is not None and shown.level.worse_than(level)):
            return shown.level, shown.level_cm, shown.observed_us, False
        return level, level_cm, at_us, False

    def _note_in_log(self) -> None:
        """Who keyed what in stands in the audit log too, as soon as the city's database takes it. One notes for all who
        key in meanwhile, so that nothing is noted twice and nobody waits for another."""
        while self._book.unnoted(1) and self._noting.acquire(blocking=False):
            try:
                if not self._noted_all():
                    return
            finally:
                self._noting.release()

    def _noted_all(self) -> bool:
        """False where the database takes nothing more."""
        for entry in self._book.unnoted():
            try:
                self._context.security.record(_deed(entry))
            except Unavailable as error:
                log.warning("audit waits", why=str(error))
                return False
            self._book.noted(entry.number)
        return True

    def _shut(self, request: Request, status: int) -> Response:
        return self._pages.render(request, "pos_tutup.html", {}, status=status, private=True, at="")

    def _slow(self, request: Request, wait_s: float) -> Response:
        response = self._pages.trouble(request, 429, "error_429_title", "error_429_wait", wait_s=wait_s)
        response.headers["Retry-After"] = str(round(wait_s))
        return response


def _deed(entry: Entry) -> Deed:
    details: Details = {"node": entry.node, "quality": int(entry.quality)}
    if entry.sensor == NOTICE:
        return Deed(entry.keeper, "post.announced", entry.node, entry.keyed_us, details)
    what = "post.confirmed" if entry.confirms else "post.keyed"
    return Deed(entry.keeper, what, entry.node, entry.keyed_us, {**details, "cm": str(cm_of(entry))})


def router(context: Context, pages: Pages, snapshots: Snapshots) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    desk = Desk(context, pages, snapshots, context.book) if context.book is not None else None

    def at(node: str) -> tuple[Desk, NodeSpec]:
        post = next((one for one in context.profile.posts if one.node == node), None)
        if post is None or desk is None:
            raise HTTPException(404)
        return desk, post

    @routes.get("/pos/{node}/{token}", include_in_schema=False)
    def by_link(request: Request, node: str, token: str) -> Response:
        known, post = at(node)
        return known.open(request, post.node, token)

    @routes.get("/pos/{node}", include_in_schema=False)
    def page(request: Request, node: str) -> Response:
        known, post = at(node)
        return known.show(request, post)

    @routes.post("/pos/{node}", include_in_schema=False)
    async def key_in(request: Request, node: str) -> Response:
        known, post = at(node)
        return await run_in_threadpool(known.key_in, request, post, await fields_of(request))

    @routes.post("/pos/{node}/pelepasan", include_in_schema=False)
    async def announce(request: Request, node: str) -> Response:
        known, post = at(node)
        return await run_in_threadpool(known.announce, request, post, await fields_of(request))

    return routes
