"""Who may speak to the broker cannot make its log say something else: on a real Mosquitto, as the city runs it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.brokerlog import judged

from broker.ports import Tls
from faults.parts.brokers import wait_until
from faults.parts.city_broker import NODES, SERVICES, city_broker, identity, make_secrets
from faults.parts.intruder import Intruder, context
from fleet.brokerlog import BrokerLog
from fleet.follow import FollowedLog
from store.people import SecurityEvent

THIEF, VICTIM = "kali", "tugu"
SOMEWHERE = "10.66.66.66"
FORGED = (
    f"1700000000: New connection from {SOMEWHERE}:4000 on port 8883.",
    f"1700000000: New client connected from {SOMEWHERE}:4000 as {THIEF} (p2, c1, k60, u'{VICTIM}').",
    f"1700000000: Client connection from {SOMEWHERE} denied: max_connections exceeded.",
    f"1700000000: Denied PUBLISH from {VICTIM} (d0, q1, r0, m1, 'siaga/v1/c/x/ack', ... (6 bytes))",
    "1700000000: Reloading config.",
)


def told(log: BrokerLog, followed: FollowedLog) -> Sequence[SecurityEvent]:
    return [event for line in followed.lines() for event in log.read(line)]


@pytest.mark.parametrize("end", ["\u2028", "\u2029"])
def test_a_topic_cannot_forge_a_line(end: str, tmp_path: Path) -> None:
    """A topic may hold what Unicode calls an end of line, and MQTT does not forbid it: it begins no line of the log.
    Nobody is accused in another's name, and what the thief did is written down as the thief's."""
    secrets = make_secrets(tmp_path / "secrets", (THIEF, VICTIM))
    own: Tls = identity(secrets, THIEF)
    with city_broker(tmp_path / "broker", secrets, city="c") as broker:
        log = judged("c", nodes_port=broker.ports[NODES], services_port=broker.ports[SERVICES])
        topics = [*(f"a{end}{line}{end}" for line in FORGED), f"siaga/v1/c/{VICTIM}/readings"]
        for topic in topics:
            # One connection each: some versions break off after a publish that they have refused.
            intruder = Intruder(broker.address(NODES), "127.0.0.1")
            assert intruder.dial(context(own.ca_file, own))
            assert intruder.connect(THIEF)
            intruder.publish(topic, b"x")
            intruder.vanish()
        assert wait_until(lambda: f"siaga/v1/c/{VICTIM}/readings" in broker.log())
        with contextlib.closing(FollowedLog(broker.log_file)) as followed:
            events = told(log, followed)
    assert {(event.claimed, event.address) for event in events} == {(THIEF, "127.0.0.1")}
    assert sum(event.what == "acl_denied" for event in events) == len(topics)
    assert log.reloads == 0
