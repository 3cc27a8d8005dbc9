"""A city of WiFi points on feeders and uplinks, for tests of what is put down to what and how it is told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from support.watch import CITY, Watch, placements, rule

from alerts.engine import Engine
from alerts.rules import Rule
from store.ports import Event, Placement


def grid(feeders: int, uplinks: int, points: int) -> dict[str, Placement]:
    """`feeder-1` has `uplinks` uplinks with `points` points each, and so on. `f1-u2-p3` is a point."""
    pattern = placements()["wifi-1"]
    places = {}
    for f in range(1, feeders + 1):
        for u in range(1, uplinks + 1):
            for p in range(1, points + 1):
                node = f"f{f}-u{u}-p{p}"
                places[node] = replace(
                    pattern, node=node, site=node, site_name=node, uplink=f"uplink-{f}-{u}", power=f"feeder-{f}"
                )
    return places


class Grid(Watch):
    """A city of WiFi points alone."""

    def __init__(self, places: dict[str, Placement], hotspot: Rule | None = None) -> None:
        super().__init__(Engine(CITY, (hotspot or rule("hotspot"),), places, {}))
        self.nodes = tuple(places)

    def live(self, begin: int, end: int, *, without: Collection[str] = ()) -> None:
        """Every point but some says each minute that its internet is open."""
        for minute in range(begin, end):
            for node in self.nodes:
                if node not in without:
                    self.point(minute, node)
            self.pass_to(minute)

    def events(self) -> dict[str, Event]:
        """Every event by its id, as it was last told."""
        return {one.event.id: one.event for one in self.told}

    def groups(self) -> list[tuple[str, str]]:
        return sorted((one.group, one.cause) for one in self.events().values())


def of(places: dict[str, Placement], *beginnings: str) -> set[str]:
    return {node for node in places if node.startswith(beginnings)}
