"""`/operator`: the alarms that wait for somebody, what lies behind the chosen one, and what people decide about it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.alarm_evidence import lying_behind
from api.alarms import ANSWERS, NOBODYS, Alarm, Alarms, Board, Page, Wanted, alarm_of, page_of, seen_by
from api.console_forms import ACKNOWLEDGE_MINUTES, READ_MINUTES, SILENCE_MINUTES, WINDOW_HOURS, Filled
from api.context import Context
from api.deciding import Deciding
from api.form import fields_of
from api.hurried import slow_if_known
from api.language import Speech
from api.page import Pages
from api.policy import Caller, Reach, answers_for, caller_of, reach_of
from api.staffs import bounds_of
from api.takedowns import asked_for
from api.weather_page import feed_of
from contract.attention import standing
from contract.decision import KINDS, TOGETHER_US, Decision, DecisionKind, may_decide
from contract.errors import BadInput, Rejected, Unavailable
from contract.incident import Change
from contract.roles import within
from contract.weather import WeatherFeed
from store.people import Person
from store.ports import ReadingStore

PAGE = 100
LEVELS = ("AWAS", "SIAGA", "WASPADA", "NORMAL", "none")
MINE = "saya"
KEPT = ("jawaban", "tingkat", "milik", "wilayah", "cari", "lanjut", "lang")
"""what of an address says which alarms are shown; it stays through what is done to one of them"""
WORDED = (
    "over",
    "not_allowed",
    "unknown_person",
    "not_a_gauge",
    "unknown_decision",
    "unknown_node",
    "not_public",
    "beyond_staff",
)
StageState = Literal["well", "failing", "silent", "away"]
WEATHER = "weather"


@dataclass(frozen=True, slots=True)
class Stage:
    """How a part of Siaga does. `since_s`: how long ago it last said something, where that is long."""

    name: str
    state: StageState
    since_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Told:
    """A line of an alarm's story: what the engine judged, or what somebody decided."""

    at_us: int
    change: Change | None = None
    decision: Decision | None = None


def stages_of(readings: ReadingStore, said: Mapping[str, Mapping[str, Any]]) -> list[Stage]:
    """The readings' store, and every stage on this machine by what it last said of itself."""
    try:
        readings.ping()
        found = [Stage("readings", "well")]
    except Unavailable:
        found = [Stage("readings", "away")]
    for name, facts in said.items():
        silent = not facts.get("alive")
        failing = bool(facts.get("failing")) or facts.get("connected") is False
        state: StageState = "silent" if silent else "failing" if failing else "well"
        found.append(Stage(name, state, float(facts.get("age_s", 0.0)) if silent else 0.0))
    return found


def with_weather(stages: Sequence[Stage], feed: WeatherFeed | None, now_us: int) -> list[Stage]:
    """The same with BMKG's feed, where it is asked: known by what is kept of it, on whatever machine it is asked."""
    if feed is None or any(one.name == WEATHER and one.state == "silent" for one in stages):
        return list(stages)
    others = [one for one in stages if one.name != WEATHER]
    return [*others, Stage(WEATHER, "failing" if feed.stale(now_us) else "well")]


def story_of(changes: Sequence[Change], decisions: Sequence[Decision]) -> list[Told]:
    """Newest first; of one moment what the engine judged before what people decided."""
    lines = [Told(one.said_us, change=one) for one in changes]
    lines += [Told(one.at_us, decision=one) for one in decisions]
    return sorted(lines, key=lambda one: (one.at_us, one.decision is None), reverse=True)


def asked_of(query: Mapping[str, str], caller: Caller) -> Wanted:
    """What the address asks for; what it does not know it leaves out."""
    answer, level, owner = (query.get(name, "") for name in ("jawaban", "tingkat", "milik"))
    owners = {MINE: caller.person, "tanpa": NOBODYS}
    return Wanted(
        levels=frozenset({level}) & frozenset(LEVELS),
        answers=frozenset({answer}) & frozenset(ANSWERS),
        region=query.get("wilayah", "")[:40],
        search=query.get("cari", "")[:80],
        owner=owners.get(owner, ""),
    )


def grave_below(alarms: Sequence[Alarm], page: Page) -> int:
    """How many floods at SIAGA or AWAS nobody has answered, where the page does not begin with one of them, as it may
    not where something is looked for."""

    def is_left(one: Alarm) -> bool:
        return one.answer == "waiting" and one.is_grave

    return 0 if any(map(is_left, page.items[:1])) else sum(map(is_left, alarms))


def names_of(alarms: Sequence[Alarm]) -> dict[str, str]:
    """Of each incident and each event that is open, in words."""
    events = {one.event.id: one.event.name for one in alarms if one.event is not None}
    return events | {one.id: one.name for one in alarms}


def could_see_to(alarm: Alarm, people: Sequence[Person]) -> list[Person]:
    """Whom it can be given to: the command centre, technicians, and officers whose work it is."""

    def can(one: Person) -> bool:
        if one.disabled_us is not None:
            return False
        if one.role != "officer":
            return one.role in {"operator", "technician", "admin"}
        case = alarm.case
        return case is not None and one.agency == case.agency and within(one.regions, case.region)

    return sorted((one for one in people if can(one)), key=lambda one: one.name or one.account)


def router(context: Context, pages: Pages, board: Board, deciding: Deciding, beat_s: float) -> APIRouter:
    """Routes of this resource. `beat_s`: how often whoever listens hears of the city."""
    routes = APIRouter()
    kecamatan = [one for one in context.profile.regions if one.level == "kecamatan"]
    agencies = {one.code: one.name for one in context.profile.agencies}

    def shown(
        request: Request, *, status: int = 200, said: str = "", good: bool = False, chosen: str = "", typed: Any = None
    ) -> Response:
        known = board.now()
        caller, reach = caller_of(request), reach_of(request)
        mine = seen_by(caller, reach, known.open)
        wanted = asked_of(request.query_params, caller)
        page = page_of(mine, wanted, request.query_params.get("lanjut") or None, PAGE)
        people = context.people.people(context.city)
        timed = context.cities.standing(context.city, context.clock.now_us())
        values = {
            "bounds": _bounds(context, pages.speech(request), alarm_of(context, known, chosen) if chosen else None),
            "page": page,
            "count": len(mine),
            "again": [one for one in mine if one.answer == "again"],
            "waiting": sum(one.answer in {"waiting", "again"} for one in mine),
            "grave": grave_below(mine, page),
            "as_of_us": known.now_us,
            "wanted": wanted,
            "asked": {name: request.query_params.get(name, "") for name in KEPT},
            "kept": kept(request),
            "first_page": not request.query_params.get("lanjut"),
            "answers": ANSWERS,
            "levels": LEVELS,
            "kecamatan": kecamatan,
            "agencies": agencies,
            "names": {one.id: one.name or one.account for one in people},
            "stages": with_weather(
                stages_of(context.readings, context.status() if context.status else {}),
                feed_of(context, context.clock.now_us()),
                context.clock.now_us(),
            ),
            "outbox": context.cities.outbox_depth(context.city),
            "held": deciding.held(caller, reach, timed),
            "held_names": names_of(mine),
            "takedowns": asked_for(context, request),
            "beat_s": beat_s,
            "who": caller.person,
            "said": said,
            "good": good,
            "typed": typed or {},
            **detail(request, known, page, people, timed, chosen or request.query_params.get("pilih", "")),
        }
        return pages.render(request, "operator.html", values, status=status, private=True)

    def detail(
        request: Request, known: Alarms, page: Page, people: Sequence[Person], timed: Sequence[Decision], chosen: str
    ) -> dict[str, Any]:
        """The chosen alarm, or the first of the page; None where there is none, or not for this caller. `timed`: the
        silences and windows that hold it, and others."""
        caller, reach = caller_of(request), reach_of(request)
        alarm = alarm_of(context, known, chosen) if chosen else next(iter(page.items), None)
        if alarm is None or not answers_for(caller, reach, alarm.case):
            return {"alarm": None, "missed": bool(chosen), "picked": False}
        lying = lying_behind(context, alarm, known.now_us)
        now_us = context.clock.now_us()
        own = context.cities.decisions(context.city, incident=alarm.id)
        whole = context.cities.decisions(context.city, event=alarm.incident.event)
        decided = list({one.id: one for one in (*own, *whole)}.values())
        over_by = [one for one in own if one.kind == "end" and now_us - one.at_us < TOGETHER_US]
        allowed = {
            kind: may_decide(Decision(id="", city="", kind=kind, by="", at_us=0, incident=alarm.id), caller.role)
            for kind in KINDS
        }
        return {
            "alarm": alarm,
            "missed": False,
            "picked": bool(chosen),
            "lying": lying,
            "slow": slow_if_known(context, now_us, node=alarm.incident.node) or (),
            "places": {one.incident.node: one.name for one in known.open},
            "story": story_of(lying.changes, decided),
            "holding": {one.id: one for one in standing(timed, now_us)},
            "over_by": over_by,
            "together_us": TOGETHER_US,
            "can_take": could_see_to(alarm, people),
            "allowed": allowed,
            "everywhere": reach is Reach.ANY,
            "once": secrets.token_hex(8),
            "acknowledge_minutes": ACKNOWLEDGE_MINUTES,
            "silence_minutes": SILENCE_MINUTES,
            "window_hours": WINDOW_HOURS,
            "read_minutes": READ_MINUTES,
        }

    @routes.get("/operator", include_in_schema=False)
    def console(request: Request, kabar: str = "") -> Response:
        done = kabar in KINDS
        return shown(request, said=f"done_{kabar}" if done else "", good=done)

    @routes.post("/operator/tahan/{decision_id}", include_in_schema=False)
    async def let_go(request: Request, decision_id: str) -> Response:
        form = await fields_of(request)
        return await run_in_threadpool(ended, request, decision_id, form)

    @routes.post("/operator/{incident_id}", include_in_schema=False)
    async def decide(request: Request, incident_id: str) -> Response:
        return await run_in_threadpool(decided, request, incident_id, await fields_of(request))

    def decided(request: Request, incident_id: str, form: Mapping[str, str]) -> Response:
        caller, reach = caller_of(request), reach_of(request)
        alarm = alarm_of(context, board.now(), incident_id)
        if alarm is None or not answers_for(caller, reach, alarm.case):
            raise HTTPException(404)
        word = Filled(
            form,
            alarm,
            context.clock.now_us(),
            lambda whole: deciding.worst_of(alarm, whole=whole),
            everywhere=reach is Reach.ANY,
        ).word()
        if isinstance(word, str):
            return shown(request, status=400, said=word, chosen=incident_id, typed=form)
        try:
            if word.at_large:
                deciding.at_large(caller, reach, word)
            else:
                deciding.about(caller, alarm, word)
        except Rejected as refused:
            return shown(request, status=409, said=_sentence(refused), chosen=incident_id, typed=form)
        except BadInput:
            return shown(request, status=400, said="decision_wrong", chosen=incident_id, typed=form)
        return back(request, word.kind, incident_id)

    def ended(request: Request, decision_id: str, form: Mapping[str, str]) -> Response:
        kind: DecisionKind = "window" if form.get("apa") == "window" else "silence"
        try:
            done = deciding.end(caller_of(request), reach_of(request), kind, decision_id)
        except Rejected as refused:
            return shown(request, status=409, said=_sentence(refused))
        return back(request, done.kind, request.query_params.get("pilih", ""))

    return routes


def kept(request: Request) -> str:
    """Which alarms are shown, as a query."""
    known = {name: value for name in KEPT if name != "lang" and (value := request.query_params.get(name, ""))}
    return urlencode(known)


def back(request: Request, kind: DecisionKind, chosen: str) -> Response:
    """To the table as it was, with what has been done."""
    more = urlencode({"pilih": chosen, "kabar": kind} if chosen else {"kabar": kind})
    query = "&".join(part for part in (kept(request), more) if part)
    return RedirectResponse(f"/operator?{query}", status_code=303)


def _bounds(context: Context, speech: Speech, alarm: Alarm | None) -> str:
    """What the gauge of the chosen alarm can show."""
    return bounds_of(speech, context.profile.scale_of(alarm.incident.node) if alarm is not None else None)


def _sentence(refused: Rejected) -> str:
    """The key of a sentence for people."""
    return f"decided_{refused.reason}" if refused.reason in WORDED else "decision_wrong"
