"""Who may be called what. A certificate's common name is all that the broker knows of a party."""

from __future__ import annotations

from contract.errors import BadInput
from contract.topics import valid_id

WATCH = "watch"
SERVICES = ("ingest", "alerts", WATCH)
"""the services that have rights at the broker; their rights stand in broker/mosquitto/services.acl"""
BROKER = "broker"
_RESERVED = frozenset({
    *SERVICES, BROKER,
    "ca", "root", "issuing", "siaga", "fleet", "api", "apply", "edge", "grafana", "influxdb", "postgres", "admin",
})  # fmt: skip


def check_node(name: str) -> None:
    """A node's name. Raises BadInput for one that a topic cannot carry, and for one that is another party's."""
    if not valid_id(name):
        raise BadInput(
            f"{name[:60]!r} cannot be a node's name",
            remedy="Lower-case letters, digits and single hyphens only, at most 48 of them.",
        )
    if name in _RESERVED:
        raise BadInput(
            f"{name} is reserved and cannot be a node's name",
            remedy="The broker knows a party by its name alone: such a node would have a service's rights.",
        )


def check_city(name: str) -> None:
    """A city's code. Raises BadInput."""
    if not valid_id(name):
        raise BadInput(f"{name[:60]!r} cannot be a city", remedy="Name a folder of cities/.")


def check_host(name: str) -> None:
    """A host name or an IP address that nodes can reach. Raises BadInput."""
    letters = set(name.lower())
    if not name or len(name) > 253 or letters - set("abcdefghijklmnopqrstuvwxyz0123456789.:-") or name[0] in ".-":
        raise BadInput(
            f"{name[:60]!r} cannot be a host's name", remedy="Give the name under which nodes reach the broker."
        )
