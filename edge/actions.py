"""What an agent asks its runner to do. The agent itself touches no socket."""

from __future__ import annotations

from typing import NamedTuple

from broker.ports import BrokerAddress, Will
from edge.siren.port import Blow


class Connect(NamedTuple):
    address: BrokerAddress
    will: Will


class Subscribe(NamedTuple):
    topic: str


class Publish(NamedTuple):
    """`token` comes back through `Agent.published`."""

    token: int
    topic: str
    payload: bytes
    qos: int
    retain: bool


class Close(NamedTuple):
    """Graceful: the broker is told, and the last will is not sent."""

    graceful: bool


class Hurry(NamedTuple):
    """Sample a sensor at least so often until then (monotonic), then as ever."""

    sensor: str
    period_s: float
    until_us: int


Action = Connect | Subscribe | Publish | Close | Hurry | Blow
