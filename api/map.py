"""`/`: the map and the one sentence that matters now; its data for programs."""

from __future__ import annotations

import threading
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.context import Context
from api.gauges import Gauge, by_river, gauges_of
from api.geometry import Frame, feature_of, frame_of, path_of
from api.happening import ended, happening
from api.language import Speech
from api.overview import crowds, headline, tally
from api.page import Pages, json_etag
from api.snapshot import Snapshot, Snapshots
from api.status import NodeState
from api.weather_page import shown
from cities.cells import Cell, cells_of
from contract.clock import DAY_US
from contract.weather import CREDIT
from store.cases import Case
from store.ports import Placement

LAYERS = ("sungai", "wifi", "keramaian", "laporan")
GEOJSON = "application/geo+json"
REPORT_LIMIT = 200


class Cells:
    """The city's cells, computed again only when the registry has changed."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._kept: tuple[int, list[Cell], Frame] | None = None

    def now(self) -> tuple[list[Cell], Frame]:
        profile = self._context.profile
        version = self._context.cities.registry_version(profile.code)
        with self._lock:
            if self._kept is None or self._kept[0] != version:
                cells = cells_of(profile, self._context.cities.boundaries(profile.code))
                frame = frame_of(cells, [(site.lat, site.lon) for site in profile.sites])
                self._kept = (version, cells, frame)
            return self._kept[1], self._kept[2]


def layers_of(request: Request) -> list[str]:
    """The layers that are on: `?lapisan=sungai,wifi`, all of them where nothing is said."""
    wanted = request.query_params.get("lapisan")
    return list(LAYERS) if wanted is None else [layer for layer in LAYERS if layer in wanted.split(",")]


def toggles(layers: list[str]) -> list[tuple[str, bool, str]]:
    """Each layer, whether it is on, and the `lapisan` that turns it round."""
    return [(one, one in layers, ",".join(x for x in LAYERS if (x in layers) != (x == one))) for one in LAYERS]


def node_css(snapshot: Snapshot, node: str) -> str:
    """The shape's class of a WiFi point or a camera."""
    state = snapshot.statuses[node].state
    return {NodeState.UP: "up", NodeState.DOWN: "down"}.get(state, "nodata")


def open_reports(context: Context, now_us: int) -> list[Case]:
    """Public citizen and sensor cases that are open, for the map's layer."""
    found = context.cities.find_cases(
        context.city, open_=True, start_us=now_us - 90 * DAY_US, limit=REPORT_LIMIT, public_only=True
    )
    return list(found.cases)


def router(context: Context, pages: Pages, snapshots: Snapshots, cells: Cells) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()

    @routes.get("/", include_in_schema=False)
    def home(request: Request) -> Response:
        speech = pages.speech(request)
        snapshot = snapshots.now()
        gauges = gauges_of(context.profile, snapshot)
        layers = layers_of(request)
        _, frame = cells.now()
        values = {
            "headline": headline(gauges, speech),
            "events": happening(snapshot, gauges, speech),
            "ended": ended(snapshot, speech),
            "rivers": by_river(gauges),
            "wifi": tally(snapshot, "wifi"),
            "cameras": tally(snapshot, "camera"),
            "crowds": crowds(snapshot)[:5],
            "weather": shown(snapshot.weather, context.profile, speech),
            "weather_silent_us": snapshot.weather_silent_us,
            "credit": CREDIT,
            "notes": snapshot.notes,
            "regions": {one.code: one.name for one in context.profile.regions},
            "toggles": toggles(layers),
            "layers": ",".join(layers),
            "frame": frame,
        }
        return pages.render(request, "peta.html", values)

    @routes.get("/peta.json", include_in_schema=False)
    def summary(request: Request) -> Response:
        """The sentence and a fingerprint of everything shown, small enough to ask for every few seconds."""
        speech = pages.speech(request)
        snapshot = snapshots.now()
        gauges = gauges_of(context.profile, snapshot)
        line = headline(gauges, speech)
        wifi = tally(snapshot, "wifi")
        content = {
            "level": line.css,
            "loud": line.loud,
            "sentence": " ".join(part for part in (line.word, line.text, line.detail) if part),
            "gauges": {g.node: [g.css, g.level_cm, g.trend, g.voice] for g in gauges},
            "events": [
                [one.title, one.css, one.hatched, one.case.number if one.case else None]
                for one in happening(snapshot, gauges, speech)
            ],
            "ended": [one.number for one in ended(snapshot, speech)],
            "weather": [one.id for one in snapshot.weather],
            "notes": [[one.id, one.version] for one in snapshot.notes],
            "wifi": {"up": wifi.up, "down": wifi.down, "unknown": wifi.unknown},
        }
        return json_etag(request, content)

    @routes.get("/peta.geojson", include_in_schema=False)
    def geojson(request: Request) -> Response:
        speech = pages.speech(request)
        snapshot = snapshots.now()
        drawn, _ = cells.now()
        gauges = gauges_of(context.profile, snapshot)
        features: list[dict[str, Any]] = [feature_of(cell) for cell in drawn]
        features += [_river_feature(along) for _, along in by_river(gauges) if len(along) > 1]
        features += [_gauge_feature(gauge, speech) for gauge in gauges]
        features += [_node_feature(one, snapshot, speech) for one in snapshot.placements if one.kind != "gauge"]
        features += [_case_feature(case, speech) for case in open_reports(context, snapshot.now_us)]
        return json_etag(request, {"type": "FeatureCollection", "features": features}, GEOJSON)

    @routes.get("/peta.svg", include_in_schema=False)
    def picture(request: Request) -> Response:
        snapshot = snapshots.now()
        drawn, frame = cells.now()
        layers = layers_of(request)
        gauges = gauges_of(context.profile, snapshot)
        values = {
            "cells": [path_of(cell, frame) for cell in drawn],
            "frame": frame,
            "rivers": _river_lines(gauges, frame) if "sungai" in layers else [],
            "gauges": [(frame.point(g.lat, g.lon), g) for g in reversed(gauges)] if "sungai" in layers else [],
            "points": [
                (frame.point(one.lat, one.lon), one.kind, node_css(snapshot, one.node))
                for one in snapshot.placements
                if (one.kind == "wifi" and "wifi" in layers) or (one.kind == "camera" and "keramaian" in layers)
            ],
            "reports": [frame.point(case.lat, case.lon) for case in open_reports(context, snapshot.now_us)]
            if "laporan" in layers
            else [],
        }
        return pages.render(request, "peta.svg", values, media_type="image/svg+xml")

    return routes


def _river_lines(gauges: list[Gauge], frame: Frame) -> list[str]:
    lines = []
    for _, along in by_river(gauges):
        if len(along) > 1:
            lines.append(" ".join("{:g},{:g}".format(*frame.point(g.lat, g.lon)) for g in along))
    return lines


def _river_feature(along: list[Gauge]) -> dict[str, Any]:
    """A hint of the river: the line through its gauges, from the source down."""
    geometry = {"type": "LineString", "coordinates": [[round(g.lon, 6), round(g.lat, 6)] for g in along]}
    return {"type": "Feature", "geometry": geometry, "properties": {"layer": "aliran", "name": along[0].river}}


def _point(lat: float, lon: float, properties: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _gauge_feature(gauge: Gauge, speech: Speech) -> dict[str, Any]:
    word = speech(f"level_{gauge.level.name.lower()}") if gauge.level is not None else speech("no_data")
    text = f"{speech.number(gauge.level_cm)} cm" if gauge.level_cm is not None else ""
    if gauge.trend:
        text += f", {speech(f'trend_{gauge.trend}')}"
    if gauge.silent_us is not None:
        key = "silent_danger" if gauge.voice == "dangerous" else "silent_since"
        text = f"{text}. {speech(key, time=speech.when(gauge.silent_us))}"
    return _point(
        gauge.lat,
        gauge.lon,
        {
            "layer": "sungai",
            "css": gauge.css,
            "hatched": gauge.voice == "dangerous",
            "name": speech("gauge_at", river=gauge.river, place=gauge.place),
            "word": word,
            "text": text,
            "href": f"/sungai/{gauge.node}",
        },
    )


def _node_feature(placement: Placement, snapshot: Snapshot, speech: Speech) -> dict[str, Any]:
    css = node_css(snapshot, placement.node)
    status = snapshot.statuses[placement.node]
    return _point(
        placement.lat,
        placement.lon,
        {
            "layer": "wifi" if placement.kind == "wifi" else "keramaian",
            "css": css,
            "hatched": False,
            "name": placement.name,
            "word": speech(f"state_{status.state}"),
            "text": speech(f"why_{status.why}"),
            "href": f"/simpul?cari={placement.node}",
        },
    )


def _case_feature(case: Case, speech: Speech) -> dict[str, Any]:
    return _point(
        case.lat,
        case.lon,
        {
            "layer": "laporan",
            "css": "report",
            "hatched": False,
            "name": case.title.get(speech.language, case.title.get("id", "")),
            "word": speech(f"case_{case.state}"),
            "text": case.number,
            "href": f"/kasus/{case.number}",
        },
    )
