"""Is a node up?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.status import NodeState, live_for_us, node_status
from contract.clock import MINUTE_US, SECOND_US
from contract.incident import Incident, State, resolved
from contract.quality import Quality
from store.ports import Placement, Presence, Row, Series

NOW = 1_769_223_600 * SECOND_US
PLACE = Placement(
    "kota",
    "w1",
    "wifi",
    "W",
    "s",
    "S",
    "34.71.01.1001",
    0.0,
    0.0,
    "",
    0.0,
    "",
    "public",
    {"hotspot": ("hotspot", 60.0)},
)
HERE = Presence("w1", True, 1, NOW - 60 * MINUTE_US, "b" * 8, "0" * 16, "1", {"hotspot": ("hotspot", 60.0)})
OUT = Incident(
    id="i",
    city="kota",
    rule="r",
    rule_version="1",
    entity="w1",
    node="w1",
    subject="outage",
    audience="public",
    event="e",
    state=State.FIRING,
    no_data=True,
    level=None,
    peak=None,
    value=900.0,
    peak_value=900.0,
    crossed_us=NOW - 15 * MINUTE_US,
    opened_us=NOW - 5 * MINUTE_US,
    changed_us=NOW - 5 * MINUTE_US,
    resolved_us=None,
    changes=1,
)


def row(age_s: float, quality: Quality = Quality.GOOD, **values: bool | int | float | str) -> Row:
    us = NOW - round(age_s * SECOND_US)
    return Row(Series("kota", "w1", "hotspot", "hotspot"), "r", us, us, "0" * 16, 1, "synced", quality, {}, values)


@pytest.mark.parametrize(
    ("presence", "rows", "outage", "state", "why"),
    [
        (None, [], None, NodeState.NEVER, "never"),
        (HERE, [], None, NodeState.UNKNOWN, "no_reading"),
        (HERE, [row(30, internet="open")], None, NodeState.UP, "fine"),
        (HERE, [row(30, internet="captive")], None, NodeState.UP, "captive"),
        (HERE, [row(30, internet="down")], None, NodeState.DOWN, "internet_down"),
        (HERE, [row(30, gateway_ok=False, internet="down")], None, NodeState.DOWN, "gateway_down"),
        (HERE, [row(299, internet="open")], None, NodeState.UP, "fine"),
        (HERE, [row(301, internet="open")], None, NodeState.UNKNOWN, "silent"),
        (HERE, [row(30, Quality.MISSING)], None, NodeState.UNKNOWN, "sensor_failed"),
        (HERE, [row(30, Quality.FAIL, internet="open")], None, NodeState.UNKNOWN, "sensor_failed"),
        (replace(HERE, online=False), [row(30, internet="open")], None, NodeState.DOWN, "offline"),
        (HERE, [row(30, internet="open")], OUT, NodeState.DOWN, "outage"),
        (HERE, [row(30, internet="open")], resolved(OUT, 1.0, NOW, NOW)[0], NodeState.UP, "fine"),
        (None, [row(30, internet="open")], None, NodeState.UP, "fine"),
    ],
)
def test_state_of_a_node(presence, rows, outage, state, why):
    """What it said, what arrived and what is open give one state and one reason."""
    status = node_status(PLACE, presence, rows, outage, NOW)
    assert (status.state, status.why) == (state, why)


def test_since_and_last():
    """An outage began when the first sample was missed, not when the rule fired; the last reading is told beside it."""
    status = node_status(PLACE, HERE, [row(1200, internet="open")], OUT, NOW)
    assert status.since_us == OUT.crossed_us
    assert status.last_us == NOW - 1200 * SECOND_US


def test_how_long_a_reading_speaks_for_now():
    """Five minutes or two periods, whichever is longer."""
    assert live_for_us(1) == 300 * SECOND_US
    assert live_for_us(60) == 300 * SECOND_US
    assert live_for_us(600) == 1200 * SECOND_US


def test_machine_health_does_not_hide_a_silent_sensor():
    """A node whose own health still arrives while its sensor is mute is not up."""
    health = row(10)._replace(series=Series("kota", "w1", "health", "node"), values={"cpu_percent": 3.0})
    status = node_status(PLACE, HERE, [row(900, internet="open"), health], None, NOW)
    assert (status.state, status.why) == (NodeState.UNKNOWN, "silent")
    assert status.last_us == health.observed_us
