"""`/sungai/{gauge}`: one river gauge, its day as a chart, its neighbours; `/s/{gauge}` as bare text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.context import Context
from api.crests import coming_to
from api.gauges import Gauge, by_river, gauges_of, is_believed, level_cm_of
from api.history import history_of
from api.meaning import asked_of, doorstep_of, within_bytes
from api.overview import headline, stance_words
from api.page import Pages
from api.releases import on_river
from api.snapshot import Snapshot, Snapshots, chart_us
from api.weather_page import here, shown
from contract.city import Profile
from contract.clock import MINUTE_US
from contract.levels import Level, Scale
from contract.weather import CREDIT, WeatherWarning
from store.ports import Row

TABLE_ROWS = 48
REACHED_BYTES = 1_800
"""of the text page's 5 KB: what its rows may take"""


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table under the chart. `level` None for a value that is missing or doubted."""

    at_us: int
    level_cm: float | None
    level: Level | None
    doubted: bool


def table_of(rows: Sequence[Row], scale: Scale | None, most: int = TABLE_ROWS) -> list[Figure]:
    """Newest first; evenly thinned to `most`, the highest believed reading always among them."""
    if len(rows) > most:
        step = len(rows) / most
        picked = {int(i * step) for i in range(most - 1)} | {len(rows) - 1}
        good = [i for i, row in enumerate(rows) if is_believed(row, scale)]
        if good:
            picked.add(max(good, key=lambda i: level_cm_of(rows[i]) or 0.0))
        rows = [rows[i] for i in sorted(picked)]
    figures = []
    for row in reversed(rows):
        value, fine = level_cm_of(row), is_believed(row, scale)
        level = scale.level_at(value) if scale and fine and value is not None else None
        figures.append(Figure(row.observed_us, value, level, not fine and value is not None))
    return figures


def _found(profile: Profile, snapshot: Snapshot, node: str) -> tuple[Gauge, list[Gauge]]:
    gauges = gauges_of(profile, snapshot)
    gauge = next((one for one in gauges if one.node == node), None)
    if gauge is None:
        raise HTTPException(404)
    return gauge, gauges


def _weather_at(snapshot: Snapshot, node: str) -> list[WeatherWarning]:
    place = snapshot.placement(node)
    return [] if place is None else here(snapshot.weather, place.region)


def router(context: Context, pages: Pages, snapshots: Snapshots) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()

    @routes.get("/sungai", include_in_schema=False)
    def rivers(request: Request) -> Response:
        speech = pages.speech(request)
        gauges = gauges_of(context.profile, snapshots.now())
        values = {"rivers": by_river(gauges), "headline": headline(gauges, speech)}
        return pages.render(request, "sungai_semua.html", values)

    @routes.get("/sungai/{node}", include_in_schema=False)
    def river(request: Request, node: str) -> Response:
        snapshot, still = snapshots.now(), context.still()
        gauge, gauges = _found(still.profile, snapshot, node)
        scale = still.profile.scale_of(node)
        end_us = snapshot.now_us
        history = history_of(still, snapshot, node, end_us - chart_us(context.speed), end_us)
        along = [one for one in gauges if one.river == gauge.river and gauge.river]
        values = {
            "gauge": gauge,
            "scale": scale,
            "chart": history.chart,
            "fine_clock": end_us - history.start_us < 90 * MINUTE_US,
            "start_us": history.start_us,
            "figures": table_of(history.rows, scale),
            "upstream": [one for one in along if one.river_km < gauge.river_km][-1:],
            "downstream": [one for one in along if one.river_km > gauge.river_km][:1],
            "stance": stance_words(gauge, pages.speech(request)),
            "releases": on_river(context, snapshot, gauge.river, end_us, end_us),
            "coming": coming_to(node, gauges, snapshot),
            "asked": asked_of(still.profile),
            "doorstep": doorstep_of(gauge, scale, snapshot.impacts.get(node, ())),
            "weather": shown(_weather_at(snapshot, node), still.profile, pages.speech(request)),
            "weather_silent_us": snapshot.weather_silent_us,
            "credit": CREDIT,
        }
        return pages.render(request, "sungai.html", values)

    @routes.get("/s/{node}", include_in_schema=False)
    def text(request: Request, node: str) -> Response:
        snapshot, profile = snapshots.now(), context.profile
        gauge, _ = _found(profile, snapshot, node)
        scale = profile.scale_of(node)
        doorstep = doorstep_of(gauge, scale, snapshot.impacts.get(node, ()))
        shown = within_bytes(doorstep.meaning.reached, REACHED_BYTES)
        values = {
            "gauge": gauge,
            "scale": scale,
            "stance": stance_words(gauge, pages.speech(request)),
            "asked": asked_of(profile),
            "doorstep": doorstep,
            "reached": shown,
            "unshown": len(doorstep.meaning.reached) - len(shown),
        }
        return pages.render(request, "s.html", values)

    return routes
