"""What decoding, keeping and the way from the broker into the store take. Prints one JSON object; see README.md."""

from __future__ import annotations

import argparse
import random
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import structlog

from benchmarks.machine import tell
from broker.embedded import EmbeddedBroker
from broker.subscription import PahoSubscription, service_topics
from cities.load import load
from contract import codec, topics
from contract.city import Profile
from contract.clock import SystemClock
from contract.messages import Birth, Reading, Readings, SensorInfo
from contract.schema import examples
from ingest.pipeline import Ingest
from store import open_city, open_readings
from store.line_protocol import line
from store.ports import Row, Series

BATCH = 50
WRITE_ROWS = 1_000
ROUNDS = 7
EPOCH = "5f3a9c0d1e2b4a68"
BOOT = "0b5d6b16-21ac-4e0e-9a53-3a1f1d5a6c01"
WAIT_S = 60.0


def batches(city: Profile, count: int) -> Iterator[Readings]:
    """Batches of a node with one sensor of every kind, as its agent would send them."""
    (example,) = examples()["readings"]
    assert isinstance(example, Readings)
    now_us = SystemClock().now_us()
    seq = 0
    for _ in range(count):
        readings: list[Reading] = []
        for _ in range(BATCH):
            seq += 1
            shape = example.readings[seq % len(example.readings)]
            when_us = now_us - 3_600_000_000 + seq * 1_000
            readings.append(shape.model_copy(update={"seq": seq, "observed_us": when_us, "mono_us": seq * 1_000}))
        yield Readings(
            city=city.code, node=city.nodes[0].node, boot=BOOT, epoch=EPOCH, sent_us=now_us, readings=tuple(readings)
        )


def rows_of(batch: Readings) -> list[Row]:
    """The rows that ingest makes of a batch."""
    return [
        Row(
            Series(batch.city, batch.node, reading.sensor, reading.kind),
            "34.71.01.1001",
            reading.observed_us,
            batch.sent_us,
            batch.epoch,
            reading.seq,
            reading.trust,
            reading.quality,
            {name: int(flag) for name, flag in reading.checks.items()},
            reading.values.model_dump(exclude_none=True),
        )
        for reading in batch.readings
    ]


def rate(work: Callable[[], int]) -> int:
    """Things a second that `work` does, which returns how many it did; median of the rounds."""
    found = []
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        done = work()
        found.append(done / (time.perf_counter() - began_s))
    return round(statistics.median(found))


def decoding(payloads: Sequence[bytes]) -> int:
    return rate(lambda: sum(len(codec.decode(Readings, payload).readings) for payload in payloads))


def keeping(rows: Sequence[Row], folder: Path) -> int:
    files = (f"sqlite:///{folder / f'keeping-{number}.sqlite3'}" for number in range(ROUNDS))

    def work() -> int:
        with closing(open_readings(next(files))) as store:
            for start in range(0, len(rows), WRITE_ROWS):
                refused = store.write(rows[start : start + WRITE_ROWS])
                assert not refused, refused[0].reason
        return len(rows)

    return rate(work)


def through(city: Profile, messages: Sequence[Readings], folder: Path) -> dict[str, Any]:
    """The whole way, once: publisher → embedded broker → ingest → SQLite; counted by reading the store."""
    clock, stop = SystemClock(), threading.Event()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    broker = EmbeddedBroker(folder / "broker", port=port, clock=clock)
    broker.start()
    node = city.nodes[0].node
    url = f"sqlite:///{folder / 'through.sqlite3'}"

    def session(name: str, wanted: Sequence[tuple[str, int]]) -> PahoSubscription:
        return PahoSubscription([broker.address], name, wanted, rng=random.Random(), clock=clock)

    try:
        with (
            closing(open_readings(url)) as readings,
            closing(open_city(f"sqlite:///{folder / 'city.sqlite3'}")) as cities,
            closing(session("benchmark-ingest", service_topics(city.code))) as taken,
            closing(session("benchmark-node", [(topics.ack(city.code, node), 0)])) as sent,
        ):
            cities.put_profile(city, clock.now_us())
            stage = Ingest(city=city.code, subscription=taken, readings=readings, cities=cities, clock=clock)
            thread = threading.Thread(target=stage.run, args=(stop,))
            thread.start()
            try:
                wait(lambda: taken.connected and sent.connected)
                sent.publish(topics.birth(city.code, node), codec.encode(birth(city, messages[0])), qos=1, retain=True)
                wait(lambda: stage.facts()["births"] > 0)
                payloads = [codec.encode(message) for message in messages]
                count = len(messages) * BATCH
                began_s = time.perf_counter()
                for payload in payloads:
                    assert sent.publish(topics.readings(city.code, node), payload, qos=1)
                wait(lambda: stage.facts()["stored"] >= count)
                took_s = time.perf_counter() - began_s
            finally:
                stop.set()
                thread.join()
            kept = [one for one in readings.ledger(city.code) if one.epoch == EPOCH]
    finally:
        broker.stop()
    return {
        "through_readings_per_s": round(count / took_s),
        "through_stored_ratio": sum(one.distinct for one in kept) / count,
        "through_duplicates": sum(one.rows - one.distinct for one in kept),
    }


def birth(city: Profile, batch: Readings) -> Birth:
    sensors = {reading.sensor: reading.kind for reading in batch.readings}
    return Birth(
        city=city.code,
        node=batch.node,
        boot=BOOT,
        birth_no=1,
        epoch=EPOCH,
        firmware="benchmark",
        clock="ntp",
        sent_us=batch.sent_us,
        mono_us=1,
        sensors=tuple(SensorInfo(sensor=name, kind=kind, period_s=60) for name, kind in sensors.items()),
    )


def wait(true: Callable[[], object]) -> None:
    """Until `true()`, looked at every millisecond. Raises TimeoutError."""
    until_s = time.monotonic() + WAIT_S
    pause = threading.Event()
    while not true():
        if time.monotonic() > until_s:
            raise TimeoutError("the pipeline did not come to its end in time")
        pause.wait(0.001)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=400, help=f"of {BATCH} readings each")
    given = parser.parse_args()
    # Debug lines of a stage would be measured with it.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    city = load("yogyakarta")
    messages = list(batches(city, given.batches))
    rows = [row for message in messages for row in rows_of(message)]
    with tempfile.TemporaryDirectory(prefix="siaga-benchmark-") as name:
        folder = Path(name)
        figures = {
            "readings": len(rows),
            "decode_readings_per_s": decoding([codec.encode(message) for message in messages]),
            "influx_lines_per_s": rate(lambda: len([line(row) for row in rows])),
            "sqlite_readings_per_s": keeping(rows, folder),
            **through(city, messages, folder),
        }
    tell("pipeline", figures)


if __name__ == "__main__":
    main()
