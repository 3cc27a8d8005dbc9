"""A scenario told of one city: every `any` is somebody by name, and every question has one answer for a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from contract.city import MANUAL, NodeSpec, Profile, SensorSpec, Site
from contract.clock import SECOND_US, from_us
from contract.errors import BadInput
from contract.kinds import FloodValues, HotspotValues, NodeValues, Values
from contract.levels import Level
from firmware_sim import wifi
from firmware_sim.crowds import Crowds, Festival
from firmware_sim.noise import drift, unit
from firmware_sim.rivers import FloodWave, Rivers, on_staff, record
from firmware_sim.scenario import Fault, Outage, Scenario

_HOUR_S = 3_600.0
_CALM_S = 13_000.0
"""what a city needs to see that a flood is over: two hours below its marks, read once an hour, and a while of calm"""
_KIND_WORDS = {"any": None, "any wifi": "wifi", "any camera": "camera", "any gauge": "gauge"}


@dataclass(frozen=True, slots=True)
class Pole:
    """A node of the fleet, where it stands, and what is wrong with it."""

    spec: NodeSpec
    site: Site
    faults: tuple[Fault, ...]
    known: bool = True


class Story:
    """What a city's sensors see and what befalls its nodes, by story seconds.

    `started_us` is the wall time of story second 0, `whole_s` when its flood has come, gone and been seen to be over.
    Raises BadInput where the scenario names somebody whom the city
    does not have.
    """

    def __init__(self, scenario: Scenario, profile: Profile, seed: int, started_us: int) -> None:
        self._seed = seed
        again_s = scenario.scenario.again_after_s
        self._start_hour = _start_hour(scenario, profile, started_us)
        self._outages = _outages(scenario.outage, profile, seed)
        self._scales = {scale.gauge: scale for scale in profile.scales}
        self._rivers = Rivers(profile.sites, _wave(scenario, profile), seed)
        # A long river's flood is under way for longer than the scenario's round: it does not begin before it has ended.
        self.whole_s = self._rivers.over_s + _CALM_S
        self._again_s = None if again_s is None else max(again_s, self.whole_s)
        self._crowds = Crowds(_festivals(scenario, profile, seed), seed)
        self.poles = _poles(scenario, profile, seed, {outage.uplink for outage in self._outages})

    def uplink_up(self, site: Site, story_s: float) -> bool:
        """Whether a site can reach the city. A site without a named uplink has one of its own that never fails."""
        return not any(
            outage.uplink == site.uplink and _within(outage.from_s, outage.for_s, self._in_round(story_s))
            for outage in self._outages
        )

    def fault(self, pole: Pole, story_s: float) -> Fault | None:
        """What is wrong with a node now; the first in the scenario's order."""
        at_s = self._in_round(story_s)
        return next((fault for fault in pole.faults if _within(fault.from_s, fault.for_s, at_s)), None)

    def hour(self, story_s: float) -> float:
        """The local hour (0 to 24) in the story."""
        return (self._start_hour + story_s / _HOUR_S) % 24

    def values(self, pole: Pole, sensor: SensorSpec, story_s: float) -> Values:
        """What a sensor measures at a moment. `sensor.period_s` is in story seconds."""
        code = pole.site.code
        match sensor.kind:
            case "flood":
                record_cm = self._rivers.level_cm(pole.site, self._in_round(story_s))
                level_cm = on_staff(record_cm, self._scales.get(pole.spec.node))
                return FloodValues(level_cm=level_cm, source="manual" if sensor.sensor == MANUAL else "sensor")
            case "crowd":
                return self._crowds.values(code, self._in_round(story_s), self.hour(story_s), sensor.period_s)
            case "hotspot":
                up = self.uplink_up(pole.site, story_s)
                return self._hotspot(code, story_s, uplink_up=up)
            case "node":
                return self._health(pole, story_s)
            case "release":
                raise ValueError(f"{pole.spec.node} measures no release: people announce it")

    def every_s(self, pole: Pole, sensor: SensorSpec, story_s: float) -> float:
        """How long until a sensor measures again. A keeper reads four times as often from the lowest mark on."""
        scale = self._scales.get(pole.spec.node)
        if sensor.sensor != MANUAL or scale is None:
            return sensor.period_s
        values = self.values(pole, sensor, story_s)
        level_cm = values.level_cm if isinstance(values, FloodValues) else None
        high = level_cm is not None and scale.level_at(level_cm) != Level.NORMAL
        return sensor.period_s / 4 if high else sensor.period_s

    def _hotspot(self, code: str, story_s: float, *, uplink_up: bool) -> HotspotValues:
        return wifi.values(code, story_s, self.hour(story_s), self._seed, uplink_up=uplink_up)

    def _health(self, pole: Pole, story_s: float) -> NodeValues:
        node = pole.spec.node
        # A box on a pole is coolest before sunrise and hottest in the early afternoon.
        sun = max(0.0, 1.0 - abs(self.hour(story_s) - 13.5) / 7.0)
        busy = 35.0 if pole.spec.kind == "camera" else 6.0
        return NodeValues(
            cpu_percent=round(busy * (1.0 + 0.4 * drift(story_s, 300.0, self._seed, "cpu", node)), 1),
            memory_percent=round(22.0 + 6.0 * unit(self._seed, "memory", node), 1),
            disk_percent=round(18.0 + 10.0 * unit(self._seed, "disk", node), 1),
            temperature_c=round(41.0 + 14.0 * sun + 2.0 * drift(story_s, 900.0, self._seed, "heat", node), 1),
            undervoltage=False,
            throttled=False,
            supply="mains",
            uptime_s=round(86_400.0 * (1 + 40 * unit(self._seed, "uptime", node)) + story_s, 1),
        )

    def _in_round(self, story_s: float) -> float:
        return story_s % self._again_s if self._again_s is not None else story_s


def _within(from_s: float, for_s: float | None, at_s: float) -> bool:
    return from_s <= at_s and (for_s is None or at_s < from_s + for_s)


def _start_hour(scenario: Scenario, profile: Profile, started_us: int) -> float:
    given = scenario.scenario.starts_at
    now: datetime = from_us(started_us).astimezone(ZoneInfo(profile.zone))
    moment = given if given is not None else now.time()
    return moment.hour + moment.minute / 60 + moment.second / 3_600 + moment.microsecond / (3_600 * SECOND_US)


def river_of(profile: Profile) -> str:
    """The river with the most gauges, "" where the city has none on a river."""
    gauges = _gauges_of(profile)
    return min(gauges, key=lambda name: (-gauges[name], name), default="")


def _gauges_of(profile: Profile) -> dict[str, int]:
    """How many sites with a gauge each river has."""
    gauged = {node.site for node in profile.nodes if node.kind == "gauge"}
    gauges: dict[str, int] = {}
    for site in profile.sites:
        if site.code in gauged and site.river:
            gauges[site.river] = gauges.get(site.river, 0) + 1
    return gauges


def _wave(scenario: Scenario, profile: Profile) -> FloodWave | None:
    flood = scenario.flood
    if flood is None:
        return None
    gauges = _gauges_of(profile)
    if not gauges or (flood.river != "any" and flood.river not in gauges):
        raise BadInput(
            f"{profile.name} has no gauge on a river {flood.river!r}",
            where="scenario: flood.river",
            remedy=f"Its rivers with gauges: {', '.join(sorted(gauges)) or 'none'}.",
        )
    river = river_of(profile) if flood.river == "any" else flood.river
    return FloodWave(
        river=river,
        points=record(flood.record, flood.first, flood.last),
        starts_s=flood.starts_s,
        lag_s_per_km=flood.lag_s_per_km,
        fade_per_km=flood.fade_per_km,
    )


def _choose(candidates: Sequence[str], seed: int, *words: str | int) -> str:
    return min(candidates, key=lambda name: (unit(seed, *words, name), name))


def _outages(outages: Sequence[Outage], profile: Profile, seed: int) -> tuple[Outage, ...]:
    sites = {site.code: site for site in profile.sites}
    points: dict[str, int] = {}
    for node in profile.nodes:
        if node.kind == "wifi" and sites[node.site].uplink:
            points[sites[node.site].uplink] = points.get(sites[node.site].uplink, 0) + 1
    named = []
    for number, outage in enumerate(outages):
        if not points and outage.uplink == "any":
            continue
        if outage.uplink != "any" and outage.uplink not in points:
            raise BadInput(
                f"{profile.name} has no uplink {outage.uplink!r} that feeds a WiFi point",
                where=f"scenario: outage {number + 1}",
                remedy=f"Its uplinks: {', '.join(sorted(points)) or 'none'}.",
            )
        # An uplink that feeds several points, where there is one: only then is one event not many.
        several = [name for name, count in points.items() if count > 2] or list(points)
        uplink = _choose(several, seed, "outage", number) if outage.uplink == "any" else outage.uplink
        named.append(outage.model_copy(update={"uplink": uplink}))
    return tuple(named)


def _festivals(scenario: Scenario, profile: Profile, seed: int) -> list[Festival]:
    cameras = [node.site for node in profile.nodes if node.kind == "camera"]
    named = []
    for number, form in enumerate(scenario.festival):
        if not cameras and form.site == "any":
            continue
        if form.site != "any" and form.site not in cameras:
            raise BadInput(
                f"{profile.name} has no camera at a site {form.site!r}",
                where=f"scenario: festival {number + 1}",
                remedy=f"Sites with cameras: {', '.join(sorted(cameras)) or 'none'}.",
            )
        site = _choose(cameras, seed, "festival", number) if form.site == "any" else form.site
        named.append(Festival(site, form.from_s, form.for_s, form.times))
    return named


def _poles(scenario: Scenario, profile: Profile, seed: int, dark: set[str]) -> tuple[Pole, ...]:
    """Every node of the city with its faults, and the strangers."""
    sites = {site.code: site for site in profile.sites}
    faults: dict[str, list[Fault]] = {node.node: [] for node in profile.nodes}
    strangers: list[Pole] = []
    for number, fault in enumerate(scenario.fault):
        if fault.kind == "stranger":
            strangers.append(_stranger(fault, number, profile, seed))
            continue
        node = _befallen(fault, number, [one for one in profile.nodes if not faults[one.node]], dark, profile, seed)
        if node is not None:
            faults[node].append(fault)
    known = tuple(Pole(node, sites[node.site], tuple(faults[node.node])) for node in profile.nodes)
    return known + tuple(strangers)


def _befallen(
    fault: Fault, number: int, free: Sequence[NodeSpec], dark: set[str], profile: Profile, seed: int
) -> str | None:
    """The node that a fault befalls; None where `any` finds nobody. A named node may have several faults."""
    if fault.node not in _KIND_WORDS:
        if any(node.node == fault.node for node in profile.nodes):
            return fault.node
        raise BadInput(
            f"{profile.name} has no node {fault.node!r}",
            where=f"scenario: fault {number + 1}",
            remedy=f"Name a node of nodes.csv, or one of: {', '.join(_KIND_WORDS)}.",
        )
    kind = _KIND_WORDS[fault.node]
    candidates = [node for node in free if kind is None or node.kind == kind]
    # A fault at a node that is cut off anyway shows nothing.
    cut_off = {site.code for site in profile.sites if site.uplink in dark}
    lit = [node for node in candidates if node.site not in cut_off] or candidates
    return _choose([node.node for node in lit], seed, "fault", number) if lit else None


def _stranger(fault: Fault, number: int, profile: Profile, seed: int) -> Pole:
    """A WiFi point that somebody put up without telling: it stands at a known site and is in no registry."""
    wifi_nodes = [node for node in profile.nodes if node.kind == "wifi"] or list(profile.nodes)
    if not wifi_nodes:
        raise BadInput(
            f"{profile.name} has no node that a stranger could be like", where=f"scenario: fault {number + 1}"
        )
    like = next(node for node in wifi_nodes if node.node == _choose([n.node for n in wifi_nodes], seed, "like", number))
    name = fault.node if fault.node not in _KIND_WORDS else f"baru-{profile.code}-{number + 1}"[:48].rstrip("-")
    site = next(site for site in profile.sites if site.code == like.site)
    spec = NodeSpec(name, like.kind, name, like.site, like.sensors, like.audience, like.link)
    return Pole(spec, site, (fault,), known=False)
