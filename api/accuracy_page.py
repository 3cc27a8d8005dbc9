"""`/ketepatan`: how often the city's warnings were right, for everybody; as a sheet and as data, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from api.accuracy import Record, Score, Share, Spread, public_total, read_record, scores_of
from api.context import Context
from api.forecast_scores import ForecastScore, forecast_scores
from api.page import Pages, json_etag, with_etag
from api.policy import Reach, reach_of
from api.promptness import Prompt, Quantiles, prompts_of, quantiles
from api.shared import Shared
from api.sheet import line
from api.v1 import LEVELS, LevelName, When
from contract.bulletin import Ground
from contract.clock import SECOND_US, rfc3339

KEPT_TIMES = 120
"""how much longer a reading of a whole year is shared than one of the city now"""
COLUMNS = (
    "rule", "node", "level", "audience", "hits", "false_alarms", "late", "missed", "not_yet_judged",
    "pod_of", "pod_percent", "far_of", "far_percent",
    "first_word_n", "first_word_median_s", "first_word_worst_s", "lead_n", "lead_median_s", "lead_worst_s",
)  # fmt: skip
BULLETINS_MOST = 20_000
PROMPTS_SHOWN = 50
FORMULAS = {
    "pod": "hits / (hits + late + missed)",
    "missed": "entered by hand, or found afterwards in readings that came too late and not judged wrong",
    "far": "false_alarms / (hits + late + false_alarms)",
    "forecast_inside": "inside / (came + did not come)",
    "forecast_error": "median of |came - likeliest moment|",
    "source": "American Meteorological Society, Glossary of Meteorology, Skill",
}


class ShareOut(BaseModel):
    """`percent` is null where there are fewer than five cases."""

    n: int
    of: int
    percent: float | None


class SpreadOut(BaseModel):
    """So many times, in seconds. The worst first word is the longest, the worst lead the shortest."""

    n: int
    median_s: float
    worst_s: float


class ScoreOut(BaseModel):
    """What was judged of one rule at one gauge and level; the total has none of these."""

    rule: str | None
    node: Annotated[str | None, Field(description="empty for a place without a gauge")]
    level: LevelName | None
    audience: Literal["shadow", "staff", "public"] | None
    hits: int
    false_alarms: int
    late: int
    missed: int
    not_yet_judged: int
    pod: ShareOut
    far: ShareOut
    first_word: Annotated[SpreadOut | None, Field(description="from the first reading at the level to the first word")]
    lead: Annotated[SpreadOut | None, Field(description="from the first word to the water; negative: water first")]


class ForecastScoreOut(BaseModel):
    """Forecasts that people were told of the water's way from one gauge to another."""

    upstream: str
    downstream: str
    told: int
    inside: Annotated[ShareOut, Field(description="came between the two moments that were told, of those that count")]
    absent: Annotated[int, Field(description="did not come")]
    not_counted: Annotated[int, Field(description="yet to come, not measured, or there before it was told")]
    error_minutes: Annotated[
        int | None, Field(description="median distance from the likeliest moment; null: none came")
    ]


class QuantilesOut(BaseModel):
    """So many times, in seconds: the median, and what nineteen of twenty did not exceed."""

    n: int
    p50_s: float
    p95_s: float


class PromptOut(BaseModel):
    """One public flood: how long after the crossing people heard, and were told to leave."""

    incident: str
    node: str
    crossed: When
    first_word_s: float
    order_s: Annotated[float | None, Field(description="null: nobody was told to leave")]
    ground: Annotated[Ground, Field(description="what the order rested on")]
    corrected: Annotated[bool, Field(description="an officer called it wrong")]


class PromptnessOut(BaseModel):
    """From the first reading of the run that opened a flood to the first public word, and to the order to leave."""

    first_word: QuantilesOut | None
    order: QuantilesOut | None
    items: list[PromptOut]


class AccuracyOut(BaseModel):
    """Twelve months. An incident counts at the worst level that it reached; `total` is of what was public."""

    since: When
    until: When
    formulas: dict[str, str]
    total: ScoreOut
    items: list[ScoreOut]
    forecasts: list[ForecastScoreOut]
    promptness: PromptnessOut


def router(context: Context, pages: Pages, keep_s: float) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    everybody = Shared(partial(read_record, context), context.clock, keep_s * KEPT_TIMES)

    def record(request: Request) -> Record:
        """Of what was public; who promotes rules sees the rest of it, too, and at once."""
        if reach_of(request) is Reach.ANY:
            return read_record(context, context.clock.now_us())
        return everybody.now().told_to(["public"])

    def prompts(found: Record) -> list[Prompt]:
        told = context.cities.bulletins(context.city, since_us=found.since_us, drill=False, limit=BULLETINS_MOST)
        return prompts_of(told)

    @routes.get("/ketepatan", include_in_schema=False)
    def page(request: Request) -> Response:
        found = record(request)
        scores = scores_of(found)
        values = {
            "scores": scores,
            "forecasts": forecast_scores(found.forecasts),
            "total": public_total(scores),
            "prompts": (told := prompts(found))[:PROMPTS_SHOWN],
            "first_word": quantiles(one.word_us for one in told),
            "order": quantiles(one.order_us for one in told if one.order_us is not None),
            "since_us": found.since_us,
            "until_us": found.now_us,
            "titles": {one.id: one.title for one in context.cities.pack_rules(context.city)},
            "subjects": {one.incident.rule: one.incident.subject for one in found.outcomes},
            "names": {one.node: one.name for one in context.profile.nodes},
        }
        return pages.render(request, "ketepatan.html", values)

    @routes.get("/ketepatan.csv", include_in_schema=False)
    def sheet(request: Request) -> Response:
        text = "".join(_lines(scores_of(record(request))))
        headers = {"Content-Disposition": f'attachment; filename="ketepatan-{context.city}.csv"'}
        return with_etag(request, Response(text, media_type="text/csv", headers=headers))

    @routes.get(
        "/api/v1/accuracy", response_model=AccuracyOut, tags=["v1"], summary="How often the warnings were right"
    )
    def programs(request: Request) -> Response:
        """What was public, for everybody; what was in shadow or for staff, for operators."""
        found = record(request)
        scores = scores_of(found)
        out = AccuracyOut(
            since=rfc3339(found.since_us),
            until=rfc3339(found.now_us),
            formulas=FORMULAS,
            total=_out(public_total(scores)),
            items=[_out(one) for one in scores],
            forecasts=[_forecast(one) for one in forecast_scores(found.forecasts)],
            promptness=_promptness(prompts(found)),
        )
        return json_etag(request, out.model_dump(mode="json"))

    return routes


def _out(score: Score) -> ScoreOut:
    key = score.key
    return ScoreOut(
        rule=key.rule if key is not None else None,
        node=key.node if key is not None else None,
        level=LEVELS[key.level] if key is not None and key.level is not None else None,
        audience=key.audience if key is not None else None,
        hits=score.hits,
        false_alarms=score.false_alarms,
        late=score.late,
        missed=score.missed,
        not_yet_judged=score.unjudged,
        pod=_share(score.pod),
        far=_share(score.far),
        first_word=_spread(score.delay),
        lead=_spread(score.lead),
    )


def _promptness(told: Sequence[Prompt]) -> PromptnessOut:
    return PromptnessOut(
        first_word=_quantiles(quantiles(one.word_us for one in told)),
        order=_quantiles(quantiles(one.order_us for one in told if one.order_us is not None)),
        items=[
            PromptOut(
                incident=one.incident,
                node=one.node,
                crossed=rfc3339(one.crossed_us),
                first_word_s=one.word_us / SECOND_US,
                order_s=None if one.order_us is None else one.order_us / SECOND_US,
                ground=one.ground,
                corrected=one.corrected,
            )
            for one in told
        ],
    )


def _quantiles(found: Quantiles | None) -> QuantilesOut | None:
    if found is None:
        return None
    return QuantilesOut(n=found.n, p50_s=found.p50_us / SECOND_US, p95_s=found.p95_us / SECOND_US)


def _forecast(score: ForecastScore) -> ForecastScoreOut:
    return ForecastScoreOut(
        upstream=score.upstream,
        downstream=score.downstream,
        told=score.told,
        inside=_share(score.inside),
        absent=score.absent,
        not_counted=score.open,
        error_minutes=score.error_min,
    )


def _share(share: Share) -> ShareOut:
    return ShareOut(n=share.n, of=share.of, percent=None if share.percent is None else round(share.percent, 1))


def _spread(spread: Spread | None) -> SpreadOut | None:
    if spread is None:
        return None
    return SpreadOut(n=spread.n, median_s=spread.median_us / SECOND_US, worst_s=spread.worst_us / SECOND_US)


def _lines(scores: Sequence[Score]) -> Iterator[str]:
    yield line(COLUMNS)
    for score in scores:
        out = _out(score)
        spreads = [
            cell
            for one in (out.first_word, out.lead)
            for cell in ((one.n, one.median_s, one.worst_s) if one is not None else (0, None, None))
        ]
        cells = (
            out.rule, out.node, out.level, out.audience, out.hits, out.false_alarms, out.late, out.missed,
            out.not_yet_judged, out.pod.of, out.pod.percent, out.far.of, out.far.percent, *spreads,
        )  # fmt: skip
        yield line("" if one is None else str(one) for one in cells)
