"""`/api/v1/alarms`: the open alarms, what lies behind each, and what becomes of them as it happens."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.alarm_evidence import Lying, lying_behind
from api.alarm_feed import EventStream, Feed, Viewer
from api.alarms import Alarm, Answer, Board, Cause, Wanted, alarm_of, page_of, resolved_alarms, seen_by
from api.context import Context
from api.language import Speech, language_of
from api.page import with_etag
from api.policy import answers_for, caller_of, reach_of
from api.v1 import LEVELS, MOST, IncidentOut, LevelName, Place, When, incident_out
from contract.attention import Attention
from contract.clock import SECOND_US, rfc3339
from contract.incident import Change, What
from contract.levels import Scale
from contract.messages import ClockTrust
from store.ports import Row

TOLD = ("level_cm", "source", "gateway_ok", "dns_ok", "internet", "broker_ok", "camera")
"""fields of a reading that are evidence; counts of people and devices are not"""


class AttentionOut(BaseModel):
    """Who is on it, by their ids: `owner` is whom it was given to, else who acknowledged it. `lapsed`: since when the
    last acknowledgement holds no more. `silence` and `window` are the decisions that hold it back."""

    owner: str | None
    acknowledged_by: str | None
    acknowledged_until: When | None
    assigned_to: str | None
    comments: int
    silence: str | None
    window: str | None
    lapsed: When | None


class AlarmOut(IncidentOut):
    """An open alarm. `answer` says whether somebody has taken it up: `again` where it was, and is not any more."""

    name: str
    place: Place | None
    site: str
    river: str
    dangerous: Annotated[bool, Field(description="fell silent while high: treat as dangerous")]
    flat_since: Annotated[
        When | None, Field(description="in doubt: its gauge stands still since then, though the water moves")
    ]
    answer: Answer
    attention: AttentionOut
    cause: Cause
    cause_name: Annotated[str, Field(description="what its event is called", examples=["Sungai Code"])]
    together: Annotated[int, Field(description="open incidents of its event, this one counted while it is open")]
    audience: Literal["shadow", "staff", "public"]
    agency: str | None
    found_afterwards: Annotated[
        When | None,
        Field(description="nobody was told of it: its readings came when it was over, and it was found then"),
    ]
    age_s: int


class AlarmPage(BaseModel):
    """What needs somebody first: floods at SIAGA or AWAS, what was acknowledged and is not any more, what nobody has
    answered; the gravest, the newest. `next` is the cursor of the next page, null at the end; an alarm that moves up or
    down meanwhile may be on two pages or on none, one that comes or goes moves no other."""

    items: list[AlarmOut]
    next: str | None
    total: int
    read: When


class ReadingOut(BaseModel):
    """A reading that was judged. `quality` is QARTOD's flag: 1 good, 2 unknown, 3 suspect, 4 fail, 9 missing."""

    observed: When
    received: When
    values: dict[str, bool | int | float | str]
    quality: int
    checks: dict[str, int]
    clock: ClockTrust


class FlagOut(BaseModel):
    """How many of these readings a check doubted."""

    check: Annotated[str, Field(examples=["spike"])]
    readings: int


class RuleOut(BaseModel):
    """By which rule it was judged."""

    id: str
    version: str


class ThresholdOut(BaseModel):
    """One mark of a staff, cm above its datum."""

    level: LevelName
    raise_cm: float
    clear_cm: float
    local_name: str


class ScaleOut(BaseModel):
    """The staff of the gauge."""

    datum: str
    direction: Literal["rising", "falling"]
    thresholds: list[ThresholdOut]
    jump_cm: float | None


class ChangeOut(BaseModel):
    """`at` is when it was so, `said` when the engine judged it."""

    number: int
    what: What
    at: When
    said: When
    level: LevelName | None
    value: float | None


class SeriesOut(BaseModel):
    """The readings, oldest first; the newest ones where there are more than fit."""

    sensor: str
    start: When
    end: When
    readings: list[ReadingOut]


class AlarmWithEvidence(AlarmOut):
    """An alarm, open or over, and what lies behind it."""

    series: SeriesOut | None
    readings_away: Annotated[bool, Field(description="the readings cannot be read just now; the rest is whole")]
    flags: list[FlagOut]
    judged_by: RuleOut
    scale: ScaleOut | None
    history: list[ChangeOut]
    others: list[IncidentOut]
    case_url: str | None
    cctv_url: Annotated[str | None, Field(description="the city's own video page of the site")]


def attention_out(seen: Attention) -> AttentionOut:
    return AttentionOut(
        owner=seen.owner or None,
        acknowledged_by=seen.acknowledged_by or None,
        acknowledged_until=_when(seen.acknowledged_until_us),
        assigned_to=seen.assigned_to or None,
        comments=seen.comments,
        silence=seen.silenced_by,
        window=seen.window,
        lapsed=_when(seen.lapsed_us),
    )


def _when(us: int | None) -> str | None:
    return None if us is None else rfc3339(us)


def alarm_out(alarm: Alarm, now_us: int) -> AlarmOut:
    placement = alarm.placement
    return AlarmOut(
        **incident_out(alarm.incident, alarm.case).model_dump(),
        name=alarm.name,
        place=Place(lat=placement.lat, lon=placement.lon, region=placement.region) if placement else None,
        site=placement.site_name if placement else "",
        river=placement.river if placement else "",
        dangerous=alarm.incident.dangerous,
        flat_since=_when(alarm.flat_us),
        answer=alarm.answer,
        attention=attention_out(alarm.attention),
        cause=alarm.cause,
        cause_name=alarm.event.name if alarm.event else "",
        together=alarm.together,
        audience=alarm.incident.audience,
        agency=alarm.case.agency if alarm.case else None,
        found_afterwards=_when(alarm.incident.found_us),
        age_s=max(now_us - alarm.incident.opened_us, 0) // SECOND_US,
    )


def told(alarm: Alarm, now_us: int) -> str:
    """For those who listen."""
    return alarm_out(alarm, now_us).model_dump_json()


def reading_out(row: Row) -> ReadingOut:
    return ReadingOut(
        observed=rfc3339(row.observed_us),
        received=rfc3339(row.received_us),
        values={name: row.values[name] for name in TOLD if name in row.values},
        quality=int(row.quality),
        checks=dict(row.checks),
        clock=row.trust,
    )


def scale_out(scale: Scale) -> ScaleOut:
    return ScaleOut(
        datum=scale.datum,
        direction=scale.direction,
        thresholds=[
            ThresholdOut(
                level=LEVELS[one.level], raise_cm=one.raise_cm, clear_cm=one.clear_cm, local_name=one.local_name
            )
            for one in scale.thresholds
        ],
        jump_cm=scale.jump_cm,
    )


def change_out(change: Change) -> ChangeOut:
    return ChangeOut(
        number=change.number,
        what=change.what,
        at=rfc3339(change.at_us),
        said=rfc3339(change.said_us),
        level=LEVELS[change.level] if change.level is not None else None,
        value=change.value,
    )


def evidence_out(alarm: Alarm, lying: Lying, now_us: int, base_url: str) -> AlarmWithEvidence:
    series = lying.series
    return AlarmWithEvidence(
        **alarm_out(alarm, now_us).model_dump(),
        series=SeriesOut(
            sensor=series.sensor,
            start=rfc3339(lying.from_us),
            end=rfc3339(lying.to_us),
            readings=[reading_out(row) for row in lying.rows],
        )
        if series is not None
        else None,
        readings_away=lying.away,
        flags=[FlagOut(check=check, readings=n) for check, n in lying.flags],
        judged_by=RuleOut(id=alarm.incident.rule, version=alarm.incident.rule_version),
        scale=scale_out(lying.scale) if lying.scale is not None else None,
        history=[change_out(one) for one in lying.changes],
        others=[incident_out(one, alarm.case) for one in lying.others],
        case_url=f"{base_url}/kasus/{alarm.case.number}" if alarm.case is not None else None,
        cctv_url=lying.cctv_url or None,
    )


def answered_alarm(context: Context, board: Board, request: Request, incident_id: str) -> Alarm:
    """Raises 404 for one that does not exist or is not the caller's: who must not see it must not learn which."""
    alarm = alarm_of(context, board.now(), incident_id)
    if alarm is None or not answers_for(caller_of(request), reach_of(request), alarm.case):
        raise HTTPException(404)
    return alarm


def _json(request: Request, model: BaseModel) -> Response:
    return with_etag(request, Response(model.model_dump_json().encode(), media_type="application/json"))


def router(context: Context, board: Board, feed: Feed) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter(prefix="/api/v1", tags=["alarms"])

    @routes.get("/alarms", response_model=AlarmPage, summary="Open alarms")
    def alarms(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=MOST, description="items on a page")] = 100,
        cursor: Annotated[str | None, Query(description="`next` of the page before")] = None,
        state: Annotated[
            list[Literal["firing", "recovering", "resolved"]] | None,
            Query(description="only these; `resolved` adds those of the last seven days"),
        ] = None,
        level: Annotated[
            list[LevelName | Literal["none"]] | None, Query(description="only these; none: outages")
        ] = None,
        answer: Annotated[list[Answer] | None, Query(description="only these")] = None,
        region: Annotated[str, Query(description="a region's code, or its beginning at a dot")] = "",
        owner: Annotated[str, Query(description="a person's id, `me` or `nobody`")] = "",
        place: Annotated[str, Query(max_length=80, description="a part of a node's, site's or river's name")] = "",
    ) -> Response:
        wanted = Wanted(
            states=frozenset(state or ()),
            levels=frozenset(level or ()),
            answers=frozenset(answer or ()),
            region=region,
            search=place,
            owner=caller_of(request).actor if owner == "me" else owner,
        )
        known = board.now()
        over = resolved_alarms(context, known) if "resolved" in wanted.states else ()
        mine = seen_by(caller_of(request), reach_of(request), (*known.open, *over))
        page = page_of(sorted(mine, key=lambda one: one.key) if over else mine, wanted, cursor, limit)
        items = [alarm_out(one, known.now_us) for one in page.items]
        out = AlarmPage(items=items, next=page.following, total=page.total, read=rfc3339(known.now_us))
        return _json(request, out)

    # Before the next one: there is no incident called `events`. Not in the document: an answer without an end is
    # nothing that a generated client can read.
    @routes.get("/alarms/events", include_in_schema=False)
    def events(request: Request, last_event_id: str = "") -> Response:
        speech = Speech.of(context.profile, language_of(request), 0)
        viewer = Viewer(caller_of(request), reach_of(request), speech)
        return EventStream(feed, viewer, request.headers.get("last-event-id") or last_event_id)

    @routes.get("/alarms/{incident_id}", response_model=AlarmWithEvidence, summary="One alarm and its evidence")
    def alarm(request: Request, incident_id: str) -> Response:
        now_us = context.clock.now_us()
        found = answered_alarm(context, board, request, incident_id)
        lying = lying_behind(context, found, now_us)
        return _json(request, evidence_out(found, lying, now_us, context.base_url))

    return routes
