"""`/simpul/rinci`: what stands behind the nodes, for technicians: strangers, quarantine, who was turned away."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.context import Context
from api.hurried import slow_if_known
from api.page import Pages
from api.policy import caller_of
from api.telling import at_the_doors

EVENTS_MOST = 100


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()

    @routes.get("/simpul/rinci", include_in_schema=False)
    def behind(request: Request) -> Response:
        cities, city = context.cities, context.city
        counts = cities.quarantine_counts(city)
        places = cities.placements(city)
        values = {
            "strangers": sorted(cities.strangers(city), key=lambda one: one.last_us, reverse=True),
            "quarantined": sorted(((n, node, reason) for (node, reason), n in counts.items()), reverse=True),
            "slow": slow_if_known(context, context.clock.now_us()),
            "names": {one.node: one.name for one in places},
            "unseen": [one for one in places if one.audience != "public"],
            "tell": at_the_doors(context, pages.speech(request), caller_of(request)),
            "events": context.people.security_events(city, limit=EVENTS_MOST),
        }
        return pages.render(request, "simpul_rinci.html", values, private=True)

    return routes
