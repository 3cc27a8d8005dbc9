"""A small city for the alert engine, and a way to tell it a story: so many minutes in, this gauge reads that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from alerts.engine import Engine, Transition
from alerts.notify import Manners, Notifier
from alerts.rulefile import load_rules
from alerts.rules import Rule
from alerts.samples import Sample
from contract.city import Agency, Category, NodeSpec, Profile, Region, Route, SensorSpec, Site, Text
from contract.clock import MINUTE_US, SECOND_US
from contract.incident import Audience, Incident
from contract.kinds import KindName
from contract.levels import Level, Scale, Threshold
from contract.messages import ClockTrust
from contract.promise import Promise, Term
from contract.quality import Quality
from siaga.history import placed
from store.ports import Placement

CITY = "contoh"
START_US = 1_750_000_000 * SECOND_US
EPOCH = "00000000000000aa"
RULES = Path(__file__).resolve().parents[2] / "cities" / "yogyakarta" / "rules"


def rules() -> tuple[Rule, ...]:
    """The floods and outages of Yogyakarta's pack."""
    return tuple(one for one in load_rules(RULES) if one.subject in {"flood", "outage"})


def rule(name: str) -> Rule:
    """One rule of Yogyakarta's pack."""
    return next(one for one in rules() if one.id == name)


def scale(gauge: str, *, up: Sequence[float] = (70, 110, 160), clear: Sequence[float] = (60, 95, 140)) -> Scale:
    """WASPADA, SIAGA, AWAS at `up`, each ending below its `clear` (cm)."""
    named = ((Level.WASPADA, "Siaga 3"), (Level.SIAGA, "Siaga 2"), (Level.AWAS, "Siaga 1"))
    marks = zip(named, up, clear, strict=True)
    return Scale(gauge, "nol contoh", "rising", tuple(Threshold(lv, r, c, name) for (lv, name), r, c in marks))


def profile() -> Profile:
    """Two gauges on the Code, one on the Winongo, six points behind two uplinks, and a point of its own."""
    gauges = (("code-hulu", "Code"), ("code-hilir", "Code"), ("winongo", "Winongo"))
    points = [(f"wifi-{n}", "uplink-utara" if n < 4 else "uplink-selatan") for n in range(1, 7)] + [("wifi-7", "")]
    sites = [
        Site(node, f"{river} di {node}", -7.78, 110.37, "34.71.02.1002", river=river, river_km=float(km))
        for km, (node, river) in enumerate(gauges)
    ]
    sites += [Site(node, f"Alun-alun {node}", -7.79, 110.36, "34.71.04.1001", uplink=up) for node, up in points]
    nodes = [NodeSpec(g, "gauge", g, g, (SensorSpec("gauge", "flood", 300.0),)) for g, _ in gauges]
    nodes += [NodeSpec(p, "wifi", p, p, (SensorSpec("wifi", "hotspot", 60.0),)) for p, _ in points]
    text = Text("contoh", "example")
    day, two_days = (Promise(Term(7_200), Term(seconds)) for seconds in (86_400, 172_800))
    return Profile(
        code=CITY,
        name="Contoh",
        zone="Asia/Jakarta",
        zone_word="WIB",
        region="34.71",
        lat=-7.79,
        lon=110.37,
        agencies=tuple(Agency(code, Text(code.upper(), code.upper())) for code in ("bpbd", "diskominfo", "dpu")),
        categories=(
            Category("banjir", Text("Banjir", "Flood"), text, "bpbd", "bencana", day),
            Category("wifi", Text("WiFi publik", "Public WiFi"), text, "diskominfo", "layanan", two_days),
        ),
        routes=(Route("banjir", "34.71.04", "dpu"),),
        regions=(
            Region("34.71.02", "Jetis", "kecamatan", "34.71", -7.78, 110.36),
            Region("34.71.02.1002", "Cokrodiningratan", "kelurahan", "34.71.02", -7.78, 110.37),
            Region("34.71.04", "Danurejan", "kecamatan", "34.71", -7.79, 110.37),
            Region("34.71.04.1001", "Suryatmajan", "kelurahan", "34.71.04", -7.79, 110.36),
        ),
        sites=tuple(sites),
        nodes=tuple(nodes),
        scales=tuple(scale(gauge) for gauge, _ in gauges),
        promoted_by=("penyusun", "pemeriksa"),
    )


def placements(audiences: Mapping[str, Audience] | None = None) -> dict[str, Placement]:
    """The profile's nodes as the registry places them."""
    told = audiences or {}
    return {node: replace(place, audience=told.get(node, place.audience)) for node, place in placed(profile()).items()}


@dataclass
class Watch:
    """An engine and the story so far. Minutes are counted from START_US; every line ticks the clock to its minute."""

    engine: Engine
    canary: bool = True
    """whether the platform's own word comes through, each minute"""
    minute: float = 0.0
    seqs: dict[tuple[str, str], int] = field(default_factory=dict)
    told: list[Transition] = field(default_factory=list)
    passed: list[tuple[int, list[Transition]]] = field(default_factory=list)
    """every moment at which the engine was asked, and what it told then"""

    def level(self, minute: float, gauge: str, cm: float | None, **how: Any) -> list[str]:
        """A gauge reads `cm`; `how`: quality, trust, epoch, seq, late_min (how long it was under way)."""
        return self.reading(minute, gauge, "gauge", "flood", {"level_cm": cm}, **how)

    def point(self, minute: float, node: str, internet: str | None = "open", **how: Any) -> list[str]:
        """A WiFi point says how its internet is."""
        return self.reading(minute, node, "wifi", "hotspot", {"internet": internet}, **how)

    def pass_to(self, minute: float) -> list[str]:
        """Time passes and nothing else happens."""
        self._sing(minute)
        return self._tell(self.engine.tick(at(minute)), at(minute))

    def read_on_site(self, minute: float, gauge: str, cm: float, *, ago_min: float = 0.0) -> list[str]:
        """Somebody at the gauge says what the staff shows, or showed `ago_min` before."""
        self._sing(minute)
        now_us = at(minute)
        read_us = now_us - round(ago_min * MINUTE_US)
        told = self._tell(self.engine.tick(now_us), now_us)
        found = self.engine.read_on_site(self.incident(gauge), cm, read_us, now_us, now_us)
        return told + self._tell(found, now_us)

    def end(self, minute: float, gauge: str) -> list[str]:
        """Two people have said that this gauge's flood is over."""
        self._sing(minute)
        now_us = at(minute)
        told = self._tell(self.engine.tick(now_us), now_us)
        return told + self._tell(self.engine.end(self.incident(gauge), now_us, now_us), now_us)

    def incident(self, node: str) -> Incident:
        """The newest incident of a node that was told of."""
        return next(one.incident for one in reversed(self.told) if one.incident.node == node)

    def last_will(self, minute: float, node: str, birth_no: int = 1) -> None:
        """The broker speaks the node's last will."""
        self.pass_to(minute)
        self.engine.status(node, online=False, birth_no=birth_no, now_us=at(minute))

    def story(self) -> list[str]:
        """Everything told so far."""
        return [line(transition) for transition in self.told]

    def reading(
        self,
        minute: float,
        node: str,
        sensor: str,
        kind: KindName,
        values: Mapping[str, Any],
        *,
        quality: Quality = Quality.GOOD,
        trust: ClockTrust = "synced",
        epoch: str = EPOCH,
        seq: int | None = None,
        late_min: float = 0.0,
    ) -> list[str]:
        """A sensor of any kind says something."""
        now_us = at(minute)
        self._sing(minute)
        known = self.seqs.get((node, epoch), 0)
        seq = known + 1 if seq is None else seq
        self.seqs[node, epoch] = max(known, seq)
        observed_us = now_us - round(late_min * MINUTE_US)
        sample = Sample(node, sensor, kind, epoch, seq, observed_us, trust, quality, values)
        return self._tell([*self.engine.tick(now_us), *self.engine.step(sample, now_us)], now_us)

    def _sing(self, minute: float) -> None:
        while self.canary and self.minute < minute:
            self.minute = min(minute, self.minute + 1)
            self.engine.witness(at(self.minute))

    def notifier(self, manners: Manners | None = None) -> Notifier:
        """What of the story so far was to be said, moment by moment; nothing of it is committed yet."""
        notifier = Notifier(CITY, self.engine.places, manners)
        for now_us, transitions in self.passed:
            notifier.take(transitions, now_us)
        return notifier

    def _tell(self, transitions: Sequence[Transition], now_us: int) -> list[str]:
        self.told += transitions
        self.passed.append((now_us, list(transitions)))
        return [line(transition) for transition in transitions]


def watch(audiences: Mapping[str, Audience] | None = None, **scales: Scale) -> Watch:
    """The small city under Yogyakarta's rules. `scales`: other scales for some gauges."""
    known = {one.gauge: one for one in profile().scales} | {one.gauge: one for one in scales.values()}
    return Watch(Engine(CITY, rules(), placements(audiences), known))


def at(minute: float) -> int:
    """Minutes of the story in microseconds since 1970."""
    return START_US + round(minute * MINUTE_US)


def line(transition: Transition) -> str:
    """`10 opened WASPADA code-hulu`: minute of the story, what, level, node."""
    change, incident = transition.change, transition.incident
    minute = (change.at_us - START_US) / MINUTE_US
    level = f" {change.level.name}" if change.level is not None else ""
    return f"{minute:g} {change.what}{level} {incident.node}"
