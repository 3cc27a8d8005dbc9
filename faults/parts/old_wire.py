"""What nodes and cities of version 1 have said, word for word, and what version 1 has published about it."""

from __future__ import annotations

import contextlib
import json
import random
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from broker.subscription import PahoSubscription, service_topics
from cities.load import load
from contract import topics
from contract.clock import ManualClock, SystemClock
from faults.parts import tiny_city
from faults.parts.brokers import nats, wait_until
from faults.parts.missing import NotInstalled
from faults.parts.must import must
from faults.parts.old_database import RECORDED
from ingest.pipeline import Ingest
from store import open_city, open_readings
from store.ports import CityStore, ReadingStore

_WITHIN_S = 30.0


class Said(NamedTuple):
    """A message as it was on the wire."""

    topic: str
    payload: bytes

    @property
    def leaf(self) -> str:
        """birth, status, readings or ack."""
        return self.topic.rsplit("/", 1)[1]

    @property
    def node(self) -> str:
        return self.topic.split("/")[3]

    @property
    def body(self) -> dict[str, Any]:
        """Its JSON."""
        body: dict[str, Any] = json.loads(self.payload)
        return body


def recorded() -> list[Said]:
    """Every recorded message of version 1, in the order in which they were said."""
    messages = json.loads((RECORDED / "v1" / "messages.json").read_text(encoding="utf-8"))
    return [Said(one["topic"], one["payload"].encode()) for one in messages]


def complaints(leaf: str, body: object) -> list[str]:
    """What a reader that knows nothing but version 1's published schema finds wrong in a message."""
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        raise NotInstalled("the Python package jsonschema is missing: make setup-test") from None
    schema = json.loads((RECORDED / "v1" / f"{leaf}.json").read_text(encoding="utf-8"))
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(body)]


class Accepted(NamedTuple):
    """What today's ingest made of the recorded messages. `acks` are those that have arrived so far."""

    readings: ReadingStore
    cities: CityStore
    acks: Sequence[Said]


@contextlib.contextmanager
def accepted(folder: Path, said: Sequence[Said]) -> Iterator[Accepted]:
    """Today's ingest behind a real broker, at the time of the recording, having finished all of `said`."""
    tiny_city.write(folder / "cities")
    latest_us = max(one.body.get("sent_us", 0) for one in said)
    heard: list[Said] = []
    ready = threading.Event()
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(nats())
        readings = stack.enter_context(contextlib.closing(open_readings(f"sqlite:///{folder}/readings.db")))
        cities = stack.enter_context(contextlib.closing(open_city(f"sqlite:///{folder}/city.db")))
        cities.put_profile(load(tiny_city.CODE, folder / "cities"), 0)
        source = stack.enter_context(
            contextlib.closing(
                PahoSubscription(
                    [broker.address],
                    "ingest",
                    service_topics(tiny_city.CODE),
                    rng=random.Random(0),
                    clock=SystemClock(),
                )
            )
        )
        must(wait_until(lambda: source.connected, _WITHIN_S), "ingest finds no broker")
        node = Client(CallbackAPIVersion.VERSION2, client_id="old-nodes")

        def hear(_client: Client, _data: object, message: MQTTMessage) -> None:
            heard.append(Said(message.topic, bytes(message.payload)))

        def subscribe(client: Client, *_: Any) -> None:
            client.subscribe(topics.every_node(tiny_city.CODE, "ack"))

        node.on_message = hear
        node.on_subscribe = lambda *_: ready.set()
        node.on_connect = subscribe
        node.connect(*broker.address)
        node.loop_start()
        stack.callback(node.loop_stop)
        stack.callback(node.disconnect)
        must(ready.wait(_WITHIN_S), "the old nodes find no broker")
        stage = Ingest(
            city=tiny_city.CODE,
            subscription=source,
            readings=readings,
            cities=cities,
            clock=ManualClock(latest_us + 1),
            rng=random.Random(0),
        )
        for one in said:
            node.publish(one.topic, one.payload, qos=1)
        finished = 0
        until_us = SystemClock().mono_us() + round(_WITHIN_S * 1e6)
        while finished < len(said) and SystemClock().mono_us() < until_us:
            finished += stage.turn()
        must(finished >= len(said), f"ingest has finished {finished} of {len(said)} recorded messages")
        yield Accepted(readings, cities, heard)
