"""The published documents: in step with the models, whole, and true of what the models take."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator

from contract import codec, schema, topics
from contract.errors import BadInput

DOCUMENT = schema.asyncapi()


def test_no_drift() -> None:
    """The committed files are what `python -m contract.schema` makes."""
    for path, text in schema.files().items():
        assert path.read_text(encoding="utf-8") == text, f"run `python -m contract.schema`: {path.name} is old"
    kept = {path.stem for path in schema.SCHEMA_FOLDER.glob("*.json")}
    assert kept == {channel.leaf for channel in schema.CHANNELS}


def test_same_text_every_time() -> None:
    """Generating is deterministic."""
    assert schema.files() == schema.files()


@pytest.mark.parametrize("channel", schema.CHANNELS, ids=lambda channel: channel.leaf)
def test_json_schema_takes_what_the_model_takes(channel: schema.Channel) -> None:
    """Each schema is itself valid and accepts the examples as they go over the wire."""
    published = schema.json_schemas()[channel.leaf]
    Draft202012Validator.check_schema(published)
    for message in schema.examples()[channel.leaf]:
        Draft202012Validator(published).validate(json.loads(codec.encode(message)))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("colour",), "red"),
        (("city",), "Not A City"),
        (("readings", 0, "seq"), 0),
        (("readings", 0, "quality"), 5),
        (("readings", 0, "values", "level_cm"), "187"),
        (("readings", 0, "values", "depth_m"), 1),
        (("readings", 0, "kind"), "weather"),
        (("readings",), []),
    ],
)
def test_json_schema_refuses_what_the_model_refuses(path: tuple[Any, ...], value: Any) -> None:
    """A sender who checks against the schema meets the same refusals before sending."""
    message = json.loads(codec.encode(schema.examples()["readings"][0]))
    at = message
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = value
    assert not Draft202012Validator(schema.json_schemas()["readings"]).is_valid(message)
    with pytest.raises(BadInput):
        codec.decode(schema.CHANNELS[2].message, json.dumps(message).encode())


def refs(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from refs(value)


def resolve(ref: str) -> Any:
    assert ref.startswith("#/")
    at: Any = DOCUMENT
    for part in ref[2:].split("/"):
        at = at[part]
    return at


def test_every_reference_resolves() -> None:
    """No $ref of the document points into nothing, and every component is pointed at."""
    found = set(refs(DOCUMENT))
    for ref in found:
        assert resolve(ref)
    for section, parts in DOCUMENT["components"].items():
        for name in parts:
            assert f"#/components/{section}/{name}" in found, f"{section}/{name} is referred to by nobody"


def test_document_has_what_asyncapi_3_requires() -> None:
    """Required keys of the specification (AsyncAPI 3.0.0: info, servers, channels, operations, components)."""
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= set(DOCUMENT["info"])
    for server in DOCUMENT["servers"].values():
        assert {"host", "protocol"} <= set(server)
        assert all(f"{{{name}}}" in server["host"] for name in server["variables"])
    assert [one["address"] for one in DOCUMENT["channels"].values()] == [
        f"siaga/v1/{{city}}/{{node}}/{channel.leaf.replace('-', '/')}" for channel in schema.CHANNELS
    ]
    for channel in DOCUMENT["channels"].values():
        assert set(channel["parameters"]) == {"city", "node"}
        assert channel["messages"]
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in ("send", "receive")
        messages = resolve(operation["channel"]["$ref"])["messages"]
        assert [ref["$ref"] for ref in operation["messages"]] == [
            f"{operation['channel']['$ref']}/messages/{name}" for name in messages
        ]
    for message in DOCUMENT["components"]["messages"].values():
        assert {"name", "summary", "payload", "examples", "contentType"} <= set(message)


def test_way_and_retain_follow_the_topics() -> None:
    """What goes up is received and what goes down is sent, retained where contract.topics says so."""
    for channel in schema.CHANNELS:
        operation = DOCUMENT["operations"][schema._operation_name(channel)]
        up = channel.leaf in topics.UP or channel.leaf.endswith("-result")
        assert operation["action"] == ("receive" if up else "send")
        assert operation["bindings"]["mqtt"]["retain"] is (channel.leaf in topics.RETAINED)
        assert operation["bindings"]["mqtt"]["qos"] == (1 if channel.way == "up" else 0)


def test_schemas_in_the_document_are_draft_07() -> None:
    """AsyncAPI's default dialect: every component is valid there and takes the examples."""
    for name, component in DOCUMENT["components"]["schemas"].items():
        Draft7Validator.check_schema(component)
        assert "prefixItems" not in json.dumps(component), name
        assert "discriminator" not in json.dumps(component), name
    for message in DOCUMENT["components"]["messages"].values():
        whole = {**message["payload"], "components": DOCUMENT["components"]}
        for example in message["examples"]:
            Draft7Validator(whole).validate(example["payload"])


def test_written_document_is_the_document() -> None:
    """What stands in the YAML file is what was made, with nothing lost in writing."""
    assert yaml.safe_load(schema.ASYNCAPI_FILE.read_text(encoding="utf-8")) == json.loads(json.dumps(DOCUMENT))
