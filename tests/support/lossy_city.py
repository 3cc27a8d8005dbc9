"""A city at the far end of a bad line: it stores by (node, epoch, seq) and answers; the line drops, doubles, delays
and shuffles in both directions. And the pole: an agent with its spool, which may be killed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from broker.ports import BrokerAddress, Will
from contract import codec, topics
from contract.clock import SECOND_US
from contract.errors import BadInput
from contract.messages import Ack, Birth, Readings, Refusal, Status, to_ranges
from edge.actions import Close, Connect, Publish, Subscribe
from edge.agent import Agent, Identity
from edge.outbound import Transport
from edge.ports import Instant, SensorInfo
from edge.spool import Bound, Spool

CITY, NODE = "kota", "pos-1"
BOOT = "0f7e1c52-0000-4000-8000-{:012d}"
START_US = 1_750_000_000 * SECOND_US
Key = tuple[str, int]


@dataclass
class City:
    """The store's side. `stored` is what was written; `times` every time a reading was ever sent with."""

    knows_node: bool = True
    refuses: frozenset[str] = frozenset()
    births: list[Birth] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    stored: dict[Key, tuple[str, int, str]] = field(default_factory=dict)
    refused: set[Key] = field(default_factory=set)
    series: dict[tuple[str, int], Key] = field(default_factory=dict)
    times: dict[Key, set[int]] = field(default_factory=dict)
    batches: list[Readings] = field(default_factory=list)

    def take(self, topic: str, payload: bytes, now_us: int) -> bytes | None:
        """What ingest does with a message, and its answer."""
        address = topics.parse(topic)
        assert address is not None
        match address.leaf:
            case "birth":
                birth = codec.decode(Birth, payload)
                self.births.append(birth)
                answer = Ack(epoch=birth.epoch, server_us=now_us, birth_no=birth.birth_no, birth_mono_us=birth.mono_us)
                return codec.encode(answer)
            case "status":
                self.statuses.append(codec.decode(Status, payload))
                return None
            case _:
                return self._keep(codec.decode(Readings, payload), now_us)

    def _keep(self, batch: Readings, now_us: int) -> bytes:
        self.batches.append(batch)
        seqs = [reading.seq for reading in batch.readings]
        if not self.knows_node:
            return codec.encode(Ack(epoch=batch.epoch, server_us=now_us, held=to_ranges(seqs)))
        good, bad = [], []
        for reading in batch.readings:
            key = (batch.epoch, reading.seq)
            self.times.setdefault(key, set()).add(reading.observed_us)
            if reading.sensor in self.refuses:
                self.refused.add(key)
                bad.append(Refusal(seq=reading.seq, reason="malformed"))
                continue
            holder = self.series.setdefault((reading.sensor, reading.observed_us), key)
            assert holder == key, f"{key} has the time of {holder}"
            text = reading.values.model_dump_json(exclude_none=True)
            earlier = self.stored.setdefault(key, (reading.sensor, reading.observed_us, text))
            assert earlier == (reading.sensor, reading.observed_us, text)
            good.append(reading.seq)
        return codec.encode(Ack(epoch=batch.epoch, server_us=now_us, stored=to_ranges(good), refused=tuple(bad)))


class Pole:
    """One agent on hand-moved clocks, and the line between it and the city."""

    def __init__(
        self,
        path: Path,
        sensors: list[SensorInfo],
        *,
        seed: int = 0,
        transport: Transport | None = None,
        bound: Bound | None = None,
        city: City | None = None,
        sirens: Sequence[str] = (),
    ) -> None:
        self.path, self.sensors, self.bound = path, sensors, bound
        self.sirens = sirens
        self.transport = transport or Transport()
        self.rng = random.Random(seed)
        self.city = city or City()
        self.mono_us, self.wall_us, self.source = 100 * SECOND_US, START_US, "ntp"
        self.true_us = START_US
        self.boots = 1
        self.up: list[Publish] = []
        self.down: list[bytes] = []
        self.connects: list[tuple[int, BrokerAddress, Will]] = []
        self.subscribed: list[str] = []
        self.closes: list[Close] = []
        self.broker_up = True
        self.dialling = False
        self.born()

    # ------------------------------------------------------------ life

    @property
    def at(self) -> Instant:
        return Instant(self.mono_us, self.wall_us, self.source)  # type: ignore[arg-type]

    def born(self) -> None:
        self.spool = Spool(self.path, BOOT.format(self.boots), self.at, bound=self.bound)
        self.agent = Agent(
            Identity(CITY, NODE),
            self.sensors,
            self.spool,
            [BrokerAddress("one", 1883), BrokerAddress("two", 1883)],
            random.Random(self.rng.random()),
            transport=self.transport,
            sirens=self.sirens,
        )
        self.dialling = False

    def kill(self, *, reboot: bool = False) -> None:
        """As kill -9 does: what is not committed is gone. A reboot also starts the monotonic clock anew."""
        self.spool.close()
        self.up.clear()
        if reboot:
            self.boots += 1
            self.mono_us = SECOND_US
        self.born()

    def close(self) -> None:
        self.spool.close()

    # ------------------------------------------------------------ time

    def advance(self, seconds: float) -> None:
        us = round(seconds * SECOND_US)
        self.mono_us += us
        self.wall_us += us
        self.true_us += us

    def step(self) -> list[Publish]:
        """One step of the agent; its publishes go onto the line. Returns them."""
        published = []
        for action in self.agent.step(self.at):
            match action:
                case Connect(address, will):
                    self.connects.append((self.mono_us, address, will))
                    self.dialling = True
                case Subscribe(topic):
                    self.subscribed.append(topic)
                case Publish():
                    published.append(action)
                case _:
                    self.closes.append(action)
                    self.dialling = False
        self.up += published
        return published

    def dial(self) -> None:
        """What the network makes of a connection attempt."""
        if self.dialling:
            self.dialling = False
            if self.broker_up:
                self.agent.connected(session_present=False, at=self.at)
            else:
                self.agent.disconnected("refused", self.at)

    def cut(self) -> None:
        """The line is cut: what is on it is lost."""
        self.up.clear()
        self.agent.disconnected("cut", self.at)

    # ------------------------------------------------------------ the line

    def carry(self, *, lose: float = 0.0, double: float = 0.0, shuffle: bool = False) -> None:
        """Deliver what is on the line, both ways, as badly as asked."""
        if shuffle:
            self.rng.shuffle(self.up)
        going, self.up = self.up, []
        for message in going:
            self.agent.published(message.token, self.at)
            for _ in range(2 if self.rng.random() < double else 1):
                if self.rng.random() >= lose:
                    answer = self.city.take(message.topic, message.payload, self.true_us)
                    if answer is not None:
                        self.down.append(answer)
        self.answer(lose=lose, double=double, shuffle=shuffle)

    def answer(self, *, lose: float = 0.0, double: float = 0.0, shuffle: bool = False) -> None:
        if shuffle:
            self.rng.shuffle(self.down)
        coming, self.down = self.down, []
        for payload in coming:
            for _ in range(2 if self.rng.random() < double else 1):
                if self.rng.random() >= lose:
                    self.agent.received(topics.ack(CITY, NODE), payload, self.at)

    def live(self, seconds: float, tick_s: float = 0.5) -> None:
        """Let everything run on a good line."""
        for _ in range(round(seconds / tick_s)):
            self.step()
            self.dial()
            self.step()
            self.carry()
            self.advance(tick_s)


def is_status(publish: Publish, state: str) -> bool:
    try:
        return codec.decode(Status, publish.payload).state == state
    except BadInput:
        return False
