"""The published description of the wire, made from the models: JSON Schemas and an AsyncAPI 3 document.

`python -m contract.schema` writes them; a test fails where the committed files differ from what is made here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from contract import topics
from contract.kinds import CrowdValues, FloodValues, HotspotValues, NodeValues
from contract.messages import (
    MAX_MESSAGE_BYTES,
    Ack,
    Birth,
    Burst,
    CrowdReading,
    FloodReading,
    HotspotReading,
    NodeReading,
    Readings,
    Refusal,
    SensorInfo,
    SirenAnswer,
    SirenOrder,
    Status,
)
from contract.quality import Quality

DRAFT = "https://json-schema.org/draft/2020-12/schema"
WIRE_VERSION = "1.2.0"
SCHEMA_FOLDER = Path(__file__).parent / "schemas"
ASYNCAPI_FILE = Path(__file__).parent.parent / "docs" / "asyncapi.yaml"

_BOOT = "0b5d6b16-21ac-4e0e-9a53-3a1f1d5a6c01"
_EPOCH = "5f3a9c0d1e2b4a68"
_AT_US = 1_769_248_800_000_000
_ORDER = "siren/terban/b-4711/sound/0"


@dataclass(frozen=True, slots=True)
class Channel:
    """One topic of the wire: its address, its message, which way it goes and how it is sent."""

    leaf: str
    address: Callable[[str, str], str]
    message: type[BaseModel]
    way: Literal["up", "down"]
    qos: int


CHANNELS = (
    Channel("birth", topics.birth, Birth, "up", 1),
    Channel("status", topics.status, Status, "up", 1),
    Channel("readings", topics.readings, Readings, "up", 1),
    Channel("ack", topics.ack, Ack, "down", 0),
    Channel("command-burst", partial(topics.command, command_id=topics.BURST), Burst, "down", 0),
    Channel("command-siren", partial(topics.command, command_id=topics.SIREN), SirenOrder, "down", 0),
    Channel("command-siren-result", partial(topics.command_result, command_id=topics.SIREN), SirenAnswer, "up", 1),
)


def examples() -> dict[str, tuple[BaseModel, ...]]:
    """Messages as a real node and a real city would send them, for every channel."""
    return {
        "birth": (
            Birth(
                city="yogyakarta",
                node="gauge-code-01",
                boot=_BOOT,
                birth_no=7,
                epoch=_EPOCH,
                firmware="siaga 0.1.0",
                clock="ntp",
                sent_us=_AT_US,
                mono_us=41_000_000,
                sensors=(
                    SensorInfo(sensor="level", kind="flood", period_s=60, model="radar 80 GHz"),
                    SensorInfo(sensor="self", kind="node", period_s=300),
                ),
            ),
        ),
        "status": (
            Status(city="yogyakarta", node="gauge-code-01", state="online", birth_no=7, reason="connected"),
            Status(city="yogyakarta", node="gauge-code-01", state="offline", birth_no=7, reason="lost"),
        ),
        "readings": (_readings(),),
        "ack": (
            Ack(epoch=_EPOCH, server_us=_AT_US + 90_000, stored=((4_711, 4_713),)),
            Ack(epoch=_EPOCH, server_us=_AT_US + 90_000, refused=(Refusal(seq=4_714, reason="time_implausible"),)),
            Ack(epoch=_EPOCH, server_us=_AT_US + 30_000, birth_no=7, birth_mono_us=41_000_000),
        ),
        "command-burst": (
            Burst(city="yogyakarta", node="gauge-code-01", sensor="level", period_s=60, for_s=600, sent_us=_AT_US),
        ),
        "command-siren": (
            SirenOrder(
                city="yogyakarta",
                node="gauge-code-01",
                siren="menara",
                key=_ORDER,
                do="sound",
                for_s=60,
                sent_us=_AT_US,
                expires_us=_AT_US + 30_000_000,
            ),
        ),
        "command-siren-result": (
            SirenAnswer(city="yogyakarta", node="gauge-code-01", siren="menara", key=_ORDER, outcome="done", for_s=60),
            SirenAnswer(
                city="yogyakarta",
                node="gauge-code-01",
                siren="menara",
                key=_ORDER,
                outcome="failed",
                said="menara: /dev/gpiochip0, line 17: Device or resource busy",
            ),
        ),
    }


def _readings() -> Readings:
    return Readings(
        city="yogyakarta",
        node="gauge-code-01",
        boot=_BOOT,
        epoch=_EPOCH,
        sent_us=_AT_US + 1_000_000,
        readings=(
            FloodReading(
                seq=4_711,
                sensor="level",
                observed_us=_AT_US,
                mono_us=101_000_000,
                trust="synced",
                quality=Quality.GOOD,
                values=FloodValues(level_cm=187.5, source="sensor"),
            ),
            NodeReading(
                seq=4_712,
                sensor="self",
                observed_us=_AT_US + 1,
                mono_us=101_000_001,
                trust="synced",
                quality=Quality.GOOD,
                values=NodeValues(cpu_percent=11.5, supply="mains", spool_pending=2, clock_source="ntp"),
            ),
            HotspotReading(
                seq=4_713,
                sensor="wifi",
                observed_us=_AT_US + 2,
                mono_us=101_000_002,
                trust="synced",
                quality=Quality.GOOD,
                values=HotspotValues(gateway_ok=True, dns_ok=True, internet="open", clients=14, latency_ms=18.5),
            ),
            CrowdReading(
                seq=4_714,
                sensor="cam",
                observed_us=_AT_US + 3,
                mono_us=101_000_003,
                trust="synced",
                quality=Quality.MISSING,
                checks={"missing": Quality.MISSING},
                values=CrowdValues(camera="dark"),
            ),
        ),
    )


def json_schemas() -> dict[str, dict[str, Any]]:
    """File stem -> JSON Schema (draft 2020-12) of one message."""
    schemas: dict[str, dict[str, Any]] = {}
    for channel in CHANNELS:
        schema = channel.message.model_json_schema(mode="validation")
        schemas[channel.leaf] = {"$schema": DRAFT, "$id": f"urn:siaga:v1:{channel.leaf}", **schema}
    return schemas


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 document, from the city's point of view: it receives what nodes send up and sends down."""
    _, definitions = models_json_schema(
        [(channel.message, "validation") for channel in CHANNELS], ref_template="#/components/schemas/{model}"
    )
    shown = examples()
    return {
        "asyncapi": "3.0.0",
        "id": "urn:siaga:v1",
        "info": {
            "title": "Siaga wire",
            "version": WIRE_VERSION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
            "description": (
                "What a node and its city say to each other. MQTT 3.1.1 is enough. Messages are UTF-8 JSON of at most "
                f"{MAX_MESSAGE_BYTES} bytes; an unknown field, a wrong type, NaN or infinity is refused. "
                "Times are whole microseconds since 1970 UTC."
            ),
        },
        "defaultContentType": "application/json",
        "servers": {
            "city": {
                "host": "{host}:8883",
                "protocol": "mqtts",
                "protocolVersion": "3.1.1",
                "description": "Mutual TLS: the certificate's common name is the node.",
                "variables": {"host": {"description": "The city's broker"}},
                "security": [{"$ref": "#/components/securitySchemes/certificate"}],
            },
        },
        "channels": {channel.leaf: _channel(channel) for channel in CHANNELS},
        "operations": {_operation_name(channel): _operation(channel) for channel in CHANNELS},
        "components": {
            "securitySchemes": {"certificate": {"type": "X509"}},
            "parameters": {
                "city": {"description": f"City, matching {topics.ID_PATTERN}"},
                "node": {"description": f"Node, unique across cities, matching {topics.ID_PATTERN}"},
            },
            "messages": {channel.message.__name__: _message(channel, shown[channel.leaf]) for channel in CHANNELS},
            "schemas": {name: _draft_07(schema) for name, schema in sorted(definitions["$defs"].items())},
        },
    }


def _address(channel: Channel) -> str:
    return channel.address("city", "node").replace("city", "{city}", 1).replace("node", "{node}", 1)


def _channel(channel: Channel) -> dict[str, Any]:
    name = channel.message.__name__
    return {
        "address": _address(channel),
        "description": _first_line(getattr(channel.address, "func", channel.address)),
        "parameters": {key: {"$ref": f"#/components/parameters/{key}"} for key in ("city", "node")},
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
    }


def _operation_name(channel: Channel) -> str:
    return f"{'receive' if channel.way == 'up' else 'send'}{channel.message.__name__}"


def _operation(channel: Channel) -> dict[str, Any]:
    retain = channel.leaf in topics.RETAINED
    return {
        "action": "receive" if channel.way == "up" else "send",
        "channel": {"$ref": f"#/channels/{channel.leaf}"},
        "messages": [{"$ref": f"#/channels/{channel.leaf}/messages/{channel.message.__name__}"}],
        "bindings": {"mqtt": {"qos": channel.qos, "retain": retain, "bindingVersion": "0.2.0"}},
    }


def _message(channel: Channel, shown: tuple[BaseModel, ...]) -> dict[str, Any]:
    name = channel.message.__name__
    return {
        "name": name,
        "contentType": "application/json",
        "summary": _first_line(channel.message),
        "payload": {"$ref": f"#/components/schemas/{name}"},
        "examples": [{"payload": message.model_dump(mode="json", exclude_none=True)} for message in shown],
    }


def _first_line(described: object) -> str:
    return (described.__doc__ or "").strip().splitlines()[0]


def _draft_07(schema: Any) -> Any:
    """AsyncAPI's own schema dialect is draft 07: tuples are spelled `items`, and a discriminator is no object.

    The discriminator says nothing that `kind`'s constant in each branch does not say already.
    """
    if isinstance(schema, list):
        return [_draft_07(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _draft_07(value) for key, value in schema.items() if key != "discriminator"}
    if "prefixItems" in kept:
        kept["items"] = kept.pop("prefixItems")
        kept["additionalItems"] = False
    return kept


def files() -> dict[Path, str]:
    """Every generated file and its text."""
    import yaml  # the test extra's, for developers only; no stage loads it

    texts = {
        SCHEMA_FOLDER / f"{stem}.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for stem, schema in json_schemas().items()
    }
    head = "# Generated by `python -m contract.schema` from contract/. Do not edit.\n"
    texts[ASYNCAPI_FILE] = head + yaml.safe_dump(asyncapi(), sort_keys=False, allow_unicode=True, width=110)
    return texts


def main() -> None:
    """Write the generated files."""
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
