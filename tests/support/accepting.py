"""Ingest on a real broker and real stores, with a node that says what a test wants said."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.city_data import EPOCH, NOON_US, profile
from support.linked import CITY, Linked, will_of

from broker.link import PahoLink
from broker.ports import Published, Received
from broker.subscription import PahoSubscription, service_topics
from contract import codec, topics
from contract.clock import ManualClock, SystemClock
from contract.errors import Unavailable
from contract.messages import Ack
from faults.parts.brokers import RunningBroker, nats, wait_until
from ingest.pipeline import Ingest
from store import open_city, open_readings
from store.ports import CityStore, ReadingStore

NODE = "tugu"
BOOT = "5f1c6a52-6d1c-4d0e-9a53-3a1f1d5a6c01"
_MARKS = itertools.count()


class Outage:
    """A store in front of the real one that can be away: every call then raises Unavailable."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.away = False
        self.retry_after_s: float | None = None
        self.mend = ""

    def __getattr__(self, name: str) -> Any:
        if self.away:
            raise Unavailable("the database does not answer", retry_after_s=self.retry_after_s, mend=self.mend)
        return getattr(self._store, name)


def reading(seq: int, *, observed_us: int = NOON_US, **changed: Any) -> dict[str, Any]:
    """A good river reading as it stands on the wire, with anything changed."""
    return {
        "seq": seq,
        "sensor": "level",
        "observed_us": observed_us + seq,
        "mono_us": 1_000 + seq,
        "trust": "synced",
        "quality": 1,
        "kind": "flood",
        "values": {"level_cm": 100.0 + seq},
        **changed,
    }


def batch(*readings: Any, node: str = NODE, epoch: str = EPOCH, **changed: Any) -> bytes:
    """A batch on the wire."""
    message = {
        "v": 1,
        "city": CITY,
        "node": node,
        "boot": BOOT,
        "epoch": epoch,
        "sent_us": NOON_US,
        "readings": readings,
    }
    return json.dumps({**message, **changed}).encode()


def birth(number: int = 1, *, node: str = NODE, sensors: tuple[tuple[str, str], ...] = (("level", "flood"),)) -> bytes:
    """A birth on the wire."""
    return json.dumps(
        {
            "v": 1,
            "city": CITY,
            "node": node,
            "boot": BOOT,
            "birth_no": number,
            "epoch": EPOCH,
            "firmware": "1.0",
            "clock": "none",
            "sent_us": 0,
            "mono_us": 42,
            "sensors": [{"sensor": name, "kind": kind, "period_s": 10.0} for name, kind in sensors],
        }
    ).encode()


@dataclass
class Bench:
    """Everything a test touches."""

    broker: RunningBroker
    clock: ManualClock
    readings: ReadingStore
    cities: CityStore
    readings_outage: Outage
    cities_outage: Outage
    subscription: PahoSubscription
    ingest: Ingest
    node: Linked

    def say(self, payload: bytes, *, leaf: str = "readings", node: str = NODE) -> None:
        """Publish as the broker lets anybody who is not checked, and see it confirmed."""
        topic = {"readings": topics.readings, "birth": topics.birth, "status": topics.status}[leaf](CITY, node)
        before = len(self.node.all(Published))
        assert self.node.link.publish(1, topic, payload, qos=1, retain=False)
        assert self.node.spin(lambda: len(self.node.all(Published)) > before)

    def turns(self, messages: int = 1) -> None:
        """Run ingest until it has finished so many messages."""
        finished = 0

        def enough() -> bool:
            nonlocal finished
            finished += self.ingest.turn()
            return finished >= messages

        assert wait_until(enough)

    def accept(self, payload: bytes, *, leaf: str = "readings", node: str = NODE) -> list[Ack]:
        """Say it, let ingest finish it, and return what was answered to the node, if anything."""
        self.node.events.clear()
        self.say(payload, leaf=leaf, node=node)
        self.turns()
        return self.answers()

    def answers(self) -> list[Ack]:
        """What has been answered. A message of our own behind it on the same way says that nothing else will come."""
        mark = b"mark %d" % next(_MARKS)
        assert self.subscription.publish(topics.ack(CITY, NODE), mark)
        assert self.node.spin(lambda: any(event.payload == mark for event in self.node.all(Received)))
        heard = [event.payload for event in self.node.all(Received) if event.payload.startswith(b"{")]
        return [codec.decode(Ack, payload) for payload in heard]

    def kept(self) -> list[tuple[str, str, int]]:
        """(node, reason, seq) of everything in quarantine, newest first."""
        return [(item.node, item.reason, item.seq) for item in self.cities.quarantined(CITY)]

    def stored(self) -> list[int]:
        """The seqs in the store, by reading them."""
        return [row.seq for row in self.readings.received_since(CITY, 0)]


def reader(broker: RunningBroker, client_id: str = "ingest") -> PahoSubscription:
    """A service's subscription that is connected."""
    made = PahoSubscription(
        [broker.address],
        client_id,
        service_topics(CITY),
        rng=random.Random(1),
        clock=SystemClock(),
        backoff_cap_s=0.2,
    )
    assert wait_until(lambda: made.connected)
    return made


@contextlib.contextmanager
def accepting(folder: Path, template: Path) -> Iterator[Bench]:
    """A broker, stores in `folder`, a registry that knows one gauge, and ingest, to be turned by hand.

    `template` is a city database that has been brought up to date once.
    """
    shutil.copy(template, folder / "city.db")
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(nats())
        readings = stack.enter_context(contextlib.closing(open_readings(f"sqlite:///{folder}/readings.db")))
        cities = stack.enter_context(contextlib.closing(open_city(f"sqlite:///{folder}/city.db", migrate=False)))
        cities.put_profile(profile(CITY, nodes=(NODE,)), NOON_US)
        subscription = stack.enter_context(contextlib.closing(reader(broker)))
        clock = ManualClock(NOON_US)
        readings_outage, cities_outage = Outage(readings), Outage(cities)
        ingest = Ingest(
            city=CITY,
            subscription=subscription,
            readings=readings_outage,
            cities=cities_outage,
            clock=clock,
            rng=random.Random(1),
        )
        node = Linked(PahoLink("anybody")).open(broker.address, will_of("anybody"))
        stack.callback(node.link.close, graceful=True)
        node.link.subscribe(topics.ack(CITY, NODE))
        bench = Bench(broker, clock, readings, cities, readings_outage, cities_outage, subscription, ingest, node)
        assert node.spin(lambda: (subscription.publish(topics.ack(CITY, NODE), b"up"), node.all(Received))[1])
        node.run_for(0.05)
        node.events.clear()
        yield bench
