"""`/cuaca` and `/api/v1/weather-warnings`: what BMKG warns of in the city, in its own words and with its credit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from api.context import Context
from api.language import Speech
from api.page import Pages
from api.v1 import When
from contract.chain import kecamatan_of
from contract.city import Profile
from contract.clock import DAY_US, rfc3339
from contract.weather import CREDIT, Severity, WeatherFeed, WeatherWarning, of_regions, standing


@dataclass(frozen=True, slots=True)
class Shown:
    """A warning and its kecamatan by name."""

    warning: WeatherWarning
    areas: str

    @property
    def severity(self) -> str:
        """The key of its word."""
        return f"weather_severity_{self.warning.severity.lower()}"


def shown(warnings: Sequence[WeatherWarning], profile: Profile, speech: Speech) -> list[Shown]:
    """In the order given."""
    names = {one.code: one.name for one in profile.regions if one.level == "kecamatan"}

    def areas(one: WeatherWarning) -> str:
        if names and set(one.regions) >= names.keys():
            return speech("weather_all", city=profile.name)
        return ", ".join(sorted({names.get(code, profile.name) for code in one.regions}))

    return [Shown(one, areas(one)) for one in warnings]


def here(warnings: Sequence[WeatherWarning], region: str) -> list[WeatherWarning]:
    """Those of a place's kecamatan."""
    return of_regions(warnings, [kecamatan_of(region)])


def feed_of(context: Context, now_us: int) -> WeatherFeed | None:
    """How BMKG's feed fares, None where the city does not ask it, or not any more."""
    feed = context.cities.weather_feed(context.city)
    return None if feed is None or feed.left(now_us) else feed


class WeatherFeedOut(BaseModel):
    """How BMKG's feed fares."""

    heard: Annotated[When | None, Field(description="when it last answered; null: never, or nobody asks it")]
    stale: Annotated[bool, Field(description="not heard for 30 minutes: what stands may have changed")]


class WeatherWarningOut(BaseModel):
    """A warning of BMKG that holds in the city."""

    id: Annotated[str, Field(description="BMKG's CAP identifier")]
    sent: When
    onset: When
    expires: When
    severity: Severity
    certainty: str
    urgency: str
    event: Annotated[dict[str, str], Field(description="`id` and `en`")]
    headline: dict[str, str]
    description: dict[str, str]
    regions: Annotated[list[str], Field(description="codes of kecamatan", examples=[["34.71.03"]])]
    web: str
    credit: str


class WeatherWarningList(BaseModel):
    """The gravest first."""

    items: list[WeatherWarningOut]
    feed: WeatherFeedOut


def warning_out(one: WeatherWarning) -> dict[str, Any]:
    times = {"sent": one.sent_us, "onset": one.onset_us, "expires": one.expires_us}
    names = ("id", "severity", "certainty", "urgency", "event", "headline", "description", "web")
    return (
        {name: getattr(one, name) for name in names}
        | {name: rfc3339(us) for name, us in times.items()}
        | {"regions": list(one.regions), "credit": CREDIT}
    )


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter(tags=["weather"])

    @routes.get("/cuaca", include_in_schema=False)
    def page(request: Request) -> Response:
        speech, profile, now_us = pages.speech(request), context.profile, context.clock.now_us()
        known = [one for one in context.cities.weather(context.city, now_us - DAY_US) if one.regions]
        feed = feed_of(context, now_us)
        values = {
            "holds": shown(standing(known, now_us), profile, speech),
            "over": shown([one for one in known if not one.holds(now_us)], profile, speech),
            "feed": feed,
            "stale": feed is not None and feed.stale(now_us),
            "credit": CREDIT,
        }
        return pages.render(request, "cuaca.html", values)

    @routes.get(
        "/api/v1/weather-warnings", response_model=WeatherWarningList, summary="BMKG's warnings that hold in the city"
    )
    def warnings() -> Any:
        now_us = context.clock.now_us()
        feed = feed_of(context, now_us)
        heard_us = None if feed is None else feed.heard_us
        return {
            "items": [warning_out(one) for one in standing(context.cities.weather(context.city, now_us), now_us)],
            "feed": {
                "heard": None if heard_us is None else rfc3339(heard_us),
                "stale": feed is None or feed.stale(now_us),
            },
        }

    return routes
