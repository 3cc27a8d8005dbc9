"""A city on servers of a trial's choice: real stages as processes, real agents whose rivers the trial steers.

Each river has one gauge, so that each flood is an event of its own.
"""

from __future__ import annotations

import contextlib
import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from broker.ports import BrokerAddress
from cities.load import load
from contract.city import Profile
from contract.clock import SECOND_US, Clock
from contract.incident import Incident, What
from edge.outbound import Transport
from faults.books import all_cases, books
from faults.laboratory import Laboratory
from faults.parts import tiny_city
from faults.parts.brokers import HOST, free_port, mosquitto, wait_until
from faults.parts.must import must
from faults.parts.stages import ROOT, Stage, last_beat, stage
from faults.parts.steered import SteeredFleet
from faults.result import Result
from firmware_sim import ledger
from firmware_sim.node import ALIVE, KEEPALIVE_S
from store import open_city, open_readings
from store.ports import CityStore, ReadingStore

SPEED = 600.0
"""a gauge's 300 s become half a second, the eight minutes of the flood rule 0.8 s"""
HIGH_CM = 85.0
CAMERA = "cth-kamera-1"
_LEASE_S = 2.0
_JUST_NOW = 4
_START_S = 60.0


@dataclass(frozen=True)
class Servers:
    """What the city stands on. `own_…_url` is the laboratory's way to the same store, past every disturbance."""

    readings_url: str
    city_url: str
    own_readings_url: str = ""
    own_city_url: str = ""
    token: str = ""


class Told(NamedTuple):
    """How soon a flood was noticed, in s: from the first high reading to the incident, and on to its case."""

    noticed_s: float
    filed_s: float


@dataclass
class ServedCity:
    """The city, up and accepting readings."""

    folder: Path
    profile: Profile
    broker: BrokerAddress
    settings: Mapping[str, object]
    readings: ReadingStore
    cities: CityStore
    fleet: SteeredFleet
    clock: Clock
    seed: int
    rivers: list[str]
    """gauges whose river has not risen yet"""
    stages: dict[str, tuple[Stage, contextlib.ExitStack]] = field(default_factory=dict)
    risen: dict[str, list[str]] = field(default_factory=dict)
    """the gauges whose rivers rose, by what was wrong meanwhile ("" for nothing)"""

    @property
    def city(self) -> str:
        return tiny_city.CODE

    @property
    def spools(self) -> Path:
        return self.folder / "spools"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def page(self) -> str:
        """Where the pages are."""
        return f"http://{HOST}:{self.settings['SIAGA_API_PORT']}"

    @property
    def nodes(self) -> list[str]:
        """The nodes that run."""
        return _running(self.profile)

    # ------------------------------------------------------------ processes

    def start(self, name: str) -> None:
        """A stage, without waiting for it."""
        stack = contextlib.ExitStack()
        self.stages[name] = (stack.enter_context(stage(self.folder / "log", self.settings, name)), stack)

    def stage(self, name: str) -> Stage:
        return self.stages[name][0]

    def kill(self, name: str) -> None:
        """kill -9."""
        running, stack = self.stages.pop(name)
        running.kill()
        (self.data / "run" / f"{name}.json").unlink(missing_ok=True)
        stack.close()

    def facts(self, name: str) -> Mapping[str, Any]:
        """What a stage last said of itself; empty before its first word."""
        facts: Mapping[str, Any] = last_beat(self.data, name).get("facts", {})
        return facts

    def await_stages(self, *names: str) -> None:
        for name in names:
            running = self.stage(name)
            must(running.until(partial(self.facts, name), _START_S), f"{name} did not come up: {running.said()}")

    def await_leader(self) -> None:
        alerts = self.stage("alerts")
        must(alerts.until(lambda: self.facts("alerts").get("leading"), _START_S), f"nobody judges: {alerts.said()}")

    def end(self) -> None:
        """In the order in which nobody judges another's end; every reading has had its time to be answered."""
        for _, stack in self.stages.values():
            stack.close()
        self.stages.clear()

    # ------------------------------------------------------------ floods

    def rise(self, during: str = "") -> str:
        """The next river rises; returns its gauge."""
        must(self.rivers, "no river is left that could rise")
        gauge = self.rivers.pop(0)
        self.fleet.story.set_level(gauge, HIGH_CM)
        self.risen.setdefault(during, []).append(gauge)
        return gauge

    def incident(self, gauge: str) -> Incident | None:
        """The flood at a gauge, None while there is none."""
        found = [
            incident
            for incident in self.cities.incidents(self.city)
            if incident.node == gauge and incident.found_us is None
        ]
        return found[0] if found else None

    def told(self, gauge: str) -> Told | None:
        """How soon it was noticed and filed, by the marks in the store; None while it is not."""
        incident = self.incident(gauge)
        case = None if incident is None else self.cities.case_of_event(incident.event)
        if incident is None or case is None:
            return None
        opened = next(one for one in self.cities.changes_of(incident.event) if one.what is What.OPENED)
        filed = self.cities.updates(case.number)[0]
        return Told(
            (opened.said_us - incident.crossed_us) / SECOND_US, (filed.said_us - incident.crossed_us) / SECOND_US
        )

    def is_told(self, gauge: str, within_s: float) -> bool:
        return wait_until(lambda: self.told(gauge), within_s, 0.05)

    # ------------------------------------------------------------ the end

    def drained(self, within_s: float, *, ended: Collection[str] = ()) -> bool:
        """Whether the nodes wait for no more answers than those to what they have just measured. Those that have
        `ended` hear none."""

        def answered() -> bool:
            return all(node.pending <= _JUST_NOW for node in ledger(self.spools) if node.node not in ended)

        return wait_until(answered, within_s, 0.1)

    def settle(self, result: Result) -> None:
        """End the city and add its account to `result`."""
        if "alerts" in self.stages:
            code = self.stage("alerts").terminate()
            result.expect(code == 0, f"alerts ended with {code}: {self.stage('alerts').said()[-300:]}")
        self.fleet.stop()
        if "ingest" in self.stages:
            code = self.stage("ingest").terminate()
            result.expect(code == 0, f"ingest ended with {code}: {self.stage('ingest').said()[-300:]}")
        counted = books(self.city, self.spools, self.readings, self.cities)
        gauges = {gauge for some in self.risen.values() for gauge in some}
        floods = [one for one in self.cities.incidents(self.city) if one.subject == "flood" and one.found_us is None]
        incidents = Counter(one.node for one in floods)
        cases = Counter(case.event for case in all_cases(self.city, self.cities))
        events = {one.event for one in floods}
        for gauge in sorted(gauges | incidents.keys()):
            expected = 1 if gauge in gauges else 0
            result.expect(incidents[gauge] == expected, f"{gauge}: {incidents[gauge]} floods, expected {expected}")
        for event in sorted(events):
            result.expect(cases[event] == 1, f"event {event} has {cases[event]} cases")
        counted.enter(result)
        result.events_expected += len(gauges)
        result.events_opened += len(events)
        result.cases += sum(cases.values())


def write_city(root: Path, rivers: int, points: int) -> None:
    gauges = [f"cth-duga-{number}" for number in range(1, rivers + 1)]
    folder = tiny_city.write(
        root,
        scale_toml="".join(tiny_city.rising_scale(gauge) for gauge in gauges),
        sites_csv=_SITES_HEAD
        + "".join(f"kali-{n},Kali {n},-8.57,116.08,99.01.01.1001,Kali {n},10.0,,\n" for n in range(1, rivers + 1))
        + "pasar,Pasar,-8.585,116.095,99.01.01.1002,,,barat,https://cctv.example/pasar\n",
        nodes_csv="node,kind,name,site,audience,sensors\n"
        + "".join(f"{gauge},gauge,Duga {n},kali-{n},public,gauge\n" for n, gauge in enumerate(gauges, 1))
        + f"{CAMERA},camera,Kamera Pasar,pasar,staff,camera\n"
        + "".join(f"cth-wifi-{n},wifi,Titik {n},pasar,public,wifi\n" for n in range(1, points + 1)),
    )
    rules = folder / "rules"
    rules.mkdir()
    shutil.copy(ROOT / "cities" / "yogyakarta" / "rules" / "flood.toml", rules)


_SITES_HEAD = "code,name,lat,lon,region,river,river_km,uplink,camera_url\n"


def _running(profile: Profile) -> list[str]:
    return [node.node for node in profile.nodes if node.node != CAMERA]


@contextlib.contextmanager
def steered_city(
    laboratory: Laboratory,
    room: Path,
    settings: Mapping[str, object],
    readings: ReadingStore,
    cities: CityStore,
    brokers: Sequence[BrokerAddress],
    *,
    speed: float = SPEED,
    transport: Transport = ALIVE,
    keepalive_s: int = KEEPALIVE_S,
) -> Iterator[ServedCity]:
    """The city that is written in `room`: its store knows it and its fleet runs, without the camera. No stage does; at
    the end those that were started are ended, then the fleet."""
    profile = load(tiny_city.CODE, room / "cities")
    cities.put_profile(profile, laboratory.clock.now_us())
    clock, seed = laboratory.clock, laboratory.rng.randrange(2**31)
    first, *further = brokers
    with SteeredFleet(
        profile,
        first,
        room / "spools",
        speed=speed,
        clock=clock,
        seed=seed,
        only=_running(profile),
        further=further,
        transport=transport,
        keepalive_s=keepalive_s,
    ) as fleet:
        gauges = [node.node for node in profile.nodes if node.kind == "gauge"]
        city = ServedCity(room, profile, first, settings, readings, cities, fleet, clock, seed, gauges)
        try:
            yield city
        finally:
            city.end()


@contextlib.contextmanager
def served_city(
    laboratory: Laboratory,
    room: Path,
    servers: Servers,
    *,
    rivers: int,
    points: int,
    pages: bool = False,
    further: Mapping[str, object] | None = None,
) -> Iterator[ServedCity]:
    """A city of `rivers` gauges, `points` WiFi points and a camera (which the fleet leaves out), up and accepting.

    Raises Broken where it does not come up.
    """
    room.mkdir(parents=True, exist_ok=True)
    write_city(room / "cities", rivers, points)
    (room / "token").touch(0o600)
    (room / "token").write_text(servers.token)
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(mosquitto())
        settings: dict[str, object] = {
            **tiny_city.settings(room),
            "SIAGA_READINGS_URL": servers.readings_url,
            **({"SIAGA_READINGS_TOKEN_FILE": room / "token"} if servers.token else {}),
            "SIAGA_CITY_URL": servers.city_url,
            "SIAGA_BROKERS": f"{broker.address.host}:{broker.address.port}",
            "SIAGA_API_PORT": free_port(),
            "SIAGA_SPEED": SPEED,
            "SIAGA_LEASE_TTL_S": _LEASE_S,
            **(further or {}),
        }
        cities = stack.enter_context(contextlib.closing(open_city(servers.own_city_url or servers.city_url)))
        readings = stack.enter_context(
            contextlib.closing(open_readings(servers.own_readings_url or servers.readings_url, token=servers.token))
        )
        city = stack.enter_context(steered_city(laboratory, room, settings, readings, cities, [broker.address]))
        names = ("ingest", "alerts", *(("api",) if pages else ()))
        for name in names:
            city.start(name)
        city.await_stages(*names)
        ingest = city.stage("ingest")
        ready = ingest.until(lambda: city.fleet.online == len(city.nodes) and city.facts("ingest")["stored"], 30)
        must(ready, f"no reading was kept: {ingest.said()}")
        city.await_leader()
        yield city
