"""The city's broker as configured, with the certificates that the script makes, on the real Mosquitto."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.brokers import free_port, wait_until

from broker.ports import BrokerAddress, Tls
from broker.subscription import PahoSubscription
from contract import topics
from contract.clock import SystemClock

ROOT = Path(__file__).resolve().parents[2]
CITY, NODE, OTHER = "yogyakarta", "jog-gauge-01", "jog-gauge-02"
Connect = Callable[[str, str, str], PahoSubscription]

pytestmark = pytest.mark.skipif(shutil.which("mosquitto") is None, reason="Mosquitto is not installed (apt: mosquitto)")


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    for node in (NODE, OTHER):
        subprocess.run(
            ["sh", str(ROOT / "docker" / "make-secrets.sh"), "127.0.0.1", node],
            env={**os.environ, "SECRETS_FOLDER": str(folder)},
            capture_output=True,
            check=True,
        )
    return folder


@pytest.fixture
def connect(secrets: Path, tmp_path: Path) -> Iterator[Connect]:
    """(party, listener, topic it reads) -> its session. The configuration is the city's; only places are others."""
    ports = {"8883": free_port(), "8884": free_port()}
    text = (ROOT / "broker" / "mosquitto" / "mosquitto.conf").read_text()
    text = re.sub(r"(?m)^listener (\d+)$", lambda found: f"listener {ports[found[1]]} 127.0.0.1", text)
    text = text.replace("/run/secrets", str(secrets)).replace("/mosquitto/config", str(ROOT / "broker" / "mosquitto"))
    text = text.replace("/mosquitto/data", str(tmp_path))
    # Started by root it would give up the right to read this test's folder.
    conf = tmp_path / "mosquitto.conf"
    conf.write_text(text + "\nuser root\n")
    opened: list[PahoSubscription] = []

    def session(party: str, listener: str, topic: str) -> PahoSubscription:
        tls = Tls(secrets / "ca.crt", secrets / f"{party}.crt", secrets / f"{party}.key")
        address = BrokerAddress("127.0.0.1", ports[listener])
        one = PahoSubscription([address], party, [(topic, 1)], tls=tls, rng=random.Random(1), clock=SystemClock())
        opened.append(one)
        assert wait_until(lambda: one.connected)
        return one

    with subprocess.Popen(
        ["mosquitto", "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield session
        finally:
            for one in opened:
                one.close()
            process.terminate()


def test_a_node_reaches_ingest_and_only_as_itself(connect: Connect) -> None:
    """What a node sends under its own name arrives; what it sends as another does not; the answer comes back."""
    ingest = connect("ingest", "8884", topics.every_node(CITY, "readings"))
    node = connect(NODE, "8883", topics.ack(CITY, NODE))
    intruder = connect(OTHER, "8883", topics.ack(CITY, OTHER))
    # Mosquitto 2.0.11 also drops an intruder's connection when queues are unbounded; later ones only the message.
    assert intruder.publish(topics.readings(CITY, NODE), b"forged", qos=1)
    assert not ingest.take(1, 1.0)
    assert node.publish(topics.readings(CITY, NODE), b"own", qos=1)
    messages = [*ingest.take(1, 10.0)]
    assert [(message.topic, message.payload) for message in messages] == [(topics.readings(CITY, NODE), b"own")]
    ingest.done(messages)
    assert ingest.publish(topics.ack(CITY, NODE), b"stored", qos=0)
    assert [message.payload for message in node.take(1, 10.0)] == [b"stored"]


def test_a_node_hears_no_other(connect: Connect) -> None:
    """A node that asks for another's acks hears nothing of them, and gets its own."""
    ingest = connect("ingest", "8884", topics.every_node(CITY, "readings"))
    curious = connect(NODE, "8883", topics.every_node(CITY, "ack"))
    assert ingest.publish(topics.ack(CITY, OTHER), b"not yours", qos=0)
    assert ingest.publish(topics.ack(CITY, NODE), b"yours", qos=0)
    assert [message.payload for message in curious.take(1, 10.0)] == [b"yours"]
