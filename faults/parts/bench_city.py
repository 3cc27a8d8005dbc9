"""A city's servers in one process, turned by hand on a clock of the trial: the product's own ingest, alert engine,
desk and SQLite stores, with two letterboxes where the broker would stand.

Thousands of stories can be told in the time that real processes need for one; real brokers are another trial's part.
"""

from __future__ import annotations

import itertools
import random
import shutil
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from alerts.process import AlertsProcess
from alerts.rulefile import load_rules
from broker.ports import Incoming
from cities.load import load
from complaints.builtin import BuiltinDesk
from contract import codec, topics
from contract.clock import Clock
from contract.compress import compressed
from contract.messages import Ack
from faults.parts import tiny_city
from faults.parts.kept import Kept, kept_of, rows_of
from faults.parts.stages import ROOT
from ingest.pipeline import Ingest
from store import open_city, open_readings
from store.ports import Row

CITY = tiny_city.CODE
BASE_URL = "http://127.0.0.1:8080"
_LEASE_S = 600.0
_SNAPSHOT_S = 120.0


class Letterbox:
    """A `Subscription` without a broker: what is posted is taken in that order; what is published is kept."""

    def __init__(self) -> None:
        self._waiting: deque[Incoming] = deque()
        self._tokens = itertools.count(1)
        self.said: list[tuple[str, bytes]] = []

    @property
    def connected(self) -> bool:
        return True

    def post(self, topic: str, payload: bytes) -> None:
        self._waiting.append(Incoming(topic, payload, False, False, next(self._tokens)))

    def take(self, limit: int, timeout_s: float) -> Sequence[Incoming]:  # noqa: ARG002 - nothing comes while it waits
        return [self._waiting.popleft() for _ in range(min(limit, len(self._waiting)))]

    def done(self, messages: Sequence[Incoming]) -> None:
        """Nobody would send them again."""

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> bool:  # noqa: ARG002
        if topic == topics.canary(CITY):
            self.post(topic, payload)  # as the broker brings an engine's own canary home
        else:
            self.said.append((topic, payload))
        return True

    def close(self) -> None:
        """There is nothing to close."""


class Template:
    """A city's empty databases, made once and copied for every story. `faster` compresses its rules' times.

    A story moves its clock by less than a minute at a time: longer, and the engine takes itself for a paused process.
    """

    def __init__(self, folder: Path, now_us: int, *, faster: float = 1.0) -> None:
        tiny_city.write(folder)
        self.profile = load(CITY, folder)
        pack = load_rules(ROOT / "cities" / "yogyakarta" / "rules")
        self.rules = compressed(tuple(rule for rule in pack if rule.audience != "shadow"), faster)
        self.folder = folder
        with closing(open_city(f"sqlite:///{folder}/city.db")) as cities:
            cities.put_profile(self.profile, now_us)
        open_readings(f"sqlite:///{folder}/readings.db").close()


class BenchCity:
    """One city. `say` posts a message to both readers of the broker, `turn` lets everybody work it off."""

    def __init__(self, template: Template, folder: Path, clock: Clock) -> None:
        folder.mkdir(parents=True)
        for name in ("city.db", "readings.db"):
            shutil.copy(template.folder / name, folder / name)
        self._template = template
        self._clock = clock
        self._lives = itertools.count(1)
        self.readings = open_readings(f"sqlite:///{folder}/readings.db")
        self.cities = open_city(f"sqlite:///{folder}/city.db", migrate=False)
        self.accepting, self.noticing = Letterbox(), Letterbox()
        self._told = 0
        self.ingest, self.alerts = self._begin()

    def close(self) -> None:
        self.readings.close()
        self.cities.close()

    def start_again(self) -> None:
        """ingest and alerts end without a word and begin anew from what is stored."""
        lease = self.cities.lease(CITY, self._holder, self._clock.now_us(), _LEASE_S)
        if lease is not None:
            self.cities.release(lease)
        self._told = 0
        self.ingest, self.alerts = self._begin()

    def say(self, topic: str, payload: bytes) -> None:
        self.accepting.post(topic, payload)
        self.noticing.post(topic, payload)

    def turn(self) -> None:
        while self.ingest.turn():
            pass
        told = self._told
        self.alerts.turn(0.0)
        self._told = self.alerts.facts()["told"]
        if self._told != told:
            while self.alerts.outbox.turn():  # as its own thread does: rows of one event go one after the other
                pass

    def acks(self) -> Iterable[tuple[str, Ack]]:
        """Node and answer, of every answer since the last call."""
        said, self.accepting.said = self.accepting.said, []
        for topic, payload in said:
            address = topics.parse(topic)
            if address is not None and address.leaf == "ack":
                yield address.node, codec.decode(Ack, payload)

    def rows(self) -> list[Row]:
        """Every reading kept, in the order in which they came."""
        return rows_of(CITY, self.readings)

    def kept(self) -> Kept:
        return kept_of(CITY, self.readings, self.cities)

    def _begin(self) -> tuple[Ingest, AlertsProcess]:
        self._holder = f"life-{next(self._lives)}"
        ingest = Ingest(
            city=CITY,
            subscription=self.accepting,
            readings=self.readings,
            cities=self.cities,
            clock=self._clock,
            rng=random.Random(1),
        )
        alerts = AlertsProcess(
            profile=self._template.profile,
            rules=self._template.rules,
            subscription=self.noticing,
            readings=self.readings,
            cities=self.cities,
            desk=BuiltinDesk(self.cities, self._template.profile, BASE_URL),
            clock=self._clock,
            holder=self._holder,
            base_url=BASE_URL,
            lease_ttl_s=_LEASE_S,
            snapshot_every_s=_SNAPSHOT_S,
        )
        return ingest, alerts
