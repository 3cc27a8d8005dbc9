"""`/poster`: sheets to print and hang up, one for each gauge and each WiFi point, in both languages at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.context import Context
from api.page import Pages
from api.qr import qr_svg
from api.voices import Voices
from contract.city import Site
from contract.levels import Level, Scale, Threshold
from contract.phrase import PhraseKey

PAPERS: tuple[str, ...] = ("a4", "a5")
DO: dict[Level, PhraseKey] = {Level.AWAS: "leave_now", Level.SIAGA: "water_rises", Level.WASPADA: "keep_away"}
"""what to do at a level"""
DRAWN: tuple[PhraseKey, ...] = ("leave_now", "help_the_old", "do_not_cross", "power_off")
"""what has a picture"""
MUSTERS_MOST = 2


@dataclass(frozen=True, slots=True)
class Twice:
    """A sentence in the reader's language and in the other."""

    first: str
    second: str


class Posters:
    """The list, and each sheet."""

    def __init__(self, context: Context, pages: Pages) -> None:
        self._context = context
        self._pages = pages
        self._voices = Voices(context)

    def every(self, request: Request) -> Response:
        """What there are sheets for."""
        values = {"gauges": self._gauges(), "points": self._points(), "papers": PAPERS}
        return self._pages.render(request, "poster_semua.html", values)

    def gauge(self, request: Request, node: str, paper: str) -> Response:
        """Its levels as word, shape and colour, with what to do; where to go, as far as somebody surveyed it."""
        found = next(((scale, site) for scale, site in self._gauges() if scale.gauge == node), None)
        if found is None:
            raise HTTPException(404)
        scale, site = found
        worst: Sequence[Threshold] = sorted(scale.thresholds, key=lambda one: one.level)
        rows = self._context.cities.impacts(self._context.city)
        musters = dict.fromkeys(one.impact.muster for one in rows if one.impact.gauge == node)
        values = {
            "place": site.name.removeprefix(f"{site.river} di "),
            "river": site.river,
            "falling": scale.direction == "falling",
            "levels": [(one, self._said(request, DO[one.level])) for one in worst],
            "musters": list(musters)[:MUSTERS_MOST],
        }
        return self._sheet(request, f"/sungai/{quote(node, safe='')}", paper, values)

    def point(self, request: Request, code: str, paper: str) -> Response:
        """The point's own page, which answers also while the line to the world is cut."""
        site = next((one for one in self._points() if one.code == code), None)
        if site is None:
            raise HTTPException(404)
        return self._sheet(request, f"/portal?site={quote(code, safe='')}", paper, {"place": site.name})

    def _sheet(self, request: Request, path: str, paper: str, values: dict[str, object]) -> Response:
        speech = self._pages.speech(request)
        address = f"{self._context.base_url}{path}"
        more = {
            "about": "gauge" if "levels" in values else "point",
            "o": replace(speech, language="id" if speech.language == "en" else "en"),
            "address": address,
            "qr": qr_svg(address, speech("poster_qr", address=address)),
            "drawn": [(key, self._said(request, key)) for key in DRAWN],
            "help": self._said(request, "call_help"),
            "paper": paper if paper in PAPERS else PAPERS[0],
            "papers": PAPERS,
        }
        return self._pages.render(request, "poster.html", {**values, **more})

    def _said(self, request: Request, key: PhraseKey) -> Twice:
        own, other = ("en", "id") if self._pages.speech(request).language == "en" else ("id", "en")
        texts = {language: self._voices.product(language, key) for language in ("id", "en")}
        return Twice(texts[own], texts[other])

    def _gauges(self) -> list[tuple[Scale, Site]]:
        profile = self._context.profile
        placed = ((scale, profile.site_of(scale.gauge)) for scale in profile.scales)
        return [(scale, site) for scale, site in placed if site is not None]

    def _points(self) -> list[Site]:
        """Sites with a public WiFi point, by name."""
        profile = self._context.profile
        codes = {node.site for node in profile.nodes if any(one.kind == "hotspot" for one in node.sensors)}
        return sorted((one for one in profile.sites if one.code in codes), key=lambda one: one.name)


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    posters = Posters(context, pages)

    @routes.get("/poster", include_in_schema=False)
    def every(request: Request) -> Response:
        return posters.every(request)

    @routes.get("/poster/sungai/{node}", include_in_schema=False)
    def gauge(request: Request, node: str, kertas: str = "") -> Response:
        return posters.gauge(request, node, kertas)

    @routes.get("/poster/wifi/{site}", include_in_schema=False)
    def point(request: Request, site: str, kertas: str = "") -> Response:
        return posters.point(request, site, kertas)

    return routes
