"""From the water at a gauge to the siren on its pole, and back to the page: every part real but the noise."""

from __future__ import annotations

import random
import threading
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import httpx
from support import alerting, watch
from support.alerting import GAUGE, Stores
from support.seed import Town
from support.visitors import person, signed_in
from support.web_server import serving

from alerts.sirens.node_relay import NodeRelay
from alerts.sirens.nodes import Nodes
from broker.link import PahoLink
from contract.bulletin import Bulletin
from contract.city import Warnings
from contract.clock import SECOND_US, SystemClock
from contract.compress import compressed
from contract.kinds import FloodValues
from contract.siren import SirenInfo
from edge.agent import Agent, Identity
from edge.outbound import Transport
from edge.ports import Instant, SensorInfo
from edge.runner import Member, Runner
from edge.siren.kept import KeptSirens
from edge.siren.port import Wiring
from edge.sources import ThreadedSensors
from edge.spool import Spool
from faults.parts.brokers import BROKERS, RunningBroker, wait_until

CLOCK = SystemClock()
TOWER = SirenInfo("menara", "Menara Code", (GAUGE,), 60.0)
WARNINGS = Warnings(agency="bpbd", sirens="automatic", order_after_s=600)


def now() -> Instant:
    return Instant(CLOCK.mono_us(), CLOCK.now_us(), "ntp")


class _Gauge:
    """The water stands so high, measured every tenth of a second."""

    info = SensorInfo("gauge", "flood", 0.1)
    timeout_s = 1.0

    def __init__(self) -> None:
        self.cm = 40.0

    def sample(self) -> FloodValues:
        return FloodValues(level_cm=self.cm)

    def close(self) -> None:
        return


class Pole:
    """A real node with a gauge and a siren, in a thread."""

    def __init__(self, folder: Path, broker: RunningBroker, longest_s: float) -> None:
        self.line, self.gauge, self._stop = folder / "line", _Gauge(), threading.Event()
        agent = Agent(
            Identity(watch.CITY, GAUGE), [self.gauge.info], Spool(folder / "spool.db", watch.EPOCH, now()),
            [broker.address], random.Random(1), transport=Transport(birth_wait_s=0.1), sirens=["menara"],
        )  # fmt: skip
        wiring = Wiring("menara", "file", file=str(self.line), longest_s=longest_s)
        self.sirens = KeptSirens([wiring], lambda: self._runner.wake())  # noqa: PLW0108
        sensors = ThreadedSensors([self.gauge], CLOCK, lambda: "ntp", lambda: self._runner.wake())  # noqa: PLW0108
        self._runner = Runner([Member(agent, PahoLink(GAUGE), sensors, sirens=self.sirens)], CLOCK)
        self._thread = threading.Thread(target=self._runner.run, args=(self._stop,))
        self._thread.start()

    def sounds(self) -> bool:
        return self.line.exists() and self.line.read_text() == "1\n"

    def close(self) -> None:
        self._stop.set()
        self._runner.wake()
        self._thread.join(10)


class City:
    """The alert engine, the pages, and an officer who looks at them."""

    def __init__(self, stack: ExitStack, folder: Path, broker: RunningBroker) -> None:
        self.stores = Stores(folder)
        stack.callback(self.stores.close)
        profile = replace(watch.profile(), warnings=compressed(WARNINGS, alerting.FASTER))
        self.stores.cities.put_profile(profile, CLOCK.now_us())
        reader = stack.enter_context(closing(alerting.subscription(broker.address, "alerts", sirens=True)))
        nodes = Nodes(watch.CITY, reader)
        relay = NodeRelay(watch.CITY, GAUGE, "menara", nodes, CLOCK, wait_s=2.0)
        self.engine = alerting.process(
            self.stores, reader, profile=profile, sirens={TOWER: relay}, siren_nodes=nodes, lease_ttl_s=10.0
        )
        stop = threading.Event()
        thread = threading.Thread(target=self.engine.run, args=(stop,))
        thread.start()
        stack.callback(thread.join, 10)
        stack.callback(stop.set)
        town = Town(profile, self.stores.readings, self.stores.cities, CLOCK)
        self._address = stack.enter_context(serving(town, sirens=(TOWER,)))
        self._siti = signed_in(town, person(town, "siti", "officer", agency="bpbd"))

    def order(self) -> Bulletin | None:
        return next((one for one in self.stores.cities.bulletins(watch.CITY) if one.kind == "order"), None)

    def page(self, bulletin: Bulletin) -> str:
        with httpx.Client(base_url=self._address, timeout=20, trust_env=False) as client:
            return client.get(f"/siaran/{bulletin.id}", headers=self._siti.sent).text

    def press(self, bulletin: Bulletin, word: str) -> None:
        headers = {**self._siti.sent, "origin": self._address}
        with httpx.Client(base_url=self._address, timeout=20, trust_env=False) as client:
            answer = client.post(
                f"/siaran/{bulletin.id}/sirene", headers=headers, data={"csrf": self._siti.csrf, "kata": word}
            )
        assert answer.status_code == 303


def test_an_order_sounds_the_siren_on_the_pole_and_its_answer_stands_on_the_page(tmp_path: Path) -> None:
    """The water rises, the order goes out by itself, the line is on; the page says for how long; it ends by the node's
    own bound, and an officer silences the next one."""
    with ExitStack() as stack:
        broker = stack.enter_context(BROKERS["nats"]())
        city = City(stack, tmp_path, broker)
        pole = stack.enter_context(closing(Pole(tmp_path, broker, longest_s=0.8)))
        assert wait_until(lambda: city.engine.leading)
        pole.gauge.cm = 200.0
        assert wait_until(pole.sounds, 20)
        order = city.order()
        assert order is not None
        began_us = CLOCK.mono_us()
        assert wait_until(lambda: "diterima" in city.page(order), 5)
        assert f'bunyikan, <b>diterima</b> <span class="quiet">({GAUGE}: 0.8 s)' in city.page(order)
        assert wait_until(lambda: not pole.sounds(), 5)
        assert (CLOCK.mono_us() - began_us) / SECOND_US < 4.0
        city.press(order, "henti")
        assert wait_until(
            lambda: f'hentikan, <b>diterima</b> <span class="quiet">({GAUGE}: 0 s)' in city.page(order), 5
        )
