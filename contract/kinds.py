"""The five kinds of reading: their fields, units and the bounds no instrument can exceed.

Every field may be null: that is a value that was due and did not come (quality 9), never a zero. A field's type is
for ever; fields are added, never changed. Bounds here are physics and typing errors, not judgement: what a given
gauge may plausibly read is judged by its own quality checks. Units are UCUM codes.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field

KindName = Literal["hotspot", "crowd", "flood", "node", "release"]
KINDS: tuple[KindName, ...] = ("hotspot", "crowd", "flood", "node", "release")
MeasuredKind = Literal["hotspot", "crowd", "flood", "node"]
"""what an instrument can measure; a release is announced by people alone"""

_COUNT_MAX = 10_000_000


class Values(BaseModel):
    """The measured part of a reading."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


def _measured(unit: str, text: str, **bounds: Any) -> Any:
    """A field that is null when nothing was measured."""
    return Field(default=None, description=text, json_schema_extra={"unit": unit}, **bounds)


def _percent(text: str) -> Any:
    return _measured("%", text, ge=0, le=100)


def _count(unit: str, text: str) -> Any:
    return _measured(unit, text, ge=0, le=_COUNT_MAX)


class HotspotValues(Values):
    """One look at a public WiFi point, from the gateway outwards."""

    gateway_ok: bool | None = _measured("1", "the point's own gateway answers")
    dns_ok: bool | None = _measured("1", "a name of ours resolves")
    internet: Literal["open", "captive", "down"] | None = _measured(
        "1", "open: our nonce came back; captive: somebody else answered; down: nobody did"
    )
    broker_ok: bool | None = _measured("1", "the city's broker accepts a connection")
    clients: int | None = _count("{device}", "stations associated now; no address is kept")
    latency_ms: float | None = _measured("ms", "median round trip to the city", ge=0, le=120_000)
    loss_percent: float | None = _percent("probes without an answer")


class CrowdValues(Values):
    """People in front of a camera over one period. Numbers only; no picture leaves the node."""

    people: int | None = _count("{person}", "median of the period's counts")
    people_min: int | None = _count("{person}", "smallest count")
    people_p90: int | None = _count("{person}", "ninetieth percentile")
    people_max: int | None = _count("{person}", "largest count")
    lower_bound: bool | None = _measured("1", "the scene is beyond the detector's honest range: at least this many")
    method: Literal["ssdlite_fast", "ssdlite_balanced", "onnx", "hog", "motion"] | None = _measured(
        "1", "how they were counted"
    )
    frames: int | None = _count("{frame}", "frames judged in the period")
    fps: float | None = _measured("Hz", "frames judged a second", ge=0, le=1000)
    camera: (
        Literal["ok", "warming_up", "stalled", "frozen", "dark", "blurred", "moved", "saturated", "low_fps"] | None
    ) = _measured("1", "the camera's own health")


class FloodValues(Values):
    """A river gauge or a rain gauge."""

    level_cm: float | None = _measured("cm", "water level above the gauge's datum", ge=-100_000, le=100_000)
    rain_mm: float | None = _measured("mm", "rain since the previous reading", ge=0, le=2_000)
    source: Literal["sensor", "telemetry", "manual"] | None = _measured(
        "1", "an instrument here, somebody else's telemetry, or a gauge keeper's eyes"
    )


class NodeValues(Values):
    """The agent's own machine. A drop report is a reading too, so that it travels as safely as what it reports."""

    cpu_percent: float | None = _percent("processor in use")
    memory_percent: float | None = _percent("memory in use")
    disk_percent: float | None = _percent("of the spool's file system in use")
    temperature_c: float | None = _measured("Cel", "processor temperature", ge=-60, le=150)
    undervoltage: bool | None = _measured("1", "the supply is, or since boot has been, too low")
    throttled: bool | None = _measured("1", "the processor is slowed for heat or voltage")
    supply: Literal["mains", "battery"] | None = _measured("1", "what feeds the node now")
    battery_percent: float | None = _percent("charge left")
    uptime_s: float | None = _measured("s", "since boot", ge=0, le=10_000_000_000)
    spool_pending: int | None = _count("{reading}", "committed and not yet acknowledged")
    spool_dropped: int | None = _count("{reading}", "dropped by the bound since this spool began")
    clock_source: Literal["ntp", "rtc", "server", "none"] | None = _measured("1", "what the node's time rests on")
    dropped_sensor: str | None = _measured("1", "drop report: whose readings", max_length=48)
    dropped_count: int | None = _count("{reading}", "drop report: how many")
    dropped_first_us: int | None = _measured("us", "drop report: time of the first", ge=0, le=2**53)
    dropped_last_us: int | None = _measured("us", "drop report: time of the last", ge=0, le=2**53)


class ReleaseValues(Values):
    """Water that a dam or gate lets go, as it was announced. The reading's own time is when that was."""

    dam: str | None = _measured("1", "which dam or gate", max_length=60)
    discharge_m3s: float | None = _measured("m3/s", "how much water it lets go", ge=0, le=1_000_000)
    opening_cm: float | None = _measured("cm", "how far its gate is open", ge=0, le=10_000)
    begins_us: int | None = _measured("us", "from when, microseconds since 1970 UTC", ge=0, le=2**53)
    lasts_s: float | None = _measured("s", "for how long; null where nobody has said", ge=0, le=31_622_400)
    told_by: str | None = _measured("1", "whose word it is", max_length=60)
    called_off: bool | None = _measured("1", "true: what was announced for this dam does not hold any more")


VALUES: dict[KindName, type[Values]] = {
    "hotspot": HotspotValues,
    "crowd": CrowdValues,
    "flood": FloodValues,
    "node": NodeValues,
    "release": ReleaseValues,
}

Scalar = Literal["boolean", "integer", "float", "text"]
_SCALARS: dict[type, Scalar] = {bool: "boolean", int: "integer", float: "float", str: "text"}


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a kind, as stores, boards and documents need it."""

    name: str
    scalar: Scalar
    unit: str
    text: str
    choices: tuple[str, ...] = ()


def _scalar_of(hint: Any) -> tuple[Scalar, tuple[str, ...]]:
    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = (part for part in get_args(hint) if part is not types.NoneType)
    if get_origin(hint) is Literal:
        return "text", get_args(hint)
    return _SCALARS[hint], ()


def fields_of(kind: KindName) -> tuple[FieldSpec, ...]:
    """The fields of a kind in their declared order."""
    model = VALUES[kind]
    hints = get_type_hints(model)
    specs = []
    for name, info in model.model_fields.items():
        scalar, choices = _scalar_of(hints[name])
        extra = info.json_schema_extra
        unit = str(extra["unit"]) if isinstance(extra, dict) else "1"
        specs.append(FieldSpec(name, scalar, unit, info.description or "", choices))
    return tuple(specs)
