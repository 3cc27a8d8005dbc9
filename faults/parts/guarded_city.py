"""A city behind its doors: the shipped broker, a real ingest and watch, a rightful node, one who hears everything."""

from __future__ import annotations

import contextlib
import json
import random
import select
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from broker.link import PahoLink
from broker.ports import BrokerAddress, Connected, Disconnected, Incoming, LinkEvent, Received, Tls, Will
from broker.subscription import PahoSubscription
from cities.load import load
from contract import topics
from contract.clock import SECOND_US, Clock
from faults.parts.city_broker import NODES, SERVICES, CityBroker, city_broker, identity
from faults.parts.must import must
from faults.parts.stages import ROOT, Stage, stage
from store import open_city, open_readings
from store.people import SecurityEvent
from store.ports import CityStore, ReadingStore

CITY = "yogyakarta"
_START_S = 90


def batch(city: str, node: str, seq: int, now_us: int) -> bytes:
    """One good river reading; `seq` is its mark."""
    reading = {
        "seq": seq, "sensor": "gauge", "observed_us": now_us, "mono_us": 1_000, "trust": "synced", "quality": 1,
        "kind": "flood", "values": {"level_cm": 100.0},
    }  # fmt: skip
    told = {"v": 1, "city": city, "node": node, "boot": "5f1c6a52-6d1c-4d0e-9a53-3a1f1d5a6c01",
            "epoch": f"{seq:016x}", "sent_us": now_us, "readings": [reading]}  # fmt: skip
    return json.dumps(told, separators=(",", ":")).encode()


@dataclass
class Rightful:
    """A node that does nothing wrong, driven by whoever asks it."""

    name: str
    tls: Tls
    address: BrokerAddress
    clock: Clock
    events: list[LinkEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._link = PahoLink(self.name, tls=self.tls)

    def begin(self) -> None:
        """Connect and listen to everything that is meant for this node."""
        self._link.open(self.address, Will(topics.status(CITY, self.name), b""))
        must(self.until(lambda: self.count(Connected)), f"{self.name} did not connect: {self.events}")
        for topic in (
            topics.ack(CITY, self.name), topics.config(CITY, self.name), topics.firmware(CITY, self.name),
            f"{topics.ROOT}/{CITY}/{self.name}/command/+",
        ):  # fmt: skip
            self._link.subscribe(topic)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self._link.publish(0, topic, payload, qos=1, retain=retain)

    def heard(self) -> Sequence[Received]:
        return [event for event in self.events if isinstance(event, Received)]

    def count(self, kind: type[LinkEvent]) -> int:
        return sum(isinstance(event, kind) for event in self.events)

    def until(self, true: Callable[[], object], within_s: float = 10.0) -> bool:
        """Let it run until something is true."""
        end_us = self.clock.mono_us() + round(within_s * SECOND_US)
        while not true() and self.clock.mono_us() < end_us:
            self._link.housekeep(self.clock.mono_us())
            number = self._link.fileno()
            if number is not None:
                readable, writable, _ = select.select([number], [number] if self._link.wants_write() else [], [], 0.005)
                if readable:
                    self._link.readable()
                if writable:
                    self._link.writable()
            self.events.extend(self._link.events())
        return bool(true())

    def restart(self) -> None:
        """Begin again, as an agent does when its connection has ended."""
        self._link.close(graceful=False)
        self.events.clear()
        self.begin()

    @property
    def alive(self) -> bool:
        """Still on the connection that it began with."""
        self.until(lambda: False, 0.01)
        return self.count(Disconnected) == 0

    def end(self) -> None:
        self._link.close(graceful=True)


@dataclass
class GuardedCity:
    """Everything is real; the auditor is `alerts` with one right more, to hear everything."""

    broker: CityBroker
    secrets: Path
    node: Rightful
    auditor: PahoSubscription
    service: PahoSubscription
    watch: Stage
    ingest: Stage
    cities: CityStore
    readings: ReadingStore
    audited: list[Incoming] = field(default_factory=list)

    def speak(self, seq: int, now_us: int, *, within_s: float = 10.0) -> bool:
        """The rightful node sends a reading and is answered by ingest; whether it was. Others may try to listen."""
        before = len(self.node.heard())
        self.node.publish(topics.readings(CITY, self.node.name), batch(CITY, self.node.name, seq, now_us))
        return self.node.until(lambda: len(self.node.heard()) > before, within_s)

    def hear(self) -> Sequence[Incoming]:
        """Everything that the broker has passed on so far."""
        while taken := self.auditor.take(1_000, 0.0):
            self.audited.extend(taken)
            self.auditor.done(taken)
        return self.audited

    def noticed(self) -> Sequence[SecurityEvent]:
        return self.cities.security_events(CITY, limit=10_000)


@contextlib.contextmanager
def guarded_city(folder: Path, secrets: Path, node: str, clock: Clock) -> Iterator[GuardedCity]:
    """Raises NotInstalled without Mosquitto, Broken where it does not come up."""
    rights = folder / "rights"
    rights.mkdir(parents=True)
    for name in ("nodes.acl", "services.acl"):
        shutil.copy(ROOT / "broker" / "mosquitto" / name, rights / name)
    with (rights / "services.acl").open("a") as more:
        more.write("\nuser alerts\ntopic read #\n")
    urls = f"sqlite:///{folder / 'readings.sqlite3'}", f"sqlite:///{folder / 'city.sqlite3'}"
    with contextlib.ExitStack() as stack:
        readings = stack.enter_context(contextlib.closing(open_readings(urls[0])))
        cities = stack.enter_context(contextlib.closing(open_city(urls[1])))
        cities.put_profile(load(CITY), clock.now_us())
        broker = stack.enter_context(city_broker(folder / "broker", secrets, city=CITY, rights=rights))

        def settings(service: str) -> dict[str, object]:
            return {
                "SIAGA_CITY": CITY,
                "SIAGA_DATA_FOLDER": folder / "data",
                "SIAGA_READINGS_URL": urls[0],
                "SIAGA_CITY_URL": urls[1],
                **broker.settings(service),
            }

        def session(service: str, *wanted: str) -> PahoSubscription:
            made = PahoSubscription(
                [broker.address(SERVICES)], f"trial-{service}", [(topic, 1) for topic in wanted],
                rng=random.Random(1), clock=clock, tls=identity(secrets, service), protocol="5",
            )  # fmt: skip
            return stack.enter_context(contextlib.closing(made))

        ports = ("--nodes-port", str(broker.ports[NODES]), "--services-port", str(broker.ports[SERVICES]))
        log = ("--log", str(broker.log_file), "--rights", str(rights))
        watch = stack.enter_context(stage(folder / "log", settings("watch"), "broker", "watch", *log, *ports))
        ingest = stack.enter_context(stage(folder / "log", settings("ingest"), "ingest"))
        auditor = session("alerts", "#")
        service = session("ingest", topics.every_node(CITY, "birth"))
        rightful = Rightful(node, identity(secrets, node), broker.address(NODES), clock)
        stack.callback(rightful.end)
        rightful.begin()
        city = GuardedCity(broker, secrets, rightful, auditor, service, watch, ingest, cities, readings)
        # A node whose reading is answered: every part of the way is up.
        answered = any(city.speak(seq, clock.now_us(), within_s=1.0) for seq in range(1, _START_S))
        must(answered, f"ingest did not answer: {ingest.said()}")
        must(rightful.until(lambda: auditor.connected and service.connected), "no session for the auditor")
        beat = folder / "data" / "run" / "watch.json"
        must(watch.until(beat.exists, 30), f"the watch did not start: {watch.said()}")
        yield city
