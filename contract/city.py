"""What a city is: the plain values that the loader in cities/ builds and every stage reads.

Places are WGS 84 degrees. Region codes are Kemendagri's adm4 (`34.71.01.1001`). Texts come in Indonesian and English.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from contract.answer import Answer
from contract.decision import LIMITS, Limits
from contract.impact import Impact
from contract.kinds import KindName
from contract.levels import Scale
from contract.promise import NO_DAYS_OFF, DaysOff, Promise
from contract.travel import Reach

NodeKind = Literal["wifi", "camera", "gauge"]
Link = Literal["lan", "wifi", "gprs", "lte", "lora"]
"""How a node speaks to the city."""
MANUAL = "manual"
"""the sensor of a post whose staff is read by its keeper and keyed in; who reads it is a node of its own"""

NOTICE = "notice"
"""the sensor under which a post announces what a dam lets go"""
NOTICE_PERIOD_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in the product's two languages."""

    id: str
    en: str

    def in_(self, language: str) -> str:
        """The text in `id` or `en`; anything else reads Indonesian."""
        return self.en if language == "en" else self.id


@dataclass(frozen=True, slots=True)
class Agency:
    """An office (OPD) that answers cases."""

    code: str
    name: Text
    phone: str = ""


Datatype = Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]
"""what is answered, in the words of Open311's GeoReport v2"""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers of a list."""

    key: str
    name: Text


@dataclass(frozen=True, slots=True)
class Attribute:
    """What is asked beside place and words. `values` are those of the two lists; in the order in which it is asked."""

    code: str
    datatype: Datatype
    description: Text
    required: bool = False
    order: int = 1
    values: tuple[Choice, ...] = ()


RADIUS_M = 250.0
"""how near a report of the same category belongs to a case that is open, where the city says nothing"""


@dataclass(frozen=True, slots=True)
class Category:
    """What a case is about. `emergency`: people are told to call at once, and do not wait for a case."""

    code: str
    name: Text
    description: Text
    agency: str
    group: str
    promise: Promise
    keywords: tuple[str, ...] = ()
    radius_m: float = RADIUS_M
    attributes: tuple[Attribute, ...] = ()
    emergency: bool = False


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A page of another house. `url` is https."""

    name: Text
    url: str


@dataclass(frozen=True, slots=True)
class Region:
    """A kemantren/kecamatan (adm3) or kelurahan (adm4) with a representative point."""

    code: str
    name: str
    level: Literal["kecamatan", "kelurahan"]
    parent: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class SensorSpec:
    """A sensor that the registry expects on a node."""

    sensor: str
    kind: KindName
    period_s: float


@dataclass(frozen=True, slots=True)
class Site:
    """A place with poles on it. `river` and `river_km` (from the source) only where a gauge stands. `uplink` and
    `power` (the feeder) are what several sites hang on, empty where it is not known. `cctv_url` opens the city's own
    video system; nothing of ours ever asks it."""

    code: str
    name: str
    lat: float
    lon: float
    region: str
    river: str = ""
    river_km: float = 0.0
    uplink: str = ""
    camera_url: str = ""
    cctv_url: str = ""
    power: str = ""


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """A node of the registry. `audience` says how far its incidents are told; `link` is empty where nobody knows it."""

    node: str
    kind: NodeKind
    name: str
    site: str
    sensors: tuple[SensorSpec, ...]
    audience: Literal["shadow", "staff", "public"] = "public"
    link: Link | Literal[""] = ""

    @property
    def keyed_in(self) -> bool:
        """Whether its levels are keyed in by a keeper."""
        return any(one.sensor == MANUAL for one in self.sensors)


@dataclass(frozen=True, slots=True)
class Route:
    """A hand-over by area: cases of `category` in regions whose code starts with `region` go to `agency`."""

    category: str
    region: str
    agency: str


@dataclass(frozen=True, slots=True)
class Warnings:
    """How a city warns. `agency` signs: its officers alone confirm, order and call wrong; "" where nobody does.

    An order to leave needs `witnesses` others that bear the gauge out, or an officer's word; without either it goes by
    itself after `order_after_s` of good readings above the highest level, never where that is None. Sirens sound by
    hand or with an order. RWs that have not passed a warning on within `relay_after_s` are listed; an alarm that nobody
    answers climbs a step of the ladder every `ladder_step_s`. `weather_witness`: whether BMKG's warning of rain is one
    of the others that bear a gauge out.
    """

    agency: str = ""
    order_after_s: float | None = 600.0
    witnesses: int = 1
    sirens: Literal["manual", "automatic"] = "manual"
    relay_after_s: float = 300.0
    ladder_step_s: float = 120.0
    weather_witness: bool = True


@dataclass(frozen=True, slots=True)
class Profile:
    """One city, as its folder in cities/ describes it."""

    code: str
    name: str
    zone: str
    zone_word: str
    region: str
    lat: float
    lon: float
    agencies: tuple[Agency, ...]
    categories: tuple[Category, ...]
    routes: tuple[Route, ...]
    regions: tuple[Region, ...]
    sites: tuple[Site, ...]
    nodes: tuple[NodeSpec, ...]
    scales: tuple[Scale, ...]
    emergency_phone: str = "112"
    promoted_by: tuple[str, ...] = ()
    """the two who agreed that the city's first pack is told as far as its files say; nobody: it begins in shadow"""
    reaches: tuple[Reach, ...] = ()
    """how long the water takes between gauges, as far as the city says it"""
    limits: Limits = LIMITS
    impacts: tuple[Impact, ...] = ()
    """what the city's file says that levels mean where people live; what holds now is in its database"""
    warnings: Warnings = Warnings()
    days_off: DaysOff = field(default=NO_DAYS_OFF, hash=False)
    inspectorate: str = ""
    """the agency that takes what is said about an agency itself, "" where the city has named none"""
    answers: tuple[Answer, ...] = ()
    """the ready answers of its officers"""
    links: tuple[Elsewhere, ...] = ()
    """what people may look for here and find elsewhere"""
    desk: str = ""
    """the city's own complaint system, by its name in the file of systems, where its cases are worked on; "" where our
    desk is"""

    def works_elsewhere(self, *, public: bool) -> bool:
        """Whether such a case is worked on in the city's own system. What the public must not see never goes there."""
        return bool(self.desk) and public

    def site_of(self, node: str) -> Site | None:
        """Where a node stands, None for one the city does not know."""
        spec = next((one for one in self.nodes if one.node == node), None)
        return next((site for site in self.sites if spec and site.code == spec.site), None)

    @property
    def posts(self) -> tuple[NodeSpec, ...]:
        """The nodes whose staffs keepers read."""
        return tuple(node for node in self.nodes if node.keyed_in)

    def scale_of(self, gauge: str) -> Scale | None:
        """The staff of a gauge (by node), None where the node has none."""
        return next((scale for scale in self.scales if scale.gauge == gauge), None)
