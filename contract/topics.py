"""Addresses on the wire, by function. Nobody else writes a slash.

Root `siaga/v1/{city}/{node}/…`. City and node are lower-case words of letters, digits and single hyphens, so that no
wildcard, slash, dot or control character can be smuggled into a topic (NATS turns dots and slashes into each other).
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

ROOT = "siaga/v1"
ID_PATTERN = r"^[a-z0-9](?:-?[a-z0-9]){0,47}$"
_ID = re.compile(ID_PATTERN)

Leaf = Literal["birth", "status", "readings", "ack", "config", "config/state", "firmware", "firmware/state"]
BURST = "burst"
"""the command by which a sensor is asked to measure more often for a while"""
SIREN = "siren"
"""the command by which a siren that hangs on a node is sounded and silenced"""
UP: tuple[Leaf, ...] = ("birth", "status", "readings", "config/state", "firmware/state")
DOWN: tuple[Leaf, ...] = ("ack", "config", "firmware")
RETAINED: tuple[Leaf, ...] = ("birth", "status", "config", "config/state", "firmware", "firmware/state")


class Address(NamedTuple):
    """A topic taken apart."""

    city: str
    node: str
    leaf: str


def valid_id(text: str) -> bool:
    """Whether `text` can be a city, node or sensor in a topic (1 to 48 characters)."""
    return len(text) <= 48 and _ID.fullmatch(text) is not None


def _topic(city: str, node: str, leaf: str) -> str:
    for name, value in (("city", city), ("node", node)):
        if value != "+" and not valid_id(value):
            raise ValueError(f"{name} {value!r} cannot stand in a topic: lower-case letters, digits and hyphens only")
    return f"{ROOT}/{city}/{node}/{leaf}"


def birth(city: str, node: str) -> str:
    """Up, retained: who the node is, which boot, which sensors."""
    return _topic(city, node, "birth")


def status(city: str, node: str) -> str:
    """Up, retained, last will: online or offline, with the number of the birth it speaks for."""
    return _topic(city, node, "status")


def readings(city: str, node: str) -> str:
    """Up: a batch of readings."""
    return _topic(city, node, "readings")


def ack(city: str, node: str) -> str:
    """Down, QoS 0: what became of readings, by seq; also the answer to a birth."""
    return _topic(city, node, "ack")


def config(city: str, node: str) -> str:
    """Down, retained: the desired configuration."""
    return _topic(city, node, "config")


def config_state(city: str, node: str) -> str:
    """Up, retained: the configuration in force."""
    return _topic(city, node, "config/state")


def firmware(city: str, node: str) -> str:
    """Down, retained: the desired firmware."""
    return _topic(city, node, "firmware")


def firmware_state(city: str, node: str) -> str:
    """Up, retained: the firmware in force."""
    return _topic(city, node, "firmware/state")


def command(city: str, node: str, command_id: str) -> str:
    """Down: one command that expires."""
    if not valid_id(command_id):
        raise ValueError(f"command id {command_id!r} cannot stand in a topic")
    return _topic(city, node, f"command/{command_id}")


def every_command(city: str, node: str) -> str:
    """The filter by which a node hears its commands."""
    return _topic(city, node, "command/+")


def command_result(city: str, node: str, command_id: str) -> str:
    """Up: what became of it."""
    return command(city, node, command_id) + "/result"


def every_siren_answer(city: str) -> str:
    """The filter by which the city hears what became of its orders to sirens."""
    return _topic(city, "+", f"command/{SIREN}/result")


def canary(city: str) -> str:
    """Ours to ourselves: what the alert engine sends through the broker and waits for.

    "-" is no node's id: no certificate can carry it, `every_node` with a node's leaf never matches it, and `parse`
    does not know it.
    """
    if not valid_id(city):
        raise ValueError(f"city {city!r} cannot stand in a topic: lower-case letters, digits and hyphens only")
    return f"{ROOT}/{city}/-/canary"


def every_node(city: str, leaf: Leaf) -> str:
    """The filter by which a service reads one leaf of every node of a city (`city` may be `+`)."""
    return _topic(city, "+", leaf)


def parse(topic: str) -> Address | None:
    """Take a topic apart, or None where it is none of ours."""
    parts = topic.split("/", 4)
    if len(parts) != 5 or "/".join(parts[:2]) != ROOT:
        return None
    city, node, leaf = parts[2:]
    if not (valid_id(city) and valid_id(node) and _is_leaf(leaf)):
        return None
    return Address(city, node, leaf)


def _is_leaf(leaf: str) -> bool:
    if leaf in UP or leaf in DOWN:
        return True
    root, command_id, *rest = [*leaf.split("/"), ""]
    return root == "command" and valid_id(command_id) and rest in ([""], ["result", ""])
