"""`/portal`: what the captive portal of a public WiFi point shows: the warning, where to go, whom to call.

One page that needs nothing from anywhere else, so that a copy of it is still whole.

It answers also while the stores are away, with what was read last and since when.
"""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from api.context import Context
from api.gauges import Gauge, gauges_of
from api.language import Speech
from api.meaning import asked_of
from api.overview import headline
from api.page import Pages
from api.snapshot import Snapshot, Snapshots
from contract.bulletin import Bulletin
from contract.chain import standing
from contract.city import Profile, Region
from contract.clock import MINUTE_US
from contract.distance import distance_m
from contract.errors import Unavailable
from contract.impact import Impact, dialled, fits, rw_key

PATH = "/portal"
MOST_BYTES = 20_000
"""of the page, with everything that it needs"""
MUSTERS_MOST = 6
RWS_MOST = 8
SAID_MOST = 3
LOOKED_AT = 100
SITE_MOST = 48
ONE_LINE = 200
"""of a text that others wrote: so much of it stands here"""


@dataclass(frozen=True, slots=True)
class Here:
    """Where the asker stands, as far as `?site=` says: the point's name "" where it names a region, `district` its
    kecamatan."""

    code: str
    name: str
    district: Region
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Muster:
    """One surveyed place to go to. `rws`: for whom it was surveyed; `distance_m` in a straight line, None where it has
    no place on the map or nobody said where they are."""

    name: str
    phone: str
    rws: tuple[str, ...]
    lat: float | None
    lon: float | None
    distance_m: float | None

    @property
    def dial(self) -> str:
        return dialled(self.phone)


@dataclass(frozen=True, slots=True)
class Sight:
    """What was read of the stores at once. `bulletins`: what holds now, the gravest first."""

    snapshot: Snapshot
    gauges: Sequence[Gauge]
    bulletins: Sequence[Bulletin]


def district_of(profile: Profile, region: str) -> Region | None:
    """The kecamatan of a region's code, which may be one itself."""
    known = {one.code: one for one in profile.regions}
    found = known.get(region)
    if found is not None and found.level == "kelurahan":
        found = known.get(found.parent)
    return found if found is not None and found.level == "kecamatan" else None


def here_of(profile: Profile, site: str) -> Here | None:
    """By a node's id, a site's code or a region's; None for what the city does not know."""
    place = profile.site_of(site) or next((one for one in profile.sites if one.code == site), None)
    if place is not None:
        district = district_of(profile, place.region)
        return Here(site, place.name, district, place.lat, place.lon) if district is not None else None
    district = district_of(profile, site)
    region = next((one for one in profile.regions if one.code == site), None)
    return Here(site, "", district, region.lat, region.lon) if district is not None and region is not None else None


def concerning(profile: Profile, here: Here, impacts: Sequence[Impact]) -> list[Impact]:
    """The rows of the kecamatan: of its gauges, and of the RWs that carry the name of one of its kelurahan."""
    names = tuple(" " + rw_key(one.name) for one in profile.regions if one.parent == here.district.code)
    inside = {
        node.node
        for node in profile.nodes
        if (place := profile.site_of(node.node)) is not None and district_of(profile, place.region) == here.district
    }
    return [one for one in impacts if one.gauge in inside or rw_key(one.rw).endswith(names)]


def musters_of(impacts: Sequence[Impact], here: Here | None, most: int = MUSTERS_MOST) -> list[Muster]:
    """Each place once, the nearest first; those without a place on the map after them, by name."""
    rows: dict[tuple[str, str], list[Impact]] = {}
    for one in impacts:
        rows.setdefault((rw_key(one.muster), one.dial), []).append(one)
    found = []
    for same in rows.values():
        spot = next((one for one in same if one.muster_lat is not None and one.muster_lon is not None), same[0])
        rws = {rw_key(one.rw): one.rw for one in same}
        away_m = None
        if here is not None and spot.muster_lat is not None and spot.muster_lon is not None:
            away_m = distance_m(here.lat, here.lon, spot.muster_lat, spot.muster_lon)
        found.append(
            Muster(spot.muster, spot.phone, tuple(sorted(rws.values())), spot.muster_lat, spot.muster_lon, away_m)
        )
    found.sort(key=lambda one: (one.distance_m is None, one.distance_m or 0.0, one.name))
    return found[:most]


@cache
def style() -> Markup:
    """The page's own style, of this package."""
    text = (Path(__file__).parent / "static" / "portal.css").read_text("utf-8")
    return Markup(text)  # noqa: S704 - a file of ours


@cache
def policy() -> str:
    """What a browser may do with the page: show it in its own style, and nothing else."""
    digest = b64encode(sha256(str(style()).encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


class Sights:
    """The newest sight; while the stores are away the last one, with since when they are."""

    def __init__(self, context: Context, snapshots: Snapshots) -> None:
        self._context = context
        self._snapshots = snapshots
        self._lock = threading.Lock()
        self._last: Sight | None = None

    def now(self) -> Sight:
        """Raises Unavailable where a store is away."""
        snapshot = self._snapshots.now()
        said = self._context.cities.bulletins(self._context.city, limit=LOOKED_AT)
        holds = standing([one for one in said if not one.drill], snapshot.now_us)
        sight = Sight(snapshot, gauges_of(self._context.profile, snapshot), holds)
        with self._lock:
            self._last = sight
        return sight

    def last(self) -> Sight | None:
        with self._lock:
            return self._last


class Portal:
    """The page."""

    def __init__(self, context: Context, pages: Pages, snapshots: Snapshots) -> None:
        self._context = context
        self._pages = pages
        self._sights = Sights(context, snapshots)

    def show(self, request: Request, site: str = "") -> Response:
        """What holds now, for the kecamatan of `site`."""
        profile = self._context.profile
        code = site.strip()
        here = here_of(profile, code)
        away = False
        sight: Sight | None
        try:
            sight = self._sights.now()
        except Unavailable:
            sight, away = self._sights.last(), True
        values: dict[str, object] = {
            "style": style(),
            "policy": policy(),
            "base": self._context.base_url,
            "here_at": here,
            "unknown_site": code[:SITE_MOST] if code and here is None else "",
            "asked": asked_of(profile),
            "districts": sorted((one for one in profile.regions if one.level == "kecamatan"), key=lambda one: one.name),
            "sight": None,
            "lost_minutes": 0,
            "away": away,
            "one_line": ONE_LINE,
            "rws_most": RWS_MOST,
        }
        if sight is not None:
            values |= self._told(request, sight, here)
            if away:
                now_us = self._context.clock.now_us()
                values["lost_minutes"] = max(1, (now_us - sight.snapshot.now_us) // MINUTE_US)
        status = 503 if sight is None else 200
        response = self._pages.render(request, "portal.html", values, status=status)
        response.headers["Content-Security-Policy"] = policy() + "; frame-ancestors 'none'"
        return response

    def _told(self, request: Request, sight: Sight, here: Here | None) -> dict[str, object]:
        profile, speech = self._context.profile, self._pages.speech(request)
        rows = [
            one
            for gauge, many in sight.snapshot.impacts.items()
            for one in many
            if (scale := profile.scale_of(gauge)) is not None and fits(one, scale)
        ]
        own = concerning(profile, here, rows) if here is not None else rows
        near = {one.gauge for one in own} | {
            one.node for one in sight.gauges if here and _within(profile, one.node, here)
        }
        said = sorted(sight.bulletins, key=lambda one: (one.kind != "order", one.node not in near))
        orders = [one for one in said if one.kind == "order"]
        return {
            "sight": sight,
            "head": headline(sight.gauges, speech),
            "order": orders[0] if orders else None,
            "holding": [one for one in said if one not in orders[:1]][:SAID_MOST],
            "more_said": max(0, len(said) - len(orders[:1]) - SAID_MOST),
            "near": near,
            "musters": musters_of(own, here) if here is not None else [],
            "at": _at(speech, sight.snapshot.now_us),
        }


def _within(profile: Profile, node: str, here: Here) -> bool:
    place = profile.site_of(node)
    return place is not None and district_of(profile, place.region) == here.district


def _at(speech: Speech, us: int) -> str:
    """With its day: a copy may be read on another."""
    return f"{speech.day(us)}, {speech.clock(us)}"


def router(context: Context, pages: Pages, snapshots: Snapshots) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    portal = Portal(context, pages, snapshots)
    routes.get(PATH, include_in_schema=False)(portal.show)
    return routes
