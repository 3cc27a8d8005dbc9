"""The smallest city that answers: it decodes what nodes say, remembers it, and acknowledges as ingest does."""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from collections.abc import Callable
from types import TracebackType
from typing import NamedTuple, Self

from broker.ports import BrokerAddress
from broker.subscription import PahoSubscription
from contract import codec, topics
from contract.clock import SystemClock
from contract.errors import BadInput
from contract.messages import Ack, Birth, Reading, Readings, Status, to_ranges


class Kept(NamedTuple):
    """A reading as it came, with the moment it came at."""

    epoch: str
    boot: str
    reading: Reading
    received_us: int


class Acker:
    """Reads every node of `city` in a thread of its own. `answers` says whether a node's readings are acknowledged
    ("stored", "held" or "" for silence)."""

    def __init__(self, address: BrokerAddress, city: str, answers: Callable[[str], str] = lambda _: "stored") -> None:
        self._city = city
        self._answers = answers
        self._clock = SystemClock()
        filters = [(topics.every_node(city, "birth"), 1), (topics.every_node(city, "readings"), 1)]
        filters.append((topics.every_node(city, "status"), 1))
        self._subscription = PahoSubscription(
            [address], f"acker-{city}", filters, rng=random.Random(1), clock=self._clock, window=500
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="acker")
        self.births: dict[str, list[Birth]] = defaultdict(list)
        self.statuses: dict[str, list[Status]] = defaultdict(list)
        self.kept: dict[str, list[Kept]] = defaultdict(list)
        """every reading of a node as often as it came, in the order it came"""
        self.refused: dict[str, list[str]] = defaultdict(list)
        """what could not be decoded, by topic's node"""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(10)
        self._subscription.close()

    @property
    def connected(self) -> bool:
        return self._subscription.connected

    def distinct(self, node: str) -> set[tuple[str, int]]:
        """(epoch, seq) of everything a node said."""
        return {(kept.epoch, kept.reading.seq) for kept in list(self.kept[node])}

    def _run(self) -> None:
        while not self._stop.is_set():
            messages = self._subscription.take(200, 0.05)
            for message in messages:
                address = topics.parse(message.topic)
                if address is None:
                    continue
                try:
                    self._take(address, message.payload)
                except BadInput as error:
                    self.refused[address.node].append(str(error))
            self._subscription.done(messages)

    def _take(self, address: topics.Address, payload: bytes) -> None:
        now_us = self._clock.now_us()
        match address.leaf:
            case "birth":
                birth = codec.decode(Birth, payload)
                self.births[address.node].append(birth)
                self._answer(
                    address,
                    Ack(epoch=birth.epoch, server_us=now_us, birth_no=birth.birth_no, birth_mono_us=birth.mono_us),
                )
            case "status":
                self.statuses[address.node].append(codec.decode(Status, payload))
            case "readings":
                batch = codec.decode(Readings, payload)
                if (batch.city, batch.node) != (address.city, address.node):
                    raise BadInput("a node speaks for another")
                for reading in batch.readings:
                    self.kept[address.node].append(Kept(batch.epoch, batch.boot, reading, now_us))
                seqs = to_ranges([reading.seq for reading in batch.readings])
                answer = self._answers(address.node)
                if answer == "stored":
                    self._answer(address, Ack(epoch=batch.epoch, server_us=now_us, stored=seqs))
                elif answer == "held":
                    self._answer(address, Ack(epoch=batch.epoch, server_us=now_us, held=seqs))

    def _answer(self, address: topics.Address, ack: Ack) -> None:
        self._subscription.publish(topics.ack(address.city, address.node), codec.encode(ack))
