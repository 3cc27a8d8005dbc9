"""How soon a flood is an incident: from the message that completes a rule's `for` to the committed row.

Over the real embedded broker, through the real alert process, into SQLite; one gauge after the other, each on a river
of its own, so that every flood is an event and a case. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import random
import socket
import tempfile
import threading
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog

from alerts.process import AlertsProcess
from alerts.rulefile import load_rules
from benchmarks.machine import tell
from benchmarks.pipeline import wait
from broker.embedded import EmbeddedBroker
from broker.subscription import PahoSubscription, alert_topics
from cities.load import load, rules_folder
from complaints.builtin import BuiltinDesk
from contract import codec, topics
from contract.city import NodeSpec, Profile, SensorSpec, Site
from contract.clock import SECOND_US, SystemClock
from contract.kinds import FloodValues
from contract.messages import FloodReading, Readings
from contract.quality import Quality
from store import open_city, open_readings

CITY = "yogyakarta"
CLOCK = SystemClock()
EPOCH, BOOT = "5f3a9c0d1e2b4a68", "0b5d6b16-21ac-4e0e-9a53-3a1f1d5a6c01"
HIGH_CM = 1_000.0
APART_S = 0.005
USUAL = 200


def rivers(count: int) -> Profile:
    """The city with so many rivers of one gauge each instead of its own."""
    city = load(CITY)
    scale, region = city.scales[0], city.regions[-1].code
    names = [f"duga-{number}" for number in range(count)]
    sensors = (SensorSpec("level", "flood", 300.0),)
    return replace(
        city,
        sites=tuple(Site(name, name, city.lat, city.lon, region, river=name, river_km=1.0) for name in names),
        nodes=tuple(NodeSpec(name, "gauge", name, name, sensors) for name in names),
        scales=tuple(replace(scale, gauge=name) for name in names),
        reaches=(),
    )


def message(node: str, seq: int) -> tuple[str, bytes]:
    now_us = CLOCK.now_us()
    reading = FloodReading(
        seq=seq, sensor="level", observed_us=now_us, mono_us=1, trust="synced", quality=Quality.GOOD,
        values=FloodValues(level_cm=HIGH_CM),
    )  # fmt: skip
    batch = Readings(city=CITY, node=node, boot=BOOT, epoch=EPOCH, sent_us=now_us, readings=(reading,))
    return topics.readings(CITY, node), codec.encode(batch)


def raised_ms(count: int, folder: Path) -> list[float]:
    """One figure a gauge, in order."""
    city, stop, took = rivers(count), threading.Event(), []
    every = [rule for rule in load_rules(rules_folder(CITY)) if rule.id == "flood"]
    rules = tuple(replace(rule, for_s=APART_S) for rule in every)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    broker = EmbeddedBroker(folder / "broker", port=port, clock=CLOCK)
    broker.start()
    with ExitStack() as stack:
        stack.callback(broker.stop)
        readings = stack.enter_context(closing(open_readings(f"sqlite:///{folder}/readings.db")))
        cities = stack.enter_context(closing(open_city(f"sqlite:///{folder}/city.db")))
        reader, node = (
            stack.enter_context(
                closing(PahoSubscription([broker.address], name, wanted, rng=random.Random(), clock=CLOCK))
            )
            for name, wanted in (("alerts", alert_topics(CITY)), ("node", ((topics.ack(CITY, "duga-0"), 0),)))
        )
        cities.put_profile(city, CLOCK.now_us())
        stage = AlertsProcess(
            profile=city, rules=rules, subscription=reader, readings=readings, cities=cities,
            desk=BuiltinDesk(cities, city, "http://127.0.0.1"), clock=CLOCK, holder="benchmark",
            base_url="http://127.0.0.1",
        )  # fmt: skip
        thread = threading.Thread(target=stage.run, args=(stop,))
        thread.start()
        stack.callback(thread.join)
        stack.callback(stop.set)
        wait(lambda: stage.leading and reader.connected and node.connected)
        pause = threading.Event()
        for number, spec in enumerate(city.nodes):
            for seq in (1, 2):
                began_us = CLOCK.mono_us()
                assert node.publish(*message(spec.node, seq), qos=1)
                pause.wait(4 * APART_S if seq == 1 else 0)
            wait(lambda known=number: stage.facts()["told"] > known)  # counted once it is committed
            took.append((CLOCK.mono_us() - began_us) / SECOND_US * 1_000)
        assert len(cities.open_incidents(CITY)) == count
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--floods", type=int, default=USUAL)
    count = parser.parse_args().floods
    # Debug lines of a stage would be measured with it.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory(prefix="siaga-benchmark-") as name:
        took = sorted(raised_ms(count, Path(name)))
    figures: dict[str, Any] = {"floods": count}
    for share in (50, 95, 99):
        figures[f"raised_ms_p{share}"] = round(took[min(count - 1, count * share // 100)], 1)
    tell("raising", figures)


if __name__ == "__main__":
    main()
