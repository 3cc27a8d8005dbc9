"""Where a node stands and what it carries, from the registry and from what it said at its birth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contract.clock import MINUTE_US
from contract.kinds import KindName
from contract.messages import Birth
from store.ports import CityStore, Placement

_SPAN_US = 10 * MINUTE_US
_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Known:
    """A node of the registry. `born` is the boot whose birth we have heard, empty where none has been."""

    node: str
    region: str
    born: str
    sensors: Mapping[str, frozenset[KindName]]


class Registry:
    """The registry as ingest sees it, kept until its version grows. Raises Unavailable as the store does."""

    def __init__(self, city: str, cities: CityStore) -> None:
        self._city = city
        self._cities = cities
        self._version: int | None = None
        self._placements: dict[str, Placement] = {}
        self._births: dict[str, tuple[str, dict[str, KindName]]] = {}
        self._regions: dict[tuple[str, int], str | None] = {}
        self._settled: dict[str, int] = {}
        """node -> the newest span of ten minutes that it is known to have stood where it stands now"""
        self._looked_again = False

    def refresh(self) -> None:
        """Once a turn: one small question to the store, and everything again where the answer has changed."""
        self._looked_again = False
        version = self._cities.registry_version(self._city)
        if version == self._version:
            return
        placements = {placement.node: placement for placement in self._cities.placements(self._city)}
        self._read_births()
        self._placements = placements
        self._regions.clear()
        self._settled.clear()
        self._version = version

    @property
    def read(self) -> bool:
        """Whether the registry was ever read: without it nobody can say who is known."""
        return self._version is not None

    def remembered(self, node: str) -> Known | None:
        """A node as it was when the registry could be read last, without asking; None for one that was not in it."""
        placement = self._placements.get(node)
        return None if placement is None else self._known(placement)

    def remembered_region(self, known: Known, observed_us: int) -> str | None:
        """The region of a reading without asking; None where it cannot be known.

        Who has stood where they stand now since an earlier reading stands there still: a registry that cannot be read
        is not changed either.
        """
        start = observed_us // _SPAN_US
        region = self._regions.get((known.node, start))
        if region is None:
            since = self._settled.get(known.node)
            region = known.region if since is not None and since <= start else None
        return region or None

    def heard(self, birth: Birth) -> None:
        """A birth that has just been noted in the store."""
        self._births[birth.node] = (birth.boot, {sensor.sensor: sensor.kind for sensor in birth.sensors})

    def knows(self, node: str) -> bool:
        """Whether the node is in the registry."""
        return node in self._placements

    def node(self, node: str, sensors: set[str]) -> Known | None:
        """A node, or None for one the registry does not know.

        Where one of `sensors` is news, the births are read again, once a turn: another copy of ingest may have taken
        the one that announced it.
        """
        placement = self._placements.get(node)
        if placement is None:
            return None
        known = self._known(placement)
        if not sensors <= known.sensors.keys() and not self._looked_again:
            self._read_births()
            self._looked_again = True
            known = self._known(placement)
        return known

    def region(self, known: Known, observed_us: int) -> str:
        """The region of the placement that was valid when a reading was observed.

        A span of ten minutes is asked at both ends and remembered where they agree. Before a node's first placement
        the present one stands for it: a pole is often adopted after it began to speak.
        """
        start = observed_us // _SPAN_US
        key = (known.node, start)
        if key not in self._regions:
            if len(self._regions) >= _REMEMBERED:
                self._regions.clear()
            first = self._cities.region_at(self._city, known.node, start * _SPAN_US)
            last = self._cities.region_at(self._city, known.node, (start + 1) * _SPAN_US - 1)
            self._regions[key] = first if first == last else ""
            if first == last == known.region:
                self._settled[known.node] = max(start, self._settled.get(known.node, start))
        region = self._regions[key]
        if region == "":
            region = self._cities.region_at(self._city, known.node, observed_us)
        return region or known.region

    def _read_births(self) -> None:
        self._births = {
            node: (presence.boot, {name: kind for name, (kind, _) in presence.sensors.items()})
            for node, presence in self._cities.presences(self._city).items()
        }

    def _known(self, placement: Placement) -> Known:
        boot, announced = self._births.get(placement.node, ("", {}))
        sensors: dict[str, frozenset[KindName]] = {name: frozenset({kind}) for name, kind in announced.items()}
        for name, (kind, _) in placement.sensors.items():
            sensors[name] = sensors.get(name, frozenset()) | {kind}
        return Known(placement.node, placement.region, boot, sensors)
