"""Ingest is killed with -9 again and again while a node sends, and the ledger closes."""

from __future__ import annotations

import contextlib
import os
import random
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
from faults.parts.brokers import nats
from store import open_city, open_readings

INGEST = """
import random, sys, threading
from broker.ports import BrokerAddress
from broker.subscription import PahoSubscription, service_topics
from contract.clock import SystemClock
from ingest.pipeline import Ingest
from store import open_city, open_readings
folder, port, city = sys.argv[1], int(sys.argv[2]), sys.argv[3]
clock = SystemClock()
Ingest(
    city=city,
    subscription=PahoSubscription(
        [BrokerAddress("127.0.0.1", port)], "ingest", service_topics(city), rng=random.Random(1), clock=clock
    ),
    readings=open_readings(f"sqlite:///{folder}/readings.db"),
    cities=open_city(f"sqlite:///{folder}/city.db", migrate=False),
    clock=clock,
).run(threading.Event())
"""
COMMITTED = 3_000
KILLS = 3


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_doubled(tmp_path: Path, city_template: Path) -> None:
    """A node that sends each reading until it is answered ends with every reading stored, each exactly once."""
    (tmp_path / "city.db").write_bytes(city_template.read_bytes())
    with contextlib.closing(open_city(f"sqlite:///{tmp_path}/city.db", migrate=False)) as cities:
        cities.put_profile(profile(CITY, nodes=(NODE,)), NOON_US - 1)
    rng = random.Random(7)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with nats() as broker, contextlib.ExitStack() as stack:
        command = [sys.executable, "-c", INGEST, str(tmp_path), str(broker.address.port), CITY]

        def started() -> subprocess.Popen[bytes]:
            process = subprocess.Popen(command, env=environment)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        process = started()
        node = Linked(PahoLink(NODE)).open(broker.address, will_of(NODE))
        stack.callback(node.link.close, graceful=True)
        node.link.subscribe(topics.ack(CITY, NODE))
        pending = set(range(1, COMMITTED + 1))
        kills = sorted(rng.sample(range(200, COMMITTED - 200), KILLS))
        for _ in range(400):
            for event in node.all(Received):
                for first, last in codec.decode(Ack, event.payload).stored:
                    pending -= set(range(first, last + 1))
            node.events.clear()
            if not pending:
                break
            if kills and COMMITTED - len(pending) >= kills[0]:
                kills.pop(0)
                process.send_signal(signal.SIGKILL)
                process.wait()
                process = started()
            seqs = sorted(pending)
            at = rng.randrange(max(1, len(seqs) - 200))
            node.link.publish(
                1, topics.readings(CITY, NODE), batch(*map(reading, seqs[at : at + 100])), qos=1, retain=False
            )
            node.link.publish(1, topics.readings(CITY, NODE), batch(*map(reading, seqs[:100])), qos=1, retain=False)
            node.run_for(0.05)
        assert not kills
        assert pending == set()
    with contextlib.closing(open_readings(f"sqlite:///{tmp_path}/readings.db")) as readings:
        ((counted),) = readings.ledger(CITY)
    assert (counted.node, counted.epoch, counted.rows, counted.distinct) == (NODE, EPOCH, COMMITTED, COMMITTED)
