"""Mutated payloads: alone through the whole of ingest, and among live ones over a real broker.

Alone, every message's fate is known: it is in quarantine with a reason, or what was accepted of it is, number by
number, what an independent reader of JSON finds there, within bounds that are written down here once more. Among live
messages of real agents nobody is stopped, slowed or overwritten by them.
"""

from __future__ import annotations

import json
import math
import random
import re
import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence, Set
from contextlib import closing
from typing import Any

from structlog.testing import capture_logs

from broker.ports import BrokerAddress, Incoming
from broker.subscription import PahoSubscription
from cities.load import load
from contract import topics
from contract.city import Profile
from contract.clock import SECOND_US, ManualClock, SystemClock
from contract.messages import Reading
from faults.laboratory import Laboratory
from faults.parts import tiny_city
from faults.parts.brokers import HOST, wait_until
from faults.parts.must import must
from faults.parts.whole_city import WholeCity, whole_city
from faults.result import Result, nearest_rank
from faults.venom import EPOCH, Piece, sound, spoil
from ingest.decode import BatchNews, Garbage, decode
from ingest.pipeline import Ingest
from ingest.quarantine import Quarantine
from store import open_city, open_readings
from store.line_protocol import line
from store.ports import CityStore, ReadingStore

PER_NODE = 1_000
_AT_ONCE = 400
_SHOWN = 5
_QUOTED = re.compile(rb'"(?:\\.|[^"\\])*"', re.DOTALL)
_NODE = re.compile(r"[a-z0-9-]{1,48}")
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "level_cm": (-100_000, 100_000), "rain_mm": (0, 2_000), "clients": (0, 10_000_000), "people": (0, 10_000_000),
    "latency_ms": (0, 120_000), "loss_percent": (0, 100), "cpu_percent": (0, 100), "spool_pending": (0, 10_000_000),
}  # fmt: skip
_SPEED = 600.0
_NODES = (("cth-gauge-1", "level", "flood"), ("cth-kamera-1", "crowd", "crowd"), ("cth-wifi-1", "hotspot", "hotspot"),
          ("cth-wifi-2", "health", "node"))  # fmt: skip


def run(laboratory: Laboratory) -> Result:
    """`rounds` messages alone, then live ones with poison among them."""
    result = laboratory.result()
    _alone(laboratory, result)
    _among_live_ones(laboratory, result)
    return result


# ------------------------------------------------------------ alone


class _Fed:
    """A `Subscription` that holds what it was given, and remembers what was answered and acknowledged."""

    connected = True

    def __init__(self) -> None:
        self.waiting: deque[Incoming] = deque()
        self.done_tokens: set[int] = set()
        self.answered: Counter[str] = Counter()
        self.refused: set[tuple[str, int]] = set()

    def take(self, limit: int, timeout_s: float) -> Sequence[Incoming]:  # noqa: ARG002 - the port's signature
        return [self.waiting.popleft() for _ in range(min(limit, len(self.waiting)))]

    def done(self, messages: Sequence[Incoming]) -> None:
        self.done_tokens.update(message.token for message in messages)

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> bool:  # noqa: ARG002
        address = topics.parse(topic)
        told = json.loads(payload)
        if address is not None and told["epoch"] == EPOCH:
            self.refused |= {(address.node, one["seq"]) for one in told.get("refused", ())}
        return True

    def close(self) -> None:
        """Nothing is open."""


def _alone(laboratory: Laboratory, result: Result) -> None:
    folder = laboratory.room("alone")
    clock = ManualClock(laboratory.clock.now_us())
    profile = load(tiny_city.write(folder).name, folder)
    ways: Counter[str] = Counter()
    spoilt: set[tuple[str, int]] = set()
    unsure: set[tuple[str, int]] = set()
    fates: Counter[str] = Counter()
    fed = _Fed()
    with (
        closing(open_readings(f"sqlite:///{folder}/readings.db")) as readings,
        closing(open_city(f"sqlite:///{folder}/city.db")) as cities,
        capture_logs() as said,
    ):
        cities.put_profile(profile, clock.now_us())
        stage = Ingest(city=profile.code, subscription=fed, readings=readings, cities=cities, clock=clock)
        sent = noticed = 0
        while sent < laboratory.rounds:
            pieces = _pieces(
                laboratory.rng, profile.code, clock.now_us(), sent, min(_AT_ONCE, laboratory.rounds - sent)
            )
            for number, piece in enumerate(pieces):
                ways[piece.way] += 1
                spoilt |= {(_node_of(piece), seq) for seq in piece.spoilt or () if not piece.unsure}
                fed.waiting.append(Incoming(piece.topic, piece.payload, False, False, sent + number))
            unsure |= _judge(result, profile.code, pieces, fates)
            _turn(result, stage, pieces)
            sent += len(pieces)
            noticed += sum(one["event"] == "ingest.identity" for one in said)
            said.clear()
            clock.advance(20.0)  # so that the rate a node's garbage is kept at leaves nothing out
            if sent % 5_000 < _AT_ONCE:
                laboratory.say(f"{sent} of {laboratory.rounds} messages")
        _settle(result, stage, fed, sent)
        result.expect(noticed == fates["identity"], f"{fates['identity']} false names, {noticed} of them logged")
        _bounded(result, cities, profile.code)
        _kept_well(result, readings, profile.code, spoilt - unsure)
        _invented(result, profile, fed, readings, cities, clock)
    result.figures["messages alone"] = sent
    result.figures["ways of spoiling"] = len(ways)
    result.figures["fates"] = dict(fates)


def _pieces(rng: random.Random, city: str, now_us: int, sent: int, count: int) -> list[Piece]:
    found = []
    for number in range(count):
        node, sensor, kind = rng.choice(_NODES)
        found.append(spoil(rng, sound(rng, city, node, sensor, kind, now_us, 10 * (sent + number) + 1)))
    return found


def _node_of(piece: Piece) -> str:
    address = topics.parse(piece.topic)
    return address.node if address is not None else ""


def _judge(result: Result, city: str, pieces: Sequence[Piece], fates: Counter[str]) -> set[tuple[str, int]]:
    """What `decode` makes of each, against what is known of it and against another reader. Returns the readings that a
    message spoiled blindly may truly be said to hold."""
    unsure: set[tuple[str, int]] = set()
    for piece in pieces:
        try:
            news = decode(Incoming(piece.topic, piece.payload, False, False, 0), city)
        except Exception as error:  # noqa: BLE001 - whatever it is, it would have ended the stage
            _broke(result, "crashes in decode", f"{piece.way}: decode raised {error!r} for {piece.payload[:200]!r}")
            continue
        if isinstance(news, Garbage):
            fates[news.reason] += 1
            if not news.detail:
                _broke(result, "without a reason", f"{piece.way}: refused without a reason")
        elif isinstance(news, BatchNews):
            fates["read"] += 1
            if any(not bad.detail for bad in news.malformed):
                _broke(result, "without a reason", f"{piece.way}: a reading was refused without a reason")
            if piece.unsure:
                unsure |= {(news.node, reading.seq) for reading in news.readings}
            wrong = _unlike(news.readings, piece.payload)
            if wrong:
                _broke(result, "accepted and wrong", f"{piece.way}: {wrong} in {piece.payload[:200]!r}")
            if piece.spoilt is None and not piece.unsure and news.readings:
                _broke(result, "accepted and spoilt", f"{piece.way}: read as a batch: {piece.payload[:200]!r}")
        elif piece.way not in {"flipped", "shuffled"}:
            _broke(
                result, "accepted and spoilt", f"{piece.way}: taken as {type(news).__name__}: {piece.payload[:200]!r}"
            )
    return unsure


def _turn(result: Result, stage: Ingest, pieces: Sequence[Piece]) -> None:
    try:
        while stage.turn():
            pass
    except Exception as error:  # noqa: BLE001 - whatever it is, it would have ended the stage
        _broke(result, "crashes in ingest", f"ingest raised {error!r} among {sorted({one.way for one in pieces})}")


def _settle(result: Result, stage: Ingest, fed: _Fed, sent: int) -> None:
    """No message is stuck, and every refusal was answered."""
    facts = stage.facts()
    result.expect(len(fed.done_tokens) == sent, f"{sent - len(fed.done_tokens)} messages were never acknowledged")
    result.expect(facts["messages"] == sent, f"{facts['messages']} of {sent} messages were finished")
    result.expect(not facts["over_rate"], f"{facts['over_rate']} were left out of the quarantine by its rate")
    result.expect(facts["refused"] >= len(fed.refused) > 0, "refusals and answers do not match")
    result.figures["quarantined"] = facts["quarantined"]
    result.figures["readings refused by number"] = len(fed.refused)
    result.figures["readings still valid and stored"] = facts["stored"]


def _bounded(result: Result, cities: CityStore, city: str) -> None:
    """The quarantine holds so many of a node and no more, each with its reason and the bytes as they came."""
    kept: Counter[str] = Counter()
    for (node, _), count in cities.quarantine_counts(city).items():
        kept[node] += count
    worst = max(kept.values(), default=0)
    result.expect(0 < worst <= PER_NODE, f"the quarantine holds {worst} of one node")
    newest = cities.quarantined(city, limit=200)
    result.expect(all(one.reason and one.detail for one in newest), "something is in quarantine without a reason")
    result.figures["most in quarantine of one node"] = worst


def _invented(
    result: Result, profile: Profile, fed: _Fed, readings: ReadingStore, cities: CityStore, clock: ManualClock
) -> None:
    """Whoever may write to every topic gives each message a name of its own: its names push out one another."""
    own = {node.node for node in profile.nodes}
    before = _of(cities, profile.code, own)
    bound = before + _AT_ONCE
    quarantine = Quarantine(cities, per_city_limit=bound)
    stage = Ingest(
        city=profile.code, subscription=fed, readings=readings, cities=cities, clock=clock, quarantine=quarantine
    )
    names = [f"tiada-{number}" for number in range(2 * _AT_ONCE)]
    for number, name in enumerate(names):
        fed.waiting.append(Incoming(topics.readings(profile.code, name), b"\xff", False, False, -1 - number))
    while stage.turn():
        pass
    total = sum(cities.quarantine_counts(profile.code).values())
    result.expect(total == bound, f"{len(names)} invented names fill the quarantine: {total} kept, {bound} allowed")
    kept = _of(cities, profile.code, own)
    result.expect(kept == before, f"invented names pushed out {before - kept} items of the city's own nodes")
    pushed_out = stage.facts()["pushed_out"]
    result.expect(pushed_out >= _AT_ONCE, f"{pushed_out} pushed out, at least {_AT_ONCE} had to be")
    result.figures["pushed out by invented names"] = pushed_out


def _of(cities: CityStore, city: str, nodes: Set[str]) -> int:
    return sum(count for (node, _), count in cities.quarantine_counts(city).items() if node in nodes)


def _kept_well(result: Result, readings: ReadingStore, city: str, spoilt: set[tuple[str, int]]) -> None:
    """No spoilt reading is stored. Every stored one is one line of line protocol, finite, within bounds, of a sensor
    that the city knows."""
    known = {(node, sensor, kind) for node, sensor, kind in _NODES}
    since_us = rows = 0
    while found := readings.received_since(city, since_us):
        for row in found:
            rows += 1
            if row.epoch == EPOCH and (row.series.node, row.seq) in spoilt:
                _broke(result, "stored and spoilt", f"number {row.seq} of {row.series} is stored: {row.values}")
            written = line(row)
            if b"\n" in _QUOTED.sub(b"", written):
                _broke(result, "stored and wrong", f"a stored reading is more than one line: {written[:200]!r}")
            if (row.series.node, row.series.sensor, row.series.kind) not in known and row.epoch == EPOCH:
                _broke(result, "stored and wrong", f"a reading of nobody's sensor is stored: {row.series}")
            for name, value in row.values.items():
                if _beyond(name, value):
                    _broke(result, "stored and wrong", f"{name} is stored as {value!r}")
        since_us = found[-1].received_us + 1
    result.figures["stored rows read again"] = rows


def _unlike(accepted: Sequence[Reading], payload: bytes) -> str:
    """What an independent reader finds wrong with what was accepted, "" where nothing."""
    if not accepted:
        return ""
    try:
        told = json.loads(payload.decode())["readings"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return f"another reader cannot read it: {error!r}"
    for reading in accepted:
        given = [one for one in told if isinstance(one, dict) and one.get("seq") == reading.seq]
        mine = reading.model_dump(mode="json", exclude_unset=True)
        if not any(_same(one, mine) for one in given):
            return f"number {reading.seq} is not what was said"
        if (
            not _NODE.fullmatch(reading.sensor)
            or not 1 <= reading.seq <= 2**53
            or not 0 <= reading.observed_us <= 2**53
        ):
            return f"number {reading.seq} is beyond its bounds"
        for name, value in mine["values"].items():
            if _beyond(name, value):
                return f"{name} of number {reading.seq} is {value!r}"
    return ""


def _same(told: Any, mine: Any) -> bool:
    """Equal in value and kind: true is not 1, "12" is not 12. A whole number may stand for a measured one."""
    if isinstance(mine, dict):
        return (
            isinstance(told, dict) and told.keys() == mine.keys() and all(_same(told[one], mine[one]) for one in mine)
        )
    if isinstance(mine, bool) or isinstance(told, bool) or isinstance(mine, str) or mine is None:
        return type(told) is type(mine) and told == mine
    return isinstance(told, int | float) and told == mine


def _beyond(name: str, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return isinstance(value, str) and len(value) > 48
    low, high = _BOUNDS.get(name, (-1e11, 2.0**53))
    return not math.isfinite(value) or not low <= value <= high


def _broke(result: Result, what: str, failure: str) -> None:
    """Count it; the first few are told in full."""
    result.figures[what] = result.figures.get(what, 0) + 1
    if result.figures[what] <= _SHOWN:
        result.failures.append(failure)


# ------------------------------------------------------------ among live ones


def _among_live_ones(laboratory: Laboratory, result: Result) -> None:
    """Windows without and with poison take turns, so that both see the same machine."""
    windows, window_s = (3, 0.6) if laboratory.short else (20, 6.0)
    room = laboratory.room("live")
    with whole_city(room, speed=_SPEED) as city:
        clean: list[tuple[int, int]] = []
        poisoned: list[tuple[int, int]] = []
        sent = 0
        address = BrokerAddress(HOST, int(str(city.settings["SIAGA_MQTT_PORT"])))
        speaker = PahoSubscription(
            [address], "hama", [("hama", 0)], rng=random.Random(laboratory.seed), clock=SystemClock()
        )
        with closing(speaker):
            must(wait_until(lambda: speaker.connected, 10.0), "the broker takes no further client")
            pause = threading.Event()
            for number in range(windows):
                clean.append(_window(laboratory, pause, window_s))
                began_us = laboratory.clock.now_us()
                sent += _poison(laboratory, speaker, city, window_s)
                poisoned.append((began_us, laboratory.clock.now_us()))
                laboratory.say(f"window {number + 1} of {windows}: {sent} poisoned messages")
        pids = {name: city.pid(name) for name in ("ingest", "alerts", "api")}
        must(not city.up.ended, city.up.said())
        restarts = city.up.lines("process.died")
        result.expect(all(pids.values()) and not restarts, f"a stage died of it: {restarts}")
        result.expect(city.up.terminate() == 0, f"the city did not end well: {city.up.said()}")
        _live_figures(laboratory, result, city, clean, poisoned)
        result.figures["messages among live ones"] = sent
        kept = sum(city.cities.quarantine_counts(city.city).values())
        result.expect(kept > 0, "nothing of it is in quarantine")
        result.figures["in quarantine among live ones"] = kept
        try:
            books = city.books()
        except ValueError as error:
            result.expect(False, f"something poisoned was stored: {error}")
            return
        books.enter(result)
        result.cases += books.cases
        result.expect(books.refused == 0, f"{books.refused} good readings were refused")


def _window(laboratory: Laboratory, pause: threading.Event, window_s: float) -> tuple[int, int]:
    began_us = laboratory.clock.now_us()
    pause.wait(window_s)
    return began_us, laboratory.clock.now_us()


def _poison(laboratory: Laboratory, speaker: PahoSubscription, city: WholeCity, window_s: float) -> int:
    """Some twenty a second, on the nodes' own topics and on a hundred others, some of them downwards."""
    pause = threading.Event()
    until_us = laboratory.clock.mono_us() + round(window_s * SECOND_US)
    sent = 0
    while laboratory.clock.mono_us() < until_us:
        node, sensor, kind = laboratory.rng.choice(_NODES)
        piece = spoil(
            laboratory.rng,
            sound(laboratory.rng, city.city, node, sensor, kind, laboratory.clock.now_us(), sent + 1),
            surely=True,
        )
        topic = piece.topic
        if sent % 10 == 9:
            topic = topics.ack(city.city, node)
        if re.search(r"[+#\x00]|//|^/|[ .é]", topic):
            topic = topics.readings(city.city, f"x{sent % 100}")  # what the broker itself would refuse
        if topic != f"siaga/v1/{city.city}/-/canary":
            sent += speaker.publish(topic, piece.payload, qos=1)
        pause.wait(0.05)
    return sent


def _live_figures(
    laboratory: Laboratory,
    result: Result,
    city: WholeCity,
    clean: Sequence[tuple[int, int]],
    poisoned: Sequence[tuple[int, int]],
) -> None:
    """From observation to the store, as rows say it: p99 with poison below twice that without, in the same run."""
    ways: dict[str, list[float]] = {"clean": [], "poisoned": []}
    since_us = 0
    while rows := city.readings.received_since(city.city, since_us):
        for row in rows:
            for name, windows in (("clean", clean), ("poisoned", poisoned)):
                if any(start <= row.received_us < end for start, end in windows):
                    ways[name].append((row.received_us - row.observed_us) / SECOND_US)
        since_us = rows[-1].received_us + 1
    if not (ways["clean"] and ways["poisoned"]):
        result.expect(False, "no live reading came in one of the windows")
        return
    before, during = (nearest_rank(ways[name], 0.99) for name in ("clean", "poisoned"))
    result.figures["live p99 without, s"] = round(before, 3)
    result.figures["live p99 with, s"] = round(during, 3)
    result.figures["live readings in the windows"] = len(ways["clean"]) + len(ways["poisoned"])
    # A short run has too few readings for a hundredth of them: then only a standstill counts.
    allowed = 2 * before + (1.0 if laboratory.short else 0.0)
    result.expect(during < allowed, f"live p99 is {during:.3f} s with poison and {before:.3f} s without")
