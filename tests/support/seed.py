"""A city with a past, for tests of what people see: real stores on SQLite, filled through their ports.

As a script it serves one: `python tests/support/seed.py FOLDER PORT SCENE [SPEED]`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from math import exp, sin
from pathlib import Path
from typing import TypeVar

from support.remembered import FILES, Untouched, remember, remembered
from support.threads import add_update

from cities.load import load
from complaints.intake import AUTHOR
from contract.case import CaseStatus, CaseWord
from contract.city import NodeSpec, Profile
from contract.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US, Clock, ManualClock, SystemClock
from contract.incident import (
    Audience,
    Change,
    Incident,
    State,
    event_id,
    fell_silent,
    found_id,
    incident_id,
    level_changed,
    opened,
    resolved,
)
from contract.levels import Level
from contract.messages import Birth, SensorInfo, Status
from contract.quality import Quality
from contract.staging import narrower
from store import open_city, open_readings
from store.cases import Case, CaseUpdate
from store.ports import CityStore, EngineCommit, Event, ReadingStore, Row, Scalar, Series

T = TypeVar("T")

EPOCH = "0123456789abcdef"
BOOT = "11111111-2222-3333-4444-555555555555"
NOON_US = 1_769_223_600 * SECOND_US  # 2026-01-24 10.00 WIB
SCENES = ("nothing", "normal", "flood", "silent", "cases", "few")


_INSIDE: dict[CaseWord, CaseStatus] = {
    "received": "submitted",
    "checked": "confirmed",
    "in_progress": "in_progress",
    "done": "fixed",
    "not_ours": "not_ours",
}


@dataclass
class Town:
    """One city's stores and clock, and short ways to give it a past."""

    profile: Profile
    readings: ReadingStore
    cities: CityStore
    clock: Clock
    untouched: Untouched | None = None
    """as `town` made it"""
    _seqs: count[int] = field(default_factory=lambda: count(1))

    def once(self, past: Hashable, tell: Callable[[], T]) -> T:
        """The same past of a new town at the same time is told once a process, and copied after."""
        fresh, self.untouched = self.untouched, None
        if fresh is None or not fresh.still:
            return tell()
        key = past, self.now_us
        known = remembered(key)
        if known is not None:
            known.copy(fresh.folder)
            came, seq = known.came
        else:
            came, seq = tell(), next(self._seqs)
            remember(key, fresh.folder, (came, seq))
        self._seqs = count(seq)
        told: T = came
        return told

    def close(self) -> None:
        self.readings.close()
        self.cities.close()

    @property
    def now_us(self) -> int:
        return self.clock.now_us()

    def nodes(self, kind: str) -> list[NodeSpec]:
        return [node for node in self.profile.nodes if node.kind == kind]

    def birth(self, node: NodeSpec, *, hours_ago: float = 30, online: bool = True) -> None:
        """The node has said hello, and goodbye where it is not online."""
        us = self.now_us - round(hours_ago * HOUR_US)
        sensors = tuple(SensorInfo(sensor=s.sensor, kind=s.kind, period_s=s.period_s) for s in node.sensors)
        self.cities.note_birth(
            Birth(
                city=self.profile.code,
                node=node.node,
                boot=BOOT,
                birth_no=1,
                epoch=EPOCH,
                firmware="0.1.0",
                clock="ntp",
                sent_us=us,
                mono_us=1,
                sensors=sensors,
            ),
            us,
        )
        status = Status(
            city=self.profile.code,
            node=node.node,
            state="online" if online else "offline",
            birth_no=1,
            reason="connected" if online else "lost",
        )
        self.cities.note_status(status, us if online else self.now_us - 20 * MINUTE_US)

    def row(
        self,
        node: NodeSpec,
        observed_us: int,
        values: dict[str, Scalar],
        quality: Quality = Quality.GOOD,
        checks: dict[str, int] | None = None,
    ) -> Row:
        """One reading of the node's first sensor."""
        sensor = node.sensors[0]
        site = self.profile.site_of(node.node)
        return Row(
            Series(self.profile.code, node.node, sensor.sensor, sensor.kind),
            site.region if site else self.profile.region,
            observed_us,
            observed_us + 300_000,
            EPOCH,
            next(self._seqs),
            "synced",
            quality,
            checks or {},
            values,
        )

    def levels(self, node: NodeSpec, readings: Sequence[tuple[int, float, Quality]]) -> None:
        """A gauge's readings: (observed_us, cm, quality)."""
        rows = [
            self.row(node, us, {"level_cm": cm, "source": "sensor"}, quality, {"spike": 3} if quality == 3 else None)
            for us, cm, quality in readings
        ]
        refused = self.readings.write(rows)
        assert not refused, refused

    def calm(self, node: NodeSpec, base_cm: float = 40.0, until_us: int | None = None) -> None:
        """A day of a quiet river, every five minutes."""
        end_us = until_us or self.now_us - 90 * SECOND_US
        steps = range(24 * 12)
        self.levels(
            node, [(end_us - i * 5 * MINUTE_US, round(base_cm + 3 * sin(i / 20), 1), Quality.GOOD) for i in steps]
        )

    def wave(self, node: NodeSpec, peak_cm: float, *, hours_ago: float = 1.0, until_us: int | None = None) -> None:
        """A flood wave whose peak passes `hours_ago`, with one doubted reading and a hole of an hour."""
        end_us = until_us or self.now_us - 90 * SECOND_US
        found = []
        for i in range(24 * 12):
            us = end_us - i * 5 * MINUTE_US
            hours = (self.now_us - us) / HOUR_US - hours_ago
            if 13 < hours + hours_ago < 14:
                continue
            width = 0.8 if hours > 0 else 3.0
            cm = 42 + (peak_cm - 42) * exp(-((hours / width) ** 2) / 2)
            doubted = i == 60
            found.append((us, round(cm + (400 if doubted else 0), 1), Quality.SUSPECT if doubted else Quality.GOOD))
        self.levels(node, found)

    def open_flood(
        self,
        node: NodeSpec,
        level: Level,
        cm: float,
        *,
        minutes_ago: float = 25,
        audience: Audience = "public",
        silent_minutes: float | None = None,
        over: bool = False,
        keep: bool = True,
    ) -> tuple[Incident, Event]:
        """A flood incident as the engine would have kept it; the level was reached step by step."""
        city, rule = self.profile.code, "river_level"
        crossed_us = self.now_us - round(minutes_ago * MINUTE_US)
        site = self.profile.site_of(node.node)
        river = site.river if site else ""
        entity = f"{node.node}/{node.sensors[0].sensor}"
        event = Event(
            event_id(city, rule, river, crossed_us), city, "flood", rule, river, f"Sungai {river}", crossed_us
        )
        incident = Incident(
            id=incident_id(city, rule, entity, crossed_us),
            city=city,
            rule=rule,
            rule_version="1",
            entity=entity,
            node=node.node,
            subject="flood",
            audience=audience,
            event=event.id,
            state=State.FIRING,
            no_data=False,
            level=Level.WASPADA,
            peak=Level.WASPADA,
            value=cm,
            peak_value=cm,
            crossed_us=crossed_us,
            opened_us=crossed_us + 60 * SECOND_US,
            changed_us=crossed_us + 60 * SECOND_US,
            resolved_us=None,
            changes=1,
        )
        changes: list[Change] = [opened(incident, incident.opened_us + SECOND_US)]
        at_us = incident.opened_us
        for step in (Level.SIAGA, Level.AWAS):
            if not step.worse_than(level):
                at_us += 4 * MINUTE_US
                incident, change = level_changed(incident, step, cm, at_us, at_us + SECOND_US)
                changes.append(change)
        if silent_minutes is not None:
            silent_us = self.now_us - round(silent_minutes * MINUTE_US)
            incident, change = fell_silent(incident, silent_us, silent_us + SECOND_US)
            changes.append(change)
        if over:
            incident, change = resolved(incident, 50.0, self.now_us - MINUTE_US, self.now_us - MINUTE_US)
            changes.append(change)
        if keep:
            self.commit(incident, event, changes)
        return incident, event

    def find_flood(
        self, node: NodeSpec, level: Level, cm: float, *, minutes_ago: float = 60, owed: Audience = "public"
    ) -> Incident:
        """A flood of which nobody was told, found afterwards. `owed`: who should have been."""
        told, event = self.open_flood(node, level, cm, minutes_ago=minutes_ago, over=True, keep=False)
        found = replace(
            told,
            id=found_id(told.city, told.rule, told.entity, told.crossed_us),
            audience=narrower("staff", owed),
            owed=owed,
            came_us=self.now_us - 30 * SECOND_US,
            found_us=self.now_us,
        )
        event = replace(event, group=f"{event.group}~found", closed_us=found.resolved_us)
        self.commit(found, event, [opened(found, self.now_us)])
        return found

    def open_outage(
        self,
        node: NodeSpec,
        *,
        minutes_ago: float = 40,
        audience: Audience = "public",
        uplink: str = "",
        recurs: str | None = None,
        case: bool = True,
    ) -> Incident:
        """A WiFi point that went silent; with `uplink`, one of several behind it. Without its `case`, of any node."""
        city, rule = self.profile.code, "hotspot_outage"
        crossed_us = self.now_us - round(minutes_ago * MINUTE_US)
        group = f"uplink/{uplink}" if uplink else f"node/{node.node}"
        event = Event(
            id=event_id(city, rule, group, crossed_us),
            city=city,
            subject="outage",
            rule=rule,
            group=group,
            name=uplink or node.name,
            opened_us=crossed_us,
            recurs=recurs,
            cause="uplink" if uplink else "node",
        )
        incident = Incident(
            id=incident_id(city, rule, node.node, crossed_us),
            city=city,
            rule=rule,
            rule_version="1",
            entity=node.node,
            node=node.node,
            subject="outage",
            audience=audience,
            event=event.id,
            state=State.FIRING,
            no_data=True,
            level=None,
            peak=None,
            value=minutes_ago * 60,
            peak_value=minutes_ago * 60,
            crossed_us=crossed_us,
            opened_us=crossed_us + 10 * MINUTE_US,
            changed_us=crossed_us + 10 * MINUTE_US,
            resolved_us=None,
            changes=1,
        )
        self.commit(incident, event, [opened(incident, incident.opened_us + SECOND_US)])
        if not case:
            return incident
        self.file(
            event, node, "wifi", {"id": f"WiFi publik {node.name} terputus", "en": f"Public WiFi {node.name} down"}
        )
        return incident

    def flat_since(self, node: str, minutes_ago: float) -> None:
        """The engine says that this gauge stands still though the water moves."""
        lease = self.cities.lease(self.profile.code, "seed", self.now_us, 3600.0)
        assert lease is not None
        since_us = self.now_us - round(minutes_ago * MINUTE_US)
        self.cities.commit(lease, EngineCommit(flat_lines={node: since_us}))

    def commit(self, incident: Incident, event: Event, changes: Sequence[Change]) -> None:
        """Keep it as the engine does."""
        lease = self.cities.lease(self.profile.code, "seed", self.now_us, 3600.0)
        assert lease is not None
        self.cities.commit(lease, EngineCommit(incidents=[incident], changes=changes, events=[event]))

    def file(
        self,
        event: Event | None,
        node: NodeSpec,
        category: str,
        title: dict[str, str],
        *,
        state: CaseWord = "received",
        public: bool = True,
        opened_us: int | None = None,
        description: dict[str, str] | None = None,
        citizen: bool = False,
    ) -> Case:
        """A case with its first line."""
        site = self.profile.site_of(node.node)
        assert site is not None
        known = {one.code: one for one in self.profile.categories}
        kind = known.get(category) or self.profile.categories[0]
        at_us = opened_us or (event.opened_us if event else self.now_us - HOUR_US)
        begun = {"id": "Laporan warga diterima.", "en": "A citizen's report was received."}
        told = description or {"id": "Terbaca oleh sensor kota.", "en": "Read by the city's sensors."}
        case = self.cities.file_case(
            Case(
                number="",
                city=self.profile.code,
                event=event.id if event else None,
                category=kind.code,
                agency=kind.agency,
                region=site.region,
                title=title,
                description=told,
                lat=site.lat,
                lon=site.lon,
                status="submitted",
                source="citizen" if citizen else "sensor",
                opened_us=at_us,
                updated_us=at_us,
                finish_due_us=at_us + kind.promise.finish.seconds * SECOND_US,
                closed_us=None,
                public=public,
                triaged_us=None if citizen and state == "received" else at_us,
            ),
            CaseUpdate(
                f"{at_us}/{title['id']}/first",
                "",
                at_us,
                at_us,
                "submitted",
                begun if citizen else told,
                AUTHOR if citizen else "sensor",
            ),
        )
        if state != "received":
            later_us = at_us + 5 * MINUTE_US
            words = {"id": "Petugas menuju lokasi.", "en": "Officers are on their way."}
            add_update(
                self.cities,
                CaseUpdate(f"{case.number}/{state}", case.number, later_us, later_us, _INSIDE[state], words, "BPBD"),
            )
        return self.cities.case(case.number) or case


@cache
def _profile() -> Profile:
    return load("yogyakarta")


def town(folder: Path, clock: Clock | None = None, *, register: bool = True) -> Town:
    """The stores in `folder`, with Yogyakarta's registry put into them unless it is there already."""
    time = clock or ManualClock(now_us=NOON_US)
    new = not any((folder / name).exists() for name in FILES)
    key = "town", register and time.now_us()
    known = remembered(key) if new else None
    if known is not None:
        known.write(folder)
    readings = open_readings(f"sqlite:///{folder}/readings.db")
    cities = open_city(f"sqlite:///{folder}/city.db")
    made = Town(_profile(), readings, cities, time)
    if register and known is None:
        cities.put_profile(made.profile, made.now_us - 100 * DAY_US)
    if new and isinstance(time, ManualClock):
        if known is None:
            remember(key, folder)
        if register:
            made.untouched = Untouched(folder)
    return made


def normal(made: Town, *, but: Sequence[str] = ()) -> None:
    """Everything works: rivers calm, WiFi up but for three, cameras counting. Gauges in `but` stay mute."""
    made.once(("normal", *but), lambda: _normal(made, but))


def _normal(made: Town, but: Sequence[str]) -> None:
    rows = []
    for i, node in enumerate(made.nodes("gauge")):
        made.birth(node)
        if node.node not in but:
            made.calm(node, 30 + 3 * i)
    wifi = made.nodes("wifi")
    for i, node in enumerate(wifi[:-1]):
        made.birth(node, online=i != 7)
        at_us = made.now_us - (2 * HOUR_US if i in {7, 11} else (20 + i) * SECOND_US)
        rows.append(made.row(node, at_us, {"gateway_ok": True, "internet": "open", "clients": i}))
    for i, node in enumerate(made.nodes("camera")):
        made.birth(node)
        rows.append(made.row(node, made.now_us - (15 + i) * SECOND_US, {"people": 7 * i, "camera": "ok"}))
    assert not made.readings.write(rows)


def flood(made: Town) -> Case:
    """The Code is at AWAS, the Winongo at WASPADA; a WiFi point is out."""
    return made.once("flood", lambda: _flood(made))


def _flood(made: Town) -> Case:
    code = [node for node in made.nodes("gauge") if (site := made.profile.site_of(node.node)) and site.river == "Code"]
    winongo = made.nodes("gauge")[0]
    normal(made, but=[code[1].node, winongo.node])
    made.wave(code[1], 214, hours_ago=-0.4)
    made.wave(winongo, 92, hours_ago=0.8)
    _, event = made.open_flood(code[1], Level.AWAS, 196.0)
    _, other = made.open_flood(winongo, Level.WASPADA, 91.0, minutes_ago=50)
    made.open_outage(made.nodes("wifi")[7])
    made.file(
        other,
        winongo,
        "banjir",
        {"id": "Sungai Winongo waspada di Kricak", "en": "River Winongo on watch"},
        state="checked",
    )
    return made.file(
        event,
        code[1],
        "banjir",
        {"id": FLOOD_TITLE, "en": "River Code above DANGER at Gondolayu"},
        description={
            "id": "Tinggi air melewati 160 cm dan masih naik.",
            "en": "The water has passed 160 cm and is still rising.",
        },
    )


def silent(made: Town) -> None:
    """A gauge fell silent while it was high, another while it was calm, a third never spoke."""
    gauges = made.nodes("gauge")
    normal(made, but=[gauges[3].node, gauges[0].node, gauges[9].node])
    gone_us = made.now_us - 3 * HOUR_US
    made.wave(gauges[3], 140, hours_ago=3.2, until_us=gone_us)
    made.calm(gauges[0], until_us=gone_us)
    _, event = made.open_flood(gauges[3], Level.SIAGA, 138.0, minutes_ago=200, silent_minutes=170)
    made.file(
        event, gauges[3], "banjir", {"id": "Sungai Code siaga di Jetisharjo", "en": "River Code on alert at Jetisharjo"}
    )


FLOOD_TITLE = "Sungai Code di atas batas AWAS di Gondolayu"


def flood_case(made: Town) -> Case:
    """The case of the `flood` scene's worst river."""
    cases = made.cities.find_cases(made.profile.code).cases
    return next(case for case in cases if case.title["id"] == FLOOD_TITLE)


def many_cases(made: Town, n: int = 1_000) -> None:
    """`n` cases over the last eighty days."""
    nodes = made.nodes("wifi")
    states: list[CaseWord] = ["received", "checked", "in_progress", "done", "not_ours"]
    for i in range(n):
        made.file(
            None,
            nodes[i % len(nodes)],
            made.profile.categories[i % len(made.profile.categories)].code,
            {"id": f"Laporan contoh {i}", "en": f"Sample report {i}"},
            state=states[i % 5],
            opened_us=made.now_us - i * 80 * DAY_US // n - HOUR_US,
            citizen=i % 3 == 0,
        )


def scene(made: Town, name: str) -> None:
    """Play one of SCENES."""
    if name == "normal":
        normal(made)
    elif name == "flood":
        flood(made)
    elif name == "silent":
        silent(made)
    elif name == "few":
        many_cases(made, 60)
    elif name == "cases":
        normal(made)
        many_cases(made)


def main() -> None:
    """Serve a scene until interrupted."""
    import uvicorn

    from api.app import create_app

    folder, port, name = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    folder.mkdir(parents=True, exist_ok=True)
    made = town(folder, SystemClock())
    scene(made, name)
    app = create_app(
        profile=made.profile,
        readings=made.readings,
        cities=made.cities,
        people=made.cities,
        clock=made.clock,
        base_url=f"http://127.0.0.1:{port}",
        speed=float(sys.argv[4]) if len(sys.argv) > 4 else 1.0,
    )
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main()
