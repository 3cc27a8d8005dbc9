"""Two copies of ingest share a city's readings on Mosquitto; one is killed for good, and nothing waits for it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.accepting import NODE, batch, reading
from support.city_data import EPOCH, NOON_US, profile
from support.linked import CITY, Linked, will_of

from broker.link import PahoLink
from broker.ports import Received
from contract import codec, topics
from contract.messages import Ack
from faults.parts.brokers import mosquitto, wait_until
from faults.parts.stages import environment
from siaga import heartbeat
from store import open_city, open_readings

COPY = """
import sys, threading
from siaga import settings, wiring
from contract.clock import SystemClock
wiring.run_ingest(settings.load(), SystemClock(), threading.Event())
"""
COMMITTED = 2_000
ROUND = 100


@pytest.mark.slow
def test_a_copy_that_is_killed_takes_nothing_with_it(tmp_path: Path, city_template: Path) -> None:
    """Both copies work; after kill -9 of one, what the node sends once is answered by the other within a moment; in the
    end each reading is stored exactly once."""
    (tmp_path / "city.db").write_bytes(city_template.read_bytes())
    with contextlib.closing(open_city(f"sqlite:///{tmp_path}/city.db", migrate=False)) as cities:
        cities.put_profile(profile(CITY, nodes=(NODE,)), NOON_US - 1)
    with mosquitto() as broker, contextlib.ExitStack() as stack:

        def copy(name: str) -> subprocess.Popen[bytes]:
            settings = {
                "SIAGA_CITY": CITY,
                "SIAGA_DATA_FOLDER": tmp_path / name,
                "SIAGA_CITY_URL": f"sqlite:///{tmp_path}/city.db",
                "SIAGA_READINGS_URL": f"sqlite:///{tmp_path}/readings.db",
                "SIAGA_BROKERS": f"127.0.0.1:{broker.address.port}",
                "SIAGA_BROKER_PROTOCOL": "5",
                "SIAGA_BROKER_SHARE": "ingest",
            }
            path = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
            process = subprocess.Popen([sys.executable, "-c", COPY], env=environment(settings | path))
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        def stored_by(name: str) -> int:
            beat = heartbeat.read(tmp_path / name / "run", "ingest")
            return beat.facts["stored"] if beat is not None and beat.facts["connected"] else -1

        first, _ = copy("first"), copy("second")
        assert wait_until(lambda: min(stored_by("first"), stored_by("second")) >= 0, 30)
        node = Linked(PahoLink(NODE)).open(broker.address, will_of(NODE))
        stack.callback(node.link.close, graceful=True)
        node.link.subscribe(topics.ack(CITY, NODE))
        pending = set(range(1, COMMITTED + 1))

        def send(seqs: list[int]) -> None:
            message = batch(*map(reading, seqs))
            node.link.publish(1, topics.readings(CITY, NODE), message, qos=1, retain=False)

        def hear() -> set[int]:
            for event in node.all(Received):
                for low, high in codec.decode(Ack, event.payload).stored:
                    pending.difference_update(range(low, high + 1))
            node.events.clear()
            return pending

        half = COMMITTED // 2
        for start in range(1, half, ROUND):
            send(list(range(start, start + ROUND)))
        assert node.spin(lambda: min(hear(), default=COMMITTED) > half, 20)
        assert wait_until(lambda: min(stored_by("first"), stored_by("second")) > 0), "one of the copies had nothing"

        first.send_signal(signal.SIGKILL)
        first.wait()
        # The broker has seen the socket close before it reads anything that is sent from now on.
        node.run_for(0.5)
        for start in range(half + 1, COMMITTED, ROUND):
            send(list(range(start, start + ROUND)))
        assert node.spin(lambda: not hear(), 20), f"{len(pending)} went to the dead"
    with contextlib.closing(open_readings(f"sqlite:///{tmp_path}/readings.db")) as readings:
        ((counted),) = readings.ledger(CITY)
    assert (counted.node, counted.epoch, counted.rows, counted.distinct) == (NODE, EPOCH, COMMITTED, COMMITTED)
