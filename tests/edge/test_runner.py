"""The loop with real sockets, real threads and a real broker."""

from __future__ import annotations

import os
import random
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from broker.link import PahoLink
from broker.ports import BrokerAddress, Connected, Received, Will
from broker.subscription import PahoSubscription, alert_topics
from contract import codec, topics
from contract.clock import DAY_US, SECOND_US, SystemClock
from contract.kinds import FloodValues
from contract.messages import Ack, Birth, Readings, Status, to_ranges
from edge.agent import Agent, Identity
from edge.outbound import Transport
from edge.ports import Instant, SensorFault, SensorInfo
from edge.runner import Member, Runner
from edge.sdnotify import Notifier
from edge.sources import Sample, Source, ThreadedSensors
from edge.spool import Spool, read_ledger
from faults.parts.brokers import BROKERS, RunningBroker, wait_until
from fleet.twin import BrokerTwin

CITY = "kota"
BOOT = "0f7e1c52-0000-4000-8000-000000000001"
FAST = Transport(resend_s=1.0, reconnect_first_s=0.2, reconnect_max_s=0.5)
CLOCK = SystemClock()


def now() -> Instant:
    return Instant(CLOCK.mono_us(), CLOCK.now_us(), "ntp")


class Ticking:
    """A simulated gauge that is due every `period_s`."""

    def __init__(self, period_s: float) -> None:
        self._period_us = round(period_s * SECOND_US)
        self._due_us = CLOCK.mono_us()
        self._cm = 40.0
        self.wishes: list[tuple[str, float, float]] = []

    def next_us(self) -> int | None:
        return self._due_us

    def due(self, at: Instant) -> Sequence[Sample]:
        if at.mono_us < self._due_us:
            return ()
        self._due_us += self._period_us
        self._cm += 0.1
        return (Sample("level", FloodValues(level_cm=self._cm)),)

    def hurry(self, sensor: str, period_s: float, until_us: int, at: Instant) -> None:
        self.wishes.append((sensor, period_s, (until_us - at.mono_us) / SECOND_US))

    def close(self) -> None:
        return


class Ingest(threading.Thread):
    """The other end, on a connection of its own: stores by identity and answers."""

    def __init__(self, address: BrokerAddress) -> None:
        super().__init__(daemon=True)
        self._address = address
        self._end = threading.Event()
        self.stored: dict[tuple[str, str, int], int] = {}
        self.statuses: list[Status] = []
        self.births: list[Birth] = []
        self.ready = threading.Event()
        self._tokens = 0

    def run(self) -> None:
        link = PahoLink("ingest-of-the-test")
        link.open(self._address, Will("siaga/v1/none/none/status", b"{}"))
        pause = threading.Event()
        while not self._end.is_set():
            link.housekeep(CLOCK.mono_us())
            if link.fileno() is not None:
                link.readable()
                if link.wants_write():
                    link.writable()
            for event in link.events():
                if isinstance(event, Connected):
                    for leaf in ("birth", "status", "readings"):
                        link.subscribe(topics.every_node(CITY, leaf))  # type: ignore[arg-type]
                    self.ready.set()
                elif isinstance(event, Received):
                    self._take(link, event)
            pause.wait(0.01)
        link.close(graceful=True)

    def _take(self, link: PahoLink, event: Received) -> None:
        address = topics.parse(event.topic)
        assert address is not None
        if address.leaf == "birth":
            birth = codec.decode(Birth, event.payload)
            self.births.append(birth)
            answer = Ack(
                epoch=birth.epoch,
                server_us=CLOCK.now_us(),
                birth_no=birth.birth_no,
                birth_mono_us=birth.mono_us,
            )
            self._answer(link, birth.node, answer)
        elif address.leaf == "status":
            self.statuses.append(codec.decode(Status, event.payload))
        else:
            batch = codec.decode(Readings, event.payload)
            for reading in batch.readings:
                key = (batch.node, batch.epoch, reading.seq)
                assert self.stored.setdefault(key, reading.observed_us) == reading.observed_us
            ack = Ack(
                epoch=batch.epoch, server_us=CLOCK.now_us(), stored=to_ranges([one.seq for one in batch.readings])
            )
            self._answer(link, batch.node, ack)

    def _answer(self, link: PahoLink, node: str, ack: Ack) -> None:
        self._tokens += 1
        link.publish(self._tokens, topics.ack(CITY, node), codec.encode(ack), qos=0, retain=False)

    def end(self) -> None:
        self._end.set()
        self.join(5)


def member(folder: Path, node: str, address: BrokerAddress, source: Source, transport: Transport = FAST) -> Member:
    agent = Agent(
        Identity(CITY, node),
        [SensorInfo("level", "flood", 1.0)],
        Spool(folder / f"{node}.db", BOOT, now()),
        [address],
        random.Random(node),
        transport=transport,
    )
    return Member(agent, PahoLink(node), source)


@pytest.fixture(scope="module", params=sorted(BROKERS))
def broker(request: pytest.FixtureRequest) -> Iterator[RunningBroker]:
    with BROKERS[request.param]() as running:
        yield running


class Running:
    """A runner in a thread of its own."""

    def __init__(self, members: list[Member]) -> None:
        self.stop = threading.Event()
        self.runner = Runner(members, CLOCK)
        self.thread = threading.Thread(target=self.runner.run, args=(self.stop,))
        self.thread.start()

    def end(self) -> float:
        """Seconds it took to stop."""
        began_us = CLOCK.mono_us()
        self.stop.set()
        self.runner.wake()
        self.thread.join(10)
        return (CLOCK.mono_us() - began_us) / SECOND_US


def test_fleet_survives_its_broker_and_ends_cleanly(broker: RunningBroker, tmp_path: Path) -> None:
    """Twenty nodes on one loop; the broker is killed and comes back; everything is stored once; the end takes under
    two seconds and every node says that it is gone."""
    nodes = [f"pos-{n}" for n in range(20)]
    ingest = Ingest(broker.address)
    ingest.start()
    running = Running([member(tmp_path, node, broker.address, Ticking(0.25)) for node in nodes])
    try:
        assert ingest.ready.wait(10)
        assert wait_until(lambda: {key[0] for key in ingest.stored} == set(nodes), 20)
        ingest.end()
        broker.kill()
        before = len(ingest.stored)
        broker.start()
        again = Ingest(broker.address)
        again.stored = ingest.stored
        again.start()
        ingest = again
        assert wait_until(lambda: len(ingest.stored) > before + 100, 20)
    finally:
        took_s = running.end()
    gone = wait_until(lambda: {s.node for s in ingest.statuses if s.reason == "stopped"} >= set(nodes), 5)
    ingest.end()
    assert took_s < 2.0
    assert gone
    for node in nodes:
        ledger = read_ledger(tmp_path / f"{node}.db")
        stored = {seq for name, epoch, seq in ingest.stored if (name, epoch) == (node, ledger.epoch)}
        assert ledger.closes
        assert stored <= set(range(1, ledger.committed + 1))
        assert len(stored) >= ledger.stored
        assert ledger.committed - len(stored) <= ledger.pending


@pytest.mark.parametrize("off_us", [-365 * DAY_US, 365 * DAY_US])
def test_node_with_a_wrong_clock_sends_right_times_from_the_first(
    broker: RunningBroker, tmp_path: Path, off_us: int
) -> None:
    """Its clock says NTP and is a year off, and it has readings ready when it connects: the city's answer to its birth
    comes first, and not one reading leaves with a wrong time."""

    def wrong() -> Instant:
        return Instant(CLOCK.mono_us(), CLOCK.now_us() + off_us, "ntp")

    node = f"pos-{'early' if off_us < 0 else 'late'}"
    ingest = Ingest(broker.address)
    ingest.start()
    assert ingest.ready.wait(10)
    one = member(tmp_path, node, broker.address, Ticking(0.1), replace(FAST, boot_delay_s=3.0))
    one.instant = wrong
    began_us = CLOCK.now_us()
    running = Running([one])
    try:
        assert wait_until(lambda: len(ingest.stored) >= 20, 20)
    finally:
        running.end()
        ingest.end()
    times = [when for (name, _, _), when in ingest.stored.items() if name == node]
    assert len(times) >= 20
    assert all(began_us - 2 * SECOND_US <= when <= CLOCK.now_us() + 2 * SECOND_US for when in times)


def test_a_wish_of_the_city_comes_through_the_broker(broker: RunningBroker, tmp_path: Path) -> None:
    """From the alert engine's side of the wire to the source of the samples; the neighbour hears nothing of it."""
    sources = {"pos-a": Ticking(60.0), "pos-b": Ticking(60.0)}
    running = Running([member(tmp_path, node, broker.address, source) for node, source in sources.items()])
    city = PahoSubscription(
        [broker.address], "alerts-of-the-test", alert_topics(CITY), rng=random.Random(1), clock=CLOCK
    )
    twin = BrokerTwin(CITY, city)
    try:

        def asked() -> bool:
            return twin.hurry("pos-a", "level", 20.0, 600.0, CLOCK.now_us()) and bool(sources["pos-a"].wishes)

        assert wait_until(asked, 10)
    finally:
        running.end()
        city.close()
    assert sources["pos-a"].wishes[0] == ("level", 20.0, 600.0)
    assert sources["pos-b"].wishes == []


def test_nobody_listens_and_nothing_is_lost(tmp_path: Path) -> None:
    """Without any broker a node goes on measuring, and stops at once."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
        address = BrokerAddress("127.0.0.1", taken.getsockname()[1])
        running = Running([member(tmp_path, "pos-1", address, Ticking(0.1))])
        assert wait_until(lambda: read_ledger(tmp_path / "pos-1.db").committed >= 20, 15)
        assert running.end() < 2.0
    assert read_ledger(tmp_path / "pos-1.db").closes


# ---------------------------------------------------------------- real sensors


class Gauge:
    """A sensor that does as it is told."""

    def __init__(self, name: str = "level", period_s: float = 0.1, timeout_s: float = 0.2) -> None:
        self.info = SensorInfo(name, "flood", period_s)
        self.timeout_s = timeout_s
        self.gate = threading.Event()
        self.gate.set()
        self.error: Exception | None = None
        self.threads: set[int] = set()
        self.closed = False

    def sample(self) -> FloodValues:
        self.threads.add(threading.get_ident())
        self.gate.wait(10)
        if self.error is not None:
            raise self.error
        return FloodValues(level_cm=50.0)

    def close(self) -> None:
        self.closed = True


def collect(sensors: ThreadedSensors, until: int, name: str) -> list[Sample]:
    """Samples of one sensor, in order."""
    seen: list[Sample] = []

    def enough() -> bool:
        seen.extend(sample for sample in sensors.due(now()) if sample.sensor == name)
        return len(seen) >= until

    assert wait_until(enough, 10)
    return seen


def test_hung_sensor_is_missing_and_delays_nobody() -> None:
    """It is reported at its time-out and once a period, keeps one thread, and is believed again when it answers."""
    hung, fine = Gauge("hung"), Gauge("fine")
    hung.gate.clear()
    sensors = ThreadedSensors([hung, fine], CLOCK, lambda: "ntp", lambda: None)
    missing = collect(sensors, 4, "hung")
    assert all(sample.values is None and sample.fault for sample in missing)
    assert len(collect(sensors, 5, "fine")) >= 5
    hung.gate.set()
    assert wait_until(lambda: any(one.values is not None for one in collect(sensors, 1, "hung")), 5)
    assert len(hung.threads) == 1
    sensors.close()
    assert wait_until(lambda: hung.closed and fine.closed)


@pytest.mark.parametrize("error", [SensorFault("no echo"), RuntimeError("driver")])
def test_failing_sensor_is_missing_with_its_reason(error: Exception) -> None:
    """A fault that a sensor knows of, and one that its driver did not expect."""
    gauge = Gauge()
    gauge.error = error
    sensors = ThreadedSensors([gauge], CLOCK, lambda: "ntp", lambda: None)
    (first, *_) = collect(sensors, 1, "level")
    assert first.values is None
    assert str(error) in first.fault
    gauge.error = None
    assert wait_until(lambda: any(one.values is not None for one in collect(sensors, 1, "level")), 5)
    sensors.close()


def test_sample_carries_the_moment_it_was_measured() -> None:
    """Not the moment at which the loop came to hear of it."""
    gauge = Gauge(period_s=60)
    sensors = ThreadedSensors([gauge], CLOCK, lambda: "rtc", lambda: None)
    before_us = CLOCK.mono_us()
    (sample,) = collect(sensors, 1, "level")
    assert sample.at is not None
    assert before_us <= sample.at.mono_us <= CLOCK.mono_us()
    assert sample.at.source == "rtc"
    sensors.close()


def test_a_sensor_hurries_for_a_while_and_no_faster_than_it_may() -> None:
    """Its timetable is shortened at once, and is the old one again after that."""
    gauge = Gauge(period_s=300.0)
    sensors = ThreadedSensors([gauge], CLOCK, lambda: "ntp", lambda: None, fastest_s={"level": 15.0})
    begin = now()
    assert wait_until(lambda: sensors.due(begin))

    def due_in_s(at: Instant) -> float:
        due_us = sensors.next_us()
        assert due_us is not None
        return round((due_us - at.mono_us) / SECOND_US, 1)

    assert due_in_s(begin) == 300
    sensors.hurry("other", 20.0, begin.mono_us + 60 * SECOND_US, begin)
    assert due_in_s(begin) == 300
    sensors.hurry("level", 20.0, begin.mono_us + 60 * SECOND_US, begin)
    assert due_in_s(begin) == 20
    sensors.hurry("level", 1.0, begin.mono_us + 60 * SECOND_US, begin)
    later = begin
    for _ in range(4):
        assert due_in_s(later) == 15
        later = later._replace(mono_us=later.mono_us + 15 * SECOND_US)
        assert wait_until(lambda at=later: sensors.due(at))
    assert due_in_s(later) == 300
    sensors.hurry("level", 900.0, later.mono_us + 60 * SECOND_US, later)
    assert due_in_s(later) == 300
    sensors.close()


# ---------------------------------------------------------------- systemd


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_is_told(tmp_path: Path, abstract: bool) -> None:
    """READY and WATCHDOG arrive as datagrams; nobody listening is no trouble."""
    name = f"@siaga-test-{os.getpid()}-{random.random()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind("\0" + name[1:] if abstract else name)
        ear.settimeout(5)
        notifier = Notifier({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "30000000"})
        assert notifier.watchdog_s == 30
        notifier.say("READY=1")
        assert ear.recv(100) == b"READY=1"
    notifier.say("WATCHDOG=1")
    Notifier({}).say("READY=1")
