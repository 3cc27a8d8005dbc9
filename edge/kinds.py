"""The kinds of sensor there are, each in a folder of its own, loaded only where a node has one: a node without a
camera never loads OpenCV.

Every folder has a `sensor.py` with `Options` (what a technician may set, a pydantic model) and
`build(sensor, period_s, options)`, which returns an `edge.ports.Sensor`.
"""

from __future__ import annotations

import importlib
from typing import Protocol, cast

from pydantic import BaseModel

from contract.kinds import MeasuredKind
from edge.ports import Sensor

_MODULES: dict[MeasuredKind, str] = {
    "hotspot": "edge.hotspot.sensor",
    "flood": "edge.flood.sensor",
    "crowd": "edge.crowd.sensor",
    "node": "edge.node.sensor",
}


class SensorModule(Protocol):
    """What a folder's `sensor.py` offers."""

    Options: type[BaseModel]

    def build(self, sensor: str, period_s: float, options: BaseModel) -> Sensor: ...


def load(kind: MeasuredKind) -> SensorModule:
    """The module of a kind of sensor."""
    return cast("SensorModule", importlib.import_module(_MODULES[kind]))
