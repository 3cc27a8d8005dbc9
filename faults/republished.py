"""What a real node says to one city, said to another one several times, in another order, with a month-old part of it.

Both cities are processes behind brokers of their own and live at the same time, for what is news to one must be news to
the other. The first hears the node itself and is the clean run. The second hears it through a client that holds
messages back a little and repeats them at any later time; in the end it hears all of it again, shuffled.
"""

from __future__ import annotations

import heapq
import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from broker.ports import BrokerAddress
from broker.subscription import service_topics
from contract import codec, topics
from contract.clock import DAY_US, SECOND_US, Clock
from contract.kinds import FloodValues
from contract.messages import FloodReading, Readings
from contract.quality import Quality
from faults.books import all_cases, kept_seqs, settle
from faults.laboratory import Laboratory
from faults.parts.brokers import wait_until
from faults.parts.empty_city import CITY, GAUGE, HIGH_CM, LOW_CM, EmptyCity, empty_city
from faults.parts.must import must
from faults.parts.pole import RIVER, Pole, pole
from faults.parts.river import River, river
from faults.result import Result
from firmware_sim import ledger, waiting

_SPEED = 400.0
_PERIOD_S = 0.2
_SOON_S = 60.0
_HELD_BACK_S = (0.0, 0.0, 0.0, 0.2, 0.4)
_AGAIN = (0, 0, 1, 2, 4)
_AGAIN_WITHIN_S = 6.0
_SHUFFLED_TIMES = 3
_OLD, _IMPOSSIBLE = 20, 2
_FORMER, _LAST = "00000000000000aa", "00000000000000ff"
_BOOT = "5f1c6a52-6d1c-4d0e-9a53-3a1f1d5a6c01"


class Said(NamedTuple):
    """A message as it was on the wire. What is said of births and deaths stays with the broker."""

    topic: str
    payload: bytes

    @property
    def retained(self) -> bool:
        return not self.topic.endswith("/readings")


def play(laboratory: Laboratory, result: Result, number: int) -> None:
    """One flood, one node, two cities. Raises NotInstalled where Mosquitto is missing."""
    rng = random.Random(laboratory.rng.randrange(2**63))
    folder = laboratory.room(f"processes-{number}")
    with ExitStack() as stack:
        water = stack.enter_context(river(laboratory.clock))
        water.level_cm = LOW_CM
        clean = stack.enter_context(empty_city(folder / "clean", speed=_SPEED))
        other = stack.enter_context(empty_city(folder / "other", speed=_SPEED))
        echo = stack.enter_context(_echo(clean.broker, other.broker, rng, laboratory.clock))
        with pole(
            folder, folder, CITY, GAUGE, clean.broker, river_s=_PERIOD_S, self_s=60.0, source=water.source
        ) as node:
            _flood(clean, other, water, node, echo, result, f"processes {number}")
        echo.say_all_again()
        _compare(clean, other, node, echo, result, f"processes {number}")


# ---------------------------------------------------------------- the client between the two cities


@dataclass
class _Echo:
    """Hears one city's nodes and says it all to the other, held back a little, out of order and again."""

    near: Client
    far: Client
    rng: random.Random
    clock: Clock
    heard: list[Said] = field(default_factory=list)
    repeated: int = 0
    _due: list[tuple[int, int, Said]] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _over: bool = False

    def hear(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        """Runs in the thread of `near`."""
        said = Said(message.topic, bytes(message.payload))
        now_us = self.clock.mono_us()
        with self._changed:
            if self._over:
                return
            self.heard.append(said)
            first_us = now_us + round(self.rng.choice(_HELD_BACK_S) * SECOND_US)
            again = [self.rng.uniform(0, _AGAIN_WITHIN_S) for _ in range(self.rng.choice(_AGAIN))]
            self.repeated += len(again)
            for due_us in (first_us, *(first_us + round(later_s * SECOND_US) for later_s in again)):
                heapq.heappush(self._due, (due_us, self.rng.randrange(2**31), said))
            self._changed.notify()

    def run(self) -> None:
        """Until it is over: whatever is due."""
        with self._changed:
            while not self._over:
                now_us = self.clock.mono_us()
                while self._due and self._due[0][0] <= now_us:
                    self._say(heapq.heappop(self._due)[2])
                wait_s = (self._due[0][0] - now_us) / SECOND_US if self._due else None
                self._changed.wait(wait_s)

    def end(self) -> None:
        """From now on it hears nothing and says nothing by itself."""
        with self._changed:
            self._over = True
            self._changed.notify()

    def say_all_again(self) -> None:
        """What was still due, and everything several times more, in any order."""
        self.end()
        for _, _, said in self._due:
            self._say(said)
        self._due.clear()
        for _ in range(_SHUFFLED_TIMES):
            for said in self.rng.sample(self.heard, len(self.heard)):
                self._say(said)
                self.repeated += 1

    def _say(self, said: Said) -> None:
        self.far.publish(said.topic, said.payload, qos=1, retain=said.retained)


@contextmanager
def _echo(near: BrokerAddress, far: BrokerAddress, rng: random.Random, clock: Clock) -> Iterator[_Echo]:
    with _client("listener", near) as listener, _client("speaker", far) as speaker:
        echo = _Echo(listener, speaker, rng, clock)
        listening = threading.Event()
        listener.on_message = echo.hear
        listener.on_subscribe = lambda *_: listening.set()
        listener.subscribe(list(service_topics(CITY)))
        must(listening.wait(_SOON_S), "the listener is not heard")
        thread = threading.Thread(target=echo.run, name="echo", daemon=True)
        thread.start()
        try:
            yield echo
        finally:
            echo.end()
            thread.join()


@contextmanager
def _client(name: str, broker: BrokerAddress) -> Iterator[Client]:
    client = Client(CallbackAPIVersion.VERSION2, client_id=name)
    client.max_inflight_messages_set(1)  # in the order in which it was said
    accepted = threading.Event()

    def connected(*_: Any) -> None:
        accepted.set()

    client.on_connect = connected
    client.connect(*broker)
    client.loop_start()
    try:
        must(accepted.wait(_SOON_S), "the broker does not take the client")
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


# ---------------------------------------------------------------- the story


def _flood(
    clean: EmptyCity, other: EmptyCity, water: River, node: Pole, echo: _Echo, result: Result, where: str
) -> None:
    """Low water and a month-old batch, a flood that both cities tell, its end."""
    now_us = echo.clock.now_us()
    readings = [_reading(seq, now_us - 30 * DAY_US + seq * SECOND_US) for seq in range(1, _OLD + 1)]
    readings += [_reading(_OLD + seq, seq) for seq in range(1, _IMPOSSIBLE + 1)]
    echo.near.publish(*_batch(_FORMER, readings, now_us), qos=1)
    must(wait_until(lambda: len(other.rows()) > _OLD + _IMPOSSIBLE, _SOON_S, 0.1), node.running.said())
    water.level_cm = HIGH_CM
    for city, name in ((clean, "the clean city"), (other, "the other city")):
        result.expect(wait_until(city.floods, _SOON_S, 0.05), f"{where}: {name} notices no flood")
    water.level_cm = LOW_CM
    for city, name in ((clean, "the clean city"), (other, "the other city")):
        over = wait_until(lambda city=city: not any(one.open for one in city.floods()), _SOON_S, 0.05)  # type: ignore[misc]
        result.expect(over, f"{where}: in {name} the flood does not end")
    result.expect(node.running.terminate() == 0, f"{where}: the agent ended ill: {node.running.said()[-300:]}")


def _reading(seq: int, observed_us: int) -> FloodReading:
    return FloodReading(
        seq=seq, sensor=RIVER, observed_us=observed_us, mono_us=1, trust="synced", quality=Quality.GOOD,
        values=FloodValues(level_cm=LOW_CM + seq / 10),
    )  # fmt: skip


def _batch(epoch: str, readings: Sequence[FloodReading], now_us: int) -> tuple[str, bytes]:
    """A topic and a message of the node's."""
    message = Readings(city=CITY, node=GAUGE, boot=_BOOT, epoch=epoch, sent_us=now_us, readings=tuple(readings))
    return topics.readings(CITY, GAUGE), codec.encode(message)


def _compare(clean: EmptyCity, other: EmptyCity, node: Pole, echo: _Echo, result: Result, where: str) -> None:
    """Once both have worked off all that was said: the ledger by number, and city beside city."""
    last = _batch(_LAST, [_reading(1, echo.clock.now_us())], echo.clock.now_us())
    for city, client in ((clean, echo.near), (other, echo.far)):
        client.publish(*last, qos=1)
        heard = wait_until(lambda city=city: any(row.epoch == _LAST for row in city.rows()), 2 * _SOON_S, 0.2)  # type: ignore[misc]
        must(heard, f"the last word is not kept: {city.stages['ingest'].said()}")
        for ill in city.end():
            result.expect(False, f"{where}: {ill}")
    (spool,) = ledger(node.spool.parent)
    account = settle(
        spool, waiting(node.spool.parent, GAUGE), kept_seqs(other.readings, CITY).get((GAUGE, spool.epoch), {})
    )
    result.committed += spool.committed
    result.stored += account.stored
    result.refused += spool.refused
    result.dropped += spool.dropped
    result.pending += account.pending
    result.lost += account.lost
    result.duplicated += account.duplicated
    for name, kept, expected in zip(
        ("rows", "quarantine", "incidents", "cases"), other.kept(), clean.kept(), strict=True
    ):
        differ = set(kept) ^ set(expected) or len(kept) - len(expected)
        result.expect(not differ, f"{where}: other {name} are kept than in the clean run: {str(differ)[:300]}")
    refused = len(other.kept().quarantine)
    result.expect(refused == _IMPOSSIBLE, f"{where}: {refused} readings stand in quarantine, not {_IMPOSSIBLE}")
    floods = other.floods()
    result.events_expected += 1
    result.events_opened += len({one.event for one in floods})
    result.cases += len(all_cases(CITY, other.cities))
    figures = result.figures
    figures["processes_messages"] = figures.get("processes_messages", 0) + len(echo.heard)
    figures["processes_repeated"] = figures.get("processes_repeated", 0) + echo.repeated
