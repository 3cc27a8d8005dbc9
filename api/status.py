"""Is a node up? The one place that says so, from what the node said, what arrived and what is open.

Silence is never "up", and a node nobody has heard from is never "down".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from contract.clock import SECOND_US
from contract.incident import Incident
from contract.quality import Quality
from store.ports import Placement, Presence, Row

LIVE_AT_LEAST_S = 300.0
DEFAULT_PERIOD_S = 60.0

Why = Literal[
    "fine",
    "captive",
    "camera",
    "outage",
    "offline",
    "internet_down",
    "gateway_down",
    "silent",
    "sensor_failed",
    "no_reading",
    "never",
]


class NodeState(StrEnum):
    """What a page may say of a node."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """`since_us` is when this state began as far as is known, `last_us` when its newest reading was observed.

    `detail` is a word of the sensor itself (a camera's health), empty where there is none.
    """

    state: NodeState
    why: Why
    since_us: int | None
    last_us: int | None
    detail: str = ""


def live_for_us(period_s: float) -> int:
    """How long a reading speaks for now: max(2 sample periods, 5 min).

    It bounds how long a reading may travel, so that it is the same however fast a simulated world runs.
    """
    return round(max(2 * period_s, LIVE_AT_LEAST_S) * SECOND_US)


def period_of(sensor: str, placement: Placement, presence: Presence | None) -> float:
    """Seconds between two samples: as the node's birth says, else as the registry expects."""
    said: Mapping[str, tuple[str, float]] = presence.sensors if presence else {}
    known = said.get(sensor) or placement.sensors.get(sensor)
    return known[1] if known else DEFAULT_PERIOD_S


def is_live(row: Row, period_s: float, now_us: int) -> bool:
    """Whether the newest row of a stream still speaks for now."""
    return now_us - row.observed_us < live_for_us(period_s)


def _own(placement: Placement, rows: Sequence[Row]) -> Sequence[Row]:
    """The rows that say what this kind of node is for; the machine's own health only where there is no other."""
    wanted = {"wifi": "hotspot", "camera": "crowd", "gauge": "flood"}[placement.kind]
    return [row for row in rows if row.series.kind == wanted] or list(rows)


def node_status(
    placement: Placement,
    presence: Presence | None,
    rows: Sequence[Row],
    outage: Incident | None,
    now_us: int,
) -> NodeStatus:
    """The state of one node. `rows` are the newest of each of its series, `outage` its open outage incident."""
    last_us = max((row.observed_us for row in rows), default=None)
    if outage is not None and outage.open:
        return NodeStatus(NodeState.DOWN, "outage", outage.crossed_us, last_us)
    if presence is not None and not presence.online:
        return NodeStatus(NodeState.DOWN, "offline", presence.since_us, last_us)
    if not rows:
        if presence is None:
            return NodeStatus(NodeState.NEVER, "never", None, None)
        return NodeStatus(NodeState.UNKNOWN, "no_reading", presence.since_us, None)
    newest = max(_own(placement, rows), key=lambda row: row.observed_us)
    live = is_live(newest, period_of(newest.series.sensor, placement, presence), now_us)
    if not live or newest.quality in {Quality.FAIL, Quality.MISSING}:
        return NodeStatus(NodeState.UNKNOWN, "sensor_failed" if live else "silent", newest.observed_us, last_us)
    return _from_values(newest, presence, last_us)


def _from_values(row: Row, presence: Presence | None, last_us: int | None) -> NodeStatus:
    since_us = presence.since_us if presence else None
    values = row.values
    if values.get("gateway_ok") is False:
        return NodeStatus(NodeState.DOWN, "gateway_down", row.observed_us, last_us)
    if values.get("internet") == "down":
        return NodeStatus(NodeState.DOWN, "internet_down", row.observed_us, last_us)
    if values.get("internet") == "captive":
        return NodeStatus(NodeState.UP, "captive", since_us, last_us)
    camera = values.get("camera")
    if isinstance(camera, str) and camera != "ok":
        return NodeStatus(NodeState.UP, "camera", since_us, last_us, camera)
    return NodeStatus(NodeState.UP, "fine", since_us, last_us)
