"""A city with a river that floods again and again, in both profiles, and a pole that runs the agent as a Pi does.

Under `siaga up` the product's own supervisor brings back what is killed; on a city's servers this module does at once
what Docker's or systemd's restart policy would.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from broker.ports import BrokerAddress, Tls
from cities.load import load
from contract.city import Profile
from contract.clock import SystemClock
from faults.books import Books, books
from faults.parts import influx as influxes
from faults.parts import tiny_city
from faults.parts.brokers import HOST, free_port, wait_until
from faults.parts.city_broker import NODES, CityBroker, city_broker, identity, make_secrets
from faults.parts.must import must
from faults.parts.pole import write_node
from faults.parts.postgres import postgres
from faults.parts.stages import ROOT, Supervised, last_beat, siaga, supervised
from faults.parts.whole_city import STAGES, WholeCity, whole_city
from firmware_sim.ledgers import SPOOL_SUFFIX
from firmware_sim.scenario import load_scenario
from firmware_sim.story import Story
from store import open_city, open_readings
from store.ports import CityStore, ReadingStore, Stranger

POINTS = 18
GAUGES = ("cth-gauge-1", "cth-gauge-2", "cth-gauge-3")
POLE = "cth-tiang-1"
FLEET, BROKER = "simulate", "broker"
PROCESSES = (*STAGES, FLEET, POLE, BROKER)
WAVE_S = 18_000.0
"""a flood every five hours of the story"""
OVER_S = 14_400.0
"""from here on in a wave its all-clear is due"""
SCENARIO = f"""
[scenario]
title = {{ id = "Banjir berulang", en = "Flood after flood" }}
starts_at = 15:30:00
again_after_s = {WAVE_S}

[flood]
river = "Jangkuk"
record = "dead_run_2018-06"
first = 2018-06-11T09:00:00Z
last = 2018-06-11T13:00:00Z
"""
_SEED = 1
_TLS = """
[tls]
ca_file = "{ca_file}"
cert_file = "{cert_file}"
key_file = "{key_file}"
"""


def write(root: Path) -> None:
    """Three public gauges on one river, WiFi points, a camera, and rules."""
    sites = tiny_city.FILES["sites.csv"] + "tengah,Jangkuk Tengah,-8.575,116.10,99.01.01.1002,Jangkuk,11.0,,\n"
    nodes = "node,kind,name,site,audience,sensors\n"
    nodes += "".join(
        f"{gauge},gauge,Duga {place},{place},public,gauge\n"
        for gauge, place in zip(GAUGES, ("hulu", "tengah", "hilir"), strict=True)
    )
    nodes += "cth-kamera-1,camera,Kamera Pasar,pasar,staff,camera\n"
    nodes += "".join(f"cth-wifi-{number},wifi,Titik {number},taman,public,wifi\n" for number in range(1, POINTS + 1))
    scale = "".join(tiny_city.rising_scale(gauge) for gauge in GAUGES)
    folder = tiny_city.write(root, sites_csv=sites, nodes_csv=nodes, scale_toml=scale)
    shutil.copytree(
        ROOT / "cities" / "yogyakarta" / "rules", folder / "rules", ignore=shutil.ignore_patterns("rise.toml")
    )


@dataclass
class FloodCity(ABC):
    """A city in a flood. `settings` are those of a process that needs no broker; `pole` is a Pi of its own."""

    folder: Path
    speed: float
    settings: Mapping[str, object]
    readings: ReadingStore
    cities: CityStore
    began_us: int
    pole: Supervised

    @property
    def city(self) -> str:
        return tiny_city.CODE

    @property
    def city_url(self) -> str:
        return str(self.settings["SIAGA_CITY_URL"])

    @property
    def fleet(self) -> Path:
        """Where every spool lies, the pole's too."""
        return self.folder / "fleet"

    @property
    def pages(self) -> str:
        return f"http://{HOST}:{self.settings['SIAGA_API_PORT']}"

    @cached_property
    def profile(self) -> Profile:
        return load(tiny_city.CODE, self.folder / "cities")

    @cached_property
    def story(self) -> Story:
        """What truly happens, as the simulator tells it."""
        return Story(load_scenario(self.folder / "flash.toml"), self.profile, _SEED, self.began_us)

    def story_s(self, now_us: int) -> float:
        """How far the story is."""
        return (now_us - self.began_us) / 1e6 * self.speed

    def beat(self, stage: str) -> Mapping[str, Any]:
        """As `last_beat`."""
        return last_beat(self.folder / "data", stage)

    def books(self) -> Books:
        return books(self.city, self.fleet, self.readings, self.cities)

    @abstractmethod
    def pid(self, process: str) -> int | None:
        """Of one of PROCESSES; None while it does not run."""

    @abstractmethod
    def kill(self, process: str) -> None:
        """SIGKILL. Somebody brings it back."""

    @abstractmethod
    def end(self) -> list[str]:
        """All in good order; what did not end as it should, in words."""

    @abstractmethod
    def said(self) -> str:
        """Last words, for whoever wants to know why."""


# ---------------------------------------------------------------- under `siaga up`


@dataclass
class LaptopFlood(FloodCity):
    """One machine, `siaga up`, the embedded broker, SQLite."""

    whole: WholeCity

    def pid(self, process: str) -> int | None:
        if process == POLE:
            return None if self.pole.now.ended else self.pole.now.pid
        return self.whole.pid("nats-server" if process == BROKER else process)

    def kill(self, process: str) -> None:
        if process == POLE:
            self.pole.kill()
            return
        pid = self.pid(process)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def end(self) -> list[str]:
        codes = {POLE: self.pole.now.terminate(), "up": self.whole.up.terminate()}
        return [f"{name} ended with {code}: {self.said()}" for name, code in codes.items() if code != 0]

    def said(self) -> str:
        return self.whole.up.said()


@contextlib.contextmanager
def laptop_flood(folder: Path, *, speed: float, **settings: object) -> Iterator[LaptopFlood]:
    """Up, its story begun, its pole running."""
    with contextlib.ExitStack() as stack:
        # The spools of fleet and pole lie side by side.
        (folder / "data").mkdir(parents=True)
        (folder / "fleet").mkdir()
        (folder / "data" / "fleet").symlink_to(folder / "fleet")
        whole = stack.enter_context(whole_city(folder, speed=speed, write=write, scenario=SCENARIO, **settings))
        began_us = whole.began_us()
        must(began_us is not None, whole.up.said())
        adopt_pole(whole.cities)
        port = int(str(whole.settings["SIAGA_MQTT_PORT"]))
        agent = stack.enter_context(pole(folder, BrokerAddress(HOST, port), None))
        yield LaptopFlood(folder, speed, whole.settings, whole.readings, whole.cities, began_us or 0, agent, whole)


# ---------------------------------------------------------------- on a city's servers


@dataclass
class ServerFlood(FloodCity):
    """Mosquitto with TLS, PostgreSQL, InfluxDB, one process a stage."""

    broker: CityBroker
    stages: Mapping[str, Supervised] = field(default_factory=dict)

    def pid(self, process: str) -> int | None:
        if process == BROKER:
            return self.broker.process.pid if self.broker.process is not None else None
        one = self._one(process).now
        return None if one.ended else one.pid

    def kill(self, process: str) -> None:
        if process == BROKER:
            self.broker.kill()
            self.broker.start()
        else:
            self._one(process).kill()

    def _one(self, process: str) -> Supervised:
        return self.pole if process == POLE else self.stages[process]

    def end(self) -> list[str]:
        # The fleet goes after the engine: nobody is to judge its end.
        names = ("alerts", FLEET, POLE, "ingest", "api")
        codes = {name: self._one(name).now.terminate() for name in names}
        return [f"{name} ended with {code}: {self._one(name).now.said()}" for name, code in codes.items() if code != 0]

    def said(self) -> str:
        return "\n".join(one.now.said()[-800:] for one in self.stages.values())


@contextlib.contextmanager
def server_flood(folder: Path, *, speed: float, **settings: object) -> Iterator[ServerFlood]:
    """The city profile: every server real. Raises NotInstalled where one is missing."""
    write(folder / "cities")
    (folder / "flash.toml").write_text(SCENARIO)
    (folder / "fleet").mkdir()
    profile = load(tiny_city.CODE, folder / "cities")
    secrets = make_secrets(folder / "secrets", [*(node.node for node in profile.nodes), POLE], tiny_city.CODE)
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(postgres())
        influx = stack.enter_context(influxes.influx())
        broker = stack.enter_context(city_broker(folder / "broker", secrets, city=tiny_city.CODE))
        (secrets / "readings_token").touch(0o600)
        (secrets / "readings_token").write_text(influx.token + "\n")
        given: dict[str, object] = {
            **tiny_city.settings(folder),
            "SIAGA_CITY_URL": database.empty(),
            "SIAGA_CITY_PASSWORD_FILE": secrets / "postgres_password",
            "SIAGA_READINGS_URL": influx.url,
            "SIAGA_READINGS_TOKEN_FILE": secrets / "readings_token",
            "SIAGA_API_PORT": free_port(),
            "SIAGA_SPEED": speed,
            "SIAGA_LEASE_HOLDER": "server",
            **settings,
        }
        applied = siaga(given, "city", "apply")
        must(applied.returncode == 0, applied.stderr)
        stages = {
            name: stack.enter_context(supervised(folder / "log" / f"{name}.log", _service(given, broker, name), name))
            for name in STAGES
        }
        readings = stack.enter_context(contextlib.closing(open_readings(influx.url, token=influx.token)))
        cities = stack.enter_context(contextlib.closing(open_city(str(given["SIAGA_CITY_URL"]), migrate=False)))
        adopt_pole(cities)
        nodes = broker.address(NODES)
        run = folder / "data" / "run"
        up = wait_until(lambda: all((run / f"{name}.json").exists() for name in STAGES), 90, 0.1)
        must(up, "\n".join(one.now.said() for one in stages.values()))
        began_us = SystemClock().now_us()
        words = (str(folder / "flash.toml"), "--folder", str(folder / "fleet"), "--certificates", str(secrets))
        fleet = {**given, "SIAGA_BROKERS": f"{nodes.host}:{nodes.port}"}
        stages[FLEET] = stack.enter_context(
            supervised(folder / "log" / "fleet.log", fleet, FLEET, *words, "--since-us", str(began_us))
        )
        agent = stack.enter_context(pole(folder, nodes, identity(secrets, POLE)))
        yield ServerFlood(folder, speed, given, readings, cities, began_us, agent, broker, stages)


def _service(settings: Mapping[str, object], broker: CityBroker, name: str) -> Mapping[str, object]:
    """As docker-compose.yml gives it to a stage; the pages speak to no broker."""
    if name == "api":
        return settings
    return {**settings, **broker.settings(name)}


# ---------------------------------------------------------------- the pole


def adopt_pole(cities: CityStore) -> None:
    """The registry knows it; no profile and no simulator does."""
    now_us = SystemClock().now_us()
    cities.note_stranger(Stranger(tiny_city.CODE, POLE, now_us, now_us, "{}"))
    cities.adopt(tiny_city.CODE, POLE, "pantai", "gauge", now_us)


@contextlib.contextmanager
def pole(folder: Path, broker: BrokerAddress, tls: Tls | None) -> Iterator[Supervised]:
    """`siaga edge run` with a river that stays low, and its own health."""
    file = write_node(
        folder,
        folder / "fleet" / f"{POLE}{SPOOL_SUFFIX}",
        tiny_city.CODE,
        POLE,
        broker,
        river="gauge",
        river_s=0.2,
        self_s=1.0,
        further="" if tls is None else _TLS.format(ca_file=tls.ca_file, cert_file=tls.cert_file, key_file=tls.key_file),
    )
    with supervised(folder / "log" / "pole.log", {}, "edge", "run", "--config", str(file)) as one:
        yield one
