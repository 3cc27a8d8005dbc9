"""`/api/v1/alarms/{incident}/…`, `/silences`, `/windows`: what people decide about alarms; no program does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from api.alarm_v1 import answered_alarm
from api.alarms import Board
from api.context import Context
from api.deciding import ID_MOST, REFUSALS, Deciding, Word
from api.errors import problem
from api.fitting import there
from api.policy import Reach, caller_of, reach_of
from api.v1 import When
from contract.clock import SECOND_US, rfc3339, to_us
from contract.decision import (
    ACKNOWLEDGE_S,
    COMMENT_MOST,
    REASON_MOST,
    SEEN_MOST,
    Decision,
    DecisionKind,
    acknowledged_until_us,
)
from contract.errors import BadInput, Rejected

FOR_MOST_S = 86_400.0


def _zoned(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without a zone has no moment")
    return moment


Moment = Annotated[datetime, AfterValidator(_zoned), Field(description="RFC 3339 with its zone")]
Reason = Annotated[str, Field(min_length=1, max_length=REASON_MOST, description="for whoever reads it later")]
Seconds = Annotated[float, Field(gt=0, le=FOR_MOST_S, description="how long from now, s", examples=[7200])]
Matchers = Annotated[
    dict[str, str],
    Field(description="rule, node, site, region, river, severity: all that are given must fit"),
]


class Said(BaseModel):
    """What all decisions have: `once`, a number that the asker draws so that asking twice decides once."""

    model_config = ConfigDict(extra="forbid")

    once: Annotated[str, Field(max_length=ID_MOST)] = ""


class AboutAlarm(Said):
    """Of the one alarm, or of all that were open of its event when it was said."""

    scope: Literal["incident", "event"] = "incident"


class Acknowledge(AboutAlarm):
    """I am on it. It lasts so long, or until the level is worse than the one it was said at."""

    for_s: Seconds = ACKNOWLEDGE_S


class Assign(AboutAlarm):
    """Somebody else shall be on it."""

    to: Annotated[str, Field(description="a person's id")]


class Comment(AboutAlarm):
    """A remark for all who see the alarm."""

    text: Annotated[str, Field(min_length=1, max_length=COMMENT_MOST)]


class ReadOnSite(Said):
    """What somebody read at the staff: it counts as a good reading."""

    level_cm: Annotated[float, Field(allow_inf_nan=False)]
    read: Moment


class End(Said):
    """The flood at this gauge is over: it takes two people within half an hour."""

    reason: Reason


class Wrong(Said):
    """What was told is not so: no order by the clock, what was ordered ends, what was told is corrected."""

    reason: Reason


class OnCamera(Said):
    """What somebody saw on a camera: a witness, where the water is seen at this level."""

    level_seen: bool
    text: Annotated[str, Field(max_length=SEEN_MOST)] = ""


class Silence(Said):
    """Nobody is told of what it fits, until its end; it is shown as it is. `public` holds back the public's own flood
    warning, of the one incident or event."""

    incident: str = ""
    event_of: Annotated[str, Field(description="an incident: its whole event")] = ""
    matchers: Matchers = {}
    for_s: Seconds
    reason: Reason
    public: bool = False


class Window(Said):
    """Maintenance, or works on the river or the network: what happens within is expected."""

    what: Literal["maintenance", "works"]
    incident: str = ""
    event_of: Annotated[str, Field(description="an incident: its whole event")] = ""
    matchers: Matchers = {}
    start: Moment
    until: Moment
    reason: Reason


class DecisionOut(BaseModel):
    """A decision as it was kept."""

    id: str
    kind: DecisionKind
    by: str
    at: When
    until: When | None
    incident: str | None
    event: str | None
    body: dict[str, Any]


MADE: Any = {"status_code": 201, "response_model": DecisionOut}
"""how a route says that it keeps a decision"""


class DecisionList(BaseModel):
    """Those that hold now or will."""

    items: list[DecisionOut]


def decision_out(decision: Decision) -> DecisionOut:
    return DecisionOut(
        id=decision.id,
        kind=decision.kind,
        by=decision.by,
        at=rfc3339(decision.at_us),
        until=None if decision.until_us is None else rfc3339(decision.until_us),
        incident=decision.incident or None,
        event=decision.event or None,
        body=dict(decision.body),
    )


def kept(request: Request, decide: Callable[[], Decision], status: int = 201) -> Response:
    """The decision as it was kept; why not, where it was refused."""
    try:
        decision = decide()
    except Rejected as refused:
        return problem(REFUSALS.get(refused.reason, 400), request, str(refused), reason=refused.reason)
    return Response(decision_out(decision).model_dump_json(), status, media_type="application/json")


def router(context: Context, board: Board, deciding: Deciding) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter(prefix="/api/v1", tags=["alarms"])

    def said(request: Request, incident_id: str, word: Word) -> Response:
        alarm = answered_alarm(context, board, request, incident_id)
        return kept(request, lambda: deciding.about(caller_of(request), alarm, word))

    def about_alarm(request: Request, incident_id: str, kind: DecisionKind, asked: AboutAlarm, **body: Any) -> Response:
        return said(request, incident_id, Word(kind, body, once=asked.once, whole=asked.scope == "event"))

    def over_many(request: Request, asked: Silence | Window, word: Word) -> Response:
        named = asked.incident or asked.event_of
        if asked.incident and asked.event_of:
            raise BadInput("it names both", where="event_of", remedy="Name the incident, or one whose event is meant.")
        if named:
            return said(request, named, word)
        reach = reach_of(request)
        if reach is Reach.ANY:  # who may not is told that first
            there(asked.matchers, context.profile, context.cities.placements(context.city))
        return kept(request, lambda: deciding.at_large(caller_of(request), reach, word))

    def now_us() -> int:
        return context.clock.now_us()

    @routes.post("/alarms/{incident_id}/acknowledge", **MADE, summary="I am on it")
    def acknowledge(request: Request, incident_id: str, asked: Acknowledge) -> Response:
        alarm, whole = answered_alarm(context, board, request, incident_id), asked.scope == "event"
        body = {"level": deciding.worst_of(alarm, whole=whole)}
        until_us = acknowledged_until_us(now_us(), asked.for_s)
        return said(request, incident_id, Word("acknowledge", body, until_us, asked.once, whole))

    @routes.post("/alarms/{incident_id}/release", **MADE, summary="I am not on it")
    def release(request: Request, incident_id: str, asked: AboutAlarm) -> Response:
        return about_alarm(request, incident_id, "release", asked)

    @routes.post("/alarms/{incident_id}/assign", **MADE, summary="Give it to somebody")
    def assign(request: Request, incident_id: str, asked: Assign) -> Response:
        return about_alarm(request, incident_id, "assign", asked, to=asked.to)

    @routes.post("/alarms/{incident_id}/comment", **MADE, summary="Say something of it")
    def comment(request: Request, incident_id: str, asked: Comment) -> Response:
        return about_alarm(request, incident_id, "comment", asked, text=asked.text)

    @routes.post("/alarms/{incident_id}/reading", **MADE, summary="A reading on site")
    def reading(request: Request, incident_id: str, asked: ReadOnSite) -> Response:
        body = {"level_cm": asked.level_cm, "read_us": to_us(asked.read)}
        return said(request, incident_id, Word("read_on_site", body, once=asked.once))

    @routes.post("/alarms/{incident_id}/end", **MADE, summary="It is over, says one of two")
    def end(request: Request, incident_id: str, asked: End) -> Response:
        return said(request, incident_id, Word("end", {"reason": asked.reason}, once=asked.once))

    @routes.post("/alarms/{incident_id}/confirm", **MADE, summary="It is so, says the agency that signs")
    def confirm(request: Request, incident_id: str, asked: Said) -> Response:
        return said(request, incident_id, Word("confirm", {}, once=asked.once))

    @routes.post("/alarms/{incident_id}/order", **MADE, summary="Tell people to leave now")
    def order(request: Request, incident_id: str, asked: Said) -> Response:
        return said(request, incident_id, Word("order", {}, once=asked.once))

    @routes.post("/alarms/{incident_id}/wrong", **MADE, summary="It is not so")
    def wrong(request: Request, incident_id: str, asked: Wrong) -> Response:
        return said(request, incident_id, Word("wrong", {"reason": asked.reason}, once=asked.once))

    @routes.post("/alarms/{incident_id}/camera", **MADE, summary="Seen on a camera")
    def camera(request: Request, incident_id: str, asked: OnCamera) -> Response:
        body = {"level_seen": asked.level_seen} | ({"text": asked.text} if asked.text else {})
        return said(request, incident_id, Word("seen_on_camera", body, once=asked.once))

    @routes.get("/silences", response_model=DecisionList, summary="Silences that hold")
    def silences(request: Request) -> DecisionList:
        return listed(request, "silence")

    @routes.post("/silences", **MADE, summary="Tell nobody for a while")
    def silence(request: Request, asked: Silence) -> Response:
        body = {"matchers": asked.matchers, "reason": asked.reason, "public": asked.public}
        until_us = now_us() + round(asked.for_s * SECOND_US)
        return over_many(request, asked, Word("silence", body, until_us, asked.once, bool(asked.event_of)))

    @routes.delete("/silences/{decision_id}", response_model=DecisionOut, summary="End a silence")
    def unsilence(request: Request, decision_id: str) -> Response:
        return ended(request, "silence", decision_id)

    @routes.get("/windows", response_model=DecisionList, summary="Maintenance and works, now and planned")
    def windows(request: Request) -> DecisionList:
        return listed(request, "window")

    @routes.post("/windows", **MADE, summary="Plan maintenance or works")
    def window(request: Request, asked: Window) -> Response:
        body = {
            "what": asked.what,
            "start_us": to_us(asked.start),
            "matchers": asked.matchers,
            "reason": asked.reason,
        }
        return over_many(request, asked, Word("window", body, to_us(asked.until), asked.once, bool(asked.event_of)))

    @routes.delete("/windows/{decision_id}", response_model=DecisionOut, summary="End maintenance or works")
    def end_window(request: Request, decision_id: str) -> Response:
        return ended(request, "window", decision_id)

    def listed(request: Request, kind: DecisionKind) -> DecisionList:
        held = deciding.held(caller_of(request), reach_of(request))
        return DecisionList(items=[decision_out(one) for one in held if one.kind == kind])

    def ended(request: Request, kind: DecisionKind, decision_id: str) -> Response:
        return kept(request, lambda: deciding.end(caller_of(request), reach_of(request), kind, decision_id), 200)

    return routes
