"""What one node that says a thousand messages a second costs the others: the time to their answer, with it and without.

A real broker, real `siaga ingest` and `siaga alerts` as processes, and the one that shouts as another; it heeds no
answer. Quiet and loud spells take turns, so that both figures are of one run. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import structlog

from benchmarks.machine import tell
from benchmarks.pipeline import BOOT, EPOCH, wait
from broker.embedded import EmbeddedBroker
from broker.ports import BrokerAddress
from broker.subscription import PahoSubscription
from cities.load import load
from contract import codec, topics
from contract.city import Profile
from contract.clock import SECOND_US, SystemClock
from contract.kinds import FloodValues
from contract.messages import Ack, Birth, FloodReading, Readings, SensorInfo
from contract.quality import Quality
from faults.parts.brokers import free_port, mosquitto
from faults.parts.stages import last_beat, stage
from store import open_city

CITY = "yogyakarta"
CLOCK = SystemClock()
OTHERS = 40
SAYS_EVERY_S = 1.0
SHOUTS_PER_S = 1_000
TICK_S = 0.01
SPELL_S = 15.0
SPELLS = 2
WARM_S = 5.0


@contextmanager
def embedded() -> Iterator[BrokerAddress]:
    """The broker of the one-machine profile, as the product starts it."""
    with tempfile.TemporaryDirectory(prefix="siaga-benchmark-") as folder:
        broker = EmbeddedBroker(Path(folder), port=free_port(), clock=CLOCK)
        broker.start()
        try:
            yield broker.address
        finally:
            broker.stop()


@contextmanager
def city_profile() -> Iterator[BrokerAddress]:
    """Mosquitto as the city profile bounds it and lets it keep; without certificates, which are no matter of load."""
    shipped = (Path(__file__).parents[1] / "broker" / "mosquitto" / "mosquitto.conf").read_text(encoding="utf-8")
    kept, _, _ = shipped.replace("/mosquitto/data/", "{folder}/data/").partition("# --- what is said")
    text = kept.replace("per_listener_settings true", "per_listener_settings false")
    with mosquitto(text + "log_dest none\nlistener {port} 127.0.0.1\nallow_anonymous true\n") as broker:
        yield broker.address


def message(node: str, seq: int) -> bytes:
    """One good reading of a calm river."""
    now_us = CLOCK.now_us()
    reading = FloodReading(
        seq=seq, sensor="level", observed_us=now_us, mono_us=seq, trust="synced", quality=Quality.GOOD,
        values=FloodValues(level_cm=40.0),
    )  # fmt: skip
    return codec.encode(Readings(city=CITY, node=node, boot=BOOT, epoch=EPOCH, sent_us=now_us, readings=(reading,)))


def birth(node: str) -> bytes:
    return codec.encode(
        Birth(
            city=CITY, node=node, boot=BOOT, birth_no=1, epoch=EPOCH, firmware="benchmark", clock="ntp",
            sent_us=CLOCK.now_us(), mono_us=1, sensors=(SensorInfo(sensor="level", kind="flood", period_s=60),),
        )
    )  # fmt: skip


def session(address: BrokerAddress, name: str, *heard: str) -> PahoSubscription:
    wanted = [(topic, 0) for topic in heard]
    return PahoSubscription([address], name, wanted, rng=random.Random(), clock=CLOCK, queue=100_000)


def shout(node: str, address: BrokerAddress) -> None:
    """Say a message a millisecond until standard input ends; then print how many."""
    heard_enough = threading.Event()

    def listen() -> None:
        sys.stdin.read()
        heard_enough.set()

    threading.Thread(target=listen, daemon=True).start()
    with closing(session(address, f"benchmark-{node}", topics.command(CITY, node, "none"))) as link:
        wait(lambda: link.connected)
        began_us, said = CLOCK.mono_us(), 0
        first = CLOCK.now_us()  # a number of its own for each spell
        while not heard_enough.wait(TICK_S):
            due = (CLOCK.mono_us() - began_us) * SHOUTS_PER_S // SECOND_US
            while said < due:
                said += 1
                link.publish(topics.readings(CITY, node), message(node, first + said), qos=1)
    print(said)


@contextmanager
def shouting(node: str, address: BrokerAddress, said: list[int]) -> Iterator[None]:
    command = [sys.executable, "-m", "benchmarks.loud", "--shout", node, address.host, str(address.port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield
        finally:
            told, _ = process.communicate()
    said.append(int(told))


class Others:
    """Nodes that say one reading a second each and note how long each answer took."""

    def __init__(self, nodes: list[str], link: PahoSubscription) -> None:
        self._nodes = nodes
        self._link = link
        self._seq = itertools.count(1)
        self._said_us: dict[tuple[str, int], int] = {}

    def spell(self, for_s: float) -> list[float]:
        """The times to their answers, in ms; all that were said in this spell and answered in it or soon after."""
        took: list[float] = []
        until_us = CLOCK.mono_us() + round(for_s * SECOND_US)
        apart_us = round(SAYS_EVERY_S / len(self._nodes) * SECOND_US)
        next_us = CLOCK.mono_us()
        for node in itertools.cycle(self._nodes):
            if next_us >= until_us:
                break
            while (left_us := next_us - CLOCK.mono_us()) > 0:
                self._hear(left_us / SECOND_US, took)
            seq = next(self._seq)
            payload = message(node, seq)
            self._said_us[node, seq] = CLOCK.mono_us()
            self._link.publish(topics.readings(CITY, node), payload, qos=1)
            next_us += apart_us
        wait(lambda: self._all_heard(took))
        return took

    def _all_heard(self, took: list[float]) -> bool:
        self._hear(TICK_S, took)
        return not self._said_us

    def _hear(self, for_s: float, took: list[float]) -> None:
        for one in self._link.take(100, for_s):
            now_us = CLOCK.mono_us()
            ack, address = codec.decode(Ack, one.payload), topics.parse(one.topic)
            assert address is not None
            for low, high in ack.stored:
                for seq in range(low, high + 1):
                    said_us = self._said_us.pop((address.node, seq), None)
                    if said_us is not None:  # a broker may bring a message twice, and it is answered twice
                        took.append((now_us - said_us) / SECOND_US * 1_000)


def measured(city: Profile, address: BrokerAddress, protocol: str, folder: Path) -> dict[str, Any]:
    nodes = [node.node for node in city.nodes]
    loud, others = nodes[0], nodes[1 : OTHERS + 1]
    settings = {
        "SIAGA_CITY": CITY,
        "SIAGA_DATA_FOLDER": folder / "data",
        "SIAGA_READINGS_URL": f"sqlite:///{folder / 'readings.db'}",
        "SIAGA_CITY_URL": f"sqlite:///{folder / 'city.db'}",
        "SIAGA_BROKERS": f"{address.host}:{address.port}",
        "SIAGA_BROKER_PROTOCOL": protocol,
    }
    quiet: list[float] = []
    beside: list[float] = []
    said: list[int] = []
    with ExitStack() as stack:
        cities = stack.enter_context(closing(open_city(str(settings["SIAGA_CITY_URL"]))))
        cities.put_profile(city, CLOCK.now_us())
        for name in ("ingest", "alerts"):
            stack.enter_context(stage(folder / "log", settings, name))
        wait(lambda: last_beat(folder / "data", "ingest") and last_beat(folder / "data", "alerts"))
        acks = [topics.ack(CITY, node) for node in others]
        link = stack.enter_context(closing(session(address, "benchmark-others", *acks)))
        wait(lambda: link.connected)
        for node in (loud, *others):
            link.publish(topics.birth(CITY, node), birth(node), qos=1, retain=True)
        group = Others(others, link)
        group.spell(WARM_S)
        for _ in range(SPELLS):
            quiet += group.spell(SPELL_S)
            with shouting(loud, address, said):
                group.spell(WARM_S)
                beside += group.spell(SPELL_S)
        facts = dict(last_beat(folder / "data", "ingest")["facts"])
    shouted_s = SPELLS * (SPELL_S + WARM_S)
    figures: dict[str, Any] = {"shouted_per_s": round(sum(said) / shouted_s), "left_with_it": facts["left"]}
    for share in (50, 95):
        alone, with_it = (statistics.quantiles(some, n=100)[share - 1] for some in (quiet, beside))
        figures |= {
            f"alone_ms_p{share}": round(alone, 2),
            f"beside_ms_p{share}": round(with_it, 2),
            f"ratio_p{share}": round(with_it / alone, 2),
        }
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("nats-server", "mosquitto"), help="one broker alone; the result is not kept")
    parser.add_argument("--shout", nargs=3, metavar=("NODE", "HOST", "PORT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    if given.shout:
        node, host, port = given.shout
        shout(node, BrokerAddress(host, int(port)))
        return
    city = load(CITY)
    figures: dict[str, Any] = {"others": OTHERS, "spells": SPELLS, "spell_s": SPELL_S}
    for name, protocol, started in (("nats-server", "3.1.1", embedded), ("mosquitto", "5", city_profile)):
        if given.only not in {None, name}:
            continue
        with tempfile.TemporaryDirectory(prefix="siaga-benchmark-") as folder, started() as address:
            figures[name] = measured(city, address, protocol, Path(folder))
    if given.only:
        print(figures)
    else:
        tell("loud", figures)


if __name__ == "__main__":
    main()
