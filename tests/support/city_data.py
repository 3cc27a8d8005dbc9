"""A small city's values for tests of what keeps them."""

from __future__ import annotations

from dataclasses import replace

from contract.city import Agency, Category, NodeSpec, Profile, Region, Route, SensorSpec, Site, Text
from contract.incident import Incident, State
from contract.levels import Level
from contract.messages import Birth, SensorInfo, Status
from contract.promise import Promise, Term
from contract.quality import Quality
from store.cases import Case, CaseUpdate
from store.ports import Outgoing, Row, Scalar, Series

NOON_US = 1_780_000_000_000_000
"""A day in 2026 at which most tests play; the start of a five-minute window plus 200 s."""
EPOCH = "00000000000000aa"


def profile(
    code: str = "yogyakarta", *, region: str = "34.71.01.1001", nodes: tuple[str, ...] = ("gauge-1",)
) -> Profile:
    """One river, one gauge (or several) at one site."""
    return Profile(
        code=code,
        name=code.capitalize(),
        zone="Asia/Jakarta",
        zone_word="WIB",
        region="34.71",
        lat=-7.8,
        lon=110.37,
        agencies=(Agency("bpbd", Text("BPBD", "Disaster agency"), "112"),),
        categories=(
            Category(
                "flood",
                Text("Banjir", "Flood"),
                Text("Air naik", "Rising water"),
                "bpbd",
                "water",
                Promise(Term(60), Term(600)),
                ("air",),
            ),
        ),
        routes=(Route("flood", "34.71", "bpbd"),),
        regions=(Region(region, "Kelurahan", "kelurahan", "34.71.01", -7.8, 110.37),),
        sites=(Site("bridge", "Jembatan", -7.8, 110.37, region, "code", 12.5, "uplink-1", power="feeder-1"),),
        nodes=tuple(
            NodeSpec(node, "gauge", f"Gauge {node}", "bridge", (SensorSpec("level", "flood", 10.0),)) for node in nodes
        ),
        scales=(),
        promoted_by=("penyusun", "pemeriksa"),
    )


def row(
    seq: int,
    observed_us: int,
    *,
    city: str = "yogyakarta",
    node: str = "gauge-1",
    sensor: str = "level",
    received_us: int | None = None,
    epoch: str = EPOCH,
    quality: Quality = Quality.GOOD,
    level_cm: float | None = 100.0,
    **values: Scalar,
) -> Row:
    """A flood reading. `level_cm` None is a reading whose value did not come."""
    if level_cm is not None:
        values["level_cm"] = level_cm
    return Row(
        Series(city, node, sensor, "flood"),
        "34.71.01.1001",
        observed_us,
        observed_us + 250_000 if received_us is None else received_us,
        epoch,
        seq,
        "synced",
        quality,
        {},
        values,
    )


def incident(
    number: int = 1, *, city: str = "yogyakarta", entity: str = "gauge-1/level", event: str = "event-1"
) -> Incident:
    """A river at SIAGA, just opened."""
    return Incident(
        id=f"incident-{number}",
        city=city,
        rule="river",
        rule_version="1",
        entity=entity,
        node=entity.split("/", maxsplit=1)[0],
        subject="flood",
        audience="public",
        event=event,
        state=State.FIRING,
        no_data=False,
        level=Level.SIAGA,
        peak=Level.SIAGA,
        value=210.0,
        peak_value=210.0,
        crossed_us=NOON_US,
        opened_us=NOON_US + number,
        changed_us=NOON_US + number,
        resolved_us=None,
        changes=1,
    )


def outgoing(key: str, *, city: str = "yogyakarta", event: str = "event-1", channel: str = "desk") -> Outgoing:
    """Something to be said at once."""
    return Outgoing(key, city, channel, event, {"text": {"id": "Air naik", "en": "Water rises"}}, NOON_US)


def case(event: str | None = "event-1", *, city: str = "yogyakarta", opened_us: int = NOON_US) -> Case:
    """A flood case before it has a number."""
    return Case(
        number="",
        city=city,
        event=event,
        category="flood",
        agency="bpbd",
        region="34.71.01.1001",
        title={"id": "Banjir Kali Code", "en": "Flood on the Code"},
        description={"id": "Siaga 3", "en": "Alert 3"},
        lat=-7.8,
        lon=110.37,
        status="submitted",
        source="sensor" if event else "citizen",
        opened_us=opened_us,
        updated_us=opened_us,
        finish_due_us=opened_us + 600_000_000,
        closed_us=None,
        public=True,
    )


def update(key: str, number: str = "", *, at_us: int = NOON_US) -> CaseUpdate:
    """A line of a case's thread."""
    return CaseUpdate(key, number, at_us, at_us + 1_000, "submitted", {"id": "Diterima", "en": "Received"}, "siaga")


def birth(number: int, *, city: str = "yogyakarta", node: str = "gauge-1") -> Birth:
    """A node's birth with one river sensor."""
    return Birth(
        city=city,
        node=node,
        boot=f"{number:08x}",
        birth_no=number,
        epoch=EPOCH,
        firmware=f"1.{number}",
        clock="ntp",
        sent_us=NOON_US,
        mono_us=number,
        sensors=(SensorInfo(sensor="level", kind="flood", period_s=10.0),),
    )


def status(number: int, state: str, *, city: str = "yogyakarta", node: str = "gauge-1") -> Status:
    """A node that says it is there, or its last will."""
    if state == "online":
        return Status(city=city, node=node, state="online", birth_no=number, reason="connected")
    return Status(city=city, node=node, state="offline", birth_no=number, reason="lost")


def moved(old: Profile, site: str, region: str) -> Profile:
    """The same city with its nodes at another, new site."""
    place = replace(old.sites[0], code=site, region=region, lat=-7.81)
    return replace(old, sites=(*old.sites, place), nodes=tuple(replace(node, site=site) for node in old.nodes))
