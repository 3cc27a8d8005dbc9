"""`/jaga`: the alarm that waits for an answer, who is called for it, and what is done about it; and the hand-over."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.alarm_evidence import lying_behind
from api.alarms import Alarm, Board, alarm_of, seen_by
from api.console import names_of, story_of
from api.context import Context
from api.deciding import Deciding
from api.duty import Duty, Room, span_words
from api.duty_forms import BUTTONS, READY, word_of
from api.form import fields_of
from api.gauges import Gauge, gauges_of
from api.inbound_echoes import residents_of
from api.page import PRIVATE, Pages
from api.policy import caller_of, reach_of
from api.snapshot import Snapshots
from contract.clock import HOUR_US, MINUTE_US
from contract.decision import Decision, may_decide
from contract.errors import BadInput, Rejected, Unavailable
from contract.levels import Level
from store.people import Deed

SHIFT_US = 12 * HOUR_US
"""so far the hand-over looks back"""
WORDED = ("over", "not_allowed", "unknown_person", "not_a_gauge", "not_public")
PAUSES = (10, 20, 30)
"""minutes for which whoever watches from outside may keep quiet"""
SAID = ("not_needed", "answered", "no_answer", "busy", "declined", "accepted")
"""what a channel says at the end, by its first word; words `duty_came_…`"""


def came_of(said: str, state: str) -> str:
    """The key of what came of a call."""
    first = said.partition(" ")[0]
    if state == "delivered" and first in SAID:
        return f"duty_came_{first}"
    if state == "abandoned":
        return "duty_came_late" if said.startswith("expired") else "duty_came_refused"
    return "duty_came_again" if said else "duty_came_waiting"


class Desk:
    """The page and the hand-over, and what each form brings about."""

    def __init__(self, context: Context, pages: Pages, board: Board, deciding: Deciding, snapshots: Snapshots) -> None:
        self._context = context
        self._pages = pages
        self._board = board
        self._deciding = deciding
        self._snapshots = snapshots
        self._duty = Duty(context, board)
        self._kinds = {one.name: one.kind for one in context.channels}

    def count(self, request: Request) -> int:
        """How many alarms call whoever asks."""
        return self._duty.count(caller_of(request), reach_of(request))

    def shown(self, request: Request, *, status: int = 200, said: str = "", good: bool = False, chosen: str = "",
        typed: Mapping[str, str] | None = None,
    ) -> Response:  # fmt: skip
        caller, reach = caller_of(request), reach_of(request)
        room = self._duty.room(caller, reach)
        speech = self._pages.speech(request)
        wanted = chosen or request.query_params.get("alarm", "")
        values = {
            "room": room,
            "office_member": self._duty.is_office(caller),
            "gap_words": [span_words(speech, one) for one in room.gaps],
            "came_of": came_of,
            "kinds": self._kinds,
            "said": said,
            "good": good,
            "typed": typed or {},
            "ready": READY,
            "pauses": PAUSES,
            "paused_us": self._context.cities.paused_until_us(self._context.city),
            "calm": self.calm(),
            **self.picked(request, room, wanted),
        }
        at = "/jaga" if request.method == "POST" else None
        return self._pages.render(request, "jaga.html", values, status=status, private=True, at=at)

    def calm(self) -> bool:
        """Whether no river stands above normal, and none is in doubt; not where the readings cannot be read."""
        gauges = self.gauges()
        return bool(gauges) and all(one.level is Level.NORMAL and one.voice == "live" for one in gauges)

    def gauges(self) -> Sequence[Gauge]:
        """None where the readings' store is away: an alarm is answered all the same."""
        try:
            return gauges_of(self._context.profile, self._snapshots.now())
        except Unavailable:
            return ()

    def picked(self, request: Request, room: Room, wanted: str) -> dict[str, Any]:
        """The alarm that is looked at: the chosen one, else the first that calls."""
        caller, reach = caller_of(request), reach_of(request)
        first = room.calls[0].alarm.id if room.calls else ""
        alarm = alarm_of(self._context, self._board.now(), wanted or first) if wanted or first else None
        if alarm is None or not self._duty.may_answer(caller, reach, alarm):
            return {"alarm": None, "missed": bool(wanted), "waiting": None}
        waiting = next((one for one in room.calls if alarm.id in one.call.waiting), None)
        lying = lying_behind(self._context, alarm, room.now_us)
        decided = self.decisions_about(alarm)
        people = self._context.people.people(self._context.city)
        allowed = [
            kind
            for kind in BUTTONS
            if may_decide(
                Decision(id="", city="", kind=kind, by="", at_us=0, incident=alarm.id), caller.role,
                signs=self._duty.signs(caller),
            )
        ]  # fmt: skip
        return {
            "alarm": alarm,
            "missed": False,
            "waiting": waiting,
            "sent": waiting.sent
            if waiting
            else self._context.cities.sent_to_people(self._context.city, alarm.incident.event, limit=60),
            "lying": lying,
            "places": {one.incident.node: one.name for one in self._board.now().open},
            "story": story_of(lying.changes, decided),
            "allowed": allowed,
            "of_water": alarm.incident.subject in {"flood", "rise"},
            "can_take": [one for one in people if self._duty.may_take(one) and one.id != caller.person],
            "trend": next((one.trend for one in self.gauges() if one.node == alarm.incident.node), None),
            "step": request.query_params.get("langkah", ""),
            "once": secrets.token_hex(8),
            "bulletins": self._context.cities.bulletins(self._context.city, incident=alarm.id, limit=5),
            "residents": residents_of(self._context, alarm.id, self._pages.speech(request)),
        }

    def decisions_about(self, alarm: Alarm) -> Sequence[Decision]:
        own = self._context.cities.decisions(self._context.city, incident=alarm.id)
        whole = self._context.cities.decisions(self._context.city, event=alarm.incident.event)
        return list({one.id: one for one in (*own, *whole)}.values())

    def hand_over(self, request: Request) -> Response:
        caller, reach = caller_of(request), reach_of(request)
        now_us = self._context.clock.now_us()
        known = self._board.now()
        room = self._duty.room(caller, reach)
        mine = seen_by(caller, reach, known.open) if not self._duty.is_office(caller) else list(known.open)
        timed = self._context.cities.standing(self._context.city, now_us)
        decided = self._context.cities.decisions(self._context.city, since_us=now_us - SHIFT_US, limit=2_000)
        theirs = {one.id for one in mine} | {one.incident.event for one in mine}
        speech = self._pages.speech(request)
        values = {
            "room": room,
            "alarms": mine,
            "names_of": names_of(mine),
            "decided": [one for one in reversed(decided) if one.incident in theirs or one.event in theirs][:60],
            "held": self._deciding.held(caller, reach, timed),
            "bulletins": self._context.cities.bulletins(self._context.city, since_us=now_us - SHIFT_US, limit=40),
            "out_of_order": [one for one in self.gauges() if one.voice != "live" or one.flat_us],
            "since_us": now_us - SHIFT_US,
            "gap_words": [span_words(speech, one) for one in room.gaps],
        }
        return self._pages.render(request, "jaga_serah.html", values, private=True)

    def paused(self, request: Request, form: Mapping[str, str]) -> Response:
        """Somebody works on the server for so many minutes."""
        caller, now_us = caller_of(request), self._context.clock.now_us()
        minutes = next((one for one in PAUSES if str(one) == form.get("menit")), PAUSES[0])
        done = Deed(caller.actor, "duty.paused", self._context.city, now_us, {"minutes": minutes})
        self._context.cities.pause(self._context.city, now_us + minutes * MINUTE_US, done)
        return RedirectResponse("/jaga?kabar=jeda", status_code=303)

    def decided(self, request: Request, incident_id: str, form: Mapping[str, str]) -> Response:
        caller, reach = caller_of(request), reach_of(request)
        alarm = alarm_of(self._context, self._board.now(), incident_id)
        if alarm is None or not self._duty.may_answer(caller, reach, alarm):
            raise HTTPException(404)
        speech = self._pages.speech(request)
        word = word_of(
            form, alarm, self._context.clock.now_us(), lambda whole: self._deciding.worst_of(alarm, whole=whole),
            lambda name: speech(f"duty_wrong_{name}"),
        )  # fmt: skip
        if isinstance(word, str):
            return self.shown(request, status=400, said=word, chosen=incident_id, typed=form)
        try:
            self._deciding.about(caller, alarm, word)
        except Rejected as refused:
            said = f"decided_{refused.reason}" if refused.reason in WORDED else "decision_wrong"
            return self.shown(request, status=409, said=said, chosen=incident_id, typed=form)
        except BadInput:
            return self.shown(request, status=400, said="decision_wrong", chosen=incident_id, typed=form)
        return RedirectResponse(f"/jaga?alarm={incident_id}&kabar={word.kind}", status_code=303)


def router(context: Context, pages: Pages, board: Board, deciding: Deciding, snapshots: Snapshots) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    desk = Desk(context, pages, board, deciding, snapshots)

    @routes.get("/jaga", include_in_schema=False)
    def page(request: Request, kabar: str = "") -> Response:
        said = "duty_paused" if kabar == "jeda" else f"done_{kabar}" if kabar in BUTTONS else ""
        return desk.shown(request, said=said, good=True)

    @routes.get("/jaga/bunyi", include_in_schema=False)
    def sound(request: Request) -> Response:
        return JSONResponse({"waiting": desk.count(request)}, headers={"Cache-Control": PRIVATE})

    @routes.get("/jaga/serah-terima", include_in_schema=False)
    def hand_over(request: Request) -> Response:
        return desk.hand_over(request)

    @routes.post("/jaga/jeda", include_in_schema=False)
    async def pause(request: Request) -> Response:
        return await run_in_threadpool(desk.paused, request, await fields_of(request))

    @routes.post("/jaga/alarm/{incident_id}", include_in_schema=False)
    async def decide(request: Request, incident_id: str) -> Response:
        return await run_in_threadpool(desk.decided, request, incident_id, await fields_of(request))

    return routes
