"""`/wifi`: the public WiFi points by kemantren, and the nearest that works from where somebody stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.context import Context
from api.overview import tally
from api.page import Pages
from api.snapshot import Snapshot, Snapshots
from api.status import NodeState, NodeStatus
from contract.city import Profile
from contract.distance import distance_m
from store.ports import Placement

NEAREST = 5


@dataclass(frozen=True, slots=True)
class Point:
    """A WiFi point. `distance_m` where the asker said where they are."""

    placement: Placement
    status: NodeStatus
    distance_m: float | None


def points_of(snapshot: Snapshot, here: tuple[float, float] | None) -> list[Point]:
    """All public WiFi points; with a place, the nearest first."""
    found = [
        Point(one, snapshot.statuses[one.node], distance_m(*here, one.lat, one.lon) if here else None)
        for one in snapshot.placements
        if one.kind == "wifi"
    ]
    return sorted(found, key=lambda point: (point.distance_m or 0.0, point.placement.name))


def by_district(profile: Profile, points: Sequence[Point]) -> list[tuple[str, list[Point]]]:
    """Grouped by kemantren, by name."""
    parents = {region.code: region.parent for region in profile.regions if region.level == "kelurahan"}
    names = {region.code: region.name for region in profile.regions}
    groups: dict[str, list[Point]] = {}
    for point in points:
        code = point.placement.region
        district = parents.get(code, code)
        groups.setdefault(names.get(district, district), []).append(point)
    return sorted(groups.items())


def router(context: Context, pages: Pages, snapshots: Snapshots) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()

    @routes.get("/wifi", include_in_schema=False)
    def wifi(request: Request) -> Response:
        here = _place(request.query_params.get("lat"), request.query_params.get("lon"))
        snapshot = snapshots.now()
        points = points_of(snapshot, here)
        nearest = [point for point in points if point.status.state is NodeState.UP][:NEAREST] if here else []
        values = {
            "here_known": here is not None,
            "nearest": nearest,
            "districts": by_district(context.profile, points),
            "wifi": tally(snapshot, "wifi"),
        }
        return pages.render(request, "wifi.html", values)

    return routes


def _place(lat: str | None, lon: str | None) -> tuple[float, float] | None:
    """A place on Earth, None for anything else: a broken link still shows the list."""
    try:
        place = float(lat or ""), float(lon or "")
    except ValueError:
        return None
    return place if -90 <= place[0] <= 90 and -180 <= place[1] <= 180 else None
