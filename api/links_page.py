"""`/operator/sambungan`: everything that the city is joined to, on one wall: whether it is well, and when it last said
something."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.console import stages_of
from api.context import Context
from api.duty import NOT_LONG_US
from api.language import Speech
from api.page import Pages
from api.reached import channels_of
from api.weather_page import feed_of
from contract.clock import MINUTE_US, SECOND_US
from contract.inbound import Source

State = Literal["failing", "silent", "unheard", "by_hand", "well"]
ORDER: tuple[State, ...] = ("failing", "silent", "unheard", "by_hand", "well")
"""what somebody has to look at first"""
GROUPS = ("system", "weather", "reach", "inbound", "watcher", "stage")
QUIET_US = 10 * MINUTE_US
"""own systems are spoken to every few seconds: after so long nobody speaks to them any more"""
TOLD_MOST = 20


@dataclass(frozen=True, slots=True)
class Link:
    """One of them. `heard_us`: its last word, None where there was none; `trouble` is what is wrong, in its own words
    where it has any; `waiting` how much waits for it; `more` the page that knows more of it."""

    group: str
    label: str
    state: State
    heard_us: int | None = None
    trouble: str = ""
    waiting: int = 0
    more: str = ""


class Links:
    """Those of one city."""

    def __init__(self, context: Context, sources: Sequence[Source]) -> None:
        self._context = context
        self._sources = tuple(sources)

    def now(self, speech: Speech) -> list[Link]:
        """By group, those first that somebody has to look at. Raises Unavailable where the database is away."""
        parts: tuple[Callable[[Speech, int], Iterator[Link]], ...] = (
            self._systems, self._weather, self._reach, self._inbound, self._watchers, self._stages
        )  # fmt: skip
        now_us = self._context.clock.now_us()
        found = [link for part in parts for link in part(speech, now_us)]
        return sorted(found, key=lambda one: (ORDER.index(one.state), GROUPS.index(one.group), one.label))

    def _systems(self, _: Speech, now_us: int) -> Iterator[Link]:
        cities, city = self._context.cities, self._context.city
        feeds = {one.system: one for one in cities.feeds(city)}
        counts = cities.filing_counts(city)
        for info in self._context.systems:
            feed = feeds.get(info.name)
            heard_us = feed.well_us if feed is not None else None
            said = feed.said if feed is not None else ""
            state: State = "well"
            if info.kind == "manual":
                state = "by_hand"
            elif said:
                state = "failing"
            elif heard_us is None:
                state = "unheard"
            elif now_us - heard_us > QUIET_US:
                state = "silent"
            waiting = sum(counts.get((info.name, one), 0) for one in ("waiting", "unknown", "refused"))
            yield Link("system", info.label, state, heard_us, said, waiting, "/petugas/sistem")

    def _weather(self, _: Speech, now_us: int) -> Iterator[Link]:
        feed = feed_of(self._context, now_us)
        if feed is not None:
            state: State = "failing" if feed.stale(now_us) or feed.trouble else "well"
            yield Link("weather", "BMKG", state, feed.heard_us, feed.trouble, more="/cuaca")

    def _reach(self, speech: Speech, now_us: int) -> Iterator[Link]:
        newest = self._context.cities.told(self._context.city, limit=TOLD_MOST)
        for one in channels_of(self._context, newest, now_us):
            took = [at_us for told in newest if (at_us := told.taken_us.get(one.kind)) is not None]
            state: State = "well" if took else "unheard"
            trouble = ""
            if one.provider is None:
                state, trouble = "failing", speech("reached_no_provider")
            elif one.swallows:
                state, trouble = "failing", speech("reached_swallows")
            elif one.away:
                state, trouble = "failing", speech("reached_away")
            name = speech("reached_webpush" if one.kind == "webpush" else f"follow_kind_{one.kind}")
            yield Link("reach", name, state, max(took, default=None), trouble, one.waiting, "/jangkauan")

    def _inbound(self, _: Speech, __: int) -> Iterator[Link]:
        heard = self._context.cities.inbound_heard(self._context.city)
        for one in self._sources:
            heard_us = heard.get(one.name)
            yield Link("inbound", one.name, "unheard" if heard_us is None else "well", heard_us)

    def _watchers(self, _: Speech, now_us: int) -> Iterator[Link]:
        for one in self._context.cities.watchers(self._context.city):
            state: State = "silent" if now_us - one.seen_us > NOT_LONG_US else "well"
            yield Link("watcher", one.name, state, one.seen_us, more="/jaga")

    def _stages(self, speech: Speech, now_us: int) -> Iterator[Link]:
        said = self._context.status() if self._context.status else {}
        for one in stages_of(self._context.readings, said):
            name = speech(f"stage_{one.name}") if speech.knows(f"stage_{one.name}") else one.name
            age_s = said.get(one.name, {}).get("age_s")
            state: State = "well" if one.state == "well" else "silent" if one.state == "silent" else "failing"
            yield Link("stage", name, state, None if age_s is None else now_us - round(age_s * SECOND_US))
        waiting, abandoned = self._context.cities.outbox_depth(self._context.city)
        yield Link("stage", speech("stage_outbox"), "failing" if abandoned else "well", waiting=waiting)


def router(context: Context, pages: Pages, sources: Sequence[Source]) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    links = Links(context, sources)

    @routes.get("/operator/sambungan", include_in_schema=False)
    def page(request: Request) -> Response:
        found = links.now(pages.speech(request))
        values = {"links": found, "unwell": sum(one.state in ("failing", "silent") for one in found)}
        return pages.render(request, "sambungan.html", values, private=True)

    return routes
